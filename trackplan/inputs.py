"""The files of a project → what they declare: plans, tables, use cases, SQL to compile; and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trackplan import tree
from trackplan.errors import ReadError
from trackplan.facts.declared import Consumer, Plan, Sql, Table, UseCase
from trackplan.findings import Place, Problem
from trackplan.names import field_id, fold
from trackplan.project import Project, Source, assign
from trackplan.readers import base as readers
from trackplan.sql import template

if TYPE_CHECKING:
    from trackplan.tree import Tree

_KINDS = {"dashboards", "queries", "exports", "syncs", "notebooks", "reports"}
_SINGULAR = {"queries": "query"}
_FILE_KINDS = {"plans": "plan", "use_cases": "use_cases", "warehouse": "warehouse", "models": "model",
               "consumers": "consumer", "dbt": "dbt"}  # fmt: skip


@dataclass(slots=True)
class Inputs:
    """What was read. `files` maps every path to its kind; `unreadable` are SQL files that nobody could look into."""

    plans: list[Plan] = field(default_factory=list)
    use_cases: list[UseCase] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    sql: list[Sql] = field(default_factory=list)
    consumers: list[Consumer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unresolved: list[tuple[str, str, str, Place]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def read(project: Project, work: Tree) -> Inputs:
    """Read every file of the project; what cannot be read becomes a problem, and the rest is read all the same."""
    found = Inputs(files={project.path: "project"})
    assigned, problems = assign(project, work)
    found.problems.extend(problems)
    for kind, entries in assigned.items():
        found.counts[kind] = len(entries)
        for path, _ in entries:
            if kind != "dbt":
                found.files.setdefault(path, _FILE_KINDS[kind])
    for path, source in assigned["plans"]:
        _located(found, lambda p=path, s=source: _plan(found, work, p, s))
    _located(found, lambda: _unique_plans(found))
    for path, source in assigned["use_cases"]:
        _located(found, lambda p=path, s=source: _use_cases(found, work, p, s))
    _unique_use_cases(found)
    _warehouse(found, work, project, assigned["warehouse"])
    for path, source in assigned["models"]:
        _sql(found, work, path, source, project.dialect, None)
    for path, source in assigned["consumers"]:
        _sql(found, work, path, source, project.dialect, _consumer(path, source))
    for path, source in assigned["dbt"]:
        _dbt(found, work, path, source.dialect or project.dialect)
    for problem in found.problems:  # a dbt project's files are known only once something is found in them
        found.files.setdefault(problem.place.path, "dbt")
    return found


def _located(found: Inputs, step: object) -> None:
    try:
        step()  # type: ignore[operator]
    except ReadError as error:
        found.problems.extend(replace(p, kind=p.kind if p.kind != "no-match" else "invalid") for p in error.problems)


def _plan(found: Inputs, work: Tree, path: str, source: Source) -> None:
    text = work.read_text(path)
    reader = readers.choose(text, path, "plan", source.format)
    for declared in reader.read(text, path):
        if isinstance(declared, Plan):
            name = source.name or declared.name or _stem(path)
            found.plans.append(replace(declared, name=name))


def _unique_plans(found: Inputs) -> None:
    """Several files may make up one plan; its events must then differ."""
    merged: dict[str, Plan] = {}
    for plan in found.plans:
        known = merged.get(plan.name)
        if known is None:
            merged[plan.name] = plan
            continue
        names = {e.name: e for e in known.events}
        fresh = [e for e in plan.events if e.name not in names]
        for event in plan.events:
            if event.name in names:
                id_ = field_id(plan.name, event.name, ())
                first = names[event.name].place
                message = f"{id_} is defined twice, first in {first}"
                found.problems.append(Problem(event.place, message, "remove one of the two", "duplicate"))
        merged[plan.name] = replace(known, events=known.events + tuple(fresh))
    found.plans = list(merged.values())


def _use_cases(found: Inputs, work: Tree, path: str, source: Source) -> None:
    text = work.read_text(path)
    reader = readers.choose(text, path, "use_cases", source.format)
    found.use_cases.extend(d for d in reader.read(text, path) if isinstance(d, UseCase))


def _unique_use_cases(found: Inputs) -> None:
    seen: dict[str, UseCase] = {}
    for case in found.use_cases:
        if case.id in seen:
            message = f"the use case {case.id} is defined twice, first in {seen[case.id].place}"
            found.problems.append(Problem(case.place, message, "give each use case an id of its own", "duplicate"))
        seen.setdefault(case.id, case)
    found.use_cases = list(seen.values())


def _warehouse(found: Inputs, work: Tree, project: Project, entries: list[tuple[str, Source]]) -> None:
    from trackplan.readers import information_schema
    from trackplan.sql.ddl import Catalog

    catalog = Catalog()
    for path, source in entries:
        dialect = source.dialect or project.dialect
        try:
            text = work.read_text(path)
            if path.endswith(".csv"):
                found.tables.extend(information_schema.read_csv(text, path, dialect))
            else:
                catalog.apply(text, path, dialect)
        except ReadError as error:
            found.problems.extend(error.problems)
    found.tables.extend(catalog.tables())
    found.sql.extend(catalog.views())
    found.unresolved.extend(catalog.unresolved)


def _sql(found: Inputs, work: Tree, path: str, source: Source, dialect: str, consumer: Consumer | None) -> None:
    dialect = source.dialect or dialect
    try:
        text = work.read_text(path)
    except ReadError as error:
        # What nobody could look into may use anything; the run goes on and calls nothing unused.
        found.problems.extend(error.problems)
        found.unreadable.append(path)
        return
    relation = None
    if consumer is None:
        name = source.relation
        for number, captured in enumerate(tree.captures(source.path, path) or (), 1):
            name = name.replace(f"{{{number}}}", captured)
        relation = tuple(fold(p, False, dialect) for p in (name.split(".") if name else [_stem(path)]))
    rendered = True
    if "{{" in text or "{%" in text or "{#" in text:
        result = template.render(text, {}, dialect, relation or ())
        text, rendered = result.text, result.complete
    found.sql.append(Sql(text, dialect, Place(path), relation, consumer, rendered))


def _consumer(path: str, source: Source) -> Consumer:
    fixed = tree.fixed_part(source.path)
    name = path[len(fixed) :].lstrip("/") or path.rpartition("/")[2]
    stem, dot, _ = name.rpartition(".")
    folder = fixed.rstrip("/").rpartition("/")[2].lower()
    kind = source.kind or (_SINGULAR.get(folder, folder.removesuffix("s")) if folder in _KINDS else "query")
    return Consumer(kind, stem if dot and stem else name, Place(path))


def _dbt(found: Inputs, work: Tree, folder: str, dialect: str) -> None:
    from trackplan.readers import dbt

    for declared in _guarded(found, dbt.project(work, folder, dialect)):
        if isinstance(declared, Problem):
            found.problems.append(declared)
            continue
        found.files.setdefault(declared.place.path, "dbt")
        if isinstance(declared, Table):
            found.tables.append(declared)
        elif isinstance(declared, Consumer):
            found.consumers.append(declared)
        elif isinstance(declared, Sql):
            found.sql.append(declared)


def _guarded(found: Inputs, items: Iterator[object]) -> Iterator[Problem | Table | Consumer | Sql]:
    try:
        for item in items:
            if isinstance(item, (Problem, Table, Consumer, Sql)):
                yield item
    except ReadError as error:
        found.problems.extend(error.problems)


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.split(".")[0] or name
