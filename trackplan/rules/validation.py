"""`rules:` of the project file, held against the rules that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.documents import did_you_mean
from trackplan.findings import Place, Problem
from trackplan.rules.profiles import packs, profiles
from trackplan.rules.words import means, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trackplan.findings import Failed
    from trackplan.project import Project
    from trackplan.rules.base import Option, OptionValue, Rule


def problems(project: Project, rules: Sequence[Rule], failed: Iterable[Failed]) -> Iterator[Problem]:
    """What the project's settings name that does not exist; a rule that cannot be used just now does exist."""
    broken = {word for each in failed for word in (each.rule, each.name)}
    for keys, word in _words(project):
        if word not in broken and not any(means(word, rule) for rule in rules):
            yield _problem(project, (*keys, word), f"no rule is called {word!r}", similar(word, rules))
    if project.rules.profile not in profiles():
        word = project.rules.profile
        yield _problem(project, ("profile", ""), f"there is no profile {word!r}", did_you_mean(word, profiles()))
    for word in project.rules.packs:
        if word not in packs():
            yield _problem(project, ("packs", word), f"there is no pack {word!r}", did_you_mean(word, packs()))
    for word, given in project.rules.options.items():
        for rule in rules:
            if names(word, rule):
                yield from _option_problems(project, rule, word, given)


def _words(project: Project) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every word that should name a rule, with the keys that it is under."""
    settings = project.rules
    for word in settings.severity:
        yield ("severity",), word
    for key, words in (("select", settings.select), ("ignore", settings.ignore)):
        for word in words:
            yield (key,), word
    for path, severities in settings.per_path.items():
        for word in severities:
            yield ("per_path", path), word
    for word in settings.options:
        yield ("options",), word


def similar(word: str, rules: Iterable[Rule]) -> str:
    """A hint at the rule that `word` may mean."""
    return did_you_mean(word, [w for rule in rules for w in (rule.id, rule.name)])


def _option_problems(project: Project, rule: Rule, word: str, given: Mapping[str, OptionValue]) -> Iterator[Problem]:
    options = {option.name: option for option in rule.options}
    for name, value in given.items():
        keys = ("options", word, name)
        if name not in options:
            hint = did_you_mean(name, options) or f"{word} has no options"
            yield _problem(project, keys, f"there is no option {name!r}", hint)
        elif message := _value_problem(options[name], value):
            yield _problem(project, keys, message, "", "invalid")


def _problem(project: Project, keys: tuple[str, ...], message: str, hint: str, kind: str = "reference") -> Problem:
    place = project.rules.place(*filter(None, keys), default=Place(project.path))
    where = ".".join(keys[:-1] if kind == "reference" else keys)
    return Problem(place, f"rules.{where}: {message}", hint, kind)


def _value_problem(option: Option, value: OptionValue) -> str:
    if option.values and value not in option.values:
        return f"{value!r} is not one of {', '.join(str(v) for v in option.values)}"
    if isinstance(value, str) != isinstance(option.default, str):
        return f"a {'text' if isinstance(option.default, str) else 'number'} is expected, not {value!r}"
    return ""
