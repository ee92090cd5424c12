"""A base in memory → bytes, or a file, to keep, and back."""

from __future__ import annotations

import os
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.facts import checksums

if TYPE_CHECKING:
    from collections.abc import Iterator

Error = sqlite3.Error
"""What reading a base raises that is damaged."""

_PIECE = 1_000_000
_FAST = 1


def packed(connection: sqlite3.Connection) -> bytes:
    """All that a base holds, in little room. Raises `OSError` where there is no room for it."""
    packer = zlib.compressobj(_FAST)
    return b"".join([*map(packer.compress, _pieces(connection)), packer.flush()])


def plain(connection: sqlite3.Connection) -> bytes:
    """All that a base holds, as a file that SQLite can open. Raises `OSError` where there is no room for it."""
    return b"".join(_pieces(connection))


def _pieces(connection: sqlite3.Connection) -> Iterator[bytes]:
    import tempfile  # takes time to load

    with tempfile.TemporaryDirectory(prefix="trackplan-") as folder:  # a second base in memory takes too much of it
        file = Path(folder) / "facts"
        try:
            with closing(sqlite3.connect(file)) as copy:
                copy.execute("PRAGMA synchronous = OFF")
                connection.backup(copy)
        except sqlite3.Error as error:
            raise OSError(error) from error
        with file.open("rb") as stream:
            yield from iter(lambda: stream.read(_PIECE), b"")


def attach(connection: sqlite3.Connection, path: str, checked: int) -> None:
    """Attach a file of what `plain` made, with that checksum, as `whole`. Raises `ValueError` for any other."""
    try:
        before = os.stat(path)  # noqa: PTH116
        if not checksums.fits(path, before, checked):
            raise ValueError(path)
        connection.execute("ATTACH ? AS whole", (f"{Path(path).as_uri()}?immutable=1",))
        connection.execute("SELECT count(*) FROM whole.sqlite_master").close()
        after = os.stat(path)  # noqa: PTH116
    except (sqlite3.Error, OSError) as error:
        raise ValueError(error) from error
    if (before.st_ino, before.st_mtime_ns) != (after.st_ino, after.st_mtime_ns):
        raise ValueError(path)


def opened(packed: bytes) -> sqlite3.Connection:
    """A base in memory that holds what `packed` was made of. Raises `ValueError` for other bytes."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.deserialize(zlib.decompress(packed))
        connection.execute("SELECT count(*) FROM sqlite_master").close()
    except (sqlite3.Error, zlib.error, MemoryError) as error:  # SQLite has no memory for nothing at all
        connection.close()
        raise ValueError(error) from error
    return connection
