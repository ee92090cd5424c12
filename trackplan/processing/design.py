"""Evidence of data protection by design and by default (GDPR Art. 25): the whole project first, then each activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.processing.model import GAP, Paper, few, row, said_or
from trackplan.processing.record import record_of_signing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trackplan.facts.base import FactBase
    from trackplan.findings import Report
    from trackplan.metrics import Measured
    from trackplan.processing.activities import Activity
    from trackplan.project import Project

COLUMNS = (
    "Activity",
    "Purpose",
    "Data minimisation (Art. 5(1)(c))",
    "Purpose limitation (Art. 5(1)(b))",
    "Storage limitation (Art. 5(1)(e))",
    "Security (Art. 5(1)(f))",
    "By default (Art. 25(2))",
    "Accountability (Art. 5(2))",
    "Open findings on its data",
    "Gaps",
)
_ALL = "(all)"
_TOLD = ("minimization_score", "personal_without_need", "personal_excess", "waste_share")
_KEPT = """
SELECT count(k.relation), count(*) FROM relation r LEFT JOIN relation_retention k ON k.relation = r.key
WHERE r.raw AND r.declared"""
_SERVES = """
SELECT u.id, c.id FROM serves s JOIN consumer c ON c.key = s.consumer JOIN use_case u ON u.key = s.use_case
ORDER BY u.id, c.id"""
_PRIVACY = "privacy"
_NO_RETENTION = "of no table is it said how long its rows are kept (policy.retention)"
_NOT_EXPLICIT = "personal data may stay where no need names it (policy.personal_data_needs)"


def design(
    project: Project, base: FactBase, report: Report, metrics: Mapping[str, Measured], found: Sequence[Activity]
) -> Paper:
    """What is built in, for the project as a whole and for each activity."""
    serving: dict[str, list[str]] = {}
    for use_case, consumer in base.fetch(_SERVES):
        serving.setdefault(str(use_case), []).append(str(consumer))
    about = _findings(report)
    rows = [_whole(project, base, report, metrics)]
    rows += [_cells(each, project, serving.get(each.purpose.id, []), about) for each in found]
    return Paper(
        "Data protection by design and by default (GDPR Art. 25)",
        (f"As the project's files say it on {report.today}. What begins with {GAP.strip()} is not built in.",),
        COLUMNS,
        tuple(row(cells) for cells in rows),
    )


def _findings(report: Report) -> dict[str, list[str]]:
    """The rules about privacy that found something, by subject."""
    privacy = _ids(report)
    found: dict[str, list[str]] = {}
    for finding in report.findings:
        if finding.rule in privacy:
            found.setdefault(finding.subject, []).append(f"{finding.rule} {finding.name}")
    return found


def _whole(project: Project, base: FactBase, report: Report, metrics: Mapping[str, Measured]) -> list[str]:
    policy = project.policy
    kept, stored = next(iter(base.fetch(_KEPT)))
    gone = base.count("SELECT count(*) FROM tombstone")
    rules = _ids(report)
    explicit = policy.personal_data_needs == "explicit"
    return [
        _ALL,
        "",
        "\n".join(f"{metrics[name].metric.title}: {metrics[name].text}" for name in _TOLD),
        f"{plural(len(rules), 'rule')} about privacy at each check",
        f"It is said of {kept!s} of {stored!s} tables how long they are kept" if kept else f"{GAP}{_NO_RETENTION}",
        said_or("\n".join(project.accountability.security), "no measures are named (security in the project file)"),
        "\n".join(
            [
                "Personal data stays only where a need names it" if explicit else f"{GAP}{_NOT_EXPLICIT}",
                f"Needs further out than {policy.planning_horizon_months} months justify nothing",
                *(f"Must not be collected: {line.category}" for line in policy.personal_data if line.forbidden),
            ]
        ),
        f"{plural(gone, 'tombstone')}: what was pruned may not come back\n"
        f"{plural(len(report.silenced), 'finding')} put up with",
        plural(sum(finding.rule in rules for finding in report.findings), "finding"),
    ]


def _ids(report: Report) -> set[str]:
    return {rule.id for rule in report.rules if rule.category == _PRIVACY}


def _cells(each: Activity, project: Project, serving: Sequence[str], about: Mapping[str, Sequence[str]]) -> list[str]:
    if not each.purpose.id:
        return _unjustified(each, about)
    return [
        each.purpose.id,
        each.purpose.title,
        _minimised(each),
        "\n".join(
            [
                f"Used for: {each.purpose.data_use}"
                if each.purpose.data_use
                else f"{GAP}the kind of use is not said (data_use)",
                "Served by: " + ", ".join(serving) if serving else f"{GAP}nothing that serves it is listed",
            ]
        ),
        f"Kept for: {each.purpose.retention}" if each.purpose.retention else f"{GAP}it is not said how long it is kept",
        "as for all" if project.accountability.security else "",
        "\n".join(f"{GAP}the need {selector} takes whatever there is" for selector in each.wildcards)
        or "Each need names what it takes",
        "\n".join(
            [
                said_or(each.purpose.owner, "nobody answers for it"),
                f"Looked at again by {each.purpose.review_by}"
                if each.purpose.review_by
                else f"{GAP}no day of review is set",
                record_of_signing(each),
            ]
        ),
        "\n".join(_open(each, about)),
    ]


def _minimised(each: Activity) -> str:
    unnamed = [datum.id for datum in each.data if not datum.named]
    lines = [
        f"{len(each.data)} {'field or column' if len(each.data) == 1 else 'fields and columns'} with data on people"
    ]
    if unnamed:
        lines.append(f"{GAP}reached by what serves it, and named by no need: {few(unnamed)}")
    less: dict[str, list[str]] = {}
    for datum in each.data:
        less.setdefault(datum.less, []).append(datum.id)
    lines += [f"{GAP}less would do ({keep}): {few(ids)}" for keep, ids in sorted(less.items()) if keep]
    return "\n".join(lines)


def _unjustified(each: Activity, about: Mapping[str, Sequence[str]]) -> list[str]:
    said = f"{GAP}data on people that serves no declared purpose: {few([datum.id for datum in each.data])}"
    return ["(no purpose)", "", said, "", "", "", "", "", "\n".join(_open(each, about))]


def _open(each: Activity, about: Mapping[str, Sequence[str]]) -> Iterable[str]:
    for datum in each.data:
        for rule in sorted(set(about.get(datum.id, ()))):
            yield f"{rule}: {datum.id}"
