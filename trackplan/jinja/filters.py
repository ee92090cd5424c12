"""Jinja's filters and tests for values that may be unknown, and for texts that must not grow without end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from trackplan.jinja import sides
from trackplan.jinja.relation import Relation
from trackplan.jinja.run import StopError
from trackplan.jinja.unknown import Unknown

if TYPE_CHECKING:
    from trackplan.jinja.environment import TemplateEnvironment

# What works on a text by its letters and leaves placeholders whole, so that the result is known up to these.
_ON_TEXT = frozenset(
    ["capitalize", "default", "indent", "lower", "replace", "safe", "string", "title", "trim", "upper"]
)
_ON_LETTERS = frozenset(["capitalize", "lower", "replace", "title", "upper"])
# What works on a list item by item; its conditions ask for decisions of their own.
_ON_LISTS = frozenset(
    ["attr", "batch", "default", "first", "items", "join", "last", "list", "map", "reject",
     "rejectattr", "reverse", "select", "selectattr", "slice", "string"]
)  # fmt: skip
_PICKS = frozenset(["reject", "rejectattr", "select", "selectattr"])
# Of so many items each way is followed; of more, nobody knows which are picked.
_MOST_OPEN = 3
_TAKES_PARTS = frozenset(["default", "indent", "join", "map", "replace"])
# What only knowing the value can tell.
_OF_KNOWN = frozenset(
    ["abs", "center", "count", "dictsort", "float", "format", "groupby", "int", "length", "max", "min", "round",
     "sort", "sum", "tojson", "truncate", "unique", "wordcount"]
)  # fmt: skip
_ALIASES = {"d": "default"}
# These make text as long as a number says.
_BY_NUMBER = frozenset(["batch", "center", "indent", "round", "slice", "truncate"])
_LARGEST = 1000
_OF_TYPE = frozenset(
    ["boolean", "callable", "defined", "iterable", "mapping", "none", "number", "sequence", "string", "undefined"]
)


def filters(environment: TemplateEnvironment) -> dict[str, Callable[..., Any]]:
    """Every filter by its name; those that a template of SQL has no use for give an unknown value."""
    found: dict[str, Callable[..., Any]] = {}
    for name, function in FILTERS.items():
        known = name in _ON_TEXT or name in _ON_LISTS or name in _OF_KNOWN or name in _ALIASES
        found[name] = _filter(environment, _ALIASES.get(name, name), function) if known else _foreign(environment, name)
    found["as_text"] = _filter(environment, "string", FILTERS["string"])
    for name in ("as_bool", "as_native", "as_number"):
        found[name] = _filter(environment, name, _same)
    return found


def tests(environment: TemplateEnvironment) -> dict[str, Callable[..., Any]]:
    """Every test (`is …`) by its name."""
    return {name: _test(environment, name, function) for name, function in TESTS.items()}


def _same(value: object) -> object:
    return value


def _foreign(environment: TemplateEnvironment, name: str) -> Callable[..., Unknown]:
    def give(*given: object, **named: object) -> Unknown:
        return environment.run.unknown(name, *given, named)

    return give


def _filter(environment: TemplateEnvironment, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    skip = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def give(*given: Any, **named: Any) -> Any:
        run = environment.run
        value, parts = given[skip], (*given[skip + 1 :], *named.values())
        if isinstance(value, Iterator):
            value = list(environment.counted(value))
            given = (*given[:skip], value, *given[skip + 1 :])
        run.spend(20)
        in_value = run.tainted(value)
        in_parts = run.tainted(parts)
        if in_value or in_parts:
            how = _ON_TEXT if isinstance(value, str) else _ON_LISTS
            runs = name in how and (not in_parts or name in _TAKES_PARTS) and not isinstance(value, Unknown)
            runs = runs and not (name == "replace" and run.tainted(parts[:1]))
            if not runs:
                return run.unknown(name, value, *parts)
            if isinstance(value, str) and (name in _ON_LETTERS or (name == "trim" and parts)):
                given = (*given[:skip], run.text(sides.changed(run, value)), *given[skip + 1 :])
        _check(environment, name, value, parts)
        asked = len(run.asked)
        result = function(*given, **named)
        if isinstance(result, GeneratorType):
            result = list(environment.counted(result))
        if name in _PICKS and len(run.asked) - asked > _MOST_OPEN:
            run.take_back(asked)
            return run.unknown(name, value, *parts)
        return environment.known(result)

    return give


def _check(environment: TemplateEnvironment, name: str, value: object, parts: tuple[object, ...]) -> None:
    """Refuse what would make a text longer than anybody needs."""
    if name in _BY_NUMBER and any(isinstance(p, int | float) and p > _LARGEST for p in parts):
        raise StopError(f"asks '{name}' for more than {_LARGEST:,}")
    if name == "format" and isinstance(value, str):
        environment.check_format(value)
    if name == "indent" and isinstance(value, str):
        environment.run.spend(value.count("\n") * _LARGEST)
    if name == "replace" and len(parts) > 1 and isinstance(value, str):
        environment.run.spend(value.count(str(parts[0])) * len(str(parts[1])))
    if name == "join" and isinstance(value, list | tuple) and parts:
        environment.run.spend(len(value) * len(str(parts[0])))


def _test(environment: TemplateEnvironment, name: str, function: Any) -> Callable[..., Any]:
    skip = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def give(*given: Any) -> Any:
        run = environment.run
        run.spend(20)
        value = given[skip]
        if name == "none" and isinstance(value, Relation):
            return not value.exists
        if isinstance(value, Unknown) or (name not in _OF_TYPE and run.tainted(given[skip:])):
            return run.unknown(f"is {name}", *given[skip:])
        return function(*given)

    return give
