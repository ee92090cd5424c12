"""The one way to read source text: files below a root folder, never outside it."""

from __future__ import annotations

import os
import posixpath
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.errors import ReadError
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SIZE_LIMIT = 20_000_000
_SKIPPED = frozenset({".git", "node_modules", ".venv", "__pycache__"})
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Tree:
    """The work tree below `root`. Paths go in and come out relative to it, with `/`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def read_bytes(self, path: str) -> bytes:
        """The content of the file. Raises `ReadError` if it is missing, no file, too large or out of reach."""
        try:
            real = self._inside(path)
            if real is None:
                raise _unreadable(path, "the path leaves the project's folder")
            status = real.stat()
            if stat.S_ISDIR(status.st_mode):
                raise _unreadable(path, "this is a folder, a file is expected")
            if not stat.S_ISREG(status.st_mode):
                raise _unreadable(path, "this is a device or a pipe, a file is expected")
            with real.open("rb") as stream:
                content = stream.read(SIZE_LIMIT + 1)
        except (OSError, ValueError) as error:
            raise _unreadable(path, _reason(error)) from error
        if len(content) > SIZE_LIMIT:
            size = max(status.st_size, len(content))
            raise _unreadable(path, f"the file has {_megabytes(size)}; trackplan reads up to {_megabytes(SIZE_LIMIT)}")
        return content

    def read_text(self, path: str) -> str:
        """The file as text, without a byte order mark. Raises `ReadError` at the first byte that is not UTF-8."""
        content = self.read_bytes(path)
        if content.startswith(_UTF16):
            raise _unreadable(path, "the file is UTF-16", "save it as UTF-8")
        zero = content.find(b"\0")
        if zero >= 0:
            raise _bad_byte(path, content, zero, "the file is binary: it holds a NUL byte")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            start = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
            message = f"the byte 0x{content[start]:02x} is not UTF-8"
            raise _bad_byte(path, content, start, message, "save the file as UTF-8") from error

    def exists(self, path: str) -> bool:
        """Whether a file or folder of that name lies below the root."""
        try:
            real = self._inside(path)
            return real is not None and real.exists()
        except (OSError, ValueError):
            return False

    def holds(self, path: str) -> bool:
        """Whether `path`, its symlinks resolved, lies below the root or would lie there."""
        try:
            return self._inside(path) is not None
        except (OSError, ValueError):
            return False

    def glob(self, pattern: str) -> tuple[str, ...]:
        """The files that `pattern` matches, sorted; folders instead if it ends in `/`.

        `*` and `?` stay within one name, `**` spans folders; none of them matches a leading dot. A symlinked file is
        matched if its target lies below the root; a symlinked folder is only entered where the pattern spells it out.
        """
        folders = pattern.endswith("/")
        parts = normalise(pattern).rstrip("/").split("/")
        if ".." in parts:
            return ()
        if parts == ["."]:
            return (".",) if folders else ()
        depth = next((i for i, p in enumerate(parts) if _is_wild(p)), len(parts) - 1)
        return tuple(sorted(self._walk("/".join(parts[:depth]), parts, depth, folders)))

    def _walk(self, folder: str, parts: list[str], depth: int, folders: bool) -> Iterator[str]:
        """Files (or folders) below `folder`, which matches the first `depth` parts of the pattern."""
        spans = parts.index("**") if "**" in parts else None
        pending = [(folder, depth)]
        while pending:
            current, level = pending.pop()
            for entry in self._entries(current):
                path = f"{current}/{entry.name}" if current else entry.name
                matched = _match(parts, path.split("/"), "**", _match_name, "/") is not None
                is_folder = _is_folder(entry, follow=level < len(parts) and entry.name == parts[level])
                if matched and is_folder == folders and (is_folder or self._is_file(path)):
                    yield path
                if not is_folder:
                    continue
                if spans is not None and level >= spans:
                    if not entry.name.startswith(".") or entry.name in parts:
                        pending.append((path, level + 1))
                elif level < len(parts) - 1 and _match_name(parts[level], entry.name) is not None:
                    pending.append((path, level + 1))

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            real = self._inside(folder)
            if real is None or _SKIPPED.intersection(folder.split("/")):
                return []
            with os.scandir(real) as entries:
                return [entry for entry in entries if entry.name not in _SKIPPED]
        except (OSError, ValueError):
            return []

    def _is_file(self, path: str) -> bool:
        try:
            real = self._inside(path)
            return real is not None and real.is_file()
        except (OSError, ValueError):
            return False

    def _inside(self, path: str) -> Path | None:
        """The real path, or None where it leaves the root."""
        real = Path(os.path.realpath(self.root / path))
        return real if real == self.root or self.root in real.parents else None


def normalise(pattern: str) -> str:
    """`pattern` without `./`, `//` and inner `..`; a final `/` stays. It begins with `..` where it leaves the root."""
    clean = posixpath.normpath(pattern) if pattern else ""
    return clean + "/" if pattern.endswith("/") and clean != "/" else clean


def leaves(pattern: str) -> bool:
    """Whether `pattern` is absolute or climbs out of the folder that it is relative to."""
    clean = normalise(pattern)
    return clean.startswith("/") or clean.rstrip("/").split("/")[0] == ".." or clean[1:3] in (":/", ":\\")


def fixed_part(pattern: str) -> str:
    """The folder in front of the first wildcard: `dashboards` of `dashboards/**/*.sql`; of a plain path its folder."""
    parts = normalise(pattern).split("/")
    end = next((i for i, part in enumerate(parts) if _is_wild(part)), len(parts) - 1)
    return "/".join(parts[:end])


def captures(pattern: str, path: str) -> tuple[str, ...] | None:
    """The text that each wildcard of `pattern` matched in `path`, or None where the path does not match."""
    parts = normalise(pattern).rstrip("/").split("/")
    return _match(parts, path.split("/"), "**", _match_name, "/")


def wildcards(pattern: str) -> int:
    """How many wildcards `pattern` has."""
    return sum(1 if part == "**" else part.count("*") + part.count("?") for part in pattern.split("/"))


def _match_name(pattern: str, name: str) -> tuple[str, ...] | None:
    if name.startswith(".") and not pattern.startswith("."):
        return None
    return _match(pattern, name, "*", _match_character, "")


def _match_character(pattern: str, character: str) -> tuple[str, ...] | None:
    if pattern == "?":
        return (character,)
    return () if pattern == character else None


def _match(
    pattern: Sequence[str],
    items: Sequence[str],
    star: str,
    one: Callable[[str, str], tuple[str, ...] | None],
    glue: str,
) -> tuple[str, ...] | None:
    """Match with `star` for any run of items. Going back to the last star alone keeps the time quadratic at most."""
    found: list[str] = []
    position = at = 0
    back: tuple[int, int, int, int] | None = None  # pattern position, start, end and place in `found` of the last star
    while at < len(items) or position < len(pattern):
        if position < len(pattern) and pattern[position] == star:
            back = (position, at, at, len(found))
            found.append("")
            position += 1
            continue
        got = one(pattern[position], items[at]) if position < len(pattern) and at < len(items) else None
        if got is not None:
            found.extend(got)
            position, at = position + 1, at + 1
            continue
        if back is None or back[2] >= len(items):
            return None
        if star == "**" and items[back[2]].startswith("."):
            return None
        back = (back[0], back[1], back[2] + 1, back[3])
        position, at = back[0] + 1, back[2]
        found[back[3] :] = [glue.join(items[back[1] : at])]
    return tuple(found)


def _is_wild(part: str) -> bool:
    return "*" in part or "?" in part


def _is_folder(entry: os.DirEntry[str], follow: bool) -> bool:
    try:
        return entry.is_dir(follow_symlinks=follow)
    except OSError:
        return False


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB".replace(".0 MB", " MB")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "the file may not be read: permission denied"
    if isinstance(error, OSError) and error.strerror:
        return f"the file cannot be read: {error.strerror.lower()}"
    return "the file cannot be read: its name is not valid"


def _unreadable(path: str, message: str, hint: str = "") -> ReadError:
    return ReadError([Problem(Place(path), message, hint, "unreadable")])


def _bad_byte(path: str, content: bytes, offset: int, message: str, hint: str = "") -> ReadError:
    line = content.count(b"\n", 0, offset) + 1
    start = content.rfind(b"\n", 0, offset) + 1
    column = len(content[start:offset].decode("utf-8", "replace").removeprefix("\ufeff")) + 1
    place = Place(path, line, column, line, column + 1)
    return ReadError([Problem(place, message, hint, "unreadable")])
