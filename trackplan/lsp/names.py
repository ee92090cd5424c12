"""What stands at a place of a file, where that is declared, and who uses it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.explain.find import Subject
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.facts.base import FactBase

# What is used before what declares it, so that the smallest place wins and a name in a query leads to its column.
_AT = """
WITH here AS (
  SELECT p.key, (p.end_line - p.line) * 100000 + p.end_column - p."column" AS size
  FROM place p JOIN file f ON f.key = p.file
  WHERE f.path = :path AND p.line = :line AND p."column" <= :column
    AND (p.end_line > p.line OR p.end_column >= :column)
)
SELECT h.size, n.kind, n.key, n.id FROM here h JOIN (
  SELECT place, 'field' AS kind, key, id FROM field
  UNION ALL SELECT place, 'event', key, id FROM event
  UNION ALL SELECT u.place, 'column', c.key, c.id FROM use u JOIN "column" c ON c.key = u."column"
  UNION ALL SELECT place, 'column', key, id FROM "column"
  UNION ALL SELECT place, 'relation', key, id FROM relation
  UNION ALL SELECT place, 'use case', key, id FROM use_case
  UNION ALL SELECT place, 'consumer', key, id FROM consumer
  UNION ALL SELECT n.place, 'field', f.key, f.id FROM need n JOIN need_match m ON m.need = n.key
            JOIN field f ON f.key = m.field
  UNION ALL SELECT n.place, 'event', e.key, e.id FROM need n JOIN need_match m ON m.need = n.key
            JOIN event e ON e.key = m.event
  UNION ALL SELECT n.place, 'column', c.key, c.id FROM need n JOIN need_match m ON m.need = n.key
            JOIN "column" c ON c.key = m."column"
) n ON n.place = h.key
ORDER BY h.size, n.kind, n.id
"""
_NAMED = """
SELECT 'use case', key, id FROM use_case WHERE id = :word
UNION ALL SELECT 'consumer', key, id FROM consumer WHERE id = :word
UNION ALL SELECT 'field', key, id FROM field WHERE id = :word
UNION ALL SELECT 'event', key, id FROM event WHERE id = :word
UNION ALL SELECT 'relation', key, id FROM relation WHERE id = :word
UNION ALL SELECT 'column', key, id FROM stored_column WHERE id = :word
"""
_TABLES = {"use case": "use_case"}
_LANDED = """
SELECT c.place FROM field_column l JOIN "column" c ON c.key = l."column" WHERE l.field IN ({keys})
UNION SELECT r.place FROM field_column l JOIN "column" c ON c.key = l."column" JOIN relation r ON r.key = c.relation
WHERE l.field IN ({keys}) AND c.place IS NULL
"""
_HELD = """
SELECT f.place FROM landing l JOIN field f ON f.key = l.field WHERE l."column" IN ({keys})
"""
_OWN = 'SELECT place FROM "{table}" WHERE key IN ({keys})'
_FILLED = """
SELECT r.place FROM landing_relation l JOIN relation r ON r.key = l.relation WHERE l.event IN ({keys})
"""
_COLUMNS = 'SELECT "column" FROM field_column WHERE field IN ({keys})'
_USES = """
SELECT place FROM use WHERE "column" IN ({columns}) AND place IS NOT NULL
UNION SELECT c.place FROM reach h JOIN consumer c ON c.key = h.consumer WHERE h."column" IN ({columns})
UNION SELECT n.place FROM need_match m JOIN need n ON n.key = m.need WHERE m."column" IN ({columns})
"""
_CONSUMERS = """
SELECT c.place FROM reach h JOIN consumer c ON c.key = h.consumer WHERE h."column" IN ({columns})
"""
_NEEDS = "SELECT n.place FROM need_match m JOIN need n ON n.key = m.need WHERE m.{kind} IN ({keys})"
_READERS = """
SELECT c.place FROM relation_reach h JOIN consumer c ON c.key = h.consumer WHERE h.relation IN ({keys})
"""
_RELATIONS = "SELECT relation FROM landing_relation WHERE event IN ({keys})"
_TAKEN = "SELECT place FROM use WHERE consumer IN ({keys}) AND place IS NOT NULL"
_LISTED = """
SELECT u.place FROM serves s JOIN use_case u ON u.key = s.use_case WHERE s.consumer IN ({keys})
"""
_SERVED = "SELECT c.place FROM serves s JOIN consumer c ON c.key = s.consumer WHERE s.use_case IN ({keys})"
_WANTED = "SELECT place FROM need WHERE use_case IN ({keys})"
_WORD = re.compile(r"""[^\s,:;()\[\]{}"'`#]+""")
_QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")


