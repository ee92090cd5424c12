"""A base in memory → bytes to keep, and back."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

Error = sqlite3.Error
"""What reading a base raises that is damaged."""

_PIECE = 1_000_000
_FAST = 1


def packed(connection: sqlite3.Connection) -> bytes:
    """All that a base holds. Raises `OSError` where there is no room for it."""
    import tempfile  # takes time to load

    with tempfile.TemporaryDirectory(prefix="trackplan-") as folder:  # a second base in memory takes too much of it
        file = Path(folder) / "facts"
        try:
            with closing(sqlite3.connect(file)) as copy:
                copy.execute("PRAGMA synchronous = OFF")
                connection.backup(copy)
        except sqlite3.Error as error:
            raise OSError(error) from error
        packer = zlib.compressobj(_FAST)
        with file.open("rb") as stream:
            pieces = [packer.compress(piece) for piece in iter(lambda: stream.read(_PIECE), b"")]
    return b"".join([*pieces, packer.flush()])


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
