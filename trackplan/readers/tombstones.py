"""Tombstones (YAML with the top key `tombstones`) → what was pruned, and is to stay gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.errors import ReadError
from trackplan.facts.declared import Tombstone

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "tombstones"
KIND = "tombstones"

_TOP_KEY = re.compile(r"""^\ufeff?["']?tombstones["']?\s*:""", re.MULTILINE)


def detect(head: str, path: str) -> int:
    """Certain of a file with the key `tombstones`."""
    del path
    return 3 if _TOP_KEY.search(head) else 0


def read(text: str, path: str) -> Iterator[Tombstone]:
    """The tombstones of the file in order. Raises `ReadError` with all its problems."""
    root = documents.read(text, path)
    problems = documents.check(root, "tombstones")
    if problems:
        raise ReadError(problems)
    listed = root.get("tombstones")
    for node in listed.elements() if listed else ():
        place = (node.get("id") or node).place
        said = {key: node.string(key) for key in ("id", "pruned", "by", "reason", "proposal")}
        yield Tombstone(place=place, **said)
