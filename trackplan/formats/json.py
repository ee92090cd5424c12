"""The report for programs, in the shape of `schemas/findings.schema.json`.

{"version": 1, "tool": {"name": "trackplan", "version": "0.1.0"}, "today": "2026-07-01",
 "summary": {"findings": {"error": 0, "warning": 1, "info": 0}, "causes": [...],
 "quadrants": {"keep": 12, ...}, ...},
 "evidence": [...], "findings": [...], "failed": [...], "skipped": [...], "notes": [...]}
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trackplan import __version__, owners
from trackplan.causes import CAUSES
from trackplan.findings import Severity
from trackplan.formats.base import by_owner
from trackplan.formats.indented import indented

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trackplan.findings import Evidence, Failed, Finding, Place, Report, Silenced, Skipped
    from trackplan.formats.base import Look
    from trackplan.formats.source import Text

QUADRANTS = ("keep", "idle", "undeclared", "waste", "unknown", "gap")


def render(report: Report, _tree: Text | None = None, _look: Look | None = None) -> str:
    """The whole report as JSON; equal reports give equal text."""
    findings = sorted(report.findings, key=lambda f: f.sort_key)
    whose = owners.finder(report.ownership)
    document = {
        "version": 1,
        "tool": {"name": "trackplan", "version": __version__},
        "today": report.today,
        "summary": {
            "findings": {str(s): sum(f.severity is s for f in findings) for s in sorted(Severity, reverse=True) if s},
            "causes": _causes(findings),
            "owners": [{"owner": name, "findings": count} for name, count in by_owner(report).items()],
            "quadrants": {name: report.quadrants.get(name, 0) for name in QUADRANTS},
            "rules_run": report.rules_run,
            "fatal": not report.complete,
            "next_step": report.next_step,
        },
        "evidence": [_evidence(e) for e in report.evidence],
        "findings": [_finding(f, whose) for f in findings],
        "silenced": [_silenced(s, whose) for s in report.silenced],
        "failed": [_failed(f) for f in report.failed],
        "skipped": [_skipped(s) for s in report.skipped],
        "notes": list(report.notes),
    }
    return indented(document)


def place_object(place: Place) -> dict[str, str | int]:
    """A place as all of our JSON writes it; line 0 means the file as a whole."""
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _finding(finding: Finding, whose: Callable[[str], tuple[str, ...]]) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": str(finding.severity),
        "cause": finding.cause,
        "subject": finding.subject,
        "detail": finding.detail,
        "fingerprint": finding.fingerprint,
        "message": finding.message,
        "fix": finding.fix,
        "rank": finding.rank,
        "place": place_object(finding.place),
        "owners": list(whose(finding.place.path)),
    }


def _silenced(silenced: Silenced, whose: Callable[[str], tuple[str, ...]]) -> dict[str, object]:
    return {
        "finding": _finding(silenced.finding, whose),
        "by": silenced.by,
        "reason": silenced.reason,
        "owner": silenced.owner,
        "until": silenced.until,
        "place": place_object(silenced.place),
    }


def _evidence(evidence: Evidence) -> dict[str, object]:
    return {
        "kind": evidence.kind,
        "configured": evidence.configured,
        "files": evidence.files,
        "subjects": evidence.subjects,
        "statements": evidence.statements,
        "understood": evidence.understood,
        "broken": evidence.broken,
    }


def _causes(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """All five, so that two runs can be compared."""
    found = Counter(f.cause for f in findings)
    return [
        {"cause": name, "findings": found[name], "meaning": cause.meaning, "countermeasure": cause.countermeasure}
        for name, cause in CAUSES.items()
    ]


def _failed(failed: Failed) -> dict[str, object]:
    return {
        "rule": failed.rule,
        "name": failed.name,
        "message": failed.message,
        "hint": failed.hint,
        "place": place_object(failed.place),
    }


def _skipped(skipped: Skipped) -> dict[str, object]:
    return {
        "rule": skipped.rule,
        "name": skipped.name,
        "missing": list(skipped.missing),
        "broken": list(skipped.broken),
    }
