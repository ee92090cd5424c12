"""The macros of a project and of its packages: found by name, compiled when they are first called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateError
from jinja2.runtime import Macro

from trackplan.jinja import blocks
from trackplan.jinja.rendered import cleaned
from trackplan.jinja.run import StopError

if TYPE_CHECKING:
    from trackplan.jinja.blocks import Block
    from trackplan.jinja.environment import TemplateEnvironment
    from trackplan.jinja.project import MacroFile
    from trackplan.jinja.unknown import Unknown
    from trackplan.jinja.words import Words


class ProjectMacro:
    """A macro that is compiled when it is first called. `names` are what it may use."""

    loads = True

    def __init__(self, block: Block, environment: TemplateEnvironment, names: dict[str, Any], words: Words) -> None:
        self.name = block.name
        self._block = block
        self._environment = environment
        self._names = names
        self._words = words
        self._macro: Macro | None = None
        self._broken = not block.whole

    def __call__(self) -> None:
        """Never called itself: the environment calls what is loaded."""

    def loaded(self) -> Macro | Unknown:
        """The macro; an unknown value, with all that it may say, where it cannot be understood."""
        if self._macro is None and not self._broken:
            self._macro = self._compiled()
        return self.unknown() if self._macro is None else self._macro

    def _compiled(self) -> Macro | None:
        environment = self._environment
        try:
            template = environment.template(self._block.text, self._names)
            found = environment.defined_by(template).get(self.name)
        except (TemplateError, SyntaxError):
            self._broken = True
            return None
        except (StopError, RecursionError, TypeError, ValueError, AttributeError):
            return None
        return found if isinstance(found, Macro) else None

    def unknown(self) -> Unknown:
        """The value of a macro that nobody can follow."""
        text = self._block.text
        return self._environment.run.unknown(self.name, text, *self._words.behind(text))


def load(
    environment: TemplateEnvironment, files: Iterable[MacroFile], names: dict[str, Any], words: Words
) -> dict[str, dict[str, ProjectMacro]]:
    """Every macro by package and name; `names` are what they may use."""
    found: dict[str, dict[str, ProjectMacro]] = {}
    for file in files:
        for block in blocks.macros(cleaned(file.text)):
            found.setdefault(file.package, {})[block.name] = ProjectMacro(block, environment, names, words)
    return found
