"""`adapter`, `api` and `target`: what a connection would answer, as far as the dialect alone tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from trackplan.jinja.namespaces import Namespace
from trackplan.jinja.project import forms
from trackplan.jinja.relation import Relation
from trackplan.jinja.unknown import Kind, Unknown
from trackplan.sql.template import quoted

if TYPE_CHECKING:
    from trackplan.jinja.environment import TemplateEnvironment
    from trackplan.jinja.macros import ProjectMacro

# Schemas in which the project's own relations are built.
_SPACES = frozenset(["database", "dataset", "dbname", "project", "schema"])
_OURS = frozenset(["schema", "target.schema"])
_ASKS = frozenset(["list_relations", "list_relations_without_caching"])


class Adapter:
    """The names of a template that lead to the warehouse."""

    def __init__(
        self,
        environment: TemplateEnvironment,
        dialect: str,
        root: str,
        macros: Mapping[str, Mapping[str, ProjectMacro]],
        standard: Callable[[str], object | None],
        nodes: Mapping[str, tuple[str, ...]],
        run_query: Callable[[object], Unknown],
    ) -> None:
        self._environment = environment
        self._dialect = dialect
        self._root = root
        self._macros = macros
        self._standard = standard
        self._nodes = nodes
        self._run_query = run_query
        self._kinds = forms(dialect)
        self._type = self._kinds[0] if dialect else ""

    def own(self, name: str) -> ProjectMacro | None:
        """The project's own form of a macro that dbt or a package brings along, which dbt prefers."""
        macros = self._macros.get(self._root, {})
        return next((macros[f"{kind}__{name}"] for kind in self._kinds if f"{kind}__{name}" in macros), None)

    def names(self) -> dict[str, Any]:
        """`adapter`, `api` and `target`."""
        relation = Namespace("api.Relation", {"create": self._relation}.get)
        column = Namespace("api.Column", {"translate_type": _first}.get)
        return {
            "adapter": Namespace("adapter", self._member),
            "api": Namespace("api", {"Relation": relation, "Column": column}.get),
            "target": Namespace("target", self._target),
        }

    def _member(self, name: str) -> object:
        if name == "dispatch":
            return self._dispatch
        if name in ("quote", "quote_as_configured"):
            return self._quote
        if name == "get_relation":
            return self._existing
        if name == "execute":
            return self._execute
        return self._unknown(name)

    def _unknown(self, name: str) -> Callable[..., object]:
        def answer(*given: object, **named: object) -> Unknown:
            run = self._environment.run
            # A relation whose name is known is named here; any other may be any.
            asks = name in _ASKS and not isinstance(named.get("identifier", (*given, None)[-1]), str)
            kind: Kind = "name" if name.startswith("get_column") or name == "get_missing_columns" else ""
            return run.unknown(f"adapter.{name}", *given, named, asks=asks, kind=kind)

        return answer

    def _execute(self, sql: object = "", *_: object, **__: object) -> tuple[Unknown, Unknown]:
        """How it went, and what the warehouse would answer."""
        return self._environment.run.unknown("adapter.execute", sql), self._run_query(sql)

    def _existing(self, *given: object, **named: object) -> object:
        """A relation by its name, if there is one."""
        run = self._environment.run
        schema, name = _path(*given, **named)
        if not isinstance(name, str) or run.tainted(name):
            return run.unknown("adapter.get_relation", *given, named, asks=True)
        shown: tuple[str, ...] = (name,)
        if isinstance(schema, str) and not run.tainted(schema):
            shown = (schema, name)
        elif isinstance(schema, Unknown) and schema.label in _OURS:
            shown = self._nodes.get(name, shown)
        return Relation(run, self._dialect, shown, (None, schema, name), perhaps=True)  # type: ignore[arg-type]

    def _target(self, name: str) -> object | None:
        if name == "get":
            return self._target_get
        if name in _SPACES:
            return self._environment.run.unknown(f"target.{name}", kind="space")
        return self._type if name == "type" and self._type else None

    def _target_get(self, name: object, *_: object) -> object:
        found = self._target(str(name)) if name != "get" else None
        return found if found is not None else self._environment.run.unknown(f"target.{name}")

    def _quote(self, name: object = "", *_: object) -> object:
        return quoted(str(name), self._dialect)

    def _relation(self, *given: object, **named: object) -> object:
        run = self._environment.run
        schema, name = _path(*given, **named)
        if not isinstance(name, str) or run.tainted(name):
            return run.unknown("api.Relation.create", *given, named, asks=True)
        shown = (schema, name) if isinstance(schema, str) and not run.tainted(schema) else (name,)
        return Relation(run, self._dialect, shown, (None, schema, name))  # type: ignore[arg-type]

    def _dispatch(self, name: object = "", namespace: object = None, *_: object, **named: object) -> object:
        """The macro that dbt would choose for this warehouse: of the project, of the named package, of dbt."""
        run = self._environment.run
        if run.tainted((name, namespace)) or not isinstance(name, str):
            return run.unknown("adapter.dispatch", name, namespace)
        package = namespace if namespace is not None else named.get("macro_namespace")
        packages = [p for p in dict.fromkeys((self._root, str(package or ""), *self._macros)) if p in self._macros]
        pairs = [(p, k) for p in packages for k in self._kinds]
        for each, kind in pairs if package else sorted(pairs, key=lambda pair: self._kinds.index(pair[1])):
            found = self._macros[each].get(f"{kind}__{name}")
            if found is not None:
                return found
        found_standard = self._standard(name)
        return run.unknown(f"{package or ''}.{name}") if found_standard is None else found_standard


def _path(
    database: object = None, schema: object = None, identifier: object = None, *_: object, **__: object
) -> tuple[object, object]:
    """The schema and the name of a relation that is asked for; in which database, decides nothing."""
    del database
    return schema, identifier


def _first(value: object = "", *_: object) -> object:
    return value
