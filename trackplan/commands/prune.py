"""`trackplan prune`: what can go, with the edits for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.commands.proposing import Options, examined
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.prune.model import Proposals

__all__ = ["Options", "run"]
FOLDER = "proposals"
_OURS = re.compile(r"P-[0-9a-f]{8}\.(?:md|diff)|wave-[a-z0-9-]+\.diff")


def run(options: Options) -> int:
    """Write the proposals into their folder, and tell of the best; or apply some, or take them back."""
    from trackplan.commands import prune_apply, prune_status
    from trackplan.prune import folder, record, record_page

    if sum((bool(options.apply), options.undo, options.status)) > 1:
        raise TrackplanError("--apply, --undo and --status do not go together", "Give one of them.")
    root = base.open_project(options.where).root
    target = options.output or root / FOLDER
    if options.apply:
        return prune_apply.apply(options, target, options.apply)
    if options.undo or options.status:
        return prune_apply.undo(options, target) if options.undo else prune_status.run(options, target)
    done = examined(options, past=prune_status.past(target))
    found = done.found
    if options.format == "json":
        base.emit(folder.as_json(found))
        return ExitCode.CLEAN
    _write(target, folder.files(found, base.in_repository(root)))
    if done.records:
        _write(
            target / prune_status.RECORDS,
            {f"{each.proposal}.json": record.as_json(each) for each in done.records}
            | {f"{each.proposal}.md": record_page.page(each) for each in done.records},
        )
    base.emit(_told(found, target))
    return ExitCode.CLEAN


def _write(target: Path, files: dict[str, str]) -> None:
    """Write the files, and remove those of earlier proposals that are none any more."""
    from trackplan.edits import disk

    try:
        target.mkdir(parents=True, exist_ok=True)
        old = [path for path in target.iterdir() if _OURS.fullmatch(path.name) and path.name not in files]
        for path in old:
            path.unlink()
    except OSError as error:
        reason = (error.strerror or "no reason is given").lower()
        hint = "--output takes the path of a folder that can be written to."
        raise TrackplanError(f"cannot write {base.printable(target)}: {reason}", hint) from error
    for name, text in files.items():
        disk.write(target / name, text.encode())


def _told(found: Proposals, target: Path) -> str:
    from trackplan.counted import plural
    from trackplan.formats import table
    from trackplan.prune.pages import standing, summary

    if not found.proposals:
        why = "." if found.notes else ": no field or column is waste."
        return "\n".join((f"Nothing is proposed{why}", *found.notes, ""))
    heading = ("proposal", "what", "saves", "files", "wave", "proof")
    rows = [
        (p.id, p.title, summary(p.saving), p.effort.files, standing(p), p.proof.grade) for p in found.proposals[:10]
    ]
    more = len(found.proposals) - len(rows)
    lines = [table.aligned(heading, rows), f"… and {more} more\n" if more else ""]
    lines.append(f"\n{plural(len(found.proposals), 'proposal')} in {plural(len(found.waves), 'wave')}; ")
    lines.append(f"start with {base.printable(target)}/README.md\n")
    lines += [f"{note}\n" for note in found.notes]
    return "".join(lines)
