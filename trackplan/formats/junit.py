"""JUnit's XML, which most CI servers show: a suite per file, a failed case per finding; remarks are no failures."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from trackplan.findings import Severity
from trackplan.formats.base import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.findings import Failed, Finding, Report
    from trackplan.formats.source import Text

_PLAIN = Look()
# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, _tree: Text | None = None, look: Look = _PLAIN) -> str:
    """The whole report; without findings one case that passed, so that it is seen to have run."""
    findings = sorted(report.findings, key=lambda f: f.sort_key)
    suites = [_suite(look.where(path), list(group)) for path, group in groupby(findings, key=lambda f: f.place.path)]
    if report.failed:
        suites.append(_joined("rules", [_error(each) for each in report.failed], 0, len(report.failed)))
    if not suites:
        suites.append(_joined("trackplan", ['    <testcase classname="trackplan" name="no findings"/>'], 0, 0))
    failures = sum(f.severity > Severity.INFO for f in findings)
    counts = f'tests="{max(len(findings) + len(report.failed), 1)}" failures="{failures}" errors="{len(report.failed)}"'
    return (
        "\n".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>',
                f'<testsuites name="trackplan" {counts}>',
                *suites,
                "</testsuites>",
            ]
        )
        + "\n"
    )


def _suite(path: str, findings: list[Finding]) -> str:
    failures = sum(f.severity > Severity.INFO for f in findings)
    return _joined(path, [line for f in findings for line in _case(path, f)], failures, 0, len(findings))


def _joined(name: str, cases: list[str], failures: int, errors: int, tests: int = 0) -> str:
    counts = f'tests="{tests or len(cases)}" failures="{failures}" errors="{errors}"'
    return "\n".join([f"  <testsuite name={_attribute(name)} {counts}>", *cases, "  </testsuite>"])


def _case(path: str, finding: Finding) -> Iterator[str]:
    name = f"{finding.rule} {finding.name}: {finding.subject}"
    name += f" ({finding.detail})" if finding.detail else ""  # servers take two cases of one name for one
    yield f"    <testcase classname={_attribute(path)} name={_attribute(name)}>"
    said = f"{path}:{finding.place.line}:{finding.place.column}: {finding.message}"
    if finding.severity > Severity.INFO:
        kind = _attribute(str(finding.severity))
        yield f"      <failure type={kind} message={_attribute(finding.message)}>{_text(said)}</failure>"
    else:
        yield f"      <system-out>{_text(said)}</system-out>"
    yield "    </testcase>"


def _error(failed: Failed) -> str:
    case = f"classname={_attribute(failed.place.path)} name={_attribute(f'{failed.rule} {failed.name}')}"
    return f"    <testcase {case}><error message={_attribute(failed.message)}/></testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _text(text: str) -> str:
    clean = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
