"""The findings that lie under the paths that were given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan.commands import base
from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.findings import Report

_WHOLE = "The findings are those under the given paths; the figures are those of the whole project."


def below(report: Report, root: Path, paths: tuple[Path, ...]) -> Report:
    """The report with the findings under `paths` alone; input that stops the job is never left out."""
    wanted = [_relative(path, root.resolve()) for path in paths]
    if not wanted or "" in wanted:
        return report
    kept = tuple(f for f in report.findings if _under(f.place.path, wanted) or (report.fatal and f.rule == "TP001"))
    silenced = tuple(s for s in report.silenced if _under(s.finding.place.path, wanted))
    return replace(report, findings=kept, silenced=silenced, notes=(*report.notes, _WHOLE))


def inside(root: Path, paths: tuple[Path, ...]) -> Callable[[str], bool]:
    """Whether a path of the project lies under `paths`, or anywhere in the project where there are none."""
    wanted = [_relative(path, root.resolve()) for path in paths]
    everywhere = not wanted or "" in wanted
    return lambda path: not path.startswith("../") and (everywhere or _under(path, wanted))


def _under(path: str, wanted: list[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in wanted)


def _relative(path: Path, root: Path) -> str:
    """`path` below `root` with `/`, '' for the root or a folder above it. Raises `TrackplanError` for others."""
    for candidate in (Path(os.path.abspath(path)), path.resolve()):  # noqa: PTH100 - keeps symlinks
        if candidate == root or candidate in root.parents:
            return ""
        if root in candidate.parents:
            return candidate.relative_to(root).as_posix()
    raise TrackplanError(
        f"{base.printable(path)} lies outside of the project in {base.printable(root)}",
        "PATHS are files or folders of one project.",
    )
