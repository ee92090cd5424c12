"""What can go wrong, and the exit code that says so."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.findings import Problem


class ExitCode(IntEnum):
    """How a command ends: `CLEAN`, `FINDINGS` at or above the threshold, `FAILED` to do the job."""

    CLEAN = 0
    FINDINGS = 1
    FAILED = 2


class TrackplanError(Exception):
    """Something the user can mend. `hint` says how; the command line prints both and exits 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(TrackplanError):
    """One or more located problems in files the user wrote; all of a file's problems come at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(f"{p.place}: {p.message}" for p in problems))
        self.problems = tuple(problems)


class ProjectError(InputError):
    """The project file cannot be used."""


class ReadError(InputError):
    """A file of the project cannot be read as what it should be."""


class HeaderError(InputError):
    """A rule's file does not begin with a header that can be used."""


class RuleError(TrackplanError):
    """A query is wrong, or it tried something that rules may not do, or took too much."""


class TooMuchError(Exception):
    """More has changed than can be told without a whole run."""
