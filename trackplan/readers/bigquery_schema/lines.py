"""A schema file of the shape in which they are nearly always written → its columns, line by line.

A project can have thousands of these files, and a parser that knows all of YAML takes five times as long as this. The
result is the same: whatever is not plain (quotes with escapes, anchors, tags, comments in odd places, keys that are not
expected, anything wrong) is left to that parser.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.facts.declared import Column
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Callable

_ENTRY = re.compile(r"( *)(- +)?(?:(name|type|mode)|(description|fields)): *(.*)")
_KEYS = ("name", "type", "mode")
_WORD = re.compile(r"(?!(?i:true|false|null) *$)([A-Za-z_]\w*) *", re.ASCII)
_WORD_THERE = r"((?!(?i:true|false|null)$)[A-Za-z_]\w*)\n"
# What most fields say: name, type and mode, in any order; perhaps a description of one line, or a tag with two keys.
_FIELD = re.compile(
    rf"( *)- (name|type|mode): {_WORD_THERE}\1  (name|type|mode): {_WORD_THERE}\1  (name|type|mode): {_WORD_THERE}"
    r"(?:\1  description: (?:([^\n \-?:,\[\]{}#&*!|>'\"%@`=<].*)\n"
    r"|![A-Za-z][\w-]*\n(\1   +)([\w-]+): +[\w./-]+ *\n\9(?!\10:)[\w-]+: +[\w./-]+ *\n)"
    r"(?=\n*(?:\Z|(?!\1   )(?! *$))))?",  # nothing of it goes on below
    re.ASCII | re.MULTILINE,
)
_TEXT = re.compile(r"(?![ \-?:,\[\]{}#&*!|>'\"%@`=<])(?!.*(?:: | #|:$)).*")
_MORE = re.compile(r"(?!#)(?!.*(?:: | #|:$)).*")
_QUOTED = re.compile(r"\"([^\"\\]*)\" *|'((?:[^']|'')*)' *")
_BLOCKS = {"|": False, "|-": False, "|+": False, ">": True, ">-": True, ">+": True}
_TAG = re.compile(r"![A-Za-z][\w-]*", re.ASCII)
_GIVEN = re.compile(r" *([\w-]+): +[\w./-]+ *", re.ASCII)
_SINGLE_BREAK = re.compile(r"\n(\n*)")
_NOTHING = frozenset({"null", "Null", "NULL", "~"})
_DEEPEST = 20
_LONGEST = 50  # lines of a text in quotes


class _OddError(Exception):
    """Something here is not plain."""


class _Item(Struct):
    """A field whose keys are being read; they stand in the column `indent`."""

    indent: int
    said: dict[str, str] = {}
    place: Place | None = None
    members: _Level | None = None


class _Level(Struct):
    """A list of fields that is being read; its dashes stand in the column `indent`, or deeper than `least`."""

    least: int
    indent: int = -1
    columns: dict[str, Column] = {}
    item: _Item | None = None


class Lines:
    """Reads one text. `fold` gives a name as it is stored, `typed` a type from BigQuery's type and mode."""

    def __init__(self, path: str, fold: Callable[[str], str], typed: Callable[[str, str], str]) -> None:
        self._path = path
        self._fold = fold
        self._typed = typed
        self._all = ""
        self._lines: list[str] = []
        self._stack: list[_Level] = []

    def read(self, text: str) -> tuple[Place, tuple[Column, ...]] | None:
        """The place of the list and its columns; None where the text is not of the plain shape."""
        if not text.replace("\n", "").isprintable():  # a tab, another break of lines, a character that YAML forbids
            return None
        self._all = text if text.endswith("\n") else text + "\n"
        self._lines = text.split("\n")
        try:
            return self._read()
        except (_OddError, IndexError):  # nothing is open in the column where something stands
            return None

    def _read(self) -> tuple[Place, tuple[Column, ...]]:
        number, lines = 0, self._lines
        while not lines[number].strip() or lines[number].startswith("#"):
            number += 1
        if lines[number] == "---":
            number += 1
        if lines[number].rstrip() == "fields:":
            place = Place(self._path, number + 1, 1, number + 1, 7)
            number += 1
        else:
            place = Place(self._path, number + 1, 1, number + 1, 2)
            if not lines[number].startswith("- "):
                raise _OddError
        root = _Level(0)
        self._stack = [root]
        before = [0, *accumulate(map(len, lines))]
        while number < len(lines):
            found = _FIELD.match(self._all, before[number] + number)
            number = (self._field(found.groups(), number) if found else 0) or self._line(number)
        while self._stack:
            self._end_level()
        return place, tuple(root.columns.values())

    def _line(self, number: int) -> int:
        """Take on the line, and the text that goes on below it; gives the number of the line after that."""
        line = self._lines[number]
        found = _ENTRY.fullmatch(line) if line else None
        if found is None:
            stripped = line.lstrip()
            if stripped and not stripped.startswith("#"):
                raise _OddError
            return number + 1
        spaces, dash, key, longer, value = found.groups()
        if dash:
            self._start_item(len(spaces), len(spaces) + len(dash))
        item = self._item(len(spaces) + len(dash or ""))
        if (key or longer) in item.said:
            raise _OddError
        if key:
            word = _WORD.fullmatch(value)
            if word is None:
                raise _OddError
            item.said[key] = word[1]
            if key == "name":
                start = found.start(5) + 1
                item.place = Place(self._path, number + 1, start, number + 1, start + len(word[1]))
            return number + 1
        if longer == "description":
            item.said[longer], number = self._text(value.rstrip(), item.indent, number + 1)
            return number
        if value or len(self._stack) > _DEEPEST:
            raise _OddError
        item.said[longer] = ""
        item.members = _Level(item.indent)
        self._stack.append(item.members)
        return number + 1

    def _field(self, found: tuple[str, ...], number: int) -> int:
        """Take on a field that begins in this line and says the usual; gives the number of the line after that."""
        spaces, first, value, second, other, third, last, told, deeper, _ = found
        said = {first: value, second: other, third: last}
        if len(said) < len(_KEYS):
            return 0
        keys = len(spaces) + 2
        item = self._start_item(len(spaces), keys)
        item.said = said
        line, start = number + 1 + (0 if first == "name" else 1 if second == "name" else 2), keys + len("name: ") + 1
        item.place = Place(self._path, line, start, line, start + len(said["name"]))
        if deeper:
            said["description"] = ""
            return number + len(_KEYS) + 3
        if (
            told
            and ": " not in told
            and " #" not in told
            and (told := told.rstrip())[-1] != ":"
            and told not in _NOTHING
        ):
            said["description"] = told
            return number + len(_KEYS) + 1
        return number + len(_KEYS)

    def _start_item(self, indent: int, keys: int) -> _Item:
        level = self._stack[-1]
        if level.indent < 0:
            if indent < level.least:
                raise _OddError
            level.indent = indent
        while level.indent != indent:
            self._end_level()
            level = self._stack[-1]
        self._end_item(level)
        level.item = item = _Item(keys)
        return item

    def _item(self, indent: int) -> _Item:
        """The field whose keys stand in this column."""
        while True:
            item = self._stack[-1].item
            if item is not None and item.indent == indent:
                return item
            self._end_level()

    def _end_level(self) -> None:
        level = self._stack.pop()
        self._end_item(level)
        if not level.columns:
            raise _OddError

    def _end_item(self, level: _Level) -> None:
        item = level.item
        if item is None:
            return
        if item.place is None:
            raise _OddError
        name = self._fold(item.said["name"])
        if name in level.columns:
            raise _OddError
        level.columns[name] = Column(
            name,
            item.place,
            self._typed(item.said.get("type", ""), item.said.get("mode", "")),
            item.said.get("description", ""),
            columns=tuple(item.members.columns.values()) if item.members else (),
        )
        level.item = None

    def _text(self, value: str, indent: int, number: int) -> tuple[str, int]:
        """The text that begins with `value` under a key in the column `indent`, and the line after it."""
        if value in _BLOCKS:
            return self._block(_BLOCKS[value], indent, number)
        if _TAG.fullmatch(value):
            return "", self._foreign(indent, number)
        if value[:1] in ("'", '"'):
            return self._quoted(value, indent, number)
        parts = [value] if value else []
        blank = 0
        while number < len(self._lines):
            line = self._lines[number]
            stripped = line.strip()
            if stripped and len(line) - len(line.lstrip()) <= indent:
                break
            if stripped:
                parts += ["\n" * blank or " ", stripped] if parts else [stripped]
            blank = 0 if stripped else blank + 1
            number += 1
        if len(parts) == 1 and parts[0] in _NOTHING:
            return "", number
        if parts and not (_TEXT.fullmatch(parts[0]) and all(p.isspace() or _MORE.fullmatch(p) for p in parts[1:])):
            raise _OddError
        return "".join(parts), number

    def _quoted(self, value: str, indent: int, number: int) -> tuple[str, int]:
        """The text in the quotes that `value` opens, which may go on for some lines that lie deeper than the key."""
        last = number + _LONGEST
        while (found := _QUOTED.fullmatch(value)) is None:
            line = self._lines[number]
            if number == last or (line and not line.startswith(" " * (indent + 1))):
                raise _OddError
            value += "\n" + line.strip(" ")
            number += 1
        text = found[1] if found[2] is None else found[2].replace("''", "'")
        lines = [line.strip(" ") for line in text.split("\n")]
        return _SINGLE_BREAK.sub(lambda found: found[1] or " ", "\n".join(lines)).strip(), number

    def _foreign(self, indent: int, number: int) -> int:
        """The line after what a tag of another tool is given, which stands for a text that is not here."""
        depths: set[int] = set()
        keys: set[str] = set()
        while number < len(self._lines):
            line = self._lines[number]
            depth = len(line) - len(line.lstrip())
            if line.strip() and depth <= indent:
                break
            if line.strip():
                given = _GIVEN.fullmatch(line)
                depths.add(depth)
                if given is None or given[1] in keys or len(depths) > 1:
                    raise _OddError
                keys.add(given[1])
            number += 1
        return number

    def _block(self, folded: bool, indent: int, number: int) -> tuple[str, int]:
        """The lines below that lie deeper than the key, as they are or, if `folded`, joined to paragraphs."""
        content: list[str] = []
        while number < len(self._lines):
            line = self._lines[number]
            if not line.isspace() and line and len(line) - len(line.lstrip()) <= indent:
                break
            content.append(line)
            number += 1
        first = next((line for line in content if line and not line.isspace()), "")
        depth = len(first) - len(first.lstrip())
        for line in content:
            # Lines that hang out, and blank ones that are more than blank, have rules of their own.
            if line[:depth].strip() or (line[depth:].isspace() and line[depth:]):
                raise _OddError
        lines = [line[depth:] for line in content]
        if not folded:
            return "\n".join(lines).strip(), number
        if any(line != line.strip() for line in lines):
            raise _OddError
        text = "\n".join(lines).strip()
        return _SINGLE_BREAK.sub(lambda found: found[1] or " ", text), number
