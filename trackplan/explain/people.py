"""The chain of a use case or a consumer: who stands behind it, what it needs or takes, what rests on it alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trackplan.explain.lookup import joined, listing, number
from trackplan.explain.tree import Node, capped

if TYPE_CHECKING:
    from trackplan.explain.lookup import Cell, Lookup

_USE_CASE = """
SELECT id, title, owner, metric, goal, moves, stage, horizon, review_by, legal_basis, data_use, retention, state,
       special_category_basis, signed_by, signed_on, signed, fingerprint, place
FROM use_case WHERE key = :key
"""
_DETAILS = """
SELECT replace(kind, '_', ' ') || 's', group_concat(value || iif(note = '', '', ' (' || note || ')'), '; ')
FROM (SELECT * FROM use_case_detail WHERE use_case = :key ORDER BY kind, value) GROUP BY kind ORDER BY kind
"""
_NEEDS = "SELECT key, selector, why, wildcard, hint, place FROM need WHERE use_case = :key ORDER BY key"
_MATCHES = """
SELECT coalesce(f.id, c.id, e.id), CASE WHEN f.key THEN 'field' WHEN c.key THEN 'column' ELSE 'event' END
FROM need_match m LEFT JOIN field f ON f.key = m.field
LEFT JOIN "column" c ON c.key = m."column" LEFT JOIN event e ON e.key = m.event WHERE m.need = :key ORDER BY 1
"""
_SERVED = """
SELECT c.id, c.place FROM serves s JOIN consumer c ON c.key = s.consumer WHERE s.use_case = :key ORDER BY c.id
"""
_ONLY = """
SELECT s.id FROM subject s WHERE EXISTS (
  SELECT 1 FROM justification j WHERE j.kind = s.kind AND j.key = s.key AND j.use_case = :key)
AND NOT EXISTS (
  SELECT 1 FROM justification j WHERE j.kind = s.kind AND j.key = s.key AND j.use_case <> :key) ORDER BY s.id
