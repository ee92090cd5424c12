"""What the files of one dbt project must know of each other: names of relations, groups, measures."""

from __future__ import annotations

import re
from collections.abc import Container

from msgspec import Struct, field

from trackplan import names
from trackplan.documents import Node
from trackplan.readers.dbt.metrics import Measures

_NAMED = re.compile(
    r"""\s*(ref|source)\(\s*['"]([^'"]+)['"]\s*(?:,\s*['"]([^'"]+)['"]\s*)?"""
    r"""(?:,\s*v(?:ersion)?\s*=\s*['"]?(\w+)['"]?\s*)?\)\s*"""
)

Parts = tuple[str, ...]


class Known(Struct):
    """A project's names. `nodes` are what `ref` may name, with the name that finds it and nothing else.

    `graph` has the kind of each, its package, and its path there. `taken` are names that another project of the same
    repository has given to relations of its own; `physical` maps a source and its table to what SQL calls it, `stored`
    the same with all names folded, quoted ones too. `overriding` are sources that say anew where those of a package
    are, by package and name. `configs` are what property files set, by package, kind and name.
    """

    dialect: str
    project: str = ""
    taken: Container[str] = frozenset()
    nodes: dict[str, Parts] = {}
    physical: dict[tuple[str, str], Parts] = {}
    stored: dict[Parts, Parts] = {}
    overriding: dict[tuple[str, str], list[Node]] = {}
    graph: list[tuple[str, str, str]] = []
    configs: dict[tuple[str, str, str], list[Node]] = {}
    groups: dict[str, str] = {}
    measures: Measures = field(default_factory=Measures)

    def fold(self, name: str) -> str:
        """An unquoted name as the dialect stores it."""
        return names.fold(name, False, self.dialect)

    def relation(self, name: str) -> Parts:
        """The relation that a model, seed or snapshot called `name` builds."""
        folded = self.fold(name)
        return (self.fold(self.project or "dbt"), folded) if folded in self.taken else (folded,)

    def this(self, name: str) -> Parts:
        """The same relation as a template has it: by the name as it is written."""
        return (*self.relation(name)[:-1], name)

    def reference(self, name: str) -> Parts:
        """What `ref` writes: a name that only this project's model has, whatever else is called so."""
        return (self.fold(f"ref_{self.project}"), self.fold(name))

    def add(self, name: str, other: str = "") -> None:
        """Make a node known; `other` is a further name for it, as versions have."""
        if self.project:
            self.nodes[other or name] = self.reference(name)

    def aliases(self, name: str) -> tuple[Parts, ...]:
        """Further names under which a node is found."""
        found = (self.reference(name),) if self.project else ()
        return (*found, (self.fold(name),)) if self.fold(name) in self.taken else found

    def named(self, node: Node) -> Parts | None:
        """The relation that a `ref(…)` or `source(…)` in a text means."""
        return self.meant(node.text)

    def meant(self, text: str) -> Parts | None:
        """The relation that a text such as `ref('orders')` means; None for any other text."""
        match = _NAMED.fullmatch(text.strip().removeprefix("{{").removesuffix("}}"))
        if match is None:
            return None
        kind, first, second, version = match.groups()
        if kind == "source":
            return (self.fold(first), self.fold(second)) if second else None
        name = second or first
        name = f"{name}_v{version}" if version else name
        return self.nodes.get(name) or (self.fold(name),)
