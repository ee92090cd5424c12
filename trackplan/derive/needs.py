"""Use cases, what their needs select, and which consumers serve them → facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from trackplan.derive import labels
from trackplan.derive.policy import days
from trackplan.derive.subjects import Subject, Subjects
from trackplan.documents import did_you_mean
from trackplan.facts.base import FactBase, Row
from trackplan.facts.declared import UseCase
from trackplan.findings import Place, Problem
from trackplan.names import Pattern, expand, join_id, plain
from trackplan.taxonomy import Taxonomy

_USE_CASE = (
    "key", "id", "title", "owner", "metric", "goal", "moves", "stage", "horizon", "review_by", "legal_basis",
    "data_use", "retention", "retention_days", "special_category_basis", "signed_by", "signed_on", "signed",
    "fingerprint", "status", "state", "place",
)  # fmt: skip


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date.resolution).day if year < 9999 else 28
    return date(min(year, 9999), month + 1, min(day.day, last))


def store(
    base: FactBase,
    subjects: Subjects,
    use_cases: Sequence[UseCase],
    taxonomy: Taxonomy,
    today: date,
    horizon_months: int,
) -> list[Problem]:
    """Write the use cases with their needs and consumers.

    The problems are words that the taxonomy does not know, and selectors that mean several plans.
    """
    end = months_later(today, horizon_months).isoformat()
    for number, case in enumerate(use_cases, 1):
        base.insert("use_case", _USE_CASE, [_row(base, case, number, today.isoformat(), end)])
        base.insert("use_case_detail", ("use_case", "kind", "value", "note"), dict.fromkeys(_details(case, number)))
    _store_consumers(base, use_cases)
    problems = [problem for case in use_cases for problem in _unknown(case, taxonomy)]
    return problems + _store_needs(base, subjects, use_cases, taxonomy)


def _store_needs(base: FactBase, subjects: Subjects, use_cases: Sequence[UseCase], taxonomy: Taxonomy) -> list[Problem]:
    """Write what each need selects."""
    asked = [(n, need, p) for n, case in enumerate(use_cases, 1) for need in case.needs for p in expand(need.selector)]
    known = labels.collect(base, {labels.kind_of(pattern) for _, _, pattern in asked})
    problems: list[Problem] = []
    needs: dict[str, Row] = {}
    matches: list[Row] = []
    for number, need, pattern in asked:
        id_ = join_id((use_cases[number - 1].id, pattern.text))
        if id_ in needs:
            continue
        key = len(needs) + 1
        kind = labels.kind_of(pattern)
        chosen = labels.select(known, pattern) if kind else subjects.select(pattern)
        wildcard = pattern.wildcard or kind == "tag" or any(subjects.is_whole(s) for s in chosen)
        hint = ""
        if kind == "category":
            problems.extend(_no_category(pattern, need.place, taxonomy))
        elif kind == "tag" and not chosen:
            hint = did_you_mean(pattern.pieces[0].partition(":")[2], labels.names(known, kind))
        elif not kind:
            problems.extend(_ambiguous(subjects, pattern, need.place))
            if not chosen and not pattern.wildcard:
                hint = subjects.hint(pattern.pieces[0])
        needs[id_] = (key, id_, number, pattern.text, need.why, int(wildcard), hint, base.place(need.place))
        matches.extend(_match(key, subjects.with_members(chosen)))
    names = ("key", "id", "use_case", "selector", "why", "wildcard", "hint", "place")
    base.insert("need", names, needs.values())
    base.insert("need_match", ("need", "event", "field", "column"), matches)
    return problems


def _store_consumers(base: FactBase, use_cases: Sequence[UseCase]) -> None:
    """Write which consumers serve which use case, and those that are listed in vain."""
    consumers = {plain(str(id_)): int(str(key)) for key, id_ in base.fetch("SELECT key, id FROM consumer")}
    serves: set[tuple[int, int]] = set()
    absent: dict[Row, None] = {}
    for number, case in enumerate(use_cases, 1):
        for selector, place in case.consumers:
            for pattern in expand(selector):
                found = _selected(consumers, pattern)
                serves.update((k, number) for k in found)
                if not found:
                    absent[number, pattern.text, did_you_mean(pattern.text, consumers), base.place(place)] = None
    base.insert("serves", ("consumer", "use_case"), sorted(serves))
    base.insert("unknown_consumer", ("use_case", "selector", "hint", "place"), absent)


def _selected(consumers: dict[str, int], pattern: Pattern) -> list[int]:
    """The consumers that a pattern selects; one without wildcards has at most one to look at."""
    if not pattern.wildcard:
        return [consumers[name] for name in pattern.pieces if name in consumers]
    return [key for name, key in consumers.items() if pattern.matches(name)]


def _row(base: FactBase, case: UseCase, number: int, today: str, end: str) -> Row:
    state: str = case.status
    if state == "active" and case.horizon is not None:
        state = "expired" if case.horizon < today else "beyond" if case.horizon > end else "active"
    return (
        number, case.id, case.title, case.owner, case.metric, case.goal, case.moves, case.stage, case.horizon,
        case.review_by, case.legal_basis, case.data_use, case.retention, days(case.retention),
        case.special_category_basis,
        *_signed(case), case.fingerprint, case.status, state, base.place(case.place),
    )  # fmt: skip


def _signed(case: UseCase) -> Row:
    sign = case.sign_off
    return ("", None, "") if sign is None else (sign.by, sign.on, sign.content)


def _details(case: UseCase, number: int) -> Iterator[Row]:
    yield from ((number, "data_subject", subject, "") for subject in case.data_subjects)
    yield from ((number, "recipient", recipient, "") for recipient in case.recipients)
    yield from ((number, "transfer", *transfer) for transfer in case.transfers)
    yield from ((number, "assumption", assumption, "") for assumption in case.assumptions)


def _unknown(case: UseCase, taxonomy: Taxonomy) -> Iterator[Problem]:
    """Words that the taxonomy does not know."""
    for noun, word, place in case.words:
        if not taxonomy.knows(noun, word):
            known = taxonomy.words[noun]
            hint = did_you_mean(word, known) or f"choose one of: {', '.join(sorted(known))}"
            yield Problem(place, f"'{word}' is no {noun}", hint, "reference")


def _no_category(pattern: Pattern, place: Place, taxonomy: Taxonomy) -> Iterator[Problem]:
    """A category that the taxonomy does not know; a mistyped one would select nothing and nobody would notice."""
    if not any(pattern.matches(f"category:{category}") for category in taxonomy.categories):
        asked = pattern.text.partition(":")[2]
        yield Problem(place, f"'{asked}' is no data category", did_you_mean(asked, taxonomy.categories), "reference")


def _match(key: int, selected: Sequence[Subject]) -> Iterator[Row]:
    """Rows of `need_match`."""
    for kind, subject in selected:
        if kind != "relation":
            yield (key, *(subject if kind == column else None for column in ("event", "field", "column")))


def _ambiguous(subjects: Subjects, pattern: Pattern, place: Place) -> Iterator[Problem]:
    plans = subjects.plans.get(pattern.pieces[0], set()) if not pattern.wildcard else set()
    if len(plans) > 1:
        named = " and ".join(sorted(plans))
        hint = f"write the plan before it, such as {sorted(plans)[0]}/{pattern.text}"
        yield Problem(place, f"{pattern.text} is in the plans {named}", hint, "ambiguous")
