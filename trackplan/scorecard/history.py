"""The history of the scorecard: one JSON object per line and run, sorted by day.

    {"day": "2026-11-01", "commit": "", "metrics": {"open_findings": [76], "unmet_needs": null, "waste_share": [6, 34]}}

Each line stands for itself, so that two branches merge by keeping the lines of both. Of a day, the last line counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan import documents
from trackplan.errors import ReadError
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trackplan.documents import Node
    from trackplan.metrics import Measured

_LONGEST = 64_000  # characters of a line; a record has a twentieth of that
_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_HINT = "each line is one JSON object, written by `trackplan scorecard record`; restore it, or take it out"
Figures = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What the metrics came to on a day at a commit ('' without git): a number, or a share as two; None if unknown."""

    day: str
    commit: str
    metrics: Mapping[str, Figures | None]

    def value(self, metric: str) -> Fraction | None:
        """The number, or the share from 0 to 1; None where nobody could say."""
        figures = self.metrics.get(metric)
        if figures is None or figures[-1] == 0 < len(figures) - 1:
            return None
        return Fraction(*figures)


def record(day: str, commit: str, measured: Mapping[str, Measured]) -> Record:
    """The record of a run."""
    return Record(day, commit, {name: _figures(each) for name, each in sorted(measured.items())})


def _figures(measured: Measured) -> Figures | None:
    if measured.unknown:
        return None
    return (measured.numerator,) if measured.denominator is None else (measured.numerator, measured.denominator)


def added(records: Iterable[Record], new: Record) -> list[Record]:
    """The records with a new one, which takes the place of one of the same day and commit."""
    known = list(records)
    for number, each in enumerate(known):
        if (each.day, each.commit) == (new.day, new.commit):
            return [*known[:number], new, *known[number + 1 :]]
    return sorted([*known, new], key=lambda each: each.day)


def write(records: Iterable[Record]) -> str:
    """The text of the file."""
    return "".join(_line(each) + "\n" for each in records)


def _line(each: Record) -> str:
    said = {"day": each.day, "commit": each.commit, "metrics": dict(sorted(each.metrics.items()))}
    return json.dumps(said, ensure_ascii=False)


def read(text: str, path: str) -> list[Record]:
    """The records, by day. Raises `ReadError` with every line that is none, or that says what another denies."""
    found: dict[tuple[str, str], Record] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            new = _record(line.rstrip("\r"), path, number)
        except ReadError as error:
            problems += error.problems
            continue
        if found.setdefault((new.day, new.commit), new) != new:
            what = f"{new.day} is told twice for {_short(new.commit)}, with other figures"
            problems.append(Problem(_place(path, number, line), what, "keep one of the two lines", "duplicate"))
    if problems:
        raise ReadError(problems)
    return sorted(found.values(), key=lambda each: each.day)


def _short(commit: str) -> str:
    return f"commit {commit[:12]}" if commit else "no commit"


def _record(line: str, path: str, number: int) -> Record:
    """Raises `ReadError`."""
    if line.startswith(_MARKERS):
        hint = "keep the lines of both sides and take the markers out; each line stands for itself"
        raise ReadError([Problem(_place(path, number, line), "a merge left its marker here", hint)])
    if len(line) > _LONGEST:
        raise ReadError([Problem(Place(path, number, 1, number, 2), "the line is too long for a record", _HINT)])
    try:
        node = documents.read_json(line, path)
        problems = documents.check(node, "history")
    except ReadError as error:
        problems = [replace(each, hint=_HINT) for each in error.problems]
    if problems:
        raise ReadError(list(_moved(problems, number)))
    return Record(node.string("day"), node.string("commit"), dict(_metrics(node)))


def _moved(problems: Iterable[Problem], number: int) -> Iterator[Problem]:
    """The problems of a line, at its number in the file."""
    for each in problems:
        place = each.place._replace(line=number, end_line=number)
        yield replace(each, place=place)


def _metrics(node: Node) -> Iterator[tuple[str, Figures | None]]:
    listed = node.get("metrics")
    for name, said in listed.items() if listed else ():
        yield name, tuple(int(each.text) for each in said.elements()) if isinstance(said.value, list) else None


def _place(path: str, number: int, line: str) -> Place:
    return Place(path, number, 1, number, len(line) + 1)
