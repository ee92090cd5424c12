"""What `check` says after its findings: counts, quadrants, evidence, what was not checked, the next step."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from trackplan.causes import CAUSES
from trackplan.counted import plural
from trackplan.findings import Severity
from trackplan.formats.base import Look, by_cause, by_owner, paint
from trackplan.formats.source import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.findings import Evidence, Report

_MEANINGS = {
    "keep": ("needed and used", "green"),
    "idle": ("a use case needs it, but nobody uses it yet", "cyan"),
    "undeclared": ("used, but no use case needs it", "yellow"),
    "waste": ("neither needed nor used", "red"),
    "unknown": ("nobody can say whether it is used", "dim"),
    "gap": ("a use case needs it, but nobody collects it", "yellow"),
}
_FEW = 3  # findings speak for themselves
_SILENCERS = {"inline": "by comments", "project": "by the project file", "baseline": "by the baseline"}
_KINDS = {
    "plans": ("plans", "field"),
    "use_cases": ("use cases", "use case"),
    "warehouse": ("warehouse", "column"),
    "models": ("models", "model"),
    "consumers": ("consumers", "consumer"),
    "tombstones": ("tombstones", "tombstone"),
}


_TOO_MANY = 100  # to begin with all of them at once
_SELDOM = ("tombstones",)  # few projects have any, and the others need not be told


def summary(report: Report, look: Look) -> str:
    """The closing part of the text output, without a newline at its end."""
    parts = [
        _headline(report, look),
        _causes(report, look),
        _owners(report, look),
        _quadrants(report, look),
        _evidence(report, look),
        _skipped(report, look),
        _notes(report, look),
        _next_step(report, look),
    ]
    return "\n\n".join(part for part in parts if part)


def headline(report: Report) -> str:
    """The findings counted: `2 errors, 1 warning in 2 files`, and the rules that failed in front."""
    found = Counter(f.severity for f in report.findings)
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark (info)"}
    counts = [_counted(found[s], name) for s, name in names.items() if found[s]]
    files = len({f.place.path for f in report.findings})
    said = f"{', '.join(counts)} in {plural(files, 'file')}" if counts else "No findings"
    failed = len({(f.rule, f.place.path) for f in report.failed})
    return f"{plural(failed, 'rule')} failed; {said[0].lower()}{said[1:]}" if failed else said


def _counted(count: int, name: str) -> str:
    return plural(count, "remark") + " (info)" if name.startswith("remark") else plural(count, name)


def _headline(report: Report, look: Look) -> str:
    worst = max((f.severity for f in report.findings), default=Severity.OFF)
    worst = Severity.ERROR if report.failed else worst
    style = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}.get(worst, "bold green")
    said = f"{paint(headline(report), style, look)} ({plural(report.rules_run, 'rule')} run)"
    return f"{said}\n{_silenced(report)}" if report.silenced else said


def _silenced(report: Report) -> str:
    """How many findings are put up with, and by what."""
    counts = Counter(each.by for each in report.silenced)
    parts = [f"{counts[by]:,} {words}" for by, words in _SILENCERS.items() if counts[by]]
    total = len(report.silenced)
    return f"{total:,} more {'is' if total == 1 else 'are'} put up with: {', '.join(parts)}."


def _causes(report: Report, look: Look) -> str:
    """The findings added up by cause, the most first, each with what stops it at its source."""
    found = by_cause(report)
    if sum(found.values()) < _FEW:
        return ""
    size = max(len(f"{n:,}") for n in found.values())
    lines = [paint("Where it comes from, and what stops it there", "bold", look)]
    for name, count in found.items():
        lines.append(f"  {name:<11}  {count:>{size},}  {paint(CAUSES[name].countermeasure, 'dim', look)}")
    return "\n".join(lines)


def _owners(report: Report, look: Look) -> str:
    """The findings added up by who owns their files."""
    found = by_owner(report)
    if not found:
        return ""
    size = max(len(f"{n:,}") for n in found.values())
    wide = max(len(visible(name)) for name in (*found, "nobody"))
    lines = [paint("Whose files they are in (CODEOWNERS)", "bold", look)]
    lines += [f"  {visible(name) or 'nobody':<{wide}}  {count:>{size},}" for name, count in found.items()]
    return "\n".join(lines)


def _quadrants(report: Report, look: Look) -> str:
    if report.fatal or not any(report.quadrants.values()):
        return ""  # what could not be read would change the numbers
    lines = [paint("What is collected and stored, and what is needed", "bold", look)]
    size = max(len(f"{n:,}") for n in report.quadrants.values())
    for name, (meaning, style) in _MEANINGS.items():
        count = report.quadrants.get(name, 0)
        label = paint(name.ljust(10), style if count else "dim", look)
        line = f"  {label}  {count:>{size},}  {paint(meaning, 'dim', look)}"
        lines.append(line)
    return "\n".join(lines)


def _evidence(report: Report, look: Look) -> str:
    if not report.evidence:
        return ""
    rows = [_evidence_row(e) for e in report.evidence if e.configured or e.kind not in _SELDOM]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [paint("Evidence read", "bold", look)]
    for row in rows:
        cells = [cell.ljust(wide) for cell, wide in zip(row, widths, strict=False)]
        lines.append(("  " + "  ".join([*cells, row[3]])).rstrip())
    return "\n".join(lines)


def _evidence_row(evidence: Evidence) -> tuple[str, str, str, str]:
    kind, noun = _KINDS.get(evidence.kind, (evidence.kind, "subject"))
    if not evidence.configured and not evidence.files and not evidence.subjects:
        return (kind, "not given", "", "")
    understood = ""
    if evidence.broken:
        understood = "not all of it could be read"
    elif evidence.statements:
        share = f"{100 * evidence.understood // evidence.statements} %"
        understood = f"{share} of {plural(evidence.statements, 'statement')} understood"
    return (kind, plural(evidence.files, "file"), plural(evidence.subjects, noun), understood)


def _skipped(report: Report, look: Look) -> str:
    told = [skipped for skipped in report.skipped if skipped.broken or not set(_SELDOM) & set(skipped.missing)]
    if not told:
        return ""
    groups: dict[str, list[str]] = {}
    for skipped in told:
        why = f"without {_named(skipped.missing)}"
        if skipped.broken:
            why = f"some input could not be read ({_named(skipped.broken)})"
        groups.setdefault(why, []).append(f"{skipped.rule} {skipped.name}")
    lines = [paint("Not checked", "bold", look)]
    for why, rules in sorted(groups.items()):
        lines += _wrapped(f"{why}: {', '.join(rules)}", look)
    return "\n".join(lines)


def _named(kinds: Sequence[str]) -> str:
    """The kinds of evidence in words; `a|b` is one or the other."""
    return " and ".join(" or ".join(_KINDS.get(k, (k,))[0] for k in group.split("|")) for group in kinds)


def _notes(report: Report, look: Look) -> str:
    if not report.notes:
        return ""
    lines = [paint("Notes", "bold", look)]
    for note in report.notes:
        lines += _wrapped(visible(note), look)
    return "\n".join(lines)


def _next_step(report: Report, look: Look) -> str:
    said = [report.next_step] if report.next_step else []
    if not report.silenced and sum(f.severity > Severity.INFO for f in report.findings) >= _TOO_MANY:
        said.append("`trackplan baseline` puts up with all of these for now, so that only new findings fail.")
    if not said:
        return ""
    lines = textwrap.wrap(
        f"Next: {visible(' '.join(said))}",
        look.width,
        subsequent_indent="      ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    lines[0] = paint("Next:", "bold cyan", look) + lines[0].removeprefix("Next:")
    return "\n".join(lines)


def _wrapped(text: str, look: Look) -> list[str]:
    return textwrap.wrap(
        text,
        look.width,
        initial_indent="  - ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
