"""A small shop, as facts filled by hand and as a report: what the outputs are tested with."""

from __future__ import annotations

import json
from dataclasses import dataclass

from trackplan.errors import ReadError
from trackplan.facts.base import FactBase, Value
from trackplan.findings import Evidence, Finding, Place, Problem, Report, Severity, Skipped

PLAN = """\
trackplan: 1
events:
  Order Completed:
    properties:
      total: number
      coupon_code: string
      email: {type: string, sensitivity: personal}
  Tab Opened:
    properties:
      label: string
      color: string
"""
QUERY = """\
-- don't mind the quote
select o.total, 'alice@example.com' as who
from stg_orders o
where o.country = 'DE' and o.status = 'paid'
"""
FILES = {"tracking/web.yaml": PLAN, "dashboards/revenue.sql": QUERY}


Rows = list[tuple[Value, ...]]


@dataclass(frozen=True)
class Files:
    """A tree that lies in memory."""

    texts: dict[str, str]

    def read_text(self, path: str) -> str:
        """The text. Raises `ReadError` if there is none."""
        if path not in self.texts:
            raise ReadError([Problem(Place(path), "there is no such file")])
        return self.texts[path]


def finding(
    rule: str = "TP102",
    name: str = "unused-field",
    subject: str = 'web/"Order Completed".coupon_code',
    *,
    severity: Severity = Severity.WARNING,
    place: Place | None = None,
    message: str = "",
    detail: str = "",
) -> Finding:
    """A finding, at the unused field if nothing else is said."""
    place = place or Place("tracking/web.yaml", 6, 7, 6, 18)
    said = message or f"{subject} is collected, but nothing reads it."
    return Finding(rule, name, severity, subject, place, said, "Stop collecting it.", detail)


def report(*findings: Finding, **changes: object) -> Report:
    """A report of these findings over a project with everything but use cases."""
    values: dict[str, object] = {
        "today": "2026-11-01",
        "findings": findings,
        "skipped": (
            Skipped("TP201", "unmet-need", ("use_cases",)),
            Skipped("TP107", "star-only-use", ("models|consumers",)),
        ),
        "evidence": (
            Evidence("plans", True, 1, 5),
            Evidence("use_cases", False, 0, 0),
            Evidence("warehouse", True, 2, 1200, 2, 2),
            Evidence("models", True, 24, 24, 25, 24),
            Evidence("consumers", True, 1, 1, 1, 1),
        ),
        "quadrants": {"keep": 12, "waste": 3, "unknown": 1},
        "notes": ("1 leaf model is read by no declared consumer: dim_dates.",),
        "rules_run": 25,
        "fatal": False,
        "next_step": "Stop collecting coupon_code.",
    }
    return Report(**{**values, **changes})  # type: ignore[arg-type]


def shop() -> FactBase:
    """A frozen base in which every status and strength occurs."""
    base = FactBase.create()
    base.insert(
        "run",
        ("today", "dialect", "planning_end", "grace_days", "personal_needs", "minimum_coverage"),
        [("2026-11-01", "duckdb", "2028-11-01", 90, "explicit", 0.95)],
    )
    _plan(base)
    _storage(base)
    _uses(base)
    _purposes(base)
    _verdicts(base)
    base.freeze()
    return base


def _at(base: FactBase, path: str, kind: str, line: int, column: int = 3) -> int:
    base.file(path, kind)
    return base.place(Place(path, line, column, line, column + 5))


def _plan(base: FactBase) -> None:
    at = [_at(base, "tracking/web.yaml", "plan", line, 7) for line in range(1, 12)]
    columns: tuple[str, ...] = ("key", "name", "format", "owner", "description", "place")
    base.insert("plan", columns, [(1, "web", "native", "", "", at[0])])
    columns = ("key", "id", "plan", "name", "type", "description", "owner", "status", "place")
    rows: Rows = [
        (1, 'web/"Order Completed"', 1, "Order Completed", "track", "A buyer has paid", "shop", "active", at[2]),
        (2, 'web/"Tab Opened"', 1, "Tab Opened", "track", "", "", "deprecated", at[7]),
    ]
    base.insert("event", columns, rows)
    columns = ("key", "id", "event", "name", "path", "type", "required", "values", "description", "owner")
    columns += ("sensitivity", "status", "place")
    rows = [
        (1, 'web/"Order Completed".total', 1, "total", "number", 1, None, "Sum", "shop", "", at[4]),
        (2, 'web/"Order Completed".coupon_code', 1, "coupon_code", "string", 0, '["A", "B"]', "", "", "", at[5]),
        (3, 'web/"Order Completed".email', 1, "email", "string", 0, None, "", "", "personal", at[6]),
        (4, 'web/"Tab Opened".label', 2, "label", "string", 0, None, "", "", "", at[9]),
    ]
    base.insert(
        "field",
        columns,
        [(k, i, e, n, json.dumps([n]), t, r, v, d, o, s, "active", p) for k, i, e, n, t, r, v, d, o, s, p in rows],
    )


