"""The one way to read source text: files below a root folder, never outside it."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan import seen
from trackplan.errors import ReadError
from trackplan.findings import Place, Problem
from trackplan.patterns import captures, fixed_part, is_wild, leaves, match_name, normalise, wildcards

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SIZE_LIMIT", "Tree", "captures", "fixed_part", "leaves", "normalise", "wildcards"]

SIZE_LIMIT = 20_000_000
_SKIPPED = frozenset({".git", "node_modules", ".venv", "__pycache__"})
_FOLDER = "this is a folder, a file is expected"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Where there is no such flag, every path is resolved before it is opened.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Tree:
    """The work tree below `root`. Paths go in and come out relative to it, with `/`.

    What a folder holds and where it leads is looked up once; a new tree looks again. `taken` counts the bytes read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.taken = 0
        self._top = str(self.root)
        self._folders: dict[str, str | None] = {}
        self._listings: dict[str, dict[str, str]] = {}
        if seen.active:
            seen.active.link(os.path.abspath(root), self._top)  # noqa: PTH100 - keeps symlinks

    def read_bytes(self, path: str) -> bytes:
        """The content of the file. Raises `ReadError` if it is missing, no file, too large or out of reach."""
        try:
            handle, real = self._open(path)
            try:
                status = os.fstat(handle)
                content = _content(handle, status) if stat.S_ISREG(status.st_mode) else b""
            finally:
                os.close(handle)
        except (OSError, ValueError) as error:
            self._note_failure(path, error)
            if isinstance(error, IsADirectoryError):
                raise _unreadable(path, _FOLDER) from error
            raise _unreadable(path, _reason(error)) from error
        if not stat.S_ISREG(status.st_mode) or len(content) > SIZE_LIMIT:
            if seen.active:
                seen.active.unsteady()
            raise _unreadable(path, _wrong_kind(status, len(content)))
        self.taken += len(content)
        if seen.active:
            seen.active.file(real, status, content)
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
        except (OSError, ValueError):
            return False
        found = real is not None and os.path.exists(real)  # noqa: PTH110
        if seen.active and real is not None:
            self._note_existence(path, real, found)
        return found

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
        depth = next((i for i, p in enumerate(parts) if is_wild(p)), len(parts) - 1)
        if not _SKIPPED.isdisjoint(parts[:depth]):
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
                is_folder = kind == "d" or (kind == "l" and part == name and self._is_kind(path, stat.S_ISDIR))
                if is_folder:
                    self._enter(folder, path, kind)
                    steps += [(path, level)] if part == "**" else [] if last else [(path, level + 1)]
                if last and is_folder == folders and (kind != "l" or folders or self._is_kind(path, stat.S_ISREG)):
                    found.add(path)
            fresh = [step for step in steps if step not in known]
            known.update(fresh)
            pending += fresh
        return found

    def _matches(self, folder: str, part: str) -> list[tuple[str, str]]:
        """Names and kinds of what lies in `folder` and matches one part of a pattern."""
        listing = self._listing(folder)
        if part in ("*", "**"):
            return [item for item in listing.items() if not item[0].startswith(".")]
        if is_wild(part):
            return [item for item in listing.items() if match_name(part, item[0]) is not None]
        return [(part, listing[part])] if part in listing else []

    def _enter(self, parent: str, path: str, kind: str) -> None:
        """Spare a folder in a folder that is known already the resolving of its path."""
        real = self._folders.get(parent)
        if kind == "d" and real is not None:
            self._folders.setdefault(path, f"{real.rstrip(os.sep)}{os.sep}{path.rpartition('/')[2]}")

    def _listing(self, folder: str) -> dict[str, str]:
        """Name → kind of what lies in a folder: `l` a link, `d` a folder, `f` a file, `o` anything else."""
        known = self._listings.get(folder)
        if known is not None:
            return known
        found: dict[str, str] = {}
        try:
            real = self._folder(folder)
            if real is not None:
                status = os.lstat(real) if seen.active else None
                found = seen.names(real)
                if seen.active and status:
                    seen.active.folder(real, status, found)
        except (OSError, ValueError) as error:
            self._note_failure(folder, error)
        self._listings[folder] = found = {name: kind for name, kind in found.items() if name not in _SKIPPED}
        return found

    def _is_kind(self, path: str, kind: Callable[[int], bool]) -> bool:
        """Whether a link leads to something of that kind below the root."""
        try:
            real = self._inside(path)
            found = real is not None and kind(os.stat(real).st_mode)  # noqa: PTH116
        except (OSError, ValueError) as error:
            self._note_failure(path, error)
            return False
        if seen.active and real is not None:
            self._note_existence(path, real, True)
        return found

    def _note_existence(self, path: str, real: str, found: bool) -> None:
        """Remember whether something is there, by what it is."""
        if not found:
            self._note_failure(path, FileNotFoundError())
        elif os.path.isdir(real):  # noqa: PTH112
            self._listing(path)
        else:
            with suppress(ReadError):
                self.read_bytes(path)

    def _note_failure(self, path: str, error: OSError | ValueError) -> None:
        """Remember that something is not there; nothing else that goes wrong can be looked at again."""
        if seen.active is None:
            return
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            seen.active.absent(os.path.join(self._top, path))  # noqa: PTH118
        else:
            seen.active.unsteady()

    def _open(self, path: str) -> tuple[int, str]:
        """The file, opened, and its real path. Raises `ReadError` where that leaves the root, else as `open` does."""
        folder, _, name = path.rpartition("/")
        if _NO_LINK and name not in ("", ".", "..") and not path.startswith("/"):
            parent = self._folder(folder)
            if parent is not None:
                real = f"{parent.rstrip(os.sep)}{os.sep}{name}"
                try:
                    return os.open(real, _READ | _NO_LINK), real
                except OSError as error:
                    if error.errno not in (errno.ELOOP, errno.EMLINK):
                        raise
        resolved = self._inside(path)
        if resolved is None:
            raise _unreadable(path, "the path leaves the project's folder")
        if os.path.isdir(resolved):  # noqa: PTH112
            raise IsADirectoryError(errno.EISDIR, _FOLDER)
        return os.open(resolved, _READ), resolved

    def _folder(self, folder: str) -> str | None:
        """The real path of a folder, or None where it leaves the root."""
        if folder not in self._folders:
            self._folders[folder] = self._inside(folder)
        return self._folders[folder]

    def _inside(self, path: str) -> str | None:
        """The real path, or None where it leaves the root. Raises `OSError` or `ValueError` where it can be no path."""
        whole = os.path.join(self._top, path) if path else self._top  # noqa: PTH118
        real = os.path.realpath(whole)
        if seen.active and real != whole:
            seen.active.link(whole, real)
        top = self._top.rstrip(os.sep) + os.sep
        return real if real == self._top or real.startswith(top) else None


def _content(handle: int, status: os.stat_result) -> bytes:
    """What an open file holds, and one byte more than may be if it holds too much."""
    pieces: list[bytes] = []
    wanted = min(status.st_size, SIZE_LIMIT) + 1
    while wanted > 0:
        piece = os.read(handle, wanted)
        pieces.append(piece)
        if len(piece) in (0, status.st_size):  # all that was there when it was opened, and no byte more
            break
        wanted = SIZE_LIMIT + 1 - sum(map(len, pieces))  # a file may grow while it is read
    return b"".join(pieces) if len(pieces) != 1 else pieces[0]


def _wrong_kind(status: os.stat_result, length: int) -> str:
    """What is wrong with something that can be opened and is not read."""
    if stat.S_ISREG(status.st_mode):
        size = _megabytes(max(status.st_size, length))
        return f"the file has {size}; trackplan reads up to {_megabytes(SIZE_LIMIT)}"
    return _FOLDER if stat.S_ISDIR(status.st_mode) else "this is a device or a pipe, a file is expected"


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
