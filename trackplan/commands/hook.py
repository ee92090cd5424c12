"""`trackplan hook`: what pre-commit calls. What was said is said again; else projects concerned are checked."""

from __future__ import annotations

import os

from trackplan import git
from trackplan.cache import replay
from trackplan.commands.hook_memory import Memory

TYPE_CHECKING = False  # the module of that name takes time to load
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FROM, _TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"


def run(arguments: Sequence[str], check: Callable[[list[str]], int]) -> int:
    """Check every project that is concerned; the highest of the exit codes. `check` runs trackplan with arguments.

    `--all` checks all projects, and all that is found in them; other arguments are those of `trackplan check`.
    Raises `TrackplanError` where there is no repository or no project in it.
    """
    start, end = os.environ.get(_FROM), os.environ.get(_TO)
    between = (start, end) if start and end else None
    try:
        memory = Memory.of(arguments) if "--all" not in arguments and between is None else None
        if memory is not None and (known := memory.known) is not None:
            code, written = known
            replay.write(written)
            return code
        from trackplan.commands import hook_projects

        return hook_projects.run(arguments, check, between, memory)
    finally:
        git.end()
