"""`python -m tests.judge`: how often trackplan calls a used column unused, and how many dead ones it finds."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from itertools import chain
from typing import TYPE_CHECKING

from tests.judge.cases import Case, load
from tests.judge.figures import MARK, MARK_KEYS, Figures
from tests.judge.hunt import WIDE, hunt
from tests.judge.run import AGAIN, execute, judge_case, judge_closely
from trackplan.proof.bench import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.judge.truth import Truth
    from tests.judge.verdicts import Verdict


def main() -> int:
    """Judge what is asked for; exit 1 for any unsound verdict, and where the shares of all miss the marks."""
    options = _options()
    failed, together = False, Figures()
    chosen = [case for case in load() if options.select in case.name]
    if options.hunt is not None:
        from tests.judge.pipelines import pipeline

        seeds = range(options.seed, options.seed + options.hunt)
        return int(_hunt([] if options.only_random else chosen, (pipeline(seed) for seed in seeds)))
    if not options.only_random:
        failed |= _report("cases", chosen, options, together)
    if options.random:
        from tests.judge.pipelines import pipeline

        seeds = range(options.seed, options.seed + options.random)
        failed |= _report("random pipelines", (pipeline(seed) for seed in seeds), options, together)
    sys.stdout.write(f"== together: {together}\n")
    if below := not options.select and not options.execute_only and not together.reached:
        sys.stdout.write(f"below the marks of {MARK:.0%} of the columns and {MARK_KEYS:.0%} of the keys\n")
    return int(failed or below)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.judge", description=__doc__)
    parser.add_argument("--select", default="", help="only cases whose name contains this")
    parser.add_argument("--random", type=int, default=20, metavar="N", help="how many random pipelines")
    parser.add_argument("--only-random", action="store_true", help="leave the cases out")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first random pipeline")
    parser.add_argument("--execute-only", action="store_true", help="run the SQL, do not ask trackplan")
    parser.add_argument("--noise", action="store_true", help="also print dead columns that are called used")
    parser.add_argument(
        "--hunt", type=int, metavar="N", help="only look for false 'unused', quickly: the cases and N random pipelines"
    )
    return parser.parse_args()


def _report(title: str, cases: Iterable[Case], options: argparse.Namespace, together: Figures) -> bool:
    figures, broken, skipped, start = Figures(), 0, 0, time.process_time()
    for case in cases:
        try:
            truth = execute(case)
            if options.execute_only:
                _print(case.name, _shown(truth))
                continue
            closely = case.name.startswith("random/")
            verdict = judge_closely(case, truth) if closely else judge_case(case, truth, AGAIN)
        except Exception as error:
            # What is random may turn out not to run on every data set.
            chance = isinstance(error, BuildError) and case.name.startswith("random/")
            skipped += chance
            broken += not chance
            _print(case.name, [] if chance else [_told(error)])
            continue
        if verdict.broken and case.name.startswith("random/") and not verdict.unsound:
            skipped += 1  # a query that happens to give no rows tells nothing of what it reads
            continue
        figures.add(verdict)
        together.add(verdict)
        broken += bool(verdict.broken)
        lines = [f"UNSOUND {line}" for line in verdict.unsound] + [f"BROKEN {line}" for line in verdict.broken]
        if options.noise:
            lines += [f"noise {line}" for line in verdict.noise] + [f"unknown {line}" for line in verdict.unknown]
        _print(case.name, lines)
    sys.stdout.write(f"== {title}: {figures}\nbroken: {broken}, skipped: {skipped}\n")
    sys.stdout.write(f"{time.process_time() - start:.1f} CPU s\n")
    return bool(figures.unsound or broken)


def _hunt(cases: Iterable[Case], pipelines: Iterable[Case]) -> bool:
    """Print each false "unused" of the cases and pipelines."""
    found, tried, start = 0, 0, time.process_time()
    for case in chain(cases, pipelines):
        found += _hunted(case)
        tried += 1
    sys.stdout.write(f"== hunt: {tried} pipelines\ncalled unused though they change a result: {found}\n")
    sys.stdout.write(f"{time.process_time() - start:.1f} CPU s\n")
    return bool(found)


def _hunted(case: Case) -> int:
    try:
        verdict: Verdict = hunt(case, WIDE)
    except BuildError:
        return 0
    except Exception as error:
        _print(case.name, [_told(error)])
        return 1
    _print(case.name, [f"UNSOUND {line}" for line in verdict.unsound])
    return len(verdict.unsound)


def _told(error: Exception) -> str:
    trace = traceback.extract_tb(error.__traceback__)[-1]
    return f"BROKEN {type(error).__name__}: {error} ({trace.filename}:{trace.lineno})"


def _shown(truth: Truth) -> list[str]:
    dead = [subject for subject, changed in truth.changed.items() if not changed]
    lines = [f"no rows: {name}" for name in sorted(truth.empty)]
    insensitive = truth.consumers - set().union(*truth.changed.values())
    lines += [f"nothing changes {name}" for name in sorted(insensitive)]
    return [*lines, f"dead: {', '.join('.'.join((s.table, s.column, *s.path)) for s in dead)}"]


def _print(name: str, lines: list[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{name}: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
