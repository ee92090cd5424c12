"""`trackplan completion`: the script that makes a shell ask this program what may come next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import get_completion_class

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    import click

VARIABLE = "_TRACKPLAN_COMPLETE"
"""Set by that script: what the shell wants to know."""


def run(app: click.Command, shell: str) -> int:
    """Print the script. Raises `TrackplanError` for a shell that nobody knows."""
    made = get_completion_class(shell)
    if made is None:
        raise TrackplanError(f"there is no completion for {shell}")
    script = made(app, {}, "trackplan", VARIABLE)
    base.emit((script.source_template % script.source_vars()).strip() + "\n")
    return ExitCode.CLEAN
