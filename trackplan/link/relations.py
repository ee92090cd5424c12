"""Every relation of a project under one roof, and which of them a name in SQL means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from trackplan.facts.declared import RelationKind, Table
from trackplan.findings import Place
from trackplan.link.claims import Claims
from trackplan.link.made import Made, Parts
from trackplan.link.relation import Relation as Relation
from trackplan.link.relation import add_columns
from trackplan.names import ends_alike, is_same

_BUILT: frozenset[RelationKind] = frozenset({"model", "seed", "snapshot"})
_STORED: frozenset[RelationKind] = frozenset({"table", "seed"})


class Registry:
    """The relations of a project by name. `made` tells what its models are made from.

    `filled` are the names that statements call their targets.
    """

    def __init__(self, tables: Iterable[Table], made: Made | None = None) -> None:
        self._made = made or Made(dict)
        self._made.columns = self._columns
        self.relations: list[Relation] = []
        self._by_last: dict[str, list[tuple[tuple[str, ...], Relation]]] = {}
        self._families: list[Relation] = []
        self._schemas: dict[tuple[str, ...], tuple[int, list[Relation]]] = {}
        self.copies: dict[int, list[Relation]] = {}
        self._models: set[int] = set()
        self._by_model: dict[Parts, Relation] = {}
        self._loose: set[int] = set()
        self.filled: set[Parts] = set()
        self._written: dict[str, dict[int, Relation]] = {}
        tables = list(tables)
        self._stored = {table.parts: table.stored for table in tables if table.stored}
        self._sources: dict[str, list[Parts]] = {}
        for table in tables:
            if table.source and not table.anywhere and len(table.parts) > 1:
                self._sources.setdefault(table.parts[-1].lower(), []).append(table.parts)
        built = [table for table in tables if table.kind in _BUILT]
        for table in (table for table in tables if table.kind not in _BUILT):
            self.declare(table)
        names = {table.parts: self._stored.get(table.parts, (table.parts,)) for table in built}
        self._claims = Claims(names, self._stored, self._stored_as)
        for table in built:
            self.declare(table)
        self._unite()
        self._let_be_any()

    def declare(self, table: Table) -> Relation:
        """Add a declared table, or add what it says to the one that already bears its name."""
        is_built = table.kind in _BUILT
        relation = self.model(table.parts) if is_built else self.exactly(table.parts)
        if relation is None:
            own, perhaps = self._own(table) if is_built else ([], [])
            # What several models may be is made by each of them.
            is_one = len(own) == 1 and not self._claims.is_shared(own[0])
            relation = own[0] if is_one else self.add(table.parts, table.kind, table.place, declared=True)
            relation.anywhere = table.anywhere
            self._models.update(map(id, own))
            self.copies[id(relation)] = [] if is_one else own
            self.call(relation, [table.parts, *(other.parts for other in perhaps)])
        if is_built:
            self._models.add(id(relation))
            self._by_model[table.parts] = relation
        relation.declared = True
        relation.source = relation.source or table.source
        relation.anywhere = relation.anywhere and table.anywhere
        relation.closed = relation.closed or table.complete
        relation.description = relation.description or table.description
        relation.owner = relation.owner or table.owner
        add_columns(relation, table.columns)
        self.call(relation, map(tuple, table.aliases))
        return relation

    def _unite(self) -> None:
        """Let tables whose names say less than others be these: a source without `database`, DDL that has it."""
        instead: dict[int, list[Relation]] = {}
        for named in self._by_last.values():
            if len(named) < 2:
                continue
            stored = {id(r): r for parts, r in named if r.kind in _STORED and r.parts is parts}
            if len({0 if r.anywhere else len(r.parts) for r in stored.values()}) < 2:
                continue
            for short in sorted(stored.values(), key=lambda r: 0 if r.anywhere else -len(r.parts)):
                others = [r for r in stored.values() if id(r) not in instead and _is_short_for(short, r)]
                if others and (len(others) == 1 or len(short.parts) > 1):
                    instead[id(short)] = others
                    for other in others:
                        _tell(other, short)
        if instead:
            self.relations = [r for r in self.relations if id(r) not in instead]
            self._families = [r for r in self._families if id(r) not in instead]
            for last, named in self._by_last.items():
                self._by_last[last] = [(parts, r) for parts, old in named for r in instead.get(id(old), (old,))]

    def _own(self, table: Table) -> tuple[list[Relation], list[Relation]]:
        """The stored tables that a declared model builds, and those of which nobody knows."""
        for bare in (False, True):
            mine = self._claims.of(table.parts, bare=bare)
            own, perhaps = self.buildable(table.parts, mine, is_this=True)
            if bare:
                named = [r for r in own if self._made.is_named(r.parts, table.parts)]
                own, perhaps = [r for r in own if r not in named], [*perhaps, *named]
            if own or perhaps:
                return own, perhaps
        return [], []

    def _stored_as(self, name: Parts) -> list[Relation]:
        """The tables that a name of dbt may mean: its schema may stand behind that of who runs it."""
        found = self.find(name)
        if len(name) > 1 and not any(len(relation.parts) > 1 for relation in found):
            return [r for r in self.named(name[-1]) if _is_below(r.parts, name)] or found
        return found

    def buildable(
        self, model: Parts, found: Sequence[Relation] | None = None, is_this: bool = False
    ) -> tuple[list[Relation], list[Relation]]:
        """Of tables `found` by name, those that a model builds, and those of which nobody knows; see `Made.is_from`."""
        found = [r for r in (self.find(model) if found is None else found) if not self._is_source(r)]
        said = [self._made.is_from(r.parts, r.columns.keys() if r.closed else (), model, is_this) for r in found]
        pairs = list(zip(found, said, strict=True))
        return [r for r, is_from in pairs if is_from is False], [r for r, is_from in pairs if is_from is None]

    def _columns(self, parts: Parts) -> Collection[str]:
        found = [r for r in self.find(parts) if r.kind in _STORED]
        return found[0].columns.keys() if len(found) == 1 and found[0].closed else ()

    def _is_source(self, relation: Relation) -> bool:
        """Whether a table is filled from outside, if only by a name that says less or more than its own."""
        named = self._sources.get(relation.parts[-1].lower(), ()) if len(relation.parts) > 1 else ()
        return relation.source or any(ends_alike(relation.parts, parts) for parts in named)

    def call(self, relation: Relation, names: Iterable[Parts]) -> None:
        """Let names mean a relation, whatever else they mean."""
        for parts in names:
            self._by_last.setdefault(parts[-1].lower(), []).append((parts, relation))

    def loosen(self, relation: Relation) -> None:
        """Note that statements create a table by its last name alone, which may be another one for each of them."""
        if len(relation.parts) == 1:
            self._loose.add(id(relation))

    def is_loose(self, relation: Relation) -> bool:
        """Whether a table is one that statements create by its last name alone."""
        return id(relation) in self._loose

    def is_file(self, relation: Relation) -> bool:
        """Whether a table is called as its file is, whatever its schema."""
        return relation.kind == "model" and len(relation.parts) == 1 and id(relation) not in self._models

    def called(self, last: str) -> list[Relation]:
        """The stored tables of some schema with a last name that nobody outside of the project fills."""
        found = {id(r): r for r in self.named(last) if r.kind in _STORED and len(r.parts) > 1 and not r.source}
        return list(found.values())

    def write(self, parts: Parts, relation: Relation) -> None:
        """Note what a file or a statement takes for its own table, which it calls so."""
        if len(parts) == 1 < len(relation.parts):
            self._written.setdefault(parts[0].lower(), {})[id(relation)] = relation

    def written(self, parts: Parts) -> list[Relation]:
        """What a name in a schema that nobody declares may mean: tables that are written by the last name alone."""
        return list(self._written.get(parts[-1].lower(), {}).values()) if len(parts) > 1 else []

    def _let_be_any(self) -> None:
        """Let a table of a schema that nobody knows be meant by its last name alone, and be a model of that name.

        A model that is made from the table is another.
        """
        for relation in self.relations:
            if relation.anywhere:
                named = self._by_last[relation.parts[-1].lower()]
                own = [parts for parts, r in named if r is relation]
                models = [r for parts, r in named if r.kind not in _STORED and len(parts) == 1]
                last = relation.parts[-1].lower()
                if not self._made.names(last, last) & {tuple(p.lower() for p in parts) for parts in own}:
                    named.extend((parts, model) for model in models for parts in own)
                named.append((relation.parts[-1:], relation))

    def add(self, parts: tuple[str, ...], kind: RelationKind, place: Place | None, declared: bool) -> Relation:
        """A new relation under the name `parts`."""
        relation = Relation(parts, kind, place, declared)
        self.relations.append(relation)
        if parts[-1].endswith("*"):
            self._families.append(relation)
        self.call(relation, [parts])
        return relation

    def names(self) -> Iterator[tuple[tuple[str, ...], Relation]]:
        """All names, with the relations that bear them."""
        return (named for found in self._by_last.values() for named in found)

    def model(self, parts: Parts) -> Relation | None:
        """What a model, seed or snapshot of this name is, or another relation of this very name that is none."""
        exact = self._by_model.get(parts) or self.exactly(parts)
        return exact if exact is self._by_model.get(parts) or id(exact) not in self._models else None

    def exactly(self, parts: tuple[str, ...]) -> Relation | None:
        """The relation with just this name."""
        for known, relation in self._by_last.get(parts[-1].lower(), ()):
            if is_same(known, parts) and not (relation.anywhere and len(parts) == 1):
                return relation
        return None

    def find(self, parts: tuple[str, ...]) -> list[Relation]:
        """The relations that `parts` may mean: one where the name is clear, several where it is not.

        A name may be qualified less or more than the relation's own; the more parts agree the better.
        """
        best: list[Relation] = []
        agreed = 0
        named = self._by_last.get(parts[-1].lower(), ())
        exact = {id(relation): relation for known, relation in named if is_same(known, parts)}
        if exact:
            return list(exact.values())
        for known, relation in named:
            common = min(len(known), len(parts))
            if not is_same(known[-common:], parts[-common:]) or common < agreed:
                continue
            if common > agreed:
                best, agreed = [], common
            if relation not in best:
                best.append(relation)
        return best or self._sharded(parts)

    def shards(self, parts: tuple[str, ...]) -> list[Relation]:
        """The declared relations whose names begin as a wildcard table (`events_*`) says."""
        prefix = parts[-1].removesuffix("*").lower()
        called = [r for last, found in self._by_last.items() if last.startswith(prefix) for _, r in found if r.declared]
        begun = (r for r in called if r.parts[-1].lower().startswith(prefix) and ends_alike(r.parts[:-1], parts[:-1]))
        meant = {id(r): r for r in begun}
        return list(meant.values()) if len(meant) < 2 else [r for r in self.relations if id(r) in meant]

    def _sharded(self, parts: tuple[str, ...]) -> list[Relation]:
        """One day's table (`events_20240101`) of a family that is declared as `events_*`."""
        last = parts[-1].lower()
        return [
            family
            for family in self._families
            if last.startswith(family.parts[-1][:-1].lower()) and ends_alike(family.parts[:-1], parts[:-1])
        ]

    def named(self, word: str) -> list[Relation]:
        """The relations whose last name is `word`, whatever their schema."""
        return [relation for _, relation in self._by_last.get(word.lower(), ())]

    def in_schema(self, schema: tuple[str, ...]) -> list[Relation]:
        """The relations in a schema, which may be qualified less or more than theirs; the same list until more come."""
        count, found = self._schemas.get(schema, (0, []))
        if count < len(self.relations):
            more = [r for r in self.relations[count:] if len(r.parts) > 1 and ends_alike(r.parts[:-1], schema)]
            found = [*found, *more] if more else found
            self._schemas[schema] = (len(self.relations), found)
        return found


