"""All that silences findings: comments beside the code, the project file, the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.errors import ReadError
from trackplan.findings import Place, Problem
from trackplan.gate import baseline, inline
from trackplan.gate.model import PROJECT, Suppression
from trackplan.project.model import BASELINE_FILE

if TYPE_CHECKING:
    from trackplan.project import Project
    from trackplan.project.exemptions import Exemption


def suppressions(project: Project) -> list[Suppression]:
    """All that silences findings: beside the code that has been read, in the project file, and in the baseline.

    Raises `ReadError` where the baseline cannot be read.
    """
    beside = [each for path, text in sorted(project.tree.marked.items()) for each in inline.scan(path, text)]
    return [*beside, *map(_listed, project.exemptions), *entries(project)]


def entries(project: Project) -> list[Suppression]:
    """The entries of the project's baseline; none where there is no such file.

    Raises `ReadError` where it cannot be read, or the project file names one that is not there.
    """
    path = project.baseline or BASELINE_FILE
    if not project.tree.exists(path):
        if not project.baseline:
            return []
        hint = "`trackplan baseline` writes it"
        raise ReadError([Problem(Place(project.path), f"there is no baseline {path}", hint, "unreadable")])
    return baseline.read(project.tree.read_text(path), path)


def _listed(entry: Exemption) -> Suppression:
    return Suppression(
        PROJECT,
        entry.place,
        f"suppressions[{', '.join(entry.rules)}]",
        entry.rules,
        entry.path,
        subject=entry.subject,
        reason=entry.reason,
        owner=entry.owner,
        until=entry.until,
    )
