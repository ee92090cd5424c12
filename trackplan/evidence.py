"""What was read → facts about the run: problems, what stayed unread, how much of each kind of input there is, notes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.findings import Place
from trackplan.sql.records import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.facts.base import FactBase
    from trackplan.findings import Problem
    from trackplan.inputs import Inputs
    from trackplan.link.store import Facts
    from trackplan.project import Project

_KINDS = ("plans", "use_cases", "warehouse", "models", "consumers", "tombstones")
# A run can do its job in spite of these.
_HARMLESS = frozenset({"no-match", "ambiguous", "stale"})
# Which kinds of evidence a file brings, and so lacks when it cannot be read.
_BROUGHT_BY = {
    "plan": ("plans",),
    "use_cases": ("use_cases",),
    "warehouse": ("warehouse",),
    "model": ("models",),
    "consumer": ("consumers",),
    "tombstones": ("tombstones",),
    "dictionary": (),
    "taxonomy": (),
    "dbt": ("warehouse", "models", "consumers"),
}
_SUBJECTS = {
    "plans": "SELECT count(*) FROM field",
    "use_cases": "SELECT count(*) FROM use_case",
    "warehouse": "SELECT count(*) FROM stored_column WHERE declared",
    "models": "SELECT count(*) FROM relation WHERE NOT raw",
    "consumers": "SELECT count(*) FROM consumer WHERE kind <> 'model'",
    "tombstones": "SELECT count(*) FROM tombstone",
}


def store(base: FactBase, project: Project, read: Inputs, facts: Facts, problems: Sequence[Problem]) -> None:
    """Write the problems, and for each kind of input how much was read, understood, and could not be read."""
    _store_problems(base, problems)
    _store_unresolved(base, read, facts)
    given = {kind: bool(getattr(project, kind) or (project.dbt and kind == "models")) for kind in _KINDS}
    given["warehouse"] |= any(t.kind == "table" for t in read.tables)
    given["consumers"] |= bool(read.consumers)
    broken = {kind for p in problems if p.kind not in _HARMLESS for kind in _lacking(p, read.files[p.place.path])}
    statements = dict.fromkeys(_KINDS, 0)
    understood = dict.fromkeys(_KINDS, 0)
    for unit in facts.linking.program.units:
        kind = "models" if unit.consumer is None else "consumers"
        statements[kind] += len(unit.record.statements)
        understood[kind] += sum(isinstance(s, Statement) and not s.routine for s in unit.record.statements)
    files = _files(read)
    names = ("kind", "configured", "files", "subjects", "statements", "understood", "broken")
    rows = [
        (kind, int(given[kind]), files[kind], base.count(_SUBJECTS[kind]), statements[kind],
         understood[kind], int(kind in broken))
        for kind in _KINDS
    ]  # fmt: skip
    base.insert("evidence", names, rows)


def _files(read: Inputs) -> Counter[str]:
    """How many files each kind of input has; those of a dbt project by what they declare."""
    brought = {("models" if sql.consumer is None else "consumers", sql.place.path) for sql in read.sql}
    brought |= {("consumers", consumer.place.path) for consumer in read.consumers}
    brought |= {("warehouse", table.place.path) for table in read.tables if table.kind == "table" and table.columns}
    return Counter(read.counts) + Counter(kind for kind, path in brought if read.files.get(path) == "dbt")


def _lacking(problem: Problem, file_kind: str) -> tuple[str, ...]:
    """The kinds of evidence that a problem takes away."""
    if file_kind == "project":  # a landing that leads nowhere, or a file that is both a model and a consumer
        return ("plans",) if problem.kind == "reference" else ("models", "consumers")
    return _BROUGHT_BY[file_kind]


def store_notes(base: FactBase, project: Project, facts: Facts) -> None:
    """Write what everybody who reads a result must know about how it came to be."""
    notes: list[str] = []
    who = facts.linking.askers
    if who.as_consumers and who.leaves:
        models = plural(who.leaves, "model")
        nobody = "No consumer is declared" if len(who.consumers) == who.leaves else "Only tests and builds are declared"
        notes.append(f"{nobody}, so the {models} that no other model reads count as consumed.")
    elif who.leaves:
        models = plural(who.leaves, "model")
        notes.append(f"{models} {'is' if who.leaves == 1 else 'are'} read by no declared consumer and no other model.")
    if facts.linking.references:
        notes.append(coverage(base, facts.linking.references, facts.linking.unclear))
    if not project.landing and project.plans:
        notes.append("No landing is declared, so only fields that name their column can be followed to their use.")
    if project.landing and all(landing.convention == "json-column" for landing in project.landing):
        notes.append("All events share a table, and no file says which it holds, so TP504 cannot tell unplanned ones.")
    base.insert("note", ("key", "text"), list(enumerate(notes, 1)))


def coverage(base: FactBase, references: int, unclear: int) -> str:
    """How much of what was given was read, understood and resolved, as one share and part by part.

    `references` are the names of columns that were looked up, `unclear` those that were not resolved for sure.
    """
    names = (references - unclear, references)
    parts = [
        (_pair(base, _FILES), "files read"),
        (_pair(base, _STATEMENTS), "statements understood"),
        (names, "names of columns resolved"),
    ]
    share = 1.0
    for (good, whole), _ in parts:
        share *= good / whole if whole else 1
    told = ", ".join(f"{good:,} of {whole:,} {what}" for (good, whole), what in parts)
    rest = " What the rest may mean stays unknown." if share < 1 else ""
    return f"Coverage in all: {int(100 * share)} % ({told}).{rest}"


def _pair(base: FactBase, sql: str) -> tuple[int, int]:
    good, whole = next(iter(base.fetch(sql)))
    return int(str(good or 0)), int(str(whole or 0))


_FILES = """
SELECT count(*) - (SELECT count(DISTINCT p.file) FROM problem x JOIN place p ON p.key = x.place
                   JOIN file o ON o.key = p.file WHERE x.fatal AND o.kind <> 'project'), count(*)
FROM file WHERE kind <> 'project'
"""
_STATEMENTS = "SELECT sum(understood), sum(statements) FROM evidence"


def _store_problems(base: FactBase, problems: Sequence[Problem]) -> None:
    rows = [
        (key, p.kind, p.message, p.hint, int(p.kind not in _HARMLESS), base.place(p.place))
        for key, p in enumerate(sorted(set(problems), key=lambda p: (p.place, p.message)), 1)
    ]
    base.insert("problem", ("key", "kind", "message", "hint", "fatal", "place"), rows)


def _store_unresolved(base: FactBase, read: Inputs, facts: Facts) -> None:
    """SQL that was not even linked: what DDL holds besides, and files that nobody could look into."""
    first = base.count("SELECT count(*) FROM unresolved") + 1
    told = [*read.unresolved, *(("unreadable", "", "could not be read", Place(path)) for path in read.unreadable)]
    rows = [
        (key, reason, name, detail, base.place(place)) for key, (reason, name, detail, place) in enumerate(told, first)
    ]
    base.insert("unresolved", ("key", "reason", "name", "detail", "place"), rows)
    for path in read.unreadable:
        facts.everywhere.append(f"{path} could not be read and may use it")
