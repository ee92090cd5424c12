"""`check --fix`: what is mended, that nothing else is touched, and what is told."""

from __future__ import annotations

import json
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import TODAY
from trackplan import fixing, pipeline, project
from trackplan.edits import disk
from trackplan.errors import TrackplanError
from trackplan.tree.overlay import Overlay

if TYPE_CHECKING:
    from tests.conftest import Cli, Run
    from trackplan.findings import Report

PROJECT = """\
version: 1
plans: [plan.yaml]
use_cases: [cases.yaml]
warehouse: [ddl.sql]
models: [models/*.sql]
consumers: [dashboards/*.sql]   # who looks
landing: [{plan: web, convention: segment, schema: raw}]
"""
PLAN = """\
trackplan: 1
name: web
owner: ada
events:
  Added:
    description: Something was added
    properties:
      &sku sku: {type: string, description: The piece}
      qty: {type: integer, description: 'How many'}
      email: {type: string, description: Who}
"""
CASES = """\
use_cases:
- id: sell
  title: Sell more
  owner: ada
  legal_basis: consent
  needs: [Added.sku, "Added.qty"]   # all of it
  consumers: [dashboard.pieces]
"""
SOURCE = "FROM raw.added\n"
FILES = {
    "trackplan.yaml": PROJECT,
    "plan.yaml": PLAN,
    "cases.yaml": CASES,
    "ddl.sql": "CREATE TABLE raw.added (sku text, qty int, email text);\n",
    "models/m.sql": "SELECT sku, qty FROM raw.added\n",
    "dashboards/pieces.sql": "SELECT sku, qty FROM m\n",
}


def written(folder: Path, **files: str) -> None:
    for name, text in (FILES | {path.replace("__", "/").replace("_sql", ".sql").replace("_yaml", ".yaml"): text
                                for path, text in files.items()}).items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


