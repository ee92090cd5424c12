"""The same command on the same files gives the same output: found again and written, with nothing heavy loaded."""

from __future__ import annotations

import os
import sys
import time
import zlib

from trackplan.cache import files, place, state

_VARIABLES = ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUTF8", "TERM", "LANG", "LC_ALL")
# Nothing is kept of these, so there is nothing to look for.
_NEVER = frozenset({"init", "cache", "schema", "--help", "-h", "--output", "-o", "--install-completion"})
_PARTS = 4


class Run:
    """A command as it was called: all that decides its output beside what it reads. `folder` is the cache."""

    __slots__ = ("folder", "key")

    def __init__(self, key: bytes, folder: str) -> None:
        self.key = key
        self.folder = folder

    @property
    def path(self) -> str:
        """The file in which its result is kept."""
        return os.path.join(place.inner(self.folder), f"{files.name(self.key)}.run")

    def state(self, name: bytes) -> str:
        """The file of the state called `name`."""
        return os.path.join(place.inner(self.folder), f"{name.hex()}.state")


def run_of(arguments: list[str]) -> Run | None:
    """The run that these arguments ask for; None where its result is not kept."""
    if not arguments or not _NEVER.isdisjoint(arguments) or sys.stdout is None or sys.stderr is None:
        return None
    folder = place.wanted(arguments)
    if folder is None:
        return None
    try:
        here = os.getcwd()
    except OSError:
        return None
    facts = [sys.version, sys.executable or "", sys.byteorder, __file__, *sys.path]
    facts += [here, str(int(time.time() // 86_400))]
    for stream in (sys.stdout, sys.stderr):
        facts += [_terminal(stream.fileno()), stream.encoding] if _is_terminal(stream) else ["", ""]
    facts += [f"{name}={os.environ[name]}" for name in _VARIABLES if name in os.environ]
    words = [*facts, "", *arguments]
    return Run(state.sections(*(os.fsencode(word) for word in words)), folder)


def again(run: Run) -> int | None:
    """Write what the run wrote before and return its exit code; None where that is not known any more."""
    body = files.read(run.path) if place.trusted(place.inner(run.folder)) else None
    parts = state.parted(body) if body is not None else []
    if len(parts) != _PARTS or parts[0] != run.key:
        return None
    _, code, names, output = parts
    if not all(_holds(run, names[at : at + 16]) for at in range(0, len(names), 16)):
        return None
    files.touch(run.path)
    streams = {b"1": sys.stdout.buffer, b"2": sys.stderr.buffer}
    try:
        for chunk in state.parted(zlib.decompress(output)):
            stream = streams[chunk[:1]]
            stream.write(chunk[1:])
            stream.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        _hush()
    return int(code)


def keep(run: Run, code: int, states: dict[bytes, bytes], output: list[bytes]) -> None:
    """Keep the result of a run: its exit code, the states it rests on, and what it wrote, `1` or `2` in front."""
    if not files.prepare(run.folder):
        return
    for name, body in states.items():
        if not files.write(run.state(name), body):
            return
    written = zlib.compress(state.sections(*output), 1)
    if files.write(run.path, state.sections(run.key, b"%d" % code, b"".join(states), written)):
        files.prune(run.folder)


def _holds(run: Run, name: bytes) -> bool:
    path = run.state(name)
    body = files.read(path)
    known = state.read(body) if body is not None else None
    if known is None or known.name != name:
        return False
    fresh = state.check(known)
    if fresh:
        files.write(path, fresh)
    elif fresh is not None:
        files.touch(path)
    return fresh is not None


def _is_terminal(stream: object) -> bool:
    return bool(stream.isatty()) if hasattr(stream, "isatty") else False


def _terminal(handle: int) -> str:
    try:
        return str(os.get_terminal_size(handle))
    except (OSError, ValueError):
        return "?"


def _hush() -> None:
    """Send the rest of standard output to nowhere, so that the end of the process is quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None
