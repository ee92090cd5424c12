"""What the project files and the property files of dbt set for one file, by its side or far above it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.documents import plain
from trackplan.findings import Place
from trackplan.jinja import is_template

if TYPE_CHECKING:
    from trackplan.documents import Node
    from trackplan.readers.dbt.packages import Package


_ASKS = re.compile(r"\bconfig\s*\.\s*(?:get|require)\s*\(\s*['\"]([^'\"]+)['\"]")
_SETS = re.compile(r"\bconfig\s*\(.*?[-}%]\}", re.DOTALL)


class Said(Struct, frozen=True):
    """A value that is set, and where."""

    value: object
    place: Place


class Configs:
    """What is set for the files of a project. `named` are settings of property files, by package, kind and name."""

    def __init__(self, found: Sequence[Package], named: Mapping[tuple[str, str, str], Sequence[Node]]) -> None:
        self._root = found[0]
        self._named = named
        self._names: Counter[tuple[str, str, str]] = Counter()

    def count(self, package: Package, kind: str, paths: Iterable[str]) -> None:
        """Make known the files of a kind: of a name that several have, nothing is sure."""
        self._names.update((package.name, kind, stem(path)) for path in paths)

    def nodes(
        self, package: Package, kind: str, path: str, key: str, name: str = "", *, sure: bool = False
    ) -> list[Node]:
        """What is said under a key, from the most general to the closest; see also `overruling`.

        Where it must be `sure` that it is said of this file, a property file says nothing of a name that several have.
        """
        named = (package.name, kind, name or stem(path))
        found = package.configured(kind, path, key)
        for config in () if sure and self._names[named] > 1 else self._named.get(named, ()):
            said = config.get(key) or config.get(key.replace("_", "-"))
            found.extend([said] if said is not None else [])
        return found

    def anywhere(self, keys: Sequence[str]) -> list[object]:
        """All that the project file and the property files say under some keys, of whatever it is said."""
        if not keys:
            return []
        named = [node for nodes in self._named.values() for node in nodes]
        return [value for node in (self._root.settings, *named) for value in _below(plain(node), keys)]

    def overruling(self, package: Package, kind: str, path: str, key: str) -> list[Node]:
        """What the project says of a file of a package, whatever that says itself."""
        return [] if package is self._root else package.configured(kind, path, key, self._root.settings)

    def all(self, package: Package, kind: str, name: str) -> list[Mapping[str, object]]:
        """All that property files set for files of a name."""
        found = [plain(config) for config in self._named.get((package.name, kind, name), ())]
        return [each for each in found if isinstance(each, Mapping)]

    def given(self, package: Package, path: str, text: str, kind: str, name: str) -> dict[str, object]:
        """The plain settings that a template asks for, and that are set elsewhere and not by itself."""
        found: dict[str, object] = {}
        for key in asked(text):
            nodes = self.nodes(package, kind, path, key, name, sure=True) + self.overruling(package, kind, path, key)
            values = [plain(node) for node in nodes]
            if values and all(isinstance(v, (str, int, float)) and not is_template(str(v)) for v in values):
                found[key] = values[-1]
        return found

    def said(
        self, package: Package, kind: str, path: str, settings: Mapping[str, object], *keys: str, name: str = ""
    ) -> Iterator[Said]:
        """All that is said under some keys, what counts last; `settings` are what the file sets itself."""
        for key in keys:
            for node in self.nodes(package, kind, path, key, name):
                yield Said(plain(node), node.place)
            if settings.get(key) is not None:
                yield Said(settings[key], Place(path))
            for node in self.overruling(package, kind, path, key):
                yield Said(plain(node), node.place)


def _below(value: object, keys: Sequence[str]) -> Iterator[object]:
    """What mappings in a value have under some keys, however deep."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, Mapping):
            yield from (held for key, held in each.items() if str(key).lstrip("+") in keys)
        pending += each.values() if isinstance(each, Mapping) else each if isinstance(each, list) else ()


def asked(text: str) -> list[str]:
    """The settings that a template asks for, and surely does not set itself."""
    own = "\n".join(_SETS.findall(text)) if _ASKS.search(text) else ""
    return [key for key in dict.fromkeys(_ASKS.findall(text)) if not re.search(rf"\*\*|\b{re.escape(key)}\b", own)]


def stem(path: str) -> str:
    """The name of a file without its ending."""
    return posixpath.basename(path).rpartition(".")[0]


def plain_texts(said: object) -> list[str]:
    """The texts that a setting says, or is on several ways through a template, but for those that are templates."""
    texts = said if isinstance(said, list) else [said]
    return [text for text in texts if isinstance(text, str) and text and not is_template(text)]
