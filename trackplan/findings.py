"""Plain data that every output renders: places, problems, findings, and the report of a run."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct, field


class Severity(IntEnum):
    """How much a finding weighs; `OFF` switches a rule off in the project file."""

    OFF = 0
    INFO = 1
    WARNING = 2
    ERROR = 3

    @classmethod
    def parse(cls, name: str) -> Severity:
        """The severity called `name` in lower case. Raises `KeyError` for any other text."""
        return cls[name.upper()]

    def __str__(self) -> str:
        return self.name.lower()


class Place(NamedTuple):
    """Where something is written: `path` below the project folder with `/`, 1-based lines and columns.

    `end_column` is the column after the last character. Line 0 means the file as a whole. There are many of them: a
    named tuple is made and looked up several times as fast as a dataclass.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class Problem(Struct, frozen=True):
    """Input that is wrong: where, what (one sentence), and how to mend it (may be empty).

    `kind` is one of the kinds that `facts/schema.sql` lists for the table `problem`.
    """

    place: Place
    message: str
    hint: str = ""
    kind: str = "invalid"


class Finding(Struct, frozen=True, array_like=True, gc=False):
    """What a rule found. `fingerprint` is stable under edits: rule id, subject and detail, no line.

    `rank` orders the findings of a rule that has something better to go by than lines: 1 comes first, 0 is no rank.
    """

    rule: str
    name: str
    severity: Severity
    subject: str
    place: Place
    message: str
    fix: str
    detail: str = ""
    cause: str = ""
    rank: int = 0

    @property
    def fingerprint(self) -> str:
        """Identity of the finding over time."""
        return "|".join((self.rule, self.subject, self.detail))

    @property
    def sort_key(self) -> tuple[str, int, Place, str, str, str]:
        """Order of output: file by file, by place, then rule, then subject; findings with a rank last, by rank."""
        return (self.place.path, self.rank, self.place, self.rule, self.subject, self.detail)


class Silenced(Struct, frozen=True):
    """A finding that a team puts up with. `by` is `inline`, `project` or `baseline`, `place` where that is written.

    Reason, owner and the last day (YYYY-MM-DD) may be empty.
    """

    finding: Finding
    by: str
    reason: str
    owner: str
    until: str
    place: Place


class Skipped(Struct, frozen=True):
    """A rule that was not run, and why. Silence must never mean "not looked at".

    `missing` are the kinds of evidence that are not given; `broken` those that are, but could not all be read.
    """

    rule: str
    name: str
    missing: tuple[str, ...]
    broken: tuple[str, ...] = ()


class Failed(Struct, frozen=True):
    """A rule that could not do its work: where in its file, what is wrong, and how to mend it (may be empty).

    Where the header itself is wrong, id and name are those that the file's name says.
    """

    rule: str
    name: str
    place: Place
    message: str
    hint: str = ""


class RuleText(Struct, frozen=True):
    """What a rule says of itself, for formats that carry it along. `fixer` is '' where no machine can mend it."""

    id: str
    name: str
    title: str
    why: str
    fix: str
    severity: Severity
    category: str
    cause: str
    references: tuple[str, ...]
    fixer: str = ""
    fix_is_safe: bool = True


class Owned(Struct, frozen=True):
    """A line of CODEOWNERS: files that any of the patterns matches have these owners, by that section of it."""

    section: str
    patterns: tuple[str, ...]
    owners: tuple[str, ...]


class Ownership(Struct, frozen=True):
    """Who owns the files of a project that lies in `folder` of its repository; later lines count before others.

    `told` are the faults of the file that says so, for people.
    """

    folder: str = ""
    lines: tuple[Owned, ...] = ()
    told: tuple[str, ...] = ()


class Mend(Struct, frozen=True):
    """How a machine can mend findings: what takes the place of which texts of one file; `about` says it in words."""

    findings: tuple[Finding, ...]
    about: str
    safe: bool
    changes: tuple[tuple[Place, str], ...]


class Evidence(Struct, frozen=True):
    """How much of one kind of input was read: files and the subjects in them; `broken` if not all could be read."""

    kind: str
    configured: bool
    files: int
    subjects: int
    statements: int = 0
    understood: int = 0
    broken: bool = False


class Report(Struct, frozen=True):
    """The result of a run, before any output format.

    `quadrants` counts the fields, the raw columns on which no field lands, and the gaps, by status.
    `collapsed` maps an event's id to its fields' ids where every field of the event is unused.
    `silenced` are findings that a team puts up with; they are not among `findings`. `rules` are those that were asked.
    `mends` is filled for the formats that tell how to mend what is found.
    `ownership` tells who owns the files. `failed` are the rules that could not do their work; `fatal` tells that an
    input could not be read. Either makes the run end with exit code 2.
    """

    today: str
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    evidence: tuple[Evidence, ...]
    quadrants: dict[str, int]
    notes: tuple[str, ...]
    rules_run: int
    fatal: bool
    collapsed: dict[str, tuple[str, ...]] = {}
    next_step: str = ""
    failed: tuple[Failed, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    rules: tuple[RuleText, ...] = ()
    mends: tuple[Mend, ...] = ()
    ownership: Ownership = field(default_factory=Ownership)

    @property
    def complete(self) -> bool:
        """Whether all input could be read, and no rule failed."""
        return not (self.fatal or self.failed)
