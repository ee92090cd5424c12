"""The page of all rules of a folder: by group, by cause, and by profile and pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.causes import CAUSES
from trackplan.rules.profiles import packs, profiles
from trackplan.rules.words import any_means

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.rules import Rule

_GROUPS = {
    "input": "Input",
    "purpose": "Purpose and use",
    "use-cases": "Use cases",
    "privacy": "Privacy",
    "quality": "Plan quality",
    "drift": "Drift",
    "lifecycle": "Lifecycle",
}
_HEAD = """\
# The rules

A rule is one SQL file in this folder: its header says what a finding means, its query over the facts
(`trackplan schema facts`) finds. No row, no finding. `trackplan explain ID` prints a rule's page.
"""
_OURS = """\
Choose rules in `trackplan.yaml`, by id, by the beginning of ids, or by name; `trackplan rules` shows what comes of it:

```yaml
rules:
  profile: recommended
  packs: [gdpr]
  severity: {TP402: off, naming-convention: error}
```
"""
_FOOT = "These pages are made from the rules and their tested cases by `trackplan rules docs`.\n"


def index(rules: Sequence[Rule]) -> str:
    """The page `README.md` of a folder with these rules."""
    ours = any(rule.shipped for rule in rules)
    lines = [
        _HEAD,
        *([_OURS] if ours else []),
        "## By group",
        "",
        *_by_group(rules),
        "## By cause",
        "",
        *_by_cause(rules),
    ]
    return "\n".join([*lines, *([*_by_choice(rules)] if ours else []), _FOOT])


def _by_group(rules: Sequence[Rule]) -> Iterator[str]:
    for category, title in _GROUPS.items():
        group = [rule for rule in rules if rule.category == category]
        if group:
            yield from (f"### {title}", "", "| rule | severity | what it finds |", "| --- | --- | --- |")
            yield from (f"| {_link(rule)} {rule.name} | {rule.severity} | {rule.title} |" for rule in group)
            yield ""


def _by_cause(rules: Sequence[Rule]) -> Iterator[str]:
    yield from ("| cause | is that | calls for | rules |", "| --- | --- | --- | --- |")
    for name, cause in CAUSES.items():
        links = ", ".join(_link(rule) for rule in rules if rule.cause == name)
        if links:
            yield f"| {name} | {cause.meaning} | {cause.countermeasure} | {links} |"
    yield ""


def _by_choice(rules: Sequence[Rule]) -> Iterator[str]:
    yield from ("## By profile and pack", "")
    for profile in profiles().values():
        inside = [rule for rule in rules if any_means(profile.select, rule) and not any_means(profile.ignore, rule)]
        outside = [rule for rule in rules if rule not in inside]
        few = f"without {_links(outside)}" if len(outside) < len(inside) else _links(inside)
        yield f"- `{profile.name}`: {profile.description} {len(inside)} rules{f': {few}' if outside else ''}."
    yield ""
    for pack in packs().values():
        yield from (f"`{pack.name}`: {pack.description}", "", "| asked for | rules |", "| --- | --- |")
        for demand in pack.requirements:
            asked = [rule for rule in rules if demand.asks_for(rule)]
            yield f"| {demand.id} {demand.title} | {_links(asked)} |"
        yield ""


def _links(rules: Sequence[Rule]) -> str:
    return ", ".join(_link(rule) for rule in rules)


def _link(rule: Rule) -> str:
    return f"[{rule.id}](docs/{rule.id}.md)"
