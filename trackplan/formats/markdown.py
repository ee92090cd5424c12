"""A summary for a pull request or `$GITHUB_STEP_SUMMARY`: what counts in a table, the rest counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.causes import CAUSES
from trackplan.counted import plural
from trackplan.findings import Severity
from trackplan.formats.base import Look, by_cause, by_owner, gravest_first
from trackplan.formats.source import visible
from trackplan.formats.summary import headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.findings import Finding, Report
    from trackplan.formats.source import Text

_PLAIN = Look()
_MOST_OWNERS = 50
_LONGEST = 60_000
"""Characters: a comment on GitHub holds 65,536."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&$])")
_MARKS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}


def render(report: Report, _tree: Text | None = None, look: Look = _PLAIN) -> str:
    """The headline, the findings as far as there is room, the causes, and the quadrants."""
    head = ["### trackplan", "", f"**{headline(report)}.**", ""]
    if report.silenced:
        head += [f"{plural(len(report.silenced), 'more finding')} put up with.", ""]
    tail = [*_causes(report), *_owners(report), *_quadrants(report)]
    failed = [f"- **{each.rule} {each.name}** failed: {plain(each.message)}" for each in report.failed]
    room = _LONGEST - sum(len(line) + 1 for line in [*head, *failed, *tail])
    return "\n".join([*head, *failed, *_table(report, look, room), *tail]).rstrip() + "\n"


def _table(report: Report, look: Look, room: int) -> Iterator[str]:
    findings = gravest_first(report.findings)
    if not findings:
        return
    lines = ["| | where | finding |", "| --- | --- | --- |"]
    shown = 0
    for finding in findings:
        line = _row(finding, look)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
        shown += 1
    yield from lines
    yield ""
    if shown < len(findings):
        yield f"{len(findings) - shown:,} more; `trackplan check` lists all of them."
        yield ""


def _row(finding: Finding, look: Look) -> str:
    place = finding.place
    where = f"{look.where(place.path)}" + (f":{place.line}" if place.line else "")
    said = f"**{finding.rule}** {plain(finding.message)}"
    return f"| {_MARKS.get(finding.severity, '')} | {plain(where)} | {said} |"


def _causes(report: Report) -> Iterator[str]:
    found = by_cause(report)
    if not found:
        return
    yield from ("| cause | findings | what stops it there |", "| --- | --: | --- |")
    for name, count in found.items():
        yield f"| {name} | {count:,} | {CAUSES[name].countermeasure} |"
    yield ""


def _owners(report: Report) -> Iterator[str]:
    found = by_owner(report)
    if not found:
        return
    yield from ("| owner | findings |", "| --- | --: |")
    names = list(found)
    for name in names[:_MOST_OWNERS]:
        yield f"| {plain(name) or 'nobody'} | {found[name]:,} |"
    if len(names) > _MOST_OWNERS:
        yield f"| {len(names) - _MOST_OWNERS:,} more | |"
    yield ""


def _quadrants(report: Report) -> Iterator[str]:
    if report.fatal or not any(report.quadrants.values()):
        return
    yield f"| {' | '.join(report.quadrants)} |"
    yield f"|{' --: |' * len(report.quadrants)}"
    yield f"| {' | '.join(f'{n:,}' for n in report.quadrants.values())} |"
    yield ""


def code(text: str) -> str:
    """Text of others as code, whatever it holds."""
    said = visible(" ".join(text.split()))
    longest = max((len(run) for run in re.findall("`+", said)), default=0)
    marks, gap = "`" * (longest + 1), " " if longest else ""
    return f"{marks}{gap}{said}{gap}{marks}"


def plain(text: str) -> str:
    """Text of others as nothing but text: no markup, no HTML, no mention of people, nothing hidden."""
    return _SPECIAL.sub(r"\\\1", visible(" ".join(text.split())))
