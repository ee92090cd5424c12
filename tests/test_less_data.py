"""Less data: what would do for all consumers, and the proof by execution that it does."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from tests.judge.cases import Case
from tests.judge.coarse import coarse
from tests.judge.less import Outcome, judge, less_of
from trackplan import pipeline, project
from trackplan.derive.alternatives import Alternative, choose
from trackplan.proof.bench import BuildError
from trackplan.sql.forms import composed, finest

SEEDS = int(os.environ.get("LESS_SEEDS", "60"))
DDL = "create table t(id int, seen timestamp, email varchar, other varchar, born date, lat double, url varchar)"

FOUND = [
    ("email", "select count(email) as n from t", "flag", "whether there is a value"),
    ("seen", "select date_trunc('month', seen) as m from t", "coarsen", "its month"),
    ("seen", "select date_trunc('month', seen) as m, year(seen) as y from t", "coarsen", "its month"),
    ("seen", "select date_trunc('month', seen) as m, date_trunc('week', seen) as w from t", "coarsen", "its day"),
    ("seen", "select count(*) as n from t where seen >= date '2026-01-01'", "coarsen", "its day"),
    ("email", "select split_part(email, '@', 2) as d from t", "truncate", "its domain"),
    ("email", "select left(email, 3) as p from t where email like 'a%'", "truncate", "its first 3 characters"),
    ("url", "select split_part(url, '?', 1) as p from t", "truncate", "what is before its query"),
    ("lat", "select round(lat, 1) as l from t", "coarsen", "1 decimal of it"),
    ("lat", "select round(lat, 1) as l, round(lat, 2) as k from t", "none", ""),
    ("email", "select count(distinct email) as n from t", "hash", "a keyed hash of it"),
    ("email", "select count(*) as n from t group by email", "hash", "a keyed hash of it"),
    ("lat", "select sum(lat) as s from t", "aggregate", "sums of it"),
    ("lat", "select count(*) as n from t where lat > 3", "bucket", "ranges of it"),
    ("lat", "select count(*) as n from t where lat > 3 and seen is null", "bucket", "ranges of it"),
    ("email", "select email from t", "none", ""),
    ("email", "select email, count(*) as n from t group by email", "none", ""),
    ("email", "select upper(email) as u from t", "none", ""),
    ("seen", "select * from t", "none", ""),
    ("born", "select count(distinct born) as n from t", "none", ""),
    ("email", "select split_part(email, '@', 2) as d, count(distinct email) as n from t group by 1", "none", ""),
]


def alternative(queries: dict[str, str], column: str, models: dict[str, str] | None = None) -> Alternative:
    """What would do for a column of `t`."""
    less = less_of(Case("one", DDL, queries, models or {}))
    return less.alternative([key for key, (_, stored) in less.facts.stored.items() if stored.name == column][:1])


@pytest.mark.parametrize(("column", "query", "action", "keep"), FOUND)
def test_what_would_do_for_one_consumer(column: str, query: str, action: str, keep: str) -> None:
    found = alternative({"q": query}, column)
    assert (found.action, found.keep) == (action, keep)


CHAINS = [
    (
        {"m": "select seen from t", "n": "select seen as first_seen from m"},
        "select date_trunc('month', first_seen) as x from n",
    ),
    (
        {"m": "with s as (select * from t), r as (select seen as a from s) select * from r"},
        "select month(a) as x from m",
    ),
    ({"m": "select date_trunc('month', seen) as a from t"}, "select a from m"),
    ({"m": "select min(seen) as a from t group by id"}, "select date_trunc('month', a) as x from m"),
    ({"m": "select seen from t union all select seen from t"}, "select date_trunc('month', seen) as x from m"),
    ({"m": "select coalesce(seen, now()) as a from t"}, "select strftime(a, '%Y-%m') as x from m"),
    ({"m": "select id from t where month(seen) = 3"}, "select id from m"),
    ({"m": "create table m as select {'a': seen} as s from t"}, "select month(s.a) as x from m"),
]


@pytest.mark.parametrize(("models", "query"), CHAINS)
def test_forms_come_through_chains_of_models(models: dict[str, str], query: str) -> None:
    found = alternative({"q": query}, "seen", models)
    expected = "none" if "{" in str(models["m"]) else "coarsen"
    assert (found.action, found.broken) == (expected, ())
    assert expected == "none" or found.keep == "its month"


def test_one_consumer_that_takes_all_of_it_is_enough() -> None:
    month = "select date_trunc('month', seen) as x from t"
    assert alternative({"q": month}, "seen").action == "coarsen"
    found = alternative({"q": month, "r": "select seen from t"}, "seen")
    assert found.action == "none"
    assert found.evidence == "query.r takes all of it, query.q needs no more than its month"
    assert alternative({"q": month, "r": "select * from t"}, "seen").action == "none"


def test_what_is_not_clear_is_no_evidence() -> None:
    month = "select date_trunc('month', seen) as x from t"
    found = alternative({"q": month, "r": "selec at fro t"}, "seen")
    assert found.action == "unknown"
    assert "r.sql" in found.evidence
    doubtful = {"q": month, "r": "select date_trunc('month', seen) as x from t, open_one o"}
    assert alternative(doubtful, "seen").action == "unknown"


def test_what_would_have_to_change_is_told() -> None:
    queries = {"a": "select count(distinct email) as n from t", "b": "select id from t where email = 'x'"}
    found = alternative(queries, "email")
    assert (found.action, found.broken) == ("hash", ("query.b",))
    assert found.advice == (
        "Keep only a keyed hash of it: query.a only tells its values apart, query.b compares it with given values. "
        "That breaks query.b: what it is compared with has to be hashed too."
    )


def test_what_nobody_uses_goes() -> None:
    found = alternative({"q": "select id from m"}, "email", {"m": "select id, email from t"})
    assert (found.action, found.broken) == ("drop", ("m",))
    assert found.advice == "Drop it: no consumer uses it. m has to do without."


def test_others_than_those_that_count_are_told_if_they_have_to_change() -> None:
    found = choose({"query.q": {"counted"}}, {"test.t": {"whole"}, "test.u": {"counted"}}, ["varchar"])
    assert (found.action, found.broken) == ("flag", ("test.t",))


def test_no_time_and_no_list_is_replaced_by_a_hash() -> None:
    for type_ in ("timestamp", "DATE", "varchar[]", "number", "json"):
        assert choose({"query.q": {"told apart"}}, {}, [type_]).action == "none"
    assert choose({"query.q": {"told apart"}}, {}, ["", "string"]).action == "hash"


def test_forms_go_together() -> None:
    assert composed("", "told apart") == "told apart"
    assert composed("mixed", "told apart") == "joined"
    assert composed("cast", "counted") == "computed"
    assert composed("truncated to day", "truncated to month") == "truncated to month"
    assert composed("truncated to month", "truncated to week") == "truncated to month"
    assert composed("truncated to month", "counted") == "truncated to month"
    assert composed("extreme", "told apart") == "aggregated"
    assert finest({"month", "week"}) == "day"
    assert finest({"hour", "week"}) == "hour"
    assert finest({"year", "month"}) == "month"


def test_no_consumer_changes_where_nothing_is_said_to_break() -> None:
    outcome = Outcome()
    for seed in range(SEEDS):
        try:
            outcome.add(judge(coarse(seed)))
        except BuildError:
            continue
    assert not outcome.wrong
    for action in ("drop", "flag", "coarsen", "truncate", "hash"):
        assert outcome.free[action] >= SEEDS // 10, str(outcome.free)


def test_whatever_a_rule_may_ask_about_has_its_row(storefront: Path) -> None:
    base = pipeline.build(project.load(storefront / "trackplan.yaml"), date(2026, 7, 1))
    asked = set(base.fetch("SELECT kind, key FROM lessened_subject JOIN subject USING (kind, key)"))
    people = set(base.fetch("SELECT kind, key FROM personal_subject"))
    against = set(
        base.fetch("SELECT kind, key FROM classification JOIN subject USING (kind, key) WHERE contradicts <> ''")
    )
    assert people
    assert people | against <= asked
    assert asked == set(base.fetch("SELECT kind, key FROM less_data"))
