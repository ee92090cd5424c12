"""`trackplan prune --apply` and `--undo`: proposals on the files of the project, and back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.commands.prune_status import APPLIED
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trackplan.commands.proposing import Options
    from trackplan.edits.journal import Journal
    from trackplan.edits.patch import Change
    from trackplan.prune.model import Proposals


def apply(options: Options, folder: Path, ids: Sequence[str]) -> int:
    """Make the changes of some proposals, or of whole waves, and keep the way back.

    Raises `TrackplanError` where one is not there, has blockers or does not fit the others, or where a file has changes
    that are not committed.
    """
    from trackplan.commands.proposing import examined
    from trackplan.edits import disk, journal
    from trackplan.edits.patch import unified

    applied = folder / APPLIED
    _check_finished(journal.read(applied), options)
    done = examined(options, lambda proposals: _chosen(proposals, ids))
    found, root, changes, notes = done.found, done.root, done.changes, done.notes
    _check_clean(root, changes)
    number = len(journal.read(applied)) + 1
    chosen = _chosen(found, ids)
    name = f"{number:04}-{chosen[0] if len(chosen) == 1 else f'{len(chosen)}-proposals'}"
    applied.mkdir(parents=True, exist_ok=True)
    back = unified([change.inverse() for change in changes], base.in_repository(root))
    disk.write(applied / f"{name}.undo.diff", back.encode())
    begun = journal.begin(applied, name, chosen, base.day(options.today).isoformat(), changes)
    journal.carry_out(applied, root, begun, changes)
    said = [f"{change.path}{' (new)' if change.before is None else ''}\n" for change in changes]
    base.emit("".join([*said, f"\nApplied {', '.join(chosen)}. `trackplan prune --undo` takes it back.\n", *notes]))
    return ExitCode.CLEAN


def undo(options: Options, folder: Path) -> int:
    """Take back what was applied last. Raises `TrackplanError` where nothing was, or files changed since."""
    from trackplan.edits import journal

    root = base.open_project(options.where).root
    journals = journal.read(folder / APPLIED)
    if not journals:
        raise TrackplanError("nothing has been applied that could be undone", "`trackplan prune --apply ID` applies.")
    last = journals[-1]
    journal.undo(folder / APPLIED, root, last)
    base.emit("".join(f"{each.path}\n" for each in last.files) + f"\nTook back {', '.join(last.ids)}.\n")
    return ExitCode.CLEAN


def _check_finished(journals: Sequence[Journal], options: Options) -> None:
    open_ = next((each for each in journals if not each.done), None)
    if open_ is not None:
        states = open_.states(base.open_project(options.where).root)
        told = ", ".join(f"{path} is {state}" for path, state in sorted(states.items()))
        raise TrackplanError(
            f"{open_.name} was begun and not finished: {told}", "`trackplan prune --undo` takes back what is new."
        )


def _chosen(found: Proposals, ids: Sequence[str]) -> list[str]:
    """The ids of proposals that are meant, those of waves included. Raises `TrackplanError`."""
    from trackplan.documents.base import did_you_mean

    waves = {wave.name: wave.proposals for wave in found.waves}
    known = {proposal.id: proposal for proposal in found.proposals}
    chosen: dict[str, None] = {}
    for given in ids:
        for id_ in waves.get(given, (given,)):
            if id_ not in known:
                raise TrackplanError(
                    f"--apply: there is no proposal or wave {id_!r}", did_you_mean(id_, [*known, *waves])
                )
            if known[id_].blockers:
                raise TrackplanError(f"--apply: {id_} has blockers", known[id_].blockers[0])
            if not known[id_].changes:
                hint = f"{id_}.md has the SQL and the steps."
                raise TrackplanError(f"--apply: {id_} changes no file, but what is stored", hint)
            chosen[id_] = None
    return list(chosen)


def _check_clean(root: Path, changes: Sequence[Change]) -> None:
    """Refuse to touch files that git would not give back. Raises `TrackplanError`."""
    from trackplan import git

    try:
        said, _ = git.ask(os.fspath(root), "status", "--porcelain", "-z", "--", *(change.path for change in changes))
    except OSError:
        return
    dirty = sorted(entry[3:].decode("utf-8", "replace") for entry in (said or b"").split(b"\0") if len(entry) > 3)
    if dirty:
        raise TrackplanError(
            f"--apply: {', '.join(dirty)} has changes that are not committed", "Commit or stash them first."
        )
