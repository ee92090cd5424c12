"""What is used for a purpose that nobody declared → a use case to fill in for each consumer, with the evidence."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan.derive.reasons import listing
from trackplan.edits.patch import Change
from trackplan.edits.text import Edit, EditError, line_end, line_start
from trackplan.edits.writing import scalar
from trackplan.errors import ReadError
from trackplan.prune.evidence import evidence
from trackplan.prune.model import DECLARE, Effort, Gain, Named, Proof, Proposal, Saving, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from trackplan.edits.document import Document
    from trackplan.edits.spans import Span
    from trackplan.prune.world import World

_HAND = "somebody has to say what it is for; the use case that is drafted is only proposed, and justifies nothing"
_USES = """
SELECT c.id, c.title, c.owner, c.place, s.kind, s.id, s.place, coalesce(l.category, ''), coalesce(l.sensitivity, '')
FROM subject s
JOIN subject_consumer u ON u.kind = s.kind AND u.key = s.key AND u.strength <> 'possible'
JOIN consumer c ON c.key = u.consumer
LEFT JOIN classification l ON l.kind = s.kind AND l.key = s.key
WHERE s.status = 'undeclared' AND NOT s.star_only
GROUP BY c.key, s.kind, s.key
ORDER BY c.id, s.kind DESC, s.id"""


@dataclass(slots=True)
class _Use:
    """A consumer, and what it uses without a purpose."""

    consumer: str
    title: str
    owner: str
    place: str
    subjects: list[Named] = field(default_factory=list)
    gains: list[Gain] = field(default_factory=list)


def declarations(world: World, today: date) -> list[Proposal]:
    """A proposal for each consumer that takes data which no use case needs, by its id; none without use cases."""
    return [] if not world.listed("use_cases") else [_proposal(world, use, today) for use in _uses(world)]


def _uses(world: World) -> list[_Use]:
    found: dict[str, _Use] = {}
    for row in world.base.fetch(_USES):
        consumer, title, owner, _, kind, id_, _, category, sensitivity = map(str, row)
        use = found.setdefault(consumer, _Use(consumer, title, owner, str(world.at(row[3]) or "")))
        use.subjects.append(Named(kind, id_, str(world.at(row[6]) or "")))
        if sensitivity in ("personal", "special"):
            use.gains.append(Gain(id_, category, sensitivity))
    return list(found.values())


def _proposal(world: World, use: _Use, today: date) -> Proposal:
    said = "\n".join([DECLARE, use.consumer, *(s.id for s in use.subjects)])
    blockers = [_HAND]
    changes: tuple[Change, ...] = ()
    try:
        changes = tuple(_changes(world, use))
    except (EditError, ReadError) as error:
        blockers.append(str(error))
    owners = (use.owner,) if use.owner else ()
    stage = Stage(
        "declare",
        today.isoformat(),
        "say who is responsible and what it achieves, and let them sign; or stop the use, and the data can go",
    )
    return Proposal(
        "P-" + hashlib.sha256(said.encode()).hexdigest()[:8],
        DECLARE,
        f"Say what {use.consumer} takes {listing([s.id for s in use.subjects])} for",
        tuple(use.subjects),
        (f"{use.consumer}{f' ({use.place})' if use.place else ''} uses it, and no active use case needs it",),
        evidence(world.base),
        tuple(blockers),
        tuple(use.gains),
        Saving(0, 0, 0),
        Effort(len(changes), sum(e.text.count("\n") for c in changes for e in c.edits), owners),
        0.0,
        (stage,),
        use.owner,
        proof=Proof(reasons=("a use case changes no data",)),
        changes=changes,
    )


def _changes(world: World, use: _Use) -> Iterator[Change]:
    """The draft at the end of the first file of use cases that is written in block style. Raises `EditError`."""
    refused: EditError | None = None
    for path in world.listed("use_cases"):
        document = world.document(path)
        listed = document.entry("use_cases")
        if listed is None or document.json:
            continue
        if listed.value.flow or not listed.value.entries:
            refused = document.unsafe(listed.start, "a use case is only added to a list in block style")
            continue
        text = world.text(path)
        yield Change(path, text, (_addition(document, text, listed.value, use),))
        return
    if refused is not None:
        raise refused


def _addition(document: Document, text: str, listed: Span, use: _Use) -> Edit:
    """The edit that adds the use case behind the last one."""
    mark = len(text) - len(document.text)
    first = listed.entries[0]
    dash = document.text.rindex("-", 0, first.start)
    indent = " " * (dash - line_start(document.text, dash))
    at = line_end(document.text, listed.entries[-1].end)
    brk = "\r\n" if "\r\n" in document.text else "\n"
    lines = [f"{indent}{line}" if line else "" for line in _lines(use)]
    head = "" if document.text[:at].endswith("\n") else brk
    return Edit(at + mark, at + mark, head + brk.join(["", *lines, ""]))


def _lines(use: _Use) -> Iterator[str]:
    name = re.sub(r"[^a-z0-9]+", "-", use.consumer.lower()).strip("-") or "consumer"
    where = f" ({use.place})" if use.place else ""
    yield f"# Drafted from evidence: {_comment(use.consumer + where)} uses what is listed; no use case needs it."
    yield "# Say what it is for, whose it is and how its success is measured; then make it active."
    yield f"- id: purpose-of-{name}"
    yield f"  title: {_quoted(f'What {use.title or use.consumer} is for')}"
    yield "  status: proposed"
    if use.owner:
        yield f"  owner: {_quoted(use.owner)}"
    yield f"  consumers: [{_quoted(use.consumer)}]"
    yield "  needs:"
    for subject in use.subjects:
        yield f"    - {_quoted(subject.id)}"


def _quoted(text: str) -> str:
    """A text as YAML on one line."""
    return scalar(text, "", json=False)


def _comment(text: str) -> str:
    """A text as it may stand in a comment."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
