"""Which build of trackplan this is: of two that call themselves the same version, one may find more."""

from __future__ import annotations

import os

from trackplan import resources
from trackplan.cache.sections import key

TYPE_CHECKING = False  # the module of that name takes time to load
if TYPE_CHECKING:
    from collections.abc import Iterator


def ourselves() -> bytes:
    """A short name that stands for our code and rules as they are installed."""
    files = [*_below(resources.PACKAGE, ".py"), *_below(resources.path("rules"), ".sql")]
    return key(*sorted(files))


def _below(folder: str, ending: str) -> Iterator[str]:
    """The files below a folder whose names end so, each with what tells that it is the same."""
    with os.scandir(folder) as listed:
        for entry in listed:
            if entry.is_dir():
                yield from _below(entry.path, ending)
            elif entry.name.endswith(ending):
                status = entry.stat()
                yield f"{entry.path} {status.st_mtime_ns} {status.st_size}"
