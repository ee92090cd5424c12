"""Judge cases: execution on two data sets, then trackplan, then the disagreements."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path

import duckdb

from tests.judge.cases import FEW, MORE, PLAIN, TWINS, Case, prepare
from tests.judge.hunt import hunt
from tests.judge.truth import Subject, Truth, add_truth, look_again
from tests.judge.verdicts import Verdict, expected, judge, said_of
from trackplan import proof
from trackplan.proof.bench import ERRORS, BuildError

SEEDS = PLAIN[:2]
AGAIN = (PLAIN[2], TWINS, FEW)
_MODULES = ("judge/cases", "judge/truth")
_SHARED = ("bench", "data", "perturb", "shapes", "sql_text", "values")
STORE = Path(__file__).parents[2] / ".pytest_cache" / "judge"


def execute(case: Case, seeds: tuple[int, ...] = SEEDS) -> Truth:
    """Load, build and perturb a case on one data set per seed. Raises BuildError.

    What comes out depends on the case and on this package alone, never on trackplan, so it is kept on disk.
    """
    path = STORE / f"{_digest(case, seeds)}.json"
    if path.exists():
        return _read(path)
    truth = Truth()
    for seed in seeds:
        bench, pool = prepare(case, seed)
        add_truth(truth, bench, pool, seed)
        bench.connection.close()
    _write(path, truth)
    return truth


def judge_case(case: Case, truth: Truth, again: tuple[int, ...] = ()) -> Verdict:
    """Run trackplan on a case and compare; verdicts that the case lays down count too.

    What is called used but changed nothing is looked at once more on the data sets of the seeds `again`.
    """
    said = said_of(case)
    verdict = judge(case.name, truth, said)
    if verdict.suspects and again:
        for seed in again:
            try:
                bench, pool = prepare(case, seed)
            except (BuildError, *ERRORS):  # not all SQL runs on all data
                continue
            add_truth(truth, bench, pool, seed, frozenset(verdict.suspects))
            bench.connection.close()
        verdict = judge(case.name, truth, said)
    verdict.broken += expected(case, said)
    verdict.broken += [f"query {name} gives no rows" for name in sorted(truth.empty)]
    return verdict


def judge_closely(case: Case, truth: Truth) -> Verdict:
    """`judge_case` on many data sets more.

    There, what is called used but changed nothing is changed alone in every way; what consumers are said not to
    depend on is changed all at once.
    """
    verdict = judge_case(case, truth, AGAIN)
    for number, data in enumerate(MORE if verdict.suspects else ()):
        left = {subject for subject in verdict.suspects if not truth.changed[subject]}
        try:
            bench, pool = prepare(case, data)
        except (BuildError, *ERRORS):
            continue
        look_again(truth, bench, pool, f"more {number}", left)
        bench.connection.close()
    closer = judge_case(case, truth)
    closer.unsound += hunt(case, MORE[1::2]).unsound
    return closer


def _digest(case: Case, seeds: tuple[int, ...]) -> str:
    return hashlib.sha256(f"{case!r}{seeds}{_version()}".encode()).hexdigest()[:32]


@cache
def _version() -> str:
    tests, shared = Path(__file__).parents[1], Path(proof.__file__).parent
    paths = [*(tests / f"{name}.py" for name in _MODULES), *(shared / f"{name}.py" for name in _SHARED)]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    return "\n".join([duckdb.__version__, *sources])


def _read(path: Path) -> Truth:
    stored = json.loads(path.read_text(encoding="utf-8"))
    changed, named = (
        {Subject(table, column, tuple(keys)): set(names) for table, column, keys, names in stored[part]}
        for part in ("changed", "named")
    )
    return Truth(changed, named, set(stored["consumers"]), set(stored["empty"]))


def _write(path: Path, truth: Truth) -> None:
    stored = {
        part: [[s.table, s.column, s.path, sorted(names)] for s, names in getattr(truth, part).items()]
        for part in ("changed", "named")
    }
    text = json.dumps({**stored, "consumers": sorted(truth.consumers), "empty": sorted(truth.empty)})
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")  # others may judge at the same time
    part.write_text(text, encoding="utf-8")
    part.replace(path)
