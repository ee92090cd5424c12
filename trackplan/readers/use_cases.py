"""Use cases (YAML with the top key `use_cases`) → what data is needed for, and until when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.documents import Node
from trackplan.errors import ReadError
from trackplan.facts.declared import Need, UseCase
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "use-cases"
KIND = "use_cases"

_TOP_KEY = re.compile(r"""^\ufeff?["']?use_cases["']?\s*:""", re.MULTILINE)
_NOTHING = Node(None, Place(""))


def detect(head: str, path: str) -> int:
    """Certain of a file with the key `use_cases`."""
    del path
    return 3 if _TOP_KEY.search(head) else 0


def read(text: str, path: str) -> Iterator[UseCase]:
    """The use cases of the file in order. Raises `ReadError` with all its problems."""
    root = documents.read(text, path)
    problems = documents.check(root, "use_cases") or _repeated(root)
    if problems:
        raise ReadError(problems)
    for node in (root.get("use_cases") or _NOTHING).elements():
        yield _use_case(node)


def _repeated(root: Node) -> list[Problem]:
    """Ids that two use cases have."""
    seen: dict[str, Place] = {}
    problems: list[Problem] = []
    for node in (root.get("use_cases") or _NOTHING).elements():
        key, place = node.string("id"), node.value["id"].place if isinstance(node.value, dict) else node.place
        first = seen.setdefault(key, place)
        if first != place:
            message = f"the id '{key}' is taken by the use case in line {first.line}"
            problems.append(Problem(place, message, "give each use case an id of its own", "duplicate"))
    return problems


def _use_case(node: Node) -> UseCase:
    outcome = node.get("outcome") or _NOTHING
    name = node.get("id") or node
    return UseCase(
        id=node.string("id"),
        place=name.place,
        title=node.string("title"),
        owner=node.string("owner"),
        metric=outcome.string("metric"),
        goal=outcome.string("goal"),
        moves=outcome.string("moves"),
        stage=node.string("stage"),
        horizon=node.string("horizon") or None,
        review_by=node.string("review_by") or None,
        legal_basis=node.string("legal_basis"),
        data_use=node.string("data_use"),
        retention=node.string("retention"),
        needs=tuple(_need(n) for n in (node.get("needs") or _NOTHING).elements()),
        consumers=tuple((n.text.strip(), n.place) for n in (node.get("consumers") or _NOTHING).elements()),
    )


def _need(node: Node) -> Need:
    field = node.get("field") or node
    return Need(field.text.strip(), field.place, node.string("why"))
