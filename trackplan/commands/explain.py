"""`trackplan explain`: the docs of a rule, or the whole chain of a subject."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from trackplan.rules import Rule

_RULE_ID = re.compile(r"[A-Za-z]{2,3}[0-9]{3}")


def run(subject: str, where: base.Where, format: str, today: str) -> int:  # noqa: A002 - the option's name
    """Write the explanation."""
    from trackplan.formats.source import visible

    rule = _rule(subject, where)
    if rule is not None:
        from trackplan import rule_docs

        base.repeatable()
        base.emit(rule_docs.page(rule).rstrip() + "\n")
        return ExitCode.CLEAN
    from trackplan.commands.facts import open_facts
    from trackplan.explain import as_data, draw, explain

    tree = explain(open_facts(where, today).base, subject)
    base.repeatable()
    if format == "json":
        from trackplan.formats import table

        base.emit(table.as_json(as_data(tree)))
        return ExitCode.CLEAN
    text = draw(tree, plain=not base.draws_lines())
    base.emit("".join(visible(line) + "\n" for line in text.split("\n")[:-1]))
    return ExitCode.CLEAN


def _rule(word: str, where: base.Where) -> Rule | None:
    """The rule of that id or name, the project's own too. Ours are explained without any project."""
    from trackplan import rules
    from trackplan.commands.rules import catalogue, opened, tell
    from trackplan.documents.base import did_you_mean

    found = rules.find(rules.shipped(), word)
    if found is None:
        project = opened(where)
        whole = catalogue(project)
        known = whole.rules
        found = rules.find(known, word)
        if found is None and any(word.upper() == f.rule or word.lower() == f.name for f in whole.failed):
            tell(whole, project)
            raise TrackplanError(f"the rule {word} cannot be explained before its file is mended")
        if found is None and _RULE_ID.fullmatch(word):
            raise TrackplanError(f"there is no rule {word}", did_you_mean(word, [rule.id for rule in known]))
    return found
