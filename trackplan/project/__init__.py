"""`trackplan.yaml` → a frozen Project; every problem of the file is reported at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan import documents, patterns
from trackplan.errors import ProjectError, ReadError
from trackplan.findings import Place, Problem
from trackplan.project import accountability, checks, data_policy, exemptions, extending, pruning, scorecard
from trackplan.project import rules as rule_settings
from trackplan.project.checks import EMPTY, KINDS, entries
from trackplan.project.model import Landing, Policy, Project, Source
from trackplan.project.rules import RuleSettings
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trackplan.documents import Node
    from trackplan.tree import Tree

__all__ = ["KINDS", "Landing", "Policy", "Project", "RuleSettings", "Source", "assign", "find", "load", "read"]

FILE_NAMES = ("trackplan.yaml", "trackplan.yml")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_MONTHS = {"month": 1, "year": 12}


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
    return read(WorkTree(path.parent), path.name)


def read(work: Tree, name: str) -> Project:
    """The project that the file `name` of a tree describes. Raises `ProjectError` as `load` does."""
    try:
        node = documents.read_yaml(work.read_text(name), name)
    except ReadError as error:
        raise ProjectError(error.problems) from error
    problems = [*checks.version(node)] or documents.check(node, "project") or checks.all_of(node, work)
    if problems:
        raise ProjectError(sorted(problems, key=lambda p: p.place))
    whole, extended = extending.resolve(node, work, name)
    return _project(whole, work, name, extended)


def assign(project: Project) -> tuple[dict[str, list[tuple[str, Source]]], list[Problem]]:
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
            matches = project.tree.glob(pattern)
            if not matches:
                problems.append(_no_match(kind, source, project.tree))
            for match in matches:
                owners.setdefault(match, source)
        assigned[kind] = sorted(owners.items(), key=lambda item: item[0])
    problems += _unmatched_overrides(project)
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


def _unmatched_overrides(project: Project) -> Iterator[Problem]:
    """Patterns of `rules.per_path` under which nothing lies."""
    for pattern in project.rules.per_path:
        clean = patterns.normalise(pattern.strip())
        if not project.tree.glob(f"{clean}**" if clean.endswith("/") else clean):
            place = project.rules.place("per_path", pattern, default=Place(project.path))
            hint = "patterns match files; write legacy/ or legacy/** for all that is in a folder"
            yield Problem(place, f"no file matches '{pattern}' of rules.per_path", hint, "no-match")


def _no_match(kind: str, source: Source, work: Tree) -> Problem:
    what = "folder" if kind == "dbt" else "file"
    message = f"there is no {what} '{source.path}'"
    if patterns.wildcards(source.path):
        message = f"no {what} matches '{source.path}'"
    hint = "look at the spelling; patterns are relative to the project file"
    if kind != "dbt" and work.glob(source.path.rstrip("/") + "/"):
        message = f"'{source.path}' is a folder, files are expected"
        hint = f"name the files in it, such as {source.path.rstrip('/')}/**/*"
    return Problem(source.place, message, hint, "no-match")


def _project(node: Node, work: Tree, path: str, extended: tuple[str, ...]) -> Project:
    sources: dict[str, list[Source]] = {kind: [] for kind in KINDS}
    for kind, entry, pattern in entries(node):
        if kind != "rules":
            sources[kind].append(_source(entry, pattern))
    return Project(
        work,
        path,
        node.string("dialect"),
        **{kind: tuple(found) for kind, found in sources.items()},
        landing=tuple(_landing(n) for n in (node.get("landing") or EMPTY).elements()),
        policy=_policy(node.get("policy") or EMPTY),
        pruning=pruning.read(node.get("prune")),
        scorecard=scorecard.read(node.get("scorecard")),
        accountability=accountability.read(node),
        rules=rule_settings.read(node.get("rules") or EMPTY),
        exemptions=exemptions.read(node.get("suppressions")),
        baseline=patterns.normalise(node.string("baseline")),
        extended=extended,
    )


def _source(entry: Node, pattern: Node) -> Source:
    keys = ("name", "format", "dialect", "kind", "relation", "manifest", "catalog")
    path = patterns.normalise(pattern.text.strip())
    return Source(path, pattern.place, **{key: entry.string(key) for key in keys}, use=entry.string("class"))


def _landing(node: Node) -> Landing:
    keys = ("schema", "table", "column", "traits_column", "context_column")
    place = (node.get("plan") or node).place
    return Landing(node.string("plan"), node.string("convention"), place, **{key: node.string(key) for key in keys})


def _policy(node: Node) -> Policy:
    policy = Policy()
    coverage = node.get("minimum_coverage")
    return Policy(
        _duration(node.string("planning_horizon"), _MONTHS, policy.planning_horizon_months),
        node.string("personal_data_needs") or policy.personal_data_needs,
        _duration(node.string("grace"), _DAYS, policy.grace_days),
        float(coverage.text) if coverage else policy.minimum_coverage,
        node.strings("counting") or policy.counting,
        node.string("suppression_reasons") != "optional",
        data_policy.read(node.get("personal_data")),
        data_policy.read_kept(node.get("retention")),
    )


def _duration(text: str, units: dict[str, int], default: int) -> int:
    """`24 months` in the unit that counts 1 in `units`; the schema has checked its form."""
    if not text:
        return default
    number, unit = text.split()
    return int(number) * units[unit.removesuffix("s")]
