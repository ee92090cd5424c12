"""`python -m benchmarks.rules`: what the whole catalogue costs on the facts of a large project, rule by rule."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from trackplan import engine, pipeline, project, rules
from trackplan.facts.base import FactBase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.project import Project

TODAY = date(2026, 11, 1)
MUST_SECONDS, MUST_MEGABYTES = 2.0, 500
_SHOWN = 0.02
_COLUMNS = 15
_EVENTS_PER_FILE = 10
_NAMES = [
    *(
        "order_id",
        "cart_id",
        "product_id",
        "session_id",
        "coupon",
        "currency",
        "price",
        "quantity",
        "category",
        "brand",
    ),
    *("email", "phone", "first_name", "birth_date", "postcode", "gender", "ip_address", "user_agent", "device_id"),
    *("page_url", "referrer", "campaign", "medium", "term", "search_term", "comment", "message", "step", "status_code"),
    *("is_member", "created_at", "shipped_on", "load_time_ms", "position", "list_id", "variant", "language", "country"),
]
_NUMBERS = frozenset({"price", "quantity", "status_code", "load_time_ms", "position"})
_ODD = 0.02  # share of properties of another type than theirs


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the project is; each event has as many properties, and each model about 60 uses of columns."""

    events: int = 2000
    models: int = 5000
    dashboards: int = 2000


def _say(line: str) -> None:
    print(line, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Print what each rule costs; 1 if all of them take longer than 2 s of CPU or more than 500 MB.

    The facts are made by a process of their own, so that what is measured is the rules on facts that are there.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    sizes = Sizes()
    for name in ("events", "models", "dashboards"):
        parser.add_argument(f"--{name}", type=int, default=getattr(sizes, name), help="how many are made up")
    parser.add_argument("--runs", type=int, default=3, help="of which the quickest counts")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), Sizes(options.events, options.models, options.dashboards))
        opened = project.load(Path(folder) / "trackplan.yaml")
        image = Path(folder) / "facts"
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            built, first, peak = pool.submit(_prepare, Path(folder) / "trackplan.yaml", image).result()
        base = FactBase.of_image(image.read_bytes())
        base.freeze()
    facts = {name: base.count(f'SELECT count(*) FROM "{name}"') for name in ("field", "relation", "use", "reach")}
    _say(", ".join(f"{count:,} rows of {name}" for name, count in facts.items()))
    _say(f"facts made in {built:.1f} s of CPU, then all rules for the first time in {first:.2f} s; {peak:.0f} MB\n")
    taken = [min(each) for each in zip(*([*_costs(base, opened)] for _ in range(options.runs)), strict=True)]
    _say(
        f"{'all rules':28} {sum(taken):6.2f} s of CPU (must: {MUST_SECONDS:.1f}), {sum(taken) / built:.2f} of building"
    )
    _say(f"{'peak memory':28} {_peak():6.0f} MB (must: {MUST_MEGABYTES})")
    _say(f"{'reference: scan of use':28} {_scan(base):6.3f} s, so all rules are {sum(taken) / _scan(base):.0f} of them")
    for rule, seconds in sorted(zip(_rules(opened), taken, strict=True), key=lambda pair: -pair[1]):
        if seconds > _SHOWN:
            _say(f"  {rule.id} {rule.name:35} {seconds:6.3f} s")
    return int(sum(taken) > MUST_SECONDS or _peak() > MUST_MEGABYTES)


