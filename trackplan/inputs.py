"""The files of a project → what they declare: plans, tables, use cases, SQL to compile; and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec import Struct, field
from msgspec.structs import replace

from trackplan import called, once, vocabulary
from trackplan.cache.pack import Pack
from trackplan.compilation import compiler
from trackplan.documents import did_you_mean
from trackplan.errors import ReadError
from trackplan.facts.declared import Consumer, Plan, Sql, Table, Tombstone, UseCase
from trackplan.findings import Place, Problem
from trackplan.jinja import Renderer, Settings, is_template
from trackplan.names import field_id
from trackplan.project import Project, Source, assign
from trackplan.readers import base as readers
from trackplan.vocabulary import Vocabulary

if TYPE_CHECKING:
    from trackplan.tree import Tree

T = TypeVar("T", Plan, UseCase, Tombstone)
_NOUNS = {Plan: "plan", UseCase: "use_cases", Tombstone: "tombstones"}

_FILE_KINDS = {"plans": "plan", "use_cases": "use_cases", "warehouse": "warehouse", "models": "model",
               "consumers": "consumer", "tombstones": "tombstones", "dictionary": "dictionary",
               "taxonomy": "taxonomy", "dbt": "dbt"}  # fmt: skip


class Inputs(Struct):
    """What was read. `files` maps every path to its kind; `unreadable` are SQL files that nobody could look into.

    `schemas` has for each file that declares tables without SQL: the module that reads it, the format that the project
    file asks for, its dialect, the name that it gives the table, and the key under which what it declares is kept.
    `plan_files` has for each plan file: its format and the plan's name as the project file says them, and that key.
    """

    plans: list[Plan] = []
    use_cases: list[UseCase] = []
    tombstones: list[Tombstone] = []
    tables: list[Table] = []
    sql: list[Sql] = []
    consumers: list[Consumer] = []
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    problems: list[Problem] = []
    unresolved: list[tuple[str, str, str, Place]] = []
    files: dict[str, str] = {}
    counts: dict[str, int] = {}
    unreadable: list[str] = []
    schemas: dict[str, tuple[str, str, str, tuple[str, ...], bytes]] = {}
    plan_files: dict[str, tuple[str, str, bytes]] = {}


class Scripts(Struct):
    """What the scripts of a warehouse leave: tables, statements that fill some from others, and what is not clear."""

    tables: list[Table]
    views: list[Sql]
    unresolved: list[tuple[str, str, str, Place]]


def read(project: Project, pack: Pack | None = None, begin: Callable[[list[Sql]], None] | None = None) -> Inputs:
    """Read every file of the project; what cannot be read becomes a problem, and the rest is read all the same.

    What a text declares is taken from `pack` where it was read before. The SQL of models and consumers is read first,
    so that others can `begin` with what is no template, while these are rendered and the rest is read.
    """
    pack, work = pack or Pack(), project.tree
    assigned, problems = assign(project)
    found = Inputs(files=dict.fromkeys((project.path, *project.extended), "project"), problems=problems)
    for kind, entries in assigned.items():
        found.counts[kind] = len(entries)
        if kind != "dbt":  # whose entries are folders
            for path, _ in entries:
                found.files.setdefault(path, _FILE_KINDS[kind])
    queries = [_sql(found, work, path, source, project.dialect, None, pack) for path, source in assigned["models"]]
    for path, source in assigned["consumers"]:
        queries.append(_sql(found, work, path, source, project.dialect, called.consumer(path, source), pack))
    if begin is not None:
        begin([sql for made in queries if isinstance(made, list) for sql in made])
    found.sql = [sql for made in queries for sql in (made if isinstance(made, list) else made())]
    _plans(found, work, project, assigned["plans"], pack)
    _use_cases(found, work, assigned["use_cases"], pack)
    for path, source in assigned["tombstones"]:
        with _noting(found):
            found.tombstones.extend(_declared(found, pack, Tombstone, (work.read_text(path), path, source.format)))
    paths = {kind: [path for path, _ in assigned[kind]] for kind in ("dictionary", "taxonomy")}
    found.vocabulary, wrong = vocabulary.read(work, paths["dictionary"], paths["taxonomy"])
    found.problems.extend(wrong)
    _warehouse(found, work, project.dialect, assigned["warehouse"], pack)
    for path, source in assigned["dbt"]:
        _dbt(found, work, path, source, source.dialect or project.dialect, pack, alone=len(assigned["dbt"]) == 1)
    for problem in found.problems:  # a dbt project's files are known only once something is found in them
        found.files.setdefault(problem.place.path, "dbt")
    return found


@contextmanager
def _noting(found: Inputs) -> Iterator[None]:
    """Turn a file that cannot be read into its problems."""
    try:
        yield
    except ReadError as error:
        found.problems.extend(error.problems)


def _plans(found: Inputs, work: Tree, project: Project, entries: list[tuple[str, Source]], pack: Pack) -> None:
    told = len(found.problems)
    for path, source in entries:
        with _noting(found):
            text = work.read_text(path)
            plans = _declared(found, pack, Plan, (text, path, source.format))
            found.plans.extend(replace(plan, name=source.name or plan.name or called.stem(path)) for plan in plans)
            if pack.lasts:
                found.plan_files[path] = (source.format, source.name, once.name(Plan, (text, path, source.format)))
    places = {source.place for source in project.plans}
    if len(found.problems) == told and not any(p.place in places for p in found.problems):
        _check_landings(found, project)
    _unite_plans(found)


def _check_landings(found: Inputs, project: Project) -> None:
    """Note each landing of a plan that is not there; only once all plans are read are all their names known.

    A file for several projects may say how plans land that this one does not have.
    """
    known = {plan.name for plan in found.plans}
    for landing in project.landing:
        if landing.plan not in known and landing.place.path == project.path:
            hint = did_you_mean(landing.plan, known)
            found.problems.append(Problem(landing.place, f"there is no plan '{landing.plan}'", hint, "reference"))


def _unite_plans(found: Inputs) -> None:
    """Several files may make up one plan; its events must then differ."""
    united: dict[str, Plan] = {}
    for plan in found.plans:
        known = united.get(plan.name)
        if known is None:
            united[plan.name] = plan
            continue
        first = {event.name: event.place for event in known.events}
        for event in plan.events:
            if event.name in first:
                message = f"{field_id(plan.name, event.name, ())} is defined twice, first in {first[event.name]}"
                found.problems.append(Problem(event.place, message, "remove one of the two", "duplicate"))
        fresh = tuple(event for event in plan.events if event.name not in first)
        united[plan.name] = replace(known, events=known.events + fresh)
    found.plans = list(united.values())


def _use_cases(found: Inputs, work: Tree, entries: list[tuple[str, Source]], pack: Pack) -> None:
    known: dict[str, UseCase] = {}
    for path, source in entries:
        with _noting(found):
            text = work.read_text(path)
            for declared in _declared(found, pack, UseCase, (text, path, source.format)):
                first = known.setdefault(declared.id, declared)
                if first is not declared:
                    message = f"the use case {declared.id} is defined twice, first in {first.place}"
                    hint = "give each use case an id of its own"
                    found.problems.append(Problem(declared.place, message, hint, "duplicate"))
    found.use_cases = list(known.values())


def _declared(found: Inputs, pack: Pack, kind: type[T], parts: tuple[str, str, str]) -> list[T]:
    """What a plan, or a file of use cases or tombstones declares; `parts` are its text, path and format."""
    text, path, format_ = parts

    def reader() -> Iterator[T]:
        read = readers.choose(text, path, _NOUNS[kind], format_).read(text, path)
        yield from (declared for declared in read if isinstance(declared, kind))

    declared, problems = once.read(pack, kind, parts, reader)
    found.problems.extend(problems)
    return declared


def _warehouse(found: Inputs, work: Tree, dialect: str, entries: list[tuple[str, Source]], pack: Pack) -> None:
    scripts: list[tuple[str, str, str]] = []
    refused: set[Place] = set()
    for path, source in entries:
        with _noting(found):
            text = work.read_text(path)
            reader = readers.of_warehouse(text, path, source.format)
            spoken = source.dialect or dialect
            if source.relation and not (reader and reader.NAMED_BY_ENTRY) and source.place not in refused:
                refused.add(source.place)
                message = f"'relation' has no use here: {path} says itself how its tables are called"
                found.problems.append(Problem(source.place, message, "leave 'relation' out"))
            if reader is None:
                scripts.append((text, path, spoken))
            else:
                named = called.relation(path, source, spoken) if source.relation else ()
                parts = (reader.NAME, text, path, spoken, *named)
                tables, problems = once.read(pack, Table, parts, partial(reader.tables, text, path, spoken, named))
                found.tables.extend(tables)
                found.problems.extend(problems)
                if pack.lasts:
                    module = getattr(reader, "__name__", "")
                    found.schemas[path] = (module, source.format, spoken, named, once.name(Table, parts))
    if scripts:
        flat = tuple(part for script in scripts for part in script)
        kept = once.made(pack, Scripts, (compiler(), *flat), partial(_run, scripts))
        found.tables.extend(kept.tables)
        found.sql[:0] = kept.views
        found.unresolved.extend(kept.unresolved)


def _run(scripts: list[tuple[str, str, str]]) -> Scripts:
    from trackplan.sql.ddl import Catalog

    catalog = Catalog()
    for text, path, dialect in scripts:
        catalog.apply(text, path, dialect)
    return Scripts(list(catalog.tables()), list(catalog.views()), catalog.unresolved)


def _sql(
    found: Inputs, work: Tree, path: str, source: Source, dialect: str, consumer: Consumer | None, pack: Pack
) -> list[Sql] | Callable[[], list[Sql]]:
    """The SQL of a file, or what gives it if it is a template."""
    dialect = source.dialect or dialect
    try:
        text = work.read_text(path)
    except ReadError as error:
        # What nobody could look into may use anything; the run goes on and calls nothing unused.
        found.problems.extend(error.problems)
        found.unreadable.append(path)
        return []
    relation = called.relation(path, source, dialect) if consumer is None else None
    make = partial(_rendered, text, dialect, path, relation, consumer)
    if path.endswith(".sqlx") or is_template(text):
        if not pack.lasts:
            return make
        parts = (once.readers(), text, dialect, path, repr(relation), repr(consumer))
        return partial(once.made, pack, list[Sql], parts, make)
    return make()


def _rendered(
    text: str, dialect: str, path: str, relation: tuple[str, ...] | None, consumer: Consumer | None
) -> list[Sql]:
    if path.endswith(".sqlx"):
        from trackplan.jinja import dataform

        rendered = dataform.render(text, dialect, relation or ())
        relation = cast("tuple[str, ...] | None", rendered.settings.get("relation") or None) or relation
    else:
        rendered = _renderer(dialect).render(text, relation or ())
    return rendered.sql(dialect, path, relation, consumer)


@cache
def _renderer(dialect: str) -> Renderer:
    """What renders templates that belong to no dbt project: it knows no macros, no variables, no sources."""
    return Renderer(Settings(dialect))


def _dbt(found: Inputs, work: Tree, folder: str, source: Source, dialect: str, pack: Pack, *, alone: bool) -> None:
    """Read a dbt project. Where it is not `alone`, another one may have the same files, as those of a package."""
    from trackplan.readers import dbt

    # Two projects of one repository may have models of the same name; they are not the same.
    taken = {sql.relation[-1] for sql in found.sql if sql.relation}
    with _noting(found):
        for declared in dbt.project(work, folder, dialect, taken, source.manifest, source.catalog, pack):
            if isinstance(declared, Problem):
                # A folder has no line to point at; the entry that names it has.
                absent = declared.kind == "no-match"
                found.problems.append(replace(declared, place=source.place) if absent else declared)
                continue
            found.files.setdefault(declared.place.path, "dbt")
            if isinstance(declared, Table):
                found.tables.append(declared)
            elif isinstance(declared, Consumer):
                found.consumers.append(declared)
            elif isinstance(declared, Sql):
                found.sql.append(declared if alone or not declared.template else replace(declared, template=b""))
