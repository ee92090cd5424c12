"""Keeps the result of a run while it is made: what it writes, what it reads, and the code that makes it."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from trackplan import resources, seen
from trackplan.cache import replay, state

if TYPE_CHECKING:
    from typing import BinaryIO

    from _typeshed import ReadableBuffer

    from trackplan.cache.replay import Run

_LONGEST = 50_000_000


class Recording:
    """From `start` to `keep`, everything that is written to the standard streams is remembered too."""

    def __init__(self, run: Run, arguments: list[str]) -> None:
        self._run = run
        self._arguments = arguments
        self._pieces = Pieces()
        self._code = _code()
        self._seen = seen.Seen()

    def __enter__(self) -> None:
        """Begin to remember what is written and looked at."""
        seen.active = self._seen
        self._pieces.__enter__()

    def __exit__(self, *_: object) -> None:
        """End it."""
        seen.active = None
        self._pieces.__exit__()

    def keep(self, code: int) -> None:
        """Keep the run's result, if it can be told when it holds. Never fails."""
        found = self._seen
        if not (found.whole and found.steady and self._code.steady and self._pieces.whole):
            return
        now = replay.run_of(self._arguments)
        if now is None or now.key != self._run.key:  # the day is another now
            return
        states = dict(state.write(each) for each in (self._code, found))
        left = found.leave(list(states)[-1]) if found.leave is not None else {}
        replay.keep(self._run, code, states, self._pieces.written, left)


class Pieces:
    """What is written to the standard streams meanwhile, in its order, with the number of the stream in front."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.whole = True
        self._size = 0

    def __enter__(self) -> Pieces:
        """Begin to remember."""
        self._streams = (sys.stdout, sys.stderr)
        sys.stdout = _beside(sys.stdout, b"1", self)
        sys.stderr = _beside(sys.stderr, b"2", self)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        sys.stdout, sys.stderr = self._streams

    def add(self, stream: bytes, data: bytes) -> None:
        """Remember what was written to a stream, unless it is too much."""
        self._size += len(data)
        if self._size > _LONGEST:
            self.written.clear()
            self.whole = False
        elif self.whole:
            self.written.append(stream + data)


class _Beside(io.BufferedIOBase):
    """A stream that remembers what goes through it."""

    def __init__(self, stream: BinaryIO, number: bytes, pieces: Pieces) -> None:
        self._stream = stream
        self._number = number
        self._pieces = pieces

    def write(self, data: ReadableBuffer) -> int:
        """Write and remember; what could not be written makes the memory incomplete."""
        try:
            count = self._stream.write(data)
        except BaseException:
            self._pieces.whole = False
            raise
        self._pieces.add(self._number, bytes(data))
        return count

    def flush(self) -> None:
        """Pass on what is held back."""
        try:
            self._stream.flush()
        except BaseException:
            self._pieces.whole = False
            raise

    @property
    def name(self) -> str:
        """The name of the stream itself."""
        return str(getattr(self._stream, "name", ""))

    def writable(self) -> bool:
        """Yes."""
        return True

    def isatty(self) -> bool:
        """Whether the stream itself is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The number of the stream itself."""
        return self._stream.fileno()


def _beside(stream: object, number: bytes, pieces: Pieces) -> io.TextIOWrapper:
    """A text stream in the place of `stream`, with its settings."""
    if not isinstance(stream, io.TextIOWrapper):
        raise TypeError(stream)
    stream.flush()
    return io.TextIOWrapper(
        _Beside(stream.buffer, number, pieces),
        encoding=stream.encoding,
        errors=stream.errors,
        newline=None,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _code() -> seen.Seen:
    """What the program itself consists of: its own files, and the folders from which Python loads others."""
    found = seen.Seen()
    package = os.path.dirname(os.path.abspath(resources.__file__))
    for top in {package, *(str(resources.folder(name)) for name in ("rules", "schemas"))}:
        pending = [top]
        while pending:
            folder = pending.pop()
            for name, kind in _folder(found, folder).items():
                path = os.path.join(folder, name)
                if kind == "d":
                    pending.append(path)
                else:
                    _file(found, path)
    for folder in sys.path:
        if folder and os.path.isdir(folder):
            _folder(found, os.path.realpath(folder))
    return found


def _folder(found: seen.Seen, folder: str) -> dict[str, str]:
    status = os.lstat(folder)
    names = seen.names(folder)
    found.folder(folder, status, names)
    return names


def _file(found: seen.Seen, path: str) -> None:
    """Our own files are not read for this: their stamps stand for their content."""
    status = os.lstat(path)
    stamp = seen.stamp(status)
    found.files[path] = (stamp, seen.digest(repr(stamp).encode()))
    found.steady = found.steady and stamp != seen.UNSURE
