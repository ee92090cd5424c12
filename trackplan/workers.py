"""Processes that do a share of the work: bytes in, bytes out, by a function that is named and not sent."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 8
# The paths come first, so that a folder with strangers' files is searched no more than it is here.
_START = "import sys; sys.path[:] = sys.argv[2:]; from trackplan.workers import serve; serve(sys.argv[1])"


def processors() -> int:
    """How many processes may work side by side here, within reason."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST)
    return min(os.cpu_count() or 1, _MOST)


class Worker:
    """A process at work on `task` with the function `module:name`."""

    def __init__(self, function: str, task: bytes) -> None:
        import subprocess  # takes time to load, and many runs have no work to share

        self._answer: bytes | None = None
        paths = [path or os.getcwd() for path in sys.path]  # noqa: PTH109
        self._process = subprocess.Popen(  # noqa: S603 - our own code
            [sys.executable, "-I", "-c", _START, function, *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._thread = threading.Thread(target=self._talk, args=(task,), daemon=True)
        self._thread.start()

    def answer(self) -> bytes | None:
        """What the function gave; None where the process died or was killed."""
        self._thread.join()
        return self._answer

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        with suppress(OSError):
            self._process.kill()
        self._thread.join()

    def _talk(self, task: bytes) -> None:
        with suppress(OSError, ValueError):
            answer, _ = self._process.communicate(task)
            if self._process.returncode == 0:
                self._answer = answer


def start(function: str, task: bytes) -> Worker | None:
    """A process that runs `function` on `task`; None where no process can be started."""
    try:
        return Worker(function, task) if sys.executable else None
    except (OSError, ValueError, RuntimeError):
        return None


def serve(function: str) -> None:
    """Inside the process: read the task, run the function, write what it gives. The caller handles interruptions."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    module, _, name = function.partition(":")
    work: Callable[[bytes], bytes] = getattr(__import__(module, fromlist=[name]), name)
    with open(0, "rb") as tasks, open(out, "wb") as answers:  # noqa: PTH123 - these have no path
        answers.write(work(tasks.read()))
