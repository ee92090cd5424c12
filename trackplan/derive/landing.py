"""Where the fields of a plan are stored: explicit, by Segment's naming, or as keys of one JSON column.

Segment's rules (one table per event, snake case, flattened objects, `context_*` in every table) are those that its
warehouse documentation describes; a name that differs only in case or punctuation is taken for the same column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.derive.spelling import Tables, column_of, snake
from trackplan.names import canonical, field_id, fold, join_id, split_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.facts.declared import Event, Field, Plan
    from trackplan.link.relations import Registry, Relation
    from trackplan.project import Landing

_SEGMENT_TABLES = {
    "identify": ("identifies", "users"),
    "group": ("groups", "accounts"),
    "page": ("pages",),
    "screen": ("screens",),
}
_SHARED_TABLES = ("tracks", "identifies", "users", "groups", "pages", "screens")

Way = tuple[str, tuple[str, ...]]
"""A column, and the path inside it."""


class Landed(Struct, frozen=True):
    """A field is stored in `column` of `relation`, below `path`.

    Where nobody declares the column it is `guessed`: loaders do not spell all names alike. If `optional`, the field is
    there only if somebody asks for the column.
    """

    field: str
    relation: Relation
    column: str
    path: tuple[str, ...]
    convention: str
    guessed: bool = False
    optional: bool = False

    def positions(self, names: Sequence[str]) -> list[int]:
        """Which of the columns called `names` hold the field; a guessed one also under other spellings."""
        exact = [p for p, name in enumerate(names) if name.lower() == self.column.lower()][:1]
        wanted = canonical(self.column)
        if not self.guessed or not wanted:
            return exact
        return exact + [p for p, name in enumerate(names) if p not in exact and canonical(name) == wanted]


class Unlanded(Struct, frozen=True):
    """A field has no column. `kind` and `reason` as in the table `unlanded`."""

    field: str
    kind: str
    expected: str
    reason: str


class Landings(Struct):
    """Where everything lands. `governed` are the relations that a plan's landing rules over, `tables` the events'."""

    landed: list[Landed] = []
    unlanded: list[Unlanded] = []
    tables: list[tuple[str, Relation]] = []
    governed: dict[str, Relation] = {}


def land(
    plans: Sequence[Plan], landings: Sequence[Landing], registry: Registry, dialect: str, warehouse: bool
) -> Landings:
    """Find the columns of every field. `warehouse` tells whether the project declares what is stored."""
    found = Landings()
    for plan in plans:
        mine = [landing for landing in landings if landing.plan == plan.name]
        lander = _Lander(found, registry, dialect, warehouse, plan, mine)
        for event in plan.events:
            lander.event(event)
    return found


class _Lander(Struct):
    found: Landings
    registry: Registry
    dialect: str
    warehouse: bool
    plan: Plan
    landings: list[Landing]
    known: Tables | None = None

    def event(self, event: Event) -> None:
        for field_, path in _walk(event.fields):
            self._field(event, field_, path)
        for landing in self.landings:
            for relation in self._tables(event, landing):
                self._hold(event, relation)

    def _hold(self, event: Event, relation: Relation) -> None:
        relation.landed = True
        entry = (field_id(self.plan.name, event.name, ()), relation)
        if event.type != "context" and entry not in self.found.tables:
            self.found.tables.append(entry)

    def _field(self, event: Event, field_: Field, path: tuple[Field, ...]) -> None:
        name = field_id(self.plan.name, event.name, [f.name for f in path])
        if field_.columns:
            for column in field_.columns:
                self._explicit(event, name, column)
            return
        if not self.landings:
            reason = f"no landing is declared for the plan {self.plan.name}"
            self.found.unlanded.append(Unlanded(name, "no-landing", "", reason))
            return
        missing: list[Unlanded] = []
        landed = len(self.found.landed)
        for landing in self.landings:
            if landing.convention == "segment":
                missing.extend(self._segment(event, name, path, landing))
            else:
                missing.extend(self._json(event, name, path, landing))
        if len(self.found.landed) == landed and missing:
            self.found.unlanded.append(missing[0])

    def _explicit(self, event: Event, name: str, column: str) -> None:
        parts = tuple(fold(p, False, self.dialect) for p in split_id(column))
        for cut in range(len(parts) - 1, 0, -1):
            found = [r for r in self.registry.find(parts[:cut]) if column_of(r, parts[cut]) or not r.closed]
            for relation in found:
                self._land(name, relation, column_of(relation, parts[cut]) or parts[cut], parts[cut + 1 :], "explicit")
                if not self.landings:
                    relation.landed = True
                    self.found.governed[relation.id] = relation
                    self._hold(event, relation)
            if found:
                return
        if self.warehouse or len(parts) < 2:
            reason = f"the warehouse has no column {column}"
            self.found.unlanded.append(Unlanded(name, "no-column", column, reason))
            return
        relation = self.registry.add(parts[:-1], "table", None, declared=False)
        self._land(name, relation, parts[-1], (), "explicit")

    def _segment(self, event: Event, name: str, path: tuple[Field, ...], landing: Landing) -> Iterator[Unlanded]:
        array = next((i for i, f in enumerate(path) if f.types == ("array",)), None)
        if path[-1].fields and array is None:
            # An object has no column of its own; its members have.
            return
        segments = tuple(f.name for f in path)
        longest = len(path) if array is None else array + 1
        prefix = ("context",) if event.type == "context" else ()
        # Mostly one column for each member; a loader may also keep an object whole.
        ways = [(self._flat((*prefix, *segments[:n])), segments[n:]) for n in range(longest, 0, -1)]
        tables = list(self._tables(event, landing))
        if not tables:
            yield self._no_table(event, name, landing)
        missing = ""
        landed = False
        for relation in tables:
            if self._lands(name, relation, ways, sure=all(s.isascii() for s in segments)):
                landed = True
            else:
                missing = missing or f"{relation.id}.{ways[0][0] or join_id(segments)}"
        if tables and not landed:
            yield Unlanded(name, "no-column", missing, f"there is no column {missing}; it was never sent, or renamed")
        if event.type == "context":
            self._beside(name, landing, ways, tables)
        elif event.type == "identify":
            traits = [(self._flat(("context", "traits", *segments[:n])), segments[n:]) for n in range(longest, 0, -1)]
            self._beside(name, landing, traits, [])

    def _lands(self, name: str, relation: Relation, ways: Sequence[Way], sure: bool) -> bool:
        """Land a field on the first column that is declared; in an open table, on that which the loader would make."""
        for column, inside in ways:
            known = column_of(relation, column)
            if known is not None:
                self._land(name, relation, known, inside, "segment")
                return True
        if relation.closed or not sure:
            return False
        column, inside = ways[0]
        self._land(name, relation, column, inside, "segment", guessed=True)
        for column, inside in ways[1:]:
            self.found.landed.append(Landed(name, relation, column, inside, "segment", guessed=True, optional=True))
        return True

    def _beside(self, name: str, landing: Landing, ways: Sequence[Way], tables: Sequence[Relation]) -> None:
        """Copies of a value in other tables of the schema, such as `context_traits_email`, where there are any."""
        for relation in self.registry.in_schema(self._schema(landing)):
            if relation.built or relation in tables:
                continue
            for column, inside in ways:
                known = column_of(relation, column)
                if known is not None:
                    self._land(name, relation, known, inside, "segment")
                elif not relation.closed:
                    copy = Landed(name, relation, column, inside, "segment", guessed=True, optional=True)
                    self.found.landed.append(copy)

    def _flat(self, segments: Sequence[str]) -> str:
        return fold("_".join(snake(s) for s in segments), False, self.dialect)

    def _no_table(self, event: Event, name: str, landing: Landing) -> Unlanded:
        wanted = f"{landing.schema}.{_segment_names(event)[0] if event.type != 'context' else '*'}"
        if self.registry.in_schema(self._schema(landing)):
            return Unlanded(name, "no-table", wanted, f"there is no table {wanted}")
        reason = f"nothing is known of the schema {landing.schema}"
        return Unlanded(name, "no-table", wanted, reason)

    def _json(self, event: Event, name: str, path: tuple[Field, ...], landing: Landing) -> Iterator[Unlanded]:
        relations = list(self._tables(event, landing))
        column = landing.column
        if event.type == "context":
            column = landing.context_column
        elif event.type in ("identify", "group"):
            column = landing.traits_column or landing.column
        if not column:
            yield Unlanded(name, "no-landing", "", f"the landing of the plan {self.plan.name} names no context_column")
        elif not relations:
            yield Unlanded(name, "no-table", landing.table, f"there is no table {landing.table}")
        else:
            folded = fold(column, False, self.dialect)
            holding = [r for r in relations if column_of(r, folded) or not r.closed]
            for relation in holding:
                inside = tuple(f.name for f in path)
                self._land(name, relation, column_of(relation, folded) or folded, inside, "json-column")
            if not holding:
                wanted = f"{landing.table}.{column}"
                yield Unlanded(name, "no-column", wanted, f"there is no column {wanted}")

    def _tables(self, event: Event, landing: Landing) -> Iterator[Relation]:
        """The tables that hold the rows of `event`; governed by the plan from now on."""
        if landing.convention == "json-column":
            parts = tuple(fold(p, False, self.dialect) for p in split_id(landing.table))
            found = self.registry.find(parts)
            if not found and not self.warehouse:
                found = [self.registry.add(parts, "table", None, declared=False)]
            # A name that several tables bear may mean any of them.
            chosen = found
        else:
            chosen = self._segment_tables(event, landing)
        for relation in chosen:
            self.found.governed[relation.id] = relation
            yield relation

    def _segment_tables(self, event: Event, landing: Landing) -> list[Relation]:
        schema = self._schema(landing)
        there = self.registry.in_schema(schema)
        if self.known is None or self.known.of is not there:
            self.known = Tables(there)
        if event.type == "context":
            names = {snake(e.name) for e in self.plan.events if e.type == "track"} | set(_SHARED_TABLES)
            return self.known.named(names)
        wanted = _segment_names(event)
        found = self.known.named(wanted)
        if not found and any(not r.built for r in there) and not self.warehouse and event.name.isascii():
            parts = (*schema, fold(wanted[0], False, self.dialect))
            found = [self.registry.add(parts, "table", None, declared=False)]
        return found

    def _schema(self, landing: Landing) -> tuple[str, ...]:
        return tuple(fold(p, False, self.dialect) for p in split_id(landing.schema))

    def _land(
        self,
        name: str,
        relation: Relation,
        column: str,
        path: tuple[str, ...],
        convention: str,
        *,
        guessed: bool = False,
    ) -> None:
        relation.want(column, path)
        self.found.landed.append(Landed(name, relation, column, path, convention, guessed))


def _segment_names(event: Event) -> tuple[str, ...]:
    return _SEGMENT_TABLES.get(event.type) or (snake(event.name),)


def _walk(fields: Sequence[Field], above: tuple[Field, ...] = ()) -> Iterator[tuple[Field, tuple[Field, ...]]]:
    for field_ in fields:
        path = (*above, field_)
        yield field_, path
        yield from _walk(field_.fields, path)
