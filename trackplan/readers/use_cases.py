"""Use cases (YAML with the top key `use_cases`) → what data is needed for, and until when."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.documents import Node
from trackplan.errors import ReadError
from trackplan.facts.declared import Need, SignOff, UseCase, UseCaseStatus
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.taxonomy import Noun

NAME = "use-cases"
KIND = "use_cases"

_TOP_KEY = re.compile(r"""^\ufeff?["']?use_cases["']?\s*:""", re.MULTILINE)
_NOTHING = Node(None, Place(""))
_STATUSES: dict[str, UseCaseStatus] = {"": "active", "active": "active", "proposed": "proposed", "retired": "retired"}


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
    for node in _list(root, "use_cases"):
        yield _use_case(node)


def _repeated(root: Node) -> list[Problem]:
    """Ids that two use cases have."""
    seen: dict[str, Place] = {}
    problems: list[Problem] = []
    for node in _list(root, "use_cases"):
        key, place = node.string("id"), node.value["id"].place if isinstance(node.value, dict) else node.place
        first = seen.setdefault(key, place)
        if first != place:
            message = f"the id '{key}' is taken by the use case in line {first.line}"
            problems.append(Problem(place, message, "give each use case an id of its own", "duplicate"))
    return problems


def _use_case(node: Node) -> UseCase:
    outcome = node.get("outcome") or _NOTHING
    name = node.get("id") or node
    sign = node.get("sign_off")
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
        status=_STATUSES[node.string("status")],
        special_category_basis=node.string("special_category_basis"),
        data_subjects=tuple(n.text.strip() for n in _list(node, "data_subjects")),
        recipients=tuple(n.text.strip() for n in _list(node, "recipients")),
        transfers=tuple((n.string("to"), n.string("safeguard")) for n in _list(node, "transfers")),
        assumptions=tuple(n.text.strip() for n in _list(node, "assumptions")),
        words=tuple(_words(node)),
        sign_off=SignOff(sign.string("by"), sign.string("on"), sign.string("content")) if sign is not None else None,
        fingerprint=fingerprint(node),
        needs=tuple(_need(n) for n in _list(node, "needs")),
        consumers=tuple((n.text.strip(), n.place) for n in _list(node, "consumers")),
    )


def fingerprint(node: Node) -> str:
    """Twelve hex digits that change with anything a use case says but its sign-off.

    The order of keys and of lists, and white space around texts, do not count: SHA-256 over sorted JSON.
    """
    said = documents.plain(node)
    content = {k: v for k, v in said.items() if k != "sign_off"} if isinstance(said, dict) else said
    return hashlib.sha256(json.dumps(_sorted(content), sort_keys=True).encode()).hexdigest()[:12]


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value.strip() if isinstance(value, str) else value


def _words(node: Node) -> Iterator[tuple[Noun, str, Place]]:
    """What a use case says in the words of the taxonomy."""
    single: tuple[tuple[Noun, str], ...] = (
        ("legal basis", "legal_basis"),
        ("special category basis", "special_category_basis"),
        ("data use", "data_use"),
    )
    for noun, key in single:
        said = node.get(key)
        if said is not None and said.text.strip():
            yield noun, said.text.strip(), said.place
    yield from (("data subject", n.text.strip(), n.place) for n in _list(node, "data_subjects"))


def _list(node: Node, key: str) -> Iterable[Node]:
    return (node.get(key) or _NOTHING).elements()


def _need(node: Node) -> Need:
    field = node.get("field") or node
    return Need(field.text.strip(), field.place, node.string("why"))
