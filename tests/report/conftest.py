"""The report of the example, made once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, TODAY
from tests.report import hostile
from trackplan import pipeline, project
from trackplan.report import change
from trackplan.report.collect import Judged, collect
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from trackplan.findings import Report
    from trackplan.report.model import Review


@pytest.fixture(scope="session")
def both() -> tuple[Review, Report]:
    """The report of the example, and the result of its check."""
    day = date.fromisoformat(TODAY)
    opened = project.read(WorkTree(ROOT / "examples" / "storefront"), "trackplan.yaml")
    base, report = pipeline.analyse(opened, day)
    with base:
        return collect(Judged(opened, base, report, day), "Fernhill"), report


@pytest.fixture(scope="session")
def review(both: tuple[Review, Report]) -> Review:
    return both[0]


@pytest.fixture(scope="session")
def hostile_review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    from msgspec.structs import replace

    folder = hostile.write(tmp_path_factory.mktemp("hostile"))
    day = date.fromisoformat(TODAY)
    opened = project.read(WorkTree(folder), "trackplan.yaml")
    base, report = pipeline.analyse(opened, day)
    with base:
        found = collect(Judged(opened, base, report, day), hostile.SCRIPT + hostile.ESCAPE)
    before = change.earlier(found)
    return replace(found, change=change.change(replace(before, inventory=()), found, hostile.SCRIPT))
