"""The files, folders and absences that a result rests on: written down once, looked at again before it is reused."""

from __future__ import annotations

import os
import stat
import zlib

from trackplan import seen

_ROW = 4  # numbers in a stamp
_FAST = 1
_PARTS = 8


Look = tuple[seen.Stamp, bytes]
"""How a path looks: its stamp, and the digest of what it holds."""


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


def look(state: State) -> dict[int, Look] | None:
    """The paths that look otherwise now, by their numbers; None if something is gone, new, or leads elsewhere."""
    changed = _changed(state)
    if changed is None or not _stands(state):
        return None
    found: dict[int, Look] = {}
    for number in changed:
        now = _look(state, number)
        if now is None:
            return None
        found[number] = now
    return found


def differing(state: State, found: dict[int, Look]) -> list[int]:
    """Of the paths that look otherwise, those that hold something else than before."""
    return [number for number, (_, digest) in found.items() if digest != _digest(state, number)]


def fresh(state: State, found: dict[int, Look]) -> bytes:
    """What is to be written where nothing but stamps is another now, b"" where not even they are."""
    stamps = _stamps(state, found) if found else b""
    if stamps in (b"", state.stamps.tobytes()):
        return b""
    return _written(state.name, *_whole(state), stamps, state.digests, state.rest)


def renewed(state: State, found: dict[int, Look]) -> tuple[bytes, bytes]:
    """The name and the bytes of the state as it is now, where some files hold something else."""
    digests = bytearray(state.digests)
    for number, (_, digest) in found.items():
        digests[seen.DIGEST * number : seen.DIGEST * (number + 1)] = digest
    count, paths = _whole(state)
    name = seen.digest(sections(count, paths, bytes(digests), *state.rest))
    return name, _written(name, count, paths, _stamps(state, found), bytes(digests), state.rest)


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


def _whole(state: State) -> tuple[bytes, bytes]:
    """How many paths are files, and all paths."""
    return state.folders_from.to_bytes(8, "big"), b"\0".join(state.paths)


def _digest(state: State, number: int) -> bytes:
    return state.digests[seen.DIGEST * number : seen.DIGEST * (number + 1)]


def _stamps(state: State, found: dict[int, Look]) -> bytes:
    """All stamps, those of `found` as they are now."""
    stamps = bytearray(state.stamps.tobytes())
    view = memoryview(stamps).cast("q")
    for number, (stamp, _) in found.items():
        for column, value in enumerate(stamp):
            view[_ROW * number + column] = value
    return bytes(stamps)


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


def _look(state: State, number: int) -> Look | None:
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
