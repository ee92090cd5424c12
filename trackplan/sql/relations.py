"""The relations of a warehouse while its scripts run: found by name, created, altered, renamed, dropped."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from msgspec import structs
from msgspec.structs import replace
from sqlglot import exp

from trackplan.facts.declared import Column, RelationKind, Sql, Table
from trackplan.findings import Place
from trackplan.sql import alter
from trackplan.sql.structure import change

Parts = tuple[str, ...]


@dataclass(slots=True)
class Relation:
    """What is known of one relation: its `table`, or the `sql` that builds it, or changes of one not created yet.

    `name` is the span of the relation's name in the text of `sql`.
    """

    table: Table | None = None
    sql: Sql | None = None
    name: tuple[int, int] = (0, 0)
    pending: list[tuple[alter.Change, Place]] = field(default_factory=list)

    def declared(self, parts: Parts) -> Table | None:
        """The table to declare; for a built relation, only the columns that were added to it later."""
        if self.table is not None or not self.pending:
            return self.table
        kind: RelationKind = "view" if self.sql is not None else "table"
        table = Table(parts, kind, self.pending[0][1], complete=False)
        for action, _ in self.pending:
            table = changed(table, action)
        return table if table.columns else None


class Relations:
    """All relations by their folded names, in the order of their creation."""

    def __init__(self) -> None:
        self.all: dict[Parts, Relation] = {}
        self._by_name: defaultdict[str, list[Parts]] = defaultdict(list)

    def find(self, parts: Parts) -> Parts | None:
        """The name by which `parts` are known: that name, or the only one that agrees with it as far as both go."""
        if parts in self.all:
            return parts
        matches = [
            known
            for known in self._by_name.get(parts[-1], ())
            if all(a == b for a, b in zip(reversed(known), reversed(parts), strict=False))
        ]
        return matches[0] if len(matches) == 1 else None

    def put(self, parts: Parts, relation: Relation) -> None:
        """Create or replace a relation; changes that came before it was created are made now."""
        known = self.all.get(parts)
        if known is None:
            self._by_name[parts[-1]].append(parts)
        elif known.table is None and known.sql is None:
            for action, place in known.pending:
                _apply(relation, action, place)
        self.all[parts] = relation

    def created(self, parts: Parts) -> bool:
        """Whether a statement created exactly this relation."""
        known = self.all.get(parts)
        return known is not None and (known.table is not None or known.sql is not None)

    def drop(self, parts: Parts) -> Relation | None:
        """Forget a relation and return it; None if it is not known."""
        known = self.find(parts)
        if known is None:
            return None
        self._by_name[known[-1]].remove(known)
        return self.all.pop(known)

    def alter(self, parts: Parts, action: alter.Change, place: Place) -> None:
        """Change a relation; one that is not created yet, once it is."""
        known = self.find(parts)
        if known is None:
            known = parts
            self.put(parts, Relation())
        _apply(self.all[known], action, place)

    def rename(self, parts: Parts, new: Parts, place: Place, dialect: str) -> None:
        """Give a relation a new name; a shorter one stays in the schema of the old one.

        Views that were made before follow it in most databases, so for them the old name goes on to mean it.
        """
        new = (*parts[: max(len(parts) - len(new), 0)], *new)
        relation = self.drop(parts) or Relation(Table(new, "table", place, complete=False))
        if relation.table is not None:
            relation.table = replace(relation.table, parts=new)
        if relation.sql is not None:
            start, end = relation.name
            name = ".".join(exp.to_identifier(p, quoted=True).sql(dialect=dialect or None) for p in new)
            text = relation.sql.text
            relation.sql = replace(relation.sql, text=text[:start] + name + text[end:])
            relation.name = (start, start + len(name))
        self.put(new, relation)
        word = re.compile(rf"\b{re.escape(parts[-1])}\b", re.IGNORECASE)
        if any(r.sql is not None and r is not relation and word.search(r.sql.text) for r in self.all.values()):
            old, name = (
                ".".join(exp.to_identifier(p, quoted=True).sql(dialect or None) for p in n) for n in (parts, new)
            )
            text = "\n" * (place.line - 1) + f"CREATE VIEW {old} AS SELECT * FROM {name}"  # noqa: S608 - never run
            at = place.line - 1 + len("CREATE VIEW ")
            self.put(parts, Relation(sql=Sql(text, dialect, Place(place.path)), name=(at, at + len(old))))

    def swap(self, one: Parts, other: Parts) -> None:
        """Let two tables change their contents; built ones and unknown ones become incomplete tables."""
        first, second = self.find(one), self.find(other)
        a = self.all[first].table if first else None
        b = self.all[second].table if second else None
        if a and b and first and second:
            self.all[first].table = replace(b, parts=a.parts)
            self.all[second].table = replace(a, parts=b.parts)
            return
        for known in (self.all[k] for k in (first, second) if k is not None):
            if known.table is not None:
                known.table = replace(known.table, complete=False)


def _apply(relation: Relation, action: alter.Change, place: Place) -> None:
    if relation.table is not None:
        relation.table = changed(relation.table, action)
    elif relation.sql is None or not isinstance(action, alter.Comment):
        relation.pending.append((action, place))


def _placed(columns: tuple[Column, ...], name: str, after: str) -> tuple[Column, ...]:
    """Columns of which one stands behind another, before all where that has no name."""
    mine = [column for column in columns if column.name.lower() == name.lower()]
    others = [column for column in columns if column.name.lower() != name.lower()]
    names = [column.name.lower() for column in others]
    known = not after or after.lower() in names
    at = names.index(after.lower()) + 1 if after and known else 0
    return (*others[:at], *mine, *others[at:]) if known else columns


def changed(table: Table, action: alter.Change) -> Table:
    """`table` after one change of its columns."""
    match action:
        case alter.Add(parent, column, after):
            path = (*parent, column.name)
            added = change(table.columns, path, lambda old: old or column)
            return replace(table, columns=added if after is None or parent else _placed(added, column.name, after))
        case alter.Shift(name, after):
            return replace(table, columns=_placed(table.columns, name, after))
        case alter.Remove(path):
            return replace(table, columns=change(table.columns, path, lambda _: None))
        case alter.Rename(path, name, place):
            absent = None if table.complete else Column(name, place)
            return replace(
                table,
                columns=change(
                    table.columns, path, lambda old: structs.replace(old, name=name, place=place) if old else absent
                ),
            )
        case alter.Comment((), text):
            return replace(table, description=text)
        case alter.Comment(path, text, place):
            unknown = None if table.complete else Column(path[-1], place, description=text)
            return replace(
                table,
                columns=change(
                    table.columns, path, lambda old: structs.replace(old, description=text) if old else unknown
                ),
            )
        case alter.Replace(columns):
            return replace(table, columns=columns)
    return replace(table, complete=False)
