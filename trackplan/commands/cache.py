"""`trackplan cache`: where earlier work is kept, how much there is, and how to be rid of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.cache import files, pack, place
from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from trackplan.commands.base import Where

_KINDS = {"run": "results of commands", "state": "lists of files looked at", "pack": "compiled projects"}
_NO_HOME = "Set TRACKPLAN_CACHE_DIR, or give --cache-dir."


def info(where: Where) -> int:
    """Write where the cache is, what is in it, and how large it is."""
    folder = _folder(where)
    found = files.entries(folder)
    lines = [f"The cache is in {base.printable(Path(folder))}"]
    inner = place.inner(folder)
    if os.path.lexists(inner) and not place.trusted(inner):
        lines.append("It is not used: other users can read or write it, or it is no folder.")
    elif not found:
        lines.append("It is empty.")
    for kind, noun in _KINDS.items():
        sizes = [size for name, size, _ in found if name.endswith(f".{kind}")]
        lines += [f"{len(sizes):>6,} {noun}, {_amount(sum(sizes))}"] if sizes else []
    lines += _of_project(where, folder)
    base.emit("\n".join(lines) + "\n")
    return ExitCode.CLEAN


def _of_project(where: Where, folder: str) -> list[str]:
    """What is kept of the project that the command was called in, against what there is to read."""
    path = where.project_file or base.find_project(where.start)
    if path is None:
        return []
    kept = pack.of_project(folder, str(path.absolute().parent.resolve()))
    if not kept.size:
        return ["Nothing is kept of this project."]
    share = f" ({kept.size / kept.input_size:.2f})" if kept.input_size else ""
    return [f"Of this project, {_amount(kept.size)} are kept for {_amount(kept.input_size)} of input{share}."]


def clear(where: Where) -> int:
    """Remove everything that trackplan keeps in the cache, and say what that was."""
    folder = _folder(where)
    names = [name for name, _, _ in files.entries(folder) if place.trusted(place.inner(folder))]
    freed = files.remove(folder, names)
    what = f"Removed {len(names):,} files, {_amount(freed)}, from" if names else "There was nothing to remove in"
    base.emit(f"{what} {base.printable(Path(folder))}\n")
    return ExitCode.CLEAN


def _folder(where: Where) -> str:
    if where.cache is None:
        raise TrackplanError("there is no folder for a cache: this user has no home", _NO_HOME)
    return where.cache


def _amount(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1000:.1f} kB"
