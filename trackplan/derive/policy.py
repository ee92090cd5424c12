"""What the policy says of categories of data and of tables → facts, and how long a duration is in days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from trackplan.documents import did_you_mean
from trackplan.findings import Problem
from trackplan.names import expand, plain

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase, Row
    from trackplan.findings import Place
    from trackplan.project.data_policy import CategoryPolicy, Kept
    from trackplan.taxonomy import Noun, Taxonomy

_DURATION = re.compile(r"\s*(\d{1,5})\s*(day|week|month|year)s?\s*", re.IGNORECASE)
# Months and years are taken for as long as they are on average, so that 12 months are a year.
_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


def days(duration: str) -> int | None:
    """How long `13 months` is in days; None for what is no such duration."""
    match = _DURATION.fullmatch(duration)
    return round(int(match[1]) * _DAYS[match[2].lower()]) if match else None


def store(
    base: FactBase, categories: Sequence[CategoryPolicy], kept: Sequence[Kept], taxonomy: Taxonomy, project_file: str
) -> list[Problem]:
    """Write the policy. The problems are words that the taxonomy does not know, and tables that do not exist.

    What a project file says for several projects need not mean a table of each.
    """
    rows = [
        (c.category, c.retention, days(c.retention) if c.retention else None, int(c.forbidden), base.place(c.place))
        for c in categories
    ]
    base.insert("data_policy", ("category", "retention", "days", "forbidden", "place"), rows)
    words: list[Row] = [
        (policy.category, kind, word)
        for policy in categories
        for kind, listed in (("use", policy.uses), ("legal_basis", policy.bases))
        for word in dict.fromkeys(word for word, _ in listed)
    ]
    base.insert("data_policy_word", ("category", "kind", "word"), words)
    return [*(p for policy in categories for p in _unknown(policy, taxonomy)), *_store_kept(base, kept, project_file)]


def _unknown(policy: CategoryPolicy, taxonomy: Taxonomy) -> Iterator[Problem]:
    known = taxonomy.categories
    if policy.category not in known:
        hint = did_you_mean(policy.category, known)
        yield Problem(policy.place, f"'{policy.category}' is no data category", hint, "reference")
    listed: tuple[tuple[Noun, tuple[tuple[str, Place], ...]], ...] = (
        ("data use", policy.uses),
        ("legal basis", policy.bases),
    )
    for noun, said in listed:
        for word, place in said:
            if not taxonomy.knows(noun, word):
                hint = did_you_mean(word, taxonomy.words[noun])
                yield Problem(place, f"'{word}' is no {noun}", hint, "reference")


def _store_kept(base: FactBase, kept: Sequence[Kept], project_file: str) -> Iterator[Problem]:
    """Write how long tables are kept; where several selectors mean one, the last of them counts."""
    relations = (
        {plain(str(id_)): key for key, id_ in base.fetch("SELECT key, id FROM relation WHERE raw")} if kept else {}
    )
    rows: dict[object, Row] = {}
    for entry in kept:
        found = {key for pattern in expand(entry.selector) for id_, key in relations.items() if pattern.matches(id_)}
        rows.update((key, (key, entry.retention, days(entry.retention), base.place(entry.place))) for key in found)
        if not found and entry.place.path == project_file:
            hint = did_you_mean(entry.selector, relations)
            yield Problem(entry.place, f"no table of the warehouse is called {entry.selector}", hint, "no-match")
    base.insert("relation_retention", ("relation", "retention", "days", "place"), rows.values())
