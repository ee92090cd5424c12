"""The cases of rules, run: each a project of its own in memory, judged by its rule alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from trackplan import judgement, pipeline, project, rules
from trackplan.errors import InputError, ReadError
from trackplan.findings import Problem
from trackplan.rules.cases import PROJECT_FILE, Case, Result, Row
from trackplan.tree.memory import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.facts.base import FactBase
    from trackplan.facts.limits import Limits
    from trackplan.project import Project
    from trackplan.rules import Rule


@dataclass(frozen=True, slots=True)
class Ready:
    """A case whose facts have been built; any rule may judge them."""

    case: Case
    project: Project
    base: FactBase


@dataclass(frozen=True, slots=True)
class Tested:
    """A rule, how each of its cases went, and the kinds of cases that it lacks."""

    rule: Rule
    results: tuple[Result, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(result.passed for result in self.results)

    @property
    def failed(self) -> int:
        """How many did not."""
        return len(self.results) - self.passed


def run(rule: Rule, cases: Sequence[Case]) -> tuple[Result, ...]:
    """All the cases of a rule."""
    return tuple(_run(rule, case) for case in cases)


def prepare(case: Case, rule: Rule) -> Ready:
    """Build the facts of a case. Raises `InputError` where its project file is wrong."""
    opened = project.read(MemoryTree(case.files), PROJECT_FILE)
    wrong = [*rules.problems(opened, (*rules.shipped(), rule), ())]
    if wrong:
        raise ReadError(wrong)
    return Ready(case, opened, pipeline.build(opened, date.fromisoformat(case.today)))


def judge(rule: Rule, ready: Ready, limits: Limits | None = None) -> Result:
    """Let the rule judge a case."""
    others = [other for other in rules.shipped() if other.id != rule.id]
    usual = [choice.rule for choice in rules.decide(others, ready.project) if choice.on]
    asked = judgement.Asked((*others, rule), [rule], usual)
    day = date.fromisoformat(ready.case.today)
    outcome = judgement.judge(ready.base, ready.project, asked, day, limits).outcome
    if outcome.failed:
        told = (Problem(failed.place, failed.message, failed.hint) for failed in outcome.failed)
        return Result(ready.case, problems=tuple(told))
    expected = list(ready.case.expect)
    rows = [
        Row(f"{f.place.path}:{f.place.line}", str(f.severity), f.subject, f.message, f.fix).as_told(expected)
        for f in outcome.findings
    ]
    return Result(
        ready.case,
        tuple(row for row in expected if row not in rows),
        # In another order, or more than once: told as unexpected from the first difference on.
        tuple(row for row in rows if row not in expected) or _reordered(rows, expected),
        tuple(kind for skipped in outcome.skipped for kind in (*skipped.missing, *skipped.broken)),
    )


def _run(rule: Rule, case: Case) -> Result:
    try:
        ready = prepare(case, rule)
        with ready.base:
            return judge(rule, ready)
    except InputError as error:
        return Result(case, problems=error.problems)


def _reordered(rows: Sequence[Row], expected: Sequence[Row]) -> tuple[Row, ...]:
    same = next((i for i, pair in enumerate(zip(rows, expected, strict=False)) if pair[0] != pair[1]), len(expected))
    return tuple(rows[same:]) if len(rows) > same and set(rows) <= set(expected) else ()
