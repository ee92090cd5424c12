"""`trackplan explain`: the docs of a rule, or the whole chain of a subject."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from trackplan.rule_docs import Page

_RULE_ID = re.compile(r"[A-Za-z]{2,3}[0-9]{3}")


def run(subject: str, where: base.Where, format: str, today: str) -> int:  # noqa: A002 - the option's name
    """Write the explanation."""
    from trackplan.formats.source import visible

    page = _page(subject, where)
    if page is not None:
        from trackplan import rule_docs

        base.repeatable()
        base.emit(rule_docs.plain(page, base.look("auto", sys.stdout)))
        return ExitCode.CLEAN
    from trackplan.commands.facts import open_facts
    from trackplan.explain import as_data, draw, explain

    with open_facts(where, today).base as facts:
        tree = explain(facts, subject)
    base.repeatable()
    if format == "json":
        from trackplan.formats import table

        base.emit(table.as_json(as_data(tree)))
        return ExitCode.CLEAN
    text = draw(tree, plain=not base.draws_lines())
    base.emit("".join(visible(line) + "\n" for line in text.split("\n")[:-1]))
    return ExitCode.CLEAN


def _page(word: str, where: base.Where) -> Page | None:
    """The page of the rule of that id or name, the project's own too. Ours are explained without any project."""
    from trackplan import rule_docs, rules
    from trackplan.commands.rules import catalogue, opened, tell
    from trackplan.documents.base import did_you_mean
    from trackplan.rules import folder

    found, project = rules.find(rules.shipped(), word), None
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
    return None if found is None else rule_docs.page(found, folder.of(found, project))