def _storage(base: FactBase) -> None:
    ddl = [_at(base, "warehouse/web.sql", "warehouse", line) for line in range(1, 10)]
    stg = _at(base, "models/stg_orders.sql", "model", 1, 1)
    mart = _at(base, "models/orders.sql", "model", 1, 1)
    columns: tuple[str, ...] = (
        "key",
        "id",
        "kind",
        "raw",
        "open",
        "declared",
        "governed",
        "description",
        "owner",
        "place",
    )
    rows: Rows = [
        (1, "raw.web.order_completed", "table", 1, 0, 1, 1, "", "", ddl[0]),
        (2, "stg_orders", "model", 0, 0, 1, 0, "", "", stg),
        (3, "orders", "model", 0, 0, 1, 0, "", "ada", mart),
    ]
    base.insert("relation", columns, rows)
    columns = ("key", "id", "relation", "parent", "name", "path", "type", "description", "sensitivity")
    columns += ("declared", "pipeline", "place")
    cells: Rows = [
        (1, "raw.web.order_completed.total", 1, None, "total", "number", 0, ddl[1]),
        (2, "raw.web.order_completed.coupon_code", 1, None, "coupon_code", "text", 0, ddl[2]),
        (3, "raw.web.order_completed.email", 1, None, "email", "text", 0, ddl[3]),
        (4, "raw.web.order_completed.received_at", 1, None, "received_at", "timestamp", 1, ddl[4]),
        (5, "raw.web.order_completed.extra", 1, None, "extra", "json", 0, ddl[5]),
        (6, "raw.web.order_completed.extra.step", 1, 5, "step", "", 0, None),
        (7, "stg_orders.total", 2, None, "total", "", 0, stg),
        (8, "orders.total", 3, None, "total", "", 0, mart),
    ]
    base.insert(
        "column",
        columns,
        [(k, i, r, p, n, json.dumps([n]), t, "", "", 1, pl, at) for k, i, r, p, n, t, pl, at in cells],
    )
    base.insert("landing", ("field", "column", "convention"), [(i, i, "segment") for i in (1, 2, 3)])
    base.insert("landing_relation", ("event", "relation"), [(1, 1)])
    base.insert(
        "unlanded",
        ("field", "kind", "expected", "reason"),
        [(4, "no-table", "raw.web.tab_opened", "there is no table raw.web.tab_opened")],
    )


