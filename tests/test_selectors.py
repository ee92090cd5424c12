"""Needs by tag and category: what they select, what they justify, and what is said of those that select nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.test_rules import check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

FILES = {
    "trackplan.yaml": """\
version: 1
dialect: duckdb
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: [tables.sql]
models: [models/*.sql]
landing: [{plan: web, convention: segment, schema: raw}]
""",
    "plan.yaml": """\
trackplan: 1
name: web
events:
  Order Completed:
    tags: [checkout]
    properties:
      total: number
      email: {type: string, sensitivity: personal}
  Cart Viewed:
    properties:
      cart_value: {type: number, tags: [checkout, money]}
      contact: {type: string, tags: [user.contact.email]}
      ip: string
  "tag:odd":
    properties: {note: string}
""",
    "tables.sql": "create table raw.order_completed (total int, email text);\n"
    "create table raw.cart_viewed (cart_value int, contact text, ip text);\n"
    "create table crm.people (work_email text, shoe_size int);\n",
    "models/other.sql": "select 1 as one\n",
}
EXPECTED = {
    "tag:checkout": (1, 3, 0, True),
    "tag:mon*": (0, 1, 0, True),
    "tag:{money, checkout}": (1, 3, 0, True),
    "category:user.contact.email": (0, 2, 2, False),
    "category:user.contact": (0, 0, 0, False),
    "category:user.contact.*": (0, 2, 2, True),
    "category:user.device.ip_address": (0, 1, 1, False),
    '"tag:odd"': (1, 1, 0, True),
    '"tag:odd".note': (0, 1, 0, False),
    "Cart Viewed.ip": (0, 1, 0, False),
    "Cart Viewed": (1, 3, 0, True),
}


def written(folder: Path, *needs: str, **files: str) -> Path:
    """A project with one use case that has these needs."""
    use_case = {"id": "one", "needs": list(needs)}
    for path, text in {**FILES, "use_cases.yaml": json.dumps({"use_cases": [use_case]}), **files}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_explain_tells_how_much_each_need_selects(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path, *EXPECTED)
    run = cli("explain", "one", "--format", "json", cwd=tmp_path)
    assert run.code == 0, run.said
    needs = next(point["points"] for point in json.loads(run.out)["points"] if point["text"] == "needs")
    found: dict[str, list[tuple[int, int, int, bool]]] = {}
    for point in needs:
        data = point["data"]
        counts = (data["events"], data["fields"], data["columns"], data["wildcard"])
        found.setdefault(data["selector"], []).append(counts)
        assert len(data["selects"]) == sum(counts[:3])
    expected = {name: [counts] for name, counts in EXPECTED.items() if "{" not in name}
    assert found == {**expected, "tag:money": [(0, 1, 0, True)]}


def test_explain_tells_people_too(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path, "tag:checkout", "category:user.contact.email", "tag:chekout")
    said = cli("explain", "one", cwd=tmp_path).out
    assert "tag:checkout: selects 1 event and 3 fields: " in said
    assert "category:user.contact.email: selects 2 fields and 2 columns: " in said
    assert "tag:chekout: gap: nothing collected or stored matches; did you mean 'checkout'?" in said
    assert "sign_off: {by: NAME, on: DATE, content: " in " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize(
    ("need", "withheld"),
    [
        ("Order Completed.email", False),
        ("Order Completed.*", True),
        ("Order Completed", True),
        ("tag:checkout", True),
        ("category:user.contact.email", False),
        ("category:user.*", True),
    ],
)
def test_only_what_names_personal_data_justifies_it(need: str, withheld: bool, tmp_path: Path, cli: Cli) -> None:
    written(tmp_path, need)
    sql = "SELECT s.needed, s.withheld FROM subject s WHERE s.id LIKE '%Completed\".email'"
    out = cli("query", sql, "--format", "json", cwd=tmp_path).out
    assert json.loads(out)["rows"] == [[int(not withheld), int(withheld)]]
    policy = FILES["trackplan.yaml"] + "policy: {personal_data_needs: any}\n"
    written(tmp_path, need, **{"trackplan.yaml": policy})
    assert json.loads(cli("query", sql, "--format", "json", cwd=tmp_path).out)["rows"] == [[1, 0]]


def test_an_unknown_category_is_an_error_at_its_place(tmp_path: Path, cli: Cli) -> None:
    written(tmp_path, "Cart Viewed.ip")
    (tmp_path / "use_cases.yaml").write_text("use_cases:\n  - {id: one, needs: [category:user.contact.emial]}\n")
    run = cli("check", cwd=tmp_path)
    assert run.code == 2
    assert "2:23" in run.out
    assert "'user.contact.emial' is no data category" in run.out
    assert "did you mean 'user.contact.email'?" in run.out


def test_a_tag_that_nothing_has_is_an_unmet_need_with_the_likely_one(tmp_path: Path) -> None:
    text = "use_cases:\n  - {id: one, needs: [tag:chekout, tag:checkout]}\n"
    report = check(tmp_path, {**FILES, "use_cases.yaml": text}, "TP201", "2026-07-01")
    (finding,) = report["findings"]
    assert finding["message"] == "The use case one needs tag:chekout, and nothing with that tag is collected."
    assert str(finding["fix"]).startswith("did you mean 'checkout'?")
