"""What every tree can do: find files by patterns and read them as text. How a file is reached, each kind tells."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from trackplan.errors import ReadError
from trackplan.findings import Place, Problem
from trackplan.patterns import captures, is_wild, match_name, normalise

if TYPE_CHECKING:
    from pathlib import Path

_REMARK = re.compile(r"(?:#|--|/\*|\{#|//)\s*trackplan:")
SIZE_LIMIT = 20_000_000
SKIPPED = frozenset({".git", "node_modules", ".venv", "__pycache__"})
FOLDER = "this is a folder, a file is expected"
LEAVES = "the path leaves the project's folder"
LEAVES_HINT = "keep the file below that folder, or take it out of the patterns"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Tree(ABC):
    """What lies below the folder `root`. Paths go in and come out relative to it, with `/`.

    `taken` counts the bytes read; `marked` holds the texts in which somebody speaks to trackplan in a comment.
    `beyond` are files of the repository outside of the root that a project file names, by their path from here
    (`../shared.yaml`): they can be read like the others, and nothing else out there can.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.taken = 0
        self.marked: dict[str, str] = {}
        self.beyond: dict[str, str] = {}

    @abstractmethod
    def read_bytes(self, path: str) -> bytes:
        """The content of the file. Raises `ReadError` if it is missing, no file, too large or out of reach."""

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Whether a file or folder of that name lies below the root."""

    @abstractmethod
    def holds(self, path: str) -> bool:
        """Whether `path`, its symlinks resolved, lies below the root or would lie there."""

    @abstractmethod
    def listing(self, folder: str) -> dict[str, str]:
        """Name → kind of what lies in a folder: `l` a link, `d` a folder, `f` a file, `o` anything else."""

    @abstractmethod
    def leads(self, path: str, kind: str) -> bool:
        """Whether a link leads to something of that kind, `d` or `f`, below the root."""

    @property
    @abstractmethod
    def place(self) -> str:
        """The folder of the repository that is our root; `""` for its top, or where there is no repository."""

    @abstractmethod
    def repository(self, *paths: str) -> Tree:
        """The tree of the whole repository, or of what `paths` name in it, as far as there is a difference."""

    def read_text(self, path: str) -> str:
        """The file as text, without a byte order mark. Raises `ReadError` at the first byte that is not UTF-8."""
        if path in self.beyond:
            return self.beyond[path]
        content = self.read_bytes(path)
        if content.startswith(_UTF16):
            raise unreadable(path, "the file is UTF-16", "save it as UTF-8")
        zero = content.find(b"\0")
        if zero >= 0:
            raise _bad_byte(path, content, zero, "the file is binary: it holds a NUL byte")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            start = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
            message = f"the byte 0x{content[start]:02x} is not UTF-8"
            raise _bad_byte(path, content, start, message, "save the file as UTF-8") from error
        if b"trackplan:" in content and _REMARK.search(text):
            self.marked[path] = text
        return text

    def glob(self, pattern: str) -> tuple[str, ...]:
        """The files that `pattern` matches, sorted; folders instead if it ends in `/`.

        `*` and `?` stay within one name, `**` spans folders; none of them matches a leading dot. A symlinked folder is
        only entered where the pattern spells it out; other links are listed, and reading tells if they lead nowhere.
        """
        folders = pattern.endswith("/")
        parts = normalise(pattern).rstrip("/").split("/")
        if ".." in parts:
            return tuple(sorted(path for path in self.beyond if captures(pattern, path) is not None))
        if parts == ["."]:
            return (".",) if folders else ()
        depth = next((i for i, p in enumerate(parts) if is_wild(p)), len(parts) - 1)
        if not SKIPPED.isdisjoint(parts[:depth]):
            return ()
        return tuple(sorted(self._walk("/".join(parts[:depth]), parts, depth, folders)))

    def _walk(self, start: str, parts: list[str], depth: int, folders: bool) -> set[str]:
        """Files (or folders) below `start`, which matches the first `depth` parts of the pattern."""
        found: set[str] = set()
        pending = [(start, depth)]
        known = set(pending)
        while pending:
            folder, level = pending.pop()
            part, last = parts[level], level == len(parts) - 1
            steps: list[tuple[str, int]] = []
            if part == "**" and not last:
                steps.append((folder, level + 1))
            for name, kind in self._matches(folder, part):
                path = f"{folder}/{name}" if folder else name
                is_folder = kind == "d" or (kind == "l" and part == name and self.leads(path, "d"))
                if is_folder:
                    steps += [(path, level)] if part == "**" else [] if last else [(path, level + 1)]
                if last and is_folder == folders and (kind != "l" or folders or not self.leads(path, "d")):
                    found.add(path)
            fresh = [step for step in steps if step not in known]
            known.update(fresh)
            pending += fresh
        return found

    def _matches(self, folder: str, part: str) -> list[tuple[str, str]]:
        """Names and kinds of what lies in `folder` and matches one part of a pattern."""
        listing = self.listing(folder)
        if part in ("*", "**"):
            return [item for item in listing.items() if not item[0].startswith(".")]
        if is_wild(part):
            return [item for item in listing.items() if match_name(part, item[0]) is not None]
        return [(part, listing[part])] if part in listing else []


def too_large(path: str, size: int) -> ReadError:
    """What tells that a file is longer than any that is read."""
    hint = "take it out of the patterns, or split it"
    return unreadable(path, f"the file has {_megabytes(size)}; trackplan reads up to {_megabytes(SIZE_LIMIT)}", hint)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.6f}".rstrip("0").rstrip(".") + " MB"


def unreadable(path: str, message: str, hint: str = "") -> ReadError:
    """What tells that a file cannot be read, and why."""
    return ReadError([Problem(Place(path), message, hint, "unreadable")])


def _bad_byte(path: str, content: bytes, offset: int, message: str, hint: str = "") -> ReadError:
    line = content.count(b"\n", 0, offset) + 1
    start = content.rfind(b"\n", 0, offset) + 1
    column = len(content[start:offset].decode("utf-8", "replace").removeprefix("\ufeff")) + 1
    place = Place(path, line, column, line, column + 1)
    return ReadError([Problem(place, message, hint, "unreadable")])
