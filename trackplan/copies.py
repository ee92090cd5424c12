"""Copies of this process that share its work: each item goes to whoever is free, and comes back as bytes.

A copy knows all that the process knew when it was made, so nothing has to be sent to it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from mmap import mmap
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ANSWERS = list[tuple[int, bytes]]


def possible() -> bool:
    """Whether this process can be copied: a copy has no other threads, and would wait for ever for what they hold."""
    return sys.platform == "linux" and threading.active_count() == 1


class Shared:
    """The items 0 to `count` of some work, shared by `jobs` processes: this one and copies of it.

    The copies begin at once and turn an item into bytes with `work`. This process does those that `items` gives it, and
    takes what the others made from `answers`; what is in neither, since a copy died, it has to do too.
    """

    def __init__(self, count: int, work: Callable[[int], bytes], jobs: int) -> None:
        self._count = count
        self._work = work
        self._taken = mmap(-1, max(count, 1))  # all copies see it
        self._copies: list[tuple[int, int]] = []
        with suppress(OSError):  # then fewer processes must do
            for number in range(1, jobs):
                self._copies.append(self._copy(count * number // jobs))

    def close(self) -> None:
        """End the copies, whatever they are doing."""
        for process, answers in self._copies:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(answers)
        self._copies = []

    def items(self, start: int = 0) -> Iterator[int]:
        """The items that nobody has taken yet, one by one. Two may take the same at once, which does no harm."""
        for number in (*range(start, self._count), *range(start)):
            if not self._taken[number]:
                self._taken[number] = 1
                yield number

    def answers(self) -> dict[int, bytes]:
        """What the copies made, once they are through."""
        found: dict[int, bytes] = {}
        while self._copies:
            process, answers = self._copies.pop()
            _, status = os.waitpid(process, 0)
            with open(answers, "rb") as made:  # noqa: PTH123 - it has no path
                made.seek(0)  # the copy left off at its end
                if status == 0:
                    found.update(msgspec.msgpack.decode(made.read(), type=_ANSWERS))
        return found

    def _copy(self, start: int) -> tuple[int, int]:
        """A copy that begins at an item: its process, and the file in memory that takes its answers."""
        answers = os.memfd_create("answers")
        parent = os.getpid()
        process = os.fork()
        if process:
            return process, answers
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
            made = [(number, self._work(number)) for number in self.items(start) if os.getppid() == parent]
            with open(answers, "wb") as out:  # noqa: PTH123 - it has no path
                out.write(msgspec.msgpack.encode(made))
            code = 0
        finally:
            os._exit(code)
