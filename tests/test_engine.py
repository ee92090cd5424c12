"""Rules on fact bases filled by hand: verdicts, evidence, severities, places, columns, hostile queries."""

from __future__ import annotations

import json
import time
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from trackplan import engine, rules
from trackplan.errors import RuleError
from trackplan.facts.base import FactBase, Value
from trackplan.facts.limits import Limits
from trackplan.findings import Place, Severity
from trackplan.project import Project, RuleSettings
from trackplan.tree import WorkTree

PROJECT = Project(WorkTree(Path("project")), "trackplan.yaml")
RULES = rules.shipped()
KINDS = ("plans", "use_cases", "warehouse", "models", "consumers", "tombstones")
QUADRANT = {"TP101", "TP102", "TP103", "TP106", "TP107", "TP108", "TP109", "TP110"}


def fact_base(evidence: tuple[str, ...] = KINDS) -> FactBase:
    """A base with one plan, event, relation and place, read from all kinds of evidence or from those given."""
    base = FactBase.create()
    add(
        base,
        "run",
        today="2026-07-01",
        dialect="",
        planning_end="2028-07-01",
        grace_days=90,
        personal_needs="explicit",
        minimum_coverage=0.95,
    )
    for kind in KINDS:
        given = kind in evidence
        counts = {"subjects": 0, "statements": 0, "understood": 0, "broken": 0}
        add(base, "evidence", kind=kind, configured=given, files=given, **counts)
    base.file("plan.yaml", "plan")
    base.place(Place("plan.yaml", 3, 5, 3, 9))
    add(base, "plan", key=1, name="web", format="native", owner="a", description="b", place=1)
    add(
        base,
        "event",
        key=1,
        id="web/Order",
        plan=1,
        name="Order",
        type="track",
        description="d",
        owner="o",
        status="active",
        place=1,
    )
    for key, name, raw in ((1, "raw.orders", 1), (2, "orders", 0)):
        add(
            base,
            "relation",
            key=key,
            id=name,
            kind="table",
            raw=raw,
            open=0,
            declared=1,
            governed=1,
            description="",
            owner="",
            place=1,
        )
    add(base, "consumer", key=1, id="dashboard.a", kind="dashboard", name="a", title="", owner="", counts=1)
    words = dict.fromkeys(("title", "owner", "metric", "goal", "moves", "stage"), "x")
    words |= dict.fromkeys(("legal_basis", "data_use", "retention"), "")
    add(base, "use_case", key=1, id="grow", state="active", review_by="2027-01-01", place=1, **words)
    add(base, "need", key=1, id="grow.x", use_case=1, selector="x", why="", wildcard=0, place=1)
    return base


def add(base: FactBase, table: str, **values: Value) -> None:
    base.insert(table, tuple(values), [tuple(values.values())])


def add_field(base: FactBase, key: int, name: str, **changes: Value) -> None:
    row: dict[str, Value] = {
        "key": key,
        "id": f"web/Order.{name}",
        "event": 1,
        "name": name,
        "path": f'["{name}"]',
        "type": "string",
        "required": 0,
        "description": "d",
        "owner": "o",
        "sensitivity": "",
        "status": "active",
        "place": 1,
    }
    add(base, "field", **(row | changes))


def add_column(base: FactBase, key: int, name: str, **changes: Value) -> None:
    row: dict[str, Value] = {
        "key": key,
        "id": f"raw.orders.{name}",
        "relation": 1,
        "name": name,
        "path": f'["{name}"]',
        "type": "text",
        "description": "",
        "sensitivity": "",
        "declared": 1,
        "pipeline": 0,
        "place": 1,
    }
    add(base, "column", **(row | changes))


