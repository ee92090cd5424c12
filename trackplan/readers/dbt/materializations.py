"""Models that a materialization of the project's own builds, which may read more than what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.readers.dbt.rendering import Rendering


def beside(
    made: object, settings: Sequence[Mapping[str, object]], rendering: Rendering, path: str, parts: tuple[str, ...]
) -> Iterator[Sql]:
    """What the materialization `made` may read of tables that it is told by the `settings` of a model, or names itself.

    Those of dbt and of its adapters are no macros of the project, and run nothing but the model.
    """
    text = rendering.materialization(made) if isinstance(made, str) else ""
    if text:
        words = "\n".join([text, *(json.dumps(each, default=str) for each in settings), "*"])
        clause = f"is built by the materialization {made}, which may read more than the model says"
        unclear = ("template", clause)
        yield Sql(words, rendering.dialect, Place(path), parts, rendered=False, unclear=unclear)  # type: ignore[arg-type]
