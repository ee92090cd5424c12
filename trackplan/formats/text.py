"""The report for people.

tracking/web.yaml
  42:9  warning  TP102 unused-field  web/"Order Completed".coupon_code is collected, but nobody uses it
      42 | coupon_code: string
         | ^^^^^^^^^^^

1 warning in 1 file
... the quadrants, the evidence, what was not checked, notes, and the next step
"""

from __future__ import annotations

import textwrap
from collections import Counter
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import seen
from trackplan.findings import Severity
from trackplan.formats.base import Blocks, Look, paint
from trackplan.formats.source import Sources, excerpt, hint_lines, visible
from trackplan.formats.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackplan.findings import Failed, Finding, Place, Report
    from trackplan.formats.source import Text

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim", Severity.OFF: "dim"}
_FOLD_INFO_OVER = 3
_LISTED = 3
_MEANT = "did you mean"
_PLAIN = Look()


class _Entry(Struct, frozen=True):
    """One line of the list: a finding, or several that are told as one."""

    place: Place
    severity: Severity
    rule: str
    name: str
    message: str
    hint: str = ""
    rank: int = 0


def render(report: Report, tree: Text, look: Look = _PLAIN, known: Blocks | None = None) -> str:
    """The findings file by file and, unless `look.quiet`, the summary. Nothing at all if quiet and clean.

    What is `known` of an earlier text of the same look is not laid out again.
    """
    sources = Sources(tree, look.double_quoted_literals)
    told = [*_entries(report, look), *map(_failure, report.failed)]
    entries = sorted(told, key=lambda e: (e.place.path, e.rank, e.place, e.rule, e.message))
    known = known or Blocks()
    blocks = []
    for path, group in groupby(entries, key=lambda e: e.place.path):
        mine = list(group)
        key = seen.digest(repr(mine).encode("utf-8", "surrogatepass"))
        blocks.append(known.block(path, key, partial(_file_block, path, mine, sources, look)))
    if not look.quiet:
        blocks.append(summary(report, look))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _entries(report: Report, look: Look) -> list[_Entry]:
    """The findings; wasted events, unused relations and repeated remarks are told in one line each."""
    event_of = {field: event for event, fields in report.collapsed.items() for field in fields}
    whole = {f.subject: f.severity for f in report.findings if f.rule in ("TP104", "TP105")}
    wasted: dict[tuple[str, str], list[Finding]] = {}
    remarks: dict[str, list[Finding]] = {}
    columns: Counter[str] = Counter()
    plain: list[Finding] = []
    for finding in sorted(report.findings, key=lambda f: f.sort_key):
        relation = _relation_of(finding.subject, whole) if finding.rule == "TP103" else ""
        if finding.rule in ("TP102", "TP106") and finding.subject in event_of:
            wasted.setdefault((event_of[finding.subject], finding.rule), []).append(finding)
        elif relation and whole[relation] >= finding.severity:
            columns[relation] += 1
        elif finding.severity is Severity.INFO and look.fold_info:
            remarks.setdefault(finding.rule, []).append(finding)
        else:
            plain.append(finding)
    whole_relations = [f for f in plain if f.rule == "TP105"]
    entries = [_whole_relation(f, columns[f.subject]) for f in whole_relations]
    others = [f for f in plain if f.rule != "TP105"]
    entries += _folded_places(others) if look.fold_info else map(_entry, others)
    for (event, _), group in wasted.items():
        if whole.get(event, Severity.OFF) < group[0].severity:  # else that finding counts the fields itself
            entries.extend(_folded_event(event, group, len(report.collapsed[event])))
    for group in remarks.values():
        entries.extend(_folded_remarks(group))
    return entries


def _relation_of(column: str, relations: Mapping[str, Severity]) -> str:
    """Which of `relations` the column is part of; '' if none."""
    end = column.find(".") if relations else -1
    while end >= 0 and column[:end] not in relations:
        end = column.find(".", end + 1)
    return column[: max(end, 0)]


def _whole_relation(finding: Finding, columns: int) -> _Entry:
    if not columns:
        return _entry(finding)
    return _entry(
        finding, f"{finding.message} So {'is its column' if columns == 1 else f'are its {columns:,} columns'}."
    )


