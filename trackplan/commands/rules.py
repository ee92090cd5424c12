"""`trackplan rules`: the rules, ours and the project's."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode

if TYPE_CHECKING:
    from trackplan.rules import Catalogue


def run(where: base.Where, docs: bool, format_: str) -> int:
    """List the rules, or document them."""
    found = catalogue(where)
    rules = [rule for rule in found.rules if not rule.retired]
    base.repeatable()
    if docs:
        from trackplan import rule_docs

        base.emit(rule_docs.readme(rules))
        return tell(found, where)
    from trackplan.formats import table

    if format_ == "json":
        listed = [
            {
                "id": rule.id,
                "name": rule.name,
                "severity": str(rule.severity),
                "category": rule.category,
                "cause": rule.cause,
                "title": rule.title,
                "requires": [list(group) for group in rule.requires],
                "path": rule.path,
            }
            for rule in rules
        ]
        base.emit(table.as_json({"version": 1, "rules": listed}))
    else:
        cells = [(rule.id, rule.name, str(rule.severity), rule.title) for rule in rules]
        base.emit(table.aligned(("rule", "name", "severity", "title"), cells, longest=80))
    return tell(found, where)


def tell(found: Catalogue, where: base.Where) -> int:
    """Show on standard error which rules cannot be used, and why; 2 if there are any, else 0."""
    if not found.failed:
        return ExitCode.CLEAN
    from trackplan.findings import Problem
    from trackplan.formats import problems

    told = [Problem(f.place, f.message, f.hint) for f in found.failed]
    tree = base.open_project(where).tree
    sys.stderr.write(problems.render(told, tree, base.look("auto", sys.stderr)) + "\n")
    return ExitCode.FAILED


def catalogue(where: base.Where) -> Catalogue:
    """All rules: ours, and those of the project if there is one. Raises `TrackplanError`."""
    from trackplan import rules

    if where.project_file is None and base.find_project(where.start) is None:
        return rules.Catalogue(rules.shipped())
    opened = base.open_project(where)
    with base.located(opened.tree):
        return rules.load(opened)
