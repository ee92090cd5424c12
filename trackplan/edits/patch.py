"""What becomes of files → a unified diff that `git apply` takes, forwards and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.edits.text import Edit, apply, inverse, line_end, line_start, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CONTEXT = 3
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SURE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$%&'()*+,-./:;<=>?@[]^_`{|}~")


@dataclass(frozen=True, slots=True)
class Change:
    """The edits of one file. `before` is None for a new file; with `removed`, the file is gone afterwards."""

    path: str
    before: str | None
    edits: tuple[Edit, ...]
    removed: bool = False

    @classmethod
    def new(cls, path: str, text: str) -> Change:
        """A file that is not there yet."""
        return cls(path, None, (Edit(0, 0, text),))

    @classmethod
    def remove(cls, path: str, text: str) -> Change:
        """A file that goes as a whole."""
        return cls(path, text, (Edit(0, len(text)),), removed=True)

    @property
    def after(self) -> str | None:
        """The text that the file is to have; None where it is removed."""
        return None if self.removed else apply(self.before or "", self.edits)

    def inverse(self) -> Change:
        """The change that undoes this one."""
        return Change(self.path, self.after, tuple(inverse(self.before or "", self.edits)), removed=self.before is None)


@dataclass(slots=True)
class _Block:
    """Whole lines that change: where they begin and end in the text, and what becomes of them."""

    start: int
    end: int
    edits: list[Edit]

    def after(self, text: str) -> str:
        """What takes the place of these lines."""
        moved = [Edit(e.start - self.start, e.end - self.start, e.text) for e in self.edits]
        return apply(text[self.start : self.end], moved)


def unified(changes: Iterable[Change], prefix: str = "") -> str:
    """One diff of all the changes, sorted by path; '' if nothing changes.

    `prefix` leads from the top of the repository to the folder that the paths are below (`analytics/`): git wants them
    from the top.
    """
    return "".join(_file(change, prefix) for change in sorted(changes, key=lambda change: change.path))


def _file(change: Change, prefix: str) -> str:
    before, after = change.before, change.after
    if before == after:
        return ""
    old, new = _quoted(f"a/{prefix}{change.path}"), _quoted(f"b/{prefix}{change.path}")
    head = [f"diff --git {old} {new}"]
    if before is None:
        head.append("new file mode 100644")
    if after is None:
        head.append("deleted file mode 100644")
    hunks = list(_hunks(before or "", change.edits))
    if hunks:
        head += [f"--- {_ended(old) if before is not None else '/dev/null'}"]
        head += [f"+++ {_ended(new) if after is not None else '/dev/null'}"]
    return "\n".join(head) + "\n" + "".join(hunks)


def _quoted(path: str) -> str:
    """A path as git writes it: in quotes where it holds anything unusual."""
    if _SURE.issuperset(path):
        return path
    signs = (c if c in _SURE else _ESCAPES.get(c) or "".join(f"\\{byte:03o}" for byte in c.encode()) for c in path)
    return '"' + "".join(signs) + '"'


def _ended(path: str) -> str:
    """A tab tells where a name with spaces ends."""
    return path + ("\t" if " " in path and not path.startswith('"') else "")


def _blocks(text: str, edits: Iterable[Edit]) -> list[_Block]:
    """The edits, widened to whole lines; what meets is one block."""
    blocks: list[_Block] = []
    for edit in ordered(text, edits):
        start, end = line_start(text, edit.start), line_end(text, edit.end)
        if (
            edit.end > edit.start
            and line_start(text, edit.end) == edit.end
            and (not edit.text or edit.text[-1] == "\n")
        ):
            whole = start == edit.start or bool(edit.text)
            end = edit.end if whole else end
        if blocks and start <= blocks[-1].end and blocks[-1].end > blocks[-1].start:
            blocks[-1].end = max(end, blocks[-1].end)
            blocks[-1].edits.append(edit)
        else:
            blocks.append(_Block(start, end, [edit]))
    return blocks


def _hunks(text: str, edits: Iterable[Edit]) -> Iterator[str]:
    lines = _lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    index = {start: number for number, start in enumerate(starts)}
    blocks = [(index[b.start], index[b.end], _lines(b.after(text))) for b in _blocks(text, edits)]
    parts = [part for block in blocks if (part := _trimmed(lines, *block))[0] < part[1] or part[2]]
    shift = 0
    for group in _grouped(parts):
        first, last = max(0, group[0][0] - _CONTEXT), min(len(lines), group[-1][1] + _CONTEXT)
        body, at, added = [], first, 0
        for begin, end, new in group:
            body += [(" ", line) for line in lines[at:begin]]
            body += [("-", line) for line in lines[begin:end]] + [("+", line) for line in new]
            added += len(new) - (end - begin)
            at = end
        body += [(" ", line) for line in lines[at:last]]
        old, new_count = last - first, last - first + added
        yield f"@@ -{_range(first, old)} +{_range(first + shift, new_count)} @@\n"
        yield "".join(_written(sign, line) for sign, line in body)
        shift += added


def _trimmed(lines: list[str], begin: int, end: int, new: list[str]) -> tuple[int, int, list[str]]:
    """A block without the lines that stay as they are at its beginning and its end."""
    while begin < end and new and lines[begin] == new[0]:
        begin, new = begin + 1, new[1:]
    while begin < end and new and lines[end - 1] == new[-1]:
        end, new = end - 1, new[:-1]
    return begin, end, new


def _grouped(parts: list[tuple[int, int, list[str]]]) -> Iterator[list[tuple[int, int, list[str]]]]:
    group: list[tuple[int, int, list[str]]] = []
    for part in parts:
        if group and part[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _range(first: int, count: int) -> str:
    return f"{first + 1 if count else first},{count}"


def _lines(text: str) -> list[str]:
    """The lines of a text with their breaks; a line feed alone ends a line, as it does for git."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _written(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"
