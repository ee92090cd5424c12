"""Texts → files: each is written whole or not at all, and none before all can be."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write(root: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Give files below `root` other texts: path → the text that is there, and the one that is to be.

    Links stay links, and files keep their mode. Raises `TrackplanError`, with nothing changed, where a file holds
    something else by now or a folder cannot be written to.
    """
    beside: dict[Path, Path] = {}
    try:
        for path, (before, after) in sorted(texts.items()):
            real = (root / path).resolve()
            if real.read_bytes() != before.encode():
                raise TrackplanError(f"{path} has changed meanwhile, so nothing is written", "Run it again.")
            new = beside[real] = real.with_name(f".{real.name}.{os.getpid()}.tmp")
            new.write_bytes(after.encode())
            shutil.copymode(real, new)
        for real, new in beside.items():
            new.replace(real)
    except OSError as error:
        what = (error.strerror or "no reason is given").lower()
        name = Path(error.filename or root).name.removesuffix(f".{os.getpid()}.tmp").lstrip(".")
        raise TrackplanError(f"cannot write {name}: {what}", "Is the folder there and writable?") from error
    finally:
        for new in beside.values():
            with suppress(OSError):
                new.unlink(missing_ok=True)
