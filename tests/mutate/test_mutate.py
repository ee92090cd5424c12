"""Breaking a rule's conditions: what the tool does, and that the rules' cases notice it."""

from __future__ import annotations

import pytest

from tests.mutate.mutants import mutants
from tests.mutate.survey import known, survey
from trackplan import rules

RULES = [rule for rule in rules.shipped() if not rule.retired]
FLOOR = 0.99  # of all mutants that change anything are noticed; what is new may lack a case or two


def test_every_condition_is_broken_in_each_way() -> None:
    sql = "SELECT a FROM t LEFT JOIN u ON u.k = t.k WHERE (t.x > 1 OR t.y IN ('p', 'q')) AND NOT t.z"
    assert {mutant.name for mutant in mutants(sql)} == {
        "inner join: LEFT JOIN u ON u.k = t.k",
        "drop: u.k = t.k",
        "negate: u.k = t.k",
        "operator: u.k = t.k",
        "drop: t.x > 1",
        "negate: t.x > 1",
        "operator: t.x > 1",
        "constant: 1",
        "drop: t.y IN ('p', 'q')",
        "negate: t.y IN ('p', 'q')",
        "without 'p': t.y IN ('p', 'q')",
        "without 'q': t.y IN ('p', 'q')",
        "constant: 'p'",
        "constant: 'q'",
        "drop: t.z",
        "negate: t.z",
    }
    broken = {mutant.name: mutant.sql for mutant in mutants(sql)}
    assert "(FALSE OR t.y IN" in broken["drop: t.x > 1"]
    assert "(t.x > 1 OR FALSE)" in broken["drop: t.y IN ('p', 'q')"]


def test_the_cases_notice_what_is_broken() -> None:
    surveys = [survey(rule) for rule in RULES]
    total = sum(found.count for found in surveys)
    survivors = [
        f"{found.rule.id} {mutant.name}"
        for found in surveys
        for mutant in found.survivors
        if mutant.name not in known().get(found.rule.id, {})
    ]
    assert len(survivors) <= (1 - FLOOR) * total, "python -m tests.mutate"


def test_equivalents_are_of_rules_that_there_are() -> None:
    assert set(known()) <= {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_broken(rule: rules.Rule) -> None:
    joined = " ".join(rule.sql.split()).upper()
    assert any(True for _ in mutants(rule.sql)) == (" WHERE " in joined or " ON " in joined or " HAVING " in joined)
