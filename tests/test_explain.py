"""What `explain` finds and draws, over facts filled by hand."""

from __future__ import annotations

import pytest

from tests.sample import shop
from trackplan.errors import TrackplanError
from trackplan.explain import explain as tree_of
from trackplan.explain.find import find
from trackplan.explain.tree import Node, capped, draw
from trackplan.facts.base import FactBase

BASE = shop()

FIELD = """\
web/"Order Completed".total  [tracking/web.yaml:5:7]
├─ field, number, required, owner shop
├─ described as: Sum
├─ status: keep (used), because dashboard.revenue uses it
├─ used by 1 dashboard; read by 1 test
├─ needed by
│  ├─ revenue (names it: Order Completed.total), owner ada@example.com, until 2027-06-30, the sum
│  │     [use_cases.yaml:2:3]
│  └─ revenue (derived: it lists a consumer that is reached), owner ada@example.com, until
│        2027-06-30  [use_cases.yaml:2:3]
├─ lands in
│  └─ raw.web.order_completed.total (segment): keep  [warehouse/web.sql:2:3]
│     ├─ is read by
│     │  ├─ test.not_null_total: output; does not count as use
│     │  └─ model stg_orders: filter, output; decides which rows it has  [models/stg_orders.sql:2:3]
│     ├─ flows into
│     │  └─ stg_orders.total  [models/stg_orders.sql:1:1]
│     │     └─ orders.total  [models/orders.sql:1:1]
│     │        ├─ read by dashboard.revenue: order, output  [dashboards/revenue.sql:2:8]
│     │        └─ stg_orders.total  [models/stg_orders.sql:1:1]  (shown above)
│     └─ reaches
│        ├─ dashboard.revenue, names what it takes  [dashboards/revenue.sql:2:8]
│        └─ test.not_null_total, names what it takes; does not count as use
└─ if it went
   ├─ 1 consumer would break or show something else: dashboard.revenue
   ├─ 2 models would have to change: orders, stg_orders
   └─ 1 use case would miss it: revenue
"""


def explain(base: FactBase, name: str, *, plain: bool = False) -> str:
    """The explanation as text."""
    return draw(tree_of(base, name), plain=plain)


def test_a_field_in_full() -> None:
    assert explain(BASE, 'web/"Order Completed".total') == FIELD


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("raw.web.order_completed.total", "holds the field"),
        ("raw.web.order_completed.extra", "shadow: stored, but in no plan"),
        ("raw.web.order_completed.received_at", "added by the loader"),
        ("raw.web.order_completed.coupon_code", "nobody reads it"),
        ("raw.web.order_completed.coupon_code", "nothing that was read depends on it"),
        ('web/"Order Completed".coupon_code', "coupons names it, but does not count: its horizon has passed"),
        ('web/"Order Completed".coupon_code', "values: A, B"),
        ("web/Order Completed.email", "a name like it could not be resolved (ambiguous): two tables have it"),
        ("web/Tab Opened.label", "lands nowhere: there is no table raw.web.tab_opened"),
        ("web/Tab Opened.label", "nobody can say: see the reason of its status"),
        ("raw.web.order_completed.received_at", "dashboard.revenue: star; but nothing is made of it there"),
        ("stg_orders.total", "no verdict: a model builds it"),
        ('web/"Order Completed"', "1 of 3 fields is waste"),
        ('web/"Tab Opened"', "no consumer depends on its rows"),
        ("raw.web.order_completed", "3 of 4 statements that read it understood"),
        ("stg_orders", "is made from"),
        ("revenue", "margin: gap: nothing collected or stored matches"),
        ("revenue", "1 field or column would lose its only purpose"),
        ("coupons", "no outcome: nothing tells whether it pays"),
        ("dashboard.revenue", "1 column by name"),
        ("test.not_null_total", "does not make anything used"),
    ],
)
def test_what_is_told(name: str, wanted: str) -> None:
    assert wanted in explain(BASE, name)


@pytest.mark.parametrize(
    ("name", "kind", "id_"),
    [
        ('web/"Order Completed".total', "field", 'web/"Order Completed".total'),
        ("web/Order Completed.total", "field", 'web/"Order Completed".total'),
        ("Order Completed.total", "field", 'web/"Order Completed".total'),
        ("order completed.TOTAL", "field", 'web/"Order Completed".total'),
        ("coupon_code", "field", 'web/"Order Completed".coupon_code'),  # its column is part of the same chain
        ("Order Completed", "event", 'web/"Order Completed"'),
        ("order_completed", "relation", "raw.web.order_completed"),
        ("received_at", "column", "raw.web.order_completed.received_at"),
        ("extra.step", "column", "raw.web.order_completed.extra.step"),
        ("*funnel", "consumer", 'dashboard."growth/funnel"'),
        ("Tab*.label", "field", 'web/"Tab Opened".label'),
        ("revenue", "use case", "revenue"),
        ("consumer:revenue", "consumer", "dashboard.revenue"),
    ],
)
def test_what_a_name_means(name: str, kind: str, id_: str) -> None:
    found = find(BASE, name)
    assert (found.kind, found.id) == (kind, id_)


def test_a_name_that_may_mean_several_lists_them() -> None:
    with pytest.raises(TrackplanError) as caught:
        explain(BASE, "total")
    assert caught.value.message.splitlines() == [
        "total may mean any of these:",
        "column  orders.total",
        "column  raw.web.order_completed.total",
        "column  stg_orders.total",
        'field   web/"Order Completed".total',
    ]


@pytest.mark.parametrize(("name", "guess"), [("cupon_code", "coupon_code"), ("Order Compleetd", "Order Completed")])
def test_a_name_that_means_nothing_gives_the_likeliest(name: str, guess: str) -> None:
    with pytest.raises(TrackplanError) as caught:
        explain(BASE, name)
    assert caught.value.hint.startswith("Did you mean")
    assert guess in caught.value.hint


@pytest.mark.parametrize("name", ["", "*", "{", "{a", '"', "a..b", "zzz", "{a,b}{c,d}", ":", "field:"])
def test_odd_names_are_told_not_crashed_on(name: str) -> None:
    with pytest.raises(TrackplanError):
        explain(BASE, name)


def test_a_wide_and_deep_flow_is_bounded() -> None:
    """Many models that read one another in circles: the tree ends."""
    base = FactBase.create()
    base.insert(
        "relation",
        ("key", "id", "kind", "raw", "open", "declared", "governed", "description", "owner"),
        [(1, "t", "table", 1, 0, 1, 0, "", "")],
    )
    columns = ("key", "id", "relation", "name", "path", "type", "description", "sensitivity", "declared", "pipeline")
    base.insert("column", columns, [(k, f"t.c{k:03}", 1, f"c{k:03}", "[]", "", "", "", 1, 0) for k in range(1, 121)])
    pairs = [(a, b) for a in range(1, 121) for b in range(1, 121) if a != b]
    base.insert("flow", ("source", "target"), pairs)
    base.freeze()
    said = explain(base, "t.c001")
    assert len(said.splitlines()) < 400
    assert "and 111 more" in said


def test_ascii() -> None:
    assert explain(BASE, "revenue", plain=True).isascii()


def test_more_than_fit_are_counted() -> None:
    nodes = capped([Node(str(i)) for i in range(20)], 3)
    assert [node.text for node in nodes] == ["0", "1", "2", "and 17 more"]


def test_a_deep_tree_is_drawn_without_recursion() -> None:
    root = node = Node("0")
    for i in range(3000):
        node = node.add(str(i))
    assert len(draw(root).splitlines()) == 3001
