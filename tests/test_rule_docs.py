"""The rules' documentation: pages in Markdown, the same in a terminal, an index; all made from headers and cases."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.test_rule_cases import CASES, RULE
from trackplan import rule_docs, rules
from trackplan.causes import CAUSES
from trackplan.formats.base import Look
from trackplan.rules import folder

if TYPE_CHECKING:
    from tests.conftest import Cli

RULES = [rule for rule in rules.shipped() if not rule.retired]
OURS = folder.ours()
HOW = "run: python -m trackplan rules docs rules"


def page(word: str) -> rule_docs.Page:
    rule = rules.find(RULES, word)
    assert rule is not None
    return rule_docs.page(rule, OURS)


def test_the_index_is_current() -> None:
    assert (ROOT / "rules" / "README.md").read_text(encoding="utf-8") == rule_docs.index(RULES), HOW


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_pages_are_current(rule: rules.Rule) -> None:
    path = ROOT / "rules" / "docs" / f"{rule.id}.md"
    assert path.is_file(), HOW
    assert path.read_text(encoding="utf-8") == rule_docs.markdown(rule_docs.page(rule, OURS)), HOW


def test_there_is_no_page_without_its_rule() -> None:
    assert {path.stem for path in (ROOT / "rules" / "docs").iterdir()} == {rule.id for rule in RULES}


def test_every_rule_is_in_the_index_by_group_and_by_cause() -> None:
    text = rule_docs.index(RULES)
    groups, _, causes = text.partition("## By cause")
    for rule in RULES:
        link = f"[{rule.id}](docs/{rule.id}.md)"
        assert groups.count(link) == 1
        assert causes.partition("## By profile")[0].count(link) == 1
    assert {rule.cause for rule in RULES} == set(CAUSES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_page_has_a_bad_and_a_good_case(rule: rules.Rule) -> None:
    made = rule_docs.page(rule, OURS)
    assert made.bad
    assert made.bad.found
    assert made.good
    assert made.good.changes or made.good.today
    assert max(len(line) for line in rule_docs.plain(made, Look(width=200)).splitlines()) <= 200


def test_the_good_case_is_the_smallest_edit() -> None:
    made = page("TP102")
    assert made.good is not None
    assert made.good.name == "a filter is a use"
    assert made.good.changes == (
        (
            "dashboards/orders.sql",
            (
                "-select order_id from raw.web.order_completed",
                "+select order_id from raw.web.order_completed where coupon = 'SPRING'",
            ),
        ),
    )


def test_a_terminal_shows_no_markdown() -> None:
    said = rule_docs.plain(page("TP403"), Look(width=80))
    assert said.startswith("TP403 naming-convention  info\nA name that breaks the naming convention\n\nWhy ")
    assert not {"```", "**", "## ", "| "} & {word for word in ("```", "**", "## ", "| ") if word in said}
    assert "Options     event_pattern (majority): " in said
    prose = [line for line in said.splitlines() if not line.startswith("    ")]
    assert max(len(line) for line in prose) <= 80


def test_a_project_documents_its_own_rules(tmp_path: Path, cli: Cli) -> None:
    own = tmp_path / "company" / "tests"
    own.mkdir(parents=True)
    (own.parent / "ACME001_no_phone_numbers.sql").write_text(RULE, encoding="utf-8")
    (own / "ACME001_no_phone_numbers.yml").write_text(CASES, encoding="utf-8")
    (tmp_path / "trackplan.yaml").write_text("version: 1\nrules: {extend: [company/]}\n", encoding="utf-8")
    said = cli("explain", "ACME001", cwd=tmp_path).out
    assert "Bad  a phone number in the plan" in said
    assert "  -       phone: string\n  +       number: string" in said
    assert cli("rules", "docs", "company", cwd=tmp_path).code == 0
    text = (tmp_path / "company" / "docs" / "ACME001.md").read_text(encoding="utf-8")
    assert "[its cases](../tests/ACME001_no_phone_numbers.yml)" in text
    index = (tmp_path / "company" / "README.md").read_text(encoding="utf-8")
    assert "| [ACME001](docs/ACME001.md) no-phone-numbers | error | A phone number is collected |" in index
    assert "profile" not in index


def test_rules_docs_writes_what_is_there(tmp_path: Path, cli: Cli) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "TP101_no_purpose.sql").write_text("SELECT 1", encoding="utf-8")
    run = cli("rules", "docs", "rules", cwd=tmp_path)
    assert run.code == 2
    assert "rules/TP101_no_purpose.sql:1:1: the file does not begin with a header" in run.err
    assert cli("rules", "docs", ".", cwd=tmp_path).code == 2
