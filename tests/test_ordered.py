"""Structs that order joins: whatever their members are called, nothing that a consumer takes is told unused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inside import write
from tests.judge.verdicts import said_of_project
from tests.ordered import PROJECT, Pipeline

if TYPE_CHECKING:
    from pathlib import Path


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_taken_of_structs_that_order_joins_is_never_unused(tmp_path: Path, seed: int) -> None:
    pipeline = Pipeline.of(seed)
    folder = tmp_path / str(seed)
    write(folder, pipeline.files)
    said = said_of_project(folder / "trackplan.yaml")
    assert [column for column in sorted(pipeline.taken) if said[column].used is False] == [], pipeline.files


def test_most_of_what_nobody_takes_is_told(tmp_path: Path) -> None:
    """That nothing is wrong would be easy to have if all was in doubt."""
    told = dead = 0
    for seed in range(40):
        pipeline = Pipeline.of(seed)
        write(tmp_path / str(seed), pipeline.files)
        said = said_of_project(tmp_path / str(seed) / "trackplan.yaml")
        leaves = [name for name in said if name.startswith("raw.") and not any(n.startswith(f"{name}.") for n in said)]
        dead += sum(name not in pipeline.taken for name in leaves)
        told += sum(name not in pipeline.taken and said[name].used is False for name in leaves)
    assert told > 0.8 * dead > 0


LEVELS = 60
TWICE = "struct(s as p, s as q) as s"


@pytest.mark.parametrize("again", [f"select {TWICE} from", "select * from {0} union all select * from"])
@pytest.mark.parametrize("alone", [True, False])
def test_structs_that_hold_themselves_twice_take_no_time(tmp_path: Path, again: str, alone: bool) -> None:
    queries = ["select struct(a as p, b as q) as s from raw.t"]
    queries += [f"{again} m{n}".format(f"m{n}") for n in range(LEVELS)]
    if alone:
        ctes = ", ".join(f"m{n} as ({query})" for n, query in enumerate(queries))
        models = {"models/m.sql": f"with {ctes} select s from m{LEVELS} union all select s from m{LEVELS}"}
    else:
        models = {f"models/m{n}.sql": query for n, query in enumerate(queries)}
    ddl = "create table raw.t (a int64, b int64, c int64);"
    asked = f"select s.p{'.p' if TWICE in again else ''} from m{'' if alone else LEVELS}"
    files = {"trackplan.yaml": PROJECT, "warehouse.sql": ddl, "d.sql": asked}
    write(tmp_path, files | models)
    said = said_of_project(tmp_path / "trackplan.yaml")
    assert (said["raw.t.a"].used, said["raw.t.c"].used) == (True, False)
