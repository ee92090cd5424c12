"""How often Python looks for circles of objects that nobody needs any more: hardly ever, in a process as short as ours.

Only trees of the parser are circles, and these are taken apart once they are compiled. Looking for more in all that is
kept would take a fifth of a run.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    class Closing(Protocol):
        """What takes room until it is closed."""

        def close(self) -> None:
            """Give it back."""


last_run = False
"""Whether the process ends with the run at hand, and gives back all that it takes at once."""
_left: list[Closing] = []

# What a parser that gives up leaves behind must not pile up for ever.
_AFTER = 1_000_000
_NEVER = 1_000


@contextmanager
def looked_for(*, seldom: bool = False) -> Iterator[None]:
    """Never look for garbage meanwhile, or `seldom`, and then among what is young alone."""
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    if seldom:
        gc.freeze()
        gc.set_threshold(_AFTER, _NEVER, _NEVER)
        gc.enable()
    else:
        gc.disable()
    try:
        yield
    finally:
        gc.disable()
        gc.set_threshold(*thresholds)
        gc.freeze()
        gc.unfreeze()  # what there is counts as old from now on, so nothing is looked through at once
        if enabled:
            gc.enable()


def leave(closing: Closing) -> None:
    """Close what nobody needs any more, or let it go with the process where that ends soon."""
    if last_run:
        _left.append(closing)
    else:
        closing.close()
