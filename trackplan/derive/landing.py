"""Where the fields of a plan are stored: explicit, by Segment's naming, or as keys of one JSON column.

Segment's rules (one table per event, snake case, flattened objects, `context_*` in every table) are those that its
warehouse documentation describes; a name that differs only in case or punctuation is taken for the same column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from trackplan.facts.declared import Event, Field, Plan
from trackplan.link.relations import Registry, Relation
from trackplan.names import canonical, field_id, fold, split_id
from trackplan.project import Landing

_SEGMENT_TABLES = {
    "identify": ("identifies", "users"),
    "group": ("groups", "accounts"),
    "page": ("pages",),
    "screen": ("screens",),
}
_SHARED_TABLES = ("tracks", "identifies", "users", "groups", "pages", "screens")


@dataclass(frozen=True, slots=True)
class Landed:
    """A field is stored in `column` of `relation`, below `path`."""

    field: str
    relation: Relation
    column: str
    path: tuple[str, ...]
    convention: str


@dataclass(frozen=True, slots=True)
class Unlanded:
    """A field has no column. `kind` and `reason` as in the table `unlanded`."""

    field: str
    kind: str
    expected: str
    reason: str


@dataclass(slots=True)
class Landings:
    """Where everything lands. `governed` are the relations that a plan's landing rules over, event tables by event id."""

    landed: list[Landed] = field(default_factory=list)
    unlanded: list[Unlanded] = field(default_factory=list)
    tables: list[tuple[str, Relation]] = field(default_factory=list)
    governed: dict[str, Relation] = field(default_factory=dict)


def snake(name: str) -> str:
    """`name` in snake case, as warehouse loaders write it: `Order Completed`, `orderCompleted` → `order_completed`."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced)
    words = re.sub(r"[^0-9A-Za-z]+", "_", spaced).strip("_").lower()
    return f"_{words}" if words[:1].isdigit() else words


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


@dataclass(slots=True)
class _Lander:
    found: Landings
    registry: Registry
    dialect: str
    warehouse: bool
    plan: Plan
    landings: list[Landing]

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
            for relation in self.registry.find(parts[:cut]):
                known = _column(relation, parts[cut])
                if known is None and relation.closed:
                    continue
                self._land(name, relation, known or parts[cut], parts[cut + 1 :], "explicit")
                if not self.landings:
                    relation.landed = True
                    self.found.governed[relation.id] = relation
                    self._hold(event, relation)
                return
        if self.warehouse or len(parts) < 2:
            reason = f"the warehouse has no column {column}"
            self.found.unlanded.append(Unlanded(name, "no-column", column, reason))
            return
        relation = self.registry.add(parts[:-1], "table", None, declared=False)
        self._land(name, relation, parts[-1], (), "explicit")

    def _segment(self, event: Event, name: str, path: tuple[Field, ...], landing: Landing) -> Iterator[Unlanded]:
        array = next((i for i, f in enumerate(path) if f.types == ("array",)), None)
        if path[-1].fields and array is None and path[-1].types != ("array",):
            # An object has no column of its own; its members have.
            return
        flat = path if array is None else path[: array + 1]
        inside = () if array is None else tuple(f.name for f in path[array + 1 :])
        prefix = ["context"] if event.type == "context" else []
        wanted = fold("_".join(snake(p) for p in [*prefix, *(f.name for f in flat)]), False, self.dialect)
        tables = list(self._tables(event, landing))
        if not tables:
            yield self._no_table(event, name, landing)
        missing = ""
        landed = False
        for relation in tables:
            known = _column(relation, wanted)
            if known is None and relation.closed:
                missing = missing or f"{relation.id}.{wanted}"
                continue
            landed = True
            self._land(name, relation, known or wanted, inside, "segment")
        if tables and not landed:
            yield Unlanded(name, "no-column", missing, f"there is no column {missing}: never sent, or renamed")

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
            known = _column(relations[0], folded)
            if known is None and relations[0].closed:
                wanted = f"{landing.table}.{column}"
                yield Unlanded(name, "no-column", wanted, f"there is no column {wanted}")
            else:
                self._land(name, relations[0], known or folded, tuple(f.name for f in path), "json-column")

    def _tables(self, event: Event, landing: Landing) -> Iterator[Relation]:
        """The tables that hold the rows of `event`; governed by the plan from now on."""
        if landing.convention == "json-column":
            parts = tuple(fold(p, False, self.dialect) for p in split_id(landing.table))
            found = self.registry.find(parts)
            if not found and not self.warehouse:
                found = [self.registry.add(parts, "table", None, declared=False)]
            chosen = found[:1]
        else:
            chosen = self._segment_tables(event, landing)
        for relation in chosen:
            self.found.governed[relation.id] = relation
            yield relation

    def _segment_tables(self, event: Event, landing: Landing) -> list[Relation]:
        schema = self._schema(landing)
        there = [r for r in self.registry.in_schema(schema) if not r.built]
        if event.type == "context":
            names = {snake(e.name) for e in self.plan.events if e.type == "track"} | set(_SHARED_TABLES)
            return [r for r in there if _is_named(r, names)]
        wanted = _segment_names(event)
        found = [r for r in there if _is_named(r, wanted)]
        if not found and there and not self.warehouse:
            parts = (*schema, fold(wanted[0], False, self.dialect))
            found = [self.registry.add(parts, "table", None, declared=False)]
        return found

    def _schema(self, landing: Landing) -> tuple[str, ...]:
        return tuple(fold(p, False, self.dialect) for p in split_id(landing.schema))

    def _land(self, name: str, relation: Relation, column: str, path: tuple[str, ...], convention: str) -> None:
        relation.want(column, path)
        self.found.landed.append(Landed(name, relation, column, path, convention))


def _segment_names(event: Event) -> tuple[str, ...]:
    return _SEGMENT_TABLES.get(event.type) or (snake(event.name),)


def _is_named(relation: Relation, names: Iterable[str]) -> bool:
    last = relation.parts[-1]
    return last.lower() in names or canonical(last) in {canonical(n) for n in names}


def _column(relation: Relation, wanted: str) -> str | None:
    """The declared column that `wanted` means: by name, else the only one that differs in case and punctuation alone."""
    known = relation.columns.get(wanted.lower())
    if known is not None:
        return known.name
    alike = [c.name for c in relation.columns.values() if canonical(c.name) == canonical(wanted)]
    return alike[0] if len(alike) == 1 else None


def _walk(fields: Sequence[Field], above: tuple[Field, ...] = ()) -> Iterator[tuple[Field, tuple[Field, ...]]]:
    for field_ in fields:
        path = (*above, field_)
        yield field_, path
        yield from _walk(field_.fields, path)
