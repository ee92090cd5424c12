"""The options that commands share, and the words that they take."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class CheckFormat(StrEnum):
    """Formats of `check`."""

    TEXT = "text"
    JSON = "json"


class TableFormat(StrEnum):
    """Formats of commands that give rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ListFormat(StrEnum):
    """Formats of commands that give a short list."""

    TABLE = "table"
    JSON = "json"


class CacheAction(StrEnum):
    """What `cache` does."""

    INFO = "info"
    CLEAR = "clear"


class FailOn(StrEnum):
    """The least severity that makes `check` exit 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


class Colour(StrEnum):
    """When to use colours."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


ProjectFile = Annotated[
    Path | None,
    typer.Option("--project", metavar="FILE", help="The project file (default: the nearest trackplan.yaml above)."),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there, not to the screen.")]
Today = Annotated[str, typer.Option(metavar="DATE", help="Judge by this day, YYYY-MM-DD (default: today in UTC).")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", metavar="N", min=1, help="Processes for SQL (default: one per processor).")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither use nor keep earlier work.")]
CacheDir = Annotated[
    Path | None, typer.Option("--cache-dir", metavar="DIR", help="Keep earlier work there, not in the user's cache.")
]
