"""`trackplan rules docs`: the pages of a folder of rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError
from trackplan.findings import Problem

if TYPE_CHECKING:
    from pathlib import Path


def run(path: Path) -> int:
    """Write `README.md` and `docs/ID.md` into the folder; 2 if a rule cannot be used."""
    from trackplan import rule_docs
    from trackplan.formats import problems
    from trackplan.rules import folder

    opened = folder.opened(path)
    listed = [rule for rule in opened.rules if not rule.retired]
    if not listed and not opened.failed:
        raise TrackplanError(f"{base.printable(path)} holds no rules", "A rule is a file `ID_name.sql`.")
    try:
        (path / "docs").mkdir(exist_ok=True)
    except OSError as error:
        raise TrackplanError(f"cannot write to {base.printable(path)}: {error.strerror}") from error
    base.emit(rule_docs.index(listed), path / "README.md")
    for rule in listed:
        base.emit(rule_docs.markdown(rule_docs.page(rule, opened)), path / "docs" / f"{rule.id}.md")
    if opened.failed:
        told = [Problem(f.place, f.message, f.hint) for f in opened.failed]
        sys.stderr.write(problems.render(told, opened.tree, base.look("auto", sys.stderr)) + "\n")
        return ExitCode.FAILED
    return ExitCode.CLEAN
