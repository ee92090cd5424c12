"""Files of the cache: written in one step under a name of their own, and read only if they are whole."""

from __future__ import annotations

import os
import time

try:
    from _blake2 import blake2b  # hashlib loads far more than is needed here
except ImportError:  # pragma: no cover - other makes of Python
    from hashlib import blake2b

from trackplan.cache import place

_MAGIC = b"trackplan cache\n"
_CHECK = 16
_OLD_LEFTOVER = 3600.0
LARGEST = 200_000_000
_MOST_BYTES = 200_000_000
_MOST = {"run": 200, "state": 60, "pack": 200, "facts": 20, "net": 20, "image": 4, "trail": 20, "hook": 100}


def name(*parts: bytes) -> str:
    """A file name that stands for `parts`."""
    joined = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return blake2b(joined, digest_size=_CHECK).hexdigest()


def read(path: str) -> bytes | None:
    """What was written to `path`; None if it is missing, damaged or not of the cache."""
    try:
        with open(path, "rb") as stream:
            content = stream.read(LARGEST)
    except (OSError, ValueError):
        return None
    start = len(_MAGIC) + _CHECK
    if content[: len(_MAGIC)] != _MAGIC or len(content) < start:
        return None
    body = content[start:]
    return body if content[len(_MAGIC) : start] == blake2b(body, digest_size=_CHECK).digest() else None


def write(path: str, body: bytes) -> bool:
    """Write `body` so that others see all of it or nothing. False, and no trace, where that is not possible."""
    if len(body) > LARGEST - len(_MAGIC) - _CHECK:
        return False
    return write_plain(path, _MAGIC + blake2b(body, digest_size=_CHECK).digest() + body)


def write_plain(path: str, content: bytes) -> bool:
    """The same for what is no file of ours but another program's: whoever reads it has to tell whether it is whole."""
    temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(handle, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except (OSError, ValueError):
        try:
            os.unlink(temporary)
        except (OSError, ValueError):
            pass
        return False
    return True


def prepare(folder: str) -> bool:
    """Make the cache's inner folder, for this user alone. False where that is not possible, or others own it."""
    inner = place.inner(folder)
    if place.trusted(inner):
        return True
    try:
        os.makedirs(folder, mode=place.TYPE, exist_ok=True)
        os.mkdir(inner, mode=place.TYPE)
    except (OSError, ValueError):
        pass
    return place.trusted(inner)


def entries(folder: str) -> list[tuple[str, int, float]]:
    """Name, size and time of the last use of every file in the inner folder; none where it is not there."""
    found = []
    try:
        with os.scandir(place.inner(folder)) as listed:
            for entry in listed:
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append((entry.name, status.st_size, status.st_mtime))
    except (OSError, ValueError):  # another run may be tidying up
        pass
    return sorted(found, key=lambda entry: (-entry[2], entry[0]))


def remove(folder: str, names: list[str]) -> int:
    """Remove these files from the inner folder; how many bytes that freed."""
    freed = 0
    for each in names:
        path = os.path.join(place.inner(folder), each)
        try:
            size = os.lstat(path).st_size
            os.unlink(path)
        except (OSError, ValueError):
            continue
        freed += size
    return freed


def touch(path: str) -> None:
    """Note that the file was used, once a day at most."""
    try:
        if os.stat(path).st_mtime < time.time() - 86_400:
            os.utime(path)
    except (OSError, ValueError):
        pass


def prune(folder: str) -> None:
    """Keep what was used last: so many files of each kind (the end of the name), so many bytes in all."""
    total = 0
    counts: dict[str, int] = {}
    old: list[str] = []
    for each, size, used in entries(folder):
        kind = each.rpartition(".")[2]
        if kind == "tmp":  # of a run that is at work, or that was killed
            old += [each] if used < time.time() - _OLD_LEFTOVER else []
            continue
        counts[kind] = counts.get(kind, 0) + 1
        total += size
        if total > _MOST_BYTES or counts[kind] > _MOST.get(kind, 0):
            old.append(each)
            total -= size
    remove(folder, old)
