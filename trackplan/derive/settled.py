"""What plans declare is written into the facts of some of their events, which hold what an earlier text declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.derive import edited_plans, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trackplan.classify import Dictionary
    from trackplan.derive.edited_plans import Said, Wanted
    from trackplan.facts.base import FactBase, Value
    from trackplan.facts.declared import Plan


def settle(
    base: FactBase, plans: Iterable[Plan], wanted: Wanted, unfilled: Sequence[str], words: Callable[[], Dictionary]
) -> None:
    """Let a base that `facts.near` took hold what the plans say of what is `wanted`; `less` has to follow.

    Tables in `unfilled` have no rows at all.
    """
    for plan in plans:
        for said in edited_plans.walk(plan, wanted):
            key = edited_plans.write(base, said)
            _place(base, said, key)
            if not said.is_event and "classification" not in unfilled:
                _classify(base, said, key, words())


def less(base: FactBase, unfilled: Sequence[str]) -> bool:
    """Tell anew of what less is looked for; False where nobody knows what less of it would do."""
    if "lessened_subject" in unfilled:
        return True
    base.run("DELETE FROM lessened_subject")
    base.run("INSERT INTO lessened_subject (kind, key, category) SELECT kind, key, category FROM lessened")
    if base.count(_MORE):
        return False
    if "less_data" in unfilled:
        return True
    base.run("DELETE FROM less_data")
    base.run(_KNOWN)
    return all(_retyped(base, *row) for row in list(base.fetch(_RETYPED)))


def _retyped(base: FactBase, key: Value, now: Value, before: Value, action: Value, evidence: Value) -> bool:
    """Tell what less of a value of another type would do; False where that cannot be told from what was."""
    hashed, hashable = not values.is_unhashable(str(before)), not values.is_unhashable(str(now))
    if hashed and not hashable and action == "hash":
        from trackplan.derive import alternatives

        found = alternatives.nothing(str(evidence))
        row = {"key": key, "action": found.action, "keep": found.keep, "advice": found.advice}
        base.run(_NOTHING_LESS, row)
    return hashed or not hashable or action not in ("none", "aggregate", "bucket")


def _place(base: FactBase, said: Said, key: Value) -> None:
    place = said.said.place
    table = "event" if said.is_event else "field"
    base.run(_NEW_PLACE, dict(zip(place._fields, place, strict=True)))
    base.run(f"UPDATE {table} SET place = (SELECT max(key) FROM place) WHERE key = :key", {"key": key})  # noqa: S608


def _classify(base: FactBase, said: Said, key: Value, words: Dictionary) -> None:
    from trackplan.derive import classes

    base.run("DELETE FROM classification WHERE kind = 'field' AND key = :key", {"key": key})
    described = (said.event, said.path, said.kind, said.said.description, said.tags)
    for row in classes.field_rows(0, *described, said.sensitivity, words):
        base.insert("classification", classes.NAMES, [(row[0], key, *row[2:])])


_NEW_PLACE = """
INSERT INTO place (key, file, line, "column", end_line, end_column)
SELECT (SELECT max(key) + 1 FROM place), f.key, :line, :column, :end_line, :end_column FROM file f WHERE f.path = :path
"""
_KNOWN = """
INSERT INTO less_data SELECT * FROM whole.less_data WHERE (kind, key) IN (SELECT kind, key FROM lessened_subject)
"""
_MORE = """
SELECT count(*) FROM (SELECT kind, key FROM lessened_subject EXCEPT SELECT kind, key FROM whole.lessened_subject)
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
