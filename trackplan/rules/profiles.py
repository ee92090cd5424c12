"""`rules/profiles/*.yaml` and `rules/packs/*.yaml`: ready choices of rules. They only name rules."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import documents, resources
from trackplan.findings import Severity
from trackplan.rules.words import any_means

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.documents import Node
    from trackplan.rules.base import OptionValue, Rule


class Profile(Struct, frozen=True):
    """Which of our rules run, and how severe their findings are. A word is an id, the beginning of ids, or a name."""

    name: str
    title: str
    description: str
    select: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}
    options: dict[str, dict[str, OptionValue]] = {}


class Requirement(Struct, frozen=True):
    """One demand of a framework, and the rules that help to meet it: those named, and those that cite it."""

    id: str
    title: str
    rules: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()

    def asks_for(self, rule: Rule) -> bool:
        """Whether the rule helps to meet it."""
        return any_means(self.rules, rule) or any(reference.startswith(self.cites) for reference in rule.references)


class Pack(Struct, frozen=True):
    """The rules that a framework asks for, by what it demands."""

    name: str
    title: str
    description: str
    requirements: tuple[Requirement, ...]

    def asks_for(self, rule: Rule) -> bool:
        """Whether the rule helps to meet one of the requirements."""
        return any(requirement.asks_for(rule) for requirement in self.requirements)


@lru_cache(maxsize=1)
def profiles() -> dict[str, Profile]:
    """The profiles by name."""
    return {name: _profile(name, node) for name, node in _files("profiles")}


@lru_cache(maxsize=1)
def packs() -> dict[str, Pack]:
    """The packs by name."""
    return {name: _pack(name, node) for name, node in _files("packs")}


def _files(folder: str) -> list[tuple[str, Node]]:
    paths: list[Path] = sorted((resources.folder("rules") / folder).glob("*.yaml"))
    return [(path.stem, documents.read_yaml(path.read_text(encoding="utf-8"), path.name)) for path in paths]


def _profile(name: str, node: Node) -> Profile:
    severity, options = node.get("severity"), node.get("options")
    return Profile(
        name,
        node.string("title"),
        " ".join(node.string("description").split()),
        node.strings("select"),
        node.strings("ignore"),
        {word: Severity.parse(n.text) for word, n in severity.items()} if severity else {},
        {
            word: {k: v.value for k, v in n.items() if isinstance(v.value, str | int | float)}
            for word, n in options.items()
        }
        if options
        else {},
    )


def _pack(name: str, node: Node) -> Pack:
    requirements = node.get("requirements")
    found = [
        Requirement(n.string("id"), n.string("title"), n.strings("rules"), n.strings("cites"))
        for n in (requirements.elements() if requirements else ())
    ]
    return Pack(name, node.string("title"), " ".join(node.string("description").split()), tuple(found))
