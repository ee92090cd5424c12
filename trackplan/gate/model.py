"""What puts up with findings: suppressions beside the code or in the project file, and entries of the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import names, patterns
from trackplan.findings import Place

if TYPE_CHECKING:
    from trackplan.findings import Finding

INLINE, PROJECT, BASELINE = "inline", "project", "baseline"
JUDGES = frozenset({"TP006", "TP007", "TP008", "TP009"})
"""The rules that judge suppressions, once the others have run."""
IDLE = frozenset({"TP008", "TP009"})
"""Those of them that find a suppression or entry of the baseline which silences nothing (any more)."""
LOUD = JUDGES | {"TP001"}
"""Rules that nobody can put up with: these, and errors of input."""


class Suppression(Struct, frozen=True, array_like=True):
    """One of them. `rules` are ids; `text` is how it calls itself; `problem` why it cannot be used, empty if it can.

    It silences findings at `line` of `path`, 0 for all of the file; `path` may be a pattern, and is empty for any
    file. `subject` is a selector, empty for any subject; in the baseline it is the finding's, as `detail` is. `count`
    is how many findings an entry of the baseline stands for.
    """

    kind: str
    place: Place
    text: str
    rules: tuple[str, ...] = ()
    path: str = ""
    line: int = 0
    subject: str = ""
    detail: str = ""
    count: int = 1
    reason: str = ""
    owner: str = ""
    until: str = ""
    problem: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Rule, subject and detail: what an entry of the baseline is known by."""
        return (self.rules[0], self.subject, self.detail)

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is one that it is meant for, whatever the day."""
        if finding.rule not in self.rules:
            return False
        if self.kind == BASELINE:
            return finding.subject == self.subject and finding.detail == self.detail
        if self.line and finding.place.line != self.line:
            return False
        return _lies_in(finding.place.path, self.path) and _selects(self.subject, finding.subject)

    def over(self, today: str) -> bool:
        """Whether its time is over; the day that it names is its last."""
        return bool(self.until) and self.until < today


def _lies_in(path: str, pattern: str) -> bool:
    return not pattern or path == pattern or patterns.captures(pattern, path) is not None


def _selects(selector: str, subject: str) -> bool:
    """Whether a selector names the subject; the plan in front may be left out."""
    if not selector or selector == subject:
        return True
    try:
        name = names.plain(subject)
    except ValueError:  # a file's path, say, which is no id
        name = subject
    forms = (name, name.partition("/")[2]) if "/" in name else (name,)
    return any(pattern.matches(form) for pattern in names.expand(selector) for form in forms)
