"""Which files of a dbt project build nothing because the project file or a property file has switched them off."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from trackplan.jinja import Renderer, Settings, is_template
from trackplan.readers.dbt import packages

if TYPE_CHECKING:
    from trackplan.documents import Node
    from trackplan.readers.dbt.packages import Package


class Switches:
    """What is said of files under `enabled`. `named` are the property files' words, by kind and name.

    A value that a template computes counts where the variables of the project tell it, and no other is known to be off.
    """

    def __init__(self, dialect: str, found: Sequence[Package], named: Mapping[tuple[str, str], Node]) -> None:
        self._root = found[0]
        self._named = named
        self._renderer = Renderer(Settings(dialect, found[0].name, variables=packages.variables(found)))
        self._stems: Counter[tuple[str, str]] = Counter()

    def count(self, kind: str, paths: Iterable[str]) -> None:
        """Make known the files of a kind: a name that several of them have, says nothing of any."""
        self._stems.update((kind, _stem(path)) for path in paths)

    def off(self, package: Package, kind: str, path: str) -> bool:
        """Whether a file is off. Property files overrule their project's; what is not `final`, the file itself does."""
        key = (kind, _stem(path))
        said = package.configured(kind, path, "enabled")
        if key in self._named and self._stems[key] == 1:
            said = [*said, self._named[key]]
        said = [*said, *self._overruled(package, kind, path)]
        return bool(said) and self._is_false(said[-1].value, package)

    def final(self, package: Package, kind: str, path: str) -> bool:
        """Whether the project decides about a file of a package, whatever that says."""
        return bool(self._overruled(package, kind, path))

    def _overruled(self, package: Package, kind: str, path: str) -> list[Node]:
        return [] if package is self._root else package.configured(kind, path, "enabled", self._root.settings)

    def _is_false(self, value: object, package: Package) -> bool:
        if not isinstance(value, str) or not is_template(value):
            return value is False
        asked = "{% set on %}" + value + "{% endset %}{{ config(enabled=on | trim | lower != 'false') }}"
        return self._renderer.render(asked, (), package.name).settings.get("enabled") is False


def _stem(path: str) -> str:
    return posixpath.basename(path).rpartition(".")[0]
