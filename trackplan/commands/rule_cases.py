"""`trackplan rules test`: the cases of folders of rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, ReadError, TrackplanError
from trackplan.findings import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.rule_tests import Tested
    from trackplan.rules import Rule
    from trackplan.rules.folder import Folder

_OWN = "Name a folder of rules, or list your own under `rules: {extend: [...]}` in the project file."


def run(folders: tuple[Path, ...], where: base.Where, format_: str, quiet: bool) -> int:
    """Run the cases of the rules in these folders, of the project's own folders where none is given.

    2 if a rule or a file of cases cannot be used, 1 if a case fails or is lacking, else 0.
    """
    from trackplan.formats import cases, problems
    from trackplan.rules import folder

    look = base.look("auto", sys.stdout, quiet=quiet)
    done: list[Tested] = []
    unusable: list[Problem] = []
    broken = 0
    for path in folders or _own(where):
        opened = folder.opened(path)
        if not opened.rules and not opened.failed:
            raise TrackplanError(f"{base.printable(path)} holds no rules", "A rule is a file `ID_name.sql`.")
        told = [Problem(f.place, f.message, f.hint) for f in opened.failed]
        for rule in opened.rules:
            tested = _of_rule(rule, opened, told)
            done.append(tested)
            if format_ == "text":
                base.emit(cases.of_rule(tested, look))
        broken += len({f.place.path for f in opened.failed})
        unusable += told
        if told:
            sys.stderr.write(problems.render(told, opened.tree, base.look("auto", sys.stderr)) + "\n")
    base.emit(cases.as_json(done, unusable, quiet=quiet) if format_ == "json" else cases.closing(done, broken, look))
    if unusable:
        return ExitCode.FAILED
    return ExitCode.FINDINGS if any(each.failed or each.lacking for each in done) else ExitCode.CLEAN


def _of_rule(rule: Rule, folder: Folder, told: list[Problem]) -> Tested:
    """Run the cases of one rule; what of them cannot be used is added to what is `told`."""
    from trackplan import rule_tests
    from trackplan.rules.cases import lacking

    if rule.retired:
        return rule_tests.Tested(rule)
    try:
        found = folder.cases(rule)
    except ReadError as error:
        told += error.problems
        return rule_tests.Tested(rule)
    lack = lacking(rule, found) if found else (f"all cases: write {folder.cases_path(rule)}",)
    return rule_tests.Tested(rule, rule_tests.run(rule, found), tuple(lack))


def _own(where: base.Where) -> list[Path]:
    from trackplan.commands.rules import opened

    project = opened(where)
    if project is None or not project.rules.extend:
        raise TrackplanError("there is no folder of rules to test", _OWN)
    return [project.root / folder for folder in project.rules.extend]
