"""Texts → files on the disk: each is written whole or not at all, and of several none before all can be."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write(path: Path, content: bytes) -> bool:
    """Write the file, and tell whether it was not the same already. Raises `TrackplanError` where that cannot be."""
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
    except OSError as error:
        raise _refused(path.as_posix(), error) from error
    _put({path.as_posix(): (path, content)})
    return True


def write_all(root: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Give files below `root` other texts: path → the text that is there, and the one that is to be.

    Raises `TrackplanError`, with nothing changed, where a file holds something else by now or cannot be written.
    """
    for path, (before, _) in sorted(texts.items()):
        try:
            same = (root / path).read_bytes() == before.encode()
        except OSError as error:
            raise _refused(path, error) from error
        if not same:
            raise TrackplanError(f"{path} has changed meanwhile, so nothing is written", "Run it again.")
    _put({path: (root / path, after.encode()) for path, (_, after) in sorted(texts.items())})


def _put(contents: Mapping[str, tuple[Path, bytes]]) -> None:
    """Name → where it lies and what it is to hold. Links stay links, and files keep their mode."""
    beside: list[tuple[str, Path, Path]] = []
    name = ""
    try:
        for name, (path, content) in contents.items():
            real = path.resolve()
            new = real.with_name(f".{real.name}.{os.getpid()}")
            beside.append((name, real, new))
            new.write_bytes(content)
            if real.exists():
                shutil.copymode(real, new)
        for name, real, new in beside:  # noqa: B007 - told where it fails
            new.replace(real)
    except OSError as error:
        raise _refused(name, error) from error
    finally:
        for _, _, new in beside:
            with suppress(OSError):
                new.unlink(missing_ok=True)


def _refused(name: str, error: OSError) -> TrackplanError:
    reason = (error.strerror or "no reason is given").lower()
    return TrackplanError(f"cannot write {name}: {reason}", "Is the folder there and writable?")
