"""The JSON report against its schema, and its order."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.formats.test_text import sample
from tests.sample import FILES, Files, finding, report
from trackplan.formats import renderer

RENDER = renderer("json")
SCHEMA = json.loads((ROOT / "schemas" / "findings.schema.json").read_text(encoding="utf-8"))


def test_it_follows_its_schema() -> None:
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for one in (sample(), report()):
        assert list(validator.iter_errors(json.loads(RENDER(one, Files(FILES))))) == []


def test_it_is_the_same_whatever_the_order_of_findings() -> None:
    forwards = sample()
    backwards = report(*reversed(forwards.findings), collapsed=forwards.collapsed)
    assert RENDER(forwards, Files(FILES)) == RENDER(backwards, Files(FILES))


def test_every_finding_is_there_collapsed_or_not() -> None:
    found = json.loads(RENDER(sample(), Files(FILES)))["findings"]
    assert len(found) == len(sample().findings)
    assert found[0]["fingerprint"] == "TP003|o.country|"
    assert found[0]["place"] == {
        "path": "dashboards/revenue.sql", "line": 4, "column": 7, "end_line": 4, "end_column": 16
    }  # fmt: skip


def test_counts_and_end_of_line() -> None:
    said = RENDER(sample(), Files(FILES))
    assert said.endswith("}\n")
    assert json.loads(said)["summary"]["findings"] == {"error": 1, "warning": 4, "info": 1}


def test_names_that_are_no_text_survive() -> None:
    said = RENDER(report(finding(subject="\udcff")), Files(FILES)).encode("utf-8", "backslashreplace")
    assert json.loads(said)["findings"][0]["subject"] == "\udcff"
