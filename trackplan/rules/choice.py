"""The catalogue and the project's settings → which rules run, why, and how severe their findings are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.errors import TrackplanError
from trackplan.findings import Severity
from trackplan.rules.base import Bound
from trackplan.rules.profiles import packs, profiles
from trackplan.rules.validation import similar
from trackplan.rules.words import any_means, closest, means, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.project import Project
    from trackplan.rules.base import OptionValue, Rule


class Choice(Struct, frozen=True):
    """Whether a rule runs, and the setting that decided it."""

    rule: Rule
    on: bool
    because: str


def choose(rules: Sequence[Rule], select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The active rules that `select` names (all, where it is empty) without those that `ignore` names.

    Raises `TrackplanError` for a word that names no rule.
    """
    selected, ignored = _known(rules, select), _known(rules, ignore)
    return tuple(
        rule
        for rule in rules
        if not rule.retired and (not selected or any_means(selected, rule)) and not any_means(ignored, rule)
    )


def decide(
    rules: Sequence[Rule], project: Project, select: Iterable[str] = (), ignore: Iterable[str] = ()
) -> tuple[Choice, ...]:
    """For each active rule whether it runs. `select` and `ignore` are the command's own, which go before the project's.

    Raises `TrackplanError` for a word of theirs that names no rule.
    """
    selected, ignored = _known(rules, select), _known(rules, ignore)
    return tuple(_decide(rule, project, selected, ignored) for rule in rules if not rule.retired)


def bound(rule: Rule, project: Project) -> Bound:
    """The rule with what the project, or its profile, says of it."""
    return Bound(rule, settings(rule, project), severity(rule, project))


def severity(rule: Rule, project: Project) -> Severity | None:
    """The severity that all findings of the rule have: the project's word, else the profile's, else None."""
    own = closest(rule, project.rules.severity)
    if own not in (None, Severity.OFF):
        return own
    return closest(rule, profiles()[project.rules.profile].severity) if rule.shipped else None


def settings(rule: Rule, project: Project) -> dict[str, OptionValue]:
    """The rule's options as the project sets them, else as the profile does, else their defaults."""
    given: dict[str, OptionValue] = {}
    for options in (profiles()[project.rules.profile].options, project.rules.options):
        given |= {**options.get(rule.name, {}), **options.get(rule.id, {})}
    return {option.name: given.get(option.name, option.default) for option in rule.options}


def _decide(rule: Rule, project: Project, selected: Sequence[str], ignored: Sequence[str]) -> Choice:
    if any_means(ignored, rule):
        return Choice(rule, False, "--ignore")
    if any(names(word, rule) for word in selected):
        return Choice(rule, True, "--select")
    if selected and not any_means(selected, rule):
        return Choice(rule, False, "not in --select")
    said = _said(rule, project)
    if said is not None and not said.on:
        return said
    return Choice(rule, True, "--select") if selected else said or _usual(rule, project)


def _said(rule: Rule, project: Project) -> Choice | None:
    """What the project's settings say of this rule in so many words."""
    if any_means(project.rules.ignore, rule):
        return Choice(rule, False, "rules.ignore")
    own = closest(rule, project.rules.severity)
    if own is not None:
        return Choice(rule, own is not Severity.OFF, "rules.severity")
    return None


def _usual(rule: Rule, project: Project) -> Choice:
    """What follows from `rules.select`, else from the profile and the packs; a project's own rules run."""
    if project.rules.select:
        on = any_means(project.rules.select, rule)
        return Choice(rule, on, "rules.select" if on else "not in rules.select")
    if not rule.shipped:
        return Choice(rule, True, "own rule")
    profile = profiles()[project.rules.profile]
    chosen = [f"pack {name}" for name in project.rules.packs if packs()[name].asks_for(rule)]
    if any_means(profile.select, rule) and not any_means(profile.ignore, rule):
        chosen.insert(0, f"profile {profile.name}")
    return Choice(rule, bool(chosen), ", ".join(chosen) or f"not in profile {profile.name}")


def _known(rules: Sequence[Rule], words: Iterable[str]) -> tuple[str, ...]:
    found = tuple(words)
    for word in found:
        if not any(means(word, rule) for rule in rules):
            raise TrackplanError(f"no rule is called {word!r}", similar(word, rules))
    return found
