"""`trackplan rules`: the rules, ours and the project's, which of them run here, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode

if TYPE_CHECKING:
    from trackplan.project import Project
    from trackplan.rules import Catalogue, Choice

_LONGEST_TITLE = 60


def run(where: base.Where, format_: str) -> int:
    """List the rules; 2 if a rule's file cannot be used."""
    from trackplan import rules
    from trackplan.project import Project
    from trackplan.tree import WorkTree

    project = opened(where)
    found = catalogue(project)
    base.repeatable()
    settings = project or Project(WorkTree(where.start), base.PROJECT_FILE)
    choices = rules.decide(found.rules, settings)
    base.emit(_json(choices, settings) if format_ == "json" else _table(choices, settings))
    return tell(found, project)


def opened(where: base.Where) -> Project | None:
    """The project, None where there is none. Raises `TrackplanError` if its file is wrong."""
    if where.project_file is None and base.find_project(where.start) is None:
        return None
    return base.open_project(where)


def catalogue(project: Project | None) -> Catalogue:
    """All rules: ours, and those of the project if there is one. Raises `TrackplanError`."""
    from trackplan import rules

    if project is None:
        return rules.Catalogue(rules.shipped())
    with base.located(project.tree):
        return rules.load(project)


def tell(found: Catalogue, project: Project | None) -> int:
    """Show on standard error which rules cannot be used, and why; 2 if there are any, else 0."""
    if not found.failed or project is None:
        return ExitCode.CLEAN
    from trackplan.findings import Problem
    from trackplan.formats import problems

    told = [Problem(f.place, f.message, f.hint) for f in found.failed]
    sys.stderr.write(problems.render(told, project.tree, base.look("auto", sys.stderr)) + "\n")
    return ExitCode.FAILED


def _table(choices: tuple[Choice, ...], project: Project) -> str:
    from trackplan.formats import table

    rows = [(c.rule.id, c.rule.name, _severity(c, project), c.because, c.rule.title) for c in choices]
    return table.aligned(("rule", "name", "severity", "because", "title"), rows, longest=_LONGEST_TITLE)


def _severity(choice: Choice, project: Project) -> str:
    from trackplan import rules

    return str(rules.severity(choice.rule, project) or choice.rule.severity) if choice.on else "off"


def _json(choices: tuple[Choice, ...], project: Project) -> str:
    from trackplan.formats import table

    listed = [
        {
            "id": rule.id,
            "name": rule.name,
            "severity": _severity(choice, project),
            "because": choice.because,
            "default_severity": str(rule.severity),
            "category": rule.category,
            "cause": rule.cause,
            "title": rule.title,
            "requires": [list(group) for group in rule.requires],
            "path": rule.path,
        }
        for choice in choices
        for rule in (choice.rule,)
    ]
    chosen = {"profile": project.rules.profile, "packs": list(project.rules.packs)}
    return table.as_json({"version": 1, **chosen, "rules": listed})
