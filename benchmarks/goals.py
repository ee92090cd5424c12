"""The goals G1 to G10: what is measured, against what, and how good it must be."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import PASS, Cost, alternate, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.corpus import Corpus

_CHECK = ("check", "--today", "2026-11-21")
_TRACKPLAN = (sys.executable, "-m", "trackplan")
_CHILD = (sys.executable, "-m", "benchmarks.children")
_SCALES = 1.7
_FILE_REASONS = "('syntax', 'template', 'dynamic', 'unsupported', 'unreadable')"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure to compare with a goal, None where it could not be had, and what lies behind it."""

    value: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Goal:
    """`must` and `stretch` are the most that is allowed, or the least if `higher`."""

    name: str
    what: str
    must: float
    stretch: float
    measure: Callable[[Bench], Measured]
    higher: bool = False
    unit: str = "x"

    def verdict(self, value: float | None) -> str:
        """One of stretch, must, MISSED and not measured."""
        if value is None:
            return "not measured"
        for limit, word in ((self.stretch, "stretch"), (self.must, "must")):
            if value >= limit if self.higher else value <= limit:
                return word
        return "MISSED"


@dataclass(slots=True)
class Bench:
    """A project to measure with, and a folder for what the measuring needs."""

    corpus: Corpus
    scratch: Path
    runs: int
    edits: int = field(default=0)

    def check(self, *options: str) -> Cost:
        """Run `trackplan check` on the project."""
        return run([*_TRACKPLAN, *_CHECK, *options], self.corpus.folder, good=(0, 1))

    def cold(self, jobs: int = 1) -> Cost:
        """Check without any cache."""
        return self.check("--no-cache", "--jobs", str(jobs))

    def warm(self) -> Cost:
        """Check with the cache that `primed` filled."""
        return self.check("--jobs", "1", "--cache-dir", str(self.cache))

    @property
    def cache(self) -> Path:
        """Where the cache of the measured runs lies."""
        return self.scratch / "cache"

    def primed(self) -> None:
        """Fill an empty cache; what was written just now is not trusted, so time must pass."""
        shutil.rmtree(self.cache, ignore_errors=True)
        self.warm()
        time.sleep(2.1)
        self.warm()
        self.warm()

    def listing(self) -> str:
        """The file of all texts that trackplan compiles here."""
        path = self.scratch / "texts.json"
        if not path.exists():
            run([*_CHILD, "texts", str(self.corpus.folder / "trackplan.yaml"), str(path)])
        return str(path)

    def ask(self, sql: str) -> list[list[Any]]:
        """Give the rows of a query on the facts."""
        command = [*_TRACKPLAN, "query", "--format", "json", "--cache-dir", str(self.cache), sql]
        rows: list[list[Any]] = json.loads(run(command, self.corpus.folder, keep=True).output)["rows"]
        return rows


def _ratio(costs: list[Cost], name: str) -> Measured:
    subject, reference = costs
    return Measured(subject.cpu / reference.cpu, f"{subject.cpu:.3f} s, {name} {reference.cpu:.3f} s")


def _cold(bench: Bench) -> Measured:
    listing = bench.listing()
    return _ratio(alternate(bench.runs, bench.cold, lambda: run([*_CHILD, "parse", listing])), "parse only")


def _two_jobs(bench: Bench) -> Measured:
    scales = statistics.median(_burn(1) * 2 / _burn(2) for _ in range(3))
    if scales < _SCALES:
        return Measured(None, f"two processes do {scales:.2f} times the work of one here and now; 1.7 is needed")
    one, two = alternate(bench.runs, bench.cold, lambda: bench.cold(2))
    return Measured(
        two.wall / one.wall, f"{two.wall:.2f} s, 1 job {one.wall:.2f} s on the wall; burn scales {scales:.2f}"
    )


def _burn(processes: int) -> float:
    start = time.perf_counter()
    children = [subprocess.Popen([*_CHILD, "burn", "0.5"], cwd=Path(__file__).parents[1]) for _ in range(processes)]
    for child in children:
        child.wait()
    return time.perf_counter() - start


def _warm(bench: Bench) -> Measured:
    bench.primed()
    return _ratio(alternate(bench.runs, bench.warm, lambda: run(PASS)), "python -c pass")


def _sql_changed(bench: Bench) -> Measured:
    bench.primed()
    dialect = _dialect(bench)
    loaded = (sys.executable, "-c", f"import sqlglot; sqlglot.Dialect.get_or_raise({dialect!r})")
    return _ratio(_edited(bench, bench.corpus.edit_sql, loaded), "import of sqlglot")


def _yaml_changed(bench: Bench) -> Measured:
    if not bench.corpus.yaml:
        return Measured(None, "no schema file to change")
    bench.primed()
    found = _ratio(_edited(bench, bench.corpus.edit_yaml, PASS), "python -c pass")
    bench.edits += 1
    bench.corpus.edit_yaml(bench.edits)
    command = [*_CHILD, "edited", str(bench.cache), *_CHECK]
    rules = json.loads(run(command, bench.corpus.folder, keep=True).output.splitlines()[-1])
    return Measured(found.value, f"{found.detail}; {rules['ran']} rules ran again in {rules['seconds']:.3f} s")


