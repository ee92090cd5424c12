"""Where the cache lies, and whether it may be trusted: a folder of this user's alone."""

from __future__ import annotations

import os
import stat
import sys

TYPE = 0o700
_NAME = "trackplan"
# Another form of the files below gets another number, so that versions live side by side.
_FORM = "v1"


def wanted(arguments: list[str]) -> str | None:
    """The folder that the arguments and the environment ask for, None for `--no-cache`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    given = arguments[:end]
    if "--no-cache" in given:
        return None
    for number, word in enumerate(given):
        if word == "--cache-dir" and number + 1 < len(given):
            return os.path.abspath(given[number + 1])
        if word.startswith("--cache-dir="):
            return os.path.abspath(word[len("--cache-dir=") :])
    return usual()


def usual() -> str | None:
    """The folder that the environment tells, else the one where caches lie on this system; None without a home."""
    told = os.environ.get("TRACKPLAN_CACHE_DIR")
    if told:
        return os.path.abspath(told)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, _NAME) if os.path.isabs(base) else None


def inner(folder: str) -> str:
    """The folder inside the cache in which this version's files lie."""
    return os.path.join(folder, _FORM)


def trusted(folder: str) -> bool:
    """Whether `folder` is there, is no link, and nobody but this user can write to it or read it."""
    try:
        status = os.lstat(folder)
    except (OSError, ValueError):
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o077)
