"""Lineage as the source of a picture, in the languages DOT and Mermaid. Names are quoted, whatever is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.explain.lineage.texts import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trackplan.explain.lineage.graph import Hop, Point
    from trackplan.explain.lineage.walk import Lineage, Named

_DOT_SHAPES = {"field": "note", "event": "note", "column": "box", "relation": "folder", "consumer": "ellipse"}
_MERMAID_SHAPES = {"relation": ('[("', '")]'), "consumer": ('(["', '"])')}
# Mermaid knows no escapes but entities, whose own signs come first.
_ENTITIES = {"#": "#35;", '"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;"}


def as_dot(lineage: Lineage) -> str:
    """A digraph for Graphviz."""
    lines = ["digraph lineage {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    numbers = _numbers(lineage)
    for point, number in numbers.items():
        named = lineage.names[point]
        bold = ", penwidth=2" if point == lineage.start else ""
        lines.append(f"  n{number} [shape={_DOT_SHAPES[named.kind]}, label={_dot(_label(named))}{bold}];")
    for hop, source, target in _edges(lineage, numbers):
        dashed = ", style=dashed" if hop.strength == "possible" else ""
        lines.append(f"  n{source} -> n{target} [label={_dot(_said(lineage, hop))}{dashed}];")
    lines += [f"  // {lineage.note}"] if lineage.note else []
    return "\n".join([*lines, "}"]) + "\n"


def as_mermaid(lineage: Lineage) -> str:
    """A flowchart for Mermaid."""
    lines = ["flowchart LR"]
    numbers = _numbers(lineage)
    for point, number in numbers.items():
        named = lineage.names[point]
        left, right = _MERMAID_SHAPES.get(named.kind, ('["', '"]'))
        lines.append(f"  n{number}{left}{_mermaid(_label(named))}{right}")
    for hop, source, target in _edges(lineage, numbers):
        arrow = "-.->" if hop.strength == "possible" else "-->"
        lines.append(f'  n{source} {arrow}|"{_mermaid(_said(lineage, hop))}"| n{target}')
    lines += [f"  %% {lineage.note}"] if lineage.note else []
    return "\n".join(lines) + "\n"


def _numbers(lineage: Lineage) -> dict[Point, int]:
    return {point: number for number, point in enumerate(lineage.names)}


def _edges(lineage: Lineage, numbers: dict[Point, int]) -> Iterator[tuple[Hop, int, int]]:
    told: set[tuple[int, int]] = set()
    for branch in lineage.branches:
        for found in branch.hops.values():
            for hop, _, _ in found:
                ends = (numbers[hop.source], numbers[hop.target])
                if ends not in told:
                    told.add(ends)
                    yield hop, *ends


def _label(named: Named) -> str:
    return f"rows of {named.id}" if named.kind == "relation" else named.id


def _said(lineage: Lineage, hop: Hop) -> str:
    place = lineage.place(hop)
    return describe(hop) + (f" ({place.path}:{place.line})" if place is not None else "")


def _dot(text: str) -> str:
    return '"' + _visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mermaid(text: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in _visible(text))


def _visible(text: str) -> str:
    """The text with control characters and breaks of lines spelled out."""
    spell: Callable[[str], str] = lambda c: c if c.isprintable() else f"U+{ord(c):04X}"  # noqa: E731
    return "".join(map(spell, text))
