"""`extend:`: a project takes on what another file of its repository says of judging, and of no other place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.test_since import FILES, PROJECT
from tests.test_tree_git import commit, git, write
from trackplan import project
from trackplan.errors import ProjectError
from trackplan.findings import Severity

OWN_RULE = """\
/*
id: ACME001
name: event-of-acme
title: An event
message: "{subject} is an event."
severity: warning
category: quality
cause: people
requires: [plans]
why: It is one.
fix: Nothing.
*/
SELECT id AS subject, place FROM event
"""
SHARED = """\
version: 1
dialect: duckdb
plans: [nothing/*.yaml]
baseline: shared-baseline.yaml
landing:
- {plan: web, convention: segment, schema: shared}
- {plan: elsewhere, convention: segment, schema: other}
policy:
  grace: 30 days
  minimum_coverage: 0.5
  retention: {no_such_table.*: 12 months}
rules:
  profile: strict-privacy
  extend: [company_rules/]
  ignore: [TP401]
  severity: {TP40: info, no-purpose: error}
  per_path: {"nothing/**": {TP1: off}}
"""
OWN = """\
version: 1
extend: ../shared.yaml
plans: [{path: plans/*.yaml}]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql]
consumers: [queries/*.sql]
landing: [{plan: web, convention: segment, schema: raw}]
policy: {grace: 60 days}
rules: {severity: {no-purpose: warning}, ignore: [TP402]}
"""
TODAY = ("--today", "2026-07-01")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {f"shop/{path}": text for path, text in FILES.items()})
    write(
        tmp_path,
        {"shared.yaml": SHARED, "shop/trackplan.yaml": OWN, "company_rules/ACME001_event_of_acme.sql": OWN_RULE},
    )
    commit(tmp_path)
    return tmp_path


def test_what_is_taken_on(top: Path) -> None:
    found = project.load(top / "shop" / "trackplan.yaml")
    assert found.dialect == "duckdb"
    assert found.extended == ("../shared.yaml",)
    assert [source.path for source in found.plans] == ["plans/*.yaml"]
    assert found.baseline == ""
    assert [(each.plan, each.schema) for each in found.landing] == [("web", "raw"), ("elsewhere", "other")]
    assert (found.policy.grace_days, found.policy.minimum_coverage) == (60, 0.5)
    assert found.rules.profile == "strict-privacy"
    assert found.rules.ignore == ("TP402",)  # a list is one thing
    assert found.rules.severity == {"TP40": Severity.INFO, "no-purpose": Severity.WARNING}
    assert found.rules.extend == ("../company_rules",)
    assert found.rules.per_path == {}
    assert found.rules.place("severity", "TP40", default=found.landing[0].place).path == "../shared.yaml"


def test_a_check_with_shared_rules(top: Path, cli: Cli) -> None:
    done = cli("check", *TODAY, "--format", "json", cwd=top / "shop")
    report = json.loads(done.out)
    assert done.code == 1, done.err
    assert "ACME001" in {finding["rule"] for finding in report["findings"]}
    assert not [finding for finding in report["findings"] if "no_such_table" in finding["message"]]


@pytest.mark.parametrize("place", ["work tree", "staged", "commit"])
def test_the_file_is_that_of_the_tree_that_is_looked_at(top: Path, cli: Cli, place: str) -> None:
    """The work tree says otherwise than the index, and that otherwise than the commit."""
    write(top, {"shared.yaml": SHARED.replace("company_rules/", "no_rules/")})
    git(top, "add", "-A")
    write(top, {"shared.yaml": "version: 1\nrules: {ignore: ["})
    shop = top / "shop"
    if place == "work tree":
        done = cli("check", *TODAY, cwd=shop)
        assert done.code == 2
        assert "../shared.yaml:" in done.err
    elif place == "staged":
        done = cli("check", *TODAY, "--staged", cwd=shop)
        assert done.code == 2
        assert "../shared.yaml:14:12: rules.extend names '../no_rules'" in done.err
        assert "extend: [no_rules/]" in done.err  # the line itself
    else:
        write(top, {"shared.yaml": SHARED})
        assert cli("check", *TODAY, "--since", "HEAD", cwd=shop).code == 0


def test_an_edit_of_the_shared_file_is_seen(top: Path, cli: Cli) -> None:
    shop = top / "shop"
    before = [cli("check", *TODAY, cwd=shop) for _ in range(2)]
    assert before[0] == before[1]
    assert "ACME001" in before[0].out
    write(top, {"shared.yaml": SHARED.replace("ignore: [TP401]", "ignore: [TP401]\n  packs: [gdpr]\n  select: [TP1]")})
    assert "ACME001" not in cli("check", *TODAY, cwd=shop).out


WRONG = {
    "extend: ../missing.yaml": "trackplan.yaml:2:9: there is no file ../missing.yaml",
    "extend: ../../outside.yaml": "trackplan.yaml:2:9: ../../outside.yaml lies outside of the repository",
    "extend: ../../../../../../../etc/passwd": "lies outside of the repository",
    "extend: /etc/passwd": "trackplan.yaml:2:9: '/etc/passwd' is no file that can be extended",
    "extend: ../*.yaml": "is no file that can be extended",
    "extend: ..": "trackplan.yaml:2:9: ..: this is a folder",
    "extend: ../link.yaml": "trackplan.yaml:2:9: there is no file ../link.yaml",
    "extend: [../shared.yaml]": "trackplan.yaml:2:1: 'extend' should be text",
    "extend: ../broken.yaml": "../broken.yaml:2:1: the key 'polcy' is not known",
    "extend: trackplan.yaml": "the files extend each other: trackplan.yaml -> trackplan.yaml",
    "extend: ../circle.yaml": "../circle.yaml:2:9: the files extend each other: trackplan.yaml -> ../circle.yaml -> ",
    "extend: ../newer.yaml": "../newer.yaml:1:10: this trackplan reads version 1, not 2",
    "extend: ../binary.yaml": "trackplan.yaml:2:9: ../binary.yaml: the file is binary",
    "extend: ../chain0.yaml": "more than 20 files extend one another",
}


@pytest.mark.parametrize(("line", "said"), WRONG.items(), ids=WRONG)
@pytest.mark.parametrize("staged", [False, True])
def test_what_cannot_be_extended(tmp_path: Path, cli: Cli, line: str, said: str, *, staged: bool) -> None:
    top = tmp_path / "top"
    write(
        top,
        {
            "shop/trackplan.yaml": f"version: 1\n{line}\n",
            "broken.yaml": "version: 1\npolcy: {}\n",
            "circle.yaml": "version: 1\nextend: shop/trackplan.yaml\n",
            "newer.yaml": "version: 2\nnew: 1\n",
            "shared.yaml": SHARED,
            "binary.yaml": "a\0b",
            **{f"chain{n}.yaml": f"version: 1\nextend: chain{n + 1}.yaml\n" for n in range(40)},
        },
    )
    write(tmp_path, {"outside.yaml": "version: 1\n"})
    (top / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    git(top, "init", "-q")
    git(top, "add", "-A")
    done = cli("check", *(["--staged"] if staged else []), cwd=top / "shop")
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_without_a_repository_the_folder_is_the_limit(tmp_path: Path) -> None:
    write(tmp_path, {"shared.yaml": SHARED, "shop/trackplan.yaml": OWN})
    with pytest.raises(ProjectError, match="lies outside of the repository"):
        project.load(tmp_path / "shop" / "trackplan.yaml")
    write(tmp_path, {"shop/shared.yaml": "version: 1\ndialect: duckdb\n"})
    write(tmp_path, {"shop/trackplan.yaml": PROJECT.replace("dialect: duckdb", "extend: shared.yaml")})
    assert project.load(tmp_path / "shop" / "trackplan.yaml").dialect == "duckdb"
