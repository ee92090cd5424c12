"""A property file of dbt → the relations it documents and the consumers it declares.

Property files document what exists and seldom all of it, so no table from here is complete. Tests are no use of a
column. A name that Jinja computes is not known; what depends on it is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import names
from trackplan.documents import Node
from trackplan.facts.declared import CLASSES, Consumer, RelationKind, Sql, Table, Taken
from trackplan.findings import Place, Problem
from trackplan.readers.dbt import snapshots
from trackplan.readers.dbt.columns import columns, meta
from trackplan.sql import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.declared import Declaration

_NAMED = re.compile(
    r"""\s*(ref|source)\(\s*['"]([^'"]+)['"]\s*(?:,\s*['"]([^'"]+)['"]\s*)?(?:,\s*v(?:ersion)?\s*=\s*['"]?(\w+)['"]?\s*)?\)\s*"""
)
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"[0-9.]+")
_BUILT: tuple[tuple[str, RelationKind], ...] = (("models", "model"), ("seeds", "seed"), ("snapshots", "snapshot"))
_NOTHING = Node(None, Place(""))

Parts = tuple[str, ...]


class PropertyFile:
    """One property file. `sources` maps (source, table) to physical names, `problems` is filled as it is read."""

    def __init__(self, root: Node, dialect: str) -> None:
        self.root = root
        self.dialect = dialect
        self.sources: dict[tuple[str, str], Parts] = {}
        self.problems: list[Problem] = []

    def declarations(self) -> Iterator[Declaration]:
        """What the file declares, in the order of its kinds."""
        for source in self._items(self.root, "sources"):
            for table in self._items(source, "tables"):
                yield self._source(source, table)
        for key, kind in _BUILT:
            for node in self._items(self.root, key):
                yield from self._built(node, kind)
        for node in self._items(self.root, "exposures"):
            yield self._exposure(node)
        for node in self._items(self.root, "semantic_models"):
            yield from self._semantic_model(node)

    def _items(self, parent: Node, key: str) -> Iterator[Node]:
        """The mappings in a list that have a name; others are problems."""
        holder = parent.get(key)
        if holder is None:
            return
        if not isinstance(holder.value, list):
            self.problems.append(Problem(holder.place, f"'{key}' is no list", "write each entry after a '-'"))
        for node in holder.elements():
            if node.string("name"):
                yield node
            else:
                self.problems.append(Problem(node.place, f"this entry of '{key}' has no name", "give it a name"))

    def _source(self, source: Node, table: Node) -> Table:
        logical = (source.string("name"), table.string("name"))
        written = {
            "database": _known(source.string("database") or source.string("catalog")),
            "schema": _known(source.string("schema")) or logical[0],
            "identifier": _known(table.string("identifier")) or logical[1],
        }
        quoted = {key: _quotes(table, key) or _quotes(source, key) for key in written}
        parts = tuple(names.fold(text, quoted[key], self.dialect) for key, text in written.items() if text)
        if not any(quoted.values()):
            self.sources[logical] = parts
        alias = tuple(self._fold(p) for p in logical)
        return Table(
            parts,
            "table",
            _place(table),
            complete=False,
            columns=columns(table, self.dialect),
            description=table.string("description"),
            owner=_owner(table) or _owner(source),
            aliases=(alias,) if alias != parts else (),
            source=True,
        )

    def _built(self, node: Node, kind: RelationKind) -> Iterator[Declaration]:
        """A model (each version of it), seed or snapshot; a snapshot may be declared here alone."""
        name = self._fold(node.string("name"))
        set_to = _known((node.get("config") or _NOTHING).string("alias") or node.string("alias"))
        aliases = ((self._fold(set_to),),) if set_to else ()
        own = columns(node, self.dialect)
        text, owner = node.string("description"), _owner(node)
        versions = [v for v in (node.get("versions") or _NOTHING).elements() if v.string("v")]
        if not versions:
            yield Table((name,), kind, _place(node), False, own, text, owner, aliases)
        latest = node.string("latest_version") or max((v.string("v") for v in versions), key=_rank, default="")
        for version in versions:
            stem = version.string("defined_in") or f"{node.string('name')}_v{version.string('v')}"
            known = ((name,),) if version.string("v") == latest else ()
            added = (*own, *columns(version, self.dialect))
            yield Table((self._fold(stem),), kind, _place(node), False, added, text, owner, (*known, *aliases))
        relation = node.get("relation")
        taken = self._named(relation) if kind == "snapshot" and relation is not None else None
        if relation is not None and taken:
            config = node.get("config") or _NOTHING
            keys = [k for key in snapshots.KEYS for k in config.strings(key)]
            target = ".".join(template.identifier(p, self.dialect) for p in taken)
            query = snapshots.statement(f"SELECT * FROM {target}", keys)  # noqa: S608 - never run
            text = "\n" * max(relation.place.line - 1, 0) + query
            yield Sql(text, self.dialect, Place(relation.place.path), (name,))

    def _exposure(self, node: Node) -> Consumer:
        about = meta(node).get("columns", _NOTHING)
        owner = node.get("owner") or _NOTHING
        person, mail = owner.string("name") or owner.text.strip(), owner.string("email")
        taken = tuple(t for n in (node.get("depends_on") or _NOTHING).elements() for t in self._taken(n, about))
        return Consumer(
            "exposure",
            node.string("name"),
            _place(node),
            node.string("label"),
            f"{person} ({mail})" if person and mail else person or mail,
            taken,
            CLASSES.get(node.string("type").lower()),
        )

    def _taken(self, node: Node, about: Node) -> Iterator[Taken]:
        """What an exposure depends on. `about` lists the columns it takes, of all relations or of each by its name."""
        parts = self._named(node)
        if parts is None:
            return
        listed = about
        if isinstance(about.value, dict):
            mine = [value for key, value in about.items() if (self._parse(key) or (self._fold(key),)) == parts]
            mine += [value for key, value in about.items() if (self._fold(key),) == parts[-1:] and not mine]
            listed = mine[0] if mine else _NOTHING
        chosen = tuple(self._fold(c.text.strip()) for c in listed.elements() if c.text.strip())
        yield Taken(parts, node.place, chosen or None)

    def _semantic_model(self, node: Node) -> Iterator[Consumer]:
        """The columns that its entities, dimensions and measures name; all of the model's if one is an expression."""
        model = node.get("model")
        parts = self._named(model) if model is not None else None
        if model is None or parts is None:
            return
        chosen: list[str] | None = []
        for key in ("entities", "dimensions", "measures"):
            for item in (node.get(key) or _NOTHING).elements():
                text = item.string("expr") or item.string("name")
                if _WORD.fullmatch(text) and chosen is not None:
                    chosen.append(self._fold(text))
                elif not _NUMBER.fullmatch(text):
                    chosen = None
        taken = Taken(parts, model.place, tuple(dict.fromkeys(chosen)) if chosen else None)
        yield Consumer("semantic_model", node.string("name"), _place(node), node.string("label"), takes=(taken,))

    def _named(self, node: Node) -> Parts | None:
        return self._parse(node.text)

    def _parse(self, text: str) -> Parts | None:
        """The relation that a `ref(…)` or `source(…)` in a text means."""
        match = _NAMED.fullmatch(text.strip().removeprefix("{{").removesuffix("}}"))
        if match is None:
            return None
        kind, first, second, version = match.groups()
        if kind == "source":
            return (self._fold(first), self._fold(second)) if second else None
        name = second or first
        return (self._fold(f"{name}_v{version}" if version else name),)

    def _fold(self, name: str) -> str:
        return names.fold(name, False, self.dialect)


def _known(text: str) -> str:
    """The text, or '' where Jinja computes it."""
    return "" if "{{" in text or "{%" in text else text


def _quotes(node: Node, key: str) -> bool:
    said = (node.get("quoting") or _NOTHING).get(key)
    return said is not None and said.value is True


def _place(node: Node) -> Place:
    return (node.get("name") or node).place


def _owner(node: Node) -> str:
    said = meta(node).get("owner")
    return said.text.strip() if said is not None else ""


def _rank(version: str) -> tuple[float, str]:
    return (float(version) if _NUMBER.fullmatch(version) and version.count(".") < 2 else -1.0, version)
