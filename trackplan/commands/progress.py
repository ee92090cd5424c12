"""Progress for long work: one line on standard error, on a terminal only, and not in the first second.

A timer interrupts the work for it, as a thread would keep the process from making copies of itself that help; where
there is no such timer, nothing is shown.
"""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from types import TracebackType

_EVERY_SECONDS = 1.0


class Progress:
    """While it is open, counts the seconds on `stream` if that is a terminal; leaves no trace when closed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._start = time.monotonic()
        self._shown = False
        main = threading.current_thread() is threading.main_thread()  # no other can be interrupted
        self._counts = main and hasattr(signal, "setitimer") and stream.isatty()

    def __enter__(self) -> Progress:
        if self._counts:
            signal.signal(signal.SIGALRM, self._show)
            signal.setitimer(signal.ITIMER_REAL, _EVERY_SECONDS, _EVERY_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._counts:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _show(self, *_: object) -> None:
        self._shown = True
        self._stream.write(f"\rtrackplan: analysing the project … {time.monotonic() - self._start:.0f} s")
        self._stream.flush()
