"""`trackplan rules test`: the cases of folders of rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, ReadError, TrackplanError
from trackplan.findings import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.formats.base import Look
    from trackplan.rules import Rule
    from trackplan.rules.folder import Folder

_OWN = "Name a folder of rules, or list your own under `rules: {extend: [...]}` in the project file."


def run(folders: tuple[Path, ...], where: base.Where, quiet: bool) -> int:
    """Run the cases of the rules in these folders, of the project's own folders where none is given.

    2 if a rule or a file of cases cannot be used, 1 if a case fails or is lacking, else 0.
    """
    from trackplan.formats import cases, problems
    from trackplan.rules import folder

    look = base.look("auto", sys.stdout, quiet=quiet)
    count, passed, failed, lacking, wrong = 0, 0, 0, 0, False
    for path in folders or _own(where):
        opened = folder.opened(path)
        if not opened.rules and not opened.failed:
            raise TrackplanError(f"{base.printable(path)} holds no rules", "A rule is a file `ID_name.sql`.")
        told = [Problem(f.place, f.message, f.hint) for f in opened.failed]
        for rule in opened.rules:
            done = _of_rule(rule, opened, look, told)
            passed, failed, lacking = (a + b for a, b in zip((passed, failed, lacking), done, strict=True))
        count += len(opened.rules) + len({f.place.path for f in opened.failed})
        if told:
            wrong = True
            sys.stderr.write(problems.render(told, opened.tree, base.look("auto", sys.stderr)) + "\n")
    base.emit(cases.closing(count, passed, failed, lacking, look))
    if wrong:
        return ExitCode.FAILED
    return ExitCode.FINDINGS if failed or lacking else ExitCode.CLEAN


def _of_rule(rule: Rule, folder: Folder, look: Look, told: list[Problem]) -> tuple[int, int, int]:
    """Run and print the cases of one rule: how many passed, how many failed, and 1 if some are lacking."""
    from trackplan import rule_tests
    from trackplan.formats import cases
    from trackplan.rules.cases import lacking

    if rule.retired:
        return 0, 0, 0
    try:
        found = folder.cases(rule)
    except ReadError as error:
        told += error.problems
        return 0, 0, 0
    results = rule_tests.run(rule, found)
    lack = lacking(rule, found) if found else (f"all cases: write {folder.cases_path(rule)}",)
    base.emit(cases.of_rule(f"{rule.id} {rule.name}", results, lack, look))
    passed = sum(result.passed for result in results)
    return passed, len(results) - passed, int(bool(lack))


def _own(where: base.Where) -> list[Path]:
    from trackplan.commands.rules import opened

    project = opened(where)
    if project is None or not project.rules.extend:
        raise TrackplanError("there is no folder of rules to test", _OWN)
    return [project.root / folder for folder in project.rules.extend]
