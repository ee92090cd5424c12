"""What a name that selects nothing in a large base may mean, told without looking at all the names there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trackplan.derive.subjects import Subjects
from trackplan.errors import TooMuchError
from trackplan.names import bare

if TYPE_CHECKING:
    from collections.abc import Collection

    from trackplan.facts.base import FactBase


def hint(base: FactBase, name: str, unknown: Collection[str]) -> str:
    """What `Subjects.hint` gives of all that is there.

    Events of the base have the fields that they have there, all others those of the large one that is attached to it.
    Raises `TooMuchError` where that depends on the fields of an event that is `unknown`, by its id.
    """
    plans = [str(plan) for (plan,) in base.fetch("SELECT name FROM whole.plan")]
    names = [bare(name), *(bare(f"{plan}/{name}") for plan in plans)]
    listed = {"names": json.dumps(names), "begun": json.dumps([each[:1] for each in names])}
    keys = {
        table: json.dumps([key for (key,) in base.fetch(_BEGUN.format(table), listed)])
        for table in ("event", "relation")
    }
    if any(id_ in unknown for (id_,) in base.fetch(_ELSEWHERE, {"event": keys["event"]})):
        raise TooMuchError
    found = Subjects()
    for kind, table, sql in _INSIDE:
        for key, id_, plan in base.fetch(sql, {table: keys[table]}):
            found.add(str(id_), kind, int(str(key)), str(plan))
    return found.hint(name)


def is_open(base: FactBase, selector: str) -> bool:
    """Whether a selector begins with the id of a relation that may hold more than is declared, as rules look for it."""
    begun = [selector[:place] for place, sign in enumerate(selector) if sign == "."]
    return next(base.fetch(_OPEN, {"begun": json.dumps(begun)}), None) is not None


# Ids with which a name may begin; of those with rare signs that is not told here.
_BARE = "lower(replace(replace(replace(replace(w.id, '\"', ''), ' ', ''), '_', ''), '-', ''))"
_BEGUN = f"""
SELECT key FROM whole.{{0}} WHERE id IN (
  SELECT w.id FROM whole.{{0}} w
  WHERE (w.id GLOB '[^a-zA-Z0-9]*' OR lower(substr(w.id, 1, 1)) IN (SELECT value FROM json_each(:begun)))
    AND (w.id GLOB '*[^ -~]*' OR instr(w.id, '""') OR EXISTS (
      SELECT 1 FROM json_each(:names) n WHERE substr(n.value, 1, length({_BARE})) = {_BARE})))
"""  # noqa: S608
_ELSEWHERE = """
SELECT id FROM whole.event
WHERE key IN (SELECT value FROM json_each(:event)) AND key NOT IN (SELECT key FROM main.event)
"""
_INSIDE = (
    ("event", "event", """
SELECT e.key, e.id, p.name FROM whole.event e JOIN whole.plan p ON p.key = e.plan
WHERE e.key IN (SELECT value FROM json_each(:event))"""),
    ("field", "event", """
SELECT f.key, f.id, p.name FROM whole.event e JOIN whole.plan p ON p.key = e.plan
JOIN (SELECT key, id, event FROM main.field UNION ALL
      SELECT key, id, event FROM whole.field WHERE event NOT IN (SELECT key FROM main.event)) f ON f.event = e.key
WHERE e.key IN (SELECT value FROM json_each(:event))"""),
    ("relation", "relation", """
SELECT key, id, '' FROM whole.relation WHERE raw AND key IN (SELECT value FROM json_each(:relation))"""),
    ("column", "relation", """
SELECT key, id, '' FROM whole.stored_column WHERE relation IN (SELECT value FROM json_each(:relation))"""),
)  # fmt: skip
_OPEN = """
SELECT 1 FROM whole.relation WHERE raw AND open AND id IN (
  SELECT id FROM whole.relation WHERE lower(id) IN (SELECT lower(value) FROM json_each(:begun)))
"""
