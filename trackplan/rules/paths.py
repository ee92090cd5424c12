"""`rules.per_path`: other severities for what lies under some paths; applied once, when all rules have run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from trackplan import patterns
from trackplan.findings import Severity
from trackplan.rules.words import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trackplan.findings import Finding
    from trackplan.rules.base import Rule


def overridden(
    findings: Iterable[Finding], rules: Iterable[Rule], per_path: Mapping[str, Mapping[str, Severity]]
) -> Iterator[Finding]:
    """The findings as the project wants them where they are, without those that it wants off.

    Of several patterns that match a path, the last one that names the rule decides.
    """
    known = {rule.id: rule for rule in rules}
    for finding in findings:
        severity = finding.severity
        for pattern, settings in per_path.items():
            if matches(pattern, finding.place.path):
                said = closest(known[finding.rule], settings)
                severity = severity if said is None else said
        if severity is finding.severity:
            yield finding
        elif severity is not Severity.OFF:
            yield structs.replace(finding, severity=severity)


def matches(pattern: str, path: str) -> bool:
    """Whether a path is what the pattern means; a folder, which ends in `/`, means all that is in it."""
    clean = patterns.normalise(pattern.strip())
    return patterns.captures(f"{clean}**" if clean.endswith("/") else clean, path) is not None