def _uses(base: FactBase) -> None:
    spot = _at(base, "dashboards/revenue.sql", "consumer", 2, 8)
    stg = _at(base, "models/stg_orders.sql", "model", 2, 3)
    columns: tuple[str, ...] = ("key", "id", "kind", "class", "name", "title", "owner", "counts", "place")
    rows: Rows = [
        (1, "dashboard.revenue", "dashboard", "dashboard", "revenue", "Revenue", "ada", 1, spot),
        (2, 'dashboard."growth/funnel"', "dashboard", "dashboard", "growth/funnel", "", "", 1, spot),
        (3, "test.not_null_total", "test", "test", "not_null_total", "", "", 0, None),
    ]
    base.insert("consumer", columns, rows)
    columns = ("relation", "consumer", "column", "how", "certain", "place")
    rows = [
        (2, None, 1, "output", 1, stg),
        (2, None, 1, "filter", 1, stg),
        (3, None, 7, "output", 1, None),
        (None, 1, 8, "output", 1, spot),
        (None, 1, 8, "order", 1, spot),
        (None, 2, 5, "star", 1, spot),
        (None, 3, 1, "output", 1, None),
        (None, 1, 4, "star", 1, spot),
    ]
    base.insert("use", columns, rows)
    base.insert("flow", ("source", "target"), [(1, 7), (7, 8), (8, 7)])
    base.insert(
        "reach",
        ("column", "consumer", "strength"),
        [(1, 1, "named"), (1, 3, "named"), (8, 1, "named"), (5, 2, "star"), (6, 2, "star"), (3, 2, "possible")],
    )
    base.insert("relation_reach", ("relation", "consumer", "strength"), [(1, 1, "named"), (1, 2, "possible")])
    base.insert("carry", ("column", "relation"), [(1, 2), (1, 3)])
    base.insert("coverage", ("relation", "statements", "understood"), [(1, 4, 3)])
    base.insert("doubt", ("column", "nth", "reason"), [(3, 0, "models/x.sql:3 could not be parsed and mentions it")])
    base.insert(
        "unresolved", ("reason", "name", "detail", "place"), [("ambiguous", "EMAIL", "two tables have it", spot)]
    )


def _purposes(base: FactBase) -> None:
    at = [_at(base, "use_cases.yaml", "use_cases", line) for line in (2, 8, 20)]
    columns: tuple[str, ...] = (
        "key",
        "id",
        "title",
        "owner",
        "metric",
        "goal",
        "moves",
        "stage",
        "horizon",
        "review_by",
    )
    columns += ("legal_basis", "data_use", "retention", "state", "place")
    rest = ("", "", "")
    rows: Rows = [
        (1, "revenue", "Know revenue", "ada@example.com", "revenue", "+3 %", "profit", "purchase", "2027-06-30", None),
        (2, "coupons", "Old coupons", "", "", "", "", "", "2025-01-01", None),
    ]
    states = ("active", "expired")
    base.insert("use_case", columns, [(*r, *rest, s, p) for r, s, p in zip(rows, states, at, strict=False)])
    columns = ("key", "id", "use_case", "selector", "why", "wildcard", "place")
    rows2: Rows = [
        (1, 'revenue."Order Completed.total"', 1, "Order Completed.total", "the sum", 0, at[0]),
        (2, "revenue.margin", 1, "margin", "", 0, at[1]),
        (3, 'coupons."Order Completed.coupon_code"', 2, "Order Completed.coupon_code", "", 0, at[2]),
    ]
    base.insert("need", columns, rows2)
    base.insert("need_match", ("need", "field"), [(1, 1), (3, 2)])
    base.insert("serves", ("consumer", "use_case"), [(1, 1)])


def _verdicts(base: FactBase) -> None:
    columns: tuple[str, ...] = (
        "column",
        "needed",
        "used",
        "star_only",
        "carried",
        "status",
        "reason",
        "shadow",
        "lands",
    )
    rows: Rows = [
        (1, 1, 1, 0, 1, "keep", "dashboard.revenue uses it", 0, 1),
        (2, 0, 0, 0, 0, "waste", "nothing reads it", 0, 1),
        (3, 0, None, 0, 0, "unknown", "models/x.sql:3 could not be parsed and mentions it", 0, 1),
        (4, 0, 0, 0, 0, "waste", "nothing reads it", 0, 0),
        (5, 0, 1, 1, 0, "undeclared", 'dashboard."growth/funnel" takes all columns', 1, 0),
        (6, 0, 1, 1, 0, "undeclared", 'dashboard."growth/funnel" takes all columns', 1, 0),
    ]
    base.insert("column_status", columns, rows)
    columns = ("field", "needed", "used", "star_only", "carried", "status", "reason")
    fields: Rows = [
        (1, 1, 1, 0, 1, "keep", "dashboard.revenue uses it"),
        (2, 0, 0, 0, 0, "waste", "nothing reads it"),
        (3, 0, None, 0, 0, "unknown", "models/x.sql:3 could not be parsed and mentions it"),
        (4, 0, None, 0, 0, "unknown", "it lands nowhere"),
    ]
    base.insert("field_status", columns, fields)
    base.insert("event_status", ("event", "used", "needed", "fields", "waste"), [(1, 1, 1, 3, 1), (2, None, 0, 1, 0)])
