"""Use cases, what their needs select, and which consumers serve them → facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from trackplan.documents import did_you_mean
from trackplan.facts.base import FactBase, Row
from trackplan.facts.declared import UseCase
from trackplan.findings import Place, Problem
from trackplan.names import Pattern, expand, join_id, split_id
from trackplan.taxonomy import WORDS, known

_USE_CASE = (
    "key", "id", "title", "owner", "metric", "goal", "moves", "stage", "horizon", "review_by", "legal_basis",
    "data_use", "retention", "special_category_basis", "signed_by", "signed_on", "signed", "fingerprint", "status",
    "state", "place",
)  # fmt: skip


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date.resolution).day if year < 9999 else 28
    return date(min(year, 9999), month + 1, min(day.day, last))


def plain(id_: str) -> str:
    """An id without quotes, as selectors are matched against: `web/Order Completed.step`."""
    head, slash, rest = _split_plan(id_)
    return head + slash + ".".join(split_id(rest))


def _split_plan(id_: str) -> tuple[str, str, str]:
    if id_.startswith('"'):
        end = id_.find('"/')
        return (id_[1:end].replace('""', '"'), "/", id_[end + 2 :]) if end > 0 else ("", "", id_)
    head, slash, rest = id_.partition("/")
    return (head, slash, rest) if slash and '"' not in head and "." not in head else ("", "", id_)


@dataclass(slots=True)
class Subjects:
    """Everything a selector may name: plain name → the keys of what it stands for, with what lies inside it."""

    exact: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    plans: dict[str, set[str]] = field(default_factory=dict)
    wholes: set[str] = field(default_factory=set)

    def add(self, id_: str, kind: str, key: int, plan: str = "") -> None:
        """Make a subject known under its plain name, with and without the plan's."""
        name = plain(id_)
        names = {name, name.removeprefix(f"{plan}/")} if plan else {name, name.lower()}
        for each in names:
            self.exact.setdefault(each, []).append((kind, key))
        if plan:
            self.plans.setdefault(name.removeprefix(f"{plan}/"), set()).add(plan)

    def select(self, pattern: Pattern) -> set[tuple[str, int]]:
        """What `pattern` selects, by its own name."""
        if not pattern.wildcard:
            return {subject for name in _names(pattern) for subject in self.exact.get(name, ())}
        return {subject for name, subjects in self.exact.items() if pattern.matches(name) for subject in subjects}


def store(base: FactBase, use_cases: Sequence[UseCase], today: date, horizon_months: int) -> list[Problem]:
    """Write the use cases with their needs and consumers. The problems are selectors that mean several plans."""
    if not use_cases:
        return []
    end = months_later(today, horizon_months).isoformat()
    subjects, inside = _subjects(base)
    consumers = {plain(str(id_)): int(str(key)) for key, id_ in base.fetch("SELECT key, id FROM consumer")}
    problems: list[Problem] = []
    needs: list[Row] = []
    matches: list[Row] = []
    serves: set[tuple[int, int]] = set()
    absent: dict[Row, None] = {}
    seen: set[str] = set()
    for number, case in enumerate(use_cases, 1):
        base.insert("use_case", _USE_CASE, [_row(base, case, number, today.isoformat(), end)])
        base.insert("use_case_detail", ("use_case", "kind", "value", "note"), dict.fromkeys(_details(case, number)))
        problems.extend(_unknown(case))
        for need in case.needs:
            for pattern in expand(need.selector):
                id_ = join_id((case.id, pattern.text))
                if id_ in seen:
                    continue
                seen.add(id_)
                key = len(needs) + 1
                chosen = subjects.select(pattern)
                problems.extend(_ambiguous(subjects, pattern, need.place))
                wildcard = pattern.wildcard or any(s in subjects.wholes for s in _names(pattern))
                needs.append((key, id_, number, pattern.text, need.why, int(wildcard), base.place(need.place)))
                matches.extend(_match(key, chosen, inside))
        for selector, place in case.consumers:
            for pattern in expand(selector):
                found = [k for name, k in consumers.items() if pattern.matches(name)]
                serves.update((k, number) for k in found)
                if not found:
                    absent[number, pattern.text, did_you_mean(pattern.text, consumers), base.place(place)] = None
    names = ("key", "id", "use_case", "selector", "why", "wildcard", "place")
    base.insert("need", names, needs)
    base.insert("need_match", ("need", "event", "field", "column"), matches)
    base.insert("serves", ("consumer", "use_case"), sorted(serves))
    base.insert("unknown_consumer", ("use_case", "selector", "hint", "place"), absent)
    return problems


