"""A fideslang taxonomy as it is exported (`data_category`, `data_use`, `data_subject`; JSON or YAML) → its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.errors import ReadError
from trackplan.facts.declared import Term

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "fideslang"
KIND = "taxonomy"

_KEYS = {"data_category": "data category", "data_use": "data use", "data_subject": "data subject"}


def detect(head: str, path: str) -> int:
    """Sure of a file that speaks of keys of fideslang."""
    del path
    return 2 if "fides_key" in head else 0


def read(text: str, path: str) -> Iterator[Term]:
    """The words that are in force. Raises `ReadError` with all that is wrong."""
    root = documents.read(text, path)
    problems = documents.check(root, "taxonomy")
    if problems:
        raise ReadError(problems)
    if not any(root.get(key) for key in _KEYS):
        hint = f"the export of fideslang has the keys {', '.join(_KEYS)}"
        raise documents.failure(root.place, "this holds no taxonomy", hint)
    for key, noun in _KEYS.items():
        listed = root.get(key)
        for node in listed.elements() if listed else ():
            if node.string("active").lower() != "false":
                place = (node.get("fides_key") or node).place
                yield Term(noun, node.string("fides_key"), place, node.string("replaced_by"))
