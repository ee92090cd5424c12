"""`python -m benchmarks.children WHAT …`: the processes that others are compared with, and looks inside trackplan."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def parse(listing: str) -> None:
    """Parse texts with sqlglot's default settings; those that do not parse cost what they cost."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    for dialect, text in json.loads(Path(listing).read_text(encoding="utf-8")):
        try:
            sqlglot.parse(text, read=dialect or None)
        except (SqlglotError, RecursionError):
            continue


def texts(project: str, listing: str) -> None:
    """Write down the texts that trackplan compiles in a project, rendered as far as it renders them, and its tables."""
    from trackplan import inputs
    from trackplan.project import load

    read = inputs.read(load(Path(project)))
    found = [(sql.dialect, sql.text) for sql in read.sql if sql.rendered]
    Path(listing).write_text(json.dumps(found), encoding="utf-8")
    tables = [(table.parts, [(column.name, column.type) for column in table.columns]) for table in read.tables]
    Path(f"{listing}.tables").write_text(json.dumps(tables), encoding="utf-8")


def link(project: str) -> None:
    """Print the CPU seconds of linking with the closure, and of writing the facts, as JSON."""
    from datetime import UTC, datetime

    from trackplan import garbage, pipeline
    from trackplan.link import store
    from trackplan.project import load

    clock = _Clock()
    clock.watch(pipeline, "_link")
    clock.watch(store, "store")
    with garbage.looked_for():
        pipeline.build(load(Path(project)), datetime.now(UTC).date())
    spent = {name.lstrip("_"): seconds for name, seconds in clock.spent.items()}
    sys.stdout.write(json.dumps({"link": spent["link"] - spent["store"], "store": spent["store"]}))


class _Clock:
    """Adds up the CPU seconds that functions take, by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def watch(self, module: Any, name: str) -> None:
        """Put a timed function in the place of `module.name`."""
        inner: Callable[..., Any] = getattr(module, name)
        self.spent[name] = 0.0

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return inner(*args, **kwargs)
            finally:
                self.spent[name] += time.process_time() - start

        setattr(module, name, timed)


def edited(cache: str, *arguments: str) -> None:
    """Check the project here after an edit; the last line tells how many rules ran and their CPU seconds, as JSON."""
    from trackplan import engine
    from trackplan.__main__ import answer

    clock = _Clock()
    ran: list[str] = []
    module: Any = engine
    judge = module.judge

    def counted(base: Any, rules: Any, *rest: Any) -> Any:
        outcome = judge(base, rules, *rest)
        ran.extend(outcome.ran)
        return outcome

    module.judge = counted
    clock.watch(module, "judge")
    answer([*arguments, "--jobs", "1", "--cache-dir", cache])
    sys.stdout.write("\n" + json.dumps({"ran": len(ran), "seconds": clock.spent["judge"]}))


def schemas(count: str) -> None:
    """Print the CPU seconds of loading and checking JSON plans, and of `json.loads` alone, as JSON."""
    from trackplan import documents

    made = [json.dumps(_plan(number), indent=2) for number in range(int(count))]
    documents.check(documents.read_json(made[0], "first.json"), "plan")  # what is loaded once is loaded now
    start = time.process_time()
    for number, text in enumerate(made):
        if documents.check(documents.read_json(text, f"{number}.json"), "plan"):
            sys.exit("a made-up plan is not valid")
    between = time.process_time()
    for text in made:
        json.loads(text)
    sys.stdout.write(json.dumps({"check": between - start, "loads": time.process_time() - between}))


def _plan(number: int) -> dict[str, Any]:
    properties = {
        f"property_{index}": {"type": "string", "description": f"What {index} says of {number}.", "required": index < 3}
        for index in range(12)
    }
    event = {"description": "It happened.", "owner": "data@example.com", "tags": ["web"], "properties": properties}
    return {"trackplan": 1, "name": f"plan_{number}", "events": {f"Event {index}": event for index in range(4)}}


def burn(seconds: str) -> None:
    """Keep one core busy with a fixed amount of work, which takes about so many seconds."""
    total = 0
    for number in range(int(float(seconds) * 15_000_000)):
        total += number


if __name__ == "__main__":
    _CHILDREN: dict[str, Callable[..., None]] = {
        "parse": parse,
        "texts": texts,
        "link": link,
        "edited": edited,
        "schemas": schemas,
        "burn": burn,
    }
    _CHILDREN[sys.argv[1]](*sys.argv[2:])
