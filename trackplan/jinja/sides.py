"""Both sides of a condition that nobody knows, printed at once: where each is the same columns, one text has both.

Packages ask of dozens of columns, one by one, whether the source has them, and print `a as x` or `null as x`. Each of
these conditions would double the ways through a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from trackplan.jinja.unknown import CLOSE, OPEN, PLACEHOLDER, Mixed, Unknown
from trackplan.sql.items import aggregates, items

if TYPE_CHECKING:
    from trackplan.jinja.run import Run

# Signs of the private use area: in front of the first side, between both, and behind the second.
_FIRST, _SECOND, _END = "\ue014", "\ue015", "\ue016"
_SIGNS = re.compile(f"([{_FIRST}{_SECOND}{_END}])")
_LABEL = "either "
_WAY = "trackplan_way"
# What stands in a side that does nothing but print.
_PRINTS = (nodes.Output, nodes.If, nodes.For, nodes.Expr, nodes.TemplateData, nodes.Operand, nodes.Helper)
_LEAVES = frozenset(["caller", "loop", "return"])
_LITERAL = r"(?:null|'[^']*'|[0-9.]+)"
_LITERALS = re.compile(rf"\s*(\()?\s*{_LITERAL}(?:\s*,\s*{_LITERAL})*\s*(?(1)\))\s*", re.IGNORECASE)
_TYPE = r"\w+(?:\s+(?:precision|varying|unsigned|with(?:out)?\s+time\s+zone))?(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?"
_NULL = re.compile(rf"(?:safe_)?(?:try_)?cast\s*\(\s*null\s+as\s+{_TYPE}\s*\)|null(?:\s*::\s*{_TYPE})?", re.IGNORECASE)
# Behind this, the rest of the line is no SQL.
_COMMENT = re.compile(r"(?:--|#|//)[^\n]*\Z")
# What ends a string or a comment, or means something else in one.
_ENDS = re.compile(r"[\n'\"`\\$]|\*/")
# Python nests no more blocks than twenty.
_DEEPEST = 12

_UNKNOWN = '["`\\[]?(?:\\w|\ue010[0-9]+\ue011)+["`\\]]?'
_PASSED = re.compile(rf"\s*(,?)\s*{_UNKNOWN}(?:\s+as\s+{_UNKNOWN})?\s*", re.IGNORECASE)


_STRINGS = re.compile("'[^']*'")
_AMONG = re.compile(r"\bin\s*\Z", re.IGNORECASE)
_IN_LIST = re.compile(r"\bin\s*\([^()]*\Z", re.IGNORECASE)
_COMPARED = re.compile(r"(?:[=<>]|\b(?:like|then|else|limit|offset|interval))\s*\Z", re.IGNORECASE)
_ITEM = re.compile(r"(?:,|\b(?:select|distinct))\s*\Z", re.IGNORECASE)
_NAMED = re.compile(r"\s+as\s+[\w\"`]", re.IGNORECASE)


class Way:
    """A side that is printed. Both sides of a condition are where nobody knows it, with signs around them."""

    def __init__(self, taken: bool, before: str = "", behind: str = "") -> None:
        self._taken = taken
        self.before = before
        self.behind = behind

    def __bool__(self) -> bool:
        return self._taken


_KNOWN = {True: Way(True), False: Way(False)}
_BOTH = Way(True, _FIRST, _SECOND), Way(False, "", _END)


def offer(tree: nodes.Node) -> None:
    """Let conditions in macros whose sides do nothing but print take both of them, where the run wants that."""
    for macro in tree.find_all((nodes.Macro, nodes.CallBlock, nodes.AssignBlock)):
        macro.body = _offered(macro.body)  # type: ignore[attr-defined]  # all of them have one


def _offered(body: list[Any], depth: int = 0) -> list[Any]:
    found: list[Any] = []
    for node in body:
        if isinstance(node, nodes.For):
            node.body, node.else_ = _offered(node.body, depth + 1), _offered(node.else_, depth + 1)
        elif isinstance(node, nodes.If):
            if len(node.elif_) + depth > _DEEPEST:
                found.append(node)
                continue
            if node.elif_:
                first, *others = node.elif_
                node.else_ = [nodes.If(first.test, first.body, others, node.else_, lineno=first.lineno)]
                node.elif_ = []
            node.body, node.else_ = _offered(node.body, depth + 1), _offered(node.else_, depth + 1)
            if all(map(_prints, (*node.body, *node.else_))):
                node = _both(node)
        found.append(node)
    return found


def _prints(node: nodes.Node, leaves: frozenset[str] = _LEAVES) -> bool:
    """Whether a part of a template does nothing but print."""
    if isinstance(node, nodes.Name):
        return node.name not in leaves
    if isinstance(node, nodes.For):
        turns = all(_prints(each, leaves - {"loop"}) for each in (*node.body, *node.else_))
        return turns and node.test is None and _prints(node.iter, leaves)
    return isinstance(node, _PRINTS) and all(_prints(each, leaves) for each in node.iter_child_nodes())


def _both(node: nodes.If) -> nodes.For:
    """The condition as a loop: once with the side that is taken, or with each of both."""
    at = node.lineno

    def sign(attribute: str) -> nodes.Output:
        way = nodes.Name(_WAY, "load", lineno=at)
        return nodes.Output([nodes.Filter(way, attribute, [], [], None, None, lineno=at)], lineno=at)

    ways = nodes.Filter(node.test, "ways", [], [], None, None, lineno=at)
    node.test = nodes.Name(_WAY, "load", lineno=at)
    body = [sign("way_begins"), node, sign("way_ends")]
    return nodes.For(nodes.Name(_WAY, "store", lineno=at), ways, body, [], None, False, lineno=at)


def ways(run: Run, condition: Any) -> Iterator[Way]:
    """The side of a condition that is taken; both, one after the other, where `run` takes both of what is unknown.

    What does more than print spoils the run.
    """
    if not isinstance(condition, Unknown) or not run.sides or run.tries or condition.key in run.decisions:
        yield _KNOWN[bool(condition)]
        return
    left = run.leaves(), run.changes
    run.aside += 1  # and stays so where an error leaves a side
    yield from _BOTH
    run.aside -= 1
    run.spoiled |= left != (run.leaves(), run.changes)


def joined(run: Run, text: str) -> str:
    """A text with values in the place of sides: each stands for either of two."""
    if _FIRST not in text:
        return text
    open_: list[list[str]] = [[""]]
    for piece in _SIGNS.split(text):
        if piece == _FIRST:
            open_.append([""])
        elif piece == _SECOND:
            open_[-1].append("")
        elif piece == _END:
            one, other = open_.pop()
            same = one.strip() == other.strip() and (("\n" in one) == ("\n" in other) or not _comments(open_))
            found = one if same else str(_either(run, one, other))
            apart = " " if found[:1] == OPEN and open_[-1][-1][-1:] == CLOSE else ""  # each is settled by itself
            open_[-1][-1] += apart + found
        else:
            open_[-1][-1] += piece
    return open_[0][0]


def _comments(open_: list[list[str]]) -> bool:
    """Whether what comes next is a part of a comment, which the end of a line ends."""
    line = ""
    for *_, text in reversed(open_):
        line = text.rpartition("\n")[2] + line
        if "\n" in text:
            break
    return _COMMENT.search(line) is not None


def _either(run: Run, one: str, other: str) -> Unknown:
    """The value that is one text or the other. Each condition makes one of its own."""
    run.eithers += 1
    asks = any(value.asks for value in run.behind(one + other))
    return run.unknown(f"{_LABEL}{run.eithers}", one, other, asks=asks, kind="")


def changed(run: Run, text: str) -> str:
    """`text` after something was done to its letters: what is in the sides of conditions is not known any more."""

    def unknown(found: re.Match[str]) -> str:
        (value,) = run.behind(found.group()) or (None,)
        return found.group() if value is None or not is_either(value) else str(run.unknown("changed", value))

    return PLACEHOLDER.sub(unknown, text)


def behind(values: Iterable[object]) -> Iterator[Unknown]:
    """The values that are one of two texts among some, and in what these are made of."""
    pending = list(values)
    seen: set[int] = set()
    while pending:
        value = pending.pop()
        if isinstance(value, Mixed):
            pending += value.run.behind(value)
        elif isinstance(value, (list, tuple)):
            pending += value
        elif isinstance(value, dict):
            pending += [*value.keys(), *value.values()]
        elif isinstance(value, Unknown) and id(value) not in seen:
            seen.add(id(value))
            pending += [part if not isinstance(part, str) else value.run.text(part) for part in value.parts]
            if is_either(value):
                yield value


def is_harmless(values: Iterable[object]) -> bool:
    """Whether whatever some values become can stand in a string, or in a comment, and does not end it."""
    sides = (side for value in behind(values) for side in map(str, value.parts))
    return not any(_ENDS.search(side) for side in sides)


def is_either(value: Unknown) -> bool:
    """Whether a value is one of two texts."""
    return value.label.startswith(_LABEL)


def literal(value: Unknown, unknown: str, before: str, following: str) -> str | None:
    """What stands for a value whose sides are lists of literals, of which each is `unknown` then; None for others.

    So it is only where literals are compared, `before` it, or are named columns, `following` it: elsewhere they may be
    positions, names of members, or parts of a query.
    """
    found = [_LITERALS.fullmatch(str(side)) for side in value.parts]
    brackets = {match and match.group(1) for match in found}
    if None in found or len(brackets) > 1:
        return None
    if "(" in brackets:
        return f"({unknown})" if _AMONG.search(before) else None
    listed = any("," in _STRINGS.sub("", str(side)) for side in value.parts)
    if listed:
        return unknown if _IN_LIST.search(before) else None
    is_column = _ITEM.search(before) and _NAMED.match(following)
    return unknown if _IN_LIST.search(before) or _COMPARED.search(before) or is_column else None


def passed(value: Unknown, columns: str) -> str | None:
    """What stands for columns that nobody knows, passed on or left out on either side; None for anything else.

    `columns` stands for any of them, and as many as there are.
    """
    commas: set[str] = set()
    pending = [side for side in map(str, value.parts) if side.strip()]
    while pending:
        side = pending.pop()
        unknown = value.run.behind(side)
        found = _PASSED.fullmatch(side)
        if PLACEHOLDER.fullmatch(side.strip()) and is_either(unknown[0]):
            pending += [inner for inner in map(str, unknown[0].parts) if inner.strip()]
        elif found and unknown and all(each.kind == "name" for each in unknown):
            commas.add(found.group(1))
        else:
            return None
    return f"{commas.pop()} {columns}" if len(commas) == 1 else None


def merged(value: Unknown, dialect: str, unknown: str) -> str | None:
    """The items of a select list that a value stands for, whichever of its sides it is; None where these differ.

    `unknown` is the condition of which nobody knows whether it holds.
    """
    if any(PLACEHOLDER.search(str(side)) for side in value.parts):
        return None
    one, other = (items(str(side), dialect) for side in value.parts)
    if not one or [name for _, name in one] != [name for _, name in other]:
        return None
    found: list[str] = []
    for (a, name), (b, _) in zip(one, other, strict=True):
        kinds = {aggregates(a, dialect), aggregates(b, dialect)}
        if a != b and (len(kinds) > 1 or None in kinds):
            return None  # they decide about how many rows there are
        plain = a if a == b or _NULL.fullmatch(b) else b if _NULL.fullmatch(a) else ""
        found.append(f"{plain or f'CASE WHEN {unknown} THEN {a} ELSE {b} END'} AS {name}")
    return ", ".join(found)
