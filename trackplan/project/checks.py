"""What a schema cannot say about a project file: patterns that leave the folder, relations, landings, versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import documents, patterns
from trackplan.documents import Node
from trackplan.findings import Place, Problem
from trackplan.project import exemptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.tree import Tree

KINDS = ("plans", "use_cases", "warehouse", "models", "consumers", "tombstones", "dictionary", "taxonomy", "dbt")
_OF_CLASSIFICATION = ("dictionary", "taxonomy")
EMPTY = Node(None, Place(""))
_WILDCARD_LIMIT = 20
# what a landing convention cannot do without, and what it has no use for
_LANDING_NEEDS = {"segment": ("schema",), "json-column": ("table", "column")}
_LANDING_TAKES = {
    "segment": ("schema",),
    "json-column": ("table", "column", "traits_column", "context_column"),
}


def version(node: Node) -> Iterator[Problem]:
    """Whether the file is of a version that this trackplan reads; where it is not, nothing else can be said."""
    version = node.get("version")
    if version is not None and version.value != 1 and not isinstance(version.value, dict | list):
        yield Problem(version.place, f"this trackplan reads version 1, not {version.text}", "write version: 1")


def all_of(node: Node, work: Tree) -> list[Problem]:
    """Every problem of a file whose form is right."""
    return [
        *_pattern_problems(node, work),
        *_relation_problems(node),
        *landings(node),
        *_unknown_plans(node),
        *exemptions.problems(node.get("suppressions")),
    ]


def entries(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Kind, entry and the pattern in it, for every entry of every kind of input."""
    for kind in KINDS:
        holder = node.get("classification") or EMPTY if kind in _OF_CLASSIFICATION else node
        given = holder.get(kind) or EMPTY
        for entry in given.elements() if isinstance(given.value, list | None) else [given]:
            yield kind, entry, entry.get("path") or entry
    for pattern in ((node.get("rules") or EMPTY).get("extend") or EMPTY).elements():
        yield "rules", pattern, pattern


def _patterns(node: Node) -> Iterator[tuple[str, Place]]:
    """Every pattern of paths, and where it is."""
    for _, _, pattern in entries(node):
        yield pattern.text.strip(), pattern.place
    per_path = (node.get("rules") or EMPTY).get("per_path") or EMPTY
    for path, inner in per_path.items():
        yield path.strip(), per_path.keys.get(path, inner.place)
    history = (node.get("scorecard") or EMPTY).get("history")
    if history is not None:
        yield history.text.strip(), history.place


def _pattern_problems(node: Node, work: Tree) -> Iterator[Problem]:
    for text, place in _patterns(node):
        if "\\" in text:
            yield Problem(place, "there is a backslash in the path", "write / between folders")
        elif patterns.leaves(text) or not work.holds(patterns.fixed_part(text)) or not work.holds(_plain_path(text)):
            hint = "name paths below the folder of the project file, and relative to it"
            yield Problem(place, f"'{text}' leaves the project's folder", hint)
        elif patterns.wildcards(text) > _WILDCARD_LIMIT:
            yield Problem(place, f"the pattern has more than {_WILDCARD_LIMIT} wildcards")


def _plain_path(pattern: str) -> str:
    """The pattern itself where it has no wildcard, so that a symlink out of the project is told and not just missed."""
    return "" if patterns.wildcards(pattern) else pattern


def _relation_problems(node: Node) -> Iterator[Problem]:
    for _, entry, pattern in entries(node):
        relation = entry.get("relation")
        if relation is None:
            continue
        count = patterns.wildcards(patterns.normalise(pattern.text))
        for found in re.findall(r"\{([^{}]*)\}", relation.text):
            if not re.fullmatch("[1-9][0-9]?", found) or int(found) > count:
                message = f"the path has {count} wildcard{'s' * (count != 1)}, so there is nothing for {{{found}}}"
                yield Problem(relation.place, message, "{1} is the text that the first wildcard matched")


def landings(node: Node) -> Iterator[Problem]:
    """Landings that say too little, or too much, for their convention."""
    for landing in (node.get("landing") or EMPTY).elements():
        convention = landing.string("convention")
        for key in _LANDING_NEEDS[convention]:
            if landing.get(key) is None:
                yield Problem(landing.place, f"the convention '{convention}' needs the key '{key}'")
        takes = _LANDING_TAKES[convention]
        for key, place in landing.keys.items():
            if key not in ("plan", "convention", *takes):
                hint = f"it takes {' and '.join(takes)}"
                yield Problem(place, f"the convention '{convention}' has no use for '{key}'", hint)


def _unknown_plans(node: Node) -> Iterator[Problem]:
    plans = {entry.string("name") for kind, entry, _ in entries(node) if kind == "plans"}
    for landing in (node.get("landing") or EMPTY).elements():
        plan = landing.get("plan")
        # a plan without a name here may have one in its own file, which is not read yet
        if plan is not None and "" not in plans and plan.text not in plans:
            hint = documents.did_you_mean(plan.text, plans)
            yield Problem(plan.place, f"there is no plan '{plan.text}'", hint, "reference")
