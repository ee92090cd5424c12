"""What was looked at in repositories → bytes beside a state, and whether it all is as it was.

As long as the file of the index is the same, git is not asked. If it is another, only what was read there matters.
"""

from __future__ import annotations

import os
from struct import Struct

from trackplan import git, seen
from trackplan.cache.sections import parted, sections

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
    return seen.digest(sections(commits, *map(_named, staged)))


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
    except (OSError, ValueError):
        return None
    now = [piece for piece in pieces if piece is not None]
    named = _joined(means)
    return Looked(changed, named != commits, sections(named, *now)) if len(now) == len(pieces) else None


def _looked(piece: bytes, changed: dict[str, Change]) -> bytes | None:
    """One repository as it is now, its changed files noted; None where it lists other files. Raises `ValueError`."""
    words, stamp, paths, lines, read = parted(piece)
    top, folder, known = _parted(words)
    index = git.index_of(folder) or os.path.join(folder, "index")
    now = seen.stamp(os.lstat(index))
    if (index, _STAMP.pack(*now)) == (known, stamp) and now != seen.UNSURE:
        return piece
    listed = git.listed(top, git.index_of(folder), _parted(paths))
    if listed is None:
        return None
    if listed != lines:
        before, after = lines.split(b"\0"), listed.split(b"\0")
        if len(before) != len(after):
            return None
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                gone, come = _entry(old), _entry(new)
                if gone[::2] != come[::2]:  # another file, or something else than one
                    return None
                if read[number]:
                    changed[os.path.join(top, os.fsdecode(gone[2]))] = (gone[1], come[1])
    return sections(_joined([top, folder, index]), _STAMP.pack(*now), paths, listed, read)


def _written(top: str, each: seen.Staged) -> bytes:
    """Beside the lines, as git lists them, stands which contents were read."""
    entries = sorted((_entry(line), line) for line in each.lines if line)
    ordered = sorted(entries, key=lambda entry: (entry[0][2], entry[0][0][-1:]))
    lines = b"".join(line + b"\0" for _, line in ordered)
    read = bytes(content in each.contents for (_, content, _), _ in ordered)
    words = _joined([top, each.folder, each.index])
    return sections(words, _STAMP.pack(*each.stamp), _joined(sorted(each.paths)), lines, read)


def _named(piece: bytes) -> bytes:
    """What stands for the index of one repository: what it lists, and what was read of it. Raises `ValueError`."""
    words, _, paths, lines, read = parted(piece)
    top, folder, _ = _parted(words)
    if not all(read):
        each = zip(lines.split(b"\0"), read, strict=False)
        lines = b"\0".join(line if known else b"\t".join(_entry(line)[::2]) for line, known in each)
    return sections(_joined([top, folder]), paths, lines, read)


def _entry(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Of a line of an index what lies there, with its stage, how git calls its content, and the path."""
    head, _, path = line.partition(b"\t")
    mode, content, stage = head.split(b" ")
    return mode + b" " + stage, content, path


def _joined(words: list[str]) -> bytes:
    return b"\0".join(map(os.fsencode, words))


def _parted(joined: bytes) -> list[str]:
    return [os.fsdecode(word) for word in joined.split(b"\0")] if joined else []
