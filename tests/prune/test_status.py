"""What became of proposals: records that are kept, and what is proposed, merged, dropped, turned down or overdue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.prune.test_proposals import EMAIL, PLAN, PROJECT, QUERY, VARIANT, proposed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

STONES = "tombstones:\n  - {id: web/Old.thing, pruned: 2026-01-01}\n"


def states(cli: Cli, folder: Path, day: str) -> Any:
    done = cli("prune", "--status", "--format", "json", "--today", day, cwd=folder)
    assert done.code == 0, done.said
    return {each["title"]: each for each in json.loads(done.out)["records"]}


@pytest.fixture
def shop(tmp_path: Path, cli: Cli) -> Path:
    """The small project with its records, since the first of November."""
    plan = PLAN.replace("    volume: 1000000\n", "    introduced: 2024-03-01\n")
    (tmp_path / "gone.yaml").write_text(STONES, encoding="utf-8")
    proposed(cli, tmp_path, plan_yaml=plan, trackplan_yaml=PROJECT + "tombstones: [gone.yaml]\n")
    assert cli("prune", "--today", "2026-11-01", cwd=tmp_path).code == 0
    return tmp_path


def test_what_is_merged_is_known_by_the_project_and_what_follows_gets_overdue(shop: Path, cli: Cli) -> None:
    id_ = states(cli, shop, "2026-11-01")[EMAIL]["proposal"]
    assert {each["state"] for each in states(cli, shop, "2027-11-01").values()} == {"proposed"}
    assert cli("prune", "--apply", id_, "--today", "2026-11-03", cwd=shop).code == 0
    now = states(cli, shop, "2026-11-10")
    assert (now[EMAIL]["state"], now[EMAIL]["merged"], now[VARIANT]["state"]) == ("merged", "2026-11-03", "proposed")
    assert now[EMAIL]["overdue"] == [{"stage": "stop landing", "on": "2026-11-08"}]
    assert cli("prune", "--today", "2026-11-10", cwd=shop).code == 0
    page = (shop / "proposals" / "records" / f"{id_}.md").read_text(encoding="utf-8")
    for line in ("State: merged", "Collected since: 2024-03-01", "First proposed: 2026-11-01", "merged: 2026-11-03"):
        assert line in page
    assert "personal data (user.contact.email)" in page
    assert f"{id_}  stop landing  2026-11-08" in cli("prune", "--status", "--today", "2026-11-10", cwd=shop).out
    taken = "{{proposal: {}, stage: {}, on: 2026-12-01, by: ada@example.com}}"
    steps = ", ".join(taken.format(id_, stage) for stage in ("stop landing", "quarantine"))
    project = PROJECT + "tombstones: [gone.yaml]\n"
    (shop / "trackplan.yaml").write_text(project + f"prune: {{done: [{steps}]}}\n", encoding="utf-8")
    now = states(cli, shop, "2026-12-18")
    assert [each["stage"] for each in now[EMAIL]["overdue"]] == ["drop"]
    assert now[EMAIL]["decided_by"] == "ada@example.com"
    steps += ", " + taken.format(id_, "drop")
    (shop / "trackplan.yaml").write_text(project + f"prune: {{done: [{steps}]}}\n", encoding="utf-8")
    assert (states(cli, shop, "2027-12-18")[EMAIL]["state"]) == "dropped"
    assert cli("prune", "--undo", cwd=shop).code == 0


def test_merged_by_hand_turned_down_or_used_by_now(shop: Path, cli: Cli) -> None:
    variant = states(cli, shop, "2026-11-01")[VARIANT]["proposal"]
    plan = (shop / "plan.yaml").read_text(encoding="utf-8")
    (shop / "plan.yaml").write_text("".join(li for li in plan.splitlines(True) if "email" not in li or "@" in li))
    assert states(cli, shop, "2026-11-02")[EMAIL]["state"] == "merged in part"
    warehouse = (shop / "warehouse.sql").read_text(encoding="utf-8")
    (shop / "warehouse.sql").write_text(warehouse.replace(" email varchar,", ""), encoding="utf-8")
    assert states(cli, shop, "2026-11-02")[EMAIL]["state"] == "merged"
    rejected = f"prune: {{rejected: [{{proposal: {variant}, reason: the auditors ask, until: 2026-11-30}}]}}\n"
    (shop / "trackplan.yaml").write_text(PROJECT + rejected, encoding="utf-8")
    now = states(cli, shop, "2026-11-30")[VARIANT]
    assert (now["state"], now["reason"]) == ("rejected", "the auditors ask")
    assert states(cli, shop, "2026-12-01")[VARIANT]["state"] == "proposed"
    (shop / "queries" / "n.sql").write_text(QUERY.replace("count(*)", "max(variant)"), encoding="utf-8")
    assert states(cli, shop, "2026-12-01")[VARIANT]["state"] == "withdrawn"


def test_a_record_that_cannot_be_read_is_told(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "trackplan.yaml").write_text("version: 1\n", encoding="utf-8")
    (tmp_path / "proposals" / "records").mkdir(parents=True)
    for text in ("[]", "{", '{"version": 2}', '{"version": 1, "proposal": "P-1"}'):
        (tmp_path / "proposals" / "records" / "P-00000000.json").write_text(text, encoding="utf-8")
        for arguments in ((), ("--status",)):
            done = cli("prune", *arguments, cwd=tmp_path)
            assert done.code == 2
            assert "cannot read the record" in done.err
            assert "Traceback" not in done.err
