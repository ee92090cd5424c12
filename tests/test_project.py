"""The project file: what is read from it, and every problem at its place, all at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlglot.dialects.dialect import Dialects

from trackplan import project, resources
from trackplan.errors import ProjectError
from trackplan.findings import Severity
from trackplan.project import Landing, Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.findings import Problem

FULL = """\
version: 1
dialect: duckdb
plans: [{path: tracking/web.yaml, name: web, format: native}, ./tracking//app.json]
use_cases: [use_cases.yaml]
warehouse:
  - warehouse/*.sql
  - {path: raw/*.sql, dialect: snowflake}
models: [{path: "models/*/*.sql", relation: "{1}.{2}"}]
consumers: [{path: looks/*.sql, kind: dashboard}]
dbt: [transform/]
landing:
  - {plan: web, convention: segment, schema: raw.web}
  - {plan: app, convention: json-column, table: raw.app.events, column: properties, traits_column: traits}
policy: {planning_horizon: 2 years, personal_data_needs: any, grace: 2 weeks, minimum_coverage: 1}
rules:
  extend: [company_rules/]
  severity: {TP402: off, naming-convention: error}
  options: {TP403: {event_pattern: "^[A-Z]", limit: 3}}
"""


def load(folder: Path, text: str) -> project.Project:
    (folder / "trackplan.yaml").write_text(text, encoding="utf-8")
    return project.load(folder / "trackplan.yaml")


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ProjectError) as caught:
        load(folder, text)
    return shown(caught.value.problems)


def shown(found: Iterable[Problem]) -> list[str]:
    return [f"{str(p.place).removeprefix('trackplan.yaml:')} {p.message} | {p.hint}" for p in found]


def test_a_full_project(tmp_path: Path) -> None:
    p = load(tmp_path, FULL)
    assert (p.root, p.path, p.dialect) == (tmp_path.resolve(), "trackplan.yaml", "duckdb")
    assert [(s.path, s.name, s.format) for s in p.plans] == [
        ("tracking/web.yaml", "web", "native"),
        ("tracking/app.json", "", ""),
    ]
    assert [(s.path, s.dialect) for s in p.warehouse] == [("warehouse/*.sql", ""), ("raw/*.sql", "snowflake")]
    assert [(s.path, s.relation) for s in p.models] == [("models/*/*.sql", "{1}.{2}")]
    assert [(s.path, s.kind) for s in p.consumers] == [("looks/*.sql", "dashboard")]
    assert [s.path for s in p.dbt] == ["transform/"]
    assert p.landing == (
        Landing("web", "segment", p.landing[0].place, schema="raw.web"),
        Landing("app", "json-column", p.landing[1].place, "", "raw.app.events", "properties", "traits"),
    )
    assert p.policy == Policy(24, "any", 14, 1.0)
    assert p.rules.extend == ("company_rules/",)
    assert p.rules.severity == {"TP402": Severity.OFF, "naming-convention": Severity.ERROR}
    assert p.rules.options == {"TP403": {"event_pattern": "^[A-Z]", "limit": 3}}
    assert str(p.plans[0].place) == "trackplan.yaml:3:16"
    assert str(p.landing[0].place) == "trackplan.yaml:12:12"


def test_an_empty_project(tmp_path: Path) -> None:
    p = load(tmp_path, "\ufeffversion: 1\r\nplans:\r\n  # - tracking/*.yaml\r\nrules: {}\r\n")
    assert (p.plans, p.policy, p.rules.severity) == ((), Policy(), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 2", ["1:10 this trackplan reads version 1, not 2 | write version: 1"]),
        ("version: 1.0.1", ["1:10 this trackplan reads version 1, not 1.0.1 | write version: 1"]),
        ("plans: []", ["1:1 this lacks the key 'version' | the version of this file format: 1; for example: 1"]),
        ("", ["1:1 the file is empty | "]),
        ("hello", ["1:1 this should be a mapping (key: value), but this is the text 'hello' | trackplan.yaml: where"]),
        ("version: 1\ndialect: snowflak", ["2:10 'dialect' cannot be 'snowflak' | did you mean 'snowflake'?"]),
        ("version: 1\nplan: [a]", ["2:1 the key 'plan' is not known | did you mean 'plans'?"]),
        (
            "version: 1\nplans: [{path: a, nme: b}]",
            ["2:19 the key 'nme' is not known | did you mean 'name'? Known here: format, name, path"],
        ),
        (
            "version: 1\nplans: a.yaml",
            ["2:8 'plans' should be a list, but this is the text 'a.yaml' | what is collected: tracking plans"],
        ),
        ("version: 1\nmodels: [3]", ["2:10 this should be text or a mapping (key: value), but this is the number 3"]),
        (
            "version: 1\nplans: [{name: web}]",
            ["2:9 this lacks the key 'path' | a path or pattern below this file's folder"],
        ),
        ("version: 1\nplans: ['']", ["2:9 this is empty | a path or pattern below this file's folder"]),
        ("version: 1\nplans: ['/etc/*']", ["2:9 '/etc/*' leaves the project's folder | name paths below"]),
        ("version: 1\nplans: [a/../../b]", ["2:9 'a/../../b' leaves the project's folder | name paths below"]),
        ("version: 1\nplans: ['a\\b']", ["2:9 there is a backslash in the path | write / between folders"]),
        ("version: 1\nrules: {extend: [../x]}", ["2:18 '../x' leaves the project's folder | name paths below"]),
        ("version: 1\nplans: ['" + "**/" * 30 + "*']", ["2:9 the pattern has more than 20 wildcards | "]),
        (
            "version: 1\nmodels: [{path: 'a/*.sql', relation: '{2}.{x}'}]",
            [
                "2:38 the path has 1 wildcard, so there is nothing for {2} | {1} is the text",
                "2:38 the path has 1 wildcard, so there is nothing for {x} | {1} is the text",
            ],
        ),
        ("version: 1\nrules: {severity: {TP1: of}}", ["2:25 'TP1' cannot be 'of' | did you mean 'off'?"]),
        (
            "version: 1\npolicy: {grace: soon, minimum_coverage: 7}",
            [
                "2:17 'grace' cannot be 'soon' | how long after its introduction",
                "2:41 'minimum_coverage' cannot be '7' | the share of the statements",
            ],
        ),
        ("version: 1\npolicy: {grace: 99999 days}", ["2:17 'grace' cannot be '99999 days' | how long after"]),
        ("version: 1\nlanding: [{plan: web}]", ["2:11 this lacks the key 'convention' | segment: one table per event"]),
        (
            "version: 1\nlanding: [{plan: web, convention: segmnt}]",
            ["2:35 'convention' cannot be 'segmnt' | did you mean 'segment'? Known here: json-column, segment"],
        ),
        (
            "version: 1\nlanding: [{plan: web, convention: json-column, schema: x}]",
            [
                "2:11 the convention 'json-column' needs the key 'table' | ",
                "2:11 the convention 'json-column' needs the key 'column' | ",
                "2:48 the convention 'json-column' has no use for 'schema' | it takes table and column",
                "2:18 there is no plan 'web' | ",
            ],
        ),
        (
            "version: 1\nplans: [{path: a, name: web}]\nlanding: [{plan: wbe, convention: segment, schema: 'a..b'}]",
            ["3:52 an empty segment in 'a..b' | the schema that holds one table per event"],
        ),
        (
            "version: 1\nplans: [{path: a, name: web}]\nlanding: [{plan: wbe, convention: segment, schema: a}]",
            ["3:18 there is no plan 'wbe' | did you mean 'web'?"],
        ),
        ("version: 1\nversion: 1", ["2:1 the key 'version' is there already, in line 1 | keep one"]),
        ("version: 1\n\tplans: []", ["2:1 a tab is used for indentation | use spaces"]),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = problems(tmp_path, text)
    assert len(found) == len(expected), found
    for one, start in zip(sorted(found), sorted(expected), strict=True):
        assert one.startswith(start)


def test_a_plan_whose_name_is_in_its_own_file_is_not_missed(tmp_path: Path) -> None:
    assert load(tmp_path, "version: 1\nplans: [a.yaml]\nlanding: [{plan: web, convention: segment, schema: raw}]\n")


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"trackplan\.yaml: there is no such file"):
        project.load(tmp_path / "trackplan.yaml")
    (tmp_path / "trackplan.yaml").mkdir()
    with pytest.raises(ProjectError, match=r"trackplan\.yaml: this is a folder, a file is expected"):
        project.load(tmp_path / "trackplan.yaml")


def test_a_link_out_of_the_project(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("secret")
    (folder / "plan.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "up").symlink_to(tmp_path)
    assert problems(folder, "version: 1\nplans: [plan.yaml, up/*.yaml]") == [
        "2:9 'plan.yaml' leaves the project's folder | " + LEAVES,
        "2:20 'up/*.yaml' leaves the project's folder | " + LEAVES,
    ]


LEAVES = "name paths below the folder of the project file, and relative to it"


def test_find(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "trackplan.yml").write_text("version: 1")
    (tmp_path / "trackplan.yaml").write_text("version: 1")
    assert project.find(tmp_path / "a" / "b" / "plan.yaml") == (tmp_path / "a" / "trackplan.yml").resolve()
    assert project.find(tmp_path) == (tmp_path / "trackplan.yaml").resolve()
    assert project.find(Path("/")) is None


def test_assign(tmp_path: Path) -> None:
    for name in ("models/a.sql", "models/b/c.sql", "models/b/d.sql", "transform/dbt_project.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    p = load(
        tmp_path,
        "version: 1\nplans: [plan.yaml, models]\nmodels: [models/b/*.sql, models/**/*.sql]\n"
        "consumers: [models/*.sql, '*.sql']\ndbt: [transform, other/]\n",
    )
    assigned, found = project.assign(p)
    assert {kind: [(path, s.path) for path, s in files] for kind, files in assigned.items() if files} == {
        "models": [
            ("models/a.sql", "models/**/*.sql"),
            ("models/b/c.sql", "models/b/*.sql"),
            ("models/b/d.sql", "models/b/*.sql"),
        ],
        "consumers": [("models/a.sql", "models/*.sql")],
        "dbt": [("transform", "transform")],
    }
    spelling = "look at the spelling; patterns are relative to the project file"
    assert [(p.kind, line) for p, line in zip(found, shown(found), strict=True)] == [
        ("no-match", f"2:9 there is no file 'plan.yaml' | {spelling}"),
        ("no-match", "2:20 'models' is a folder, files are expected | name the files in it, such as models/**/*"),
        ("no-match", f"4:27 no file matches '*.sql' | {spelling}"),
        ("no-match", f"5:18 there is no folder 'other/' | {spelling}"),
        (
            "duplicate",
            "4:13 models/a.sql is both a model and a consumer | let only one of 'models' and 'consumers' match it",
        ),
    ]


def test_the_schema_lists_the_dialects_that_can_be_parsed() -> None:
    schema = json.loads((resources.folder("schemas") / "project.schema.json").read_text(encoding="utf-8"))
    assert schema["$defs"]["dialect"]["enum"] == sorted(d.value for d in Dialects if d.value)


def test_consumers_have_classes_and_the_policy_says_which_count(tmp_path: Path) -> None:
    text = "version: 1\nconsumers: [{path: a.sql, kind: sync}, {path: b.sql, class: test}]\n"
    p = load(tmp_path, text)
    assert [(s.kind, s.use) for s in p.consumers] == [("sync", ""), ("", "test")]
    assert p.policy.counting == ("person", "dashboard", "export", "ml", "model")
    assert load(tmp_path, text + "policy: {counting: [dashboard, test]}\n").policy.counting == ("dashboard", "test")
    known = "Known here: build, dashboard, export, ml, model, person, test"
    assert problems(tmp_path, text.replace("class: test", "class: tset") + "policy: {counting: [exports]}\n") == [
        f"2:61 'class' cannot be 'tset' | did you mean 'test'? {known}",
        f"3:21 this cannot be 'exports' | did you mean 'export'? {known}",
    ]