def at(base: FactBase, path: str, line: int, column: int, text: str) -> list[Subject]:
    """What stands at a line and column of a file: subjects of one kind, which that place declares, uses or selects.

    `text` is the line. Where nothing is known of the place, the word there may be an id.
    """
    try:
        return _written(base, path, line, column) or _named(base, _words(text, column))
    except UnicodeEncodeError:  # half a character, which no name holds
        return []


def _written(base: FactBase, path: str, line: int, column: int) -> list[Subject]:
    found: list[tuple[int, Subject]] = [
        (size, Subject(str(kind), key, str(id_)))
        for size, kind, key, id_ in base.fetch(_AT, {"path": path, "line": line, "column": column})
        if isinstance(size, int) and isinstance(key, int)
    ]
    best = [(size, each.kind) for size, each in found[:1]]
    return list(dict.fromkeys(each for size, each in found if [(size, each.kind)] == best))


def _named(base: FactBase, words: list[str]) -> list[Subject]:
    for word in words:
        for kind, key, id_ in base.fetch(_NAMED, {"word": word}):
            if isinstance(key, int):
                return [Subject(str(kind), key, str(id_))]
    return []


def definitions(base: FactBase, subjects: Sequence[Subject], here: tuple[str, int]) -> list[Place]:
    """Where the subjects are declared; asked there, where they come from or go to: a field's columns, and back."""
    kind, keys = _keyed(subjects)
    own = _places(base, _OWN.format(table=_TABLES.get(kind, kind), keys=keys))
    if all((place.path, place.line) != here for place in own) and own:
        return own
    beyond = {"field": _LANDED, "column": _HELD, "event": _FILLED}.get(kind)
    return (_places(base, beyond.format(keys=keys)) if beyond else []) or own


def consumers(base: FactBase, subjects: Sequence[Subject]) -> list[Place]:
    """The consumers that the subjects reach."""
    kind, keys = _keyed(subjects)
    if kind in ("field", "column"):
        return _places(base, _CONSUMERS.format(columns=_columns(kind, keys)))
    if kind in ("event", "relation"):
        return _places(base, _READERS.format(keys=keys if kind == "relation" else _RELATIONS.format(keys=keys)))
    return _places(base, (_SERVED if kind == "use case" else _OWN.format(table=kind, keys="{keys}")).format(keys=keys))


def references(base: FactBase, subjects: Sequence[Subject]) -> list[Place]:
    """Who uses or needs the subjects: places in SQL, consumers, and the needs of use cases."""
    kind, keys = _keyed(subjects)
    if kind in ("field", "column"):
        found = _places(base, _USES.format(columns=_columns(kind, keys)))
        needs = _places(base, _NEEDS.format(kind=f'"{kind}"', keys=keys))
    elif kind in ("event", "relation"):
        found = consumers(base, subjects)
        needs = _places(base, _NEEDS.format(kind=kind, keys=keys)) if kind == "event" else []
    else:
        first, second = (_WANTED, _SERVED) if kind == "use case" else (_TAKEN, _LISTED)
        found, needs = _places(base, first.format(keys=keys)), _places(base, second.format(keys=keys))
    return sorted({*found, *needs})


def _keyed(subjects: Sequence[Subject]) -> tuple[str, str]:
    """Their kind, and their keys as they stand in SQL: numbers of ours, never input."""
    return subjects[0].kind, ", ".join(str(int(subject.key)) for subject in subjects)


def _columns(kind: str, keys: str) -> str:
    return keys if kind == "column" else _COLUMNS.format(keys=keys)


def _places(base: FactBase, sql: str) -> list[Place]:
    found = (base.at(key) for (key,) in base.fetch(sql) if isinstance(key, int))
    return sorted({place for place in found if place is not None})


def _words(text: str, column: int) -> list[str]:
    """What may be an id around a column of a line: what stands in quotes there, then the word."""
    found = [m[1] or m[2] or "" for m in _QUOTED.finditer(text) if m.start() < column <= m.end()]
    found += [m.group() for m in _WORD.finditer(text) if m.start() < column <= m.end() + 1]
    return [word for word in found if word]