def _prepare(file: Path, image: Path) -> tuple[float, float, float]:
    """Write the facts of a project, with every table that a rule reads; the seconds of making them and of the rules."""
    opened = project.load(file)
    start = time.process_time()
    base = pipeline.build(opened, TODAY)
    built = time.process_time() - start
    engine.run(base, _rules(opened), opened)
    first = time.process_time() - start - built
    peak = _peak()
    for name in [str(name) for (name,) in base.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")]:
        base.count(f'SELECT count(*) FROM "{name}"')  # what no rule reads is filled too
    image.write_bytes(base.image()[0])
    return built, first, peak


def write(folder: Path, sizes: Sizes) -> None:
    """Write a project of so many events, each in its own table, with models in chains and dashboards at their ends."""
    chance = Random(1)
    names = [chance.sample(_NAMES, _COLUMNS) for _ in range(sizes.events)]
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\nplans: [plans/*.yaml]\nuse_cases: [use_cases.yaml]\n"
        "warehouse: [tables.sql]\nmodels: [models/*.sql]\nconsumers: [dashboards/*.sql]\n"
        "landing: [{plan: web, convention: segment, schema: raw}]\nrules: {profile: strict-privacy}\n",
        **dict(_plans(names, chance)),
        "use_cases.yaml": "\n".join(_use_cases(names, chance)) + "\n",
        "tables.sql": "\n".join(_tables(names)) + "\n",
        **dict(_models(names, sizes, chance)),
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _plans(names: list[list[str]], chance: Random) -> Iterator[tuple[str, str]]:
    """The files of one plan."""
    for first in range(0, len(names), _EVENTS_PER_FILE):
        lines = ["trackplan: 1", "name: web", "owner: data@example.com", "events:"]
        for number in range(first, min(first + _EVENTS_PER_FILE, len(names))):
            lines.append(f"  Event Number {number}:")
            lines.append(f"    destinations: [warehouse{', crm' if number % 7 == 0 else ''}]")
            lines.append("    properties:")
            for name in names[number]:
                kind = "string" if chance.random() < _ODD else _kind(name)
                said = ", description: What it says" if chance.random() < 0.9 else ""
                lines.append(f"      {name}: {{type: {kind}{said}}}")
        yield f"plans/area_{first // _EVENTS_PER_FILE:03}.yaml", "\n".join(lines) + "\n"


def _use_cases(names: list[list[str]], chance: Random) -> Iterator[str]:
    yield "use_cases:"
    for number in range(len(names)):
        wanted = ", ".join(f'"Event Number {number}.{name}"' for name in chance.sample(names[number], 3))
        serves = f"consumers: [dashboard.board_{number}]"
        yield f"  - {{id: case-{number}, title: Case {number}, needs: [{wanted}], {serves}}}"


def _kind(name: str) -> str:
    return "number" if name in _NUMBERS else "string"


def _tables(names: list[list[str]]) -> Iterator[str]:
    for number, columns in enumerate(names):
        kinds = {"number": "double", "string": "varchar"}
        listed = ", ".join(f"{name} {kinds[_kind(name)]}" for name in ("id", "received_at", *columns, "shadow"))
        yield f"create table raw.event_number_{number} ({listed});"


def _models(names: list[list[str]], sizes: Sizes, chance: Random) -> Iterator[tuple[str, str]]:
    """Chains: an event's table, a staging model, one or two on top of it, a dashboard on the last."""
    last = [(f"raw.event_number_{number}", columns) for number, columns in enumerate(names)]
    for model in range(sizes.models):
        event = model % len(names)
        relation, columns = last[event]
        kept = columns[:-1] if relation.startswith("raw.") else columns
        listed = ", ".join(kept)
        filters = " and ".join(f"{name} is not null" for name in columns)
        shown = f"{listed}, row_number() over (partition by {listed}) as nth"
        grouped = f"group by {listed}\norder by {listed}"
        yield f"models/model_{model}.sql", f"select {shown}\nfrom {relation}\nwhere {filters}\n{grouped}\n"
        last[event] = (f"model_{model}", kept)
    for number in range(sizes.dashboards):
        relation, columns = last[number % len(names)]
        shown = ", ".join(chance.sample(columns, min(4, len(columns))))
        yield f"dashboards/board_{number}.sql", f"select {shown}\nfrom {relation}\n"


def _rules(opened: Project) -> list[rules.Rule]:
    return [choice.rule for choice in rules.decide(rules.load(opened).rules, opened) if choice.on]


def _costs(base: FactBase, opened: Project) -> Iterator[float]:
    """The CPU seconds of each rule."""
    for rule in _rules(opened):
        start = time.process_time()
        outcome = engine.run(base, [rule], opened)
        yield time.process_time() - start
        assert not outcome.failed, outcome.failed


def _scan(base: FactBase) -> float:
    """The CPU seconds that SQLite takes to look at every use once."""
    start = time.process_time()
    base.count("SELECT count(*) FROM use WHERE how <> 'nothing' AND place IS NOT NULL")
    return time.process_time() - start


def _peak() -> float:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    sys.exit(main())
