"""A dbt project's folder → what its property files and its SQL declare, its packages included."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan.cache.pack import Pack
from trackplan.documents import Node
from trackplan.errors import ReadError
from trackplan.facts.declared import Column, Consumer, Sql, Table
from trackplan.findings import Place, Problem
from trackplan.jinja import MacroFile, Renderer, Settings
from trackplan.jinja.rendered import Text, is_template
from trackplan.readers.dbt import artifacts, hooks, keys, packages, seeds, snapshots
from trackplan.readers.dbt.configs import Configs, plain_texts, stem
from trackplan.readers.dbt.known import Known
from trackplan.readers.dbt.lookups import Lookups
from trackplan.readers.dbt.materializations import Materializations
from trackplan.readers.dbt.properties import PropertyFile
from trackplan.readers.dbt.rendering import Rendering
from trackplan.readers.dbt.switches import Switches, is_of

if TYPE_CHECKING:
    from trackplan.facts.declared import Declaration
    from trackplan.jinja import Rendered
    from trackplan.readers.dbt.packages import Package
    from trackplan.tree import Tree

_SAYS_SOMETHING = re.compile(r"^[ \t]*[^#\s-]", re.MULTILINE)
_SWITCHES = re.compile(r"\benabled\b")
_MACRO = re.compile(r"\{%[-+]?\s*(?:macro|test|data_test)\s")
_NOTHING = Node(None, Place(""))


def project(
    tree: Tree,
    folder: str,
    dialect: str = "",
    taken: Container[str] = frozenset(),
    manifest: str = "",
    catalog: str = "",
    pack: Pack | None = None,
) -> Iterator[Declaration | Problem]:
    """What the dbt project in `folder` declares; what is wrong with one file comes as problems beside the rest.

    SQL is rendered (see `trackplan.jinja`); of what cannot be known, every word counts as mentioned. `taken` are names
    of models of other projects: a model of the same name is another relation. `manifest` and `catalog` are files that
    dbt has made; they are read where they are named, and at no other place. What was rendered before is in `pack`.
    """
    read = _Project(tree, folder, dialect, taken, pack or Pack())
    read.manifest = artifacts.manifest(tree, manifest, read.known.project, packages.below(folder, ""), read.problems)
    yield from artifacts.catalog(tree, catalog, read.known, read.problems)
    yield from read.declarations()


class _Project:
    """Reads the files of one dbt project. Files that are `shared` are something else besides what is read of them.

    What is `switched` is on or off, and finally so or unless the file says otherwise itself; `off` are files that build
    nothing. `early` renders what says how things are called, before it is known what there is.
    """

    def __init__(self, tree: Tree, folder: str, dialect: str, taken: Container[str], pack: Pack) -> None:
        self.tree = tree
        self.pack = pack
        self.problems: list[Problem] = []
        self.packages = packages.read(tree, folder, self.problems)
        self.known = Known(dialect, self.packages[0].name, taken)
        self.configs = Configs(self.packages, self.known.configs)
        self.rendering = Rendering(Settings(dialect), pack)
        variables = packages.variables(self.packages)
        self.early = Renderer(Settings(dialect, self.known.project, variables=variables))
        self.lookups = Lookups(self.known.stored, self.known.nodes)
        self.manifest = artifacts.Manifest("")
        self.absent: dict[str, str] = {}
        self.disabled: set[str] = set()
        self.switched: dict[str, tuple[bool, bool]] = {}
        self.shared: set[str] = set()
        self.off: set[str] = set()

    def declarations(self) -> Iterator[Declaration | Problem]:
        """Property files first, since the SQL needs the names in them; then seeds, snapshots and models."""
        by_package = [(package, list(self._property_files(package))) for package in self.packages]
        files = [file for _, of in by_package for file in of]
        for learn in (PropertyFile.learn_overriding, PropertyFile.learn):
            for file in files:
                learn(file)
        switches = Switches(self.configs, self.early)
        for package in self.packages:
            for kind, paths in self._buildable(package):
                self.configs.count(package, kind, paths)
        built = [(package, path) for package in self.packages for path in self._built(package, switches)]
        for file in files:
            file.learn_measures()
        settings = self._settings()
        self.rendering = Rendering(settings, self.pack)
        self.made = Materializations(self.rendering, self.configs)
        tests = self.packages[0].files(self.tree, ["tests"], ["sql"])
        often = [path for path, times in Counter(path for _, path in built).items() if times > 1]
        self.shared = {*tests, *often, *(macro.path for macro in settings.macros)}
        made = [declared for package, path in built for declared in self._declared(package, path)]
        there = {stem(path) for _, path in built if path not in self.off}
        gone = {self.known.relation(name) for name in (self.disabled | set(map(stem, self.off))) - there}
        for file in files:
            yield from (declared for declared in file.declarations() if not is_of(declared, gone))
            self.problems.extend(file.problems)
        for package, of in by_package:
            for file in of:
                yield from self._times(package, file)
        yield from made
        for path in tests:
            yield from self._test(path)
        for package in self.packages:
            yield from hooks.hooks(hooks.of_project(package), self.rendering, (), package.name)
        yield from self.made.instead()
        yield from self._strangers()
        self.problems.extend(self.manifest.problems())
        yield from self.problems

    def _times(self, package: Package, file: PropertyFile) -> Iterator[Sql]:
        """What takes a part of sources by the time of their rows."""
        for source, table, parts in file.sources():
            path = posixpath.join(posixpath.dirname(file.root.place.path), source, f"{table}.")
            yield from self._time(package, "sources", path, {}, f"{source}.{table}", parts)

    def _time(
        self, package: Package, kind: str, path: str, settings: Mapping[str, object], name: str, this: tuple[str, ...]
    ) -> Iterator[Sql]:
        said = self.configs.said(package, kind, path, settings, keys.TIME, name=name)
        yield from keys.keyed({keys.TIME: said}, self.rendering, this, package.name)

    def _settings(self) -> Settings:
        known = self.known
        macros = tuple(
            MacroFile(package.name, path, self._text(path))
            for package in self.packages
            for path in package.files(self.tree, ["macros"], ["sql"])
        )
        variables = packages.variables(self.packages)
        return Settings(
            known.dialect, known.project, known.physical, known.nodes, variables, macros, tuple(known.graph)
        )

    def _property_files(self, package: Package) -> Iterator[PropertyFile]:
        kinds = ["models", "seeds", "snapshots"]
        for path in package.files(self.tree, kinds, ["yml", "yaml"]):
            if _SAYS_SOMETHING.search(self._text(path)):
                document = packages.document(self.tree, path, self.problems)
                yield PropertyFile(document, self.known, self.early, package.name)

    def _buildable(self, package: Package) -> Iterator[tuple[str, list[str]]]:
        yield "models", package.files(self.tree, ["models"], ["sql", "py"])
        yield "seeds", package.files(self.tree, ["seeds"], ["csv"])

    def _built(self, package: Package, switches: Switches) -> Iterator[str]:
        """The files that build something; what they build is made known."""
        for kind, path in ((kind, path) for kind, paths in self._buildable(package) for path in paths):
            off, final = switches.off(package, kind, path), switches.final(package, kind, path)
            if off and (final or not path.endswith(".sql") or not _SWITCHES.search(self._text(path))):
                self.disabled.add(stem(path))
                continue
            if off or final:
                self.switched[path] = not off, final
            self.known.add(stem(path))
            self.known.graph.append((kind[:-1], package.name, posixpath.relpath(path, package.folder)))
            yield path
        for path in package.files(self.tree, ["snapshots"], ["sql"]):
            for name, _ in snapshots.alone(self._text(path)):
                self.known.add(name)
            yield path

    def _text(self, path: str) -> str:
        try:
            return self.tree.read_text(path)
        except ReadError as error:
            self.problems.extend(p for p in error.problems if p not in self.problems)
            return ""

    def _declared(self, package: Package, path: str) -> Iterator[Declaration]:
        if path.endswith(".csv"):
            yield from self._seed(package, path)
            yield from self._time(package, "seeds", path, {}, stem(path), self.known.this(stem(path)))
            yield from self._hooks(package, "seeds", path, {}, stem(path))
        elif any(path.startswith(packages.below(package.folder, f) + "/") for f in package.paths("snapshots")):
            yield from self._snapshots(package, path)
        else:
            yield from self._model(package, path)

    def _seed(self, package: Package, path: str) -> Iterator[Table]:
        columns = seeds.columns(self._text(path), path, self.known.dialect)
        if columns:
            yield self._called(package, path, {}, stem(path), self._table(path, stem(path), "seed", True, columns))

    def _table(self, path: str, name: str, kind: str, complete: bool, columns: tuple[Column, ...] = ()) -> Table:
        known = self.known
        return Table(known.relation(name), kind, Place(path), complete, columns, aliases=known.aliases(name))  # type: ignore[arg-type]

    def _snapshots(self, package: Package, path: str) -> Iterator[Declaration]:
        for name, text in snapshots.alone(self._text(path)):
            parts = self.known.relation(name)
            rendered = self._rendered(text, path, self.known.this(name), package, "snapshots", name)
            yield self._called(package, path, rendered.settings, name, self._table(path, name, "snapshot", False))
            said = {key: self._last(package, "snapshots", path, rendered.settings, key, name) for key in snapshots.KEYS}
            before, after = snapshots.frame(said)
            texts = tuple(t.framed(before, after) for t in rendered.texts)
            yield from replace(rendered, texts=texts).sql(self.known.dialect, path, parts)
            yield from self._time(package, "snapshots", path, rendered.settings, name, self.known.this(name))
            yield from self._hooks(package, "snapshots", path, rendered.settings, name)

    def _hooks(
        self, package: Package, kind: str, path: str, settings: Mapping[str, object], name: str
    ) -> Iterator[Sql]:
        said = self.configs.said(package, kind, path, settings, *hooks.KEYS, name=name)
        yield from hooks.hooks(said, self.rendering, self.known.this(name), package.name)
        yield from self.made.beside(package, kind, path, settings, name, self.known.relation(name))

    def _called(self, package: Package, path: str, settings: Mapping[str, object], name: str, table: Table) -> Table:
        """What a file builds, with what it is called in the warehouse, in its schema and without, if that is said."""
        kind = f"{table.kind}s"
        said = [self._last(package, kind, path, settings, key, name) for key in ("alias", "schema")]
        # On several ways through a template, several may be said.
        aliases, schemas = map(plain_texts, said)
        schema = self.known.fold(schemas[0]) if schemas else ""
        called = dict.fromkeys(each for alias in aliases or [""] for each in self.rendering.aliases(name, alias))
        own = tuple((self.known.fold(each),) for each in called)
        stored = tuple((schema, *each) for each in own) + own if schema else own if list(called) != [name] else ()
        if "ephemeral" in str(self._last(package, kind, path, settings, "materialized", name)):
            stored += ((self.known.fold(f"__dbt__cte__{name}"),),)  # as old projects call it in a query
        return replace(table, aliases=(*table.aliases, *stored), stored=stored)

    def _last(
        self, package: Package, kind: str, path: str, settings: Mapping[str, object], key: str, name: str
    ) -> object:
        """What counts of all that is said under a key."""
        said = list(self.configs.said(package, kind, path, settings, key, name=name))
        return said[-1].value if said else None

    def _model(self, package: Package, path: str) -> Iterator[Declaration]:
        known, name, text = self.known, stem(path), self._text(path)
        parts = known.relation(name)
        if path.endswith(".py"):
            unclear = ("dynamic", "is a Python model, which is not followed")
            yield self._table(path, name, "model", False)
            yield Sql(text + "\n*", known.dialect, Place(path), parts, rendered=False, unclear=unclear)  # type: ignore[arg-type]
            return
        this = known.this(name)
        rendered = self._rendered(text, path, this, package, "models", name)
        compiled = self.manifest.compiled(path, text)
        if compiled and rendered.doubts:  # dbt itself knew what we do not
            rendered = replace(rendered, doubts=(), texts=(*rendered.texts, Text(compiled, ((0, 1, 1, 1, 1),))))
        on, final = self.switched.get(path, (True, False))
        if (on if final else rendered.settings.get("enabled", on)) is False:
            return self.off.add(path)
        declared = self._called(package, path, rendered.settings, name, self._table(path, name, "model", False))
        stored = self.manifest.physical(path)
        others = (*declared.aliases, *([tuple(map(known.fold, stored))] if stored else []))
        if others:
            yield replace(declared, aliases=others)
        header = self._last(package, "models", path, rendered.settings, "sql_header", name)
        header = "\n;\n".join(map(str, header)) if isinstance(header, list) else header
        if isinstance(header, str) and header.strip():
            rendered = rendered.behind(self._rendered(header, path, this, package, "models", name))
        texts = rendered.sql(known.dialect, path, parts)
        # What dbt has made of a template says more of it than the template itself.
        if not (self.manifest.path or header) and path not in self.shared and is_template(text):
            way = self.rendering.way(rendered, this, package.name)
            texts = [replace(sql, template=way) for sql in texts]
        yield from texts
        asked = (*keys.KEYS, keys.PARTITIONS, *keys.CONDITIONS, keys.STRATEGY)
        said = {key: self.configs.said(package, "models", path, rendered.settings, key) for key in asked}
        yield from keys.keyed(said, self.rendering, this, package.name)
        yield from self._hooks(package, "models", path, rendered.settings, name)

    def _rendered(self, text: str, path: str, this: tuple[str, ...], package: Package, *of: str) -> Rendered:
        given = self.configs.given(package, path, text, *of)
        rendered = self.rendering.render(text, this, package.name, given)
        for each in rendered.refs - self.disabled:
            self.absent.setdefault(each, path)
        return self.lookups.naming(rendered, text)

    def _test(self, path: str) -> Iterator[Sql]:
        """A test of its own; what cannot be known of it makes nothing used, so that it is left out."""
        text, consumer = self._text(path), Consumer("test", stem(path), Place(path))
        if text.strip() and not _MACRO.search(text):
            yield from replace(self.rendering.render(text), doubts=()).sql(self.known.dialect, path, None, consumer)

    def _strangers(self) -> Iterator[Sql]:
        """Relations that `ref` names and no file builds: an absent package may build them from anything."""
        known = self.known
        words = "\n".join([*(w for key, parts in known.stored.items() for w in (key[-1], parts[-1])), "*"])
        for name, path in sorted(self.absent.items()):
            clause = f"refers to {name}, which no file of the project or of an installed package builds"
            unclear, parts = ("template", clause), (known.fold(name),)
            yield Sql(words, known.dialect, Place(path), parts, rendered=False, unclear=unclear)  # type: ignore[arg-type]
