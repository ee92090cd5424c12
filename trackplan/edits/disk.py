"""Texts → files on the disk, each whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, content: bytes) -> bool:
    """Write the file whole or not at all, and tell whether it was not the same already.

    Raises `TrackplanError` where it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        beside.write_bytes(content)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path.resolve())
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        reason = (error.strerror or "no reason is given").lower()
        hint = "Is the folder there and writable?"
        raise TrackplanError(f"cannot write {path.as_posix()}: {reason}", hint) from error
    return True
