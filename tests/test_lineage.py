"""`trackplan lineage`: the hops of data with their places, as a tree, as data and as pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "schemas" / "lineage.schema.json").read_text(encoding="utf-8"))
PROJECT = """\
version: 1
dialect: duckdb
plans: [plan.yaml]
warehouse: [warehouse.sql]
models: [models/*.sql]
consumers: [dashboards/*.sql, tests/*.sql]
landing: [{plan: web, convention: segment, schema: raw.web}]
"""
FILES = {
    "trackplan.yaml": PROJECT,
    "plan.yaml": """\
trackplan: 1
name: web
events:
  Order:
    properties:
      total: number
      state: string
""",
    "warehouse.sql": "create table raw.web.order (\n  total numeric,\n  state text,\n  extra text\n);\n",
    "models/orders.sql": "select total as amount\nfrom raw.web.order\nwhere state = 'paid'\n",
    "models/months.sql": "select sum(amount) as income\nfrom orders\n",
    "dashboards/income.sql": "select income\nfrom months\n",
    "dashboards/count.sql": "select count(*) from orders\n",
    "tests/extra.sql": "select * from raw.web.order\n",
}


def run(folder: Path, *arguments: str, **changes: str) -> Result:
    """The command in the project, with other texts of some files."""
    from trackplan.cli import app

    for path, text in {**FILES, **changes}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    given = ["lineage", *arguments, "--project", str(folder / "trackplan.yaml"), "--no-cache"]
    return CliRunner().invoke(app, given)


def tree(folder: Path, *arguments: str, **changes: str) -> str:
    """The tree, with each point on one line."""
    result = run(folder, *arguments, **changes)
    assert result.exit_code == 0, result.exception
    return re.sub(r"\n[│ ]+(?=[\[(])", "  ", result.stdout)


def data(folder: Path, *arguments: str, **changes: str) -> dict[str, Any]:
    found = json.loads(run(folder, *arguments, "--format", "json", **changes).stdout)
    Draft202012Validator(SCHEMA).validate(found)
    assert isinstance(found, dict)
    return found


def test_a_value_is_followed_down_to_its_consumers(tmp_path: Path) -> None:
    assert tree(tmp_path, "web/Order.total") == (
        "web/Order.total  [plan.yaml:6:7]\n"
        "└─ goes to\n"
        "   └─ raw.web.order.total: lands  [warehouse.sql:2:3]\n"
        "      ├─ test.extra (test): taken whole  [tests/extra.sql:1:8]\n"
        "      └─ orders.amount: output  [models/orders.sql:1:8]\n"
        "         └─ months.income: output (aggregated)  [models/months.sql:1:12]\n"
        "            └─ dashboard.income (dashboard): output  [dashboards/income.sql:1:8]\n"
    )


def test_what_decides_on_rows_is_followed_through_the_rows(tmp_path: Path) -> None:
    assert tree(tmp_path, "raw.web.order.state") == (
        "raw.web.order.state  [warehouse.sql:3:3]\n"
        "└─ goes to\n"
        "   ├─ rows of orders: filter (equality only)  [models/orders.sql:3:7]\n"
        "   │  ├─ rows of months: by its rows  [models/months.sql:1:12]\n"
        "   │  │  └─ dashboard.income (dashboard): by its rows  [dashboards/income.sql:1:8]\n"
        "   │  └─ dashboard.count (dashboard): by its rows  [dashboards/count.sql]\n"
        "   └─ test.extra (test): taken whole  [tests/extra.sql:1:8]\n"
    )


def test_a_consumer_is_followed_up_to_the_plan(tmp_path: Path) -> None:
    up = data(tmp_path, "dashboard.income")
    assert up["directions"] == ["up"]
    told = {(h["source"], h["target"], tuple(h["how"])) for h in up["hops"]}
    assert {
        ("field:web/Order.total", "column:raw.web.order.total", ("lands",)),
        ("column:raw.web.order.total", "column:orders.amount", ("output",)),
        ("column:orders.amount", "column:months.income", ("output",)),
        ("column:months.income", "consumer:dashboard.income", ("output",)),
        ("column:raw.web.order.state", "relation:orders", ("filter",)),
        ("event:web/Order", "relation:raw.web.order", ("lands",)),
    } <= told
    assert all("extra" not in end for hop in told for end in hop[:2])


def test_both_directions_and_depth(tmp_path: Path) -> None:
    both = tree(tmp_path, "orders.amount", "--up", "--down", "--depth", "1")
    assert [line.strip("├└│─ ").split(":")[0] for line in both.splitlines()] == [
        "orders.amount  [models/orders.sql",
        "comes from",
        "raw.web.order.total",
        "goes to",
        "months.income",
    ]


def test_the_columns_of_a_relation_belong_to_it(tmp_path: Path) -> None:
    points = [p["key"] for p in data(tmp_path, "raw.web.order", "--depth", "1")["points"]]
    assert points[:4] == [
        "relation:raw.web.order",
        "column:raw.web.order.extra",
        "column:raw.web.order.state",
        "column:raw.web.order.total",
    ]
    assert "column:orders.amount" in points
    assert "column:months.income" not in points


def test_where_nobody_is_declared_leaf_models_are_the_ends(tmp_path: Path) -> None:
    changes = {"trackplan.yaml": PROJECT.replace("consumers:", "#")}
    assert "model.months (model): output" in tree(tmp_path, "orders.amount", **changes)


def test_circles_end(tmp_path: Path) -> None:
    changes = {"models/orders.sql": "select income as amount from months\n"}
    assert "orders.amount: output  [models/orders.sql:1:8]  (shown elsewhere)" in tree(
        tmp_path, "orders.amount", **changes
    )
    assert run(tmp_path, "months.income", "--up", "--down", **changes).exit_code == 0


def test_much_is_cut_and_said_to_be(tmp_path: Path) -> None:
    changes = {f"models/m{n}.sql": f"select amount as a{n} from orders\n" for n in range(1100)}
    found = run(tmp_path, "orders.amount", **changes)
    assert "Cut: more than 1,000 points" in found.stdout
    assert data(tmp_path, "orders.amount")["cut"]


_NASTY = '"a""]; x --> y <b>&#`{}|\\n%%"'
_CHANGES = {
    "warehouse.sql": f"create table raw.web.order (total numeric, state text, {_NASTY} text);\n",
    "models/orders.sql": f"select {_NASTY} as {_NASTY}, total as amount from raw.web.order\n",
}


def test_dot_quotes_whatever_a_name_holds(tmp_path: Path) -> None:
    text = run(tmp_path, "relation:raw.web.order", "--format", "dot", **_CHANGES).stdout
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert outside.startswith("digraph lineage {")
    assert re.fullmatch(r"[\w\s\[\]=,;{}>-]*", outside)
    assert '\\"a\\"\\"]; x --> y' in text


def test_mermaid_quotes_whatever_a_name_holds(tmp_path: Path) -> None:
    text = run(tmp_path, "relation:raw.web.order", "--format", "mermaid", **_CHANGES).stdout
    assert text.startswith("flowchart LR\n")
    shape = r'n\d+(?:\["[^"]*"\]|\[\("[^"]*"\)\]|\(\["[^"]*"\]\))'
    for line in text.splitlines()[1:]:
        assert re.fullmatch(rf'  (?:{shape}|n\d+ -\.?->\|"[^"|]*"\| n\d+)', line), line
        assert not re.search(r"[<>`]", re.sub(r"-\.?->", "", line)), line


@pytest.mark.parametrize(("name", "message"), [("nothing", "is called nothing"), ("income", "may mean any of these")])
def test_names_that_mean_nothing_or_several_things(name: str, message: str, tmp_path: Path) -> None:
    result = run(tmp_path, name)
    assert message in str(result.exception)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for form in ("tree", "json", "dot", "mermaid"):
        arguments = ("raw.web.order", "--up", "--down", "--format", form)
        assert run(tmp_path, *arguments).stdout == run(tmp_path, *arguments).stdout != ""
