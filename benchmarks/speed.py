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


class _Optimizer:
    """sqlglot's optimizer with the tables of the project; those of fewer parts than most of them are left out."""

    def __init__(self, tables: list[tuple[list[str], list[tuple[str, str]]]], dialect: str) -> None:
        from sqlglot import MappingSchema

        self._schema = MappingSchema(dialect=dialect or None)
        depth = max((len(parts) for parts, _ in tables), default=0)
        for parts, columns in tables:
            if len(parts) == depth and columns:
                name = ".".join(f'"{part}"' for part in parts).replace('"', "`" if dialect == "bigquery" else '"')
                self._schema.add_table(name, {column: kind or "text" for column, kind in columns}, dialect=dialect)

    def __call__(self, text: str, dialect: str) -> None:
        import sqlglot
        from sqlglot import exp
        from sqlglot.optimizer.pushdown_projections import pushdown_projections
        from sqlglot.optimizer.qualify import qualify

        for tree in sqlglot.parse(text, read=dialect or None):
            query = tree.expression if isinstance(tree, exp.Create) else tree
            if isinstance(query, exp.Query):
                pushdown_projections(
                    qualify(query, schema=self._schema, dialect=dialect, validate_qualify_columns=False)
                )


def _parse(text: str, dialect: str) -> None:
    import sqlglot

    sqlglot.parse(text, read=dialect or None)


def _openlineage(text: str, dialect: str) -> None:
    import openlineage_sql

    if openlineage_sql.parse([text], dialect=dialect or "generic").errors:
        raise ValueError(text)


def _sqllineage(text: str, dialect: str) -> None:
    from sqllineage.runner import LineageRunner

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        LineageRunner(f"INSERT INTO built {text}", dialect=dialect or "ansi").get_column_lineage()


PEERS = ("sqlglot, parse only", "sqlglot qualify (partial) + pushdown_projections", "openlineage-sql", "sqllineage")


def _tool(name: str, listing: str, dialect: str) -> Callable[[str, str], None]:
    if name == PEERS[1]:
        return _Optimizer(json.loads(Path(f"{listing}.tables").read_text(encoding="utf-8")), dialect)
    return {PEERS[0]: _parse, PEERS[2]: _openlineage, PEERS[3]: _sqllineage}[name]


def _measure(name: str, listing: str, budget: float) -> None:
    """Print what one tool takes for as many texts as the budget allows."""
    texts = json.loads(Path(listing).read_text(encoding="utf-8"))
    Random(1).shuffle(texts)
    tool = _tool(name, listing, texts[0][0])
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
