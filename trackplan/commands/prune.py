"""`trackplan prune`: what can go, with the edits for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.prune.model import Proposals
    from trackplan.prune.verify import Verifier
    from trackplan.prune.world import World

FOLDER = "proposals"
_OURS = re.compile(r"P-[0-9a-f]{8}\.(?:md|diff)|wave-[a-z0-9-]+\.diff")


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given."""

    where: base.Where
    output: Path | None
    format: str
    today: str
    verify: bool = False


def run(options: Options) -> int:
    """Write the proposals into their folder, and tell of the best."""
    from trackplan.prune import folder

    found, root = _found(options)
    if options.format == "json":
        base.emit(folder.as_json(found))
        return ExitCode.CLEAN
    target = options.output or root / FOLDER
    _write(target, folder.files(found, base.in_repository(root)))
    base.emit(_told(found, target))
    return ExitCode.CLEAN


def _found(options: Options) -> tuple[Proposals, Path]:
    from trackplan import pipeline
    from trackplan.commands.facts import must_be_whole
    from trackplan.commands.progress import Progress
    from trackplan.prune.assess import assess
    from trackplan.prune.world import World

    day = base.day(options.today)
    project = base.open_project(options.where)
    with base.located(project.tree), Progress(base.screen()):
        means = base.means(options.where, project)
        before = pipeline.check(project, day, means=means)
        with pipeline.build(project, day, means) as facts:
            must_be_whole(facts)
            world = World(project, facts)
            if not options.verify:
                return assess(world, before, day, means), project.root
            with _verifier(world) as verifier:
                return assess(world, before, day, means, verifier), project.root


def _verifier(world: World) -> Verifier:
    """The project's pipeline in DuckDB. Raises `TrackplanError` where that is not installed."""
    from trackplan.prune.verify import Verifier

    try:
        return Verifier.open(world)
    except ImportError as error:
        hint = "Install it beside trackplan: pip install 'trackplan[verify]'."
        raise TrackplanError("--verify runs the pipeline in DuckDB, which is not installed", hint) from error


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
    from trackplan.formats import table
    from trackplan.formats.summary import plural
    from trackplan.prune.pages import summary

    if not found.proposals:
        return "Nothing is proposed: no field or column is waste.\n"
    heading = ("proposal", "what", "saves", "files", "wave", "proof")
    rows = [
        (p.id, p.title, summary(p.saving), p.effort.files, p.wave or "blocked", p.proof.grade)
        for p in found.proposals[:10]
    ]
    more = len(found.proposals) - len(rows)
    lines = [table.aligned(heading, rows), f"… and {more} more\n" if more else ""]
    lines.append(f"\n{plural(len(found.proposals), 'proposal')} in {plural(len(found.waves), 'wave')}; ")
    lines.append(f"start with {base.printable(target)}/README.md\n")
    lines += [f"{note}\n" for note in found.notes]
    return "".join(lines)
