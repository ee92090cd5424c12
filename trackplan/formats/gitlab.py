"""GitLab's code quality report: a JSON list, known to merge requests by the fingerprints of findings."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from trackplan.findings import Severity
from trackplan.formats.base import Look
from trackplan.formats.indented import indented

if TYPE_CHECKING:
    from trackplan.findings import Report
    from trackplan.formats.source import Text

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info", Severity.OFF: "info"}
_PLAIN = Look()


def render(report: Report, _tree: Text | None = None, look: Look = _PLAIN) -> str:
    """The list, in the order of the text output; equal findings are told apart by how many came before."""
    seen: dict[str, int] = {}
    listed = [
        _issue(look, f"{each.rule} {each.name}", each.message, each.place.path, each.place.line, "blocker", each.rule)
        for each in report.failed
    ]
    for finding in sorted(report.findings, key=lambda f: f.sort_key):
        number = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        known_by = finding.fingerprint if number == 1 else f"{finding.fingerprint}|{number}"
        name, place = f"{finding.rule} {finding.name}", finding.place
        listed.append(
            _issue(look, name, finding.message, place.path, place.line, _SEVERITIES[finding.severity], known_by)
        )
    return indented(listed)


def _issue(
    look: Look, name: str, message: str, path: str, line: int, severity: str, known_by: str
) -> dict[str, object]:
    return {
        "description": message,
        "check_name": name,
        "fingerprint": hashlib.sha256(known_by.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": severity,
        "location": {"path": look.where(path), "lines": {"begin": max(line, 1)}},
    }
