"""`python -m benchmarks.run`: the goals G1 to G10, each against a reference measured in the same run."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import corpus
from benchmarks.goals import GOALS, Bench, Goal, Measured
from benchmarks.measure import FailedError, machine


def main(arguments: list[str] | None = None) -> int:
    """Measure what the arguments ask for and print a table; exit 1 if a `must` is missed."""
    options = _options(arguments)
    wanted = {name.strip().upper() for name in options.only.split(",") if name.strip()}
    chosen = [goal for goal in GOALS if not wanted or {goal.name.upper(), goal.name.rstrip("b").upper()} & wanted]
    before = json.loads(options.compare.read_text(encoding="utf-8"))["goals"] if options.compare else {}
    facts = machine()
    _say(", ".join(f"{name}: {value}" for name, value in facts.items()))
    with tempfile.TemporaryDirectory() as scratch:
        try:
            bench = Bench(_corpus(options, Path(scratch) / "project"), Path(scratch), options.runs)
        except ValueError as error:
            sys.exit(f"{error}: give --corpus a folder that has some")
        _say(f"{bench.corpus.name}, {bench.corpus.size() / 1e6:.2f} MB; median of {options.runs} runs\n")
        found = {goal.name: _measured(goal, bench, before) for goal in chosen}
    if options.store:
        kept = {name: {"value": each.value, "detail": each.detail} for name, each in found.items()}
        stored = {"machine": facts, "corpus": bench.corpus.name, "runs": options.runs, "goals": kept}
        options.store.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    return int(any(goal.verdict(found[goal.name].value) == "MISSED" for goal in chosen))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    sizes = corpus.Sizes()
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="a folder with SQL, instead of a made-up project")
    parser.add_argument("--dialect", default="bigquery", help="of the SQL in DIR, where it has no project file")
    for name in ("events", "columns", "models", "dashboards"):
        parser.add_argument(f"--{name}", type=int, default=getattr(sizes, name), help="how many are made up")
    parser.add_argument("--seed", type=int, default=1, help="another made-up project")
    parser.add_argument("--only", default="", metavar="G1,G3", help="only these goals")
    parser.add_argument("--runs", type=int, default=5, help="of each median")
    parser.add_argument("--store", type=Path, metavar="FILE", help="write the figures there, as JSON")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="show what became of the figures stored there")
    return parser.parse_args(arguments)


def _corpus(options: argparse.Namespace, folder: Path) -> corpus.Corpus:
    if options.corpus:
        return corpus.real(options.corpus, folder, options.dialect)
    sizes = corpus.Sizes(options.events, options.columns, options.models, options.dashboards)
    return corpus.generated(folder, sizes, options.seed)


def _measured(goal: Goal, bench: Bench, before: dict[str, Any]) -> Measured:
    """Measure one goal and print its line."""
    try:
        measured = goal.measure(bench)
    except FailedError as error:
        measured = Measured(None, str(error))
    limits = f"must {_shown(goal.must, goal)}, stretch {_shown(goal.stretch, goal)}"
    value = _shown(measured.value, goal) if measured.value is not None else "-"
    old = before.get(goal.name, {}).get("value")
    change = f" [{measured.value / old:.2f} of {_shown(old, goal)}]" if old and measured.value is not None else ""
    _say(
        f"{goal.name:4} {goal.verdict(measured.value):12} {value:>7}{change} ({limits}) {goal.what}: {measured.detail}"
    )
    return measured


def _shown(value: float, goal: Goal) -> str:
    match goal.unit:
        case "%":
            return f"{value:.1%}"
        case "MB":
            return f"{value:.0f} MB"
    return f"{value:.2f}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
