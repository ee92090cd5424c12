"""A tree of text, drawn with lines.

web/"Order Completed".coupon_code
├─ status: waste, neither needed nor used
└─ lands in
   └─ raw.web.order_completed.coupon_code
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

_WIDTH = 100
_NARROWEST = 50
_LINES = {False: ("├─ ", "└─ ", "│  "), True: ("|- ", "`- ", "|  ")}


@dataclass(slots=True)
class Node:
    """A point, and the points below it; `data` is what programs are told of it besides, by name."""

    text: str
    children: list[Node] = field(default_factory=list)
    data: dict[str, object] = field(default_factory=dict)

    def add(self, text: str, children: list[Node] | None = None) -> Node:
        """Add a point below this one, and give it."""
        node = Node(text, children or [])
        self.children.append(node)
        return node

    def add_section(self, text: str, children: list[Node]) -> None:
        """Add a heading with its points, if there are any."""
        if children:
            self.add(text, children)


def capped(nodes: list[Node], most: int = 12) -> list[Node]:
    """The first `most` points, and how many more there are."""
    if len(nodes) <= most + 1:
        return nodes
    return [*nodes[:most], Node(f"and {len(nodes) - most:,} more")]


def as_data(root: Node) -> dict[str, object]:
    """The tree for programs, in the shape of `schemas/explanation.schema.json`."""
    result: dict[str, object] = {"text": root.text}
    if root.data:
        result["data"] = root.data
    if root.children:
        result["points"] = [as_data(child) for child in root.children]
    return result


def draw(root: Node, *, plain: bool = False) -> str:
    """The tree as text that ends with a newline; long points go on below, in line with their beginning."""
    branch, last, rail = _LINES[plain]
    lines = [root.text]
    pending = [(child, "", i == len(root.children) - 1) for i, child in enumerate(root.children)][::-1]
    while pending:
        node, prefix, is_last = pending.pop()
        below = prefix + ("   " if is_last else rail)
        going_on = below + (rail if node.children else "   ")
        lines += textwrap.wrap(
            node.text,
            max(_WIDTH, len(below) + _NARROWEST),
            initial_indent=prefix + (last if is_last else branch),
            subsequent_indent=going_on,
            break_long_words=False,
            break_on_hyphens=False,
        )
        size = len(node.children)
        pending += [(child, below, i == size - 1) for i, child in enumerate(node.children)][::-1]
    return "\n".join(lines) + "\n"
