"""The columns of a dbt property file, with what their tags and `meta` say about personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan import names
from trackplan.documents import Node
from trackplan.facts.declared import Column, Sensitivity
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NOTHING = Node(None, Place(""))
_DEEPEST = 20
_LEVELS: dict[str, Sensitivity] = {
    "none": "none",
    "public": "none",
    "low": "none",
    "internal": "internal",
    "personal": "personal",
    "pii": "personal",
    "sensitive": "personal",
    "confidential": "personal",
    "high": "personal",
    "special": "special",
}
_TAGS: dict[str, Sensitivity] = {"pii": "personal", "personal": "personal", "personal_data": "personal"}
_CATEGORY_KEYS = frozenset(
    {"category", "categories", "data_category", "data_categories", "fides_category", "classification"}
)
_NO = frozenset({"false", "no", "none", "0", ""})


def columns(holder: Node, dialect: str) -> tuple[Column, ...]:
    """The columns that `holder` documents; `a.b` is the member `b` of the struct `a`."""
    found: list[tuple[tuple[str, ...], Column]] = []
    for node in (holder.get("columns") or _NOTHING).elements():
        name = node.string("name")
        if name and "{{" not in name:
            quoted = (node.get("quote") or _NOTHING).value is True
            segments = [name] if quoted else [s for s in name.split(".", _DEEPEST) if s]
            path = tuple(names.fold(s, quoted, dialect) for s in segments)
            if path:
                found.append((path, _column(node, path[-1])))
    return _nested(found, 0)


def meta(node: Node) -> dict[str, Node]:
    """What `meta` says, at the node itself and under `config`, where newer releases have it."""
    found: dict[str, Node] = {}
    for holder in (node, node.get("config") or _NOTHING):
        for key, value in (holder.get("meta") or _NOTHING).items():
            if value.value is not None:
                found.setdefault(key, value)
    return found


def _column(node: Node, name: str) -> Column:
    config = node.get("config") or _NOTHING
    said = meta(node)
    labels = (*node.strings("tags"), *config.strings("tags"), *_categories(said))
    tags = tuple(dict.fromkeys(label for label in labels if "{{" not in label))
    return Column(
        name,
        (node.get("name") or node).place,
        node.string("data_type"),
        node.string("description"),
        _sensitivity(said, tags),
        tags,
    )


def _categories(said: dict[str, Node]) -> Iterator[str]:
    """The data categories that `meta` names, under any of the words that teams have for it."""
    for key, node in said.items():
        if key.lower() in _CATEGORY_KEYS:
            yield from (n.text for n in (node.elements() if isinstance(node.value, list) else [node]))


def _sensitivity(said: dict[str, Node], tags: Sequence[str]) -> Sensitivity:
    """The level that `meta.sensitivity` names, else what the words for personal data say, else the tags."""
    by_key = {key.lower(): node for key, node in said.items()}
    level = by_key.get("sensitivity")
    if level is not None and level.text.lower() in _LEVELS:
        return _LEVELS[level.text.lower()]
    for key in ("pii", "contains_pii", "is_pii"):
        node = by_key.get(key)
        if node is not None:
            return "none" if node.text.lower() in _NO else "personal"
    return next((_TAGS[tag.lower()] for tag in tags if tag.lower() in _TAGS), "")


def _nested(found: Sequence[tuple[tuple[str, ...], Column]], depth: int) -> tuple[Column, ...]:
    """The columns of one level with those below them; a struct that nobody documents is made up from its members."""
    groups: dict[str, list[tuple[tuple[str, ...], Column]]] = {}
    for path, column in found:
        groups.setdefault(path[depth], []).append((path, column))
    result: list[Column] = []
    for name, group in groups.items():
        own = [column for path, column in group if len(path) == depth + 1]
        below = [(path, column) for path, column in group if len(path) > depth + 1]
        base = own[0] if own else Column(name, group[0][1].place)
        result.append(
            Column(
                base.name,
                base.place,
                base.type,
                base.description,
                base.sensitivity,
                base.tags,
                _nested(below, depth + 1) if below else (),
            )
        )
    return tuple(result)
