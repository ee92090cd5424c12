"""A dbt project's own settings, and the packages that are installed for it or lie beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import documents
from trackplan.documents import Node
from trackplan.errors import ReadError
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from trackplan.tree import Tree

NOTHING = Node(None, Place(""))
_PATHS = {
    "models": ("model-paths", "source-paths", "models"),
    "sources": ("model-paths", "source-paths", "models"),
    "seeds": ("seed-paths", "data-paths", "seeds"),
    "snapshots": ("snapshot-paths", "snapshot-paths", "snapshots"),
    "macros": ("macro-paths", "macro-paths", "macros"),
    "tests": ("test-paths", "test-paths", "tests"),
}
_MOST = 200
_COMMENTS = re.compile(r"^\s*#[^\n]*$", re.MULTILINE)


class Package(Struct, frozen=True):
    """A dbt project: the one that is read, or a package of it. `settings` is its project file."""

    name: str
    folder: str
    settings: Node

    def files(self, tree: Tree, kinds: Sequence[str], endings: Sequence[str]) -> list[str]:
        """The files of some kinds (`models`, `seeds` …) with these endings, sorted."""
        folders = dict.fromkeys(folder for kind in kinds for folder in self.paths(kind))
        patterns = [f"{below(self.folder, folder)}/**/*.{ending}" for folder in folders for ending in endings]
        return sorted({path for pattern in patterns for path in tree.glob(pattern)})

    def paths(self, kind: str) -> tuple[str, ...]:
        """The folders that hold files of a kind, relative to the project's."""
        new, old, default = _PATHS[kind]
        return self.settings.strings(new) or self.settings.strings(old) or (default,)

    def configured(self, kind: str, path: str, key: str, settings: Node | None = None) -> list[Node]:
        """What a project file says under `key` for one file of a kind, from the most general to the closest.

        It is the package's own, unless `settings` are another's.
        """
        found: list[Node] = []
        node: Node | None = (settings or self.settings).get(kind)
        inside = next((p for p in map(self._below, self.paths(kind)) if path.startswith(p + "/")), "")
        parts = path[len(inside) + 1 :].rpartition(".")[0].split("/") if inside else []
        for part in ("", self.name, *parts):
            node = node if part == "" or node is None else node.get(part)
            if node is None:
                break
            said = node.get(f"+{key}") or node.get(f"+{key.replace('-', '_')}") or node.get(key)
            found.extend([said] if said is not None else [])
        return found

    def _below(self, path: str) -> str:
        return below(self.folder, path)


def below(folder: str, path: str) -> str:
    """A path of a project, relative to the root of the tree."""
    return posixpath.normpath(posixpath.join(folder, path))


def read(tree: Tree, folder: str, problems: list[Problem]) -> list[Package]:
    """The project in `folder`, then its packages; what is wrong with the files is added to `problems`."""
    path = below(folder, "dbt_project.yml")
    if not tree.exists(path):
        place, hint = Place(folder), "name the folder that holds dbt_project.yml"
        problems.append(Problem(place, f"there is no dbt project in {folder}", hint, "no-match"))
        return [Package("", folder, NOTHING)]
    settings = _settings(tree, path, problems)
    root = Package(settings.string("name"), folder, settings)
    found = {root.folder: root}
    pending = list(_folders(tree, root, problems))
    while pending and len(found) < _MOST:
        current = pending.pop(0)
        if current in found or not tree.exists(below(current, "dbt_project.yml")):
            continue
        settings = _settings(tree, below(current, "dbt_project.yml"), problems)
        package = found[current] = Package(settings.string("name"), current, settings)
        pending.extend(_folders(tree, package, problems))
    return list(found.values())


def _settings(tree: Tree, path: str, problems: list[Problem]) -> Node:
    node = document(tree, path, problems, may_be_empty=False)
    if node.value is not None and not isinstance(node.value, dict):
        hint = "write keys and values, such as name: shop"
        problems.append(Problem(node.place, "these are no settings of a dbt project", hint))
        return NOTHING
    return node


def document(tree: Tree, path: str, problems: list[Problem], *, may_be_empty: bool = True) -> Node:
    """The YAML in a file; nothing, and a problem, where there is none. Like dbt, it lets a file say nothing."""
    try:
        text = tree.read_text(path)
        if may_be_empty and not _COMMENTS.sub("", text).strip():
            return NOTHING
        return documents.read_yaml(text, path, last_wins=True)
    except ReadError as error:
        problems.extend(error.problems)
        return NOTHING


def _folders(tree: Tree, package: Package, problems: list[Problem]) -> Iterator[str]:
    """Where the packages of a project may lie: those that are installed, and those that lie beside it."""
    installed = package.settings.string("packages-install-path") or package.settings.string("modules-path")
    for name in (installed,) if installed else ("dbt_packages", "dbt_modules"):
        for path in tree.glob(f"{below(package.folder, name)}/*/dbt_project.yml"):
            yield posixpath.dirname(path)
    for name in ("packages.yml", "dependencies.yml"):
        path = below(package.folder, name)
        if tree.exists(path):
            listed = document(tree, path, problems).get("packages") or NOTHING
            for entry in listed.elements():
                if entry.string("local"):
                    yield below(package.folder, entry.string("local"))


def variables(packages: Sequence[Package]) -> dict[str, dict[str, object]]:
    """The variables of each package: its own, then what the project says for all and for it alone."""
    names = {package.name for package in packages}
    root = packages[0]
    said = documents.plain(root.settings.get("vars") or NOTHING)
    overall = {k: v for k, v in said.items() if k not in names} if isinstance(said, dict) else {}
    found: dict[str, dict[str, object]] = {}
    for package in packages:
        own = documents.plain(package.settings.get("vars") or NOTHING)
        mine = dict(own) if isinstance(own, dict) else {}
        mine.update(_named(mine.get(package.name)))
        mine.update(overall)
        mine.update(_named(said.get(package.name) if isinstance(said, dict) else None))
        found[package.name] = mine
    return found


def _named(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}
