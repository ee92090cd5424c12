"""What `init` finds and writes, and that `check` can run on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import TODAY, Cli
from trackplan import project
from trackplan.commands.initial import files, look_around
from trackplan.running import run


def write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


BIG = {
    "dbt/dbt_project.yml": "name: shop\n",
    "dbt/models/a.sql": "select 1",
    "tracking/web.yaml": "trackplan: 1\nname: web\n",
    "tracking/app.json": '{"rules": {"events": [{"name": "A", "rules": {}}]}}',
    "purposes/use_cases.yaml": "use_cases: []\n",
    "warehouse/raw/tables.sql": "create table t (a int);",
    "etl/models/staging/b.sql": "select 1 as a",
    "dashboards/models/c.sql": "select 1",
    "queries/d.sql": "select 1",
    "other/e.sql": "select 1",
    "package.json": '{"rules": {}}',
    ".hidden/models/f.sql": "select 1",
    "node_modules/x/queries/g.sql": "select 1",
}


def test_what_is_found(tmp_path: Path) -> None:
    write(tmp_path, BIG)
    found = look_around(tmp_path)
    assert found.dbt == ("dbt/",)
    assert found.plans == ("tracking/app.json", "tracking/web.yaml")
    assert found.use_cases == ("purposes/use_cases.yaml",)
    assert found.warehouse == ("warehouse/**/*.sql",)
    assert found.models == ("etl/models/**/*.sql",)
    assert found.consumers == ("dashboards/**/*.sql", "queries/**/*.sql")


def test_what_is_written_is_a_project_file(tmp_path: Path) -> None:
    write(tmp_path, BIG)
    assert run(["init", str(tmp_path)]) == 0
    opened = project.load(tmp_path / "trackplan.yaml")
    assert [s.path for s in opened.consumers] == ["dashboards/**/*.sql", "queries/**/*.sql"]
    assert [s.path for s in opened.dbt] == ["dbt/"]
    assert not (tmp_path / "tracking" / "plan.yaml").exists()


@pytest.mark.parametrize("texts", [{}, {"notes.txt": "nothing"}])
def test_where_nothing_is_an_example_is_written(tmp_path: Path, texts: dict[str, str]) -> None:
    write(tmp_path, texts)
    assert set(files(look_around(tmp_path))) == {"trackplan.yaml", "tracking/plan.yaml", "use_cases.yaml"}


@pytest.mark.parametrize(
    ("paths", "models", "warehouse"),
    [
        (["other/e.sql", "f.sql"], {"other/**/*.sql": "", "*.sql": ""}, {}),
        (
            [
                *(f"sql/{table}/query.sql" for table in ("p/d/a", "p/d/b", "p/e/c")),
                *(f"sql/{table}/schema.yaml" for table in ("p/d/a", "p/d/b")),
                *("sql/p/d/v/view.sql", "sql/p/e/v/view.sql", "sql/p/d/a/checks.sql", "sql/p/d/b/checks.sql"),
            ],
            {"sql/p/*/*/query.sql": "{1}.{2}", "sql/p/*/*/view.sql": "{1}.{2}"},
            {"sql/p/*/*/schema.yaml": "{1}.{2}"},
        ),
        (
            ["a/query.sql", "b/query.sql", "b/x/y/z/query.sql"],
            {"*/query.sql": "{1}", "*/*/*/*/query.sql": "{2}.{3}.{4}"},
            {},
        ),
    ],
)
def test_sql_in_folders_that_tell_nothing(
    tmp_path: Path, cli: Cli, paths: list[str], models: dict[str, str], warehouse: dict[str, str]
) -> None:
    texts = {".yaml": "- name: id\n  type: STRING\n", ".sql": "select 1 as id"}
    write(tmp_path, {path: texts[Path(path).suffix] for path in paths})
    told = cli("init", cwd=tmp_path)
    assert "It is taken for models" in told.out
    opened = project.load(tmp_path / "trackplan.yaml")
    assert {s.path: s.relation for s in opened.models} == models
    assert {s.path: s.relation for s in opened.warehouse} == warehouse
    assert cli("check", "--today", TODAY, cwd=tmp_path).code in (0, 1)


def test_a_project_of_dbt_at_the_root(tmp_path: Path) -> None:
    write(tmp_path, {"dbt_project.yml": "name: shop\n", "models/a.sql": "select 1"})
    found = look_around(tmp_path)
    assert (found.dbt, found.models) == (("./",), ())


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"trackplan.yaml": "mine\n", "use_cases.yaml": "mine too\n"})
    assert run(["init", str(tmp_path)]) == 2
    assert (tmp_path / "trackplan.yaml").read_text(encoding="utf-8") == "mine\n"
    assert "exists already" in capsys.readouterr().err


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "trackplan.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert run(["init", str(tmp_path / "shop")]) == 2
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "gone")]) == 2


@pytest.mark.parametrize("texts", [{}, {k: v for k, v in BIG.items() if k != "tracking/app.json"}])
def test_check_runs_on_it(tmp_path: Path, cli: Cli, texts: dict[str, str]) -> None:
    write(tmp_path, texts)
    assert cli("init", cwd=tmp_path).code == 0
    checked = cli("check", "--today", TODAY, cwd=tmp_path)
    assert checked.code in (0, 1), checked.said
    assert checked.err == ""


def test_the_example_for_an_empty_folder_is_clean(tmp_path: Path, cli: Cli) -> None:
    cli("init", cwd=tmp_path)
    checked = cli("check", "--today", TODAY, cwd=tmp_path)
    assert (checked.code, checked.err) == (0, ""), checked.said


PROFILES = "shop:\n  outputs:\n    dev:\n      type: bigquery\n    prod: # the real one\n      type: 'bigquery'\n"


@pytest.mark.parametrize(
    ("texts", "dialect", "teller"),
    [
        ({"etl/dbt_project.yml": "name: shop\n", "etl/profiles.yml": PROFILES}, "bigquery", "etl/profiles.yml"),
        ({"dbt_project.yml": "profile: 'snowflake' # ours\n"}, "snowflake", "dbt_project.yml"),
        (
            {"dbt_project.yml": "profile: shop\n", "models/a.sql": "select `a-b.c.d`.x, `e.f`.y"},
            "bigquery",
            "models/a.sql",
        ),
        ({"queries/a.sql": "select v:a.b::int, w:c::text from t"}, "snowflake", "queries/a.sql"),
        ({"ci/profiles.yml": PROFILES + "    other: {}\n    more:\n      type: snowflake\n"}, "", ""),
        (
            {
                "queries/a.sql": "select `a.b`, `c.d`",
                "queries/b.sql": "{% if target.type == 'snowflake' %} select 1 {% endif %}",
            },
            "",
            "",
        ),
        ({"queries/a.sql": "select 'lateral flatten(', a::int from t -- `a.b` `c.d`"}, "", ""),
        (
            {
                "dbt_project.yml": "profile: shop\n",
                "profiles.yml": "shop:\n  outputs:\n    dev:\n      type: unheard\n",
            },
            "",
            "",
        ),
    ],
)
def test_the_dialect_is_found(tmp_path: Path, texts: dict[str, str], dialect: str, teller: str) -> None:
    write(tmp_path, texts)
    found = look_around(tmp_path)
    assert (found.dialect, found.tells_dialect) == (dialect, teller)
    assert run(["init", str(tmp_path)]) == 0
    assert project.load(tmp_path / "trackplan.yaml").dialect == dialect


def test_plans_whose_files_share_a_name_get_one_each(tmp_path: Path) -> None:
    plan = '{"rules": {"events": [{"name": "A", "rules": {}}]}}'
    paths = ["plans/dev/app/rules.json", "plans/dev/web/rules.json", "plans/web/rules.json", "plans/other.json"]
    write(tmp_path, dict.fromkeys(paths, plan))
    assert run(["init", str(tmp_path)]) == 0
    opened = project.load(tmp_path / "trackplan.yaml")
    assert {(s.path, s.name) for s in opened.plans} == {
        ("plans/dev/app/rules.json", "dev-app"),
        ("plans/dev/web/rules.json", "dev-web"),
        ("plans/web/rules.json", "web"),
        ("plans/other.json", ""),
    }
