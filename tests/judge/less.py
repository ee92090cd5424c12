"""Less data, judged: where trackplan says that a coarser form of a column would do, it is put in the column's place.

No consumer may then give another result, but for those that are said to have to change.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests.judge.cases import Case, prepare
from tests.judge.verdicts import TODAY, write_project
from trackplan import pipeline, project
from trackplan.derive import less
from trackplan.proof.bench import ERRORS, Bench, BuildError, Result
from trackplan.proof.perturb import coarsened

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.derive.alternatives import Alternative
    from trackplan.derive.less import Less
    from trackplan.proof.bench import RawColumn

TRIED = ("flag", "coarsen", "truncate", "hash", "drop")
_KEPT = datetime.datetime(2000, 1, 1)


@dataclass(slots=True)
class Outcome:
    """What was proposed, by action, how much of it was tried, and what went wrong, one line each."""

    proposed: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    free: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Take on another outcome."""
        self.proposed += other.proposed
        self.tried += other.tried
        self.free += other.free
        self.wrong += other.wrong


def less_of(case: Case) -> Less:
    """What trackplan would choose alternatives with for a case."""
    with tempfile.TemporaryDirectory() as name, mock.patch.object(less, "store") as store:
        write_project(case, Path(name))
        pipeline.build(project.load(Path(name) / "trackplan.yaml"), TODAY)
    base, facts, _ = store.call_args.args
    return less.Less.of(base, facts)


def judge(case: Case, seeds: tuple[int, ...] = (1,)) -> Outcome:
    """Try all alternatives that trackplan has for the raw columns of a case, and the keys in them."""
    outcome = Outcome()
    chooser = less_of(case)
    found: list[tuple[str, str, tuple[str, ...], Alternative]] = []
    with chooser.base:
        for key, (number, column) in chooser.facts.stored.items():
            if key <= chooser.facts.raw:
                relation = chooser.facts.linking.program.tables[number].relation
                chosen = chooser.alternative([key])
                outcome.proposed[chosen.action] += 1
                if chosen.action in TRIED:
                    found.append((relation.id if relation else "", column.name, column.path, chosen))
    for seed in seeds:
        bench, _ = prepare(case, seed)
        for table, name, path, chosen in found:
            _try(outcome, bench, (table, name, path), chosen)
        bench.connection.close()
    return outcome


def _try(outcome: Outcome, bench: Bench, at: tuple[str, str, tuple[str, ...]], chosen: Alternative) -> None:
    name, column, path = at
    table = next((t for t in bench.raw if t.lower() == name.lower()), None)
    raw = next((c for c in bench.raw[table] if c.name.lower() == column.lower()), None) if table else None
    if raw is None or table is None:
        return
    new = _coarser(raw, path, chosen, bench)
    if new is None or new == raw.values:
        return
    units, consumers = bench.downstream(table)
    try:
        bench.swap(table, [(raw, new)])
    except ERRORS:  # values of no such type: a hash is no ENUM's
        return
    outcome.tried[chosen.action] += 1
    outcome.free[chosen.action] += not chosen.broken
    what = f"{'.'.join((name, column, *path))}: {chosen.action} {chosen.keep} ({chosen.evidence})"
    if bench.rebuild(table, units) is None:
        outcome.wrong.append(f"{what}: a model fails")
    else:
        for consumer in consumers:
            if f"query.{consumer}" not in chosen.broken and not _same(bench, consumer):
                outcome.wrong.append(f"{what}: changes {consumer}")
    bench.restore(table, units)


def _same(bench: Bench, consumer: str) -> bool:
    try:
        return _plain(bench.result(consumer)) == _plain(bench.baseline[consumer])
    except BuildError:
        return False


def _plain(result: Result) -> str:
    """A result without the sign of zero, which a value that is written out and read again may lose."""
    return re.sub(r"-0\.0(?!\d)", "0.0", repr(result))


def _coarser(raw: RawColumn, path: tuple[str, ...], chosen: Alternative, bench: Bench) -> list[Any] | None:
    """The values of a column in the form that would do; None where its values are of no such kind."""
    change = _CHANGES.get(chosen.action)
    try:
        made = change(chosen.keep, bench) if change else None
        return None if made is None else coarsened(raw.values, path, made)
    except _OtherKindError:
        return None


class _OtherKindError(Exception):
    """A value is not of a kind that can be coarsened so."""


def _drop(_keep: str, _bench: Bench) -> Callable[[Any], Any]:
    return lambda _: None


def _flag(_keep: str, _bench: Bench) -> Callable[[Any], Any]:
    return _constant


def _constant(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _OtherKindError
    kinds: tuple[tuple[type, Any], ...] = (
        (bool, True), (int, 1), (float, 1.0), (str, "x"), (datetime.datetime, _KEPT), (datetime.date, _KEPT.date()),
    )  # fmt: skip
    return next((constant for kind, constant in kinds if isinstance(value, kind)), value)


def _hash(_keep: str, _bench: Bench) -> Callable[[Any], Any]:
    return _hashed


def _hashed(value: Any) -> Any:
    if isinstance(value, list):
        return [_hashed(item) for item in value]
    if isinstance(value, dict):
        return {key: _hashed(item) for key, item in value.items()}
    digest = hashlib.sha256(f"key {value}".encode()).hexdigest()
    if value is None:
        return None
    if isinstance(value, str):
        return digest[:16]
    if isinstance(value, bool | float) or not isinstance(value, int):
        raise _OtherKindError
    return int(digest[:7], 16)


def _coarsen(keep: str, bench: Bench) -> Callable[[Any], Any]:
    unit = keep.removeprefix("its ")
    decimals = keep.partition(" decimal")[0]

    def change(value: Any) -> Any:
        if isinstance(value, datetime.date):
            kind = "timestamp" if isinstance(value, datetime.datetime) else "date"
            (found,) = bench.connection.execute(f"select date_trunc('{unit}', ?)::{kind}", [value]).fetchone() or (0,)
            return found
        if isinstance(value, float) and decimals.isdigit():
            (found,) = bench.connection.execute(f"select round(?::double, {decimals})", [value]).fetchone() or (0,)
            return found
        raise _OtherKindError

    return change


def _truncate(keep: str, _bench: Bench) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if not isinstance(value, str):
            raise _OtherKindError
        if keep == "its domain":
            return f"*{value[value.index('@') :]}" if "@" in value else ""
        if keep == "what is before its query":
            return value.partition("?")[0]
        return value[: int(keep.split()[2]) if keep.endswith("characters") else 1]

    return change


_CHANGES = {"drop": _drop, "flag": _flag, "hash": _hash, "coarsen": _coarsen, "truncate": _truncate}