def add_verdict(base: FactBase, kind: str, key: int, row: dict[str, Value], pipeline: int = 0) -> str:
    """Add a field or column with that verdict and the facts that it stands on; gives its id."""
    column = key
    if kind == "field":
        column = key + 1000
        add_field(base, key, f"f{key}")
        add_column(base, column, f"c{column}")
        add(base, "landing", field=key, column=column, convention="explicit")
        add(base, "field_status", field=key, **row)
    else:
        add_column(base, key, f"c{key}", pipeline=pipeline)
        add(base, "column_status", **{"column": key, "shadow": 0, "lands": 0, **row})
    if row["used"]:
        strength = "star" if row["star_only"] else "named"
        add(base, "reach", column=column, consumer=1, strength=strength)
    if row["carried"]:
        add(base, "carry", column=column, relation=2)
    if row["needed"]:
        add(base, "need_match", need=1, **{kind: key})
    return f"web/Order.f{key}" if kind == "field" else f"raw.orders.c{key}"


def status_of(needed: int, used: int | None) -> str:
    """The design's table."""
    if used is None:
        return "unknown"
    return {(1, 1): "keep", (1, 0): "idle", (0, 1): "undeclared", (0, 0): "waste"}[needed, used]


def verdict(needed: int, used: int | None, star_only: int = 0, carried: int = 0) -> dict[str, Value]:
    return {
        "needed": needed,
        "used": used,
        "star_only": star_only,
        "carried": carried,
        "status": status_of(needed, used),
        "reason": "because",
    }


def rule(sql: str, **changes: str) -> rules.Rule:
    """A rule of a project with that query."""
    header = {
        "id": "ACME001",
        "name": "own-rule",
        "title": "t",
        "message": "{subject} is bad.",
        "severity": "warning",
        "category": "quality",
        "cause": "people",
        "why": "w",
        "fix": "f",
    } | changes
    lines = [f"{key}: {value!r}" for key, value in header.items()]
    return rules.parse("\n".join(["/*", *lines, "*/", sql]), "company/ACME001_own_rule.sql")


def wanted(kind: str, row: dict[str, Value], pipeline: int) -> set[str]:
    """Which of the quadrants' rules must fire."""
    match row["status"]:
        case "keep":
            return {"TP107"} if row["star_only"] else set()
        case "undeclared":
            return {"TP107"} if row["star_only"] else {"TP108"}
        case "idle":
            return {"TP109"}
        case "unknown":
            return set() if row["needed"] else {"TP101"}
        case _ if pipeline:
            return {"TP110"}
        case _ if row["carried"]:
            return {"TP106"}
    return {"TP102"} if kind == "field" else {"TP103"}


def test_every_subject_has_one_quadrant_finding_or_none() -> None:
    base = fact_base()
    expected = {}
    key = 0
    for kind, needed, used, star, carried, pipeline in product(
        ("field", "column"), (0, 1), (None, 0, 1), (0, 1), (0, 1), (0, 1)
    ):
        if (star and not used) or (kind == "field" and pipeline):
            continue
        key += 1
        row = verdict(needed, used, star, carried)
        subject = add_verdict(base, kind, key, row, pipeline)
        expected[subject] = wanted(kind, row, pipeline)
    base.freeze()
    outcome = engine.run(base, RULES, PROJECT)
    findings, skipped, count = outcome.findings, outcome.skipped, len(outcome.ran)
    found: dict[str, list[str]] = {subject: [] for subject in expected}
    for finding in findings:
        if finding.rule in QUADRANT:
            found[finding.subject].append(finding.rule)
    assert {subject: set(ids) for subject, ids in found.items()} == expected
    assert all(len(ids) <= 1 for ids in found.values())
    assert not skipped
    assert count == len(RULES)


def test_a_column_on_which_a_field_lands_is_reported_at_the_field() -> None:
    base = fact_base()
    add_verdict(base, "field", 1, verdict(0, 0))
    add(base, "column_status", **{"column": 1001, "shadow": 0, "lands": 1, **verdict(0, 0)})
    base.freeze()
    findings = engine.run(base, RULES, PROJECT).findings
    assert [(f.rule, f.subject, f.message) for f in findings if f.rule in QUADRANT] == [
        (
            "TP102",
            "web/Order.f1",
            "web/Order.f1 is unused: no use case needs it, and no model or consumer reads raw.orders.c1001.",
        )
    ]


