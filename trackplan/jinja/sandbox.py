"""The sandbox of one project: its macros and names, and the runs of a template for every way that it may take."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateSyntaxError, UndefinedError

from trackplan.jinja import macros, placeholders
from trackplan.jinja.adapter import Adapter
from trackplan.jinja.context import Context
from trackplan.jinja.environment import TemplateEnvironment
from trackplan.jinja.namespaces import Namespace
from trackplan.jinja.pieces import Pieces, position, split
from trackplan.jinja.relation import Relation
from trackplan.jinja.rendered import Doubt, Rendered, Text
from trackplan.jinja.run import ImpossibleError, ReturnError, Run, StopError
from trackplan.jinja.standard import Standard
from trackplan.jinja.unknown import OPEN, PLACEHOLDER
from trackplan.jinja.utilities import Utilities
from trackplan.jinja.words import called

if TYPE_CHECKING:
    from jinja2 import Template

    from trackplan.jinja.project import Settings
    from trackplan.jinja.renderer import Fallback

VARIANTS = 8
"""How many ways through a template are followed; of more, only two, and the rest is in doubt."""

_Span = tuple[int, int, int, int]


@dataclass(slots=True)
class _Found:
    """What the runs of one template have given so far."""

    texts: dict[str, Text] = field(default_factory=dict)
    doubts: dict[Doubt, None] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    possible: int = 0


class Sandbox:
    """Everything that the templates of one project share."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = TemplateEnvironment()
        self._context = Context(self._environment, settings)
        self._names = self._environment.names
        self._names.update(self._known())

    def _known(self) -> dict[str, Any]:
        """All names that templates may use; the project's own macros come before those of the same name."""
        environment, settings = self._environment, self._settings
        standard = Standard(settings.dialect)
        utilities = Utilities(environment, standard)
        found = macros.load(environment, settings.macros, self._names)

        def member(package: str, name: str) -> object | None:
            return found.get(package, {}).get(name)

        names: dict[str, Any] = {}
        for package, own in found.items():
            names.update({name: macro for name, macro in own.items() if package != settings.name})
        standards = ("current_timestamp", "dateadd", "datediff", "date_trunc", "safe_cast", "concat", "hash", "listagg",
                     "type_bigint", "type_boolean", "type_float", "type_int", "type_numeric", "type_string",
                     "type_timestamp", "last_day", "split_part", "string_literal", "cast_bool_to_text")  # fmt: skip
        names.update({name: standard.find(name) for name in standards})
        names.update(self._context.names())
        adapter = Adapter(environment, settings.dialect, settings.name, found, standard.find, settings.nodes)
        names.update(adapter.names())
        for package in found:
            names[package] = Namespace(package, partial(member, package))
        names["dbt"] = Namespace("dbt", lambda name: standard.find(name) or member("dbt", name))
        names["dbt_utils"] = Namespace("dbt_utils", lambda name: utilities.find(name) or member("dbt_utils", name))
        names.update(found.get(settings.name, {}))
        return names

    def render(self, source: str, this: tuple[str, ...], package: str, fallback: Fallback) -> Rendered:
        """What `source` may become; `fallback` tells of one that cannot be rendered."""
        lines = [0, *(m.end() for m in re.finditer("\n", source))]
        template: Template | None = None
        self._environment.run = Run({})
        self._context.package = package
        try:
            template = self._environment.template(source, self._names, marked=True)
            return self._runs(template, source, this, lines)
        except StopError as error:
            return fallback(source, self._place(template, error, lines), str(error))
        except RecursionError:
            return fallback(source, (1, 1, 1, 1), "is nested too deeply")
        except TemplateSyntaxError as error:
            here = position(lines, min(error.lineno, len(source)))
            return fallback(source, (*here, *here), f"is no template that can be read: {_clause(error)}")
        except Exception as error:  # a stranger's template may fail in any way
            clause = f"cannot be rendered: {_clause(error)}"
            return fallback(source, self._place(template, error, lines), clause)

    def _runs(self, template: Template, source: str, this: tuple[str, ...], lines: list[int]) -> Rendered:
        """Run the template once for each way through its unknown conditions, and once more for the rest."""
        found = _Found()
        pending: list[dict[bytes, bool]] = [{}]
        runs = 0
        while pending and runs < VARIANTS:
            decisions = pending.pop(0)
            runs += 1
            run = self._run(template, source, this, lines, decisions, found)
            taken = dict(decisions)
            for key in run.asked:
                pending.append({**taken, key: False})
                taken[key] = True
        if pending:
            self._run(template, source, this, lines, {}, found, otherwise=False)
            words = [*(t.text for t in found.texts.values()), called(source, self._settings.macros)]
            clause = "has more conditions than can be followed, which are known only when it runs"
            found.doubts[Doubt("\n".join(words), (1, 1, 1, 1), clause)] = None
        if not found.possible:
            raise ImpossibleError("every way through it ends in an error of its own")
        return Rendered(tuple(found.texts.values()), tuple(found.doubts), found.settings, frozenset(found.refs))

    def _run(
        self, template: Template, source: str, this: tuple[str, ...], lines: list[int],
        decisions: dict[bytes, bool], found: _Found, otherwise: bool = True,
    ) -> Run:  # fmt: skip
        """One run, whose outcome is added to what was found."""
        environment = self._environment
        run = environment.run = Run(decisions, otherwise)
        self._names["this"] = Relation(run, this, self._settings.dialect) if this else run.unknown("this")
        try:
            raw = environment.text_of(template)
        except ImpossibleError:
            return run
        except ReturnError:
            raw = ""
        found.possible += 1
        pieces = split(raw, source)
        self._add(found, run, pieces, source, lines)
        return run

    def _add(self, found: _Found, run: Run, pieces: Pieces, source: str, lines: list[int]) -> None:
        dialect = self._settings.dialect
        for name, value in run.settings.items():
            found.settings.setdefault(name, None if run.tainted(value) else value)
        found.refs |= run.refs
        queries = [q for q in dict.fromkeys(run.queries) if q.strip()]
        if run.loops:
            words = [pieces.text, source, *(u.words() for u in dict.fromkeys(run.loops)), "*"]
            words += [u.words() for u in run.behind(pieces.text)]
            asks = any(u.asks for u in (*run.loops, *run.behind(pieces.text)))
            span = placeholders.place((0, 0), lines)
            found.doubts[Doubt("\n".join(words), span, "loops over values that are known only when it runs", asks)] = (
                None
            )
            return
        settled, doubts = placeholders.Settler(pieces, run, dialect, lines, source).settle()
        found.doubts.update(dict.fromkeys(doubts))
        if settled.text.strip() and settled.text not in found.texts:
            found.texts[settled.text] = Text(settled.text, settled.origin(lines))
        for query in queries:
            self._asked(found, run, query, lines)

    def _asked(self, found: _Found, run: Run, query: str, lines: list[int]) -> None:
        """A query whose answer decides what the template becomes: what it reads, the rows depend on."""
        if OPEN in query or not query.lstrip("( \n").lower().startswith(("select", "with")):
            words = "\n".join([PLACEHOLDER.sub(" ", query), *(u.words() for u in run.behind(query)), "*"])
            found.doubts[Doubt(words, (1, 1, 1, 1), "asks the warehouse before it runs")] = None
            return
        text = f"SELECT 1 AS template_asks WHERE ({query.strip().rstrip(';')}\n) IS NOT NULL"
        found.texts.setdefault(text, Text(text, Pieces(text, ((0, 0, 0),)).origin(lines)))

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


def _clause(error: Exception) -> str:
    message = str(error) or type(error).__name__
    if isinstance(error, UndefinedError):
        return f"{message} there"
    return message.splitlines()[0][:120]
