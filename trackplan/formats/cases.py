"""The cases of rules, for people and for programs.

ACME001 no-phone-numbers
  pass  a phone number in the plan
  FAIL  an order number                  company_rules/tests/ACME001_no_phone_numbers.yml:24
          expected  plan.yaml:6: error: web/Order.number: web/Order.number looks like a phone number.
          found     plan.yaml:7: error: web/Order.number: web/Order.number looks like a phone number.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Protocol

from trackplan.counted import plural
from trackplan.formats import table
from trackplan.formats.base import Look, paint
from trackplan.formats.source import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.findings import Problem
    from trackplan.rules.base import Rule
    from trackplan.rules.cases import Result

_LABEL = 10
_INDENT = " " * 10


class Tested(Protocol):
    """A rule, how each of its cases went, and the kinds of cases that it lacks."""

    @property
    def rule(self) -> Rule:
        """The rule."""

    @property
    def results(self) -> tuple[Result, ...]:
        """Its cases, each with how it went."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What cases it has to have, and has not."""


def of_rule(tested: Tested, look: Look) -> str:
    """The cases of one rule; with `look.quiet` only what did not pass, and '' if all did."""
    lines = [line for result in tested.results if not (look.quiet and result.passed) for line in _lines(result, look)]
    lines += [f"  {paint('lack', 'yellow', look)}  {kind}" for kind in tested.lacking]
    heading = f"{tested.rule.id} {tested.rule.name}"
    return "\n".join([paint(visible(heading), "bold", look), *lines]) + "\n" if lines else ""


def closing(done: Sequence[Tested], broken: int, look: Look) -> str:
    """All of it in one line: `2 rules, 5 cases: 4 passed, 1 failed`. Some rules may be too `broken` to be tested."""
    results = [result for tested in done for result in tested.results]
    passed = sum(result.passed for result in results)
    rules, failed, lacking = len(done) + broken, len(results) - passed, sum(1 for tested in done if tested.lacking)
    said = f"{plural(rules, 'rule')}, {plural(passed + failed, 'case')}: {passed:,} passed, {failed:,} failed"
    said += f"; {plural(lacking, 'rule')} without all cases that a rule needs" if lacking else ""
    return paint(said, "bold red" if failed else "bold yellow" if lacking else "bold green", look) + "\n"


def as_json(done: Sequence[Tested], unusable: Sequence[Problem], *, quiet: bool) -> str:
    """All of it for programs, or if `quiet` only what did not pass; the form is `schemas/rule-results.schema.json`."""
    return table.as_json(
        {
            "version": 1,
            "rules": [
                {
                    "id": tested.rule.id,
                    "name": tested.rule.name,
                    "lacking": list(tested.lacking),
                    "cases": [_case(result) for result in tested.results if not (quiet and result.passed)],
                }
                for tested in done
            ],
            "problems": [_problem(problem) for problem in unusable],
        }
    )


def _case(result: Result) -> dict[str, object]:
    return {
        "name": result.case.name,
        "place": str(result.case.place),
        "passed": result.passed,
        "expected": [row._asdict() for row in result.missing],
        "found": [row._asdict() for row in result.unexpected],
        "expected_skipped": list(result.case.skipped),
        "skipped": list(result.skipped),
        "problems": [_problem(problem) for problem in result.problems],
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {"place": str(problem.place), "message": problem.message, "hint": problem.hint}


def _lines(result: Result, look: Look) -> list[str]:
    word, style = ("pass", "green") if result.passed else ("FAIL", "bold red")
    lines = [f"  {paint(word, style, look)}  {visible(result.case.name)}"]
    if result.passed:
        return lines
    lines[0] += f"  ({visible(str(result.case.place))})"
    for problem in result.problems:
        lines += _wrapped("error", f"{problem.place}: {problem.message}", look)
        lines += _wrapped("", problem.hint, look) if problem.hint else []
    for label, style, rows in (("expected", "red", result.missing), ("found", "green", result.unexpected)):
        for row in rows:
            lines += _wrapped(label, str(row), look, style)
    if result.skipped != result.case.skipped and not result.problems:
        lines += _wrapped("expected", _ran(result.case.skipped), look, "red")
        lines += _wrapped("found", _ran(result.skipped), look, "green")
    return lines


def _ran(skipped: tuple[str, ...]) -> str:
    return f"the rule is skipped for want of {', '.join(skipped)}" if skipped else "the rule is run"


def _wrapped(label: str, text: str, look: Look, style: str = "") -> list[str]:
    first, *rest = textwrap.wrap(
        visible(text),
        max(look.width - len(_INDENT) - _LABEL, 40),
        break_on_hyphens=False,
        break_long_words=False,
    ) or [""]
    lines = [_INDENT + label.ljust(_LABEL) + first, *(_INDENT + " " * _LABEL + line for line in rest)]
    return [paint(line, style, look) for line in lines]
