"""The files, folders and absences that a result rests on: written down once, looked at again before it is reused."""

from __future__ import annotations

import os
import stat
import zlib

from trackplan import seen

_ROW = 4  # numbers in a stamp
_FAST = 1
_PARTS = 8


class State:
    """What was looked at. `stamps` has four numbers and `digests` a digest for every path, the files first.

    `name` stands for all of it but the stamps; `rest` are absences, presences and links.
    """

    __slots__ = ("digests", "folders_from", "name", "paths", "rest", "stamps")

    def __init__(
        self, name: bytes, paths: list[bytes], folders_from: int, stamps: memoryview, digests: bytes, rest: list[bytes]
    ) -> None:
        self.name = name
        self.paths = paths
        self.folders_from = folders_from
        self.stamps = stamps
        self.digests = digests
        self.rest = rest


def write(found: seen.Seen) -> tuple[bytes, bytes]:
    """The name of what was seen, and the bytes from which `read` makes the state."""
    from array import array

    files, folders = sorted(found.files.items()), sorted(found.folders.items())
    everything = files + folders
    paths = _joined([path for path, _ in everything])
    stamps = array("q", [number for _, (stamp, _) in everything for number in stamp]).tobytes()
    digests = b"".join(digest for _, (_, digest) in everything)
    links = [part for pair in sorted(found.links.items()) for part in pair]
    rest = [_joined(each) for each in (sorted(found.missing), sorted(found.present), links)]
    count = len(files).to_bytes(8, "big")
    name = seen.digest(sections(count, paths, digests, *rest))
    return name, _written(name, count, paths, stamps, digests, rest)


def rewrite(state: State, stamps: bytes) -> bytes:
    """The bytes of the same state with new stamps."""
    count = state.folders_from.to_bytes(8, "big")
    return _written(state.name, count, b"\0".join(state.paths), stamps, state.digests, state.rest)


def read(body: bytes) -> State | None:
    """The state that `write` made bytes of, or None where they are something else."""
    parts = parted(body)
    if len(parts) != _PARTS:
        return None
    name, count, paths, stamps, digests, *rest = parts
    try:
        numbers = memoryview(zlib.decompress(stamps)).cast("q")
        found = _parted(zlib.decompress(paths))
    except (zlib.error, TypeError):
        return None
    if len(numbers) != _ROW * len(found) or len(digests) != seen.DIGEST * len(found):
        return None
    return State(name, found, int.from_bytes(count, "big"), numbers, digests, rest)


def check(state: State) -> bytes | None:
    """What is to be written because only stamps changed, b"" where nothing did; None if the state holds no longer."""
    changed = _changed(state)
    if changed is None or not _stands(state):
        return None
    if not changed:
        return b""
    stamps = bytearray(state.stamps.tobytes())
    view = memoryview(stamps).cast("q")
    fresh = False
    for number in changed:
        found = _look(state, number)
        if found is None or found[1] != state.digests[seen.DIGEST * number : seen.DIGEST * (number + 1)]:
            return None
        for column, value in enumerate(found[0]):
            fresh = fresh or view[_ROW * number + column] != value
            view[_ROW * number + column] = value
    return rewrite(state, bytes(stamps)) if fresh else b""


def sections(*parts: bytes) -> bytes:
    """`parts` as one piece that `parted` takes apart again."""
    return b"".join([b"%d " % len(parts), *(b"%d " % len(part) for part in parts), *parts])


def parted(body: bytes) -> list[bytes]:
    """The parts that `sections` joined; none where the bytes are something else."""
    try:
        count = int(body[:20].split(b" ", 1)[0])
        *lengths, rest = body.split(b" ", count + 1)[1:]
        parts, start = [], 0
        for length in map(int, lengths):
            parts.append(rest[start : start + length])
            start += length
    except ValueError:
        return []
    return parts if start == len(rest) and len(parts) == count else []


def _stands(state: State) -> bool:
    """Whether what was missing still is, what was there still is, and links lead where they did."""
    missing, present, pairs = map(_parted, state.rest)
    for path in missing:
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError):
            pass
        return False
    if not all(map(os.path.lexists, present)):
        return False
    links = iter(pairs)
    return all(os.path.realpath(path) == next(links) for path in links)


def _changed(state: State) -> list[int] | None:
    """The numbers of the paths whose stamp is another; None if one is gone."""
    changed = []
    at = 0
    stamps, look = state.stamps.tolist(), os.lstat
    try:
        for number, path in enumerate(state.paths):
            now = look(path)
            if (
                now.st_mtime_ns != stamps[at]
                or now.st_size != stamps[at + 1]
                or now.st_ino != stamps[at + 2]
                or now.st_ctime_ns != stamps[at + 3]
            ):
                changed.append(number)
            at += _ROW
    except (OSError, ValueError):
        return None
    return changed


def _look(state: State, number: int) -> tuple[seen.Stamp, bytes] | None:
    """The stamp and the digest of a path as it is now."""
    path = state.paths[number]
    try:
        status = os.lstat(path)
        if number >= state.folders_from:
            return seen.stamp(status), seen.listing(seen.names(path))
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(path, "rb") as stream:
            return seen.stamp(status), seen.digest(stream.read())
    except (OSError, ValueError):
        return None


def _written(name: bytes, count: bytes, paths: bytes, stamps: bytes, digests: bytes, rest: list[bytes]) -> bytes:
    return sections(name, count, zlib.compress(paths, _FAST), zlib.compress(stamps, _FAST), digests, *rest)


def _joined(paths: list[str]) -> bytes:
    return b"\0".join(map(os.fsencode, paths))


def _parted(joined: bytes) -> list[bytes]:
    return joined.split(b"\0") if joined else []
