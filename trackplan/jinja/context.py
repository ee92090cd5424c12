"""The names that dbt gives to every template, as far as they can be known without a warehouse."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from jinja2.utils import Namespace as Variables

from trackplan.jinja.namespaces import Namespace
from trackplan.jinja.relation import Relation
from trackplan.jinja.run import ImpossibleError, ReturnError, StopError
from trackplan.jinja.unknown import Unknown

if TYPE_CHECKING:
    from jinja2 import Template

    from trackplan.jinja.environment import TemplateEnvironment
    from trackplan.jinja.project import Settings

_MOST = 100_000
_ABSENT = object()
_HOOKS = frozenset(["pre_hook", "post_hook"])
_LOOKS_UP = ("information_schema", "show tables", "all_tables", "pg_catalog", "__tables__", "svv_")


class Context:
    """Functions of dbt over one project's settings; `package` is the one whose template runs, with its `config`."""

    def __init__(self, environment: TemplateEnvironment, settings: Settings) -> None:
        self.environment = environment
        self.settings = settings
        self.package = settings.name
        self.config = Config(environment)
        self._templates: dict[str, Template] = {}

    def names(self) -> dict[str, Any]:
        """The functions by the names that templates call them by."""
        builtins = {"ref": self.ref, "source": self.source, "config": self.config, "var": self.var}
        return {
            **builtins,
            "builtins": Namespace("builtins", builtins.get),
            "doc": _nothing,
            "env_var": self.env_var,
            "exceptions": Namespace("exceptions", _exception),
            "execute": True,
            "fromjson": self.fromjson,
            "graph": Namespace("graph", self._graph_of(self._graph())),
            "load_result": self.load_result,
            "log": _nothing,
            "print": _nothing,
            "project_name": self.settings.name,
            "return": give_back,
            "run_query": self.run_query,
            "set_sql_header": _header,
            "statement": self.statement,
            **self.plain(),
        }

    @staticmethod
    def _graph_of(known: dict[str, dict[str, Namespace]]) -> Callable[[str], object | None]:
        """A member of `graph`, of which each template may change its own."""
        return lambda name: dict(known[name]) if name in known else None

    def _graph(self) -> dict[str, dict[str, Namespace]]:
        """The nodes of the project as `graph` has them; what no file says of them stays unknown."""
        nodes: dict[str, Namespace] = {}
        for kind, package, path in self.settings.graph:
            name = path.rpartition("/")[2].rpartition(".")[0]
            unique = f"{kind}.{package}.{name}"
            said = {"name": name, "alias": name, "package_name": package, "resource_type": kind, "unique_id": unique}
            said["original_file_path"] = path
            nodes[unique] = Namespace(unique, said.get)
        return {"nodes": nodes} if nodes else {}

    def plain(self) -> dict[str, Any]:
        """Functions of Jinja itself and of the kind."""
        return {
            "dict": dict,
            "namespace": self.variables,
            "range": self.numbers,
            "set": self.distinct,
            "set_strict": self.distinct,
            "tojson": self.tojson,
            "zip": self.side_by_side,
            "zip_strict": self.side_by_side,
        }

    def ref(self, *given: object, **named: object) -> Relation | Unknown:
        """`ref('x')`, `ref('package', 'x')`, with `v=2`."""
        run = self.environment.run
        version = named.get("v", named.get("version"))
        if not given or run.tainted((given, version)) or not all(isinstance(g, str) for g in given):
            return run.unknown("ref", *given, named, asks=True)
        name = str(given[-1]) if version is None else f"{given[-1]}_v{version}"
        parts = self.settings.nodes.get(name)
        if parts is None:
            run.refs.add(name)
        return Relation(run, self.settings.dialect, parts or (name,), (None, None, str(given[-1])))

    def source(self, *given: object, **named: object) -> Relation | Unknown:
        """`source('x', 'table')`."""
        run = self.environment.run
        if run.tainted(given) or named or len(given) != 2 or not all(isinstance(g, str) for g in given):
            return run.unknown("source", *given, named, asks=True)
        key = (str(given[0]), str(given[1]))
        return Relation.stored(run, self.settings.dialect, self.settings.sources.get(key, key))

    def var(self, name: object, default: object = _ABSENT) -> Any:
        """The value that the project file gives a variable, else the default, else nobody knows."""
        run = self.environment.run
        known = self.settings.variables
        for package in (self.package, self.settings.name):
            if isinstance(name, str) and name in known.get(package, {}):
                return self._rendered(copy.deepcopy(known[package][name]))
        run.assumed = True  # whoever starts dbt may give it another
        return run.unknown(f"var({name})") if default is _ABSENT or run.tainted(name) else default

    def _rendered(self, value: object) -> object:
        """A variable's value; old projects write templates there."""
        if not isinstance(value, str) or "{{" not in value:
            return value
        run = self.environment.run
        run.expanding += 1
        try:
            if run.expanding > 5:
                raise StopError("has a variable that is made of itself")
            template = self._templates.get(value)
            if template is None:
                template = self._templates[value] = self.environment.template(value, self.environment.names)
            return run.text(self.environment.text_of(template))
        finally:
            run.expanding -= 1

    def env_var(self, name: object, default: object = _ABSENT) -> object:
        """The default: the environment is not the project's, and never read."""
        self.environment.run.assumed = True
        return self.environment.run.unknown(f"env_var({name})") if default is _ABSENT else default

    def variables(self, *given: Any, **named: Any) -> Variables:
        """`namespace(…)`, whose changes are counted."""
        return _Counted(self.environment, *given, **named)

    def run_query(self, query: object = "", *_: object, **__: object) -> Unknown:
        """What the warehouse would answer."""
        run = self.environment.run
        text = str(query)
        run.queries.append(text)
        return run.unknown("run_query", text, asks=any(word in text.lower() for word in _LOOKS_UP), kind="name")

    def statement(self, name: object = "", *_: object, caller: Callable[[], str] | None = None, **__: object) -> str:
        """A `call` of `statement`: its block is a query whose answer nobody knows."""
        text = caller() if caller is not None else ""
        self.environment.run.results[str(name)] = self.run_query(text)
        return ""

    def load_result(self, name: object = "") -> object:
        """What a statement gave."""
        run = self.environment.run
        found = run.results.get(str(name))
        return run.unknown("load_result", name) if found is None else found

    def fromjson(self, text: object, default: object = None) -> object:
        """JSON as a value."""
        run = self.environment.run
        if run.tainted(text):
            return run.unknown("fromjson", text)
        try:
            return json.loads(str(text))
        except ValueError:
            return default

    def tojson(self, value: object, *_: object, **__: object) -> object:
        """A value as JSON."""
        run = self.environment.run
        if run.tainted(value):
            return run.unknown("tojson", value)
        return json.dumps(value, default=str)

    def numbers(self, *given: object) -> Any:
        """Numbers, not too many."""
        run = self.environment.run
        if run.tainted(given):
            return run.unknown("range", *given)
        numbers = range(*given)  # type: ignore[call-overload]
        if len(numbers) > _MOST:
            raise StopError(f"loops more than {_MOST:,} times")
        return numbers

    def distinct(self, values: Any = (), *_: object) -> Any:
        """The distinct values, in their order, so that the result is always the same."""
        run = self.environment.run
        if run.tainted(values):
            return run.unknown("set", values)
        return list(dict.fromkeys(self.environment.counted(values)))

    def side_by_side(self, *lists: Any) -> Any:
        """Items side by side."""
        run = self.environment.run
        if any(isinstance(each, Unknown) for each in lists):
            return run.unknown("zip", *lists)
        return [tuple(items) for items in zip(*map(self.environment.counted, lists), strict=False)]


