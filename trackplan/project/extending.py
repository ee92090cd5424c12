"""`extend:` of a project file: the settings of another file of the repository, taken on where it says nothing itself.

Taken on are the dialect, landings, the policy, rules, words, and who answers for the data: mappings key by key,
everything else as a whole. Files that a project consists of, what it silences and what it says by path are its own.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import documents, patterns
from trackplan.documents import Node
from trackplan.errors import ProjectError, ReadError
from trackplan.findings import Place, Problem
from trackplan.project import checks

if TYPE_CHECKING:
    from trackplan.tree import Tree

_WHO = ("controller", "dpo", "security", "legal_changes")
_TAKEN = ("dialect", "landing", "policy", "rules", "classification", *_WHO)
_SHARED = {"rules": ("extend",), "classification": ("dictionary", "taxonomy")}
_LONGEST = 20
_INSIDE = "name a file of this repository, relative to this one, such as ../trackplan-base.yaml"


class _Chain(Struct):
    """The files that have been followed, by their path from the project's folder, the first one first."""

    work: Tree
    paths: list[str] = []

    def follow(self, node: Node, name: str) -> Node:
        """What a file says, and what the file that it extends adds. Raises `ProjectError`."""
        self.paths.append(name)
        said = node.get("extend")
        if said is None:
            return node
        path = self._named(said, name)
        text = self._text(path, said.place)
        try:
            other = documents.read_yaml(text, path)
        except ReadError as error:
            raise ProjectError(error.problems) from error
        problems = [*checks.version(other)] or documents.check(other, "project") or [*checks.landings(other)]
        if problems:
            raise ProjectError(sorted(problems, key=lambda p: p.place))
        return merged(node, self._taken(self.follow(other, path), path))

    def _named(self, said: Node, name: str) -> str:
        """The path that is meant. Raises `ProjectError` where it leads out of the repository, or in a circle."""
        text = said.text.strip()
        if "\\" in text or text.startswith("/") or patterns.wildcards(text):
            raise _wrong(said.place, f"'{text}' is no file that can be extended", _INSIDE)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), text))
        inner = self._inner(path)
        if inner.startswith(".."):
            raise _wrong(said.place, f"{path} lies outside of the repository", _INSIDE)
        path = posixpath.relpath(inner, self.work.place or ".")
        if path in self.paths:
            circle = " -> ".join([*self.paths[self.paths.index(path) :], path])
            raise _wrong(said.place, f"the files extend each other: {circle}", "take one of the `extend` out")
        if len(self.paths) > _LONGEST:
            raise _wrong(said.place, f"more than {_LONGEST} files extend one another", "extend one that says it all")
        return path

    def _inner(self, path: str) -> str:
        """A path from here as one from the top of the repository."""
        return posixpath.normpath(posixpath.join(self.work.place, path))

    def _text(self, path: str, place: Place) -> str:
        outside = path.startswith("..")
        inner = self._inner(path) if outside else path
        tree = self.work.repository(inner) if outside else self.work
        if not tree.exists(inner):
            raise _wrong(place, f"there is no file {path}", _INSIDE)
        try:
            text = tree.read_text(inner)
        except ReadError as error:
            raise _wrong(place, f"{path}: {error.problems[0].message}", _INSIDE) from error
        if outside:
            self.work.beyond[path] = text
        return text

    def _taken(self, node: Node, path: str) -> Node:
        """What others take on of a file; its own rules and words can be read from here then."""
        value = {key: value for key, value in node.items() if key in _TAKEN}
        folder = posixpath.dirname(path)
        for key, names in _SHARED.items():
            inner = value.get(key)
            if inner is not None and isinstance(inner.value, dict):
                kept = {name: each for name, each in inner.items() if name != "per_path"}
                kept |= {name: self._shared(kept[name], folder) for name in names if name in kept}
                value[key] = Node(kept, inner.place, inner.keys)
        return Node(value, node.place, node.keys)

    def _shared(self, listed: Node, folder: str) -> Node:
        """A list of files or folders of another folder's, by their paths from here."""
        moved = [self._moved(each, folder) for each in listed.elements()]
        return Node(moved, listed.place) if moved else listed

    def _moved(self, said: Node, folder: str) -> Node:
        path = posixpath.normpath(posixpath.join(folder, said.text.strip()))
        if path.startswith(".."):
            inner = self._inner(path)
            outer = self.work.repository(patterns.fixed_part(inner) if patterns.wildcards(inner) else inner)
            for found in (*outer.glob(inner), *outer.glob(f"{inner}/*.sql")):
                try:
                    self.work.beyond[posixpath.relpath(found, self.work.place or ".")] = outer.read_text(found)
                except ReadError as error:
                    raise _wrong(said.place, f"{found}: {error.problems[0].message}") from error
        return Node(path, said.place, said.keys, path)


def resolve(node: Node, work: Tree, name: str) -> tuple[Node, tuple[str, ...]]:
    """What a project file says with all that it extends, and the paths of those. Raises `ProjectError`."""
    chain = _Chain(work)
    found = chain.follow(node, name)
    return found, tuple(chain.paths[1:])


def merged(own: Node, other: Node) -> Node:
    """What both say: mappings key by key, all else as `own` has it unless that is empty."""
    if own.value is None:
        return other
    if not isinstance(own.value, dict) or not isinstance(other.value, dict):
        return own
    rest = {key: value for key, value in other.value.items() if key not in own.value}
    both = {key: merged(value, other.value[key]) if key in other.value else value for key, value in own.value.items()}
    if "landing" in both and "landing" in other.value:
        both["landing"] = _landings(own.value["landing"], other.value["landing"])
    return Node({**rest, **both}, own.place, {**other.keys, **own.keys})


def _landings(own: Node, other: Node) -> Node:
    """All landings; how a plan lands is said by the nearest file that says it."""
    said = {landing.string("plan") for landing in own.elements()}
    rest = [landing for landing in other.elements() if landing.string("plan") not in said]
    return Node([*own.elements(), *rest], own.place, own.keys)


def _wrong(place: Place, message: str, hint: str = "") -> ProjectError:
    return ProjectError([Problem(place, message, hint, "reference")])
