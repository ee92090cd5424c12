"""The work tree: files as they lie on the disk."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from trackplan import seen
from trackplan.errors import ReadError
from trackplan.tree.base import FOLDER, LEAVES, LEAVES_HINT, SIZE_LIMIT, SKIPPED, Tree, too_large, unreadable

if TYPE_CHECKING:
    from pathlib import Path

# Where there is no such flag, every path is resolved before it is opened.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class WorkTree(Tree):
    """The files below `root` as they are now.

    What a folder holds and where it leads is looked up once; a new tree looks again.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
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
                raise unreadable(path, FOLDER) from error
            raise unreadable(path, _reason(error)) from error
        if not stat.S_ISREG(status.st_mode) or len(content) > SIZE_LIMIT:
            if seen.active:
                seen.active.unsteady()
            raise _wrong_kind(path, status, len(content))
        self.taken += len(content)
        if seen.active:
            seen.active.file(real, status, content)
        return content

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

    def listing(self, folder: str) -> dict[str, str]:
        """Name → kind of what lies in a folder: `l` a link, `d` a folder, `f` a file, `o` anything else."""
        known = self._listings.get(folder)
        if known is not None:
            return known
        found: dict[str, str] = {}
        real = None
        try:
            real = self._folder(folder)
            if real is not None:
                status = os.lstat(real) if seen.active else None
                found = seen.names(real)
                if seen.active and status:
                    seen.active.folder(real, status, found)
        except (OSError, ValueError) as error:
            self._note_failure(folder, error)
        self._listings[folder] = found = {name: kind for name, kind in found.items() if name not in SKIPPED}
        for name, kind in found.items():
            if kind == "d" and real is not None:  # need not be resolved again
                self._folders.setdefault(f"{folder}/{name}" if folder else name, f"{real.rstrip(os.sep)}{os.sep}{name}")
        return found

    def leads(self, path: str, kind: str) -> bool:
        """Whether a link leads to something of that kind below the root."""
        try:
            real = self._inside(path)
            found = real is not None and _is_kind(os.stat(real), kind)  # noqa: PTH116
        except (OSError, ValueError) as error:
            self._note_failure(path, error)
            return False
        if seen.active and real is not None:
            self._note_existence(path, real, True)
        return found

    @cached_property
    def place(self) -> str:
        """The folder of the repository that is our root: its top is the nearest folder that holds a `.git`."""
        for above in (self.root, *self.root.parents):
            git = str(above / ".git")
            found = os.path.lexists(git)
            if seen.active:
                (seen.active.present if found else seen.active.missing).add(git)
            if found:
                inner = self.root.relative_to(above).as_posix()
                return "" if inner == "." else inner
        return ""

    def repository(self, *_: str) -> Tree:
        """The files of the repository as they are now."""
        return WorkTree(self.root.parents[self.place.count("/")]) if self.place else self

    def _note_existence(self, path: str, real: str, found: bool) -> None:
        """Remember whether something is there, by what it is."""
        if not found:
            self._note_failure(path, FileNotFoundError())
        elif os.path.isdir(real):  # noqa: PTH112
            self.listing(path)
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
            raise unreadable(path, LEAVES, LEAVES_HINT)
        if os.path.isdir(resolved):  # noqa: PTH112
            raise IsADirectoryError(errno.EISDIR, FOLDER)
        return os.open(resolved, _READ), resolved

    def _folder(self, folder: str) -> str | None:
        """The real path of a folder, or None where it leaves the root."""
        if folder not in self._folders:
            self._folders[folder] = self._inside(folder)
        return self._folders[folder]

    def _inside(self, path: str) -> str | None:
        """The real path, or None where it leaves the root or leads in a circle.

        Raises `OSError` or `ValueError` where it can be no path.
        """
        whole = os.path.join(self._top, path) if path else self._top  # noqa: PTH118
        real = os.path.realpath(whole)
        if seen.active and real != whole:
            seen.active.link(whole, real)
        if real != whole and _circles(whole):  # what it would lead to is no more than a guess then
            if seen.active:
                seen.active.unsteady()
            return None
        top = self._top.rstrip(os.sep) + os.sep
        return real if real == self._top or real.startswith(top) else None


def _circles(path: str) -> bool:
    """Whether the links of a path lead to themselves."""
    try:
        os.stat(path)  # noqa: PTH116
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


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


def _wrong_kind(path: str, status: os.stat_result, length: int) -> ReadError:
    """What is wrong with something that can be opened and is not read."""
    if stat.S_ISREG(status.st_mode):
        return too_large(path, max(status.st_size, length))
    folder = stat.S_ISDIR(status.st_mode)
    return unreadable(path, FOLDER if folder else "this is a device or a pipe, a file is expected")


def _is_kind(status: os.stat_result, kind: str) -> bool:
    return (stat.S_ISDIR if kind == "d" else stat.S_ISREG)(status.st_mode)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "the file may not be read: permission denied"
    if isinstance(error, OSError) and error.strerror:
        return f"the file cannot be read: {error.strerror.lower()}"
    return "the file cannot be read: its name is not valid"
