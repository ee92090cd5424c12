"""The sandbox of one project: its macros and names, and the runs of a template for every way that it may take."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from msgspec.structs import replace

from trackplan.jinja import macros
from trackplan.jinja.adapter import Adapter
from trackplan.jinja.context import Context
from trackplan.jinja.environment import TemplateEnvironment
from trackplan.jinja.namespaces import Namespace
from trackplan.jinja.pieces import position
from trackplan.jinja.relation import Relation
from trackplan.jinja.rendered import Rendered
from trackplan.jinja.run import ReturnError, Run, StopError
from trackplan.jinja.standard import Standard
from trackplan.jinja.utilities import Utilities
from trackplan.jinja.variants import Variants

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Template

    from trackplan.jinja.project import Settings
    from trackplan.jinja.renderer import Fallback
    from trackplan.jinja.words import Words

_Span = tuple[int, int, int, int]


class Sandbox:
    """Everything that the templates of one project share."""

    def __init__(self, settings: Settings, words: Words) -> None:
        self._settings = settings
        self._words = words
        self._environment = TemplateEnvironment()
        self._context = Context(self._environment, settings)
        self._names = self._environment.names
        self._macros = macros.load(self._environment, settings.macros, self._names, words)
        self._common = self._known()

    def _known(self) -> dict[str, Any]:
        """All names that templates may use; the project's own macros come before those of the same name."""
        environment, settings = self._environment, self._settings
        standard, run_query = Standard(settings.dialect), self._context.run_query
        utilities = Utilities(environment, standard, run_query)
        found = self._macros

        def member(package: str, name: str) -> object | None:
            return found.get(package, {}).get(name)

        names: dict[str, Any] = {}
        for package, own in found.items():
            names.update({name: macro for name, macro in own.items() if package != settings.name})
        standards = ("current_timestamp", "dateadd", "datediff", "date_trunc", "safe_cast", "concat", "hash", "listagg",
                     "type_bigint", "type_boolean", "type_float", "type_int", "type_numeric", "type_string",
                     "type_timestamp", "last_day", "split_part", "string_literal", "cast_bool_to_text")  # fmt: skip
        adapter = Adapter(environment, settings.dialect, settings.name, found, standard.find, settings.nodes, run_query)
        names.update({name: adapter.own(name) or standard.find(name) for name in standards})
        names.update(self._context.names())
        names.update(adapter.names())
        for package in found:
            names[package] = Namespace(package, partial(member, package), installed=True)
        if "snowplow_utils" in found:
            # It asks each model of the graph for its tags; what comes of it are names of models, and printed as texts.
            listed = {"get_enabled_snowplow_models": lambda *_, **__: environment.run.unknown("models", kind="name")}
            names["snowplow_utils"] = Namespace(
                "snowplow_utils", lambda name: listed.get(name) or member("snowplow_utils", name), installed=True
            )
        for package, brought in (("dbt", standard.find), ("dbt_utils", utilities.find)):
            names[package] = Namespace(package, _first(adapter.own, brought, partial(member, package)))
        names.update(found.get(settings.name, {}))
        return names

    def give(self, settings: Mapping[str, object]) -> None:
        """Let the next templates find these settings, which stand elsewhere."""
        self._context.config.given = settings

    def render(self, source: str, this: tuple[str, ...], package: str, fallback: Fallback) -> Rendered:
        """What `source` may become; `fallback` tells of one that cannot be rendered."""
        lines = [0, *(m.end() for m in re.finditer("\n", source))]
        template: Template | None = None
        self._environment.run = Run({})
        self._enter(package)
        try:
            template = self._environment.template(source, self._names, marked=True)
            variants = Variants(source, lines, self._settings, self._words)
            return variants.follow(partial(self._write, template, this))
        except StopError as error:
            return fallback(source, self._place(template, error, lines), str(error))
        except RecursionError:
            return replace(fallback(source, (1, 1, 1, 1), "is nested too deeply"), fleeting=True)
        except MemoryError:
            return replace(fallback(source, (1, 1, 1, 1), "takes more room than there is"), fleeting=True)
        except TemplateSyntaxError as error:
            here = position(lines, min(error.lineno, len(source)))
            return fallback(source, (*here, *here), f"is no template that can be read: {_clause(error)}")
        except Exception as error:  # a stranger's template may fail in any way
            clause = f"cannot be rendered: {_clause(error)}"
            return fallback(source, self._place(template, error, lines), clause)

    def _enter(self, package: str) -> None:
        """Let templates of a package run, which find its own macros first."""
        if self._context.package != package or not self._names:
            self._context.package = package
            self._names.clear()
            self._names.update({**self._common, **self._macros.get(package, {})})

    def _write(self, template: Template, this: tuple[str, ...], run: Run) -> str:
        """One run of a template."""
        self._environment.run = run
        self._names["this"] = Relation(run, self._settings.dialect, this) if this else run.unknown("this")
        try:
            return self._environment.text_of(template)
        except ReturnError:
            return ""

    def _place(self, template: Template | None, error: Exception, lines: list[int]) -> _Span:
        """Where in the template an error arose: the innermost step of its code that is the template's own."""
        trace = error.__traceback__
        offset = 0
        while trace is not None and template is not None:
            if trace.tb_frame.f_globals is template.root_render_func.__globals__:
                offset = template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        here = position(lines, min(max(offset, 0), lines[-1] + 1_000_000))
        return (*here, *here)


def _first(*finds: Callable[[str], object | None]) -> Callable[[str], object | None]:
    """Finds what the first of several finds."""
    return lambda name: next((found for find in finds if (found := find(name)) is not None), None)


def _clause(error: Exception) -> str:
    message = str(error) or type(error).__name__
    if isinstance(error, UndefinedError):
        return f"{message} there"
    return message.splitlines()[0][:120].rstrip(".")