@pytest.mark.parametrize("today", ["2026-06-30", "2026-07-01"])
def test_an_idle_claim_is_a_warning_after_the_days_of_grace(today: str) -> None:
    base = fact_base()
    base.run("UPDATE run SET today = :today", {"today": today})
    for key in (1, 2):
        add_verdict(base, "field", key, verdict(1, 0))
    # 90 days of grace end on 2026-06-30
    base.run("UPDATE field SET introduced = '2026-04-01' WHERE key = 1")
    base.freeze()
    findings = engine.run(base, rules.choose(RULES, ["TP109"]), PROJECT).findings
    severities = {f.subject: f.severity for f in findings}
    late = Severity.WARNING if today == "2026-07-01" else Severity.INFO
    assert severities == {"web/Order.f1": late, "web/Order.f2": Severity.INFO}


def test_rules_without_their_evidence_are_skipped_and_said_to_be() -> None:
    base = fact_base(("plans", "models"))
    base.freeze()
    outcome = engine.run(base, RULES, PROJECT)
    skipped, count = outcome.skipped, len(outcome.ran)
    assert count + len(skipped) == len(RULES)
    missing = {s.rule: s.missing for s in skipped}
    assert missing["TP103"] == ("warehouse",)
    assert missing["TP108"] == ("use_cases",)
    assert "TP102" not in missing  # models will do for `models|consumers`


def test_evidence_that_is_named_but_not_found_is_missing() -> None:
    base = fact_base()
    base.run("UPDATE evidence SET files = 0 WHERE kind = 'use_cases'")
    base.freeze()
    skipped = engine.run(base, rules.choose(RULES, ["TP101"]), PROJECT).skipped
    assert [s.missing for s in skipped] == [("use_cases",)]


@pytest.mark.parametrize(
    ("kind", "skipped", "run"),
    [
        ("plans", {"TP102", "TP103", "TP108", "TP201", "TP401", "TP501"}, {"TP001", "TP002", "TP202"}),
        ("use_cases", {"TP101", "TP102", "TP106", "TP201", "TP202"}, {"TP001", "TP401", "TP501"}),
        ("consumers", {"TP102", "TP105", "TP208"}, {"TP001", "TP201", "TP401", "TP502"}),
    ],
)
def test_what_could_not_be_read_is_no_evidence(kind: str, skipped: set[str], run: set[str]) -> None:
    base = fact_base()
    base.run("UPDATE evidence SET broken = 1 WHERE kind = :kind", {"kind": kind})
    base.freeze()
    outcome = engine.run(base, RULES, PROJECT)
    found, count = outcome.skipped, len(outcome.ran)
    assert count + len(found) == len(RULES)
    assert {s.broken for s in found} == {(kind,)}
    assert skipped <= {s.rule for s in found}
    assert run.isdisjoint({s.rule for s in found})


def run_one(own: rules.Rule, project: Project = PROJECT, limits: Limits | None = None) -> list[str]:
    base = fact_base()
    base.freeze()
    outcome = engine.run(base, [own], project, limits)
    assert not outcome.failed
    findings = outcome.findings
    return [f"{f.severity} {f.message} {f.fix}" for f in findings]


def test_the_projects_severity_beats_the_rows_and_the_rows_the_headers() -> None:
    own = rule("SELECT id AS subject, place, 'error' AS severity FROM event")
    assert run_one(own) == ["error web/Order is bad. f"]
    assert run_one(rule("SELECT id AS subject, place FROM event")) == ["warning web/Order is bad. f"]
    for word in ("ACME001", "own-rule"):
        settings = RuleSettings(severity={word: Severity.INFO})
        assert run_one(own, replace(PROJECT, rules=settings)) == ["info web/Order is bad. f"]


def test_a_row_may_bring_its_own_fix() -> None:
    own = rule("SELECT id AS subject, place, '' AS fix FROM event UNION ALL SELECT 'x', 1, 'Try y.'")
    assert run_one(own) == ["warning web/Order is bad. f", "warning x is bad. Try y."]


