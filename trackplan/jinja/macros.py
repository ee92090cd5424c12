"""The macros of a project and of its packages: found by name, compiled when they are first called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateError
from jinja2.runtime import Macro

from trackplan.jinja.run import Run, StopError

if TYPE_CHECKING:
    from trackplan.jinja.environment import TemplateEnvironment
    from trackplan.jinja.project import MacroFile
    from trackplan.jinja.unknown import Unknown

_MACRO = re.compile(r"\{%[-+]?\s*macro\s+(\w+)")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


class File:
    """A file of macros. What it defines it defines anew in each run: what is not a macro may rest on the run."""

    def __init__(self, environment: TemplateEnvironment, file: MacroFile, names: dict[str, Any]) -> None:
        self._environment = environment
        self._names = names
        self._template: Any = None
        self._broken = False
        self._run: Run | None = None
        self._defined: Mapping[str, Any] = {}
        self.text = file.text

    def macro(self, name: str) -> Macro | None:
        """The macro `name`; None if the file cannot be understood, or asks for it before it defines it."""
        run = self._environment.run
        if self._run is not run:
            self._run, self._defined = run, {}
            self._defined = self._defines()
        found = self._defined.get(name)
        return found if isinstance(found, Macro) else None

    def _defines(self) -> Mapping[str, Any]:
        environment = self._environment
        try:
            if self._template is None and not self._broken:
                self._template = environment.template(self.text, self._names)
        except (TemplateError, SyntaxError):
            self._broken = True
        except (RecursionError, TypeError, ValueError, AttributeError):
            return {}
        try:
            return {} if self._broken else environment.defined_by(self._template)
        except (TemplateError, StopError, RecursionError, TypeError, ValueError, AttributeError):
            return {}


class ProjectMacro:
    """A macro that is compiled when it is first called."""

    loads = True

    def __init__(self, name: str, file: File, environment: TemplateEnvironment) -> None:
        self.name = name
        self._file = file
        self._environment = environment

    def __call__(self) -> None:
        """Never called itself: the environment calls what is loaded."""

    def loaded(self) -> Macro | Unknown:
        """The macro; an unknown value, with the text of its file, where it cannot be understood."""
        macro = self._file.macro(self.name)
        return macro if macro is not None else self.unknown()

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
