"""A large base in a file → a small one with some of its events, and all that tells something about these."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trackplan.facts import image
from trackplan.facts.base import FactBase

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


def events(
    path: str,
    checked: int,
    ids: Collection[str],
    growing: Collection[str] = (),
    needs: Callable[[FactBase], Iterable[int]] | None = None,
) -> FactBase:
    """What the file has of these events, of what they land in, of who needs that, and of what else is needed there.

    Of those that are `growing`, who needs the columns of their tables too; `needs` gives the keys of further needs.
    It remains at hand as `whole`. Raises `ValueError` where the file is not the one with that checksum.
    """
    base = _opened(path, checked, sorted(ids))
    try:
        base.run("INSERT INTO growing SELECT value FROM json_each(:ids)", {"ids": json.dumps(sorted(growing))})
        base.run("CREATE TEMP TABLE seed (need INTEGER PRIMARY KEY)")
        for key in needs(base) if needs is not None else ():
            base.run("INSERT OR IGNORE INTO seed VALUES (:key)", {"key": key})
    except BaseException:
        base.close()
        raise
    return _filled(base, (*_NEAR, *_ROWS))


def plans(path: str, checked: int, ids: Collection[str], paths: Collection[str] = ()) -> FactBase:
    """What plans in the file say of these events. Some `paths`, each a JSON list, are in a table for `facts.wide`."""
    base = _filled(_opened(path, checked, sorted(ids)), _PLANNED)
    base.run("INSERT INTO listed_path SELECT value FROM json_each(:paths)", {"paths": json.dumps(sorted(paths))})
    return base


def names(base: FactBase) -> None:
    """Choose a field for each name that events have in a plan which `plans` did not take, for `facts.wide`."""
    base.run(_NAMED)


def _filled(base: FactBase, statements: Iterable[str]) -> FactBase:
    """The base once the statements have run, or closed where one of them fails."""
    try:
        for statement in statements:
            base.run(statement)
    except BaseException:
        base.close()
        raise
    return base


def _opened(path: str, checked: int, wanted: list[str]) -> FactBase:
    """An empty base with the file at hand as `whole`, and what is `wanted` of it in a table of that name."""
    base = FactBase.create()
    try:
        base.connection.execute("COMMIT")  # within a transaction nothing can be attached
        base.connection.execute("PRAGMA main.journal_mode = MEMORY")  # what is tried can be taken back
        image.attach(base.connection, path, checked)
        base.connection.execute("BEGIN")
        base.run("CREATE TEMP TABLE wanted (word TEXT PRIMARY KEY)")
        base.run("CREATE TEMP TABLE growing (id TEXT PRIMARY KEY)")
        base.run("INSERT INTO wanted SELECT value FROM json_each(:words)", {"words": json.dumps(wanted)})
    except BaseException:
        base.close()
        raise
    return base


def _row(table: str, condition: str = "true") -> str:
    return f'INSERT OR IGNORE INTO main."{table}" SELECT * FROM whole."{table}" WHERE {condition}'  # noqa: S608


# Whatever may be told of two events together, since they land in one relation or one use case needs both, takes both.
_NEAR = (
    "CREATE TEMP TABLE near (event INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE beside (relation INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE asking (use_case INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE asked (field INTEGER, event INTEGER, col INTEGER)",
    "INSERT INTO near SELECT key FROM whole.event WHERE id IN wanted",
    """INSERT INTO beside
SELECT relation FROM whole.landing_relation WHERE event IN near
UNION SELECT c.relation FROM near n CROSS JOIN whole.field f ON f.event = n.event
CROSS JOIN whole.landing l ON l.field = f.key CROSS JOIN whole."column" c ON c.key = l."column" """,
    """INSERT INTO asking
SELECT n.use_case FROM whole.need n WHERE n.key IN (
  SELECT m.need FROM near n CROSS JOIN whole.field f ON f.event = n.event
        CROSS JOIN whole.need_match m ON m.field = f.key
  UNION SELECT m.need FROM near n CROSS JOIN whole.field f ON f.event = n.event
        CROSS JOIN whole.landing l ON l.field = f.key CROSS JOIN whole.need_match m ON m."column" = l."column"
  UNION SELECT m.need FROM whole.need_match m WHERE m.event IN near
  UNION SELECT m.need FROM growing g CROSS JOIN whole.event e ON e.id = g.id
        CROSS JOIN whole.landing_relation l ON l.event = e.key
        CROSS JOIN whole.stored_column c ON c.relation = l.relation
        CROSS JOIN whole.need_match m ON m."column" = c.key
  UNION SELECT need FROM seed)
GROUP BY n.use_case""",
    """INSERT INTO asked
SELECT m.field, m.event, m."column" FROM whole.need n CROSS JOIN whole.need_match m ON m.need = n.key
WHERE n.use_case IN asking""",
    """INSERT OR IGNORE INTO beside SELECT c.relation FROM whole."column" c WHERE c.key IN (SELECT col FROM asked)""",
    """INSERT OR IGNORE INTO near
