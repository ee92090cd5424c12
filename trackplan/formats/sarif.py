"""SARIF 2.1.0, which GitHub's code scanning and most security tools read.

What is put up with is among the results, marked as such. GitHub shows 5,000 results of a run, so there are at most so
many, the gravest first, and a notification counts the rest.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from trackplan import __version__, owners
from trackplan.counted import plural
from trackplan.findings import Place, Severity
from trackplan.formats.base import Look, gravest_first
from trackplan.formats.indented import indented

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trackplan.findings import Failed, Finding, Mend, Report, RuleText, Silenced
    from trackplan.formats.source import Text

_PLAIN = Look()
_MOST = 5_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.OFF: "none"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_Object = dict[str, object]


def render(report: Report, _tree: Text | None = None, look: Look = _PLAIN) -> str:
    """The log with one run; equal reports give equal text."""
    silenced = {id(each.finding): each for each in report.silenced}
    findings = [*gravest_first(report.findings), *gravest_first(each.finding for each in report.silenced)]
    shown = findings[:_MOST]
    used = {finding.rule for finding in shown}
    rules = [rule for rule in report.rules if rule.id in used]
    index = {rule.id: number for number, rule in enumerate(rules)}
    numbers = _numbers(findings)
    whose = owners.finder(report.ownership)
    mends = {id(finding): mend for mend in report.mends for finding in mend.findings}
    results = [
        _result(f, silenced.get(id(f)), index, numbers[id(f)], look)
        | _mended(mends.get(id(f)), look)
        | _owned(whose(f.place.path))
        for f in shown
    ]
    run = {
        "tool": {"driver": {"name": "trackplan", "version": __version__, "rules": [*map(_rule, rules)]}},
        "invocations": [{"executionSuccessful": report.complete, **_notices(report, len(findings) - len(shown), look)}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return indented({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: RuleText) -> _Object:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\nHow to fix: {rule.fix}",
            "markdown": f"{rule.why}\n\n**How to fix:** {rule.fix}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.category, f"cause:{rule.cause}", *rule.references]},
    }


def _result(finding: Finding, by: Silenced | None, index: Mapping[str, int], number: int, look: Look) -> _Object:
    location: _Object = {
        "physicalLocation": _physical(finding.place, look),
        "logicalLocations": [{"fullyQualifiedName": finding.subject}],
    }
    known_by = f"{finding.fingerprint}|{number}".encode("utf-8", "surrogatepass")
    found: _Object = {
        "ruleId": finding.rule,
        **({"ruleIndex": index[finding.rule]} if finding.rule in index else {}),
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"trackplan/v1": hashlib.sha256(known_by).hexdigest()},
    }
    if by is not None:
        justification = ", ".join(filter(None, [by.reason, by.owner, f"until {by.until}" if by.until else ""]))
        kind = "inSource" if by.by == "inline" else "external"
        found["suppressions"] = [{"kind": kind, "status": "accepted", "justification": justification}]
        if by.by == "baseline":
            found["baselineState"] = "unchanged"
    return found


def _mended(mend: Mend | None, look: Look) -> _Object:
    if mend is None:
        return {}
    replacements = [
        {
            "deletedRegion": {
                "startLine": p.line,
                "startColumn": p.column,
                "endLine": p.end_line,
                "endColumn": p.end_column,
            },
            "insertedContent": {"text": text},
        }
        for p, text in mend.changes
    ]
    location = _physical(Place(mend.changes[0][0].path), look)["artifactLocation"]
    about = f"{mend.about}." if mend.safe else f"{mend.about} (look at it: it may mean something else then)."
    change = {"artifactLocation": location, "replacements": replacements}
    return {"fixes": [{"description": {"text": about}, "artifactChanges": [change]}]}


def _owned(by: tuple[str, ...]) -> _Object:
    return {"properties": {"owners": list(by)}} if by else {}


def _physical(place: Place, look: Look) -> _Object:
    found: _Object = {"artifactLocation": {"uri": quote(look.where(place.path)), "uriBaseId": "%SRCROOT%"}}
    if place.line:
        region = {"startLine": place.line, "startColumn": max(place.column, 1)}
        if place.end_line:
            region |= {"endLine": place.end_line, "endColumn": max(place.end_column, 1)}
        found["region"] = region
    return found


def _numbers(findings: list[Finding]) -> dict[int, int]:
    """For each finding how many of the same identity came before it."""
    seen: dict[str, int] = {}
    found = {}
    for finding in findings:
        found[id(finding)] = seen[finding.fingerprint] = seen.get(finding.fingerprint, -1) + 1
    return found


def _notices(report: Report, more: int, look: Look) -> _Object:
    notices = list(_told(report.failed, look))
    if more:
        notices.append({"level": "note", "message": {"text": f"{plural(more, 'finding')} more than fit here."}})
    return {"toolExecutionNotifications": notices} if notices else {}


def _told(failed: tuple[Failed, ...], look: Look) -> Iterator[_Object]:
    for each in failed:
        yield {
            "level": "error",
            "message": {"text": f"{each.rule} {each.name}: {each.message}"},
            "locations": [{"physicalLocation": _physical(each.place, look)}],
        }
