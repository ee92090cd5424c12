"""Dataform's `.sqlx` → SQL, as far as it can be had without running JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from trackplan.jinja.marks import text_mark
from trackplan.jinja.placeholders import ANY
from trackplan.jinja.project import Settings
from trackplan.jinja.rendered import Rendered
from trackplan.jinja.run import Run
from trackplan.jinja.variants import Variants
from trackplan.names import fold
from trackplan.sql.template import identifier

_BLOCK = re.compile(
    r"^[ \t]*(config|js|pre_operations|post_operations|incremental_where|input\s+\"[^\"]*\")\s*\{", re.M
)
_STRING = r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|`(?:[^`\\]|\\.)*+`"
_STEP = re.compile(rf"{_STRING}|//[^\n]*+|/\*.*?\*/|\{{|\}}", re.DOTALL)
_SQL_STEP = re.compile(r"--[^\n]*+|/\*.*?\*/|\$\{", re.DOTALL)
_SETTING = re.compile(rf"\b(type|name|schema|database|dataset|disabled)\s*:\s*({_STRING}|\w+)")
_LAST = r"(?=\s*(?:[,}\n]|\Z))"
_LIST = rf"\[\s*(?:{_STRING}|\s|,)*+\]"
# A setting with its value, where that is written down; others stand in for it where something is spread out.
_SETS = r"(?:\"{0}\"|\b{0}\b)(?:\s*:\s*({1}){2})?|(?P<text>{3})"
_KEY = re.compile(_SETS.format("uniqueKey", f"{_LIST}|{_STRING}", _LAST, _STRING) + r"|\.\.\.")
_FILTER = re.compile(_SETS.format("updatePartitionFilter", _STRING, _LAST, _STRING))
_CONSTANT = re.compile(rf"\b(?:const|let|var)\s+(\w+)\s*=\s*({_STRING}|[0-9.]+)\s*(?:;|$)", re.MULTILINE)
_REFERENCE = re.compile(
    rf"(?:ctx\.)?(?:ref|resolve)\(\s*(?:({_STRING})\s*,\s*)?(?:({_STRING})\s*,\s*)?({_STRING})\s*\)"
)
_NAMED = re.compile(r"(?:ctx\.)?(?:ref|resolve)\(\s*\{(.*)\}\s*\)", re.DOTALL)
_WHEN = re.compile(
    rf"(?:ctx\.)?(?:when\(\s*incremental\(\)\s*,\s*({_STRING})(?:\s*,\s*({_STRING}))?\s*,?\s*\)"
    rf"|incremental\(\)\s*\?\s*({_STRING})\s*:\s*({_STRING}))"
)
_PRIVATE = re.compile("[\ue010-\ue013]")
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of the file: its name, and where its inside begins and ends."""

    name: str
    start: int
    end: int
    outer: tuple[int, int]


def render(text: str, dialect: str, this: tuple[str, ...]) -> Rendered:
    """What a `.sqlx` file may become; never raises for what it holds. `this` is the relation that its path tells.

    `settings` of the result are its config, with the `relation` that it builds by that.
    """
    source = _PRIVATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [0, *(m.end() for m in re.finditer("\n", source))]
    blocks = list(_blocks(source))
    settings = {
        key: _unquoted(value) for b in blocks if b.name == "config" for key, value in _SETTING.findall(_own(source, b))
    }
    if settings.get("type") in ("declaration", "assertion") or settings.get("disabled") == "true":
        return Rendered(settings=settings)
    if this:
        said = (settings.get("schema", ""), settings.get("name", ""))
        this = (*([fold(said[0], False, dialect)] if said[0] else this[:-1]), fold(said[1] or this[-1], False, dialect))
    constants = {
        name: _unquoted(value)
        for b in blocks
        if b.name == "js"
        for name, value in _CONSTANT.findall(source[b.start : b.end])
    }
    deciding = _deciding(source, blocks) if settings.get("type") == "incremental" else []
    writer = _Writer(source, dialect, this, constants, blocks, deciding)
    rendered = Variants(source, lines, Settings(dialect)).follow(writer.write)
    return replace(rendered, settings={**settings, "relation": this})


def _blocks(source: str) -> Iterator[_Block]:
    position = 0
    while found := _BLOCK.search(source, position):
        end = _closing(source, found.end())
        yield _Block(found.group(1), found.end(), end, (found.start(), min(end + 1, len(source))))
        position = max(end + 1, found.end())


def _closing(source: str, start: int) -> int:
    """Where the brace that opens before `start` closes; strings and comments do not count."""
    depth = 1
    for found in _STEP.finditer(source, start):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if depth == 0:
            return found.start()
    return len(source)


