"""What a team puts up with may go all the same, and takes its silencer along; what it gives a reason for stays."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from tests.conftest import TODAY
from tests.prune.test_proposals import EMAIL, FILES, PLAN, VARIANT, proposed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

BASELINE = "trackplan-baseline.yaml"
DAY = ("--today", TODAY)


def test_a_baseline_blocks_nothing_and_loses_what_is_mended(tmp_path: Path, cli: Cli) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert cli("baseline", *DAY, cwd=tmp_path).code == 0
    old = (tmp_path / BASELINE).read_text(encoding="utf-8")
    assert ('"Signed Up\\".email"' in old, '"Signed Up\\".variant"' in old) == (True, True)
    found = proposed(cli, tmp_path)
    assert [(p["wave"], p["blockers"], BASELINE in p["files"]) for p in found.values()] == [
        ("1-ada", [], True),
        ("2-ada", [], True),
    ]
    assert cli("prune", *DAY, cwd=tmp_path).code == 0
    for name in found[EMAIL]["id"], "wave-2-ada":
        diff = f"proposals/{name}.diff"
        subprocess.run(["git", "apply", diff], cwd=tmp_path, check=True)
        assert rules(cli, tmp_path) == set()
        subprocess.run(["git", "apply", "--reverse", diff], cwd=tmp_path, check=True)
    assert cli("prune", "--apply", "1-ada,2-ada", *DAY, cwd=tmp_path).code == 0
    assert "Signed Up" not in (tmp_path / BASELINE).read_text(encoding="utf-8")
    assert rules(cli, tmp_path) == set()
    assert cli("prune", "--undo", cwd=tmp_path).code == 0
    assert (tmp_path / BASELINE).read_text(encoding="utf-8") == old


def test_what_a_reason_keeps_is_not_proposed(tmp_path: Path, cli: Cli) -> None:
    line = "      variant: {type: string, description: Which page was shown}"
    kept = PLAN.replace(line, f"{line}  # trackplan: ignore[TP106] wanted by the *shops*, until 2026-11-01")
    assert list(proposed(cli, tmp_path, plan_yaml=kept)) == [EMAIL]
    said = "1 unused field or column is not proposed, since a suppression with a reason keeps it"
    done = cli("prune", *DAY, cwd=tmp_path)
    assert f'{said}: web/"Signed Up".variant (wanted by the *shops*).\n' in done.out
    page = (tmp_path / "proposals" / "README.md").read_text(encoding="utf-8")
    assert f'{said}: web/"Signed Up".variant \\(wanted by the \\*shops\\*\\).\n' in page
    over = kept.replace("2026-11-01", "2026-10-31")
    assert list(proposed(cli, tmp_path, plan_yaml=over)) == [EMAIL, VARIANT]


def test_a_whole_table_stays_with_what_is_in_it(tmp_path: Path, cli: Cli) -> None:
    files: dict[str, Any] = {"use_cases_yaml": "use_cases: []\n", "models__stg_sql": "select 1 as one\n"}
    files["queries__n_sql"] = "select one from stg\n"
    whole = proposed(cli, tmp_path, **files)
    assert list(whole) == ['Stop collecting web/"Signed Up"']
    line = "      source: {type: string, description: Where from}"
    kept = PLAN.replace(line, f"      # trackplan: ignore[TP102] the shops\n{line}")
    found = proposed(cli, tmp_path, plan_yaml=kept, **files)
    going = [(subject["kind"], subject["id"]) for p in found.values() for subject in p["subjects"]]
    assert not [1 for kind, id_ in going if kind in ("event", "table") or "source" in id_]
    assert {EMAIL, 'Stop collecting web/"Signed Up".variant', "Drop raw.signed_up.received_at"} <= set(found)
    event = PLAN.replace("  Signed Up:\n", "  Signed Up:  # trackplan: ignore[TP104] the shops\n")
    assert not [t for t in proposed(cli, tmp_path, plan_yaml=event, **files) if t.startswith("Stop collecting")]


def test_a_comment_of_what_goes_goes_too(tmp_path: Path, cli: Cli) -> None:
    line = "      email: {type: string"
    silenced = PLAN.replace(line, f"      # trackplan: ignore[TP305] asked at the desk\n{line}")
    found = proposed(cli, tmp_path, plan_yaml=silenced)
    assert (found[EMAIL]["wave"], found[EMAIL]["blockers"]) == ("1-ada", [])
    assert cli("prune", "--apply", found[EMAIL]["id"], *DAY, cwd=tmp_path).code == 0
    assert "ignore" not in (tmp_path / "plan.yaml").read_text(encoding="utf-8")


def rules(cli: Cli, folder: Path) -> set[str]:
    """The rules that find something."""
    done = cli("check", "--format", "json", *DAY, cwd=folder)
    return {finding["rule"] for finding in json.loads(done.out)["findings"]}
