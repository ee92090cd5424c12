"""One project in the editor: it is looked at some time after the last edit, in a thread of its own.

The loop of the protocol never waits. What is asked of the facts waits for the look that has the text as it is now; a
look that an edit overtakes ends where it next reads, links or asks something, and is told to nobody.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

from trackplan.lsp.analysis import Analysis, Analyst, Look

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from trackplan.lsp.analysis import Settings

T = TypeVar("T")
Told = TypeVar("Told")
_PAUSE = 0.25
"""Seconds without an edit after which a look begins."""


class _OvertakenError(Exception):
    """An edit has made a look useless."""


class Session(Generic[Told]):
    """The project of the file `path`. `texts` gives the editor's texts by real path, `tell` takes what a look gave.

    `tell` runs in the project's thread, and what it returns is given to `publish` in the loop, unless it is overtaken.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        texts: Callable[[], Mapping[str, str]],
        tell: Callable[[Look], Told],
        publish: Callable[[Told | Exception], None],
    ) -> None:
        self.path = path
        self.root = path.parent
        self._analyst = Analyst(path, settings)
        self._thread = ThreadPoolExecutor(1, f"trackplan {path.parent.name}")
        self._texts = texts
        self._tell = tell
        self._publish = publish
        self._edits = 0  # since the server began
        self._settled = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None

    def edited(self, pause: float = _PAUSE) -> None:
        """Something is another now: look again when it has been quiet for a while."""
        self._edits += 1
        self._settled.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(pause, self._begin)

    async def ask(self, question: Callable[[Analysis], T]) -> T | None:
        """The answer of the facts to a question, None where there are none; once the last edit has been looked at."""
        await self._settled.wait()

        def answer() -> T | None:
            return question(self._analyst.last) if self._analyst.last is not None else None

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    def close(self) -> None:
        """End; what is under way is left to itself."""
        if self._timer is not None:
            self._timer.cancel()
        self._edits += 1
        self._settled.set()
        self._thread.submit(self._analyst.close)
        self._thread.shutdown(wait=False)

    def _begin(self) -> None:
        self._timer = None
        if self._looking is None:  # else the look under way begins the next one
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """Look until nothing has been edited meanwhile."""
        try:
            seen = -1
            while seen != self._edits and self._timer is None:
                seen = self._edits
                await self._once(seen)
            if seen == self._edits:
                self._settled.set()
        finally:
            self._looking = None

    async def _once(self, seen: int) -> None:
        texts = dict(self._texts())

        def heed() -> None:
            if self._edits != seen:
                raise _OvertakenError

        def look() -> Told:
            return self._tell(self._analyst.look(texts, heed))

        try:
            told: Told | Exception = await asyncio.get_running_loop().run_in_executor(self._thread, look)
        except _OvertakenError:
            return
        except Exception as error:  # a defect of ours must not end the server, and not go unseen
            told = error
        if seen == self._edits:
            self._publish(told)
