"""What plans declare is written into the facts of some of their events, which hold what an earlier text declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.derive import edited_plans, values
from trackplan.names import field_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from trackplan.classify import Dictionary
    from trackplan.derive.edited_plans import Said, Wanted
    from trackplan.facts.base import FactBase, Row, Value
    from trackplan.facts.declared import Plan


def settle(
    base: FactBase,
    plans: Iterable[Plan],
    wanted: Wanted,
    unfilled: Sequence[str],
    words: Callable[[], Dictionary],
    *,
    anew: Collection[str],
) -> None:
    """Let a base that `facts.near` took hold what the plans say of what is `wanted`; `less` has to follow.

    Tables in `unfilled` have no rows at all. Of a field nothing is written that is there already; those of the events
    in `anew`, by their ids, are not classified yet.
    """
    there = {row[0]: (row[1], row[2:9], row[9:]) for row in base.fetch(_THERE)}
    moved: list[tuple[Said, Value]] = []
    for plan in plans:
        for said in edited_plans.walk(plan, wanted):
            key, cells, place = there.pop(said.id, (None, (), ())) if not said.is_event else (None, (), ())
            differs = key is None or cells != tuple(said.cells.values())
            if differs:
                key = edited_plans.write(base, said)
            new = differs or field_id(plan.name, said.event, ()) in anew
            if new and not said.is_event and "classification" not in unfilled:
                _classify(base, said, key, words())
            if place != tuple(said.said.place):
                moved.append((said, key))
    _place(base, moved)


def less(base: FactBase, unfilled: Sequence[str]) -> bool:
    """Tell anew of what less is looked for; False where nobody knows what less of it would do."""
    if "lessened_subject" in unfilled:
        return True
    base.run("DELETE FROM lessened_subject")
    base.run("INSERT INTO lessened_subject (kind, key, category) SELECT kind, key, category FROM lessened")
    if "less_data" in unfilled:
        return not base.count(_MORE)
    base.run("DELETE FROM less_data")
    base.run(_KNOWN)
    judged_anew = all(_judged(base, *row) for row in list(base.fetch(_OTHERWISE)))
    return judged_anew and all(_retyped(base, *row) for row in list(base.fetch(_RETYPED)))


def _judged(base: FactBase, kind: Value, key: Value, used: Value, read: Value, reason: Value, cases: Value) -> bool:
    """Tell what less of something would do whose verdict is another, or that is new; False where nobody knows."""
    from trackplan.derive import alternatives
    from trackplan.derive.less import NAMES

    if used is None:
        found = alternatives.unknown(str(reason))
        words: Row | None = (found.action, found.form, found.keep, found.evidence, "", "", found.advice)
    elif used:
        words = _alike(base, kind, key)
    elif read:
        return False
    else:
        found = alternatives.drop(alternatives.unused(str(cases)), [])
        words = (found.action, found.form, found.keep, found.evidence, "", "", found.advice)
    if words is None:
        return False
    base.run("DELETE FROM less_data WHERE kind = :kind AND key = :key", {"kind": kind, "key": key})
    base.insert("less_data", NAMES, [(kind, key, *words)])
    return True


def _alike(base: FactBase, kind: Value, key: Value) -> Row | None:
    """What was told of something that is stored in the one column in which this is; None where there is no such."""
    found = list(base.fetch(_STORED_ALONE[str(kind)], {"key": key}))
    if len(found) != 1:
        return None
    column, mine, stored = found[0]
    for type_, *words in base.fetch(_TOLD_OF, {"column": column}):
        here, there = (any(map(values.is_unhashable, (str(each), str(stored)))) for each in (mine, type_))
        if here == there or words[0] not in _BY_TYPE:
            return tuple(words)
    return None


def _retyped(base: FactBase, key: Value, now: Value, before: Value, action: Value, evidence: Value) -> bool:
    """Tell what less of a value of another type would do; False where that cannot be told from what was."""
    hashed, hashable = not values.is_unhashable(str(before)), not values.is_unhashable(str(now))
    if hashed and not hashable and action == "hash":
        from trackplan.derive import alternatives

        found = alternatives.nothing(str(evidence))
        row = {"key": key, "action": found.action, "keep": found.keep, "advice": found.advice}
        base.run(_NOTHING_LESS, row)
    return hashed or not hashable or action not in ("none", "aggregate", "bucket")


_BY_TYPE = frozenset({"none", "aggregate", "bucket", "hash"})


def _place(base: FactBase, moved: Sequence[tuple[Said, Value]]) -> None:
    """Let events and fields stand where they do."""
    files = {str(path): key for path, key in base.fetch("SELECT path, key FROM file")} if moved else {}
    first = base.count(_NEW_PLACE) if moved else 0
    numbered = [(first + number, said, key) for number, (said, key) in enumerate(moved)]
    rows = [(place, files[said.said.place.path], *said.said.place[1:]) for place, said, _ in numbered]
    base.insert("place", ("key", "file", "line", "column", "end_line", "end_column"), rows)
    for place, said, key in numbered:
        base.run(_MOVE["event" if said.is_event else "field"], {"place": place, "key": key})


def _classify(base: FactBase, said: Said, key: Value, words: Dictionary) -> None:
    from trackplan.derive import classes

    base.run("DELETE FROM classification WHERE kind = 'field' AND key = :key", {"key": key})
    described = (said.event, said.path, said.kind, said.said.description, said.tags)
    for row in classes.field_rows(0, *described, said.sensitivity, words):
        base.insert("classification", classes.NAMES, [(row[0], key, *row[2:])])


_THERE = """
SELECT f.id, f.key, f.type, f.required, f."values", f.description, f.owner, f.introduced, f.expires,
       l.path, p.line, p."column", p.end_line, p.end_column
