"""`trackplan diff`: what came, went and was altered between two states of a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import ROOT, Cli
from tests.test_since import COUPON, FILES, WEB
from tests.test_tree_git import commit, git, write

TODAY = ("--today", "2026-07-01")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {**FILES, "plans/web.yaml": COUPON})
    commit(tmp_path)
    return tmp_path


def changes(cli: Cli, folder: Path, *sides: str) -> list[dict[str, Any]]:
    done = cli("diff", *sides, "--format", "json", *TODAY, cwd=folder)
    assert done.code == 0, done.said
    found = json.loads(done.out)
    jsonschema.validate(found, json.loads((ROOT / "schemas/difference.schema.json").read_text(encoding="utf-8")))
    return list(found["changes"])


def told(cli: Cli, folder: Path, *sides: str) -> list[tuple[str, str, str]]:
    return [(c["action"], c["id"], c["was"]) for c in changes(cli, folder, *sides)]


def test_nothing_changed(folder: Path, cli: Cli) -> None:
    write(folder, {"plans/web.yaml": "# moved down\n" + COUPON})
    done = cli("diff", "HEAD", *TODAY, cwd=folder)
    assert (done.code, done.out) == (0, "Nothing that is collected changes.\n")


def test_a_field_comes_with_its_purpose_and_one_goes(folder: Path, cli: Cli) -> None:
    step = "      step: {type: integer, sensitivity: personal, description: The step.}\n"
    use_cases = FILES["use_cases.yaml"].replace('"Order Completed.order_id"', '"Order Completed.{order_id, step}"')
    write(folder, {"plans/web.yaml": WEB + step, "use_cases.yaml": use_cases})
    done = cli("diff", "HEAD", *TODAY, cwd=folder)
    assert done.out == (
        '- field web/"Order Completed".coupon\n'
        '+ field web/"Order Completed".step: type integer, sensitivity personal, purposes sales\n'
        "\n1 field added, 1 field removed.\n"
    )


def test_what_is_altered(folder: Path, cli: Cli) -> None:
    write(
        folder,
        {"plans/web.yaml": COUPON.replace("{type: string, description: Which", "{type: number, description: Which")},
    )
    write(folder, {"use_cases.yaml": FILES["use_cases.yaml"].replace("13 months", "25 months")})
    case, field = changes(cli, folder, "HEAD")
    assert (case["kind"], case["changes"]) == ("use case", {"retention": {"before": "13 months", "after": "25 months"}})
    assert (field["id"], field["changes"]) == (
        'web/"Order Completed".coupon',
        {"type": {"before": "string", "after": "number"}},
    )


def test_a_renaming_is_a_guess(folder: Path, cli: Cli) -> None:
    write(folder, {"plans/web.yaml": COUPON.replace("      coupon:", "      voucher:")})
    assert told(cli, folder, "HEAD") == [
        ("renamed", 'web/"Order Completed".voucher', 'web/"Order Completed".coupon'),
    ]
    assert '(probably web/"Order Completed".coupon before)' in cli("diff", "HEAD", *TODAY, cwd=folder).out
    write(folder, {"plans/web.yaml": COUPON.replace("Order Completed:", "Order Placed:")})
    assert told(cli, folder, "HEAD")[0] == ("renamed", 'web/"Order Placed"', 'web/"Order Completed"')
    write(folder, {"plans/web.yaml": COUPON.replace("      coupon: {type: string, ", "      gift: {type: number, ")})
    assert [action for action, _, _ in told(cli, folder, "HEAD")] == ["removed", "added"]


def test_an_event_that_goes_is_told_once(folder: Path, cli: Cli) -> None:
    write(folder, {"plans/web.yaml": COUPON.split("events:")[0] + "events: {}\n"})
    assert told(cli, folder, "HEAD") == [("removed", 'web/"Order Completed"', "")]


def test_between_files_folders_and_revisions(folder: Path, cli: Cli) -> None:
    write(folder, {"plans/web.yaml": WEB})
    commit(folder)
    expected = [("removed", 'web/"Order Completed".coupon', "")]
    assert told(cli, folder, "HEAD~1", "HEAD") == expected
    write(folder, {"old/web.yaml": COUPON, "old/readme.yaml": "nothing: here\n"})
    assert told(cli, folder, "old", "plans") == expected
    assert told(cli, folder, "old/web.yaml", "plans/web.yaml") == expected
    assert told(cli, folder, "HEAD~1", ".") == expected


def test_a_plan_is_not_compared_with_a_project(folder: Path, cli: Cli) -> None:
    for sides in (["plans/web.yaml"], ["plans"], ["HEAD", "plans/web.yaml"], ["plans", "."]):
        done = cli("diff", *sides, cwd=folder)
        assert (done.code, done.out) == (2, "")
        assert "Name two plans (`trackplan diff OLD NEW`)" in done.err
    assert told(cli, folder, ".") == []


@pytest.mark.parametrize("side", ["nowhere", "-x"])
def test_a_side_that_is_not_there(folder: Path, cli: Cli, side: str) -> None:
    done = cli("diff", "--", side, cwd=folder)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_markdown_holds_no_markup_of_others(folder: Path, cli: Cli) -> None:
    write(folder, {"plans/web.yaml": WEB + "      '<b>|x': {type: string, description: d}\n"})
    done = cli("diff", "HEAD", "--format", "markdown", *TODAY, cwd=folder)
    assert "<b>" not in done.out
    assert "\\<b\\>\\|x" in done.out
