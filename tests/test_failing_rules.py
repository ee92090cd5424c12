"""A rule that cannot do its work is told as that rule's own error, in every format; all the others are heard."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from trackplan.cli import app
from trackplan.facts import base
from trackplan.facts.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

HEADER = """\
/*
id: {id}
name: {name}
title: A name that we do not want
message: "{{subject}} is called {{name}}."
severity: warning
category: quality
cause: people
why: Our names are ours.
fix: Rename it.
*/
"""
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS subject, 1 AS place FROM n"
GREEDY = (
    "WITH RECURSIVE n(i, t) AS (SELECT 1, 'x' UNION SELECT i + 1, printf('%.9000000c', 'x') || i FROM n)"
    " SELECT max(i) AS subject, 1 AS place, max(t) AS name FROM n"
)
# Name of the rule → its query, and what is said of it at which line and column.
RULES = {
    "good": ("SELECT id AS subject, place, name FROM event", ""),
    "unknown-table": (
        "SELECT id AS subject, place, name\nFROM events",
        ":13:6: the rule failed: no such table: events",
    ),
    "endless": (ENDLESS, ":12:1: the rule failed: the query took longer than 0.3 seconds"),
    "writing": ("DELETE FROM event", ":12:1: the rule failed: only SELECT is possible here"),
    "other-columns": ("SELECT id, place FROM event", ":12:1: the rule failed: the query gives id, place;"),
    "no-place": ("SELECT id AS subject, 'x' AS place, name FROM event", ":12:1: the rule failed: the query gives 'x'"),
    "broken-header": ("", ":6:11: "),
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "trackplan.yaml").write_text(
        "version: 1\nplans: [plan.yaml]\nrules: {extend: [own/], severity: {ACME006: error, broken-header: off}}\n",
        encoding="utf-8",
    )
    (tmp_path / "plan.yaml").write_text("trackplan: 1\nname: web\nevents:\n  Order: {}\n", encoding="utf-8")
    (tmp_path / "own").mkdir()
    for number, (name, (sql, _)) in enumerate(RULES.items()):
        header = HEADER.format(id=f"ACME00{number}", name=name)
        if name == "broken-header":
            header = header.replace("severity: warning", "severity: fatal")
        path = tmp_path / "own" / f"ACME00{number}_{name.replace('-', '_')}.sql"
        path.write_text(header + sql + "\n", encoding="utf-8")
    return tmp_path


def check(folder: Path, *options: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    monkeypatch.setattr(base, "Limits", partial(Limits, seconds=0.3))
    arguments = ["check", str(folder), "--today", "2026-07-01", "--no-cache", *options]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False, standalone_mode=False)
    return result.return_value, result.stdout, result.stderr


def test_the_rest_of_the_run_goes_on(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = check(shop, "--format", "json", monkeypatch=monkeypatch)
    assert code == 2
    assert "a rule failed" in err
    report = json.loads(out)
    Draft202012Validator(json.loads((ROOT / "schemas" / "findings.schema.json").read_text())).validate(report)
    told = {
        f["name"]: f"{f['place']['path']}:{f['place']['line']}:{f['place']['column']}: {f['message']}"
        for f in report["failed"]
    }
    wanted = {name: said for name, (_, said) in RULES.items() if said}
    assert told.keys() == wanted.keys()
    assert [name for name, said in wanted.items() if said not in told[name]] == []
    assert report["summary"]["fatal"] is True
    found = {f["rule"] for f in report["findings"]}
    assert {"ACME000", "TP401"} <= found
    assert found.isdisjoint({f["rule"] for f in report["failed"]})


def test_people_see_the_line_and_the_cure(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = check(shop, monkeypatch=monkeypatch)
    assert code == 2
    block = out.partition("own/ACME001_unknown_table.sql\n")[2].partition("\n\n")[0]
    assert block.splitlines() == [
        "  13:6  error    ACME001 unknown-table  the rule failed: no such table: events",
        "      13 | FROM events",
        "         |      ^^^^^^",
        "         = did you mean 'event'?",
    ]
    assert "6 rules failed; " in out
    assert "ACME000 good  web/Order is called Order." in out


def test_failures_are_told_whatever_paths_are_asked_for(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = check(shop / "own", "--quiet", "--fail-on", "never", monkeypatch=monkeypatch)
    assert code == 2
    assert out.count("the rule failed") == 5


def test_a_rule_that_takes_too_much_memory_fails_alone(shop: Path, cli: Cli) -> None:
    for path in (shop / "own").glob("*.sql"):
        if "good" not in path.name:
            path.unlink()
    header = HEADER.format(id="ACME009", name="greedy")
    (shop / "own" / "ACME009_greedy.sql").write_text(header + GREEDY + "\n", encoding="utf-8")
    (shop / "trackplan.yaml").write_text("version: 1\nplans: [plan.yaml]\nrules: {extend: [own/]}\n", encoding="utf-8")
    program = (
        "import sys; from trackplan.facts import base; base._MEMORY = 50_000_000; from trackplan.running import run;"
        "sys.exit(run(sys.argv[1:]))"
    )
    run = cli("check", str(shop), "--no-cache", cwd=shop, program=(sys.executable, "-c", program))
    assert run.code == 2
    assert "ACME009 greedy  the rule failed: the query took too much memory" in run.out
    assert "ACME000 good  web/Order is called Order." in run.out
