"""A dbt project's folder → what its property files and its SQL declare."""

from __future__ import annotations

import csv
import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from trackplan import documents, names
from trackplan.documents import Node
from trackplan.errors import ReadError
from trackplan.facts.declared import Column, Sql, Table
from trackplan.findings import Place, Problem
from trackplan.readers.dbt import lookups, snapshots
from trackplan.readers.dbt.properties import PropertyFile
from trackplan.sql import template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.facts.declared import Declaration
    from trackplan.tree import Tree

_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)")
_CALL = re.compile(r"\b(\w++)\s*+\(")
_SNAPSHOT = re.compile(r"\{%-?\s*snapshot\b")
_ENDSNAPSHOT = re.compile(r"endsnapshot\s*-?%\}")
_SAYS_SOMETHING = re.compile(r"^[ \t]*[^#\s-]", re.MULTILINE)
_NOTHING = Node(None, Place(""))


def project(tree: Tree, folder: str, dialect: str = "") -> Iterator[Declaration | Problem]:
    """What the dbt project in `folder` declares; what is wrong with one file comes as problems beside the rest.

    SQL is rendered by `template`. Where that leaves template code, the text gets the macros it calls behind its end,
    what these may look up, and a `*` if they may name anything, so that whatever they mention counts as mentioned.
    """
    yield from _Project(tree, folder, dialect).declarations()


class _Project:
    """Reads the files of one dbt project."""

    def __init__(self, tree: Tree, folder: str, dialect: str) -> None:
        self.tree = tree
        self.folder = folder
        self.dialect = dialect
        self.sources: dict[tuple[str, str], tuple[str, ...]] = {}
        self.stored: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.macros: dict[str, str] = {}
        self.settings = _NOTHING
        self.problems: list[Problem] = []

    def declarations(self) -> Iterator[Declaration | Problem]:
        """Property files first, since the SQL needs the sources' names; then seeds, snapshots and models."""
        settings = self.settings = self._settings()
        models = settings.strings("model-paths") or settings.strings("source-paths") or ("models",)
        seeds = settings.strings("seed-paths") or settings.strings("data-paths") or ("seeds",)
        histories = settings.strings("snapshot-paths") or ("snapshots",)
        for path in self._files((*models, *seeds, *histories), ("yml", "yaml")):
            yield from self._properties(path)
        for path in self._files(settings.strings("macro-paths") or ("macros",), ("sql",)):
            text = self._text(path)
            self.macros.update(dict.fromkeys(_MACRO.findall(text), text))
        for path in self._files(seeds, ("csv",)):
            yield from self._seed(path)
        for path in self._files(histories, ("sql",)):
            yield from self._snapshots(path)
        for path in self._files(models, ("sql", "py")):
            yield from self._model(path)
        yield from self.problems

    def _settings(self) -> Node:
        path = self._below("dbt_project.yml")
        if not self.tree.exists(path):
            place, hint = Place(self.folder), "name the folder that holds dbt_project.yml"
            self.problems.append(Problem(place, f"there is no dbt project in {self.folder}", hint, "no-match"))
            return _NOTHING
        try:
            settings = documents.read_yaml(self.tree.read_text(path), path, last_wins=True)
        except ReadError as error:
            self.problems.extend(error.problems)
            return _NOTHING
        if settings.value is not None and not isinstance(settings.value, dict):
            hint = "write keys and values, such as name: shop"
            self.problems.append(Problem(settings.place, "these are no settings of a dbt project", hint))
        return settings

    def _below(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, path))

    def _files(self, folders: Sequence[str], endings: Sequence[str]) -> list[str]:
        patterns = [f"{self._below(folder)}/**/*.{ending}" for folder in folders for ending in endings]
        return sorted({path for pattern in patterns for path in self.tree.glob(pattern)})

    def _text(self, path: str) -> str:
        try:
            return self.tree.read_text(path)
        except ReadError as error:
            self.problems.extend(error.problems)
            return ""

    def _properties(self, path: str) -> Iterator[Declaration]:
        text = self._text(path)
        if _SAYS_SOMETHING.search(text) is None:
            return
        try:
            file = PropertyFile(documents.read_yaml(text, path, last_wins=True), self.dialect)
        except ReadError as error:
            self.problems.extend(error.problems)
            return
        for declared in file.declarations():
            if isinstance(declared, Table) and declared.kind == "table":
                self.stored[(declared.aliases or (declared.parts,))[0]] = declared.parts
            yield declared
        self.sources.update(file.sources)
        self.problems.extend(file.problems)

    def _seed(self, path: str) -> Iterator[Table]:
        header = self._text(path).partition("\n")[0].rstrip("\r")
        try:
            titles = next(csv.reader([header], delimiter=max(",;\t", key=header.count)), [])
        except csv.Error:
            titles = []
        columns: list[Column] = []
        at = 0
        for title in titles:
            at = max(header.find(title, at), 0)
            place = Place(path, 1, at + 1, 1, at + len(title) + 1)
            columns.append(Column(names.fold(title.strip(), False, self.dialect), place))
            at += len(title)
        if columns:
            yield Table(self._relation(path), "seed", Place(path), True, tuple(columns))

    def _snapshots(self, path: str) -> Iterator[Declaration]:
        text = self._text(path)
        for start, end in template.between(text, _SNAPSHOT, _ENDSNAPSHOT):
            alone = re.sub(r"[^\r\n]", " ", text[:start]) + text[start:end]
            rendered = template.render(alone, self.sources, self.dialect)
            parts = (names.fold(rendered.relation, False, self.dialect),) if rendered.relation else self._relation(path)
            yield Table(parts, "snapshot", Place(path), complete=False)
            if rendered.complete:
                query = snapshots.statement(rendered.text, snapshots.keys(text[start:end]))
                rendered = replace(rendered, text=query)
            yield self._sql(path, parts, rendered)

    def _model(self, path: str) -> Iterator[Declaration]:
        parts = self._relation(path)
        text = self._text(path)
        if path.endswith(".py"):
            yield Sql(text + "\n*", self.dialect, Place(path), parts, rendered=False)
            return
        rendered = template.render(text, self.sources, self.dialect, parts)
        if rendered.alias:
            alias = names.fold(rendered.alias, False, self.dialect)
            yield Table(parts, "model", Place(path), complete=False, aliases=((alias,),))
        yield self._sql(path, parts, rendered)

    def _sql(self, path: str, parts: tuple[str, ...], rendered: template.Rendered) -> Sql:
        text = rendered.text
        if not rendered.complete:
            whole = "\n".join([text, *self._called(text)])
            more = lookups.beyond(whole, self.stored, self.macros, self.settings)
            text = "\n".join([whole, *more, *(["*"] if rendered.opaque or more else [])])
        return Sql(text, self.dialect, Place(path), parts, rendered=rendered.complete)

    def _called(self, text: str) -> list[str]:
        """The texts of the macros that a text calls, and that these call."""
        found: dict[str, None] = {}
        pending = [text]
        while pending:
            for call in _CALL.findall(pending.pop()):
                macro = self.macros.get(call)
                if macro is not None and macro not in found:
                    found[macro] = None
                    pending.append(macro)
        return list(found)

    def _relation(self, path: str) -> tuple[str, ...]:
        return (names.fold(posixpath.basename(path).rpartition(".")[0], False, self.dialect),)
