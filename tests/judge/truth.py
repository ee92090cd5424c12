"""What really depends on what: each column, struct member and JSON key is perturbed, the consumers are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trackplan.proof.bench import Bench, BuildError
from trackplan.proof.perturb import MORE_WAYS, WAYS, perturb
from trackplan.proof.sql_text import words_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from trackplan.proof.bench import RawColumn
    from trackplan.proof.values import Pool

FIRST_WAYS = 2


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A raw column, or what `path` names inside it."""

    table: str
    column: str
    path: tuple[str, ...] = ()


@dataclass(slots=True)
class Truth:
    """For each subject the consumers whose results changed; and, where none did, those that need the column's name."""

    changed: dict[Subject, set[str]] = field(default_factory=dict)
    named: dict[Subject, set[str]] = field(default_factory=dict)
    consumers: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Trial:
    """One raw table under test, with what may depend on it."""

    bench: Bench
    pool: Pool
    seed: str
    table: str
    columns: dict[str, RawColumn]
    consumers: frozenset[str]


def add_truth(truth: Truth, bench: Bench, pool: Pool, seed: int, only: frozenset[Subject] = frozenset()) -> None:
    """Perturb every subject of a built pipeline, and add what changes to what other data sets have shown.

    What changes nothing under a few perturbations is tried once more together, which is far quicker than one by
    one; only if that changes something, each is looked at alone. With `only`, these alone are perturbed.
    """
    empty = {name for name, (_, rows) in bench.baseline.items() if not rows}
    truth.empty = truth.empty & empty if truth.consumers else empty
    first = not truth.consumers
    truth.consumers |= set(bench.consumers)
    for table, columns in bench.raw.items():
        units, consumers = bench.downstream(table)
        named = {column.name: column for column in columns}
        trial = Trial(bench, pool, f"{seed}", table, named, frozenset(consumers))
        subjects = subjects_of(table, columns)
        if only:
            subjects = [subject for subject in subjects if subject in only]
        for subject in subjects:
            known = truth.changed.setdefault(subject, set())
            if first:
                _alone(trial, subject, known, WAYS[:FIRST_WAYS])
                if not subject.path and not known:
                    truth.named[subject] = _drop(trial, named[subject.column])
            if known:  # it is live; which other consumers depend on it too?
                _alone(trial, subject, known, WAYS[FIRST_WAYS:4] if first else WAYS[:2])
        dead = [subject for subject in subjects if not truth.changed[subject]]
        if any(compare(trial, dead, way, set()) for way in (WAYS if dead and consumers else ())):
            for subject in dead:
                _alone(trial, subject, truth.changed[subject], WAYS)
        if subjects:
            bench.restore(table, units)


def look_again(truth: Truth, bench: Bench, pool: Pool, seed: str, subjects: Collection[Subject]) -> None:
    """Perturb some subjects one by one in every way, and add what changes."""
    for table, columns in bench.raw.items():
        chosen = [subject for subject in subjects_of(table, columns) if subject in subjects]
        units, consumers = bench.downstream(table)
        trial = Trial(bench, pool, seed, table, {column.name: column for column in columns}, frozenset(consumers))
        for subject in chosen:
            tried = (compare(trial, [subject], way, set()) for way in MORE_WAYS)
            truth.changed[subject] |= next(filter(None, tried), set())
        if chosen:
            bench.restore(table, units)


def subjects_of(table: str, columns: list[RawColumn]) -> list[Subject]:
    """Give the columns of a raw table with everything inside them."""
    return [Subject(table, c.name, path) for c in columns for path in [(), *c.shape.paths()]]


def _alone(trial: Trial, subject: Subject, known: set[str], ways: tuple[str, ...]) -> None:
    """Perturb one subject in several ways, until every consumer has changed; add these to `known`."""
    for way in ways:
        if trial.consumers <= known:
            return
        known |= compare(trial, [subject], way, known)


def compare(trial: Trial, subjects: list[Subject], way: str, known: set[str]) -> set[str]:
    """Perturb some subjects of the table and give the consumers beyond `known` that change; `restore` undoes it."""
    changed: dict[str, list[Any]] = {}
    for subject in subjects:
        column = trial.columns[subject.column]
        values = changed.get(subject.column, column.values)
        seed = f"{trial.seed} {subject}"
        changed[subject.column] = perturb(values, column.shape, subject.path, way, trial.pool, seed)
    pairs = [(trial.columns[name], values) for name, values in changed.items()]
    if all(column.values == values for column, values in pairs):
        return set()
    units, _ = trial.bench.downstream(trial.table)
    trial.bench.swap(trial.table, pairs)
    dirty = trial.bench.rebuild(trial.table, units)
    # A change that makes a model fail tells nothing about the consumers behind it.
    if dirty is None:
        return set()
    return {name for name in trial.consumers - known if _differs(trial.bench, name, dirty)}


def _differs(bench: Bench, name: str, dirty: set[str]) -> bool:
    if not words_of(bench.consumers[name]) & dirty:
        return False
    try:
        return bench.result(name) != bench.baseline[name]
    except BuildError:
        return False


def _drop(trial: Trial, column: RawColumn) -> set[str]:
    """Consumers that fail, or give other columns, once the column is gone, where all models still build."""
    bench = trial.bench
    if len(trial.columns) == 1 or not trial.consumers:
        return set()
    bench.without(trial.table, column.name)
    if bench.rebuild(trial.table, bench.downstream(trial.table)[0]) is None:
        return set()
    lost = set()
    for name in trial.consumers:
        try:
            if bench.result(name)[0] != bench.baseline[name][0]:
                lost.add(name)
        except BuildError:
            lost.add(name)
    return lost
