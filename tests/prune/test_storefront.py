"""The storefront example: all its waste gets a proposal, and merging them all leaves a project that is whole."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.conftest import ROOT, TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

BY_HAND = ("declare", "merge", "coarsen", "hash")
DAY = ("--today", TODAY)
GONE = ("TP102", "TP103", "TP104", "TP105", "TP106", "TP110")  # what rules say of waste


def held(folder: Path) -> dict[str, bytes]:
    files = (
        p for p in sorted(folder.rglob("*")) if p.is_file() and "proposals" not in p.parts and ".git" not in p.parts
    )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def findings(cli: Cli, folder: Path) -> dict[str, str]:
    """Rule and subject of every finding, with its message."""
    report = json.loads(cli("check", "--format", "json", *DAY, cwd=folder).out)
    return {f"{f['rule']} {f['subject']} {f.get('detail', '')}": f["message"] for f in report["findings"]}


def git_apply(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["git", "apply", *arguments], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture
def shop(storefront: Path, cli: Cli) -> Path:
    """The example in a repository of its own, with its proposals."""
    subprocess.run(["git", "init", "-q"], cwd=storefront, check=True)
    done = cli("prune", *DAY, cwd=storefront)
    assert done.code == 0, done.said
    return storefront


def written(folder: Path) -> dict[str, bytes]:
    """All that lies in the folder of proposals, records too."""
    return {path.name: path.read_bytes() for path in (folder / "proposals").rglob("*") if path.is_file()}


def proposals(folder: Path) -> Any:
    return json.loads((folder / "proposals" / "proposals.json").read_text(encoding="utf-8"))


def test_all_waste_gets_a_proposal(shop: Path, cli: Cli) -> None:
    query = "SELECT id FROM subject WHERE status = 'waste'"
    wasted = {row[0] for row in json.loads(cli("query", query, "--format", "json", *DAY, cwd=shop).out)["rows"]}
    found = proposals(shop)
    proposed = {subject["id"] for p in found["proposals"] for subject in p["subjects"]}
    assert wasted
    assert wasted <= proposed
    going = [p for p in found["proposals"] if p["wave"]]
    assert {p["action"] for p in found["proposals"] if not p["wave"]} == set(BY_HAND)
    assert [p["id"] for p in going if p["blockers"]] == []
    assert {p["proof"]["grade"] for p in going} == {"bound"}


def test_each_undeclared_use_is_in_a_draft(shop: Path, cli: Cli) -> None:
    query = "SELECT id FROM subject WHERE status = 'undeclared' AND NOT star_only"
    used = {row[0] for row in json.loads(cli("query", query, "--format", "json", *DAY, cwd=shop).out)["rows"]}
    drafts = [p for p in proposals(shop)["proposals"] if p["action"] == "declare"]
    assert {s["id"] for p in drafts for s in p["subjects"]} == used != set()


def test_the_json_is_as_its_schema_says(shop: Path, cli: Cli) -> None:
    schema = json.loads((ROOT / "schemas" / "proposals.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(proposals(shop), schema)
    form = json.loads((ROOT / "schemas" / "retirement.schema.json").read_text(encoding="utf-8"))
    kept = sorted((shop / "proposals" / "records").glob("*.json"))
    assert [path.stem for path in kept] == sorted(p["id"] for p in proposals(shop)["proposals"])
    for path in kept:
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), form)
    jsonschema.validate(schema["examples"][0], schema)
    assert json.loads(cli("prune", "--format", "json", *DAY, cwd=shop).out) == proposals(shop)


def test_merging_one_wave_after_the_other_leaves_none_of_it_and_nothing_new(shop: Path, cli: Cli) -> None:
    before, kept = findings(cli, shop), held(shop)
    undo: list[str] = []
    while proposals(shop)["waves"]:
        diff = (shop / "proposals" / f"wave-{proposals(shop)['waves'][0]['name']}.diff").read_bytes()
        (shop.parent / f"{len(undo)}.diff").write_bytes(diff)
        undo.append(f"../{len(undo)}.diff")
        git_apply(shop, undo[-1])
        assert cli("prune", *DAY, cwd=shop).code == 0
    after = findings(cli, shop)
    assert {key: message for key, message in after.items() if key not in before} == {}
    assert [key for key in after if key.startswith(GONE)] == []
    # Without what nobody reads, the two events that were nearly the same have 8 of 9 properties in common: below 90 %.
    assert {p["action"] for p in proposals(shop)["proposals"]} == {*BY_HAND} - {"merge"}
    assert len(undo) == 12
    for diff_ in reversed(undo):
        git_apply(shop, "--reverse", diff_)
    assert held(shop) == kept


def test_every_proposal_can_be_merged_alone_and_taken_back(shop: Path) -> None:
    kept = held(shop)
    for proposal in (p for p in proposals(shop)["proposals"] if p["diff"]):
        git_apply(shop, f"proposals/{proposal['diff']}")
        changed = {path for path, content in held(shop).items() if kept.get(path) != content}
        assert changed == set(proposal["files"])
        git_apply(shop, "--reverse", f"proposals/{proposal['diff']}")
        assert held(shop) == kept


def test_ids_stay_and_bytes_are_the_same(shop: Path, cli: Cli) -> None:
    first = written(shop)
    assert cli("prune", *DAY, "--no-cache", "--jobs", "2", cwd=shop).code == 0
    assert written(shop) == first
    ids = {p["id"] for p in proposals(shop)["proposals"]}
    assert cli("prune", "--today", "2026-12-24", cwd=shop).code == 0
    assert {p["id"] for p in proposals(shop)["proposals"]} == ids


def test_the_screen_shows_the_best(shop: Path, cli: Cli) -> None:
    said = cli("prune", *DAY, cwd=shop).out.split("\n")
    assert said[2].split("  ")[:2] == ["P-7be6279b", "Drop the table shop.loyalty_ledger"]
    assert "… and 51 more" in said
    assert any(line.startswith("61 proposals in 12 waves; start with ") for line in said)