def _row(base: FactBase, case: UseCase, number: int, today: str, end: str) -> Row:
    state: str = case.status
    if state == "active" and case.horizon is not None:
        state = "expired" if case.horizon < today else "beyond" if case.horizon > end else "active"
    return (
        number, case.id, case.title, case.owner, case.metric, case.goal, case.moves, case.stage, case.horizon,
        case.review_by, case.legal_basis, case.data_use, case.retention, case.special_category_basis,
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


def _unknown(case: UseCase) -> Iterator[Problem]:
    """Words that the taxonomy does not know."""
    for noun, word, place in case.words:
        if not known(noun, word):
            hint = did_you_mean(word, WORDS[noun]) or f"choose one of: {', '.join(sorted(WORDS[noun]))}"
            yield Problem(place, f"'{word}' is no {noun}", hint, "reference")


def _subjects(base: FactBase) -> tuple[Subjects, dict[tuple[str, int], list[tuple[str, int]]]]:
    """All subjects, and for each what lies directly inside it."""
    subjects = Subjects()
    inside: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for key, id_, plan in base.fetch("SELECT e.key, e.id, p.name FROM event e JOIN plan p ON p.key = e.plan"):
        subjects.add(str(id_), "event", int(str(key)), str(plan))
    fields = (
        "SELECT f.key, f.id, p.name, f.parent, f.event FROM field f JOIN event e ON e.key = f.event "
        "JOIN plan p ON p.key = e.plan"
    )
    for key, id_, plan, parent, event in base.fetch(fields):
        me = ("field", int(str(key)))
        subjects.add(str(id_), *me, str(plan))
        above = ("event", int(str(event))) if parent is None else ("field", int(str(parent)))
        inside.setdefault(above, []).append(me)
    for key, id_ in base.fetch("SELECT key, id FROM relation WHERE raw"):
        subjects.add(str(id_), "relation", int(str(key)))
    for key, id_, parent, relation in base.fetch("SELECT key, id, parent, relation FROM stored_column"):
        me = ("column", int(str(key)))
        subjects.add(str(id_), *me)
        above = ("relation", int(str(relation))) if parent is None else ("column", int(str(parent)))
        inside.setdefault(above, []).append(me)
    wholes = {kind_key for kind_key in inside if kind_key[0] in ("event", "relation")}
    subjects.wholes = {name for name, found in subjects.exact.items() if wholes.intersection(found)}
    return subjects, inside


def _names(pattern: Pattern) -> tuple[str, ...]:
    """The plain name of a pattern without wildcards, as written and in lower case (columns answer to both)."""
    return () if pattern.wildcard else (pattern.pieces[0], pattern.pieces[0].lower())


def _match(
    key: int, chosen: set[tuple[str, int]], inside: dict[tuple[str, int], list[tuple[str, int]]]
) -> Iterator[Row]:
    """Rows of `need_match`: what is selected, and everything inside it."""
    pending = list(chosen)
    seen = set(pending)
    while pending:
        further = [s for s in inside.get(pending.pop(), ()) if s not in seen]
        seen.update(further)
        pending.extend(further)
    for kind, subject in sorted(seen):
        if kind != "relation":
            yield (key, *(subject if kind == column else None for column in ("event", "field", "column")))


def _ambiguous(subjects: Subjects, pattern: Pattern, place: Place) -> Iterator[Problem]:
    plans = subjects.plans.get(pattern.pieces[0], set()) if not pattern.wildcard else set()
    if len(plans) > 1:
        named = " and ".join(sorted(plans))
        hint = f"write the plan before it, such as {sorted(plans)[0]}/{pattern.text}"
        yield Problem(place, f"{pattern.text} is in the plans {named}", hint, "ambiguous")
