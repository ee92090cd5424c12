"""`python -m benchmarks.compare`: trackplan beside others, on the judge's cases and random pipelines.

Execution shows which columns and keys change no consumer. Precision: how many of those that a tool calls unused are.
Recall: how many of them it calls unused. Keys are members of structs and the keys of JSON that some SQL names.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import corpus
from benchmarks.lineage import openlineage, sqllineage
from benchmarks.measure import machine
from benchmarks.optimizer import sqlglot_optimizer
from benchmarks.speed import speeds
from tests.judge.cases import Case, load
from tests.judge.pipelines import pipeline
from tests.judge.run import AGAIN, execute, judge_case
from tests.judge.verdicts import called_unused, said_of
from trackplan.proof.bench import BuildError
from trackplan.proof.sql_text import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.judge.truth import Subject, Truth


@dataclass(slots=True)
class Score:
    """What a tool called unused, how much of it rightly, and what there was to find."""

    called: int = 0
    right: int = 0
    dead: int = 0

    def add(self, unused: bool, dead: bool) -> None:
        """Count one column or key."""
        self.called += unused
        self.right += unused and dead
        self.dead += dead

    @property
    def precision(self) -> str:
        """The share of what it called unused that is."""
        return f"{self.right / self.called:.3f}" if self.called else "-"

    @property
    def recall(self) -> str:
        """The share of what is unused that it called so."""
        return f"{self.right / self.dead:.3f}" if self.dead else "-"


def _trackplan(case: Case) -> Callable[[Subject], bool]:
    said = said_of(case)
    return lambda subject: called_unused(subject, said)


def _peer(used: Callable[..., object]) -> Callable[[Case], Callable[[Subject], bool]]:
    def unused(case: Case) -> Callable[[Subject], bool]:
        found = used(case)
        return lambda subject: not found.holds(subject)  # type: ignore[attr-defined]

    return unused


TOOLS: dict[str, Callable[[Case], Callable[[Subject], bool]]] = {
    "trackplan": _trackplan,
    "sqlglot qualify (partial) + pushdown_projections": _peer(sqlglot_optimizer),
    "openlineage-sql": _peer(openlineage),
    "sqllineage": _peer(sqllineage),
}


def main(arguments: list[str] | None = None) -> int:
    """Print the tables of README.md."""
    options = _options(arguments)
    sys.stdout.write("Machine: " + ", ".join(f"{name} {value}" for name, value in machine().items()) + "\n\n")
    if not options.only_random:
        _table("The judge's cases", [case for case in load() if options.select in case.name])
    if options.random:
        _table("Random pipelines", (pipeline(seed) for seed in range(1, options.random + 1)))
    if options.budget:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "project"
            if options.corpus:
                chosen = corpus.real(options.corpus, folder, options.dialect)
            else:
                chosen = corpus.generated(folder, corpus.Sizes(), 1)
            sys.stdout.write(
                f"### Speed: {chosen.name}\n\n| | CPU s per MB of SQL | files without error |\n|---|--:|--:|\n"
            )
            for line in speeds(chosen, Path(scratch), options.budget):
                sys.stdout.write(line + "\n")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--select", default="", help="only cases whose name contains this")
    parser.add_argument("--random", type=int, default=30, metavar="N", help="how many random pipelines")
    parser.add_argument("--only-random", action="store_true", help="leave the cases out")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="SQL to measure speed on, instead of made-up SQL")
    parser.add_argument("--dialect", default="bigquery", help="of the SQL in DIR")
    parser.add_argument("--budget", type=float, default=30, metavar="S", help="CPU seconds per tool for speed; 0: none")
    return parser.parse_args(arguments)


def _table(title: str, cases: Iterable[Case]) -> None:
    scores = {name: (Score(), Score()) for name in TOOLS}
    count = 0
    for case, truth in _judged(cases):
        count += 1
        words = words_of(f"{case.ddl}\n{case.sql}".replace("$.", " "))
        for name, tool in TOOLS.items():
            unused = tool(case)
            for subject, changed in truth.changed.items():
                if subject.path and subject.path[-1].lower() not in words:
                    continue  # a key of the data that no SQL names
                scores[name][bool(subject.path)].add(unused(subject), not changed)
    columns, keys = scores["trackplan"]
    sys.stdout.write(f"### {title}: {count} pipelines, {columns.dead} dead columns, {keys.dead} dead keys\n\n")
    sys.stdout.write("| | columns: precision | recall | keys: precision | recall | wrongly called unused |\n")
    sys.stdout.write("|---|--:|--:|--:|--:|--:|\n")
    for name, (columns, keys) in scores.items():
        wrong = columns.called - columns.right + keys.called - keys.right
        cells = (columns.precision, columns.recall, keys.precision, keys.recall, str(wrong))
        sys.stdout.write(f"| {name} | {' | '.join(cells)} |\n")
    sys.stdout.write("\n")


def _judged(cases: Iterable[Case]) -> Iterator[tuple[Case, Truth]]:
    for case in cases:
        try:
            truth = execute(case)
            judge_case(case, truth, AGAIN)  # looks twice at what seems dead but is called used
        except BuildError:
            continue
        yield case, truth


if __name__ == "__main__":
    sys.exit(main())
