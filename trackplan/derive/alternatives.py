"""The smallest form of a value that serves all its consumers, chosen from the forms in which they take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from trackplan.derive.reasons import listing
from trackplan.derive.values import is_unhashable
from trackplan.sql.forms import PREFIX, ROUNDED, TRUNCATED, UNCLEAR, WHOLE_VALUE, finest, unit_of

_HASHED = frozenset({"told apart", "estimated", "equality", "joined", "hashed"})
# What is kept by forms without a number or unit, and who gets the same from it beside those that only count.
_KEPT = {
    "counted": "whether there is a value",
    "domain": "its domain",
    "host": "its host",
    "path": "what is before its query",
    "hashed": "a keyed hash of it",
    "aggregated": "sums of it",
    "range": "ranges of it",
}
_SERVED = {
    "domain": frozenset({"domain"}),
    "host": frozenset({"host"}),
    "path": frozenset({"host", "path"}),
    "hashed": frozenset({"told apart"}),
}
# What a form leaves undone, as one consumer does it and as several do.
_DOES = {
    "counted": ("only counts it", "only count it"),
    "told apart": ("only tells its values apart", "only tell its values apart"),
    "estimated": ("only estimates how many values there are", "only estimate how many values there are"),
    "equality": ("compares it with given values", "compare it with given values"),
    "joined": ("matches it with other columns", "match it with other columns"),
    "hashed": ("hashes it", "hash it"),
    "range": ("compares it with bounds", "compare it with bounds"),
    "ordered": ("sorts by it", "sort by it"),
    "aggregated": ("adds it up or takes an average", "add it up or take an average"),
    "domain": ("takes its domain", "take its domain"),
    "host": ("takes its host", "take its host"),
    "path": ("takes it without its query", "take it without its query"),
    "computed": ("computes with it", "compute with it"),
    WHOLE_VALUE: ("takes all of it", "take all of it"),
    UNCLEAR: ("may take it", "may take it"),
}
_THEN = {
    "estimated": "an estimate may move a little",
    "equality": "what it is compared with has to be hashed too",
    "joined": "what it is matched with has to be hashed with the same key",
    "hashed": "what hashes it has to take the stored hash",
    "aggregated": "what adds it up has to start from the sums",
    "range": "what compares it has to compare the ranges",
}


class Alternative(Struct, frozen=True):
    """Less data that would do: what to do and `keep`, why that is enough, who has to change, and all that in words.

    `action` is as in the table `less_data`, `form` what is kept in the words of `use.transform`, for machines; `broken`
    are the consumers whose SQL has to change.
    """

    action: str
    keep: str
    evidence: str
    broken: tuple[str, ...]
    advice: str
    form: str = ""


def choose(
    counting: Mapping[str, Iterable[str]], others: Mapping[str, Iterable[str]], types: Iterable[str]
) -> Alternative:
    """What would do for all the consumers that count, by the forms in which each takes the value.

    The `others` do not count, but are told of if they have to change. `types` are the declared types of the value.
    """
    forms = {form for taken in counting.values() for form in taken}
    evidence = _evidence(counting)
    if UNCLEAR in forms:
        unclear = listing([name for name, taken in counting.items() if UNCLEAR in taken])
        return unknown(f"what {unclear} {_verb(counting, UNCLEAR, 'takes', 'take')} is not wholly clear")
    found = _smaller(forms - {"counted"}, any(map(is_unhashable, types)))
    if found is None:
        return nothing(evidence)
    action, form = found
    keep = kept(form)
    everybody = {**counting, **others}
    broken = sorted(name for name, taken in everybody.items() if not all(serves(form, each) for each in taken))
    then = _consequence(everybody, broken)
    return Alternative(action, keep, evidence, tuple(broken), f"Keep only {keep}: {evidence}. {then}", form)


def drop(evidence: str, broken: Sequence[str]) -> Alternative:
    """Nobody uses it; `broken` names what carries or reads it all the same."""
    then = f" {listing(broken)} {'has' if len(broken) == 1 else 'have'} to do without." if broken else ""
    return Alternative("drop", "", evidence, tuple(broken), f"Drop it: {evidence}.{then}")


def unused(cases: str) -> str:
    """The evidence that nobody uses something, which these use cases ask for all the same."""
    return f"{cases} asks for it, but no consumer uses it" if cases else "no consumer uses it"


def nothing(evidence: str) -> Alternative:
    """All of it is needed: so it is too where a hash would do, but there is none of values of that type."""
    return Alternative("none", "", evidence, (), f"Nothing smaller would do as things are: {evidence}.")


def unknown(reason: str) -> Alternative:
    """Nothing can be said without guessing."""
    return Alternative("unknown", "", reason, (), f"What less would do, nobody can say: {reason}.")


def kept(form: str) -> str:
    """What a form keeps of a value, in words."""
    unit = unit_of(form)
    if unit:
        return f"its {unit}"
    for family in (PREFIX, ROUNDED):
        if form.startswith(family):
            return _amount(family, int(form.removeprefix(family)))
    return _KEPT[form]


def serves(form: str, taken: str) -> bool:
    """Whether who takes a value as `taken` gets the same from what `form` keeps of it, with the same SQL."""
    if taken == "counted":
        return True
    unit, own = unit_of(form), unit_of(taken)
    if unit:
        return bool(own) and finest({unit, own}) == unit
    for family in (PREFIX, ROUNDED):
        if form.startswith(family):
            least, number = form.removeprefix(family), taken.removeprefix(family)
            return taken == form or (taken.startswith(family) and family == PREFIX and int(number) < int(least))
    return taken in _SERVED.get(form, ())


def wants(form: str) -> str:
    """What whoever takes a value as `form` has to change before less of it is kept."""
    return _THEN.get(form, "it takes more of it")


def does(form: str) -> str:
    """What a consumer does with a value that it takes as `form`."""
    return _does(form, alone=True)


def _smaller(forms: set[str], unhashable: bool) -> tuple[str, str] | None:
    """The action, and the form that it keeps."""
    if not forms:
        return "flag", "counted"
    units = {unit_of(form) for form in forms}
    if all(units):
        return "coarsen", TRUNCATED + finest(units)
    for family, action in ((PREFIX, "truncate"), (ROUNDED, "coarsen")):
        numbers = [int(form.removeprefix(family)) for form in forms if form.startswith(family)]
        if len(numbers) == len(forms) and (family == PREFIX or len(numbers) == 1):
            return action, f"{family}{max(numbers)}"
    if forms == {"domain"}:
        return "truncate", "domain"
    if forms <= {"host", "path"}:
        return "truncate", "host" if forms == {"host"} else "path"
    if forms <= _HASHED and not unhashable:
        return "hash", "hashed"
    if forms == {"aggregated"}:
        return "aggregate", "aggregated"
    return ("bucket", "range") if forms == {"range"} else None


def _amount(family: str, number: int) -> str:
    if family == PREFIX:
        return "its first character" if number == 1 else f"its first {number} characters"
    return "1 decimal of it" if number == 1 else f"{number} decimals of it"


def _evidence(takers: Mapping[str, Iterable[str]]) -> str:
    """Who does what with it: those that need most of it first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, forms in takers.items():
        groups.setdefault(_told(set(forms)), []).append(name)
    clauses = []
    for forms, names in sorted(groups.items(), key=lambda group: (_RANK.get(group[0][0], 1), sorted(group[1]))):
        does = " and ".join(_does(form, len(names) == 1) for form in forms[:2])
        clauses.append(f"{listing(names)} {does}")
    return ", ".join(clauses[:2]) + (f", and so on for {len(clauses) - 2} more ways" if len(clauses) > 2 else "")