FROM field f JOIN place p ON p.key = f.place JOIN file l ON l.key = p.file
"""
_NEW_PLACE = "SELECT 1 + max((SELECT max(key) FROM main.place), (SELECT max(key) FROM whole.place))"
_MOVE = {table: f"UPDATE {table} SET place = :place WHERE key = :key" for table in ("event", "field")}  # noqa: S608
_KNOWN = """
INSERT INTO less_data SELECT * FROM whole.less_data
WHERE (kind, key) IN (SELECT kind, key FROM lessened_subject INTERSECT SELECT kind, key FROM subject)
"""
_MORE = """
SELECT count(*) FROM (SELECT kind, key FROM lessened_subject EXCEPT SELECT kind, key FROM whole.lessened_subject)
"""
# What is stored elsewhere is judged otherwise too, as far as this matters: if it is used.
_OTHERWISE = """
WITH told AS (SELECT DISTINCT kind, key FROM lessened_subject)
SELECT t.kind, t.key, m.used, m.carried OR m.others <> '', m.reason, CASE WHEN m.needed THEN m.use_cases ELSE '' END
FROM told t JOIN field_status m ON m.field = t.key LEFT JOIN whole.field_status w ON w.field = t.key
WHERE t.kind = 'field' AND (
  NOT EXISTS (SELECT 1 FROM less_data d WHERE d.kind = t.kind AND d.key = t.key)
  OR (m.used, m.reason, m.needed, m.use_cases) IS NOT (w.used, w.reason, w.needed, w.use_cases)
  OR EXISTS (SELECT "column" FROM landing WHERE field = t.key
             EXCEPT SELECT "column" FROM whole.landing WHERE field = t.key)
  OR EXISTS (SELECT "column" FROM whole.landing WHERE field = t.key
             EXCEPT SELECT "column" FROM landing WHERE field = t.key)
  OR m.used AND EXISTS (SELECT 1 FROM growing g JOIN event e ON e.id = g.id JOIN field f ON f.event = e.key
             JOIN whole.field i ON i.event = e.key
             WHERE f.key = t.key AND (f.key IN (SELECT parent FROM field) OR i.parent = f.key)))
UNION ALL
SELECT t.kind, t.key, m.used, m.carried OR m.others <> '', m.reason, CASE WHEN m.needed THEN m.use_cases ELSE '' END
FROM told t JOIN column_status m ON m."column" = t.key LEFT JOIN whole.column_status w ON w."column" = t.key
WHERE t.kind = 'column' AND NOT m.lands AND (
  NOT EXISTS (SELECT 1 FROM less_data d WHERE d.kind = t.kind AND d.key = t.key)
  OR (m.used, m.reason, m.needed, m.use_cases) IS NOT (w.used, w.reason, w.needed, w.use_cases))
"""
# The only column of something, with the types of both.
_STORED_ALONE = {
    "column": "SELECT key, type, type FROM stored_column WHERE key = :key",
    "field": """
SELECT c.key, f.type, c.type FROM landing l JOIN stored_column c ON c.key = l."column" JOIN field f ON f.key = l.field
WHERE l.field = :key AND NOT EXISTS (SELECT 1 FROM field i WHERE i.parent = :key)""",
}
_TOLD_OF = """
SELECT c.type, d.action, d.form, d.keep, d.evidence, d.breaks, d.takers, d.advice
FROM whole.stored_column c JOIN whole.less_data d ON d.kind = 'column' AND d.key = c.key WHERE c.key = :column
UNION ALL
SELECT f.type, d.action, d.form, d.keep, d.evidence, d.breaks, d.takers, d.advice
FROM whole.landing l JOIN whole.less_data d ON d.kind = 'field' AND d.key = l.field
JOIN whole.field f ON f.key = l.field
WHERE l."column" = :column AND NOT EXISTS (SELECT 1 FROM whole.field i WHERE i.parent = f.key)
  AND 1 = (SELECT count(*) FROM whole.landing o WHERE o.field = f.key)
"""
# What less data would do was chosen by the type.
_RETYPED = """
SELECT f.key, f.type, w.type, d.action, d.evidence FROM field f JOIN whole.field w ON w.key = f.key
JOIN less_data d ON d.kind = 'field' AND d.key = f.key WHERE f.type <> w.type
"""
_NOTHING_LESS = """
UPDATE less_data SET action = :action, form = '', keep = :keep, breaks = '', takers = '', advice = :advice
WHERE kind = 'field' AND key = :key
"""
