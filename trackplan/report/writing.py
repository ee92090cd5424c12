"""The report in one of its formats, as text or as a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from trackplan.edits import disk
from trackplan.formats.source import UNSAFE
from trackplan.report import page

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.report.model import Review


def text(review: Review, name: str) -> str:
    """The report in a format that is text."""
    return {"html": page.render, "json": as_json}[name](review)


def write(review: Review, name: str, target: Path) -> None:
    """Write the report to a file. Raises `TrackplanError` where that is not possible."""
    disk.write(target, text(review, name).encode("utf-8", "backslashreplace"))


def as_json(review: Review) -> str:
    """JSON in the shape of `schemas/report.schema.json`; what could steer a terminal is written as an escape."""
    said = msgspec.json.format(msgspec.json.encode(review), indent=1).decode()
    return (
        re.sub(UNSAFE, lambda match: match.group() if match.group() == "\n" else f"\\u{ord(match.group()):04x}", said)
        + "\n"
    )


def headline(review: Review) -> str:
    """The report in half a line."""
    score = next(each for each in review.metrics if each.id == "minimization_score")
    told = score.text if score.value is not None else "not known"
    return f"Minimization score {told}, {review.quadrants['waste']:,} can go"