def _is_below(parts: Parts, name: Parts) -> bool:
    """Whether a table is in a schema of dbt: that of a model, behind that of who runs it."""
    return len(parts) > 1 and parts[-2].lower().endswith(f"_{name[-2].lower()}")


def _is_short_for(short: Relation, other: Relation) -> bool:
    """Whether the name of a stored table is that of another with less said, so that both may be one.

    One without a schema is taken for another only where nobody else says what is in that: for the source of a project
    that a seed fills, or of DDL whose schema is set elsewhere. One that is anywhere may be all that have its last name.
    """
    if not _may_be_one(short, other) or not _may_be_one(other, short) or other.anywhere:
        return False
    if short.anywhere:
        return not other.source
    count = len(short.parts)
    if count >= len(other.parts) or not is_same(short.parts, other.parts[-count:]):
        return False
    return count > 1 or (other.source and not other.closed)


def _may_be_one(table: Relation, other: Relation) -> bool:
    """Whether a table, if all its columns are known, has those that another is said to have."""
    return not table.closed or other.columns.keys() <= table.columns.keys()


def _tell(relation: Relation, short: Relation) -> None:
    """Add what is said of a table under a shorter name. A table without a schema may be another after all."""
    relation.source = relation.source or short.source
    relation.closed = relation.closed or (short.closed and len(short.parts) > 1)
    relation.description = relation.description or short.description
    relation.owner = relation.owner or short.owner
    add_columns(relation, short.columns.values())