def _own(source: str, block: _Block) -> str:
    """The settings of a config itself; what stands in braces inside it is something else's, such as a column's name."""
    parts: list[str] = []
    depth, at = 0, block.start
    for found in _STEP.finditer(source, block.start, block.end):
        step = found.group()
        if depth == 0:
            parts += [source[at : found.start()], step if step[0] in "\"'`" else " "]
        depth += {"{": 1, "}": -1}.get(step, 0)
        at = found.end()
    parts.append(source[at : block.end] if depth == 0 else "")
    return "".join(parts)


def _deciding(source: str, blocks: list[_Block]) -> list[str]:
    """The columns and conditions that tell which rows of an incremental table a run writes anew.

    What JavaScript writes may be any column.
    """
    configs = [b for b in blocks if b.name == "config"]
    steps = [step for b in configs for step in _KEY.finditer(_own(source, b))]
    steps += [step for b in configs for step in _FILTER.finditer(source, b.start, b.end)]
    texts: list[str] = []
    for step in steps:
        values = [_unquoted(text) for text in re.findall(_STRING, step[1] or "")]
        is_clear = step["text"] or (step[1] and not any("${" in value for value in values))
        texts += values if is_clear else [ANY.format("")]
    return texts


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in "\"'`" and text else text


class _Writer:
    """Writes what a file becomes in one run, with marks for where it comes from."""

    def __init__(
        self, source: str, dialect: str, this: tuple[str, ...], constants: dict[str, str], blocks: list[_Block],
        deciding: list[str],
    ) -> None:  # fmt: skip
        self._source = source
        self._dialect = dialect
        self._this = this
        self._constants = constants
        self._blocks = blocks
        self._deciding = deciding

    def write(self, run: Run) -> str:
        """The operations before, the query, the operations after: each a statement of its own."""
        found: list[str] = []
        for name in ("pre_operations", "", "post_operations"):
            if name:
                found.extend(self._part(run, b.start, b.end) + "\n;\n" for b in self._blocks if b.name == name)
            else:
                at = 0
                for block in self._blocks:
                    found.append(self._part(run, at, block.outer[0]))
                    at = block.outer[1]
                found.append(self._part(run, at, len(self._source)))
                found.append(
                    "\n;\n" if self._deciding or any(b.name == "post_operations" for b in self._blocks) else ""
                )
        if self._deciding and self._this:
            where = " OR ".join(f"coalesce({each}) IS NULL" for each in self._deciding)
            found.append(f"DELETE FROM {self._name(self._this)} WHERE {where}\n")  # noqa: S608 - never run
        return "".join(found)

    def _part(self, run: Run, start: int, end: int) -> str:
        found: list[str] = []
        at = start
        for step in _SQL_STEP.finditer(self._source, start, end):
            if step.start() < at or step.group() != "${":
                continue
            close = min(_closing(self._source, step.end()), end)
            found += [text_mark(at, "d"), self._source[at : step.start()], text_mark(step.start(), "x")]
            found.append(self._expression(run, self._source[step.end() : close].strip(), 0))
            run.spend(close - step.start())
            at = close + 1
        return "".join([*found, text_mark(at, "d"), self._source[at:end] if at < end else ""])

    def _expression(self, run: Run, text: str, depth: int) -> str:
        """What `${…}` becomes; a placeholder where only JavaScript knows."""
        if text in ("self()", "ctx.self()") and self._this:
            return self._name(self._this)
        if text in ("name()", "ctx.name()") and self._this:
            return self._this[-1]
        if reference := _REFERENCE.fullmatch(text):
            return self._name(tuple(_unquoted(g) for g in reference.groups() if g is not None))
        if named := _NAMED.fullmatch(text):
            said = {key: _unquoted(value) for key, value in _SETTING.findall(named.group(1))}
            parts = [said.get("database"), said.get("schema") or said.get("dataset"), said.get("name")]
            return self._name(tuple(p for p in parts if p)) if said.get("name") else str(run.unknown(text))
        if when := _WHEN.fullmatch(text):
            yes, no = when.group(1) or when.group(3), when.group(2) or when.group(4) or '""'
            return self._inside(run, _unquoted(yes if run.unknown("incremental()") else no), depth)
        if text in self._constants:
            return self._inside(run, self._constants[text], depth)
        if re.fullmatch(f"{_STRING}|[0-9.]+", text):
            return self._inside(run, _unquoted(text), depth)
        return str(run.unknown(text, asks="ref(" in text or "resolve(" in text))

    def _inside(self, run: Run, text: str, depth: int) -> str:
        """A text of JavaScript, which may hold `${…}` again."""
        if "${" not in text:
            return text
        if depth >= _DEEPEST:
            return str(run.unknown(text))
        found: list[str] = []
        at = 0
        while (start := text.find("${", at)) >= 0:
            close = _closing(text, start + 2)
            run.spend(close - start)
            found += [text[at:start], self._expression(run, text[start + 2 : close].strip(), depth + 1)]
            at = close + 1
        return "".join([*found, text[at:]])

    def _name(self, parts: tuple[str, ...]) -> str:
        return ".".join(identifier(p, self._dialect) for p in parts)
