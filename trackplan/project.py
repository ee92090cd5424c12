"""`trackplan.yaml` → a frozen Project; every problem of the file is reported at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan import documents, tree
from trackplan.documents import Node
from trackplan.errors import ProjectError, ReadError
from trackplan.findings import Place, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAMES = ("trackplan.yaml", "trackplan.yml")
KINDS = ("plans", "use_cases", "warehouse", "models", "consumers", "dbt")
_WILDCARD_LIMIT = 20
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_MONTHS = {"month": 1, "year": 12}
# what a landing convention cannot do without, and what it has no use for
_LANDING_NEEDS = {"segment": ("schema",), "json-column": ("table", "column")}
_LANDING_TAKES = {
    "segment": ("schema",),
    "json-column": ("table", "column", "traits_column", "context_column"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of `plans`, `use_cases`, `warehouse`, `models`, `consumers` or `dbt`: a glob and how to read it.

    `name` is a plan's name, `kind` a consumer's kind (`dashboard`, `query`, ...) and `use` its class, `relation` the
    template that names a model's relation from the parts of the path that the wildcards matched (`{1}.{2}`).
    """

    path: str
    place: Place
    name: str = ""
    format: str = ""
    dialect: str = ""
    kind: str = ""
    relation: str = ""
    use: str = ""
    manifest: str = ""
    catalog: str = ""


