"""`trackplan dictionary`: a page for each event and table, and whether the pages are up to date."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.dictionary.folder import Stale


def run(where: base.Where, folder: Path, today: str, *, check: bool) -> int:
    """Bring the pages in `folder` up to date; with `check`, only tell which are not, and exit 1."""
    from trackplan.commands.facts import open_facts
    from trackplan.counted import plural
    from trackplan.dictionary import folder as folders
    from trackplan.dictionary.entries import things
    from trackplan.dictionary.pages import pages

    if folder.exists() and not folder.is_dir():
        raise TrackplanError(
            f"{base.printable(folder)} is no folder", "Name the folder for the pages, such as docs/data."
        )
    with open_facts(where, today).base as facts:
        wanted = pages(things(facts))
    stale = folders.compare(folder, wanted)
    if not check:
        folders.update(folder, wanted, stale)
        counts = f"{len(stale.missing)} new, {len(stale.changed)} changed, {len(stale.unwanted)} removed"
        sys.stdout.write(f"{base.printable(folder)}: {plural(len(wanted), 'page')} ({counts}).\n")
        return ExitCode.CLEAN
    if not stale:
        sys.stdout.write(f"{base.printable(folder)}: {plural(len(wanted), 'page')}, all up to date.\n")
        return ExitCode.CLEAN
    sys.stdout.write(_told(folder, stale))
    return ExitCode.FINDINGS


def _told(folder: Path, stale: Stale) -> str:
    groups = (("missing", stale.missing), ("changed", stale.changed), ("no longer wanted", stale.unwanted))
    lines = [f"{base.printable(folder / path)}: {what}\n" for what, paths in groups for path in paths]
    return "".join(lines) + f"\nNot up to date: `trackplan dictionary {base.printable(folder)}` makes it so.\n"