"""
_CONSUMER = "SELECT id, kind, title, owner, counts, place FROM consumer WHERE key = :key"
_CASES = """
SELECT u.id, u.place FROM serves s JOIN use_case u ON u.key = s.use_case WHERE s.consumer = :key ORDER BY u.id
"""
_READS = """
SELECT r.id, c.id, group_concat(DISTINCT u.how), min(u.place) FROM use u JOIN "column" c ON c.key = u."column"
JOIN relation r ON r.key = c.relation WHERE u.consumer = :key GROUP BY c.key ORDER BY r.id, c.id
"""
_RESTS = """
SELECT c.id, h.strength, s.status FROM reach h JOIN "column" c ON c.key = h."column"
JOIN column_status s ON s."column" = c.key WHERE h.consumer = :key ORDER BY c.id
"""
_STATES = {
    "active": "counts today",
    "expired": "does not count: its horizon has passed",
    "beyond": "does not count: its horizon is beyond the planning horizon",
    "proposed": "does not count: it is only proposed",
    "retired": "does not count: it is retired",
}
_STRENGTHS = {
    "named": "by name",
    "star": "because it takes a relation whole",
    "possible": "possibly, through something unresolved",
}


def explain_use_case(look: Lookup, key: int) -> Node:
    """A use case: who wants what until when, what its needs select, and what is kept for it alone."""
    *cells, at = look.rows(_USE_CASE, key)[0]
    row = [str(value or "") for value in cells]
    id_, title, owner, metric, goal, moves, stage, horizon, review, legal, data_use, retention, state, special = row[
        :14
    ]
    root = Node(f"{id_}{look.at(at)}")
    root.add(f"use case{': ' + title if title else ''}")
    root.add(f"owner {owner}" if owner else "no owner")
    outcome = " ".join(filter(None, [metric, goal, f"(moves {moves})" if moves else ""]))
    root.add(f"outcome: {outcome}" if outcome else "no outcome: nothing tells whether it pays")
    details = {"stage": stage, "legal basis": legal, "special category basis": special, "data use": data_use,
               "retention": retention}  # fmt: skip
    if any(details.values()):
        root.add(", ".join(f"{name} {value}" for name, value in details.items() if value))
    for kind, values in look.rows(_DETAILS, key):
        root.add(f"{kind}: {values}")
    root.add(_sign_off(*row[14:]))
    until = f"until {horizon}" if horizon else "no horizon"
    root.add(f"{until}, {f'review by {review}' if review else 'no review date'}; {_STATES[state]}")
    needs = [_need(look, row) for row in look.rows(_NEEDS, key)]
    root.add("needs", capped(needs, 40)) if needs else root.add("names no needs")
    served = [Node(f"{i}{look.at(place)}") for i, place in look.rows(_SERVED, key)]
    root.add_section("served by", capped(served))
    only = look.ids(_ONLY, key)
    what, their = ("field or column", "its") if len(only) == 1 else ("fields and columns", "their")
    loss = f"{len(only):,} {what} would lose {their} only purpose: {listing(only)}"
    root.add("if it went", [Node(loss if only else "nothing would lose its only purpose")])
    return root


def _need(look: Lookup, row: tuple[Cell, ...]) -> Node:
    """A need: what it selects, how much of which kind, and what it may have meant where it selects nothing."""
    key, selector, why, wildcard, hint, place = row
    matched = look.rows(_MATCHES, key) if isinstance(key, int) else []
    kinds = Counter(str(kind) for _, kind in matched)
    ids = [str(id_) for id_, _ in matched]
    found = "gap: nothing collected or stored matches" + (f"; {hint}" if hint else "")
    if len(ids) == 1:
        found = f"selects {ids[0]}"
    elif ids:
        counts = [number(kinds[kind], kind) for kind in ("event", "field", "column") if kinds[kind]]
        found = f"selects {' and '.join(filter(None, [', '.join(counts[:-1]), counts[-1]]))}: {listing(ids)}"
    data: dict[str, object] = {"selector": selector, "wildcard": bool(wildcard)}
    data |= {"events": kinds["event"], "fields": kinds["field"], "columns": kinds["column"], "selects": ids}
    return Node(f"{selector}{f' ({why})' if why else ''}: {found}{look.at(place)}", data=data)


def _sign_off(by: str, on: str, signed: str, fingerprint: str) -> str:
    if not by:
        line = f"sign_off: {{by: NAME, on: DATE, content: {fingerprint}}}"
        return f"nobody signed it; its content is {fingerprint}, so whoever agrees adds {line}"
    if signed == fingerprint:
        return f"signed by {by} on {on}"
    return f"signed by {by} on {on}, but changed since: its content was {signed} and is {fingerprint}"


def explain_consumer(look: Lookup, key: int) -> Node:
    """A consumer: whom it serves, what it reads directly, and the raw columns on which it rests."""
    id_, kind, title, owner, counts, place = look.rows(_CONSUMER, key)[0]
    root = Node(f"{id_}{look.at(place)}")
    facts = [f"consumer ({kind})", *([str(title)] if title else []), f"owner {owner}" if owner else "no owner"]
    facts += [] if counts else ["does not make anything used"]
    root.add(", ".join(facts))
    cases = [Node(f"{i}{look.at(spot)}") for i, spot in look.rows(_CASES, key)]
    root.add("serves", capped(cases)) if cases else root.add("serves no declared use case")
    relations: dict[str, list[Node]] = {}
    for relation, column, hows, spot in look.rows(_READS, key):
        node = Node(f"{column}: {joined(hows)}{look.at(spot)}")
        relations.setdefault(str(relation), []).append(node)
    reads = [Node(relation, capped(nodes, 30)) for relation, nodes in relations.items()]
    root.add_section("reads", capped(reads, 20))
    rests: dict[str, list[Node]] = {}
    for column, strength, status in look.rows(_RESTS, key):
        rests.setdefault(str(strength), []).append(Node(f"{column}: {status}"))
    groups = [
        Node(f"{number(len(rests[how]), 'column')} {words}", capped(rests[how], 40))
        for how, words in _STRENGTHS.items()
        if how in rests
    ]
    root.add("rests on", groups) if groups else root.add("rests on no raw column")
    return root