def _edited(bench: Bench, edit: Callable[[int], None], reference: tuple[str, ...]) -> list[Cost]:
    """Cost of a run after each of several changes to one file; they add up in no way."""

    def subject() -> Cost:
        bench.edits += 1
        edit(bench.edits)
        return bench.warm()

    return alternate(bench.runs, subject, lambda: run(reference))


def _link(bench: Bench) -> Measured:
    listing = bench.listing()
    command = [*_CHILD, "link", str(bench.corpus.folder / "trackplan.yaml")]
    told: list[dict[str, float]] = []

    def linked() -> Cost:
        cost = run(command, keep=True)
        told.append(json.loads(cost.output))
        return cost

    _, parse = alternate(bench.runs, linked, lambda: run([*_CHILD, "parse", listing]))
    link, store = (statistics.median(each[name] for each in told) for name in ("link", "store"))
    said = f"{link:.3f} s, parse only {parse.cpu:.3f} s; writing the facts takes {store:.3f} s more"
    return Measured(link / parse.cpu, said)


def _files_analysed(bench: Bench) -> Measured:
    read = "SELECT count(*) FROM file WHERE kind IN ('model', 'consumer', 'dbt') AND path LIKE '%.sql'"
    unresolved = f"unresolved u JOIN place p ON p.key = u.place WHERE u.reason IN {_FILE_REASONS}"
    total, wrong = bench.ask(f"SELECT ({read}), (SELECT count(DISTINCT p.file) FROM {unresolved})")[0]
    reasons = bench.ask(f"SELECT u.reason, count(DISTINCT p.file) FROM {unresolved} GROUP BY 1 ORDER BY 2 DESC")
    return Measured(1 - wrong / total if total else None, f"{total} files, not analysed in full: {_listed(reasons)}")


def _references_resolved(bench: Bench) -> Measured:
    resolved = bench.ask("SELECT count(*) FROM use")[0][0]
    where = "reason IN ('unknown-column', 'ambiguous', 'ambiguous-relation', 'circular')"
    reasons = bench.ask(f"SELECT reason, count(*) FROM unresolved WHERE {where} GROUP BY 1 ORDER BY 2 DESC")
    total = resolved + sum(count for _, count in reasons)
    return Measured(resolved / total if total else None, f"of {total}, not resolved: {_listed(reasons)}")


def _listed(reasons: list[list[Any]]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in reasons) or "none"


def _cache_size(bench: Bench) -> Measured:
    shutil.rmtree(bench.cache, ignore_errors=True)
    bench.warm()
    size = sum(path.stat().st_size for path in bench.cache.rglob("*") if path.is_file())
    text = bench.corpus.size()
    return Measured(size / text, f"{size / 1e6:.2f} MB for {text / 1e6:.2f} MB of input")


def _memory(bench: Bench) -> Measured:
    shutil.rmtree(bench.cache, ignore_errors=True)
    peaks = (bench.cold().peak / 1e6, bench.warm().peak / 1e6)
    return Measured(max(peaks), f"without cache {peaks[0]:.0f} MB, filling one {peaks[1]:.0f} MB")


def _version(bench: Bench) -> Measured:
    return _ratio(alternate(bench.runs, lambda: run([*_TRACKPLAN, "--version"]), lambda: run(PASS)), "python -c pass")


def _help(bench: Bench) -> Measured:
    return _ratio(alternate(bench.runs, lambda: run([*_TRACKPLAN, "--help"]), lambda: run(PASS)), "python -c pass")


def _schemas(bench: Bench) -> Measured:
    told = [json.loads(run([*_CHILD, "schemas", "1000"], keep=True).output) for _ in range(bench.runs)]
    checked, loaded = (statistics.median(each[name] for each in told) for name in ("check", "loads"))
    return Measured(checked / loaded, f"1000 plans {checked:.3f} s, json.loads {loaded:.3f} s")


def _dialect(bench: Bench) -> str:
    return str(bench.ask("SELECT dialect FROM run")[0][0])


GOALS = (
    Goal("G1", "cold, 1 job ÷ parsing the same SQL", 1.6, 1.25, _cold),
    Goal("G2", "cold, 2 jobs ÷ 1 job, on the wall", 0.7, 0.6, _two_jobs),
    Goal("G3", "warm, nothing changed ÷ python -c pass", 5, 3.5, _warm),
    Goal("G4", "one SQL file changed ÷ import of sqlglot and dialect", 3, 2, _sql_changed),
    Goal("G5", "one YAML file changed ÷ python -c pass", 20, 12, _yaml_changed),
    Goal("G6", "link and closure ÷ parsing the same SQL", 0.2, 0.1, _link),
    Goal("G7", "files analysed without error", 0.99, 1, _files_analysed, higher=True, unit="%"),
    Goal("G7b", "references resolved", 0.97, 1, _references_resolved, higher=True, unit="%"),
    Goal("G8", "cache ÷ input text", 1, 0.4, _cache_size),
    Goal("G8b", "peak memory", 300, 200, _memory, unit="MB"),
    Goal("G9", "--version ÷ python -c pass", 3, 2, _version),
    Goal("G9b", "--help ÷ python -c pass", 8, 6, _help),
    Goal("G10", "1,000 JSON plans loaded and validated ÷ json.loads", 5, 2, _schemas),
)
