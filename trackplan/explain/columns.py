"""The chain of a field or a column: verdict, purposes, where it lands, who reads it, and what rests on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trackplan.explain.flows import flow_nodes, user_nodes
from trackplan.explain.lookup import by_class, listing, number, use_word
from trackplan.explain.tree import Node, capped

if TYPE_CHECKING:
    from trackplan.explain.lookup import Lookup

_FIELD = """
SELECT f.id, f.type, f.required, f.sensitivity, f.description, f.owner, f.status, f.introduced, f.expires, f.place,
       f."values", s.status, s.used, s.reason
FROM field f LEFT JOIN field_status s ON s.field = f.key WHERE f.key = :key
"""
_COLUMN = """
SELECT c.id, c.type, r.id, r.kind, r.raw, c.sensitivity, c.description, c.pipeline, c.place, s.status, s.used,
       s.reason, s.shadow, s.lands
FROM "column" c JOIN relation r ON r.key = c.relation LEFT JOIN column_status s ON s."column" = c.key
WHERE c.key = :key
"""
_NEEDS = """
SELECT u.id, j.how, u.owner, u.horizon, n.selector, n.why, coalesce(n.place, u.place)
FROM justification j JOIN use_case u ON u.key = j.use_case LEFT JOIN need n ON n.key = j.need
WHERE j.kind = '{kind}' AND j.key = :key ORDER BY u.id, j.how DESC, n.selector
"""
_CLASSES = """
SELECT class, counts, consumers FROM subject_class WHERE kind = '{kind}' AND key = :key ORDER BY class
"""
_LAPSED = """
SELECT u.id, u.state, u.horizon, n.place FROM need_match m JOIN need n ON n.key = m.need
JOIN use_case u ON u.key = n.use_case WHERE m.{kind} = :key AND u.state <> 'active' ORDER BY u.id, n.id
"""
_PRIVACY = """
SELECT category, sensitivity, evidence, declared, contradicts FROM classification
WHERE kind = '{kind}' AND key = :key
"""
_LESS = "SELECT advice FROM less_data WHERE kind = '{kind}' AND key = :key"
_LANDINGS = """
SELECT c.key, l.convention FROM landing l JOIN "column" c ON c.key = l."column" WHERE l.field = :key ORDER BY c.id
"""
_HELD = """
SELECT f.id, f.place FROM landing l JOIN field f ON f.key = l.field WHERE l."column" = :key ORDER BY f.id
"""
_KEYS = """
SELECT c.id, s.status, c.place FROM "column" c LEFT JOIN column_status s ON s."column" = c.key
WHERE c.parent = :key ORDER BY c.id
"""
_REACHED = """
SELECT c.id, h.strength, c.counts, c.place FROM reach h JOIN consumer c ON c.key = h.consumer
WHERE h."column" = :key ORDER BY h.strength, c.id
"""
_UNRESOLVED = """
SELECT x.reason, x.detail, x.place FROM unresolved x JOIN "column" c ON c.key = :key
WHERE x.name <> '' AND lower(x.name) = lower(c.name) ORDER BY x.key
"""
_LAPSES = {
    "expired": "its horizon has passed ({})",
    "beyond": "its horizon is too far out ({})",
    "proposed": "it is only proposed",
    "retired": "it is retired",
}
_STRENGTHS = {
    "named": "names what it takes",
    "star": "takes a relation whole",
    "possible": "possibly: something unresolved may hide the use",
}


def explain_field(look: Lookup, key: int) -> Node:
    """A field: as `explain_column`, through the columns on which it lands."""
    row = look.rows(_FIELD, key)[0]
    id_, type_, required, sensitivity, description, owner, state, introduced, expires, place, values = row[:11]
    root = Node(f"{id_}{look.at(place)}")
    facts = [f"field, {type_}", "required" if required else "optional"]
    facts += [f"{sensitivity} data"] if sensitivity not in ("", "none") else []
    facts += [str(state)] if state != "active" else []
    facts += [f"owner {owner}"] if owner else ["no owner"]
    facts += [f"introduced {introduced}"] if introduced else []
    facts += [f"expires {expires}"] if expires else []
    root.add(", ".join(facts))
    _add_privacy(root, look, "field", key)
    if description:
        root.add(f"described as: {description}")
    if isinstance(values, str):
        root.add(f"values: {listing(map(str, json.loads(values)), 8)}")
    _add_verdict(root, row[11], row[12], row[13])
    _add_classes(root, look, "field", key)
    _add_needs(root, look, "field", key)
    columns = [(k, str(c)) for k, c in look.rows(_LANDINGS, key) if isinstance(k, int)]
    if columns:
        root.add("lands in", [_landed(look, column, how) for column, how in columns])
    else:
        reasons = look.ids("SELECT reason FROM unlanded WHERE field = :key", key)
        root.add(f"lands nowhere: {reasons[0]}" if reasons else "lands nowhere")
    _add_loss(root, look, [column for column, _ in columns], row[11] == "unknown", "field", key)
    return root


def explain_column(look: Lookup, key: int) -> Node:
    """A column: verdict, purposes, fields on it, uses, flows, consumers, doubts, and what would break."""
    row = look.rows(_COLUMN, key)[0]
    id_, type_, relation, kind, raw, sensitivity, description, pipeline, place = row[:9]
    root = Node(f"{id_}{look.at(place)}")
    facts = [f"column of the {'raw ' if raw else ''}{kind} {relation}", str(type_) or "type unknown"]
    facts += [f"{sensitivity} data"] if sensitivity not in ("", "none") else []
    facts += ["added by the loader"] if pipeline else []
    facts += ["shadow: stored, but in no plan"] if row[12] else []
    root.add(", ".join(facts))
    _add_privacy(root, look, "column", key)
    if description:
        root.add(f"described as: {description}")
    _add_verdict(root, row[9], row[10], row[11])
    _add_classes(root, look, "column", key)
    _add_needs(root, look, "column", key)
    held = [Node(f"{f}{look.at(p)}") for f, p in look.rows(_HELD, key)]
    root.add_section("holds the field" + ("s" if len(held) > 1 else ""), capped(held))
    _add_users(root, look, key)
    _add_loss(root, look, [key], row[9] == "unknown", "column", key)
    return root


def _landed(look: Lookup, key: int, convention: str) -> Node:
    row = look.rows(_COLUMN, key)[0]
    verdict = f": {row[9]}" if row[9] else ""
    node = Node(f"{row[0]} ({convention}){verdict}{look.at(row[8])}")
    _add_users(node, look, key)
    return node


def _add_users(node: Node, look: Lookup, key: int) -> None:
    """Who reads the column, where it goes from there, who is reached, and what is not certain."""
    keys = [Node(f"{i}: {s}{look.at(p)}" if s else f"{i}{look.at(p)}") for i, s, p in look.rows(_KEYS, key)]
    node.add_section("has the keys", capped(keys))
    users = user_nodes(look, key)
    node.add_section("is read by", capped(users))
    node.add_section("flows into", flow_nodes(look, key))
    reached = [
        Node(f"{i}, {_STRENGTHS[str(how)]}{'' if counts else '; does not count as use'}{look.at(place)}")
        for i, how, counts, place in look.rows(_REACHED, key)
    ]
    node.add_section("reaches", capped(reached))
    if not users and not reached:
        node.add("nobody reads it")
    doubts = [Node(d) for d in look.ids('SELECT reason FROM doubt WHERE "column" = :key ORDER BY nth', key)]
    doubts += [
        Node(f"a name like it could not be resolved ({reason}): {detail}{look.at(place)}")
        for reason, detail, place in look.rows(_UNRESOLVED, key)
    ]
    node.add_section("doubts", capped(doubts))


def _add_verdict(root: Node, status: object, used: object, reason: object) -> None:
    if status is None:
        root.add("no verdict: a model builds it; see the columns that flow into it")
        return
    root.add(f"status: {status} ({use_word(used)})" + (f", because {reason}" if reason else ""))


def _add_classes(root: Node, look: Lookup, kind: str, key: int) -> None:
    """How many consumers of which class there are, those that do not count apart."""
    text = by_class(look.rows(_CLASSES.format(kind=kind), key))
    if text:
        root.add(text)


def _add_privacy(root: Node, look: Lookup, kind: str, key: int) -> None:
    """What its words say of people, where that is more than what is declared."""
    for category, sensitivity, evidence, declared, contradicts in look.rows(_PRIVACY.format(kind=kind), key):
        if contradicts:
            root.add(f"seems to be {contradicts} ({evidence}), other than declared")
        elif category:
            level = "" if declared or sensitivity in ("", "none") else f", {sensitivity} data that nobody marked"
            root.add(f"{'' if declared else 'seems to be '}{category} ({evidence}){level}")
    for advice in look.ids(_LESS.format(kind=kind), key):
        root.add(f"less data: {advice}")


def _add_needs(root: Node, look: Lookup, kind: str, key: int) -> None:
    nodes = []
    for use_case, how, owner, horizon, selector, why, place in look.rows(_NEEDS.format(kind=kind), key):
        by = f"names it: {selector}" if how == "explicit" else "derived: it lists a consumer that is reached"
        details = [f"owner {owner}" if owner else "no owner", f"until {horizon}" if horizon else "no horizon"]
        details += [str(why)] if why else []
        nodes.append(Node(f"{use_case} ({by}), {', '.join(details)}{look.at(place)}"))
    for use_case, state, horizon, place in look.rows(_LAPSED.format(kind=f'"{kind}"'), key):
        ended = _LAPSES[str(state)].format(horizon)
        nodes.append(Node(f"{use_case} names it, but does not count: {ended}{look.at(place)}"))
    root.add("needed by", capped(nodes)) if nodes else root.add("no use case needs it")


def _add_loss(root: Node, look: Lookup, columns: list[int], unknown: bool, kind: str, key: int) -> None:
    """What would break if the subject went."""
    reached: dict[str, str] = {}
    models: set[str] = set()
    for column in columns:
        for consumer, strength, counts, _ in look.rows(_REACHED, column):
            if counts and reached.get(str(consumer)) != "named":
                reached[str(consumer)] = str(strength)
        models.update(look.ids(_CARRIED, column))
    nodes = []
    for strength, words in _LOSSES.items():
        ids = sorted(c for c, s in reached.items() if s == strength)
        if ids:
            nodes.append(Node(f"{number(len(ids), 'consumer')} {words}: {listing(ids)}"))
    if models:
        nodes.append(Node(f"{number(len(models), 'model')} would have to change: {listing(sorted(models))}"))
    cases = sorted({str(row[0]) for row in look.rows(_NEEDS.format(kind=kind), key)})
    if cases:
        nodes.append(Node(f"{number(len(cases), 'use case')} would miss it: {listing(cases)}"))
    if not nodes and unknown:
        nodes.append(Node("nobody can say: see the reason of its status"))
    root.add("if it went", nodes or [Node("nothing that was read depends on it")])


_CARRIED = 'SELECT r.id FROM carry k JOIN relation r ON r.key = k.relation WHERE k."column" = :key'
_LOSSES = {
    "named": "would break or show something else",
    "star": "would get one column less",
    "possible": "may be touched",
}
