"""`trackplan lsp`: serve an editor over standard input and output until it leaves."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from pathlib import Path


def run(where: base.Where, today: str) -> int:
    """Serve; 0 if the client said goodbye, 2 if it just left. Raises `TrackplanError` without the extra `lsp`."""
    base.day(today)
    try:
        from trackplan.lsp import handlers
        from trackplan.lsp.server import Server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise TrackplanError(
            "the language server needs pygls, which is not installed",
            "Install it with `pip install 'trackplan[lsp]'`.",
        ) from error
    from trackplan import workers
    from trackplan.lsp.analysis import Settings

    jobs = workers.processors() if where.jobs is None else where.jobs
    server = Server(Settings(where.cache, jobs, lambda: base.day(today)), _only(where.project_file))
    handlers.register(server)
    gc.enable()  # this process lives long
    gc.freeze()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is written must not get between them
    server.start_io(stdout=answers)
    return ExitCode.CLEAN if server.left_in_order else ExitCode.FAILED


def _only(path: Path | None) -> Path | None:
    """The project file that `--project` names, which may be its folder. Raises `TrackplanError` if it is not there."""
    if path is None:
        return None
    found = path / base.PROJECT_FILE if path.is_dir() else path
    if not found.is_file():
        raise TrackplanError(
            f"there is no project file {base.printable(found)}", f"--project takes a {base.PROJECT_FILE}."
        )
    return found
