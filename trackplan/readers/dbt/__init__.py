"""dbt: property files and whole projects → sources, models, seeds, snapshots, exposures, semantic models, and SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.errors import ReadError
from trackplan.jinja import Renderer, Settings
from trackplan.readers.dbt.folder import project
from trackplan.readers.dbt.known import Known
from trackplan.readers.dbt.properties import PropertyFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.declared import Declaration

__all__ = ["KIND", "NAME", "detect", "project", "read"]

NAME = "dbt"
KIND = "dbt"

_KEYS = re.compile(
    r"^(?:sources|models|seeds|snapshots|exposures|semantic_models|metrics|unit_tests|groups)\s*:", re.MULTILINE
)


def detect(head: str, path: str) -> int:
    """Sure of YAML with one of the keys of property files."""
    return 2 if path.endswith((".yml", ".yaml")) and _KEYS.search(head) else 0


def read(text: str, path: str, dialect: str = "") -> Iterator[Declaration]:
    """What one property file declares. Raises `ReadError` at the end with all that is wrong in it."""
    known, renderer = Known(dialect), Renderer(Settings(dialect))
    file = PropertyFile(documents.read_yaml(text, path, last_wins=True), known, renderer, "")
    file.learn()
    file.learn_measures()
    yield from file.declarations()
    if file.problems:
        raise ReadError(file.problems)
