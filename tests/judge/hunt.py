"""A quick search for false "unused": everything that trackplan says a consumer does not depend on changes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.cases import FEW, MORE, PLAIN, TWINS, prepare
from tests.judge.truth import Subject, Trial, Truth, compare, subjects_of
from tests.judge.verdicts import Verdict, free_of, judge, said_of
from trackplan.proof.bench import ERRORS, BuildError
from trackplan.proof.perturb import WAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.judge.cases import Case, Data


SEEDS = (PLAIN[0], TWINS, FEW)
WIDE = (*SEEDS, MORE[0], MORE[2], MORE[3])


def hunt(case: Case, seeds: Sequence[int | Data] = SEEDS) -> Verdict:
    """Look for unsound verdicts only, one data set per seed; far cheaper than to know the truth. Raises BuildError.

    A plain first data set must run; not all SQL runs on the others.
    """
    said = said_of(case)
    truth = Truth()
    for seed in seeds:
        try:
            bench, pool = prepare(case, seed)
        except (BuildError, *ERRORS):
            if seed == PLAIN[0]:
                raise
            continue
        truth.consumers |= set(bench.consumers)
        for table, columns in bench.raw.items():
            units, consumers = bench.downstream(table)
            named = {column.name: column for column in columns}
            subjects = subjects_of(table, columns)
            groups: dict[tuple[Subject, ...], set[str]] = {}
            for consumer in consumers:
                free = tuple(subject for subject in subjects if free_of(subject, consumer, said))
                groups.setdefault(free, set()).add(consumer)
            for free, names in groups.items():
                _try(Trial(bench, pool, f"{seed}", table, named, frozenset(names)), free, truth)
            bench.restore(table, units)
        bench.connection.close()
    return judge(case.name, truth, said)


def _try(trial: Trial, free: tuple[Subject, ...], truth: Truth) -> None:
    """Perturb what must not matter; if a consumer changes, leave out what is not needed for that."""
    for way in WAYS if free else ():
        changed = compare(trial, list(free), way, set())
        if not changed:
            continue
        guilty = list(free)
        for subject in free:
            fewer = [other for other in guilty if other != subject]
            if fewer and (still := compare(trial, fewer, way, set())):
                guilty, changed = fewer, still
        for subject in guilty:
            truth.changed.setdefault(subject, set()).update(changed)
        return
