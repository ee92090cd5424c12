"""What was looked at in repositories → bytes beside a state, and whether it all is as it was.

As long as the file of the index is the same, git is not asked. If it is another, only what was read there matters.
"""

from __future__ import annotations

import os
import zlib
from struct import Struct

from trackplan import git, seen
from trackplan.cache.sections import parted, sections

_FAST = 1
_STAMP = Struct(">4q")

Change = tuple[bytes, bytes]
"""How git calls what a file held, and what it holds."""


class Looked:
    """What is in repositories now: by their absolute paths the files that `changed`, and the `body` to keep.

    `moved` tells that a name means another commit.
    """

    __slots__ = ("body", "changed", "moved")

    def __init__(self, changed: dict[str, Change], moved: bool, body: bytes) -> None:
        self.changed = changed
        self.moved = moved
        self.body = body


def write(found: seen.Seen) -> bytes:
    """What was looked at, as bytes; none where nothing was."""
    if not found.staged and not found.commits:
        return b""
    commits = [part for (top, name), commit in sorted(found.commits.items()) for part in (top, name, commit)]
    staged = [_written(top, each) for top, each in sorted(found.staged.items())]
    return sections(_joined(commits), *staged)


def name(body: bytes) -> bytes:
    """What stands for all of it that a result rests on."""
    commits, *staged = parted(body)
    return seen.digest(sections(commits, *map(_named, map(_read, staged))))


def look(body: bytes) -> Looked | None:
    """How it looks now; None where a name means no commit any more, or the index lists other files."""
    commits, *staged = parted(body)
    words = iter(_parted(commits))
    try:
        means: list[str] = []
        for top, name, _ in zip(words, words, words, strict=True):
            means += [top, name, git.commit(top, name)]
        if "" in means:
            return None
        changed: dict[str, Change] = {}
        pieces = [_looked(piece, changed) for piece in staged]
    except (OSError, ValueError, zlib.error):
        return None
    now = [piece for piece in pieces if piece is not None]
    named = _joined(means)
    return Looked(changed, named != commits, sections(named, *now)) if len(now) == len(pieces) else None


def _looked(piece: bytes, changed: dict[str, Change]) -> bytes | None:
    """One repository as it is now, its changed files noted; None where it lists other files."""
    top, each = _read(piece, quick=True)
    index = git.index_of(each.folder) or os.path.join(each.folder, "index")
    stamp = seen.stamp(os.lstat(index))
    if (index, stamp) == (each.index, each.stamp) and stamp != seen.UNSURE:
        return piece
    _, each = _read(piece)
    listed = git.listed(top, git.index_of(each.folder), sorted(each.paths))
    lines = set((listed or b"").split(b"\0"))
    gone, come = _by_path(each.lines - lines), _by_path(lines - each.lines)
    if listed is None or gone.keys() != come.keys():
        return None
    for path, (kind, content) in gone.items():
        if come[path][0] != kind:
            return None
        if content in each.contents:
            changed[os.path.join(top, os.fsdecode(path))] = (content, come[path][1])
            each.contents.add(come[path][1])
    each.index, each.stamp, each.lines = index, stamp, lines
    return _written(top, each)


def _by_path(lines: set[bytes]) -> dict[bytes, tuple[bytes, bytes]]:
    """Of lines of an index, the kind and the content by the path."""
    found = {}
    for line in lines:
        head, _, path = line.partition(b"\t")
        if path:
            mode, content, stage = head.split(b" ")
            found[path] = (mode + b" " + stage, content)
    return found


def _written(top: str, each: seen.Staged) -> bytes:
    words = _joined([top, each.folder, each.index])
    lines = zlib.compress(b"\0".join(sorted(each.lines)), _FAST)
    contents = b" ".join(sorted(each.contents))
    return sections(words, _STAMP.pack(*each.stamp), _joined(sorted(each.paths)), lines, contents)


def _read(piece: bytes, *, quick: bool = False) -> tuple[str, seen.Staged]:
    """What `_written` made bytes of; without lines and contents if it is to be `quick`. Raises `ValueError`."""
    words, stamp, paths, lines, contents = parted(piece)
    top, folder, index = _parted(words)
    each = seen.Staged(folder, index, _STAMP.unpack(stamp))
    if not quick:
        each.paths = set(_parted(paths))
        each.lines = set(zlib.decompress(lines).split(b"\0"))
        each.contents = set(contents.split(b" "))
    return top, each


def _named(read: tuple[str, seen.Staged]) -> bytes:
    """What stands for the index of one repository: what it lists, and what was read of it."""
    top, each = read
    files = []
    for path, (kind, content) in sorted(_by_path(each.lines).items()):
        files += [kind, content if content in each.contents else b"", path]
    return sections(_joined([top, each.folder, *sorted(each.paths)]), b"\0".join(files))


def _joined(words: list[str]) -> bytes:
    return b"\0".join(map(os.fsencode, words))


def _parted(joined: bytes) -> list[str]:
    return [os.fsdecode(word) for word in joined.split(b"\0")] if joined else []
