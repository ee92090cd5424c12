"""Marks in what a template prints at its top level: from which offset of the template each piece comes."""

from __future__ import annotations

import re
from bisect import bisect_right

from jinja2 import nodes

# Signs of the private use area around `offset:kind`; `d` for text of the template, `x` for what something in it gives.
MARK = re.compile("\ue012([0-9]+)([dx])\ue013")


def mark(tree: nodes.Template) -> None:
    """Put a mark in front of everything that `tree` prints. Its lines are offsets (see `TemplateEnvironment`)."""
    _mark_all(tree.body)


def text_mark(offset: int, kind: str) -> str:
    """The mark of a piece."""
    return f"\ue012{offset}{kind}\ue013"


def _mark_all(body: list[nodes.Node]) -> None:
    """Mark a block in place. What macros and set blocks print is no output of its own."""
    marked: list[nodes.Node] = []
    for node in body:
        if isinstance(node, nodes.Output):
            node.nodes = [each for old in node.nodes for each in _marked(old)]
        elif isinstance(node, nodes.CallBlock | nodes.FilterBlock) or (isinstance(node, nodes.For) and node.recursive):
            marked.append(nodes.Output([_data(node, "x")], lineno=node.lineno))
        elif isinstance(node, nodes.If):
            for branch in (node, *node.elif_):
                _mark_all(branch.body)
            _mark_all(node.else_)
        elif isinstance(node, nodes.For):
            _mark_all(node.body)
            _mark_all(node.else_)
        elif isinstance(node, nodes.With | nodes.Scope | nodes.ScopedEvalContextModifier):
            _mark_all(node.body)
        marked.append(node)
    body[:] = marked


def _marked(node: nodes.Expr) -> list[nodes.Expr]:
    return [_data(node, "d" if isinstance(node, nodes.TemplateData) else "x"), node]


def _data(node: nodes.Node, kind: str) -> nodes.TemplateData:
    return nodes.TemplateData(text_mark(node.lineno, kind), lineno=node.lineno)


_TAG = re.compile(r"[{$]\{|\{%")


class Tags:
    """Where the tags of a template begin and end, so that what they print can be placed."""

    def __init__(self, source: str) -> None:
        self._starts = [m.start() for m in _TAG.finditer(source)]
        self._source = source

    def around(self, offset: int) -> tuple[int, int]:
        """The span of the tag that `offset` lies in."""
        index = bisect_right(self._starts, offset) - 1
        start = self._starts[index] if index >= 0 else offset
        closing = {"{{": "}}", "${": "}"}.get(self._source[start : start + 2], "%}")
        end = self._source.find(closing, max(offset, start))
        return start, end + len(closing) if end >= 0 else len(self._source)
