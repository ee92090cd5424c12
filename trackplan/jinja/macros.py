"""The macros of a project and of its packages: found by name, compiled when they are first called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateError

from trackplan.jinja.run import StopError

if TYPE_CHECKING:
    from jinja2.runtime import Macro

    from trackplan.jinja.environment import TemplateEnvironment
    from trackplan.jinja.project import MacroFile
    from trackplan.jinja.unknown import Unknown

_MACRO = re.compile(r"\{%[-+]?\s*macro\s+(\w+)")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


class File:
    """A file of macros with those of them that were called."""

    def __init__(self, environment: TemplateEnvironment, file: MacroFile, names: dict[str, Any]) -> None:
        self._environment = environment
        self._names = names
        self._template: Any = None
        self.text = file.text

    def macro(self, name: str) -> Macro | None:
        """The macro `name`; None if the file cannot be understood."""
        environment = self._environment
        try:
            if self._template is None:
                self._template = environment.template(self.text, self._names)
            return environment.macro_of(self._template, name)
        except (TemplateError, StopError, RecursionError, TypeError, ValueError, AttributeError, SyntaxError):
            return None


class ProjectMacro:
    """A macro that is compiled when it is first called."""

    loads = True

    def __init__(self, name: str, file: File, environment: TemplateEnvironment) -> None:
        self.name = name
        self._file = file
        self._environment = environment
        self._macro: Macro | None = None
        self._tried = False

    def __call__(self) -> None:
        """Never called itself: the environment calls what is loaded."""

    def loaded(self) -> Macro | Unknown:
        """The macro; an unknown value, with the text of its file, where it cannot be understood."""
        if not self._tried:
            self._tried = True
            self._macro = self._file.macro(self.name)
        return self._macro if self._macro is not None else self.unknown()

    def unknown(self) -> Unknown:
        """The value of a macro that nobody can follow."""
        return self._environment.run.unknown(self.name, self._file.text)


def load(
    environment: TemplateEnvironment, files: Iterable[MacroFile], names: dict[str, Any]
) -> dict[str, dict[str, ProjectMacro]]:
    """Every macro by package and name; `names` are what they may use."""
    found: dict[str, dict[str, ProjectMacro]] = {}
    for file in files:
        held = File(environment, file, names)
        for name in _MACRO.findall(_COMMENT.sub("", file.text)):
            found.setdefault(file.package, {})[name] = ProjectMacro(name, held, environment)
    return found
