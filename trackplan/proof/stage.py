"""A pipeline built on made-up data, on which changes of it are tried: who gets something else, and who would notice.

A stranger's SQL runs here: in memory, without files, network or extensions, with little memory and time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan.proof import data
from trackplan.proof.bench import ERRORS, Bench, BuildError
from trackplan.proof.perturb import perturb
from trackplan.proof.sample import masked
from trackplan.proof.setting import alias, buildable, database, limited, make, opened, quote, runnable, short
from trackplan.proof.sql_text import Unit, unit, words_of
from trackplan.proof.values import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.proof.pipeline import Pipeline

SEEDS = (*data.PLAIN, data.TWINS, data.FEW, 6)
_WAYS = ("fresh", "shift", "nulls")


@dataclass(frozen=True, slots=True)
class Tried:
    """What a change does: the consumers that it may reach, those that get something else with it, each with why.

    `dirty` are the names of tables and models that are no longer the same.
    """

    reached: set[str]
    wrong: dict[str, str]
    dirty: set[str]


@dataclass(slots=True)
class Stage:
    """One data set with all that could be built on it. `failed` tells of models and consumers why they do not run."""

    pipeline: Pipeline
    bench: Bench
    pool: Pool
    seed: int
    failed: dict[str, str] = field(default_factory=dict)
    reacting: set[str] = field(default_factory=set)

    @property
    def sampled(self) -> bool:
        """Whether rows of the user are in it."""
        return self.seed == data.SAMPLE

    def empty(self) -> set[str]:
        """The consumers that get no rows."""
        return {name for name, (_, rows) in self.bench.baseline.items() if not rows}

    def tried(self, other: Pipeline) -> Tried:
        """What a change of the pipeline does; all is as before afterwards."""
        tables = [t for t, columns in self.pipeline.tables.items() if not set(other.tables.get(t, ())) >= set(columns)]
        dirty = {name for table in tables for name in (_last(table), *self._aliases(table))}
        built: list[str] = []
        with limited(self.bench.connection):
            try:
                self._store(tables, other)
                broken = self._models(other, dirty, built)
                return Tried(*self._consumers(other, dirty, broken), dirty)
            finally:
                self._restore(tables, built)

    def _models(self, other: Pipeline, dirty: set[str], built: list[str]) -> str:
        """Build what changes, noting what was built and what is no longer the same; why that fails, or ''."""
        names = [u.name for u in self.bench.units if u.name in other.models]
        broken = ""
        for name in [*names, *(n for n in other.models if n not in names and n not in self.failed)]:
            new = unit(name, other.models[name])
            if other.models[name] == self.pipeline.models.get(name) and not new.words & dirty:
                continue
            dirty |= {_last(name), *self._aliases(name)}
            built.append(name)
            error = "" if broken else self._build(new)
            broken = broken or (f"{name} fails: {error}" if error else "")
        return broken

    def _consumers(self, other: Pipeline, dirty: set[str], broken: str) -> tuple[set[str], dict[str, str]]:
        reached: set[str] = set()
        wrong: dict[str, str] = {}
        for name, query in self.bench.consumers.items():
            text = other.consumers.get(name, "")
            if text != query or words_of(query) & dirty:
                reached.add(name)
                why = broken or self._compared(name, text)
                wrong |= {name: why} if why else {}
        return reached, wrong

    def _restore(self, tables: list[str], built: list[str]) -> None:
        for table in tables:
            self.bench.restore(table, [])
        for model in self.bench.units:
            if model.name in built:
                self._build(model)

    def _compared(self, name: str, text: str) -> str:
        """Why a consumer does not get the same; '' if it does."""
        if not text:
            return "it is gone"
        before = self.bench.consumers[name]
        self.bench.consumers[name] = text
        try:
            found = self.bench.result(name)
        except BuildError as error:
            return self._short(error)
        finally:
            self.bench.consumers[name] = before
        if found[0] != self.bench.baseline[name][0]:
            return "it gets other columns"
        return "" if found[1] == self.bench.baseline[name][1] else "it gets other rows"

    def _store(self, tables: list[str], other: Pipeline) -> None:
        """Let the tables have only the columns that they have afterwards."""
        for table in tables:
            left = other.tables.get(table)
            kept = ", ".join(f'"{column}"' for column in self.pipeline.tables[table] if column in (left or ()))
            if kept:
                connection, quoted = self.bench.connection, quote(table)
                connection.execute(f"CREATE OR REPLACE TABLE {quoted} AS SELECT {kept} FROM {quoted}")
            else:
                self.bench.connection.execute(f"DROP TABLE {quote(table)}")

    def _build(self, model: Unit) -> str:
        """Build a model anew; why it fails, or ''."""
        try:
            for statement in model.statements:
                self.bench.connection.execute(statement)
        except ERRORS as error:
            return self._short(error)
        return ""

    def _short(self, error: Exception) -> str:
        return masked(str(error)) if self.sampled else short(str(error))

    def _aliases(self, name: str) -> set[str]:
        return {_last(other) for other, meant in self.pipeline.aliases.items() if meant == name}


def stages(pipeline: Pipeline) -> Iterator[Stage]:
    """The pipeline on one data set after the other. Close each one's connection.

    What fails on one proves nothing, and is not tried on the others.
    """
    failed: dict[str, str] = {}
    for seed in (*SEEDS, data.SAMPLE) if pipeline.sample else SEEDS:
        stage = _stage(pipeline, seed, {name: why for name, why in failed.items() if name not in pipeline.tables})
        if stage.sampled:
            stage.failed |= {name: masked(why) for name, why in stage.failed.items() if name not in failed}
        failed |= stage.failed
        yield stage


def _stage(pipeline: Pipeline, seed: int, failed: dict[str, str]) -> Stage:
    connection = database()
    pool = Pool.of(pipeline.sql)
    with limited(connection):
        for table, columns in pipeline.tables.items():
            try:
                make(connection, pipeline, table, columns, pool, seed)
            except (*ERRORS, KeyError) as error:  # whoever reads it fails, and proves nothing
                failed[table] = short(str(error))
        for other, name in pipeline.aliases.items():
            if name in pipeline.tables and name not in failed:
                alias(connection, other, name)
        models = buildable(connection, pipeline, failed)
        consumers = runnable(connection, pipeline, failed)
        bench = opened(connection, models, consumers, failed)
    return Stage(pipeline, bench, pool, seed, failed)


def react(stage: Stage, wanted: set[str]) -> None:
    """Change the data, all at once and then table by table, and note which of the consumers notice."""
    bench = stage.bench
    with limited(bench.connection):
        _shake(stage, wanted)
        for table, columns in bench.raw.items():
            if wanted <= stage.reacting:
                break
            units, consumers = bench.downstream(table)
            open_ = [name for name in consumers if name in wanted - stage.reacting]
            for way in _WAYS if open_ else ():
                changed = [
                    (c, perturb(c.values, c.shape, (), way, stage.pool, f"{stage.seed} {c.name}")) for c in columns
                ]
                bench.swap(table, changed)
                if bench.rebuild(table, units) is not None:
                    stage.reacting |= {name for name in open_ if _noticed(bench, name)}
            if open_:
                bench.restore(table, units)


def _shake(stage: Stage, wanted: set[str]) -> None:
    """Change all data at once: whoever notices that need not be asked table by table."""
    bench = stage.bench
    for way in _WAYS:
        if wanted <= stage.reacting:
            return
        for table, columns in bench.raw.items():
            changed = [(c, perturb(c.values, c.shape, (), way, stage.pool, f"{stage.seed} {c.name}")) for c in columns]
            bench.swap(table, changed)
        bench.rerun()
        stage.reacting |= {name for name in wanted - stage.reacting if _noticed(bench, name)}
        bench.restore_all()


def _noticed(bench: Bench, name: str) -> bool:
    try:
        return bench.result(name) != bench.baseline[name]
    except BuildError:
        return False


def _last(name: str) -> str:
    return name.rpartition(".")[2].lower()
