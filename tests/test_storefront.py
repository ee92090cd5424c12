"""The storefront example: it runs, and its findings are the expected ones."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests import storefront_data
from tests.conftest import ROOT, TODAY
from tests.storefront_findings import CHECK, listing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

README = (storefront_data.ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(cli: Cli) -> str:
    """The findings as JSON."""
    return cli(*CHECK, cwd=storefront_data.ROOT).out


def test_the_findings_are_the_expected_ones(report: str) -> None:
    expected = (ROOT / "tests" / "storefront_expected.txt").read_text(encoding="utf-8")
    assert listing(report) == expected, "python -m tests.storefront_findings > tests/storefront_expected.txt"


def test_every_status_occurs(storefront: Path, cli: Cli) -> None:
    rows = json.loads(cli("inventory", "--format", "json", "--today", TODAY, cwd=storefront).out)["rows"]
    found = {(row["kind"], row["status"]) for row in rows}
    statuses = ("keep", "idle", "undeclared", "waste", "unknown")
    assert found == {("need", "gap"), *((kind, status) for kind in ("field", "column") for status in statuses)}
    assert any(row["shadow"] for row in rows)


def test_the_readme_tells_what_is_found(report: str, cli: Cli) -> None:
    findings = {(finding["rule"], finding["subject"]) for finding in json.loads(report)["findings"]}
    told = set(re.findall(r"`(TP\d+) ([^`]+)`", README))
    assert told
    assert told <= findings
    out = cli("check", ".", "--today", TODAY, cwd=storefront_data.ROOT).out
    blocks = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert blocks
    assert [block for block in blocks if block not in out] == []
