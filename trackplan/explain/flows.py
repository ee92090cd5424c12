"""Who reads a column, and where its values go, model by model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.explain.lookup import joined, left
from trackplan.explain.tree import Node, capped

if TYPE_CHECKING:
    from trackplan.explain.lookup import Lookup

_USES = """
SELECT coalesce(c.id, r.id), r.key IS NOT NULL, u.how, u.transform, u.certain, u.place, CASE
         WHEN c.counts = 0 THEN '; does not count as use'
         WHEN c.key IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM reach h WHERE h."column" = u."column" AND h.consumer = c.key
         ) THEN '; but nothing is made of it there'
         ELSE '' END
FROM use u LEFT JOIN consumer c ON c.key = u.consumer LEFT JOIN relation r ON r.key = u.relation
WHERE u."column" = :key ORDER BY 2, 1, u.place, u.how
"""
_TARGETS = """
SELECT t.key, t.id, coalesce(t.place, r.place) FROM flow f JOIN "column" t ON t.key = f.target
JOIN relation r ON r.key = t.relation WHERE f.source = :key AND t.key <> :key ORDER BY t.id
"""
_CONSUMER_USES = """
SELECT c.id, group_concat(DISTINCT u.how), min(u.place), EXISTS (
         SELECT 1 FROM reach h WHERE h."column" = u."column" AND h.consumer = c.key)
FROM use u JOIN consumer c ON c.key = u.consumer
WHERE u."column" = :key GROUP BY c.id ORDER BY c.id
"""
_UNUSED = "; but nothing is made of it there"
_DEEPEST = 12
_WIDEST = 8
_MOST = 150
_ROWS = {"filter", "join", "group", "order", "window", "distinct"}


def user_nodes(look: Lookup, key: int) -> list[Node]:
    """Everybody whose SQL reads the column: who, how, and where; consumers first."""
    users: dict[tuple[str, bool, str], list[tuple[str, bool, object]]] = {}
    for user, is_model, how, transform, certain, place, remark in look.rows(_USES, key):
        what = left(transform)
        made = f"{how} ({what})" if what else str(how)
        users.setdefault((str(user), bool(is_model), str(remark)), []).append((made, bool(certain), place))
    nodes = []
    for (user, is_model, remark), uses in users.items():
        hows = ", ".join(sorted({how for how, _, _ in uses}))
        places = dict.fromkeys(look.at(place, "") for _, _, place in uses)
        unsure = "" if any(certain for _, certain, _ in uses) else ", perhaps: the name may mean another column"
        rows = (
            "; decides which rows it has" if is_model and _ROWS & {how.partition(" ")[0] for how, _, _ in uses} else ""
        )
        where = " ".join([*list(places)[:3], *(["…"] if len(places) > 3 else [])]).strip()
        nodes.append(Node(f"{'model ' if is_model else ''}{user}: {hows}{unsure}{remark}{rows}  {where}".rstrip()))
    return nodes


def flow_nodes(look: Lookup, key: int) -> list[Node]:
    """The columns of models into which the column flows, and theirs, with the consumers that read each.

    Columns shown before are not opened again; depth, width and size are bounded.
    """
    seen = {key}
    left = [_MOST]
    return _flows(look, key, seen, left, 1)


def _flows(look: Lookup, key: int, seen: set[int], left: list[int], depth: int) -> list[Node]:
    nodes = []
    targets = look.rows(_TARGETS, key)
    for target, id_, place in targets[:_WIDEST]:
        left[0] -= 1
        if left[0] < 0:
            nodes.append(Node("and more"))
            break
        node = Node(f"{id_}{look.at(place)}")
        nodes.append(node)
        if not isinstance(target, int) or target in seen:
            node.text += "  (shown above)"
            continue
        seen.add(target)
        readers = [
            Node(f"read by {consumer}: {joined(hows)}{'' if reached else _UNUSED}{look.at(spot)}")
            for consumer, hows, spot, reached in look.rows(_CONSUMER_USES, target)
        ]
        node.children = capped(readers, _WIDEST)
        if depth < _DEEPEST:
            node.children += _flows(look, target, seen, left, depth + 1)
        elif look.rows(_TARGETS, target):
            node.add("and further")
    if len(targets) > _WIDEST:
        nodes.append(Node(f"and {len(targets) - _WIDEST:,} more"))
    return nodes
