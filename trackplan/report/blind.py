"""The facts → what could not be analysed, in words that need no knowledge of SQL, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.facts.plain import number, text
from trackplan.report.model import Blind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.base import FactBase
    from trackplan.findings import Report

_MOST_PLACES = 5
_LESS_SURE = "Whatever it may use is counted as unknown, never as unused."
_ABSENT = {
    "plans": (
        "No tracking plan was given",
        "Nothing is said about events and their fields, only about stored columns.",
    ),
    "use_cases": ("No use cases were given", "Nobody can say what the data is for."),
    "warehouse": ("No warehouse was given", "Tables are taken to hold what is asked of them."),
    "models": ("No models were given", "Uses through models are not seen."),
    "consumers": ("No dashboards or queries were given", "Who uses the data in the end is not seen."),
}
_REASONS = {
    "syntax": ("SQL that could not be read", _LESS_SURE),
    "template": ("Templates that could not be filled in", _LESS_SURE),
    "dynamic": ("SQL that is put together while it runs", _LESS_SURE),
    "unsupported": ("Statements of a kind that is not analysed", _LESS_SURE),
    "unreadable": ("Files that could not be opened", _LESS_SURE),
    "unknown-column": ("Columns that no table is known to have", "Queries ask for names that were not found."),
    "ambiguous": ("Names that could mean several columns", "Each of them may be used."),
    "ambiguous-relation": ("Names that could mean several tables", "Each of them may be used."),
    "unknown-relation": ("Tables that are read and nowhere declared", "What they hold is not part of this report."),
    "circular": ("Views that depend on themselves", _LESS_SURE),
}
_UNLANDED = {
    "no-landing": ("Fields whose storage is not described", "Whether anybody uses them cannot be followed."),
    "no-table": ("Fields whose table was not found", "They may never have been sent, or lie under another name."),
    "no-column": ("Fields whose column was not found", "They may never have been sent, or lie under another name."),
}
_UNRESOLVED = """
SELECT u.reason, f.path || CASE WHEN p.line THEN ':' || p.line ELSE '' END
FROM unresolved u JOIN place p ON p.key = u.place JOIN file f ON f.key = p.file ORDER BY f.path, p.line, u.key
"""
_LOST = "SELECT u.kind, f.id FROM unlanded u JOIN field f ON f.key = u.field ORDER BY f.id"
_LOW = "SELECT 'low', reason FROM low_coverage ORDER BY 2"
_PROBLEMS = """
SELECT x.kind, f.path || ':' || p.line FROM problem x JOIN place p ON p.key = x.place JOIN file f ON f.key = p.file
WHERE x.fatal ORDER BY f.path, p.line
"""


def blind(base: FactBase, report: Report) -> tuple[Blind, ...]:
    """What could not be analysed: input that is missing or wrong, SQL, names, fields, and checks that did not run."""
    return (
        *_inputs(base, report),
        *_by_reason(base, _UNRESOLVED, _REASONS),
        *_by_reason(base, _LOST, _UNLANDED),
        *_by_reason(base, _LOW, {"low": ("Tables of whose readers too few were understood",
                                         "Nothing in them is called unused.")}),
        *_rules(report),
    )  # fmt: skip


def _inputs(base: FactBase, report: Report) -> Iterator[Blind]:
    wrong = [text(place) for _, place in base.fetch(_PROBLEMS)]
    if wrong:
        effect = "What they say is missing here; mend them first."
        yield Blind("input", "Files that are wrong", effect, len(wrong), tuple(wrong[:_MOST_PLACES]))
    for evidence in report.evidence:
        if evidence.kind in _ABSENT and not (evidence.configured or evidence.files or evidence.subjects):
            yield Blind(f"no-{evidence.kind}", *_ABSENT[evidence.kind], 1)


def _by_reason(base: FactBase, sql: str, words: dict[str, tuple[str, str]]) -> Iterator[Blind]:
    places: dict[str, list[str]] = {}
    for reason, place in base.fetch(sql):
        places.setdefault(text(reason), []).append(text(place))
    for reason, (title, effect) in words.items():
        if reason in places:
            first = tuple(dict.fromkeys(places[reason]))[:_MOST_PLACES]
            yield Blind(reason, title, effect, number(len(places[reason])), first)


def _rules(report: Report) -> Iterator[Blind]:
    failed = tuple(sorted({f"{each.rule} {each.name}" for each in report.failed}))
    if failed:
        yield Blind("failed", "Checks that failed", "They found nothing, good or bad.", len(failed), failed)
    skipped = [
        f"{each.rule} {each.name}" for each in report.skipped if each.broken or set(each.missing) - {"tombstones"}
    ]
    if skipped:
        effect = "What they would look at was not given, or could not be read."
        yield Blind("skipped", "Checks that could not run", effect, len(skipped), tuple(skipped[:_MOST_PLACES]))
    if report.silenced:
        effect = "A comment, the project file or the baseline asks for that."
        rules = tuple(sorted({each.finding.rule for each in report.silenced}))
        yield Blind("silenced", "Findings that are put up with", effect, len(report.silenced), rules[:_MOST_PLACES])
