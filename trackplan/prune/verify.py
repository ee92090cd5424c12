"""Changes, proved: every consumer runs before and after them on several data sets, and has to get the same.

A consumer proves something only where it gets rows, and notices when the data under it is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trackplan import inputs
from trackplan.counted import plural
from trackplan.prune import recheck, runnable
from trackplan.prune.causes import Causes
from trackplan.prune.model import BOUND, PROVED, UNPROVED, Proof

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from trackplan.edits.patch import Change
    from trackplan.inputs import Inputs
    from trackplan.proof.pipeline import Pipeline
    from trackplan.proof.stage import Stage
    from trackplan.prune.world import World

_TOLD = 3


@dataclass(slots=True)
class Verifier:
    """A project's pipeline on all data sets, built once; changes are tried on it one after the other."""

    world: World
    read: Inputs
    pipeline: Pipeline
    stages: list[Stage] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)  # consumers that prove nothing, and why
    words: dict[str, frozenset[str]] = field(default_factory=dict)  # consumer → all that it may name
    models: dict[str, frozenset[str]] = field(default_factory=dict)  # model, without its schema → the same

    @classmethod
    def open(cls, world: World, tick: Callable[[], None] = lambda: None, sample: Path | None = None) -> Self:
        """Build everything and find out who notices what.

        Raises `ImportError` where DuckDB is not installed, and `SampleError` for a sample that cannot be used.
        """
        from trackplan.proof import sample as samples
        from trackplan.proof.sql_text import words_of
        from trackplan.proof.stage import react, stages

        read = inputs.read(world.project)
        pipeline = runnable.runnable(world, read)
        if sample is not None:
            pipeline = replace(pipeline, sample=samples.load(sample, pipeline.tables))
        made = cls(world, read, pipeline)
        made.words = {name: words_of(text) for name, text in pipeline.consumers.items()}
        for sql in read.sql:
            known, name = (made.models, sql.relation[-1].lower()) if sql.relation else (made.words, runnable.id_of(sql))
            known[name] = known.get(name, frozenset()) | words_of(sql.text)
        reacting: set[str] = set()
        filled: set[str] = set()
        for stage in stages(pipeline):
            tick()
            made.stages.append(stage)
            stage.reacting |= reacting
            react(stage, set(stage.bench.consumers) - stage.empty())
            reacting |= stage.reacting
            filled |= set(stage.bench.consumers) - stage.empty()
        made.silent = {name: why for name, why in pipeline.skipped.items() if name not in pipeline.models}
        causes = Causes.of(pipeline, made.stages)
        for name in sorted(pipeline.consumers):
            failed = [stage.failed[name] for stage in made.stages if name in stage.failed]
            if failed:
                made.silent[name] = causes.told(failed[0])
            elif name not in filled:
                made.silent[name] = "it gets no rows on any data set"
            elif name not in reacting:
                made.silent[name] = "it does not notice when the data under it is changed"
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for stage in self.stages:
            stage.bench.connection.close()

    def prove(self, changes: Iterable[Change]) -> tuple[Proof, tuple[str, ...]]:
        """The proof of changes that leave the project whole, and what speaks against them."""
        after = inputs.read(recheck.changed(self.world.project, changes))
        other = runnable.changed(self.pipeline, self.read, after)
        reached: set[str] = set()
        dirty: set[str] = set()
        wrong: dict[str, str] = {}
        for stage in self.stages:
            tried = stage.tried(other)
            reached |= tried.reached
            dirty |= tried.dirty
            for name, why in tried.wrong.items():
                wrong.setdefault(name, f"with it merged, {name} is not what it was on data set {stage.seed}: {why}")
        if wrong:
            told = tuple(wrong[name] for name in sorted(wrong))
            return Proof(UNPROVED, told[:_TOLD]), told[:_TOLD]
        return self._graded(reached, dirty), ()

    def part(self, tables: Iterable[str], paths: Iterable[str]) -> Proof:
        """The proof of a part of changes that were tried together: as good as who may read what it touches.

        `tables` are the names, without schemas, of those that lose something, `paths` the files that change.
        """
        edited = set(paths)
        touched = [sql for sql in self.read.sql if sql.place.path in edited]
        dirty = {table.lower() for table in tables} | {sql.relation[-1].lower() for sql in touched if sql.relation}
        behind = self.behind(dirty)
        reached = {name for name in self.pipeline.consumers if self.words_of(name) & behind}
        return self._graded(reached | {runnable.id_of(sql) for sql in touched if not sql.relation}, dirty)

    def _graded(self, reached: set[str], dirty: set[str]) -> Proof:
        silent = sorted(name for name in self.silent if name in reached or self.words_of(name) & self.behind(dirty))
        sets = f"{len(self.stages)} data sets of about {self.rows():,} rows"
        if self.pipeline.sample:
            sets += f", one of them with the sample of {plural(len(self.pipeline.sample), 'table')}"
        whole = len(reached | set(silent))
        told = f"{len(reached - set(silent))} of {whole} consumers that it may reach get the same on {sets}"
        if not whole:
            told = f"all models build on {sets}, and no consumer reads anything that changes"
        if not silent:
            return Proof(PROVED, (told,))
        return Proof(BOUND, (told, *(f"not proved for {name}: {self.silent[name]}" for name in silent)))

    def words_of(self, consumer: str) -> frozenset[str]:
        """Everything that a consumer may name."""
        return self.words.get(consumer, frozenset()) | self.words.get(consumer.partition(" (")[0], frozenset())

    def behind(self, dirty: set[str]) -> set[str]:
        """What is no longer the same, and every model that may name any of it, whether it can be run or not."""
        found = set(dirty)
        while True:
            more = {name for name, words in self.models.items() if name not in found and words & found}
            if not more:
                return found
            found |= more

    def rows(self) -> int:
        """About how many rows a data set has."""
        return max(
            sum(len(columns[0].values) for columns in stage.bench.raw.values() if columns) for stage in self.stages
        )