def test_options_and_today_are_bound_not_spliced() -> None:
    text = """/*
id: ACME001
name: own-rule
title: t
message: "{subject} is {word} on {day}."
severity: info
category: quality
cause: people
why: w
fix: f
options: {word: {default: fine, description: A word.}}
*/
SELECT id AS subject, place, :word AS word, :today AS day FROM event"""
    own = rules.parse(text, "company/ACME001_own_rule.sql")
    assert run_one(own) == ["info web/Order is fine on 2026-07-01. f"]
    settings = RuleSettings(options={"ACME001": {"word": "'; DROP TABLE event; --"}})
    assert run_one(own, replace(PROJECT, rules=settings)) == [
        "info web/Order is '; DROP TABLE event; -- on 2026-07-01. f"
    ]


def test_a_number_that_sqlite_cannot_hold_is_told() -> None:
    base = fact_base()
    base.freeze()
    with pytest.raises(RuleError, match="too large for SQLite"):
        base.query("SELECT :least", {"least": 10**30})


def test_places_are_looked_up_and_a_finding_without_one_is_the_project_files() -> None:
    base = fact_base()
    base.freeze()
    own = rule("SELECT id AS subject, place FROM event UNION ALL SELECT 'nowhere', NULL")
    findings = engine.run(base, [own], PROJECT).findings
    assert {f.subject: f.place for f in findings} == {
        "web/Order": Place("plan.yaml", 3, 5, 3, 9),
        "nowhere": Place("trackplan.yaml"),
    }


def test_a_value_is_one_line_and_not_endless() -> None:
    own = rule(
        "SELECT 'x' AS subject, 1 AS place, 'a' || char(10, 9) || ' {subject} ' || printf('%.900c', 'z') AS word",
        message="{subject}: {word}",
    )
    (line,) = run_one(own)
    assert line.startswith("warning x: a {subject} zzz")
    assert len(line) < 350


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("INSERT INTO plan VALUES (9, 'x', 'x', '', '', 1)", "only SELECT is possible here"),
        ("DELETE FROM event RETURNING id AS subject, place", "only SELECT is possible here"),
        ("ATTACH DATABASE '/tmp/x.db' AS x", "only SELECT is possible here"),
        ("PRAGMA query_only = OFF", "only SELECT is possible here"),
        ("SELECT load_extension('x') AS subject, 1 AS place", "is not available here"),
        ("SELECT id AS subject, place FROM event; DELETE FROM event", "one statement at a time"),
        ("", "gives no columns"),
        ("SELECT nonsense AS subject, place FROM event", "no such column: nonsense"),
        ("SELECT id AS subject, place FROM sqlite_master", "no such column: id"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT max(i) AS subject, 1 AS place FROM n",
            "took longer than 0.5 seconds",
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200)"
            " SELECT 'x' AS subject, 1 AS place FROM n",
            "more than 100 rows",
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 90)"
            " SELECT printf('%.9000000c', 'x') AS subject, 1 AS place FROM n",
            "more than 200,000,000 characters",
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 90)"
            " SELECT listing(i || printf('%.900000c', 'x')) AS subject, 1 AS place FROM n",
            "user-defined aggregate",
        ),
        ("SELECT replace(printf('%.9000000c', 'x'), 'x', 'xx') AS subject, 1 AS place", "too big"),
        ("SELECT has_style('x', 'no style') AS subject, 1 AS place", "user-defined function"),
        ("SELECT id AS subject FROM event", "its header asks for subject, place"),
        ("SELECT place, id AS subject FROM event", "its header asks for subject, place"),
        ("SELECT id AS subject, place, 1 AS more FROM event", "its header asks for subject, place"),
        ("SELECT 1 AS subject, place FROM event", "gives 1 as subject"),
        ("SELECT id AS subject, 99 AS place FROM event", "gives 99 as place"),
        ("SELECT id AS subject, 'x' AS place FROM event", "gives 'x' as place"),
        ("SELECT id AS subject, place, 'fatal' AS severity FROM event", "gives 'fatal' as severity"),
        ("SELECT id AS subject, :unknown AS place FROM event", "unknown"),
        ("SELECT '\udcff' AS subject, 1 AS place", "half a character"),
    ],
)
def test_a_query_that_is_wrong_or_hostile_fails_alone(sql: str, reason: str) -> None:
    base = fact_base()
    base.freeze()
    good = rule("SELECT id AS subject, place FROM event")
    outcome = engine.run(base, [rule(sql), good], PROJECT, Limits(seconds=0.5, rows=100))
    (failed,) = outcome.failed
    assert (failed.rule, failed.name, failed.place.path) == ("ACME001", "own-rule", "company/ACME001_own_rule.sql")
    assert reason in failed.message
    assert [f.subject for f in outcome.findings] == ["web/Order"]


