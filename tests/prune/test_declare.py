"""Data that is used for no declared purpose: a use case to fill in, with the evidence."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import TODAY
from tests.prune.test_proposals import USE_CASES, all_proposed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

TAKES = "select email, variant from raw.signed_up\n"
TITLE = 'Say what query.letters takes web/"Signed Up".email and web/"Signed Up".variant for'


def declared(cli: Cli, folder: Path, **files: str) -> Any:
    """The drafts for the small project, by their titles."""
    return {p["title"]: p for p in all_proposed(cli, folder, **files) if p["action"] == "declare"}


def found(cli: Cli, folder: Path) -> set[tuple[str, str]]:
    """What a check finds: rules and subjects."""
    done = cli("check", "--format", "json", "--today", TODAY, cwd=folder)
    return {(f["rule"], f["subject"]) for f in json.loads(done.out)["findings"]}


def test_each_consumer_without_a_purpose_gets_a_use_case_to_fill_in(tmp_path: Path, cli: Cli) -> None:
    proposal = declared(cli, tmp_path, queries__letters_sql=TAKES)[TITLE]
    assert proposal["action"] == "declare"
    assert [s["id"] for s in proposal["subjects"]] == ['web/"Signed Up".email', 'web/"Signed Up".variant']
    assert proposal["why"] == ["query.letters (queries/letters.sql) uses it, and no active use case needs it"]
    assert [gain["id"] for gain in proposal["privacy"]] == ['web/"Signed Up".email']
    assert proposal["files"] == ["use_cases.yaml"]
    assert (proposal["wave"], proposal["proof"]["grade"]) == ("", "unproved")
    assert len(proposal["blockers"]) == 1


@pytest.mark.parametrize("use_cases", [USE_CASES, USE_CASES.replace("\n", "\r\n"), USE_CASES.rstrip("\n")])
def test_the_draft_is_read_and_justifies_nothing_until_somebody_makes_it_active(
    use_cases: str, tmp_path: Path, cli: Cli, clean_env: dict[str, str]
) -> None:
    proposal = declared(cli, tmp_path, queries__letters_sql=TAKES, use_cases_yaml=use_cases)[TITLE]
    before = found(cli, tmp_path)
    file = tmp_path / "use_cases.yaml"
    old = file.read_bytes()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True, env=clean_env)
    assert cli("prune", "--today", TODAY, cwd=tmp_path).code == 0
    diff = f"proposals/{proposal['diff']}"
    subprocess.run(["git", "apply", diff], cwd=tmp_path, check=True, env=clean_env)
    assert file.read_bytes().startswith(old)
    fresh = found(cli, tmp_path) - before
    assert {subject for _, subject in fresh} == {"purpose-of-query-letters"}  # it is not complete yet
    assert before <= found(cli, tmp_path)
    assert ("TP108", 'web/"Signed Up".email') in before
    active = file.read_text(encoding="utf-8").replace("status: proposed", "status: active")
    file.write_text(active, encoding="utf-8")
    assert not {rule for rule, subject in found(cli, tmp_path) if "email" in subject} & {"TP108", "TP001", "TP201"}


def test_a_list_in_flow_style_is_left_to_people(tmp_path: Path, cli: Cli) -> None:
    flow = "use_cases: [{id: grow, title: Grow, needs: [Signed Up.source, raw.signed_up.received_at]}]\n"
    proposal = declared(cli, tmp_path, queries__letters_sql=TAKES, use_cases_yaml=flow)[TITLE]
    assert proposal["files"] == []
    assert any("block style" in blocker for blocker in proposal["blockers"])


def test_what_is_taken_by_a_star_alone_is_no_evidence(tmp_path: Path, cli: Cli) -> None:
    assert declared(cli, tmp_path, queries__letters_sql="select * from raw.signed_up\n") == {}


def test_nothing_is_drafted_where_all_that_is_used_is_needed(tmp_path: Path, cli: Cli) -> None:
    assert declared(cli, tmp_path) == {}
