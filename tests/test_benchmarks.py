"""The benchmarks run and say what they measured; how quick anything is, is not tested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import compare, corpus, hook, lineage, run
from benchmarks.goals import GOALS
from benchmarks.measure import PASS, FailedError, alternate, machine
from benchmarks.measure import run as measured
from benchmarks.optimizer import sqlglot_optimizer
from tests.judge.cases import Case
from tests.judge.truth import Subject
from trackplan import project

TINY = ["--events", "3", "--models", "4", "--columns", "4", "--dashboards", "2", "--runs", "1"]
CASE = Case(
    "one",
    "create table t(id int, a int, b int, c int, j json)",
    {"q": "select a, j ->> 'k' as k from m where b > 2"},
    {"m": "select id, a, b, c, j from t"},
)


def test_a_run_prints_and_stores_every_goal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = tmp_path / "run.json"
    run.main([*TINY, "--only", "g3,G7,G9", "--store", str(stored)])
    data = json.loads(stored.read_text(encoding="utf-8"))
    assert set(data["goals"]) == {"G3", "G7", "G7b", "G9", "G9b"}
    assert data["goals"]["G7"]["value"] == 1.0
    assert data["goals"]["G7b"]["value"] == 1.0
    assert data["machine"].keys() == machine().keys()
    run.main([*TINY, "--only", "G7", "--compare", str(stored)])
    printed = capsys.readouterr().out
    assert "[1.00 of 100.0%]" in printed


@pytest.mark.parametrize("name", ["G1", "G4", "G5", "G6", "G8", "G10"])
def test_a_goal_can_be_measured(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run.main([*TINY, "--only", name])
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(name))
    assert "not measured" not in line


def test_goals_have_verdicts() -> None:
    goals = {goal.name: goal for goal in GOALS}
    assert [goals["G1"].verdict(value) for value in (1.2, 1.5, 2, None)] == [
        "stretch",
        "must",
        "MISSED",
        "not measured",
    ]
    assert [goals["G7"].verdict(value) for value in (1, 0.995, 0.9)] == ["stretch", "must", "MISSED"]


def test_a_seed_gives_the_same_project(tmp_path: Path) -> None:
    sizes = corpus.Sizes(2, 4, 6, 2)
    made = [corpus.generated(tmp_path / name, sizes, seed).folder for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    texts = [{p.relative_to(f): p.read_text(encoding="utf-8") for p in f.rglob("*") if p.is_file()} for f in made]
    assert texts[0] == texts[1] != texts[2]
    assert project.load(made[0] / "trackplan.yaml").dialect == "bigquery"


def test_a_project_is_written_for_real_sql(tmp_path: Path) -> None:
    source = tmp_path / "source" / "sql" / "shop" / "web" / "orders"
    source.mkdir(parents=True)
    (source / "query.sql").write_text("SELECT id FROM shop.raw.orders", encoding="utf-8")
    (source / "schema.yaml").write_text(
        "fields:\n- name: id\n  type: STRING\n  description: The id.\n", encoding="utf-8"
    )
    found = corpus.real(tmp_path / "source", tmp_path / "project", "bigquery")
    loaded = project.load(found.folder / "trackplan.yaml")
    assert {(entry.path, entry.relation) for entry in loaded.models} == {
        ("sql/*/*/*/query.sql", "{1}.{2}.{3}"),
        ("sql/*/*/*/view.sql", "{1}.{2}.{3}"),
    }
    query, schema = found.folder / found.sql, found.folder / found.yaml
    texts = []
    for number in (1, 2):
        found.edit_sql(number)
        found.edit_yaml(number)
        texts.append((query.read_text(encoding="utf-8"), schema.read_text(encoding="utf-8")))
    described = "fields:\n- name: id\n  type: {}\n  description: Changed {} times.\n"
    assert texts == [
        ("SELECT NULL AS id /* changed 1 */ FROM shop.raw.orders", described.format("INT64", 1)),
        ("SELECT id /* changed 2 */ FROM shop.raw.orders", described.format("STRING", 2)),
    ]
    with pytest.raises(ValueError, match="no SQL"):
        corpus.real(tmp_path / "project" / "nothing", tmp_path / "other", "")
    with pytest.raises(SystemExit, match=r"no SQL .*: give --corpus a folder"):
        run.main(["--corpus", str(tmp_path / "project" / "nothing")])


def test_a_dbt_project_of_templates_alone_can_be_edited(tmp_path: Path) -> None:
    models = tmp_path / "dbt" / "models"
    models.mkdir(parents=True)
    (tmp_path / "dbt" / "dbt_project.yml").write_text("name: shop\n", encoding="utf-8")
    (models / "orders.sql").write_text("select id, total from {{ source('raw', 'orders') }}\n", encoding="utf-8")
    (models / "all.sql").write_text("select * from {{ ref('orders') }}\n", encoding="utf-8")
    found = corpus.real(tmp_path / "dbt", tmp_path / "copy", "duckdb")
    found.edit_sql(1)
    assert (found.folder / found.sql).read_text(encoding="utf-8").startswith("select NULL AS id /* changed 1 */, total")


def test_costs_are_those_of_the_process() -> None:
    first, second = alternate(2, lambda: measured(PASS), lambda: measured([*PASS[:2], "print(1)"], keep=True))
    assert first.cpu > 0 < first.peak
    assert second.output == "1\n"
    with pytest.raises(FailedError, match="exit code 3"):
        measured([*PASS[:2], "import sys; sys.exit(3)"])


def test_the_optimizer_sees_columns_and_keys() -> None:
    used = sqlglot_optimizer(CASE)
    names = ("id", "a", "b", "c", "j")
    assert [used.holds(Subject("t", name)) for name in names] == [False, True, True, False, True]
    assert used.holds(Subject("t", "j", ("k",)))
    assert not used.holds(Subject("t", "j", ("n",)))


def test_lineage_is_followed_back_from_consumers() -> None:
    told = {
        "m": [(("t", "a"), ("m", "a")), (("t", "c"), ("m", "c")), (("t", "*"), ("m", "*"))],
        "q": [(("m", "a"), ("q", "x")), (("M", "b"), ("q", "y"))],
    }
    used = lineage.used_columns(CASE, lambda piece, _tables: told[piece.name])
    assert [used.holds(Subject("t", name)) for name in ("a", "b", "c")] == [True, True, False]


def test_what_a_peer_does_not_understand_uses_all_that_it_names() -> None:
    def fails(*_: object) -> list[lineage.Edge]:
        raise ValueError

    used = lineage.used_columns(CASE, fails)
    assert all(used.holds(Subject("t", name)) for name in ("id", "a", "b", "c"))


def test_scores_are_shares_of_what_is_called_and_of_what_is_dead() -> None:
    score = compare.Score()
    for unused, dead in ((True, True), (True, False), (False, True), (False, False)):
        score.add(unused, dead)
    assert (score.precision, score.recall) == ("0.500", "0.500")


def test_the_hook_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    hook.main(["--events", "60", "--models", "6", "--dashboards", "2", "--runs", "1"])
    lines = [line for line in capsys.readouterr().out.splitlines() if "(must " in line]
    assert [line.split(":")[0].split(") ")[1] for line in lines] == [
        "nothing changed",
        *["5 plan files"] * (len(lines) - 1),
    ]
    assert len(lines) == 6
