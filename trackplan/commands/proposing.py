"""The proposals of a project, tried on it in memory: what `trackplan prune` tells and applies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.edits.patch import Change
    from trackplan.prune.model import Proposals
    from trackplan.prune.record import Past, Record
    from trackplan.prune.verify import Verifier
    from trackplan.prune.world import World


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given."""

    where: base.Where
    output: Path | None
    format: str
    today: str
    verify: bool = False
    apply: tuple[str, ...] = ()
    undo: bool = False
    status: bool = False
    sample: Path | None = None


Chooser = Callable[["Proposals"], "list[str]"]


@dataclass(frozen=True, slots=True)
class Examined:
    """The proposals, the project's folder, the changes of those chosen, what to say of them, and all records."""

    found: Proposals
    root: Path
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    records: list[Record]


def examined(options: Options, choose: Chooser = lambda _: [], past: Past | None = None) -> Examined:
    """The proposals of the project; `past` tells of earlier ones.

    Raises `TrackplanError` where the chosen ones do not fit together.
    """
    from trackplan import pipeline
    from trackplan.commands.facts import must_be_whole
    from trackplan.commands.progress import Progress
    from trackplan.prune.assess import Examiner
    from trackplan.prune.record import Past, records
    from trackplan.prune.world import World

    day = base.day(options.today)
    project = base.open_project(options.where)
    with base.located(project.tree), Progress(base.screen()), ExitStack() as stack:
        means = base.means(options.where, project)
        facts, before = pipeline.analyse(project, day, means=means)
        stack.enter_context(facts)
        must_be_whole(facts)
        world = World(project, facts, before)
        verifier = stack.enter_context(_verifier(world, options.sample)) if options.verify else None
        examiner = Examiner(world, before, day, means, verifier)
        found = examiner.assess()
        chosen = choose(found)
        changes, notes = examiner.together(found, chosen) if chosen else ((), ())
        kept = records(facts, project.pruning, found, past or Past())
        return Examined(found, project.root, changes, notes, kept)


def _verifier(world: World, sample: Path | None) -> Verifier:
    """The project's pipeline in DuckDB. Raises `TrackplanError` where that, or the sample, is no use."""
    from trackplan.prune.verify import Verifier

    try:
        from trackplan.proof.sample import SampleError

        return Verifier.open(world, sample=sample)
    except ImportError as error:
        hint = "Install it beside trackplan: pip install 'trackplan[verify]'."
        raise TrackplanError("--verify runs the pipeline in DuckDB, which is not installed", hint) from error
    except SampleError as error:
        raise TrackplanError(f"--sample: {error}") from error
