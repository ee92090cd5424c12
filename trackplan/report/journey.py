"""Use cases and inventory → each stage of the customer journey: what it has, what it has too much of, what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.report.model import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trackplan.report.model import Subject, UseCase

# As a customer comes by them; what a team calls otherwise comes behind, by name.
_ORDER = ("awareness", "acquisition", "consideration", "evaluation", "purchase", "conversion", "onboarding",
          "activation", "delivery", "usage", "engagement", "support", "retention", "loyalty", "advocacy", "referral",
          "operations")  # fmt: skip
_TOO_MUCH = 0.5
"""From which share of idle and waste on a stage has too much."""


def journey(use_cases: Sequence[UseCase], subjects: Mapping[str, Subject]) -> tuple[Stage, ...]:
    """The stages that use cases name, in the order of the journey, and last what names none.

    Waste belongs to a stage where another field of the same event or table is needed there.
    """
    stages: dict[str, list[UseCase]] = {}
    for case in use_cases:
        if case.state not in ("expired", "retired"):
            stages.setdefault(case.stage, []).append(case)
    wasted: dict[str, list[str]] = {}
    for subject in subjects.values():
        if subject.status == "waste":
            wasted.setdefault(subject.group, []).append(subject.id)
    return tuple(_stage(name, stages[name], subjects, wasted) for name in sorted(stages, key=_place))


def _place(stage: str) -> tuple[bool, int, str]:
    known = stage.lower()
    return (not stage, _ORDER.index(known) if known in _ORDER else len(_ORDER), stage)


def _stage(name: str, cases: list[UseCase], subjects: Mapping[str, Subject], wasted: Mapping[str, list[str]]) -> Stage:
    needed = {id_ for case in cases for id_ in case.fields if id_ in subjects}
    idle = sum(subjects[id_].status == "idle" for id_ in needed)
    used = sum(subjects[id_].used is True for id_ in needed)
    waste = len({id_ for group in {subjects[id_].group for id_ in needed} for id_ in wasted.get(group, ())})
    unmet = tuple(sorted(_unmet(cases)))
    much = idle + waste >= _TOO_MUCH * max(idle + waste + used, 1)
    verdict = " and ".join([*(["too much"] if much and idle + waste else []), *(["missing data"] if unmet else [])])
    return Stage(name, tuple(case.id for case in cases), used, idle, waste, unmet, verdict or "fits")


def _unmet(cases: list[UseCase]) -> Iterable[str]:
    for case in cases:
        for need in case.needs:
            if not need.matches:
                yield f"{case.id}: {need.selector} is not collected"
        for consumer in case.missing_consumers:
            yield f"{case.id}: {consumer} does not exist"
        if case.state == "active" and not case.fields and not case.gaps:
            yield f"{case.id}: no data is tied to it"
