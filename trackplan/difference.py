"""Two fact bases → what a change adds to, takes out of and alters in the data that is collected, and why it is.

Whether something was renamed nobody writes down: a field that went and one that came are taken for one where only the
name differs, or where the names are nearly the same; that is a guess, and called one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trackplan.facts.base import FactBase

KINDS = ("use case", "event", "field")
_ALIKE = 0.7
"""How much of two names must be the same, as difflib counts, where all else is; and of an event's fields."""

_PASSING = ("event", "fields")
"""Properties that only serve to compare."""

Said = dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One subject that came, went, was altered or renamed: `kind` is one of KINDS.

    `before` is empty where it is new, `after` where it is gone, and both are where it was altered: property → what is
    said of it. `was` is the id of what is taken for the same under another name.
    """

    kind: str
    id: str
    before: Said
    after: Said
    was: str = ""

    @property
    def action(self) -> str:
        """`added`, `removed`, `renamed` or `changed`."""
        if self.was:
            return "renamed"
        return "changed" if self.before and self.after else "added" if self.after else "removed"

    @property
    def altered(self) -> dict[str, tuple[str, str]]:
        """Property → what was said of it, and what is now; only where the two differ."""
        names = dict.fromkeys((*self.before, *self.after))
        pairs = {name: (self.before.get(name, ""), self.after.get(name, "")) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and name not in _PASSING}


def compare(before: FactBase, after: FactBase) -> list[Change]:
    """Every change, sorted by kind and id. What lies in an event that came or went is told with the event alone."""
    changes: list[Change] = []
    whole: set[str] = set()
    for kind in KINDS:
        old, new = _said(before, kind), _said(after, kind)
        found = [
            Change(kind, id_, old.get(id_, {}), new.get(id_, {}))
            for id_ in sorted(old.keys() | new.keys())
            if old.get(id_) != new.get(id_)
        ]
        found = [change for change in found if change.action != "changed" or change.altered]
        if kind == "field":
            found = [change for change in found if _event(change) not in whole]
        renamed = list(_renamed(found))
        gone = {id_ for change in renamed for id_ in (change.id, change.was)}
        found = [change for change in found if change.id not in gone] + renamed
        if kind == "event":
            whole = gone | {change.id for change in found if not (change.before and change.after)}
        changes += sorted(found, key=lambda change: change.id)
    return changes


def _event(change: Change) -> str:
    return (change.before or change.after)["event"]


def _renamed(changes: list[Change]) -> Iterator[Change]:
    """Pairs of what went and what came that are probably one thing; each is in one pair at most."""
    left = [change for change in changes if not change.after]
    for came in (change for change in changes if not change.before):
        scored = [(score, gone) for gone in left if (score := _likeness(gone, came)) >= _ALIKE]
        if scored:
            best = max(scored, key=lambda pair: (pair[0], pair[1].id))[1]
            left.remove(best)
            yield Change(came.kind, came.id, best.before, came.after, best.id)


def _likeness(gone: Change, came: Change) -> float:
    """From 0 to 1: how much alike an event's fields are; a field's name, if all that is said of it is the same."""
    if gone.kind == "use case":
        return 0.0
    if gone.kind == "event":
        one, other = (set((said["fields"] or "").split("\n")) for said in (gone.before, came.after))
        return len((one & other) - {""}) / len(one | other)
    rest = [{k: v for k, v in said.items() if k not in ("purposes",)} for said in (gone.before, came.after)]
    if rest[0] != rest[1]:
        return 0.0
    if rest[0]["description"]:
        return 1.0
    return SequenceMatcher(None, gone.id.lower(), came.id.lower(), autojunk=False).ratio()


def _said(base: FactBase, kind: str) -> Mapping[str, Said]:
    rows = base.fetch(_QUERIES[kind])
    return {str(id_): json.loads(str(said)) for id_, said in rows}


_QUERIES = {
    "use case": """
SELECT id, json_object('title', title, 'owner', owner, 'outcome', metric, 'horizon', coalesce(horizon, ''),
       'legal basis', legal_basis, 'data use', data_use, 'retention', retention, 'status', status)
FROM use_case
""",
    "event": """
SELECT e.id, json_object('owner', e.owner, 'status', e.status, 'expires', coalesce(e.expires, ''),
       'description', e.description,
       'fields', (SELECT group_concat(path, char(10)) FROM field f WHERE f.event = e.key))
FROM event e
""",
    "field": """
SELECT f.id, json_object('event', e.id, 'type', f.type, 'required', CASE f.required WHEN 1 THEN 'yes' ELSE 'no' END,
       'values', coalesce(f."values", ''), 'sensitivity', f.sensitivity, 'status', f.status,
       'expires', coalesce(f.expires, ''), 'description', f.description,
       'purposes', coalesce((SELECT group_concat(use_case_id, ', ') FROM (
         SELECT DISTINCT use_case_id FROM subject_use_case s WHERE s.kind = 'field' AND s.key = f.key ORDER BY 1)), ''))
FROM field f JOIN event e ON e.key = f.event
""",
}
