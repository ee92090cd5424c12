"""`trackplan rules test`: what it says of cases that pass, fail, are lacking or cannot be run, and how it exits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.conftest import ROOT
from trackplan.errors import ReadError
from trackplan.rules import cases

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

RULE = """\
/*
id: ACME001
name: no-phone-numbers
title: A phone number is collected
message: "{subject} looks like a phone number."
severity: error
category: privacy
cause: method
requires: [plans]
why: We do not call our customers.
fix: Remove the property from the plan.
*/
SELECT id AS subject, place FROM field WHERE name LIKE '%phone%'
"""
CASES = """\
a phone number in the plan:
  files:
    trackplan.yaml: |
      version: 1
      plans: [plan.yaml]
    plan.yaml: |
      trackplan: 1
      name: web
      events:
        Order:
          properties:
            phone: string
  expect:
    - place: plan.yaml:6
      severity: error
      subject: web/Order.phone
      message: web/Order.phone looks like a phone number.

an order number:
  like: a phone number in the plan
  files:
    plan.yaml: |
      trackplan: 1
      name: web
      events:
        Order:
          properties:
            number: string
  expect: []

without a plan there is nothing to judge:
  files:
    trackplan.yaml: |
      version: 1
  expect: []
  skipped: [plans]
"""


@pytest.fixture
def company(tmp_path: Path) -> Path:
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    (tmp_path / "rules" / "ACME001_no_phone_numbers.sql").write_text(RULE, encoding="utf-8")
    (tmp_path / "rules" / "tests" / "ACME001_no_phone_numbers.yml").write_text(CASES, encoding="utf-8")
    return tmp_path


def edit(company: Path, name: str, old: str, new: str) -> None:
    path = company / "rules" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_cases_that_pass(company: Path, cli: Cli) -> None:
    run = cli("rules", "test", "rules", cwd=company)
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == [
        "ACME001 no-phone-numbers",
        "  pass  a phone number in the plan",
        "  pass  an order number",
        "  pass  without a plan there is nothing to judge",
        "1 rule, 3 cases: 3 passed, 0 failed",
    ]


def test_results_as_json(company: Path, cli: Cli) -> None:
    schema = json.loads((ROOT / "schemas" / "rule-results.schema.json").read_text(encoding="utf-8"))
    edit(company, "tests/ACME001_no_phone_numbers.yml", "place: plan.yaml:6", "place: plan.yaml:7")
    run = cli("rules", "test", "rules", "--format", "json", cwd=company)
    found = json.loads(run.out)
    jsonschema.validate(found, schema)
    jsonschema.validate(schema["examples"][0], schema)
    assert run.code == 1
    rule = found["rules"][0]
    assert (rule["id"], [case["passed"] for case in rule["cases"]]) == ("ACME001", [False, True, True])
    assert (rule["cases"][0]["expected"][0]["place"], rule["cases"][0]["found"][0]["place"]) == (
        "plan.yaml:7",
        "plan.yaml:6",
    )
    quiet = json.loads(cli("rules", "test", "rules", "-q", "--format", "json", cwd=company).out)
    assert [case["passed"] for case in quiet["rules"][0]["cases"]] == [False]
    edit(company, "ACME001_no_phone_numbers.sql", "FROM field", "FROM nowhere")
    broken = cli("rules", "test", "rules", "--format", "json", cwd=company)
    assert broken.code == 1
    assert "nowhere" in json.loads(broken.out)["rules"][0]["cases"][0]["problems"][0]["message"]


def test_a_project_tests_its_own_folders(company: Path, cli: Cli) -> None:
    assert cli("rules", "test", cwd=company).code == 2
    (company / "trackplan.yaml").write_text("version: 1\nrules: {extend: [rules/]}\n", encoding="utf-8")
    run = cli("rules", "test", "--quiet", cwd=company)
    assert (run.code, run.out) == (0, "1 rule, 3 cases: 3 passed, 0 failed\n")


def test_a_difference_is_shown_as_what_was_expected_and_what_was_found(company: Path, cli: Cli) -> None:
    edit(company, "ACME001_no_phone_numbers.sql", "severity: error", "severity: warning")
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 1
    assert run.out.splitlines()[1:6] == [
        "  FAIL  a phone number in the plan  (rules/tests/ACME001_no_phone_numbers.yml:1:1)",
        "          expected  plan.yaml:6: error: web/Order.phone: web/Order.phone looks like a phone number.",
        "          found     plan.yaml:6: warning: web/Order.phone: web/Order.phone looks like a phone",
        "                    number.",
        "  pass  an order number",
    ]
    assert run.out.endswith("1 rule, 3 cases: 2 passed, 1 failed\n")


def test_a_rule_that_runs_where_it_should_be_skipped(company: Path, cli: Cli) -> None:
    edit(company, "ACME001_no_phone_numbers.sql", "requires: [plans]\n", "")
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 1
    assert "expected  the rule is skipped for want of plans" in run.out
    assert "found     the rule is run" in run.out


def test_cases_that_are_lacking_are_told(company: Path, cli: Cli) -> None:
    path = company / "rules" / "tests" / "ACME001_no_phone_numbers.yml"
    path.write_text(CASES.partition("an order number")[0], encoding="utf-8")
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 1
    assert "lack  one that differs by the smallest edit and is quiet" in run.out
    assert "lack  one without the evidence that it requires" in run.out
    path.unlink()
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 1
    assert "lack  all cases: write rules/tests/ACME001_no_phone_numbers.yml" in run.out


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("ACME001_no_phone_numbers.sql", "cause: method", "cause: fate", "ACME001_no_phone_numbers.sql:8:8: "),
        ("tests/ACME001_no_phone_numbers.yml", "severity: error", "severity: bad", ".yml:15:17: "),
        ("tests/ACME001_no_phone_numbers.yml", "expect: []", "expected: []", "did you mean 'expect'?"),
        ("tests/ACME001_no_phone_numbers.yml", "like: a phone", "like: one phone", "there is no other case"),
    ],
)
def test_files_that_cannot_be_used(company: Path, cli: Cli, name: str, old: str, new: str, said: str) -> None:
    edit(company, name, old, new)
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 2
    assert said in run.err


def test_a_rule_that_fails_fails_its_cases_at_its_line(company: Path, cli: Cli) -> None:
    edit(company, "ACME001_no_phone_numbers.sql", "FROM field", "FROM fields")
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 1
    said = " ".join(run.out.split())
    assert "error rules/ACME001_no_phone_numbers.sql:13:34: the rule failed: no such table: fields" in said
    assert "did you mean 'field'?" in run.out


def test_a_case_whose_project_is_wrong(company: Path, cli: Cli) -> None:
    edit(company, "tests/ACME001_no_phone_numbers.yml", "plans: [plan.yaml]", "plan: [plan.yaml]")
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 1
    assert "trackplan.yaml:2:1: the key 'plan' is not known" in " ".join(run.out.split())


def test_a_folder_without_rules(tmp_path: Path, cli: Cli) -> None:
    run = cli("rules", "test", ".", cwd=tmp_path)
    assert run.code == 2
    assert "holds no rules" in run.err


def test_the_order_of_findings_is_part_of_a_case(company: Path, cli: Cli) -> None:
    edit(company, "tests/ACME001_no_phone_numbers.yml", "phone: string", "phone: string\n            phone2: string")
    first = """\
    - place: plan.yaml:7
      severity: error
      subject: web/Order.phone2
      message: web/Order.phone2 looks like a phone number.
"""
    edit(company, "tests/ACME001_no_phone_numbers.yml", "  expect:\n", f"  expect:\n{first}")
    run = cli("rules", "test", "rules", cwd=company)
    assert run.code == 1
    assert run.out.count("found ") == 2


def test_cases_build_on_each_other() -> None:
    read = {case.name: case for case in cases.read(CASES, "x.yml")}
    assert set(read["an order number"].files) == {"trackplan.yaml", "plan.yaml"}
    assert "number: string" in read["an order number"].files["plan.yaml"]
    text = CASES + "without its plan:\n  like: an order number\n  files: {plan.yaml: null}\n  expect: []\n"
    assert set(cases.read(text, "x.yml")[-1].files) == {"trackplan.yaml"}


def test_a_case_that_is_like_itself_is_told() -> None:
    text = "a: {like: b, expect: []}\nb: {like: a, expect: []}\n"
    with pytest.raises(ReadError, match="is like itself in the end"):
        cases.read(text, "x.yml")
