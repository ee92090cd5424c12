"""Progress for long work: one line on standard error, on a terminal only, and not in the first second."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from types import TracebackType

_AFTER_SECONDS = 1.0


class Progress:
    """While it is open, counts the seconds on `stream` if that is a terminal; leaves no trace when closed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Progress:
        if self._stream.isatty():
            self._thread = threading.Thread(target=self._show, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def _show(self) -> None:
        start, shown = time.monotonic(), False
        while not self._done.wait(_AFTER_SECONDS):
            shown = True
            self._stream.write(f"\rtrackplan: analysing the project … {time.monotonic() - start:.0f} s")
            self._stream.flush()
        if shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
