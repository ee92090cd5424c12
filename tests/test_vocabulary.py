"""A project's own words for personal data and its own taxonomy: what they change, and how mistakes in them are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from trackplan.taxonomy import Taxonomy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

FILES = {
    "trackplan.yaml": """\
version: 1
dialect: duckdb
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: [tables.sql]
classification: {dictionary: [words.yaml], taxonomy: taxonomy.json}
""",
    "plan.yaml": """\
trackplan: 1
name: web
events:
  Pond Booked:
    properties:
      angler_permit: string
      email: string
      email_colour: {type: string, tags: [user.contact.email]}
      pulse: {type: integer, tags: [user.health]}
      ip: {type: string, sensitivity: none}
""",
    "words.yaml": """\
version: 1
categories:
  user.unique_id: {names: [{words: angler permit}]}
exceptions: email
""",
    "tables.sql": "create table raw.ponds (id int);\n",
    "use_cases.yaml": "use_cases:\n  - {id: one, data_use: angling.counts, data_subjects: [angler], "
    "needs: ['category:user.health']}\n",
}
TAXONOMY = {
    "data_category": [
        {"fides_key": "user.health_and_medical", "replaced_by": "user.health"},
        {"fides_key": "user.health", "replaced_by": None, "name": "Health Data", "parent_key": "user"},
    ],
    "data_use": [{"fides_key": "angling"}, {"fides_key": "angling.counts"}, {"fides_key": "old", "active": False}],
    "data_subject": [{"fides_key": "angler"}],
}
CLASSES = """
SELECT f.name, c.category, c.sensitivity, c.declared, c.contradicts FROM classification c
JOIN field f ON c.kind = 'field' AND f.key = c.key ORDER BY f.name
"""


def written(folder: Path, **files: str) -> Path:
    """The project, with these files other than they are."""
    for path, text in {**FILES, "taxonomy.json": json.dumps(TAXONOMY, indent=1), **files}.items():
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_own_words_add_and_take_away_and_what_is_declared_wins(tmp_path: Path, cli: Cli) -> None:
    run = cli("query", CLASSES, "--format", "json", cwd=written(tmp_path))
    assert run.code == 0, run.said
    assert json.loads(run.out)["rows"] == [
        ["angler_permit", "user.unique_id", "personal", 0, ""],
        ["email_colour", "user.contact.email", "personal", 1, ""],
        ["ip", "", "none", 1, "user.device.ip_address"],
        ["pulse", "user.health", "special", 1, ""],
    ]


def test_a_need_may_name_a_category_of_the_taxonomy(tmp_path: Path, cli: Cli) -> None:
    assert "category:user.health: selects web/" in cli("explain", "one", cwd=written(tmp_path)).out


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"words.yaml": "version: 1\ncategories:\n  user.angler: {names: [{words: a}]}\n"}, ["words.yaml", "3:3"]),
        ({"words.yaml": "version: 1\nexeptions: email\n"}, ["words.yaml", "2:1", "did you mean 'exceptions'?"]),
        ({"words.yaml": "a: ["}, ["words.yaml"]),
        ({"taxonomy.json": '{"data_use": [{"key": 1}]}'}, ["taxonomy.json", "1:15", "fides_key"]),
        ({"taxonomy.json": '{"data_use": [{"fides_key": "Ab c"}]}'}, ["taxonomy.json", "1:29"]),
        ({"taxonomy.json": '{"data_uses": []}'}, ["taxonomy.json", "this holds no taxonomy", "data_use"]),
        ({"taxonomy.json": "[]"}, ["taxonomy.json", "1:1"]),
        ({"use_cases.yaml": "use_cases: [{id: a, data_use: anglin}]"}, ["1:31", "did you mean 'angling'?"]),
        ({"use_cases.yaml": "use_cases: [{id: a, data_use: old}]"}, ["'old' is no data use"]),
        ({"use_cases.yaml": "use_cases: [{id: a, data_use: angling.x}]"}, ["'angling.x' is no data use"]),
        ({"use_cases.yaml": "use_cases: [{id: a, needs: [category:user.helth]}]"}, ["did you mean 'user.health'?"]),
    ],
)
def test_mistakes_are_told_at_their_place(files: dict[str, str], said: list[str], tmp_path: Path, cli: Cli) -> None:
    run = cli("check", cwd=written(tmp_path, **files))
    assert run.code == 2
    assert "Traceback" not in run.said
    for words in said:
        assert words in run.out


def test_a_file_that_is_not_there_is_told(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path)
    (tmp_path / "words.yaml").unlink()
    assert "there is no file 'words.yaml'" in cli("check", "--select", "TP004", cwd=tmp_path).out
    (tmp_path / "trackplan.yaml").write_text("version: 1\nclassification: {dictionary: ../words.yaml}\n")
    assert "leaves the project's folder" in cli("check", cwd=tmp_path).said


def test_dbt_columns_may_name_their_category(tmp_path: Path, cli: Cli) -> None:
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\ndbt: [shop/]\n",
        "shop/dbt_project.yml": "name: shop\nversion: '1'\n",
        "shop/models/sources.yml": """\
version: 2
sources:
  - name: raw
    tables:
      - name: ponds
        columns:
          - {name: a, meta: {data_category: user.contact.email}}
          - {name: b, config: {meta: {fides_category: [user.location.precise]}}}
          - {name: c, tags: [user.name]}
          - {name: email_hue, meta: {category: fish}}
""",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    sql = """SELECT s.name, c.category FROM classification c JOIN stored_column s ON s.key = c.key AND c.kind = 'column'
    WHERE c.declared ORDER BY 1"""
    rows = json.loads(cli("query", sql, "--format", "json", cwd=tmp_path).out)["rows"]
    assert rows == [["a", "user.contact.email"], ["b", "user.location.precise"], ["c", "user.name"]]


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("marketing.advertising", True),
        ("analytics.reporting.retail", True),
        ("essential.service.operations.network", True),
        ("marketing.advertizing", False),
        ("marketing.advertizing.first_party", False),
        ("functional.services", False),
        ("fishing", False),
    ],
)
def test_own_purposes_hang_below_others_and_misspelt_ones_are_told(word: str, known: bool) -> None:
    assert Taxonomy().knows("data use", word) is known
