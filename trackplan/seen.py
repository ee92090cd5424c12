"""What a run reads, lists and looks for: as long as all of it stays the same, so does the run's result.

Off unless a run is recorded. `tree` tells everything that it looks at; commands tell when nothing else decides their
output.
"""

from __future__ import annotations

import os
import time

try:
    from _blake2 import blake2b  # hashlib loads far more than is needed here
except ImportError:  # pragma: no cover - other makes of Python
    from hashlib import blake2b

TYPE_CHECKING = False  # the module of that name takes longer to load than a known result to be written again
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import stat_result

Stamp = tuple[int, int, int, int]
"""What tells cheaply that a file is the same: time of change of its content, size, number, time of change of all."""

UNSURE: Stamp = (0, 0, 0, 0)
"""The stamp of what changed just now: a second change within the clock's step would leave no trace."""

DIGEST = 16
_UNSEEN = "__pycache__"  # Python writes it whenever it likes, and nothing of a project lies there
_STEP = 2_000_000_000  # the coarsest clock of a file system, in nanoseconds


class Staged:
    """What was looked at in the index of a repository: what some paths hold, and the contents that were read.

    `folder` is the one of git, `index` the file with its stamp; `lines` are as git lists them, `contents` as it calls
    them.
    """

    __slots__ = ("contents", "folder", "index", "lines", "paths", "stamp")

    def __init__(self, folder: str, index: str, stamp: Stamp) -> None:
        self.folder = folder
        self.index = index
        self.stamp = stamp
        self.paths: set[str] = set()
        self.lines: set[bytes] = set()
        self.contents: set[bytes] = set()


class Seen:
    """Everything that was looked at, by absolute path, as it was at first sight.

    `files` and `folders` map to a stamp and a digest of the content; `missing` was looked
    for in vain, of `present` it only matters that it is there; `links` are paths with what they resolve to. `staged`
    tells what was looked at in the index of repositories, `commits` what names mean there, both by their top folder.
    `whole` tells that the output depends on nothing beside; `steady` that all looks could be repeated. `leave` gives,
    for the name of the state that was seen, what a run after an edit goes on from, by the ends of its files.
    """

    def __init__(self) -> None:
        self.files: dict[str, tuple[Stamp, bytes]] = {}
        self.folders: dict[str, tuple[Stamp, bytes]] = {}
        self.missing: set[str] = set()
        self.present: set[str] = set()
        self.links: dict[str, str] = {}
        self.staged: dict[str, Staged] = {}
        self.commits: dict[tuple[str, str], str] = {}
        self.whole = False
        self.steady = True
        self.leave: Callable[[bytes], dict[str, bytes]] | None = None

    def file(self, path: str, status: stat_result, content: bytes) -> None:
        """A file with its content; `status` is from before it was read."""
        self._keep(self.files, path, status, digest(content))

    def folder(self, path: str, status: stat_result, entries: Mapping[str, str]) -> None:
        """A folder with the names and kinds in it; `status` is from before it was listed."""
        self._keep(self.folders, path, status, listing(entries))

    def absent(self, path: str) -> None:
        """A file or folder that was looked for in vain."""
        self.missing.add(path)
        if path in self.files or path in self.folders:
            self.steady = False

    def link(self, path: str, real: str) -> None:
        """A path that leads through links to `real`."""
        if self.links.setdefault(path, real) != real:
            self.steady = False

    def commit(self, top: str, name: str, commit: str) -> None:
        """A name of a commit that can mean another one later."""
        if name != commit and self.commits.setdefault((top, name), commit) != commit:
            self.steady = False

    def unsteady(self) -> None:
        """Something was met that cannot be looked at again in a cheap way, such as a file that may not be read."""
        self.steady = False

    def _keep(self, known: dict[str, tuple[Stamp, bytes]], path: str, status: stat_result, found: bytes) -> None:
        if known.setdefault(path, (stamp(status), found))[1] != found or path in self.missing:
            self.steady = False  # it changed while the run looked at it


active: Seen | None = None
"""The record of this process's run, None where nobody asked for one."""


def stamp(status: stat_result) -> Stamp:
    """The stamp of a file or folder, `UNSURE` where it changed a moment ago."""
    if max(status.st_mtime_ns, status.st_ctime_ns) > time.time_ns() - _STEP:
        return UNSURE
    return (status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)


def digest(content: bytes) -> bytes:
    """A short name for `content` that no other content has."""
    return blake2b(content, digest_size=DIGEST).digest()


def names(folder: str | bytes) -> dict[str, str]:
    """The names in a folder and what they are: `l` a link, `d` a folder, `f` a file, `o` anything else.

    Raises `OSError` or `ValueError` where it cannot be listed.
    """
    with os.scandir(os.fsdecode(folder)) as listed:
        return {entry.name: _kind(entry) for entry in listed if entry.name != _UNSEEN}


def listing(entries: Mapping[str, str]) -> bytes:
    """The digest of a folder's names and their kinds, in any order."""
    return digest("\0".join(sorted(map("".join, entries.items()))).encode("utf-8", "surrogateescape"))


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_file(follow_symlinks=False):
        return "f"
    if entry.is_dir(follow_symlinks=False):
        return "d"
    return "l" if entry.is_symlink() else "o"
