"""Findings and what puts up with them → those that count, those that are silenced, and how often each was of use."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from trackplan.findings import Silenced
from trackplan.gate.model import BASELINE, INLINE, LOUD, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trackplan.findings import Finding
    from trackplan.rules import Rule


class Verdict(Struct, frozen=True):
    """The findings that count, those that are silenced, and for each suppression how many findings it is meant for."""

    loud: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]
    uses: tuple[tuple[Suppression, int], ...]


def settled(suppressions: Iterable[Suppression], rules: Sequence[Rule], *, reasons: bool) -> list[Suppression]:
    """The suppressions with ids for names of rules, and a problem where a rule is not known or no reason is given.

    `reasons` tells whether one must be given; entries of the baseline need none.
    """
    ids = {word: rule.id for rule in rules for word in (rule.id, rule.name)}
    return [_settled(each, ids, reasons and each.kind != BASELINE) for each in suppressions]


def _settled(given: Suppression, ids: Mapping[str, str], reasons: bool) -> Suppression:
    found = tuple(dict.fromkeys(ids.get(word, ids.get(word.upper(), word)) for word in given.rules))
    known = set(ids.values())
    strange = [word for word in found if word not in known]
    problem = given.problem
    if not problem and strange:
        problem = f"names a rule that is not known: {strange[0]}; `trackplan rules` lists them"
    if not problem and not LOUD.isdisjoint(found):
        problem = "names a rule that cannot be silenced: mend what it tells"
    if not problem and reasons and not given.reason:
        how = "write behind it why" if given.kind == INLINE else "say under `reason` why"
        problem = f"gives no reason; {how} it may stay"
    return structs.replace(given, rules=found, problem=problem)


def judge(findings: Sequence[Finding], suppressions: Sequence[Suppression], today: str) -> Verdict:
    """Silence what a suppression covers: first those beside the code, then the project's, then the baseline."""
    index: dict[tuple[str, ...], list[Suppression]] = {}
    for each in suppressions:
        for rule in () if each.problem else each.rules:
            index.setdefault(_key(each, rule), []).append(each)
    uses: Counter[int] = Counter()
    loud, silenced = [], []
    for finding in findings:
        candidates = chain.from_iterable(index.get(key, ()) for key in _keys(finding))
        by = _silencer(finding, candidates, uses, today)
        if by is None:
            loud.append(finding)
        else:
            silenced.append(Silenced(finding, by.kind, by.reason, by.owner, by.until, by.place))
    return Verdict(tuple(loud), tuple(silenced), tuple((each, uses[id(each)]) for each in suppressions))


def _key(each: Suppression, rule: str) -> tuple[str, ...]:
    """Under what it is looked for: there may be thousands of entries, and thousands of findings."""
    if each.kind == BASELINE:
        return (rule, each.subject, each.detail)
    return (rule, each.path) if each.kind == INLINE else (rule,)


def _keys(finding: Finding) -> Iterator[tuple[str, ...]]:
    """All keys under which something may lie that covers the finding, in the order of who silences it."""
    yield (finding.rule, finding.place.path)
    yield (finding.rule,)
    yield (finding.rule, finding.subject, finding.detail)


def _silencer(
    finding: Finding, candidates: Iterable[Suppression], uses: Counter[int], today: str
) -> Suppression | None:
    """The first that silences the finding; every one that is meant for it has been of use."""
    first = None
    for each in candidates:
        if not each.covers(finding):
            continue
        spent = each.kind == BASELINE and uses[id(each)] >= each.count
        if not spent:
            uses[id(each)] += 1
        if first is None and not spent and not each.over(today):
            first = each
    return first
