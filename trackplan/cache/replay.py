"""The same command on the same files gives the same output: found again and written, with nothing heavy loaded."""

from __future__ import annotations

import os
import sys
import time
import zlib

from trackplan.cache import files, place, state
from trackplan.cache.sections import parted, sections

_VARIABLES = ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUTF8", "TERM", "LANG", "LC_ALL")
# Nothing is kept of these, so there is nothing to look for.
_NEVER = frozenset(
    {
        "init",
        "baseline",
        "cache",
        "schema",
        "lsp",
        "--fix",
        "--diff",
        "--help",
        "-h",
        "--output",
        "-o",
        "completion",
    }
)
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

    @property
    def facts(self) -> str:
        """The file in which it leaves what a run after an edit goes on from."""
        return f"{self.path.removesuffix('run')}facts"

    @property
    def net(self) -> str:
        """The file in which it leaves what a run after an edit of SQL goes on from besides."""
        return f"{self.path.removesuffix('run')}net"

    @property
    def image(self) -> str:
        """The file with the facts themselves, where a hook wants them at once."""
        return f"{self.path.removesuffix('run')}image"

    @property
    def trail(self) -> str:
        """The file that tells what has been staged since the facts were made."""
        return f"{self.path.removesuffix('run')}trail"

    def state(self, name: bytes) -> str:
        """The file of the state called `name`."""
        return os.path.join(place.inner(self.folder), f"{name.hex()}.state")


def run_of(arguments: list[str]) -> Run | None:
    """The run that these arguments ask for; None where its result is not kept."""
    folder = place.wanted(arguments) if arguments and _NEVER.isdisjoint(arguments) else None
    around = setting() if folder is not None else None
    if folder is None or around is None:
        return None
    return Run(sections(*(os.fsencode(word) for word in (*around, "", *arguments))), folder)


def setting() -> list[str] | None:
    """All that decides an output beside arguments and what is read: the day too. None where nobody can tell."""
    if sys.stdout is None or sys.stderr is None:
        return None
    try:
        here = os.getcwd()
    except OSError:
        return None
    facts = [sys.version, sys.executable or "", sys.byteorder, __file__, *sys.path]
    facts += [here, str(int(time.time() // 86_400))]
    for stream in (sys.stdout, sys.stderr):
        facts += [_terminal(stream.fileno()), stream.encoding] if _is_terminal(stream) else ["", ""]
    return facts + [f"{name}={os.environ[name]}" for name in _VARIABLES if name in os.environ]


class Known:
    """What is kept of a run: `code` and `output`, and the `states` they rest on.

    Where only the content of some files is another now, `edited` are their numbers in the last state, and `looks` has
    all of its paths that look otherwise. `restaged` are the paths of files that are staged otherwise, each with how git
    called what it held and what it holds, and `staged` how repositories look; `moved` tells that the name of a
    revision means another commit.
    """

    __slots__ = ("code", "edited", "looks", "moved", "output", "restaged", "run", "staged", "states")

    def __init__(self, run: Run, code: int, output: bytes) -> None:
        self.run = run
        self.code = code
        self.output = output
        self.states: list[state.State] = []
        self.edited: list[int] = []
        self.looks: dict[int, state.Look] = {}
        self.restaged: dict[str, tuple[bytes, bytes]] = {}
        self.moved = False
        self.staged = b""

    @property
    def other(self) -> bool:
        """Whether the content of some files, or of a revision, is another now."""
        return bool(self.edited or self.restaged or self.moved)

    def again(self) -> int:
        """Write what the run wrote before and return its exit code."""
        files.touch(self.run.path)
        write(parted(zlib.decompress(self.output)))
        return self.code


def known(run: Run) -> Known | None:
    """What is kept of a run; None where nothing is, or more than the content of some files is another now."""
    body = files.read(run.path) if place.trusted(place.inner(run.folder)) else None
    parts = parted(body) if body is not None else []
    if len(parts) != _PARTS or parts[0] != run.key:
        return None
    _, code, names, output = parts
    found = Known(run, int(code), output)
    for at in range(0, len(names), 16):
        if found.other or not _holds(found, names[at : at + 16]):
            return None
    return found


def write(output: list[bytes]) -> None:
    """Write what a run wrote: pieces with `1` or `2` in front, for standard output and standard error."""
    streams = {b"1": sys.stdout.buffer, b"2": sys.stderr.buffer}
    try:
        for chunk in output:
            stream = streams[chunk[:1]]
            stream.write(chunk[1:])
            stream.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        _hush()


def keep(run: Run, code: int, states: dict[bytes, bytes], output: list[bytes], left: dict[str, bytes]) -> None:
    """Keep the result of a run: its exit code, the states it rests on, and what it wrote, `1` or `2` in front.

    A state without bytes is there already; `left` is what a run after an edit goes on from, by the ends of its files.
    """
    if not files.prepare(run.folder):
        return
    for name, body in states.items():
        if body and not files.write(run.state(name), body):
            return
    for ending, body in left.items():
        path = f"{run.path.removesuffix('run')}{ending}"
        if body and not (files.write_plain if path == run.image else files.write)(path, body):
            return
    written = zlib.compress(sections(*output), 1)
    if files.write(run.path, sections(run.key, b"%d" % code, b"".join(states), written)):
        files.prune(run.folder)


def _holds(found: Known, name: bytes) -> bool:
    """Whether a state still holds, at least but for some files' content, which is then noted."""
    path = found.run.state(name)
    body = files.read(path)
    read = state.read(body) if body is not None else None
    if read is None or read.name != name:
        return False
    found.states.append(read)
    now = state.look(read)
    if now is None:
        return False
    found.edited, found.staged = state.differing(read, now), read.staged
    if read.staged:
        from trackplan.cache import staged

        looked = staged.look(read.staged)
        if looked is None:
            return False
        found.restaged, found.moved, found.staged = looked.changed, looked.moved, looked.body
    if found.other:
        found.looks = now
        return True
    fresh = state.fresh(read, now, found.staged)
    if fresh:
        files.write(path, fresh)
    else:
        files.touch(path)
    return True


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