@pytest.mark.parametrize(
    ("sql", "place", "hint"),
    [
        ("-- nonsense\nSELECT\n  'nonsense', nonsense AS subject, place FROM event", (14, 15), "schema facts"),
        ("SELECT id AS subject, place FROM events", (12, 34), "did you mean 'event'?"),
        ("SELECT id AS subject, e.placee AS place FROM event e", (12, 25), "did you mean 'place'?"),
        ("SELECT id AS subject, place FORM event", (12, 34), "one SELECT in SQLite's dialect"),
        ("DELETE FROM event", (12, 1), "change nothing"),
        ("SELECT id AS subject FROM event", (12, 1), "with AS"),
    ],
)
def test_a_failure_tells_the_place_in_the_query_and_how_to_mend_it(sql: str, place: tuple[int, int], hint: str) -> None:
    base = fact_base()
    base.freeze()
    (failed,) = engine.run(base, [rule(sql)], PROJECT).failed
    assert (failed.place.line, failed.place.column) == place
    assert hint in failed.hint


@pytest.mark.parametrize(
    ("name", "styles"),
    [
        ("email", {"snake_case", "camelCase", "kebab-case", "lower case"}),
        ("cart_id", {"snake_case"}),
        ("cartId", {"camelCase"}),
        ("orderID", {"camelCase"}),
        ("CartId", {"PascalCase"}),
        ("cart-id", {"kebab-case"}),
        ("CART_ID", {"SCREAMING_SNAKE_CASE"}),
        ("Order Completed", {"Title Case"}),
        ("Product Added to Cart", {"Title Case"}),
        ("Order completed", {"Sentence case"}),
        ("order completed", {"lower case"}),
        ("Order", {"PascalCase", "Title Case", "Sentence case"}),
        ("größe_über", {"snake_case"}),
        ("Cart_id", set()),
        ("cart__id", set()),
        ("", set()),
    ],
)
def test_styles_of_names(name: str, styles: set[str]) -> None:
    assert {style for style in engine.STYLES if engine.has_style(name, style)} == styles


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        ([], None),
        (["a", "a"], "a"),
        (["b", "a"], "a and b"),
        (["c", "b", "a"], "a, b and c"),
        (["d", "c", "b", "a"], "a, b, c and 1 more"),
    ],
)
def test_listings_name_three_and_count_the_rest(words: list[str], listed: str | None) -> None:
    base = fact_base()
    base.freeze()
    engine.register(base)
    sql = "SELECT listing(value) FROM (SELECT value FROM json_each(:words) UNION ALL SELECT NULL)"
    assert base.query(sql, {"words": json.dumps(words)}).rows == [(listed,)]


def test_counts_have_their_noun_in_number() -> None:
    assert [engine.counted(n, "query") for n in (0, 1, 2)] == ["0 queries", "1 query", "2 queries"]
    assert engine.counted(1234, "field") == "1,234 fields"


def test_a_rule_does_not_pay_for_the_tables_that_it_is_the_first_to_ask_for() -> None:
    with fact_base() as base:

        def fill() -> None:
            start = time.monotonic()
            while time.monotonic() < start + 0.3:
                base.count(
                    "SELECT sum(length(value)) FROM json_each('[' || replace(hex(zeroblob(9999)), '0', '1,') || '1]')"
                )

        base.defer("note", fill)
        base.freeze()
        assert base.query("SELECT count(*) FROM note", limits=Limits(seconds=0.2)).rows == [(0,)]