_RANK = {WHOLE_VALUE: 0, "computed": 0, "counted": 2}


def _told(forms: set[str]) -> tuple[str, ...]:
    """The forms that matter most; who takes all of it takes each of its parts."""
    for most in (WHOLE_VALUE, "computed"):
        if most in forms:
            return (most,)
    return tuple(sorted(forms - {"counted"} or forms))


def _does(form: str, alone: bool) -> str:
    unit = unit_of(form)
    if unit:
        return f"{'needs' if alone else 'need'} no more than its {unit}"
    for family in (PREFIX, ROUNDED):
        if form.startswith(family):
            return f"{'takes' if alone else 'take'} {_amount(family, int(form.removeprefix(family)))}"
    return _DOES.get(form, _DOES["computed"])[0 if alone else 1]


def _consequence(takers: Mapping[str, Iterable[str]], broken: Sequence[str]) -> str:
    if not broken:
        return "That breaks nothing."
    forms = sorted({form for name in broken for form in takers[name] if form in _THEN})
    then = " and ".join(_THEN[form] for form in forms[:2]) or "they take more of it"
    return f"That breaks {listing(broken)}: {then}."


def _verb(takers: Mapping[str, Iterable[str]], form: str, one: str, several: str) -> str:
    return one if sum(form in taken for taken in takers.values()) == 1 else several
