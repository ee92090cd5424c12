"""Checksums of files that are too large to be looked through each time: counted once for a stamp."""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from trackplan import seen

if TYPE_CHECKING:
    from os import stat_result

_PIECE = 1_000_000
_counted: dict[tuple[str, int], seen.Stamp] = {}


def trust(path: str, checked: int, stamp: seen.Stamp) -> None:
    """Take a file with that stamp for one with that checksum, as an earlier process counted it."""
    _counted[path, checked] = stamp


def trusted(path: str, checked: int) -> seen.Stamp:
    """The stamp of a file with that checksum, `UNSURE` where none was counted, or it was written just now."""
    return _counted.get((path, checked), seen.UNSURE)


def fits(path: str, status: stat_result, checked: int) -> bool:
    """Whether a file, which looks like that, has the checksum. Raises `OSError`."""
    stamp = seen.stamp(status)
    if stamp != seen.UNSURE and trusted(path, checked) == stamp:
        return True
    if _checksum(path) != checked:
        return False
    trust(path, checked, stamp)
    return True


def _checksum(path: str) -> int:
    """The checksum of a file as `zlib` counts it. Raises `OSError`."""
    found = 0
    piece = bytearray(_PIECE)
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - nothing is copied twice
        while read := stream.readinto(piece):
            found = zlib.crc32(memoryview(piece)[:read], found)
        with suppress(OSError):  # what is counted once must be there after a power cut; not all systems can tell
            os.fsync(stream.fileno())
    return found
