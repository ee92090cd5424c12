"""Proposals of small projects: what they say, how they are dated and ranked, and what stands in their way."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import TODAY
from tests.inside import trackplan, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

PROJECT = """\
version: 1
dialect: duckdb
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql]
models: [models/*.sql]
consumers: [queries/*.sql]
landing:
  - {plan: web, convention: segment, schema: raw}
"""
PLAN = """\
trackplan: 1
name: web
owner: ada@example.com
events:
  Signed Up:
    description: An account was made
    volume: 1000000
    properties:
      email: {type: string, sensitivity: personal, description: Address}
      source: {type: string, description: Where from}
      variant: {type: string, description: Which page was shown}
"""
USE_CASES = """\
use_cases:
  - id: grow
    title: Grow
    owner: ada@example.com
    outcome: {metric: signups}
    horizon: 2027-06-30
    review_by: 2027-01-15
    needs: ["Signed Up.source", raw.signed_up.received_at]
"""
WAREHOUSE = "create table raw.signed_up (source varchar, email varchar, variant varchar, received_at timestamp);\n"
MODEL = "select source, received_at, variant\nfrom raw.signed_up\n"
QUERY = "select source, count(*) as n from stg group by 1 order by max(received_at)\n"
FILES = {
    "trackplan.yaml": PROJECT,
    "plan.yaml": PLAN,
    "use_cases.yaml": USE_CASES,
    "warehouse.sql": WAREHOUSE,
    "models/stg.sql": MODEL,
    "queries/n.sql": QUERY,
}


def proposed(cli: Cli, folder: Path, **files: str) -> Any:
    """What the small project is to lose, by its title, some of its files written otherwise."""
    return {p["title"]: p for p in all_proposed(cli, folder, **files) if p["action"] != "declare"}


def all_proposed(cli: Cli, folder: Path, **files: str) -> Any:
    """All proposals of the small project."""
    others = {path.replace("__", "/"): text for path, text in files.items()}
    for path, text in {
        **FILES,
        **{p.replace("_sql", ".sql").replace("_yaml", ".yaml"): t for p, t in others.items()},
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")
    done = cli("prune", "--format", "json", "--today", TODAY, cwd=folder)
    assert done.code == 0, done.said
    return json.loads(done.out)["proposals"]


EMAIL, VARIANT = 'Stop collecting web/"Signed Up".email', 'Stop collecting web/"Signed Up".variant'


def test_data_on_people_comes_first_and_is_told(tmp_path: Path, cli: Cli) -> None:
    found = proposed(cli, tmp_path)
    assert list(found) == [EMAIL, VARIANT]
    gain = {"id": 'web/"Signed Up".email', "category": "user.contact.email", "sensitivity": "personal", "keeps": ""}
    assert found[EMAIL]["privacy"] == [gain]
    assert found[VARIANT]["privacy"] == []
    assert found[EMAIL]["files"] == ["plan.yaml", "warehouse.sql"]
    assert found[VARIANT]["files"][0] == "models/stg.sql"
    assert found[EMAIL]["blockers"] == []
    assert (found[EMAIL]["wave"], found[VARIANT]["wave"]) == ("1-ada", "2-ada")


def test_a_migration_is_a_script_of_its_own_where_one_is_read(tmp_path: Path, cli: Cli) -> None:
    found = proposed(cli, tmp_path, trackplan_yaml=PROJECT.replace("[warehouse.sql]", "['*.sql']"))
    assert found[EMAIL]["files"] == ["plan.yaml", f"zz_prune_p_{found[EMAIL]['id'][2:]}.sql"]
    assert found[EMAIL]["proof"]["grade"] == "bound"


def test_steps_come_in_order_each_with_its_day(tmp_path: Path, cli: Cli) -> None:
    stages = proposed(cli, tmp_path)[VARIANT]["stages"]
    assert [(s["name"], s["on"]) for s in stages] == [
        ("stop propagating", "2026-11-01"),
        ("stop landing", "2026-11-08"),
        ("stop sending", "2026-11-08"),
        ("quarantine", "2026-11-15"),
        ("drop", "2026-12-15"),
        ("delete history", "2026-12-22"),
    ]
    assert stages[3]["sql"] == "ALTER TABLE raw.signed_up RENAME COLUMN variant TO variant__quarantined;\n"
    assert stages[3]["undo"] == "ALTER TABLE raw.signed_up RENAME COLUMN variant__quarantined TO variant;\n"
    assert stages[4]["sql"] == "ALTER TABLE raw.signed_up DROP COLUMN variant;\n"


def test_the_warehouse_waits_for_old_clients(tmp_path: Path, cli: Cli) -> None:
    found = proposed(cli, tmp_path, trackplan_yaml=PROJECT + "prune: {lag: {web: 180 days}, quarantine: 2 weeks}\n")
    stages = {s["name"]: s["on"] for s in found[VARIANT]["stages"]}
    assert stages["stop sending"] == "2026-11-08"
    assert stages["quarantine"] == "2027-05-14"
    assert stages["drop"] == "2027-05-28"


def test_volumes_and_costs_become_money(tmp_path: Path, cli: Cli) -> None:
    costs = "prune: {costs: {currency: EUR, storage_per_gb_month: 2.5}}\n"
    saving = proposed(cli, tmp_path, trackplan_yaml=PROJECT + costs)[EMAIL]["saving"]
    assert saving == {
        "fields": 1,
        "columns": 1,
        "tables": 0,
        "values": 1_000_000,
        "bytes": 16_000_000,
        "money": 0.48,
        "currency": "EUR",
    }


def test_without_volumes_only_counts_are_told(tmp_path: Path, cli: Cli) -> None:
    saving = proposed(cli, tmp_path, plan_yaml=PLAN.replace("    volume: 1000000\n", ""))[EMAIL]["saving"]
    assert (saving["values"], saving["bytes"], saving["money"]) == (None, None, None)


@pytest.mark.parametrize(
    ("files", "blocker"),
    [
        (
            {
                "models__stg_sql": "select distinct source, variant, received_at from raw.signed_up\n",
                "queries__n_sql": "select 1",
            },
            "SELECT DISTINCT",
        ),
        (
            {"models__stg_sql": "select source, {% if x %}variant{% endif %}, received_at from raw.signed_up\n"},
            "template code stands in the way",
        ),
        (
            {"models__other_sql": "select source from raw.signed_up where variant > 'a'\n"},
            "it decides here what rows there are",
        ),
    ],
)
def test_what_cannot_be_edited_for_sure_is_in_no_wave(
    tmp_path: Path, cli: Cli, files: dict[str, str], blocker: str
) -> None:
    found = proposed(cli, tmp_path, **files)
    blocked = [p for p in found.values() if any(blocker in said for said in p["blockers"])]
    assert blocked
    for p in blocked:
        assert p["wave"] == ""
        assert p["proof"]["grade"] == "unproved"
        assert any(said.startswith("models/") for said in p["blockers"])


def test_a_test_that_reads_it_stands_in_the_way(tmp_path: Path, cli: Cli) -> None:
    project = PROJECT.replace("[queries/*.sql]", "[queries/*.sql, {path: tests/*.sql, kind: test}]")
    found = proposed(cli, tmp_path, trackplan_yaml=project, tests__t_sql="select email from raw.signed_up\n")
    assert any("it is read by test.t, though that does not count as a use" in said for said in found[EMAIL]["blockers"])
    assert found[EMAIL]["stages"][0]["name"] == "readers first"


@pytest.mark.parametrize(
    ("until", "proposed_again", "over"),
    [("2026-11-01", False, ""), ("2026-10-31", True, " That is over."), ("", False, "")],
)
def test_what_was_turned_down_is_not_proposed_again_for_a_while(
    tmp_path: Path, cli: Cli, until: str, proposed_again: bool, over: str
) -> None:
    id_ = proposed(cli, tmp_path)[EMAIL]["id"]
    last = f", until: {until}" if until else ""
    rejected = f"prune: {{rejected: [{{proposal: {id_}, reason: the auditors ask for it{last}}}]}}\n"
    found = proposed(cli, tmp_path, trackplan_yaml=PROJECT + rejected)
    assert (EMAIL in found) == proposed_again
    said = cli("prune", "--today", TODAY, cwd=tmp_path).out
    held = f" until {until}" if until else ""
    assert f"{id_} was turned down{held}: the auditors ask for it.{over}\n" in said


def test_nothing_to_propose_is_said(tmp_path: Path, cli: Cli) -> None:
    proposed(cli, tmp_path)
    query = (
        "select source, received_at, email, variant from stg join raw.signed_up using (source, received_at, variant)\n"
    )
    needs = USE_CASES.replace("Signed Up.source", "Signed Up.{source, email, variant}")
    needs = needs.replace("    horizon:", "    retention: 13 months\n    horizon:")
    (tmp_path / "use_cases.yaml").write_text(needs, encoding="utf-8")
    (tmp_path / "queries" / "n.sql").write_text(query, encoding="utf-8")
    done = cli("prune", "--today", TODAY, cwd=tmp_path)
    assert done.out == "Nothing is proposed: no field or column is waste.\n"
    assert {path.name for path in (tmp_path / "proposals").iterdir()} == {"README.md", "proposals.json"}


def test_what_cannot_be_written_is_told(tmp_path: Path, cli: Cli) -> None:
    proposed(cli, tmp_path)
    done = cli("prune", "--today", TODAY, "--output", "plan.yaml", cwd=tmp_path)
    assert done.code == 2
    assert "cannot write plan.yaml" in done.err
    assert "Traceback" not in done.err


def test_broken_input_ends_in_two(tmp_path: Path, cli: Cli) -> None:
    proposed(cli, tmp_path)
    (tmp_path / "plan.yaml").write_text("trackplan: 1\nevents: [", encoding="utf-8")
    done = cli("prune", "--today", TODAY, cwd=tmp_path)
    assert done.code == 2
    assert "plan.yaml:2" in done.err
    assert not (tmp_path / "proposals").exists()


def test_names_cannot_be_markup(tmp_path: Path, cli: Cli) -> None:
    hostile = "x`y | <img src=x onerror=alert(1)> [z](http://a.example)"
    warehouse = WAREHOUSE + f'create table raw.other (id int, "{hostile}" int);\n'
    proposed(cli, tmp_path, warehouse_sql=warehouse, queries__o_sql="select id from raw.other\n")
    assert cli("prune", "--today", TODAY, cwd=tmp_path).code == 0
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "proposals").glob("*.md")}
    assert sum("onerror" in text for text in pages.values()) == 2
    for text in pages.values():
        outside = re.sub(r"(?s)(`{2,})(?!`).*?(?<!`)\1(?!`)", "", text)
        assert not re.search(r"(?<!\\)<img|(?<!\\)\[z|(?<!\\)`y", outside)


def test_a_model_of_which_nothing_would_be_left_stands_in_the_way(tmp_path: Path, cli: Cli) -> None:
    model = "select * exclude (source, received_at) from raw.signed_up\n"
    found = proposed(cli, tmp_path, models__dead_sql=model, models__stg_sql=MODEL.replace(", variant", ""))
    assert sum(bool(p["wave"]) for p in found.values()) == 1  # either of them, not both
    (blocked,) = (p for p in found.values() if not p["wave"])
    assert any("no column of dead would be left; drop the model instead" in told for told in blocked["blockers"])


def test_few_columns_are_named_and_small_sizes_are_readable(tmp_path: Path) -> None:
    warehouse = WAREHOUSE.replace("source varchar,", "source varchar, one int, two int,")
    plan = PLAN.replace("1000000", "100")
    write(tmp_path, {**FILES, "warehouse.sql": warehouse, "plan.yaml": plan})
    assert trackplan("prune", "--today", TODAY, cwd=tmp_path).code < 2
    pages = "".join(path.read_text() for path in tmp_path.glob("proposals/*.md"))
    assert "Drop columns one and two of raw.signed\\_up" in pages
    assert "about 1.6 kB a month" in pages
    assert " MB a month" not in pages
