"""Annotations of GitHub Actions: one command per finding, which shows it on its line of the pull request.

GitHub shows the first ten errors, warnings and notices of a step each, so the gravest come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.findings import Severity
from trackplan.formats.base import Look, gravest_first
from trackplan.formats.summary import headline

if TYPE_CHECKING:
    from trackplan.findings import Failed, Finding, Place, Report
    from trackplan.formats.source import Text

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice", Severity.OFF: "notice"}
_PLAIN = Look()


def render(report: Report, _tree: Text | None = None, look: Look = _PLAIN) -> str:
    """The commands, the gravest first, and a last line that counts the findings."""
    failed = [_failed(each, look) for each in report.failed]
    return "\n".join([*failed, *(_finding(f, look) for f in gravest_first(report.findings)), headline(report)]) + "\n"


def _finding(finding: Finding, look: Look) -> str:
    message = f"{finding.message}\n{finding.fix[0].upper()}{finding.fix[1:]}" if finding.fix else finding.message
    return _command(_COMMANDS[finding.severity], finding.place, f"{finding.rule} {finding.name}", message, look)


def _failed(failed: Failed, look: Look) -> str:
    return _command("error", failed.place, f"{failed.rule} {failed.name}", failed.message, look)


def _command(kind: str, place: Place, title: str, message: str, look: Look) -> str:
    said = {"file": look.where(place.path)}
    if place.line:
        said |= {"line": str(place.line), "col": str(place.column), "endLine": str(place.end_line or place.line)}
        if place.end_line in (0, place.line) and place.end_column > place.column:
            said["endColumn"] = str(place.end_column - 1)  # GitHub's is the last character, ours the one behind it
    said["title"] = title
    options = ",".join(
        f"{key}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in said.items()
    )
    return f"::{kind} {options}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
