"""A property file of dbt → the relations it documents and the consumers it declares.

Property files document what exists and seldom all of it, so no table from here is complete. A name that Jinja computes
is not known; what depends on it is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan import names
from trackplan.documents import Node, plain
from trackplan.facts.declared import RelationKind, Sql, Table
from trackplan.findings import Place, Problem
from trackplan.jinja import Renderer, is_template
from trackplan.readers.dbt import snapshots
from trackplan.readers.dbt.checks import Checks
from trackplan.readers.dbt.columns import columns, meta
from trackplan.readers.dbt.exposures import exposure
from trackplan.readers.dbt.metrics import Semantics
from trackplan.sql import template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.facts.declared import Declaration
    from trackplan.readers.dbt.known import Known, Parts

_NUMBER = re.compile(r"[0-9.]+")
_BUILT: tuple[tuple[str, RelationKind], ...] = (("models", "model"), ("seeds", "seed"), ("snapshots", "snapshot"))
_NOTHING = Node(None, Place(""))


class PropertyFile:
    """One property file. `learn` tells the project what others need; `problems` is filled as `declarations` reads."""

    def __init__(self, root: Node, known: Known, renderer: Renderer, package: str) -> None:
        self.root = root
        self._renderer = renderer
        self._package = package
        self.known = known
        self.problems: list[Problem] = []
        self.semantics = Semantics(known.dialect, known.named, known.measures)

    def learn_overriding(self) -> None:
        """Make known which sources say anew where those of a package are."""
        for source in _items(self.root, "sources"):
            if source.string("overrides"):
                key = source.string("overrides"), source.string("name")
                self.known.overriding.setdefault(key, []).append(source)

    def learn(self) -> None:
        """Make known the sources, versions and groups of the file."""
        known = self.known
        for source in _items(self.root, "sources"):
            for table in _items(source, "tables"):
                logical = (source.string("name"), table.string("name"))
                parts, quoted, _ = self._physical(source, table)
                known.stored[(known.fold(logical[0]), known.fold(logical[1]))] = parts
                if not quoted:
                    known.physical[logical] = parts
                said = [node for each in (source, table) for node in (each, each.get("config")) if node is not None]
                known.configs.setdefault((self._package, "sources", ".".join(logical)), []).extend(said)
        for group in _items(self.root, "groups"):
            owner = group.get("owner") or _NOTHING
            known.groups[group.string("name")] = owner.string("name") or owner.string("email") or owner.text.strip()
        for kind, _ in _BUILT:
            for node in _items(self.root, kind):
                self._learn_config(kind, node)
        for node in _items(self.root, "models"):
            versions, latest = _versions(node)
            for version, stem in versions.items():
                known.add(stem, f"{node.string('name')}_v{version}")
                if version == latest:
                    known.add(stem, node.string("name"))
        for node in _items(self.root, "snapshots"):
            if node.get("relation") is not None:
                known.add(node.string("name"))

    def _learn_config(self, kind: str, node: Node) -> None:
        """Make known what is set for a model (each version of it), seed or snapshot."""
        versions, _ = _versions(node)
        of = [(stem, version) for version in _elements(node, "versions") if (stem := versions.get(version.string("v")))]
        for name, closer in [(node.string("name"), None), *of]:
            said = [each.get("config") for each in (node, closer) if each is not None]
            self.known.configs.setdefault((self._package, kind, name), []).extend(
                config for config in said if config is not None
            )

    def sources(self) -> Iterator[tuple[str, str, Parts]]:
        """The sources of the file: their two names, and what they are in the warehouse."""
        for source in _items(self.root, "sources"):
            for table in _items(source, "tables"):
                yield source.string("name"), table.string("name"), self._physical(source, table)[0]

    def learn_measures(self) -> None:
        """Make known the measures, once all relations are."""
        for node in _items(self.root, "semantic_models"):
            self.semantics.learn(node)

    def declarations(self) -> Iterator[Declaration]:
        """What the file declares, in the order of its kinds."""
        checks = Checks(self.known.dialect, self.known.named)
        for source in self._named(self.root, "sources"):
            for table in self._named(source, "tables"):
                declared = self._source(source, table)
                yield declared
                yield from checks.of(table, f"{source.string('name')}.{table.string('name')}", declared.parts)
        for key, kind in _BUILT:
            for node in self._named(self.root, key):
                yield from self._built(node, kind)
                parts = self.known.nodes.get(node.string("name")) or (self.known.fold(node.string("name")),)
                yield from checks.of(node, node.string("name"), parts)
        for node in self._named(self.root, "unit_tests"):
            yield checks.unit(node)
        for node in self._named(self.root, "exposures"):
            yield exposure(node, self.known)
        for node in self._named(self.root, "semantic_models"):
            yield from self.semantics.model(node)
        for node in self._named(self.root, "metrics"):
            yield from self.semantics.metric(node)

    def _named(self, parent: Node, key: str) -> Iterator[Node]:
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

    def _physical(self, source: Node, table: Node) -> tuple[Parts, bool, bool]:
        """What a source's table is called in the warehouse, whether it must be quoted, and whether that is a guess.

        The default of a variable counts as a schema, and no more than likely as a database.
        """
        sources = [*self.known.overriding.get((self._package, source.string("name")), ()), source]
        tables = [
            each for of in sources for each in _items(of, "tables") if each.string("name") == table.string("name")
        ]
        database, is_sure = self._settled(_first(sources, "database", "catalog"))
        schema, _ = self._settled(_first(sources, "schema", "name"))
        identifier, _ = self._settled(_first(tables, "identifier"))
        written = {
            "database": database if is_sure else "",
            "schema": schema or source.string("name"),
            "identifier": identifier or table.string("name"),
        }
        quoted = {key: any(_quotes(each, key) for each in (*tables, *sources)) for key in written}
        parts = tuple(names.fold(t, quoted[key], self.known.dialect) for key, t in written.items() if t)
        return parts, any(quoted.values()), not schema

    def _settled(self, text: str) -> tuple[str, bool]:
        """What a text becomes with the variables of the project, '' where they do not tell it; and whether it is sure.

        A default is only likely: whoever runs dbt may set another value.
        """
        if not is_template(text):
            return text, True
        rendered = self._renderer.render(text + "{{ config(enabled=false) }}", (), self._package)
        is_clear = len(rendered.texts) == 1 and not rendered.doubts
        return rendered.texts[0].text.strip() if is_clear else "", is_clear and rendered.settings.get(
            "enabled"
        ) is False

    def _source(self, source: Node, table: Node) -> Table:
        parts, _, is_guess = self._physical(source, table)
        alias = (self.known.fold(source.string("name")), self.known.fold(table.string("name")))
        return Table(
            parts,
            "table",
            _place(table),
            complete=False,
            columns=columns(table, self.known.dialect),
            description=table.string("description"),
            owner=self._owner(table) or self._owner(source),
            aliases=(alias,) if alias != parts else (),
            source=True,
            anywhere=is_guess,
        )

    def _built(self, node: Node, kind: RelationKind) -> Iterator[Declaration]:
        """A model (each version of it), seed or snapshot; a snapshot may be declared here alone."""
        known, name = self.known, node.string("name")
        set_to, _ = self._settled((node.get("config") or _NOTHING).string("alias") or node.string("alias"))
        aliases = ((known.fold(set_to),),) if set_to else ()
        own = columns(node, known.dialect)
        text, owner = node.string("description"), self._owner(node)
        versions, latest = _versions(node)
        if not versions:
            others = (*aliases, *known.aliases(name))
            table = Table(known.relation(name), kind, _place(node), False, own, text, owner, others)
            yield replace(table, stored=self._stored(node, set_to)) if node.get("relation") is not None else table
        for version in _elements(node, "versions"):
            stem = versions.get(version.string("v"), "")
            if stem:
                others = (((known.fold(name),),) if version.string("v") == latest else ()) + aliases
                added = (*own, *columns(version, known.dialect))
                others = (*others, *known.aliases(stem))
                yield Table(known.relation(stem), kind, _place(node), False, added, text, owner, others)
        relation = node.get("relation")
        taken = known.named(relation) if kind == "snapshot" and relation is not None else None
        if relation is not None and taken:
            config = node.get("config") or _NOTHING
            target = ".".join(template.identifier(p, known.dialect) for p in taken)
            settings = {key: plain(said) for key in snapshots.KEYS if (said := config.get(key)) is not None}
            query = snapshots.statement(f"SELECT * FROM {target}", settings)  # noqa: S608 - never run
            place = relation.place
            origin = ((0, place.line or 1, place.column or 1, place.end_line or 1, place.end_column or 1),)
            yield Sql(query, known.dialect, Place(place.path), known.relation(name), origin=origin)

    def _stored(self, node: Node, alias: str) -> tuple[Parts, ...]:
        """What a snapshot that no other file has is called in the warehouse, in its schema and without."""
        config = node.get("config") or _NOTHING
        schema, _ = self._settled(config.string("schema") or config.string("target_schema"))
        own = (self.known.fold(alias or node.string("name")),)
        return ((self.known.fold(schema), *own), own) if schema else (own,) if alias else ()

    def _owner(self, node: Node) -> str:
        """Who `meta` says owns it, else the owner of its group."""
        said = meta(node).get("owner")
        group = node.string("group") or (node.get("config") or _NOTHING).string("group")
        return said.text.strip() if said is not None else self.known.groups.get(group, "")


def _items(parent: Node, key: str) -> Iterator[Node]:
    return (node for node in _elements(parent, key) if node.string("name"))


def _elements(parent: Node, key: str) -> Iterator[Node]:
    return iter((parent.get(key) or _NOTHING).elements())


def _versions(node: Node) -> tuple[dict[str, str], str]:
    """The versions of a model with their files' stems, and the latest."""
    found = [v for v in _elements(node, "versions") if v.string("v")]
    stems = {v.string("v"): v.string("defined_in") or f"{node.string('name')}_v{v.string('v')}" for v in found}
    return stems, node.string("latest_version") or max(stems, key=_rank, default="")


def _first(nodes: Sequence[Node], *keys: str) -> str:
    """What the first of some nodes says under a key; under the next one where none says anything."""
    return next((said for key in keys for node in nodes if (said := node.string(key))), "")


def _quotes(node: Node, key: str) -> bool:
    said = (node.get("quoting") or _NOTHING).get(key)
    return said is not None and said.value is True


def _place(node: Node) -> Place:
    return (node.get("name") or node).place


def _rank(version: str) -> tuple[float, str]:
    return (float(version) if _NUMBER.fullmatch(version) and version.count(".") < 2 else -1.0, version)