class _Counted(Variables):
    def __init__(__self, __environment: TemplateEnvironment, *given: Any, **named: Any) -> None:  # noqa: N805
        super().__init__(*given, **named)
        object.__setattr__(__self, "environment", __environment)

    def __setitem__(self, name: str, value: Any) -> None:
        object.__getattribute__(self, "environment").run.changes += 1
        super().__setitem__(name, value)


class Config:
    """`config(…)`: prints nothing, and remembers what it sets."""

    def __init__(self, environment: TemplateEnvironment) -> None:
        self._environment = environment
        self.given: Mapping[str, object] = {}

    def __call__(self, *given: object, **named: object) -> str:
        """Set what is named."""
        for each in given:
            if isinstance(each, Mapping):
                named = {**{str(k): v for k, v in each.items()}, **named}
        run = self._environment.run
        for key in _HOOKS & named.keys() & run.settings.keys():  # each call adds some
            named[key] = [run.settings[key], named[key]]
        run.settings.update(named)
        if "enabled" in named:
            run.off = named["enabled"] is False
        return ""

    def get(self, name: object, *_: object, **__: object) -> object:
        """A setting that stands here, or that is given; nothing is known of others."""
        run, key = self._environment.run, str(name)
        if key in self.given and key not in run.settings:
            return self.given[key]
        return run.settings.get(key) or run.unknown(f"config({name})")

    require = get


def give_back(value: object = None) -> NoReturn:
    """`return(…)`: leave the macro."""
    raise ReturnError(value)


def _header(*_: object, caller: Callable[[], str] | None = None) -> str:
    """A `call` of `set_sql_header`: its statements come first in any case."""
    return caller() + "\n;\n" if caller is not None else ""


def _nothing(*_: object, **__: object) -> str:
    return ""


def _exception(name: str) -> Callable[..., object]:
    return _nothing if name.startswith("warn") else _impossible


def _impossible(*_: object, **__: object) -> NoReturn:
    raise ImpossibleError
