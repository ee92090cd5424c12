"""What the path of a file tells of what is in it: the relation that it builds, the consumer that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from trackplan import patterns
from trackplan.facts.declared import Consumer
from trackplan.findings import Place
from trackplan.names import fold

if TYPE_CHECKING:
    from trackplan.facts.declared import ConsumerClass
    from trackplan.project import Source

# What a consumer is when it lies in a folder of this name.
_CONSUMER_KINDS = {"dashboards": "dashboard", "queries": "query", "exports": "export", "syncs": "sync",
                   "notebooks": "notebook", "reports": "report", "tests": "test", "backfills": "backfill"}  # fmt: skip


def relation(path: str, source: Source, dialect: str) -> tuple[str, ...]:
    """The name of what the model in a file builds: the entry's template, filled in, else the file's stem."""
    name = source.relation
    for number, captured in enumerate(patterns.captures(source.path, path) or (), 1):
        name = name.replace(f"{{{number}}}", captured)
    return tuple(fold(part, False, dialect) for part in (name.split(".") if name else [stem(path)]))


def consumer(path: str, source: Source) -> Consumer:
    """The consumer that a file is: its kind by the entry or the folder, its name by its path below the fixed part."""
    fixed = patterns.fixed_part(source.path)
    name = path[len(fixed) :].lstrip("/") or path.rpartition("/")[2]
    bare, _, _ = name.rpartition(".")
    folder = fixed.rstrip("/").rpartition("/")[2].lower()
    kind = source.kind or _CONSUMER_KINDS.get(folder, "query")
    said = cast("ConsumerClass", source.use) if source.use else None  # one of the words of the schema
    return Consumer(kind, bare or name, Place(path), said=said)


def stem(path: str) -> str:
    """The name of a file without its endings."""
    name = path.rpartition("/")[2]
    return name.split(".")[0] or name
