"""`trackplan schema`: the JSON Schemas of what people write and programs read, and the tables of the facts."""

from __future__ import annotations

from trackplan import resources
from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

_SUFFIX = ".schema.json"
_FACTS = "facts"


def run(name: str) -> int:
    """Print the schema called `name`, or all the names."""
    folder = resources.folder("schemas")
    names = sorted(path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}"))
    if not name:
        base.emit("\n".join(sorted([*names, _FACTS])) + "\n")
    elif name == _FACTS:
        from trackplan.facts.base import schema

        base.emit(schema())
    elif name in names:
        base.emit((folder / (name + _SUFFIX)).read_text(encoding="utf-8"))
    else:
        from trackplan.documents.base import did_you_mean

        raise TrackplanError(f"there is no schema {name!r}", did_you_mean(name, [*names, _FACTS]))
    return ExitCode.CLEAN
