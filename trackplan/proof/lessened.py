"""Less of some values, tried: consumers run on whole values and on what is kept of them, and have to get the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from trackplan.proof.bench import ERRORS, BuildError
from trackplan.proof.perturb import coarsened, perturb
from trackplan.proof.setting import limited, quote, short
from trackplan.proof.suited import suited

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.proof.bench import Bench, RawColumn, Result
    from trackplan.proof.sql_text import Unit
    from trackplan.proof.stage import Stage

_WAYS = ("fresh", "nulls", "shuffle")


@dataclass(frozen=True, slots=True)
class Part:
    """A stored value by its table, column and way inside, what takes its place, and its nature (see `suited`)."""

    table: str
    column: str
    path: tuple[str, ...]
    value: str
    nature: str


@dataclass(slots=True)
class Shown:
    """What a trial shows on one data set.

    `changed` tells whether less is really kept; `wrong` who gets something else and why; `noticed` who notices when the
    value is another one, of those that get rows (`filled`).
    """

    changed: bool = False
    wrong: dict[str, str] = field(default_factory=dict)
    noticed: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)
    failed: str = ""


@dataclass(slots=True)
class _Trial:
    """Some parts on the bench of a stage, with the models and consumers behind their tables."""

    stage: Stage
    parts: Sequence[Part]
    columns: list[RawColumn]
    units: dict[str, list[Unit]]
    consumers: list[str]

    @property
    def bench(self) -> Bench:
        return self.stage.bench

    def suited(self, salt: str) -> list[list[Any]]:
        """Values for each part in which less of them can be told from the whole."""
        made = []
        for part, column in zip(self.parts, self.columns, strict=True):
            chance = Random(f"{self.stage.seed} {salt} {part.table} {part.column}")
            shape = column.shape.at(part.path) if part.path else column.shape

            def change(value: Any, chance: Random = chance, part: Part = part, shape: Any = shape) -> Any:
                return suited(value, part.nature, shape, self.stage.pool, chance)

            made.append(coarsened(column.values, part.path, change))
        return made

    def store(self, values: list[list[Any]]) -> None:
        """Put values in the place of those that are stored."""
        for table in self.units:
            mine = [
                (column, new)
                for part, column, new in zip(self.parts, self.columns, values, strict=True)
                if part.table == table
            ]
            self.bench.swap(table, _merged(mine))

    def lessen(self) -> bool:
        """Keep less of what is stored, by the SQL that is proposed; whether that changes anything."""
        changed = False
        for table in self.units:
            mine = {part.column: part.value for part in self.parts if part.table == table}
            kinds = {column.name: column.type for column in self.columns}
            items = ", ".join(f'CAST({value} AS {kinds[name]}) AS "{name}"' for name, value in mine.items())
            before = self._rows(table)
            query = f"CREATE OR REPLACE TABLE {quote(table)} AS SELECT * REPLACE ({items}) FROM {quote(table)}"
            self.bench.connection.execute(query)
            changed = changed or self._rows(table) != before
        return changed

    def results(self, names: Iterable[str]) -> dict[str, Result | str]:
        """What consumers get, or why they fail, once all is built anew."""
        for table, units in self.units.items():
            if self.bench.rebuild(table, units) is None:
                return dict.fromkeys(names, "a model that it reads fails")
        return {name: self._result(name) for name in names}

    def restore(self) -> None:
        """Put everything back."""
        for table in self.units:
            self.bench.restore(table, [])
        for table, units in self.units.items():
            self.bench.restore(table, units)

    def _rows(self, table: str) -> object:
        return self.bench.connection.execute(f"SELECT * FROM {quote(table)}").fetchall()

    def _result(self, name: str) -> Result | str:
        try:
            return self.bench.result(name)
        except BuildError as error:
            return short(str(error).removeprefix(f"{name}: "))


def try_less(stage: Stage, parts: Sequence[Part], salt: str, wanted: Iterable[str] = ()) -> Shown:
    """Try it on the data set of a stage; all is as before afterwards. Of those `wanted`, find out who notices."""
    found = [
        [c for c in stage.bench.raw.get(part.table, ()) if c.name.lower() == part.column.lower()] for part in parts
    ]
    if not all(found):
        return Shown(failed="what holds it could not be made up")
    units: dict[str, list[Unit]] = {}
    consumers: dict[str, None] = {}
    for part in parts:
        units[part.table], behind = stage.bench.downstream(part.table)
        consumers |= dict.fromkeys(behind)
    trial = _Trial(stage, parts, [columns[0] for columns in found], units, list(consumers))
    with limited(stage.bench.connection):
        try:
            return _tried(trial, salt, set(wanted))
        except (*ERRORS, KeyError) as error:
            return Shown(failed=short(str(error)))
        finally:
            trial.restore()


def _tried(trial: _Trial, salt: str, wanted: set[str]) -> Shown:
    shown = Shown()
    whole = trial.suited(salt)
    trial.store(whole)
    before = trial.results(trial.consumers)
    shown.filled = {name for name, result in before.items() if not isinstance(result, str) and result[1]}
    shown.changed = trial.lessen()
    for name, result in trial.results(before).items():
        if isinstance(before[name], str):
            continue
        if result != before[name]:
            shown.wrong[name] = result if isinstance(result, str) else "it gets something else"
    for way in _WAYS:
        open_ = (wanted & shown.filled) - shown.noticed
        if open_:
            trial.store(_perturbed(trial, whole, way, salt))
            after = trial.results(sorted(open_))
            shown.noticed |= {n for n in open_ if not isinstance(after[n], str) and after[n] != before[n]}
    return shown


def _perturbed(trial: _Trial, whole: list[list[Any]], way: str, salt: str) -> list[list[Any]]:
    """The same values in another order, others, or none."""
    if way == "fresh":
        return trial.suited(f"{salt} again")
    return [
        perturb(values, column.shape, part.path, way, trial.stage.pool, f"{trial.stage.seed} {salt}")
        for part, column, values in zip(trial.parts, trial.columns, whole, strict=True)
    ]


def _merged(pairs: Iterable[tuple[RawColumn, list[Any]]]) -> list[tuple[RawColumn, list[Any]]]:
    """One list of values for each column."""
    return list({column.name: (column, values) for column, values in pairs}.values())
