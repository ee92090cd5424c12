"""Proposals to keep less, proved: each consumer that takes the value gets the same from what is kept, on made-up data.

The SQL that runs is the one that is proposed, as DuckDB writes it. Who notices nothing when the value is another one
proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.proof.lessened import Part, try_less
from trackplan.prune import runnable
from trackplan.prune.less import backfills
from trackplan.prune.model import BOUND, PROVED, UNPROVED, Proof
from trackplan.sql.forms import PREFIX, ROUNDED, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trackplan.proof.lessened import Shown
    from trackplan.prune.less import Lessening
    from trackplan.prune.verify import Verifier

_TOLD = 3


def prove(verifier: Verifier, lessening: Lessening) -> tuple[Proof, tuple[str, ...]]:
    """The proof that consumers get the same from less, and what speaks against it."""
    try:
        tried = list(parts(verifier, lessening))
    except ValueError as error:
        return Proof(BOUND, (f"not run: {error}",)), ()
    shown: list[Shown] = []
    open_ = set(lessening.takers)
    for stage in (stage for stage in verifier.stages if not stage.sampled):  # made-up values may be told, others not
        shown.append(try_less(stage, tried, lessening.named.id, open_))
        open_ -= shown[-1].noticed
        wrong = shown[-1].wrong
        if wrong:
            against = tuple(f"{n} gets something else from {lessening.keep}: {wrong[n]}" for n in sorted(wrong))
            return Proof(UNPROVED, against[:_TOLD]), against[:_TOLD]
    silent = dict(_silent(verifier, lessening, tried, shown))
    whole = lessening.takers.keys() | silent.keys()
    sets = f"{len(shown)} data sets of about {verifier.rows():,} rows"
    told = f"{len(whole - silent.keys())} of {len(whole)} consumers that take it get the same from {lessening.keep}"
    doubts = tuple(f"not proved for {name}: {silent[name]}" for name in sorted(silent))
    return Proof(BOUND if doubts else PROVED, (f"{told} on {sets}", *doubts)), ()


def parts(verifier: Verifier, lessening: Lessening) -> Iterator[Part]:
    """What is tried. Raises `ValueError` with the reason where it cannot be."""
    for key, made in backfills(verifier.world, lessening, "duckdb"):
        column = verifier.world.columns[key]
        if not made.value:
            raise ValueError(made.note or "it lies where no statement of DuckDB reaches it")
        name = runnable.name_of(verifier.world.relations[column.relation].parts)
        yield Part(name, column.path[0], column.path[1:], made.value, _nature(lessening.form))


def _nature(form: str) -> str:
    """Which values show whether more than a form is asked for."""
    if unit_of(form):
        return "time"
    families = ((ROUNDED, "number"), (PREFIX, "beginning"), ("domain", "domain"), ("host", "url"), ("path", "url"))
    return next((nature for family, nature in families if form.startswith(family)), "any")


def _silent(
    verifier: Verifier, lessening: Lessening, tried: Iterable[Part], shown: Sequence[Shown]
) -> Iterator[tuple[str, str]]:
    """The consumers for which nothing is shown, and why."""
    failed = next((each.failed for each in shown if each.failed), "")
    changed = any(each.changed for each in shown)
    behind = verifier.behind({part.table.rpartition(".")[2].lower() for part in tried})
    for name in sorted(lessening.takers):
        if name in verifier.silent and name not in verifier.pipeline.consumers:
            yield name, verifier.silent[name]
        elif failed:
            yield name, failed
        elif not changed:
            yield name, "the data that was made up is as coarse as what is kept"
        elif not any(name in each.filled for each in shown):
            yield name, verifier.silent.get(name, "it gets no rows on any data set")
        elif not any(name in each.noticed for each in shown):
            yield name, "it does not notice when the value is another one"
    for name, why in verifier.silent.items():
        if (
            name not in lessening.takers
            and name not in verifier.pipeline.consumers
            and verifier.words_of(name) & behind
        ):
            yield name, why
