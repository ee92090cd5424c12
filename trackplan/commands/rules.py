"""`trackplan rules`: the rules, ours and the project's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode

if TYPE_CHECKING:
    from trackplan.rules import Rule


def run(where: base.Where, docs: bool, format_: str) -> int:
    """List the rules, or document them."""
    rules = load(where)
    base.repeatable()
    if docs:
        from trackplan import rule_docs

        base.emit(rule_docs.readme(rules))
        return ExitCode.CLEAN
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
    return ExitCode.CLEAN


def load(where: base.Where) -> tuple[Rule, ...]:
    """The active rules: ours, and those of the project if there is one. Raises `TrackplanError`."""
    from trackplan import rules

    if where.project_file is None and base.find_project(where.start) is None:
        found = rules.shipped()
    else:
        opened = base.open_project(where)
        with base.located(opened.root):
            found = rules.load(opened)
    return tuple(rule for rule in found if not rule.retired)
