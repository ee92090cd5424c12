"""`rules:` of the project file, held against the rules that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.documents import did_you_mean
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trackplan.findings import Failed
    from trackplan.project import Project
    from trackplan.rules.base import Option, OptionValue, Rule


def problems(project: Project, rules: Sequence[Rule], failed: Iterable[Failed]) -> Iterator[Problem]:
    """What the project's settings name that does not exist; a rule that cannot be used just now does exist."""
    known = {word: rule for rule in rules for word in (rule.id, rule.name)}
    broken = {word for each in failed for word in (each.rule, each.name)}
    for key, words in (("severity", project.rules.severity), ("options", project.rules.options)):
        for word in words:
            if word not in known and word not in broken:
                yield _problem(project, (key, word), f"no rule is called {word!r}", similar(word, rules))
    for word, given in project.rules.options.items():
        rule = known.get(word)
        if rule is not None:
            yield from _option_problems(project, rule, word, given)


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
    place = project.rules.place(*keys, default=Place(project.path))
    where = ".".join(keys[:-1] if kind == "reference" else keys)
    return Problem(place, f"rules.{where}: {message}", hint, kind)


def _value_problem(option: Option, value: OptionValue) -> str:
    if option.values and value not in option.values:
        return f"{value!r} is not one of {', '.join(str(v) for v in option.values)}"
    if isinstance(value, str) != isinstance(option.default, str):
        return f"a {'text' if isinstance(option.default, str) else 'number'} is expected, not {value!r}"
    return ""
