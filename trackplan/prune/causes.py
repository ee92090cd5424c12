"""Why something cannot be run: not that a table is missing, but why the model that builds it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from trackplan.proof.pipeline import Pipeline
    from trackplan.proof.stage import Stage

_MISSING = re.compile(r"Catalog Error: Table with name \"?([^\s\"]+)\"? does not exist")


@dataclass(frozen=True, slots=True)
class Causes:
    """Table or model, by its own name in lower case → why it cannot be made."""

    why: dict[str, str]

    @classmethod
    def of(cls, pipeline: Pipeline, stages: Iterable[Stage]) -> Self:
        """What is known once all data sets were tried."""
        made = {*pipeline.models, *pipeline.tables}  # a test may be called like the model that it tests
        found = {_last(name): why for stage in stages for name, why in stage.failed.items() if name in made}
        skipped = {_last(name): why for name, why in pipeline.skipped.items() if name not in pipeline.consumers}
        return cls({**skipped, **found})

    def told(self, why: str) -> str:
        """The reason at the bottom of a reason."""
        seen: set[str] = set()
        name = ""
        while (missing := _MISSING.match(why)) and (key := _last(missing[1])) in self.why and key not in seen:
            seen.add(key)
            name, why = missing[1], self.why[key]
        return f"{name} cannot be built: {why}" if name else why


def _last(name: str) -> str:
    return name.rpartition(".")[2].lower()
