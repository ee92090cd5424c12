"""The linked program → facts: relations, columns, consumers at once; what only some queries ask for when they do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from trackplan.facts.base import FactBase, Row
from trackplan.facts.declared import IDLE, Column
from trackplan.findings import Place
from trackplan.link.columns import Stored, columns_of
from trackplan.link.gaps import store_coverage, store_unresolved
from trackplan.link.linking import Linking
from trackplan.link.program import Table
from trackplan.link.reached import Masks
from trackplan.names import join_id, quote

_RELATION = ("key", "id", "kind", "raw", "open", "declared", "governed", "description", "owner", "place")
_COLUMN = ("key", "id", "relation", "parent", "name", "path", "type", "description", "sensitivity", "declared",
           "pipeline", "place")  # fmt: skip
_CONSUMER = ("key", "id", "kind", "class", "name", "title", "owner", "counts", "place")


class Facts(Struct, dict=True):
    """What has been written: keys of relations by table, of columns by table, position and lower-case path.

    `stored` are the columns that have a row, by key: first those of raw relations, and once somebody asks for them
    those of models; up to `raw` they are raw. `everywhere` is why any raw column may be used. A consumer's key is its
    bit and one.
    """

    base: FactBase
    linking: Linking
    relations: dict[int, int] = {}
    columns: dict[tuple[int, int, str], int] = {}
    stored: dict[int, tuple[int, Stored]] = {}
    raw: int = 0
    everywhere: list[str] = []
    _ids: set[str] = set()

    def write(self, counting: Sequence[str]) -> None:
        """Write what is always needed."""
        self._relations()
        tables = [self.linking.program.tables[number] for number in self.relations]
        self._columns("stored_column", [t for t in tables if t.relation is not None and t.relation.raw])
        self.raw = len(self.stored)
        self._consumers(counting)
        store_unresolved(self.base, self.linking)
        store_coverage(self.base, self.linking, self.relations)

    @property
    def every_model(self) -> int:
        """The bit of any model."""
        return self.linking.askers.every_model

    @property
    def idle(self) -> bool:
        """Whether there are consumers, none of whose use amounts to anything, and no models."""
        askers = self.linking.askers
        return bool(askers.consumers) and all(c.use in IDLE for c in askers.consumers) and not askers.models

    @property
    def taken(self) -> bool:
        """Whether a declared consumer takes something."""
        return bool(self.linking.askers.taken)

    def masks(self, key: int) -> Masks:
        """Who reaches a column, by its key."""
        column = self.stored[key][1]
        return self.linking.masks(column.asked[0]) if len(column.asked) == 1 else column.masks(self.linking)

    def rows(self, relation: int) -> Masks:
        """Who reaches the rows of a relation, by its key."""
        return self.linking.masks(self.linking.nodes.rows(self._tables[relation - 1]))

    def doubts(self, key: int, askers: int) -> tuple[str, ...]:
        """Why those who reach a column leave it in doubt."""
        return self.linking.askers.texts.reasons(askers, self.stored[key][1].word)

    @cached_property
    def _tables(self) -> list[int]:
        """The tables of relations in the order of their keys."""
        return list(self.relations)

    def carrying(self, column: int) -> list[int]:
        """The keys of the models that carry or read a column, given by its key."""
        number, stored = self.stored[column]
        found = (self.relations.get(model) for model in self.linking.models(stored.asked) if model != number)
        return sorted(key for key in found if key is not None)

    def write_built(self) -> None:
        """Write the columns of models."""
        tables = [self.linking.program.tables[number] for number in self.relations]
        self._columns("built_column", [t for t in tables if t.relation is not None and not t.relation.raw])

    def write_tags(self) -> None:
        """Write the tags of all columns."""
        tags = [
            (key, tag)
            for key, (_, column) in self.stored.items()
            if column.declared is not None
            for tag in dict.fromkeys(column.declared.tags)
        ]
        self.base.insert("column_tag", ("column", "tag"), tags)

    def _relations(self) -> None:
        program = self.linking.program
        rows: list[Row] = []
        passing = program.passing()
        for table in program.tables:
            relation = table.relation
            if relation is None or id(relation) in passing:
                continue
            key = self.relations[table.number] = len(rows) + 1
            place = None if relation.place is None else self.base.place(relation.place)
            id_ = relation.id
            rows.append(
                (key, id_, relation.kind, int(relation.raw), int(table.frame.open), int(relation.declared),
                 int(id_ in self.linking.governed), relation.description, relation.owner, place)
            )  # fmt: skip
        self.base.insert("relation", _RELATION, rows)

    def _columns(self, to: str, tables: Iterable[Table]) -> None:
        rows: list[Row] = []
        for table in tables:
            relation = table.relation
            if relation is None:
                continue
            id_ = relation.id
            governed = id_ in self.linking.governed
            for column in columns_of(self.linking, table):
                name = f"{id_}.{quote(column.name)}"
                if column.path:
                    name = f"{name}.{join_id(column.path)}"
                if name not in self._ids:  # `raw.t.items` read as a table has the names of what is in `items` of raw.t
                    self._ids.add(name)
                    rows.append(self._column(table.number, column, name, governed))
        self.base.insert(to, _COLUMN, rows)

    def _column(self, number: int, column: Stored, id_: str, governed: bool) -> Row:
        key = len(self.stored) + 1
        self.stored[key] = (number, column)
        self.columns[number, column.position, column.lower] = key
        parent = self.columns.get((number, column.position, column.parent)) if column.path else None
        segments = (column.name, *column.path)
        declared = column.declared or _UNDECLARED
        place = None if column.place is None else self.base.place(column.place)
        return (
            key, id_, self.relations[number], parent, segments[-1], _listed(segments),
            declared.type, declared.description, declared.sensitivity, int(column.known),
            int(column.pipeline(governed)), place,
        )  # fmt: skip

    def _consumers(self, counting: Sequence[str]) -> None:
        rows: list[Row] = []
        for key, consumer in enumerate(self.linking.askers.consumers, 1):
            place = self.base.place(consumer.place)
            name = join_id((consumer.kind, consumer.name))
            counts = int(consumer.use in counting)
            title, owner = consumer.title, consumer.owner
            rows.append((key, name, consumer.kind, consumer.use, consumer.name, title, owner, counts, place))
        self.base.insert("consumer", _CONSUMER, rows)


def _listed(segments: Sequence[str]) -> str:
    """A JSON list; plain names need no help."""
    if "".join(segments).replace("_", "a").isalnum():
        return '["' + '", "'.join(segments) + '"]'
    return json.dumps(segments, ensure_ascii=False)


_UNDECLARED = Column("", Place(""))


def store(base: FactBase, linking: Linking, counting: Sequence[str]) -> Facts:
    """Write what linking found; what only some queries ask for is written when they do."""
    from trackplan.link import details

    facts = Facts(base, linking)
    facts.write(counting)
    base.defer("built_column", facts.write_built)
    base.defer("column_tag", facts.write_tags, after=("built_column",))
    for table, (fill, after) in details.FILLERS.items():
        base.defer(table, _bound(fill, facts), after)
    return facts


def _bound(fill: Callable[[Facts], None], facts: Facts) -> Callable[[], None]:
    return lambda: fill(facts)
