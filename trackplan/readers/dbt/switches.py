"""Which files of a dbt project build nothing because the project file or a property file has switched them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.facts.declared import IDLE, Consumer, Table
from trackplan.jinja import is_template

if TYPE_CHECKING:
    from collections.abc import Container

    from trackplan.facts.declared import Declaration
    from trackplan.jinja import Renderer
    from trackplan.readers.dbt.configs import Configs
    from trackplan.readers.dbt.packages import Package

_OFF = frozenset(["model", "seed"])  # what can be switched off


class Switches:
    """What is said of files under `enabled`.

    A value that a template computes counts where the variables of the project tell it, and no other is known to be off.
    """

    def __init__(self, configs: Configs, renderer: Renderer) -> None:
        self._configs = configs
        self._renderer = renderer

    def off(self, package: Package, kind: str, path: str) -> bool:
        """Whether a file is off. Property files overrule their project's; what is not `final`, the file itself does."""
        said = self._configs.nodes(package, kind, path, "enabled", sure=True)
        said += self._configs.overruling(package, kind, path, "enabled")
        return bool(said) and self._is_false(said[-1].value, package)

    def final(self, package: Package, kind: str, path: str) -> bool:
        """Whether the project decides about a file of a package, whatever that says."""
        return bool(self._configs.overruling(package, kind, path, "enabled"))

    def _is_false(self, value: object, package: Package) -> bool:
        if not isinstance(value, str) or not is_template(value):
            return value is False
        asked = "{% set on %}" + value + "{% endset %}{{ config(enabled=on | trim | lower != 'false') }}"
        return self._renderer.render(asked, (), package.name).settings.get("enabled") is False


def is_of(declared: Declaration, gone: Container[tuple[str, ...]]) -> bool:
    """Whether something is said of one of the relations that are switched off, or tests one."""
    if isinstance(declared, Consumer):
        return declared.use in IDLE and any(taken.parts in gone for taken in declared.takes)
    return isinstance(declared, Table) and declared.kind in _OFF and declared.parts in gone