def _entry(finding: Finding, message: str = "") -> _Entry:
    said = visible(message or finding.message)
    own = finding.rule == "TP001" or _MEANT in finding.fix  # errors of input each have their own cure
    hint = finding.fix if own else ""
    return _Entry(finding.place, finding.severity, finding.rule, finding.name, said, hint, finding.rank)


def _failure(failed: Failed) -> _Entry:
    message, hint = visible(failed.message), visible(failed.hint)
    return _Entry(failed.place, Severity.ERROR, failed.rule, failed.name, message, hint)


def _folded_event(event: str, group: list[Finding], fields: int) -> list[_Entry]:
    if len(group) == 1:
        return [_entry(group[0])]
    share = f"All {fields}" if len(group) == fields else f"{len(group)} of the {fields}"
    reads = "no consumer uses them, though models carry them" if group[0].rule == "TP106" else "nobody reads them"
    return [_entry(group[0], f"{share} fields of {event} are unused: no use case needs them, and {reads}.")]


def _folded_places(findings: list[Finding]) -> list[_Entry]:
    """What one line of the source brings several times, as a group that events share does, is told once."""
    groups: dict[tuple[Place, str, Severity], list[Finding]] = {}
    for finding in findings:
        once = finding.detail if finding.rule.startswith("TP0") else ""  # errors of input have nothing in common
        groups.setdefault((finding.place, finding.rule + once, finding.severity), []).append(finding)
    entries = []
    for group in groups.values():
        others = [f.subject for f in group[1:]]
        said = group[0].message
        if others and group[0].place.line and group[0].subject in said:
            shown = [*others[:_LISTED], *([f"{len(others) - _LISTED:,} more"] if len(others) > _LISTED else [])]
            said += f" So it is with {', '.join(shown[:-1])}{' and ' if len(shown) > 1 else ''}{shown[-1]}."
            entries.append(_entry(group[0], said))
        else:
            entries += [_entry(f) for f in group]
    return entries


def _folded_remarks(group: list[Finding]) -> list[_Entry]:
    if len(group) <= _FOLD_INFO_OVER:
        return [_entry(f) for f in group]
    first = group[0]
    more = f"{first.message} {len(group) - 1:,} more like it; --select {first.rule} lists them."
    return [_entry(first, more)]


def _file_block(path: str, entries: list[_Entry], sources: Sources, look: Look) -> str:
    positions = [f"{e.place.line}:{e.place.column}" if e.place.line else "file" for e in entries]
    wide = max(len(p) for p in positions)
    lines = [paint(visible(path), "bold", look)]
    shown = [position.ljust(wide) for position in positions]
    for place, group in groupby(zip(shown, entries, strict=True), key=lambda pair: pair[1].place):
        worst, hints = Severity.OFF, []
        for position, entry in group:
            lines += _entry_lines(position, entry, look)
            worst = max(worst, entry.severity)
            hints += hint_lines(entry.hint, look)
        if worst > Severity.INFO:
            lines += excerpt(sources, place, look, _STYLES[worst])
        lines += hints
    return "\n".join(lines)


def _entry_lines(position: str, entry: _Entry, look: Look) -> list[str]:
    """The entry on one line where it fits, else wrapped below its rule."""
    severity = str(entry.severity).ljust(7)
    label = f"{entry.rule} {entry.name}".strip()
    indent = len(position) + 2 + 2 + len(severity) + 2
    message, *rest = _wrapped(entry.message, len(label), max(look.width - indent, 40))
    dim = entry.severity is Severity.INFO
    label = paint(label, "" if dim else "bold", look)
    head = f"  {position}  {paint(severity, _STYLES[entry.severity], look)}  {label}"
    lines = [message, *(" " * indent + line for line in rest)]
    lines = [paint(line, "dim", look) for line in lines] if dim else lines
    return [head + lines[0], *lines[1:]]


def _wrapped(message: str, label: int, room: int) -> list[str]:
    """The lines of a message; the first one begins with two blanks behind a label so long."""
    text = f"{'x' * label}  {message}"
    if len(text) <= room and text == text.rstrip():
        return [text[label:]]
    first, *rest = textwrap.wrap(text, room, break_on_hyphens=False, break_long_words=False, drop_whitespace=True)
    return [first[label:], *rest]