@dataclass(frozen=True, slots=True)
class Landing:
    """How the events of a plan become tables.

    `segment`: one table per event in `schema`. `json-column`: all events in `table`, their properties as keys of
    `column` (and, if given, traits in `traits_column`, context fields in `context_column`). The place is that of the
    plan's name.
    """

    plan: str
    convention: str
    place: Place
    schema: str = ""
    table: str = ""
    column: str = ""
    traits_column: str = ""
    context_column: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The team's settings for judging. `counting` are the classes of consumers that make a field used."""

    planning_horizon_months: int = 24
    personal_data_needs: str = "explicit"
    grace_days: int = 90
    minimum_coverage: float = 0.95
    counting: tuple[str, ...] = ("person", "dashboard", "export", "ml", "model")


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """`rules:` of the project file: folders of own rules, severities by id or name, options by rule id."""

    extend: tuple[str, ...] = ()
    severity: dict[str, Severity] = field(default_factory=dict)
    options: dict[str, dict[str, str | int | float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """A project file, checked. `root` is its folder; `path` its name below it."""

    root: Path
    path: str
    dialect: str = ""
    plans: tuple[Source, ...] = ()
    use_cases: tuple[Source, ...] = ()
    warehouse: tuple[Source, ...] = ()
    models: tuple[Source, ...] = ()
    consumers: tuple[Source, ...] = ()
    dbt: tuple[Source, ...] = ()
    landing: tuple[Landing, ...] = ()
    policy: Policy = field(default_factory=Policy)
    rules: RuleSettings = field(default_factory=RuleSettings)


def find(start: Path) -> Path | None:
    """The nearest project file in `start` (a folder or file) or above it."""
    here = start.resolve()
    for folder in (here, *here.parents):
        for name in FILE_NAMES:
            if (folder / name).is_file():
                return folder / name
    return None


def load(path: Path) -> Project:
    """The project that the file `path` describes. Raises `ProjectError` with all the problems of the file."""
    work = tree.Tree(path.parent)
    try:
        node = documents.read_yaml(work.read_text(path.name), path.name)
    except ReadError as error:
        raise ProjectError(error.problems) from error
    problems = [*_version_problems(node)] or documents.check(node, "project")
    if not problems:
        problems = [*_pattern_problems(node, work), *_relation_problems(node), *_landing_problems(node)]
    if problems:
        raise ProjectError(sorted(problems, key=lambda p: p.place))
    return _project(node, work.root, path.name)


def assign(project: Project, work: tree.Tree) -> tuple[dict[str, list[tuple[str, Source]]], list[Problem]]:
    """The files of each kind of input, sorted, each with the first entry that matches it; `dbt` has folders.

    The problems are patterns that match nothing (`no-match`, the run can go on) and files that are both models and
    consumers (`duplicate`, it cannot).
    """
    assigned: dict[str, list[tuple[str, Source]]] = {}
    problems: list[Problem] = []
    for kind in KINDS:
        owners: dict[str, Source] = {}
        for source in getattr(project, kind):
            pattern = source.path.rstrip("/") + "/" if kind == "dbt" else source.path
            matches = work.glob(pattern)
            if not matches:
                problems.append(_no_match(kind, source, work))
            for match in matches:
                owners.setdefault(match, source)
        assigned[kind] = sorted(owners.items(), key=lambda item: item[0])
    models = {path for path, _ in assigned["models"]}
    problems.extend(
        Problem(
            source.place,
            f"{path} is both a model and a consumer",
            "let only one of 'models' and 'consumers' match it",
            "duplicate",
        )
        for path, source in assigned["consumers"]
        if path in models
    )
    return assigned, problems


def _no_match(kind: str, source: Source, work: tree.Tree) -> Problem:
    what = "folder" if kind == "dbt" else "file"
    message = (
        f"no {what} matches '{source.path}'" if tree.wildcards(source.path) else f"there is no {what} '{source.path}'"
    )
    hint = "look at the spelling; patterns are relative to the project file"
    if kind != "dbt" and work.glob(source.path.rstrip("/") + "/"):
        hint = f"this is a folder; name the files in it, such as {source.path.rstrip('/')}/**/*"
    return Problem(source.place, message, hint, "no-match")


def _version_problems(node: Node) -> Iterator[Problem]:
    version = node.get("version")
    if version is not None and version.value != 1 and not isinstance(version.value, dict | list):
        yield Problem(version.place, f"this trackplan reads version 1, not {version.text}", "write version: 1")


def _entries(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Kind, entry and the pattern in it, for every entry of every kind of input."""
    for kind in KINDS:
        for entry in (node.get(kind) or _EMPTY).elements():
            yield kind, entry, entry.get("path") or entry
    for pattern in ((node.get("rules") or _EMPTY).get("extend") or _EMPTY).elements():
        yield "rules", pattern, pattern


def _pattern_problems(node: Node, work: tree.Tree) -> Iterator[Problem]:
    for _, _, pattern in _entries(node):
        text, place = pattern.text.strip(), pattern.place
        if "\\" in text:
            yield Problem(place, "there is a backslash in the path", "write / between folders")
        elif tree.leaves(text) or not work.holds(tree.fixed_part(text)) or not work.holds(_plain_path(text)):
            hint = "name paths below the folder of the project file, and relative to it"
            yield Problem(place, f"'{text}' leaves the project's folder", hint)
        elif tree.wildcards(text) > _WILDCARD_LIMIT:
            yield Problem(place, f"the pattern has more than {_WILDCARD_LIMIT} wildcards")


def _plain_path(pattern: str) -> str:
    """The pattern itself where it has no wildcard, so that a symlink out of the project is told and not just missed."""
    return "" if tree.wildcards(pattern) else pattern


def _relation_problems(node: Node) -> Iterator[Problem]:
    for _, entry, pattern in _entries(node):
        relation = entry.get("relation")
        if relation is None:
            continue
        count = tree.wildcards(tree.normalise(pattern.text))
        for found in re.findall(r"\{([^{}]*)\}", relation.text):
            if not re.fullmatch("[1-9][0-9]?", found) or int(found) > count:
                message = f"the path has {count} wildcard{'s' * (count != 1)}, so there is nothing for {{{found}}}"
                yield Problem(relation.place, message, "{1} is the text that the first wildcard matched")


def _landing_problems(node: Node) -> Iterator[Problem]:
    plans = {entry.string("name") for kind, entry, _ in _entries(node) if kind == "plans"}
    for landing in (node.get("landing") or _EMPTY).elements():
        convention = landing.string("convention")
        for key in _LANDING_NEEDS[convention]:
            if landing.get(key) is None:
                yield Problem(landing.place, f"the convention '{convention}' needs the key '{key}'")
        takes = _LANDING_TAKES[convention]
        for key, place in landing.keys.items():
            if key not in ("plan", "convention", *takes):
                hint = f"it takes {' and '.join(takes)}"
                yield Problem(place, f"the convention '{convention}' has no use for '{key}'", hint)
        plan = landing.get("plan")
        # a plan without a name here may have one in its own file, which is not read yet
        if plan is not None and "" not in plans and plan.text not in plans:
            hint = documents.did_you_mean(plan.text, plans)
            yield Problem(plan.place, f"there is no plan '{plan.text}'", hint, "reference")


_EMPTY = Node(None, Place(""))


def _project(node: Node, root: Path, path: str) -> Project:
    sources: dict[str, list[Source]] = {kind: [] for kind in KINDS}
    extend: list[str] = []
    for kind, entry, pattern in _entries(node):
        if kind == "rules":
            extend.append(tree.normalise(pattern.text.strip()))
        else:
            sources[kind].append(_source(entry, pattern))
    rules = node.get("rules") or _EMPTY
    severity = {name: Severity.parse(n.text) for name, n in (rules.get("severity") or _EMPTY).items()}
    options = {name: _options(n) for name, n in (rules.get("options") or _EMPTY).items()}
    return Project(
        root,
        path,
        node.string("dialect"),
        **{kind: tuple(found) for kind, found in sources.items()},
        landing=tuple(_landing(n) for n in (node.get("landing") or _EMPTY).elements()),
        policy=_policy(node.get("policy") or _EMPTY),
        rules=RuleSettings(tuple(extend), severity, options),
    )


def _source(entry: Node, pattern: Node) -> Source:
    keys = ("name", "format", "dialect", "kind", "relation", "manifest", "catalog")
    path = tree.normalise(pattern.text.strip())
    return Source(path, pattern.place, **{key: entry.string(key) for key in keys}, use=entry.string("class"))


def _landing(node: Node) -> Landing:
    keys = ("schema", "table", "column", "traits_column", "context_column")
    place = (node.get("plan") or node).place
    return Landing(node.string("plan"), node.string("convention"), place, **{key: node.string(key) for key in keys})


def _options(node: Node) -> dict[str, str | int | float]:
    return {key: n.value for key, n in node.items() if isinstance(n.value, str | int | float)}


def _policy(node: Node) -> Policy:
    policy = Policy()
    coverage = node.get("minimum_coverage")
    return Policy(
        _duration(node.string("planning_horizon"), _MONTHS, policy.planning_horizon_months),
        node.string("personal_data_needs") or policy.personal_data_needs,
        _duration(node.string("grace"), _DAYS, policy.grace_days),
        float(coverage.text) if coverage else policy.minimum_coverage,
        node.strings("counting") or policy.counting,
    )


def _duration(text: str, units: dict[str, int], default: int) -> int:
    """`24 months` in the unit that counts 1 in `units`; the schema has checked its form."""
    if not text:
        return default
    number, unit = text.split()
    return int(number) * units[unit.removesuffix("s")]
