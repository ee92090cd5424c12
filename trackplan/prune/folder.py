"""Proposals → the files of their folder: an overview, JSON, a page and a diff for each, a diff for each wave."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from trackplan.edits.patch import unified
from trackplan.prune import pages

if TYPE_CHECKING:
    from trackplan.prune.model import Proposal, Proposals, Wave

VERSION = 1


def files(found: Proposals, prefix: str) -> dict[str, str]:
    """Name → text of every file. `prefix` leads from the top of the repository to the project."""
    texts = {"README.md": pages.overview(found), "proposals.json": as_json(found)}
    for proposal in found.proposals:
        texts[f"{proposal.id}.md"] = pages.page(proposal)
        if proposal.changes:
            texts[f"{proposal.id}.diff"] = unified(proposal.changes, prefix)
    for wave in found.waves:
        texts[f"wave-{wave.name}.diff"] = unified(wave.changes, prefix)
    return texts


def as_json(found: Proposals) -> str:
    """Everything for programs; the form is `schemas/proposals.schema.json`."""
    said = {
        "version": VERSION,
        "today": found.today,
        "notes": list(found.notes),
        "waves": [_wave(wave) for wave in found.waves],
        "proposals": [_proposal(proposal) for proposal in found.proposals],
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _wave(wave: Wave) -> dict[str, object]:
    paths = [change.path for change in wave.changes]
    return {"name": wave.name, "title": wave.title, "proposals": list(wave.proposals), "files": paths}


def _proposal(proposal: Proposal) -> dict[str, object]:
    said = asdict(proposal)
    said.pop("changes")
    said["files"] = [change.path for change in proposal.changes]
    said["diff"] = f"{proposal.id}.diff" if proposal.changes else ""
    return said
