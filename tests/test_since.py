"""`--since` and `--staged`: what a change adds is what the full run finds now and did not find then."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Cli, Run
from tests.test_tree_git import commit, git, write
from trackplan.cli import app

PROJECT = """\
version: 1
dialect: duckdb
plans: [{path: plans/*.yaml}]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql]
models: [models/**/*.sql]
consumers: [queries/*.sql]
landing: [{plan: web, convention: segment, schema: raw}]
"""
WEB = """\
trackplan: 1
name: web
owner: team@example.com
events:
  Order Completed:
    description: An order was placed.
    properties:
      order_id: {type: string, required: true, description: Which order.}
"""
USE_CASES = """\
use_cases:
  - id: sales
    title: Know what sells
    owner: team@example.com
    outcome: {metric: revenue, goal: "+3 %"}
    stage: purchase
    horizon: 2027-06-30
    review_by: 2027-01-15
    legal_basis: legitimate-interests
    data_use: analytics.reporting
    retention: 13 months
    needs: ["Order Completed.order_id"]
"""
QUERY = "select order_id from raw.order_completed\n"
TABLE = "create table raw.order_completed (order_id text, coupon text, total double, step text, voucher text);\n"
FILES = {
    "trackplan.yaml": PROJECT,
    "plans/web.yaml": WEB,
    "use_cases.yaml": USE_CASES,
    "queries/sales.sql": QUERY,
    "warehouse.sql": TABLE.replace(", coupon text, total double, step text, voucher text", ""),
}
COUPON = WEB + "      coupon: {type: string, description: Which coupon.}\n"
TODAY = ("--today", "2026-07-01")


class Check(Protocol):
    """Runs `trackplan check` in the folder."""

    def __call__(self, *options: str) -> Run:
        """How it ended."""


@pytest.fixture
def check(folder: Path, cli: Cli) -> Check:
    return lambda *options: cli("check", *TODAY, *options, cwd=folder)


def found(folder: Path, *options: str) -> Counter[str]:
    arguments = ["check", str(folder), *TODAY, "--format", "json", "--no-cache", *options]
    report = json.loads(CliRunner().invoke(app, arguments, catch_exceptions=False).stdout)
    return Counter(finding["fingerprint"] for finding in report["findings"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, FILES)
    commit(tmp_path)
    return tmp_path


FIELDS = st.dictionaries(st.sampled_from(["coupon", "email", "Total", "step", "note"]), st.booleans(), max_size=4)
EVENTS = st.dictionaries(st.sampled_from(["Order Completed", "Cart Viewed", "signup"]), FIELDS, min_size=1)


def files(events: dict[str, dict[str, bool]], read: list[str], needed: list[str], where: str) -> dict[str, str]:
    """A project of these events; fields are described or not."""
    plan = WEB.split("events:")[0] + "events:\n"
    for event, fields in events.items():
        plan += f"  {event}:\n    properties:\n      order_id: {{type: string}}\n"
        for name, described in fields.items():
            plan += f"      {name}: {{type: string{', description: Which it is.' if described else ''}}}\n"
    columns = "".join(f", {name}" for name in read)
    needs = json.dumps([f"Order Completed.{name}" for name in needed] or ["Order Completed.order_id"])
    return {
        **FILES,
        "warehouse.sql": TABLE,
        "plans/web.yaml": plan,
        "use_cases.yaml": USE_CASES.replace('["Order Completed.order_id"]', needs),
        f"{where}/sales.sql": f"select order_id{columns} from raw.order_completed\n",
    }


NAMES = st.lists(st.sampled_from(["coupon", "Total", "step"]), max_size=2, unique=True)
PROJECTS = st.builds(files, EVENTS, NAMES, NAMES, st.sampled_from(["queries", "models", "models/deep"]))


@settings(max_examples=12, deadline=None)
@given(PROJECTS, PROJECTS, PROJECTS)
def test_what_is_new_is_what_is_found_now_without_what_was_found_then(
    then: dict[str, str], staged: dict[str, str], now: dict[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q", "-b", "main")
        write(folder, then)
        commit(folder)
        before = found(folder)
        replace(folder, staged)
        git(folder, "add", "-A")
        between = found(folder)
        replace(folder, now)
        after = found(folder)
        assert found(folder, "--since", "HEAD") == after - before
        assert found(folder, "--staged") == between
        assert found(folder, "--staged", "--since", "HEAD") == between - before


def replace(folder: Path, content: dict[str, str]) -> None:
    """Make these the only files."""
    for path in sorted(folder.rglob("*.*")):
        if ".git" not in path.parts and path.is_file():
            path.unlink()
    write(folder, content)


def test_old_findings_pass_and_new_waste_fails(folder: Path, check: Check) -> None:
    write(folder, {"plans/web.yaml": COUPON})
    commit(folder)
    assert check().code == 1
    assert check("--since", "HEAD").code == 0
    write(folder, {"plans/web.yaml": COUPON + "      voucher: {type: string, description: Which voucher.}\n"})
    result = check("--since", "HEAD")
    assert result.code == 1
    assert "voucher" in result.out
    assert "Only what is new since HEAD is listed; 4 older findings are not." in result.out
    assert "Only what is new since HEAD is listed." in check("--since", "HEAD", "--select", "TP3").out


def test_moving_and_reordering_adds_nothing(folder: Path) -> None:
    write(folder, {"plans/web.yaml": COUPON})
    commit(folder)
    (folder / "plans/web.yaml").rename(folder / "plans/moved.yaml")
    write(folder, {"plans/moved.yaml": "# a comment\n\n" + COUPON, "queries/sales.sql": "\n\n" + QUERY})
    assert found(folder, "--since", "HEAD") == Counter()


def test_what_is_staged_is_shown_as_it_is_staged(folder: Path, check: Check) -> None:
    write(folder, {"plans/web.yaml": COUPON})
    git(folder, "add", "-A")
    write(folder, {"plans/web.yaml": "not: [a plan"})
    result = check("--staged", "--quiet")
    assert result.code == 1
    assert "coupon: {type: string" in result.out
    assert check().code == 2


def test_a_project_that_was_not_there_adds_all_it_has(folder: Path, check: Check) -> None:
    git(folder, "rm", "-q", "--cached", "trackplan.yaml")
    git(folder, "commit", "-q", "-m", "without")
    write(folder, {"plans/web.yaml": COUPON})
    assert found(folder, "--since", "HEAD") == found(folder)
    result = check("--staged")
    assert result.code == 2
    assert "trackplan.yaml: there is no such file" in result.err


@pytest.mark.parametrize("options", [("--since", "nowhere"), ("--since=-x",)])
def test_a_revision_that_is_not_there(check: Check, options: tuple[str, ...]) -> None:
    result = check(*options)
    assert result.code == 2
    assert "nowhere" in result.err or "-x" in result.err
    assert "Traceback" not in result.err


def test_without_git_it_is_told(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, FILES)
    for options in (("--since", "HEAD"), ("--staged",)):
        result = cli("check", *options, cwd=tmp_path)
        assert result.code == 2
        assert "does not lie in a git repository" in result.err
