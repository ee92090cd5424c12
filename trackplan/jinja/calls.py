"""Methods of texts, lists and mappings as a template may call them: within bounds, and with unknown values in them."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any

from trackplan.jinja import sides
from trackplan.jinja.run import StopError
from trackplan.jinja.unknown import Kind, Unknown

if TYPE_CHECKING:
    from trackplan.jinja.environment import TemplateEnvironment

# Methods of texts that leave placeholders whole.
_ON_TEXT = frozenset(
    ["capitalize", "casefold", "center", "format", "format_map", "join", "ljust", "lower", "lstrip", "removeprefix",
     "removesuffix", "replace", "rjust", "rstrip", "strip", "swapcase", "title", "upper"]
)  # fmt: skip
_ON_LETTERS = frozenset(
    ["capitalize", "casefold", "lower", "removeprefix", "removesuffix", "replace", "swapcase", "title", "upper"]
)
_CUTS = frozenset(["lstrip", "rstrip", "strip"])
_BY_NUMBER = frozenset(["center", "expandtabs", "ljust", "rjust", "zfill"])
_LARGEST = 1000
_FILLS = frozenset(["add", "append", "insert", "setdefault", "extend", "update"])
_CHANGES = _FILLS | {"clear", "discard", "pop", "popitem", "remove", "reverse", "sort"}
_ONLY_BY_PLACE = frozenset(["clear", "copy", "items", "keys", "pop", "popitem", "reverse", "values"])
CONTAINERS = (list, dict, set, frozenset, tuple)


def method(
    environment: TemplateEnvironment, owner: object, function: Callable[..., Any], *given: Any, **named: Any
) -> Any:
    """What the method of a known value gives; unknown where that depends on something unknown."""
    name = function.__name__
    if isinstance(owner, str):
        return _of_text(environment, owner, name, function, *given, **named)
    run = environment.run
    run.changes += name in _CHANGES
    run.spend(len(owner) if isinstance(owner, CONTAINERS) else 1)
    if name in ("extend", "update") and given:
        if isinstance(given[0], Unknown):
            run.loops.append(given[0])
            return None
        run.spend(10 * len(given[0]) if isinstance(given[0], CONTAINERS) else 0)
    arguments = (*given, *named.values())
    if name in _FILLS:
        run.spend(10 * len(arguments))
        in_key = isinstance(owner, dict) and name == "setdefault" and run.tainted(given[:1])
        return run.unknown(name, owner, *given) if in_key else function(*given, **named)
    if _depends(environment, owner, name, arguments):
        return run.unknown(name, owner, *arguments)
    return environment.known(function(*given, **named))


def unknown(environment: TemplateEnvironment, function: Unknown, *given: Any, **named: Any) -> Unknown:
    """What a function gives that nobody knows. It may have put anything into the lists and mappings it was given."""
    before = {name: copy(value) if isinstance(value, list | dict) else value for name, value in named.items()}
    values = [copy(value) if isinstance(value, list | dict) else value for value in given]
    # A method of an unknown value gives what this is made of; what a function of an unknown name gives is anything.
    kind: Kind | None = "" if function.kind == "name" and not function.label.startswith(".") else None
    run = environment.run
    result = run.unknown("()", function, *values, before, kind=kind)
    for each in (*given, *named.values()) if function.kind != "value" else ():
        run.changes += isinstance(each, (list, dict))
        if isinstance(each, list):
            each[:] = [result] * (len(each) + 1)
        elif isinstance(each, dict):
            each.update({environment.known(str(result)): result, **dict.fromkeys(each, result)})
    return result


def _depends(environment: TemplateEnvironment, owner: object, name: str, arguments: tuple[object, ...]) -> bool:
    """Whether something unknown decides what a method of a container gives."""
    tainted = environment.run.tainted
    if name in _ONLY_BY_PLACE:
        return tainted(arguments)
    if name == "get" and isinstance(owner, dict):
        return tainted(list(owner)) or tainted(arguments[:1])
    return tainted(owner) or tainted(arguments)


def _of_text(
    environment: TemplateEnvironment, owner: str, name: str, function: Callable[..., Any], *given: Any, **named: Any
) -> Any:
    run = environment.run
    run.spend(len(owner))
    arguments = (*given, *named.values())
    if (run.tainted(owner) or run.tainted(arguments)) and not (
        name in _ON_TEXT and not any(isinstance(a, Unknown) for a in (arguments if name == "join" else ()))
    ):
        return run.unknown(name, owner, *arguments)
    if name == "replace" and run.tainted(given[:1]):
        return run.unknown(name, owner, *arguments)
    letters = name in _ON_LETTERS or (name in _CUTS and arguments)
    if letters and owner != (changed := sides.changed(run, owner)):
        function = getattr(run.text(changed), name)
    if name in _BY_NUMBER and any(isinstance(a, int) and a > _LARGEST for a in arguments):
        raise StopError(f"asks '{name}' for more than {_LARGEST:,}")
    if name in ("format", "format_map"):
        environment.check_format(owner)
    elif name == "replace" and len(given) > 1:
        given = (str(given[0]), str(given[1]), *given[2:])
        run.spend(owner.count(given[0]) * len(given[1]))
    elif name == "join" and given:
        items = [str(item) for item in environment.counted(given[0])]
        run.spend(sum(map(len, items)) + len(owner) * len(items))
        return environment.known(owner.join(items))
    return environment.known(function(*given, **named))