def content(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def check(cli: Cli, folder: Path, *arguments: str) -> Run:
    return cli("check", "--today", TODAY, "--no-cache", *arguments, cwd=folder)


def found(cli: Cli, folder: Path, *arguments: str) -> list[str]:
    """Rule and subject of all findings."""
    data = json.loads(check(cli, folder, "--format", "json", *arguments).out)
    return [f"{each['rule']} {each['subject']}" for each in data["findings"]]


STALE = {
    # text before → text after, of one file
    "alone on its line": (
        PLAN.replace("      qty", "      # trackplan: ignore[TP405] why\n      qty"), PLAN,
    ),
    "behind code": (PLAN.replace("The piece}", "The piece}   # trackplan: ignore[TP405] why"), PLAN),
    "behind another remark": (
        PLAN.replace("'How many'}", "'How many'}  # a remark # trackplan: ignore[TP405] why"),
        PLAN.replace("'How many'}", "'How many'}  # a remark"),
    ),
    "for the whole file": (f"# trackplan: ignore-file[TP405] why\n{PLAN}", PLAN),
    "in the last line without an end": (PLAN + "# trackplan: ignore-file[TP405] why", PLAN),
    "with Windows ends of lines": (
        PLAN.replace("      qty", "      # trackplan: ignore[TP405] why\n      qty").replace("\n", "\r\n"),
        PLAN.replace("\n", "\r\n"),
    ),
    "behind a byte order mark": (f"\ufeff# trackplan: ignore-file[TP405] why\n{PLAN}", f"\ufeff{PLAN}"),
}  # fmt: skip


@pytest.mark.parametrize("name", STALE)
def test_a_suppression_that_silences_nothing_goes_and_nothing_else(name: str, tmp_path: Path, cli: Cli) -> None:
    before, after = STALE[name]
    written(tmp_path, plan_yaml=before)
    assert any(each.startswith("TP008") for each in found(cli, tmp_path))
    run = check(cli, tmp_path, "--fix")
    assert (tmp_path / "plan.yaml").read_bytes().decode() == after
    assert run.err.startswith("Fixed 1 finding in 1 file (TP008); ")
    assert "TP008" not in run.out


def test_suppressions_in_sql_and_the_project_file_go(tmp_path: Path, cli: Cli) -> None:
    project = PROJECT + "suppressions:\n  - {rules: [TP405], path: 'plan.yaml', reason: old}\n"
    written(
        tmp_path,
        trackplan_yaml=project,
        models__m_sql="-- trackplan: ignore[TP002] w\nSELECT sku, /* trackplan: ignore[TP003] w */ qty\n" + SOURCE,
    )
    run = check(cli, tmp_path, "--fix")
    assert (tmp_path / "trackplan.yaml").read_text() == PROJECT
    assert (tmp_path / "models/m.sql").read_text() == "SELECT sku,  qty\n" + SOURCE
    assert "(TP008 3 times)" in run.err


def test_stale_entries_of_the_baseline_go_and_counts_sink(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path)
    cli("baseline", "--today", TODAY, cwd=tmp_path)
    kept = (tmp_path / "trackplan-baseline.yaml").read_text()
    lines = kept.splitlines(keepends=True)
    assert len(lines) > 7
    gone = '- {"rule": "TP102", "subject": "web/Added.gone", "reason": "audit"}\n'
    counted = lines[6].replace("}", ', "count": 3}')
    text = "".join([*lines[:6], gone, counted, "# a remark\n", *lines[7:], gone.replace("gone", "more")])
    (tmp_path / "trackplan-baseline.yaml").write_text(text)
    run = check(cli, tmp_path, "--fix")
    assert "(TP009 3 times)" in run.err
    assert (tmp_path / "trackplan-baseline.yaml").read_text() == kept.replace(lines[7], "# a remark\n" + lines[7], 1)
    assert (run.code, found(cli, tmp_path)) == (0, [])


NAMES = {
    "a word of the taxonomy": (
        "cases.yaml",
        "legal_basis: consent",
        "legal_basis: 'Consent'",
        "legal_basis: 'consent'",
    ),
    "a key of the project": ("trackplan.yaml", "use_cases: [", '"Use-Cases": [', '"use_cases": ['),
    "the plan of a landing": ("trackplan.yaml", "{plan: web,", "{plan: WEB,", "{plan: web,"),
    "a consumer": ("cases.yaml", "dashboard.pieces]", "Dashboard.Pieces]", "dashboard.pieces]"),
    "a field": ("cases.yaml", '"Added.qty"]', '"added.Qty"]', '"Added.qty"]'),
    "a field of several": ("cases.yaml", '"Added.qty"]', '"Added.{ Qty }"]', '"Added.{ qty }"]'),
    "a key of a plan": ("plan.yaml", "    description: Some", "    Description: Some", "    description: Some"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_differs_in_case_alone_is_corrected(name: str, tmp_path: Path, cli: Cli) -> None:
    path, right, wrong, corrected = NAMES[name]
    written(tmp_path)
    expected = found(cli, tmp_path)
    before = content(tmp_path)
    text = FILES[path]
    assert text.count(right) == 1
    (tmp_path / path).write_text(text.replace(right, wrong))
    run = check(cli, tmp_path, "--fix")
    assert run.err.startswith("Fixed 1 finding in 1 file ("), run.said
    assert content(tmp_path) == before | {path: text.replace(right, corrected).encode()}
    assert found(cli, tmp_path) == expected


def test_the_likeliest_name_is_only_written_when_asked_for(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path, cases_yaml=CASES.replace("dashboard.pieces", "dashboard.peices"))
    run = check(cli, tmp_path, "--fix")
    assert run.err.startswith("Nothing to fix; ")
    assert "of them with --fix --unsafe" in run.err
    assert "dashboard.peices" in (tmp_path / "cases.yaml").read_text()
    assert "TP208" in check(cli, tmp_path, "--fix", "--unsafe", "--select", "TP208").err
    assert (tmp_path / "cases.yaml").read_text() == CASES


def test_two_names_that_differ_in_case_alone_are_not_chosen_between(tmp_path: Path, cli: Cli) -> None:
    plan = (
        PLAN + "  ADDED:\n    description: The same once more\n    properties: {sku: {type: string, description: d}}\n"
    )
    cases = CASES.replace("Added.sku, ", "aDDed.sku, ")
    written(tmp_path, plan_yaml=plan, cases_yaml=cases)
    for extra in ((), ("--unsafe",)):
        check(cli, tmp_path, "--fix", "--select", "TP201", *extra)
        assert (tmp_path / "cases.yaml").read_text() == cases


def test_a_sensitivity_is_declared_when_asked_for(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path)
    assert "TP303" not in check(cli, tmp_path, "--fix").err
    assert (tmp_path / "plan.yaml").read_text() == PLAN
    run = check(cli, tmp_path, "--fix", "--unsafe", "--select", "TP303")
    assert run.err.startswith("Fixed 1 finding in 1 file (TP303); 0 left")
    declared = "email: {type: string, description: Who, sensitivity: personal}"
    assert (tmp_path / "plan.yaml").read_text() == PLAN.replace("email: {type: string, description: Who}", declared)


def test_an_expired_suppression_goes_when_asked_for(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path, plan_yaml=PLAN.replace("Who}", "Who}  # trackplan: ignore[TP102] why, until 2026-01-01"))
    assert "TP007" in " ".join(found(cli, tmp_path))
    check(cli, tmp_path, "--fix")
    assert "ignore[TP102]" in (tmp_path / "plan.yaml").read_text()
    check(cli, tmp_path, "--fix", "--unsafe", "--select", "TP007")
    assert (tmp_path / "plan.yaml").read_text() == PLAN


def many(folder: Path) -> None:
    """A project with several things to mend."""
    written(
        folder,
        plan_yaml=STALE["behind code"][0].replace("\n", "\r\n"),
        cases_yaml=CASES.replace("consent", "Consent").replace("pieces", "Pieces"),
    )


def test_a_diff_changes_nothing_and_git_takes_it(tmp_path: Path, cli: Cli) -> None:
    shown, fixed = tmp_path / "repository" / "shop", tmp_path / "fixed"
    many(shown)
    many(fixed)
    before = content(shown)
    run = check(cli, shown, "--diff")
    assert run.code == 1
    assert run.err.startswith("Would fix 3 findings in 2 files (TP001, TP008, TP208); ")
    assert content(shown) == before
    check(cli, fixed, "--fix")
    subprocess.run(["git", "init", "-q"], cwd=shown.parent, check=True)
    patch = check(cli, shown, "--diff").stdout
    subprocess.run(["git", "apply", "-p1", "-"], cwd=shown.parent, input=patch, check=True)
    assert content(shown) == content(fixed) != before
    again = check(cli, shown, "--diff")
    assert (again.code, again.out) == (0, "")
    assert again.err.startswith("Nothing to fix; ")


def test_a_diff_can_go_to_a_file(tmp_path: Path, cli: Cli) -> None:
    many(tmp_path / "shop")
    run = check(cli, tmp_path / "shop", "--diff", "--quiet", "--output", str(tmp_path / "fix.patch"))
    assert (run.code, run.said) == (1, "")
    assert (tmp_path / "fix.patch").read_text().startswith("diff --git a/cases.yaml b/cases.yaml\n")


def test_what_is_left_is_what_a_check_finds_then(tmp_path: Path, cli: Cli) -> None:
    many(tmp_path)
    run = check(cli, tmp_path, "--fix", "--format", "json")
    told = json.loads(run.out)
    assert (run.code, told) == (1, json.loads(check(cli, tmp_path, "--format", "json").out))
    before = content(tmp_path)
    assert check(cli, tmp_path, "--fix").err.startswith("Nothing to fix; ")
    assert content(tmp_path) == before


def test_paths_and_rules_say_what_is_mended(tmp_path: Path, cli: Cli) -> None:
    many(tmp_path)
    run = check(cli, tmp_path, "--fix", "--ignore", "TP008,TP001", "plan.yaml")
    assert "Nothing to fix" in run.err
    many(tmp_path)
    check(cli, tmp_path, "--fix", "--select", "TP001")
    assert "Consent" not in (tmp_path / "cases.yaml").read_text()
    assert "Pieces" in (tmp_path / "cases.yaml").read_text()
    check(cli, tmp_path, "--fix", "plan.yaml")
    assert (tmp_path / "plan.yaml").read_bytes().decode() == PLAN.replace("\n", "\r\n")
    assert "Pieces" in (tmp_path / "cases.yaml").read_text()


def test_what_rests_on_what_is_not_found_waits_until_all_can_be_read(tmp_path: Path, cli: Cli) -> None:
    plan = STALE["behind code"][0]
    written(tmp_path, plan_yaml=plan, cases_yaml="use_cases: [\n")
    run = check(cli, tmp_path, "--fix")
    assert run.code == 2
    assert (tmp_path / "plan.yaml").read_text() == plan


def test_a_project_file_that_no_fix_helps_is_told(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path, trackplan_yaml=PROJECT + "nonsense: 1\n")
    before = content(tmp_path)
    run = check(cli, tmp_path, "--fix")
    assert (run.code, run.out) == (2, "")
    assert "nonsense: 1" in run.err
    assert content(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fix", "--staged"], "git add"),
        (["--fix", "--since", "HEAD"], "without --since"),
        (["--diff", "--staged"], "--diff works on the files as they are"),
        (["--unsafe"], "--unsafe goes with --fix or --diff"),
        (["--diff", "--format", "json"], "Leave out --format"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], said: str, tmp_path: Path, cli: Cli) -> None:
    many(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    before = content(tmp_path)
    run = check(cli, tmp_path, *arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert content(tmp_path) == before


def test_a_fix_is_never_answered_from_the_cache(tmp_path: Path, cli: Cli) -> None:
    arguments = ("check", "--today", TODAY, "--cache-dir", str(tmp_path / "cache"), "--fix")
    for _ in range(3):
        many(tmp_path / "shop")
        assert cli(*arguments, cwd=tmp_path / "shop").err.startswith("Fixed 3 findings")


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("old\n")
    (tmp_path / "b.yaml").write_text("changed\n")
    (tmp_path / "a.yaml").chmod(0o640)
    with pytest.raises(TrackplanError, match=r"b\.yaml has changed meanwhile"):
        disk.write_all(tmp_path, {"a.yaml": ("old\n", "new\n"), "b.yaml": ("old\n", "new\n")})
    assert content(tmp_path) == {"a.yaml": b"old\n", "b.yaml": b"changed\n"}
    (tmp_path / "link.yaml").symlink_to("a.yaml")
    disk.write_all(tmp_path, {"link.yaml": ("old\n", "\ufeffnew\r\n")})
    assert (tmp_path / "a.yaml").read_bytes() == b"\xef\xbb\xbfnew\r\n"
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640
    with pytest.raises(TrackplanError, match="cannot write"):
        disk.write_all(tmp_path, {"none.yaml": ("", "new\n")})


def replaced(text: str, replacements: list[dict[str, Any]]) -> str:
    """A text with the replacements of a SARIF fix."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for each in sorted(replacements, key=lambda r: -r["deletedRegion"]["startLine"]):
        region = each["deletedRegion"]
        start, end = (starts[region[f"{k}Line"] - 1] + region[f"{k}Column"] - 1 for k in ("start", "end"))
        text = text[:start] + each["insertedContent"]["text"] + text[end:]
    return text


def test_sarif_tells_the_fixes(tmp_path: Path, cli: Cli) -> None:
    many(tmp_path)
    log = json.loads(check(cli, tmp_path, "--format", "sarif").out)
    fixes = {each["ruleId"]: each["fixes"] for each in log["runs"][0]["results"] if "fixes" in each}
    assert fixes.keys() >= {"TP001"}  # the others have to wait for it
    check(cli, tmp_path, "--fix", "--select", "TP001")
    log = json.loads(check(cli, tmp_path, "--format", "sarif").out)
    fixes = {each["ruleId"]: each["fixes"] for each in log["runs"][0]["results"] if "fixes" in each}
    assert fixes.keys() == {"TP008", "TP208", "TP303"}
    (change,) = fixes["TP008"][0]["artifactChanges"]
    text = (tmp_path / change["artifactLocation"]["uri"]).read_bytes().decode()
    assert replaced(text, change["replacements"]) == PLAN.replace("\n", "\r\n")
    assert "look at it" in fixes["TP303"][0]["description"]["text"]


def test_a_rule_of_the_projects_own_may_name_a_fixer(tmp_path: Path, cli: Cli) -> None:
    rule = """\
/*
id: ACME001
name: no-owner
title: A field without an owner
message: "{subject} has no owner."
severity: warning
category: quality
cause: people
requires: [plans]
why: Somebody must answer for it.
fix: "Write `owner: ada` if she answers for it."
fixer: {edit: write-key, safe: false}
*/
SELECT id AS subject, place FROM field WHERE name = 'email' AND owner <> 'grace'
"""
    written(tmp_path, trackplan_yaml=PROJECT + "rules: {extend: [own/]}\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "ACME001_no_owner.sql").write_text(rule)
    check(cli, tmp_path, "--fix", "--unsafe", "--select", "ACME001")
    assert "email: {type: string, description: Who, owner: ada}" in (tmp_path / "plan.yaml").read_text()
    said = cli("explain", "ACME001", cwd=tmp_path).out
    assert "--fix --unsafe" in said


REMARKS = [
    "# trackplan: ignore[TP405] why",
    "# trackplan: ignore[TP102] why",
    "# trackplan: ignore[TP401, TP303] why",
    "# note",
]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_only_lines_with_something_to_mend_change(data: st.DataObject) -> None:
    """Whatever remarks stand where: what is left is quiet, what was of use stays, and a second run changes nothing."""
    eol = data.draw(st.sampled_from(["\n", "\r\n"]))
    lines = []
    for line in PLAN.splitlines():
        above, behind = (data.draw(st.sampled_from(["", "", *REMARKS])) for _ in range(2))
        lines += [f"      {above}"] if above else []
        lines.append(f"{line}  {behind}" if behind else line)
    before = data.draw(st.sampled_from(["", "\ufeff"])) + eol.join(lines) + data.draw(st.sampled_from(["", eol]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        written(folder, plan_yaml=before)
        first = looked(Overlay(folder, {}))
        fixed = fixing.fix(folder, looked, lambda _: True, unsafe=False)
        left = [finding.fingerprint for finding in first.findings if finding.rule != "TP008"]
        assert [finding.fingerprint for finding in fixed.report.findings] == left
        stale = len(first.findings) - len(left)
        assert fixed.mended.total() == stale
        after = fixed.texts.get("plan.yaml", (before, before))[1]
        assert fixed.texts.keys() == ({"plan.yaml"} if stale else set())
        assert after.count("trackplan: ignore") == before.count("trackplan: ignore") - stale
        assert after.count("# note") == before.count("# note")
        code = [line.partition("#")[0].rstrip() for line in after.removeprefix("\ufeff").split(eol)]
        assert [line for line in code if line] == PLAN.splitlines()
        assert after.startswith("\ufeff") == before.startswith("\ufeff")
        disk.write_all(folder, fixed.texts)
        assert (folder / "plan.yaml").read_bytes() == after.encode()
        assert fixing.fix(folder, looked, lambda _: True, unsafe=False).texts == {}


def looked(tree: Overlay) -> Report:
    return pipeline.check(project.read(tree, "trackplan.yaml"), date.fromisoformat(TODAY))
