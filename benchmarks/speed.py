"""How long each tool takes for the same SQL, each in a process of its own."""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.measure import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.corpus import Corpus


def speeds(corpus: Corpus, scratch: Path, budget: float) -> Iterator[str]:
    """Give a line for each tool; the slow ones stop after `budget` CPU seconds, at files drawn at random."""
    listing = scratch / "texts.json"
    child = [sys.executable, "-m", "benchmarks.children"]
    run([*child, "texts", str(corpus.folder / "trackplan.yaml"), str(listing)])
    size = sum(len(text.encode()) for _, text in json.loads(listing.read_text(encoding="utf-8")))
    check = [sys.executable, "-m", "trackplan", "check", "--no-cache", "--jobs", "1"]
    whole = run(check, corpus.folder, good=(0, 1)).cpu
    yield f"| trackplan, a whole check with schema and rules | {whole / size * 1e6:.2f} | |"
    for name in PEERS:
        told = json.loads(
            run([sys.executable, "-m", "benchmarks.speed", name, str(listing), str(budget)], keep=True).output
        )
        yield f"| {name} | {told['seconds'] / told['size'] * 1e6:.2f} | {told['good'] / told['files']:.0%} |"


def _parse(text: str, dialect: str) -> None:
    import sqlglot

    sqlglot.parse(text, read=dialect or None)


def _optimize(text: str, dialect: str) -> None:
    import sqlglot
    from sqlglot import exp
    from sqlglot.optimizer.pushdown_projections import pushdown_projections
    from sqlglot.optimizer.qualify import qualify

    for tree in sqlglot.parse(text, read=dialect or None):
        query = tree.expression if isinstance(tree, exp.Create) else tree
        if isinstance(query, exp.Query):
            pushdown_projections(qualify(query, dialect=dialect, validate_qualify_columns=False))


def _openlineage(text: str, dialect: str) -> None:
    import openlineage_sql

    if openlineage_sql.parse([text], dialect=dialect or "generic").errors:
        raise ValueError(text)


def _sqllineage(text: str, dialect: str) -> None:
    from sqllineage.runner import LineageRunner

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        LineageRunner(f"INSERT INTO built {text}", dialect=dialect or "ansi").get_column_lineage()


PEERS: dict[str, Callable[[str, str], None]] = {
    "sqlglot, parse only": _parse,
    "sqlglot qualify (partial) + pushdown_projections, without schema": _optimize,
    "openlineage-sql": _openlineage,
    "sqllineage": _sqllineage,
}


def _measure(name: str, listing: str, budget: float) -> None:
    """Print what one tool takes for as many texts as the budget allows."""
    texts = json.loads(Path(listing).read_text(encoding="utf-8"))
    Random(1).shuffle(texts)
    tool = PEERS[name]
    tool("SELECT a FROM t", texts[0][0])  # what is loaded once is loaded now
    good = files = size = 0
    start = time.process_time()
    for dialect, text in texts:
        files, size = files + 1, size + len(text.encode())
        try:
            tool(text, dialect)
            good += 1
        except Exception:
            pass
        if time.process_time() - start > budget:
            break
    told = {"seconds": time.process_time() - start, "size": size, "files": files, "good": good}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    _measure(sys.argv[1], sys.argv[2], float(sys.argv[3]))
