"""Findings and problems → diagnostics of the protocol, by file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from trackplan.findings import Problem, Severity
from trackplan.lsp.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trackplan.findings import Finding
    from trackplan.tree.overlay import Overlay

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


def by_path(
    remarks: Iterable[Finding | Problem], tree: Overlay, encoding: str, wanted: Callable[[str], bool]
) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of each file below the project's folder, as far as it is `wanted`; in the order given."""
    texts: dict[str, Text] = {}
    known: dict[str, bool] = {}
    made: dict[str, list[types.Diagnostic]] = {}
    for remark in remarks:
        path = remark.place.path
        if path not in known:
            known[path] = wanted(path)
        if not known[path]:
            continue
        if path not in texts:
            texts[path] = Text(tree.shown(path), encoding)
        where = texts[path].range(remark.place)
        one = _of_problem(remark, where) if isinstance(remark, Problem) else _of_finding(remark, where)
        made.setdefault(path, []).append(one)
    return made


def data(finding: Finding) -> dict[str, object]:
    """What a client gives back with a diagnostic that something is to be done about."""
    return {"line": finding.place.line, "subject": finding.subject, "detail": finding.detail}


def _of_finding(finding: Finding, where: types.Range) -> types.Diagnostic:
    return types.Diagnostic(
        where,
        _said(finding.message, finding.fix),
        _SEVERITIES.get(finding.severity, types.DiagnosticSeverity.Hint),
        finding.rule,
        source="trackplan",
        data=data(finding),
    )


def _of_problem(problem: Problem, where: types.Range) -> types.Diagnostic:
    said = _said(problem.message, problem.hint)
    return types.Diagnostic(where, said, types.DiagnosticSeverity.Error, source="trackplan")


def _said(message: str, advice: str) -> str:
    return f"{message}\n{advice}" if advice else message
