"""Mutants of a rule against its cases and the example: which of them nobody notices."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import yaml
from msgspec.structs import replace

from tests.conftest import ROOT, TODAY
from tests.mutate.mutants import Mutant, mutants, parse, written
from trackplan import engine, pipeline, project, rule_tests
from trackplan.derive import plans
from trackplan.facts.limits import Limits
from trackplan.findings import Finding
from trackplan.rules import folder

if TYPE_CHECKING:
    from trackplan.rules import Rule

LIMITS = Limits(seconds=1.0, rows=100_000)
EQUIVALENTS = Path(__file__).with_name("equivalents.yml")


@dataclass(frozen=True, slots=True)
class Survey:
    """How many mutants of a rule there were, and those that nothing noticed."""

    rule: Rule
    count: int
    survivors: tuple[Mutant, ...]


def survey(rule: Rule) -> Survey:
    """Break the rule in every way. Raises `AssertionError` where the whole rule, written anew, does not pass."""
    made = list(mutants(rule.sql))
    survivors = []
    with ExitStack() as stack:
        # Fields have keys like those of columns then, and a rule that does not ask which is which mistakes them.
        stack.enter_context(patch.object(plans, "GAP", 1))
        ready = [rule_tests.prepare(case, rule) for case in folder.ours().cases(rule)]
        for one in ready:
            stack.enter_context(one.base)
        whole = replace(rule, sql=written(parse(rule.sql)))
        assert all(rule_tests.judge(whole, one).passed for one in ready), rule.id
        usual = _findings(whole)
        for mutant in made:
            broken = replace(rule, sql=mutant.sql)
            if all(rule_tests.judge(broken, one, LIMITS).passed for one in ready) and _findings(broken) == usual:
                survivors.append(mutant)
    return Survey(rule, len(made), tuple(survivors))


@lru_cache(maxsize=1)
def known() -> dict[str, dict[str, str]]:
    """By rule and mutant, why a mutant that survives changes nothing that a case could show."""
    data = yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8")) or {}
    return {str(rule): {str(k): str(v) for k, v in reasons.items()} for rule, reasons in data.items()}


@lru_cache(maxsize=1)
def _shop() -> rule_tests.Ready:
    opened = project.load(ROOT / "examples" / "storefront" / "trackplan.yaml")
    base = pipeline.build(opened, date.fromisoformat(TODAY))
    return rule_tests.Ready(folder.ours().cases(folder.ours().rules[0])[0], opened, base)


def _findings(rule: Rule) -> tuple[Finding, ...]:
    """What the rule finds in the example, whose findings are a test too."""
    shop = _shop()
    outcome = engine.run(shop.base, [rule], shop.project, LIMITS)
    failed = tuple(Finding(f.rule, "", rule.severity, "", f.place, f.message, "") for f in outcome.failed)
    return outcome.findings + failed