SELECT event FROM asked WHERE event IS NOT NULL
UNION SELECT event FROM whole.field WHERE key IN (SELECT field FROM asked)
UNION SELECT f.event FROM beside b CROSS JOIN whole.stored_column c ON c.relation = b.relation
      CROSS JOIN whole.landing l ON l."column" = c.key CROSS JOIN whole.field f ON f.key = l.field
UNION SELECT event FROM whole.landing_relation WHERE relation IN beside""",
    """INSERT OR IGNORE INTO beside
SELECT relation FROM whole.landing_relation WHERE event IN near
UNION SELECT c.relation FROM near n CROSS JOIN whole.field f ON f.event = n.event
CROSS JOIN whole.landing l ON l.field = f.key CROSS JOIN whole."column" c ON c.key = l."column" """,
)
_FIELDS, _COLUMNS = "(SELECT key FROM main.field)", '(SELECT key FROM main."column")'
_PLACES = " UNION ".join(
    f'SELECT place FROM main."{table}"'  # noqa: S608
    for table in ("event", "field", "column", "relation", "need", "use_case", "plan", "consumer", "relation_retention")
)
_CLASSED = ("classification", "lessened_subject", "less_data")
_ROWS = (
    *map(_row, ("run", "evidence", "plan", "data_policy", "data_policy_word")),
    _row("event", "key IN near"),
    _row("field", "event IN near"),
    *(_row(table, "event IN near") for table in ("event_tag", "event_destination", "event_status", "landing_relation")),
    *(_row(table, f"field IN {_FIELDS}") for table in ("field_tag", "landing", "unlanded", "field_status")),
    _row("relation", "key IN beside"),
    _row("stored_column", "relation IN beside"),
    _row("built_column", 'key IN (SELECT "column" FROM main.landing UNION SELECT col FROM asked)'),
    *(_row(table, "relation IN beside") for table in ("relation_status", "relation_retention", "relation_reach")),
    *(_row(table, "relation IN beside") for table in ("coverage", "unplanned_table")),
    *(_row(table, f'"column" IN {_COLUMNS}') for table in ("column_tag", "column_status", "carry", "doubt")),
    *(_row(table, f'"column" IN {_COLUMNS}') for table in ("stored_reach", "built_reach")),
    *(_row(table, f"kind = 'field' AND key IN {_FIELDS}") for table in _CLASSED),
    *(_row(table, f"kind = 'column' AND key IN {_COLUMNS}") for table in _CLASSED),
    _row("consumer", "key IN (SELECT consumer FROM main.reach)"),
    _row("serves", "consumer IN (SELECT key FROM main.consumer)"),
    _row("serves", "use_case IN asking"),
    _row("consumer", "key IN (SELECT consumer FROM main.serves)"),
    _row("use_case", "key IN (SELECT use_case FROM asking UNION SELECT use_case FROM main.serves)"),
    _row("use_case_detail", "use_case IN (SELECT key FROM main.use_case)"),
    _row("need", "use_case IN (SELECT key FROM main.use_case)"),
    _row("need_match", "need IN (SELECT key FROM main.need)"),
    _row("place", f"key IN ({_PLACES})"),
    _row("file", "key IN (SELECT file FROM main.place)"),
)  # fmt: skip
_PLANNED = (
    "CREATE TEMP TABLE listed_path (path TEXT PRIMARY KEY)",
    "CREATE TEMP TABLE listed_field (key INTEGER PRIMARY KEY)",
    *map(_row, ("run", "evidence", "plan")),
    _row("event", "id IN wanted"),
    _row("field", "event IN (SELECT key FROM main.event)"),
    *(_row(table, "event IN (SELECT key FROM main.event)") for table in ("event_tag", "event_destination")),
    _row("field_tag", f"field IN {_FIELDS}"),
    _row("place", "key IN (SELECT place FROM main.field UNION SELECT place FROM main.event)"),
    _row("file", "key IN (SELECT file FROM main.place)"),
)
# Each name is the last one of some paths; the index on these leads from one to the next.
_NAMED = """
INSERT INTO listed_field
WITH RECURSIVE known (path) AS (
  SELECT min(path) FROM whole.field
  UNION ALL
  SELECT (SELECT min(f.path) FROM whole.field f WHERE f.path > k.path) FROM known k WHERE k.path IS NOT NULL
)
SELECT key FROM (
  SELECT (
    SELECT f.key FROM whole.field f CROSS JOIN whole.event e ON e.key = f.event
    WHERE f.path = k.path AND e.plan = p.key AND f.event NOT IN (SELECT key FROM main.event) LIMIT 1
  ) AS key
  FROM known k CROSS JOIN whole.plan p WHERE k.path IS NOT NULL
) WHERE key IS NOT NULL
"""
