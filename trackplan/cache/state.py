"""The files, folders and absences that a result rests on: written down once, looked at again before it is reused."""

from __future__ import annotations

import os
import stat
import zlib

from trackplan import seen
from trackplan.cache.sections import parted, sections

_ROW = 4  # numbers in a stamp
_FAST = 1
_PARTS = 9


Look = tuple[seen.Stamp, bytes]
"""How a path looks: its stamp, and the digest of what it holds."""


class State:
    """What was looked at. `stamps` has four numbers and `digests` a digest for every path, the files first.

    `name` stands for all of it but the stamps; `rest` are absences, presences and links, `staged` what was looked at
    in repositories.
    """

    __slots__ = ("digests", "folders_from", "name", "paths", "rest", "staged", "stamps")

    def __init__(
        self,
        name: bytes,
        paths: list[bytes],
        folders_from: int,
        stamps: memoryview,
        digests: bytes,
        rest: list[bytes],
        staged: bytes,
    ) -> None:
        self.name = name
        self.paths = paths
        self.folders_from = folders_from
        self.stamps = stamps
        self.digests = digests
        self.rest = rest
        self.staged = staged


def write(found: seen.Seen) -> tuple[bytes, bytes]:
    """The name of what was seen, and the bytes from which `read` makes the state."""
    from array import array

    from trackplan.cache import staged

    files, folders = sorted(found.files.items()), sorted(found.folders.items())
    everything = files + folders
    paths = _joined([path for path, _ in everything])
    stamps = array("q", [number for _, (stamp, _) in everything for number in stamp]).tobytes()
    digests = b"".join(digest for _, (_, digest) in everything)
    links = [part for pair in sorted(found.links.items()) for part in pair]
    rest = [_joined(each) for each in (sorted(found.missing), sorted(found.present), links)]
    count = len(files).to_bytes(8, "big")
    looked = staged.write(found) if found.staged or found.commits else b""
    name = _named(count, paths, digests, rest, looked)
    return name, _written(name, count, paths, stamps, digests, rest, looked)


def read(body: bytes) -> State | None:
    """The state that `write` made bytes of, or None where they are something else."""
    parts = parted(body)
    if len(parts) != _PARTS:
        return None
    name, count, paths, stamps, digests, *rest, staged = parts
    try:
        numbers = memoryview(zlib.decompress(stamps)).cast("q")
        found = _parted(zlib.decompress(paths))
    except (zlib.error, TypeError):
        return None
    if len(numbers) != _ROW * len(found) or len(digests) != seen.DIGEST * len(found):
        return None
    return State(name, found, int.from_bytes(count, "big"), numbers, digests, rest, staged)


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


def fresh(state: State, found: dict[int, Look], staged: bytes) -> bytes:
    """What is to be written where nothing but stamps is another now, b"" where not even they are."""
    stamps = _stamps(state, found) if found else state.stamps.tobytes()
    if (stamps, staged) == (state.stamps.tobytes(), state.staged):
        return b""
    return _written(state.name, *_whole(state), stamps, state.digests, state.rest, staged)


def renewed(state: State, found: dict[int, Look], staged: bytes) -> tuple[bytes, bytes]:
    """The name and the bytes of the state as it is now, where some files hold something else."""
    digests = bytearray(state.digests)
    for number, (_, digest) in found.items():
        digests[seen.DIGEST * number : seen.DIGEST * (number + 1)] = digest
    count, paths = _whole(state)
    name = _named(count, paths, bytes(digests), state.rest, staged)
    return name, _written(name, count, paths, _stamps(state, found), bytes(digests), state.rest, staged)


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


def _named(count: bytes, paths: bytes, digests: bytes, rest: list[bytes], looked: bytes) -> bytes:
    """What stands for all of a state but its stamps."""
    parts = [count, paths, digests, *rest]
    if looked:
        from trackplan.cache import staged

        parts.append(staged.name(looked))
    return seen.digest(sections(*parts))


def _written(
    name: bytes, count: bytes, paths: bytes, stamps: bytes, digests: bytes, rest: list[bytes], staged: bytes
) -> bytes:
    packed = zlib.compress(paths, _FAST), zlib.compress(stamps, _FAST)
    return sections(name, count, *packed, digests, *rest, staged)


def _joined(paths: list[str]) -> bytes:
    return b"\0".join(map(os.fsencode, paths))


def _parted(joined: bytes) -> list[bytes]:
    return joined.split(b"\0") if joined else []
