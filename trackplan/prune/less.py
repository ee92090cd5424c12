"""Privacy findings → proposals to keep less: the smallest form of a value that serves all who use it, with its SQL."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.derive.alternatives import does, serves, wants
from trackplan.derive.reasons import listing
from trackplan.prune.evidence import evidence
from trackplan.prune.less_stages import stages
from trackplan.prune.model import BOUND, COARSEN, HASH, Effect, Effort, Gain, Named, Proof, Proposal, Saving
from trackplan.sql.backfill import Backfill, backfill
from trackplan.sql.migrations import Stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from trackplan.findings import Finding, Report
    from trackplan.prune.world import World

_FORMS = """
SELECT s.kind, s.key, s.id, s.place, coalesce(f.owner, r.owner, ''), coalesce(f.type, ''), d.form, d.keep, d.evidence,
       d.takers, coalesce(nullif(c.category, ''), min(l.category)), coalesce(c.sensitivity, '')
FROM less_data d
JOIN subject s ON s.kind = d.kind AND s.key = d.key
JOIN lessened_subject l ON l.kind = d.kind AND l.key = d.key
LEFT JOIN field f ON s.kind = 'field' AND f.key = s.key
LEFT JOIN relation r ON r.key = s.relation
LEFT JOIN classification c ON c.kind = s.kind AND c.key = s.key
WHERE d.form <> ''
GROUP BY s.kind, s.key ORDER BY s.id"""
_INSIDE = """
SELECT DISTINCT "column" FROM field_column WHERE field = :key ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Lessening:
    """A value of which less would do.

    `columns` are the keys of those that hold it, `takers` tells who takes it in which forms.
    """

    kind: str
    key: int
    named: Named
    owner: str
    type: str
    form: str
    keep: str
    evidence: str
    gain: Gain
    takers: dict[str, list[str]]
    columns: tuple[int, ...]

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What it is to each consumer."""
        return tuple(self._effect(name, forms) for name, forms in sorted(self.takers.items()))

    def _effect(self, name: str, forms: list[str]) -> Effect:
        more = [form for form in forms if not serves(self.form, form)]
        if more:
            return Effect(name, same=False, why=f"it {does(more[0])}: {wants(more[0])}")
        return Effect(name, same=True, why="it " + " and ".join(map(does, forms)))


def lessen(world: World, before: Report, today: date) -> list[tuple[Proposal, Lessening]]:
    """A proposal for each value that a rule on privacy has found, and of which less would do, by its id."""
    privacy = {rule.id for rule in before.rules if rule.category == "privacy"}
    found: dict[str, list[Finding]] = {}
    for finding in before.findings:
        if finding.rule in privacy:
            found.setdefault(finding.subject, []).append(finding)
    wanted = [each for each in lessenings(world) if each.named.id in found]
    return [(_proposal(world, each, found[each.named.id], today), each) for each in wanted]


def backfills(world: World, lessening: Lessening, dialect: str) -> Iterator[tuple[int, Backfill]]:
    """For each column that holds it, the statements by which less is kept."""
    for key in lessening.columns:
        column = world.columns[key]
        whole = next(
            (c for c in world.columns.values() if c.relation == column.relation and c.path == column.path[:1]), column
        )
        stored = Stored(world.relations[column.relation].parts, column.path[0], column.path[1:], whole.type)
        yield key, backfill(stored, lessening.form, lessening.type, dialect)


def lessenings(world: World) -> Iterator[Lessening]:
    """All values of which less would do, whether a rule minds them or not, by id."""
    for row in world.base.fetch(_FORMS):
        kind, id_, owner, type_, form, keep, why, takers = (str(row[at]) for at in (0, 2, 4, 5, 6, 7, 8, 9))
        key = row[1] if isinstance(row[1], int) else 0
        category, sensitivity = str(row[10]), str(row[11])
        columns = tuple(_columns(world, key)) if kind == "field" else (key,)
        gain = Gain(id_, category, sensitivity if sensitivity in ("personal", "special") else "personal", keep)
        named = Named(kind, id_, str(world.at(row[3]) or ""))
        yield Lessening(kind, key, named, owner, type_, form, keep, why, gain, json.loads(takers), columns)


def _columns(world: World, field: int) -> Iterator[int]:
    for (key,) in world.base.fetch(_INSIDE, {"key": field}):
        if isinstance(key, int):
            yield key


def _proposal(world: World, lessening: Lessening, found: Iterable[Finding], today: date) -> Proposal:
    action = HASH if lessening.form == "hashed" else COARSEN
    effects = lessening.effects
    made = list(backfills(world, lessening, world.project.dialect))
    blockers = tuple(_blockers(world, lessening, effects, made))
    owners = (lessening.owner,) if lessening.owner else ()
    changing = [effect for effect in effects if not effect.same]
    effort = Effort(0, 0, owners)
    said = "\n".join([action, lessening.named.id, lessening.form])
    return Proposal(
        "P-" + hashlib.sha256(said.encode()).hexdigest()[:8],
        action,
        f"Of {lessening.named.id}, keep only {lessening.keep}",
        tuple(_named(world, lessening)),
        tuple(f"{finding.rule}: {finding.message}" for finding in found),
        evidence(world.base),
        blockers,
        (lessening.gain,),
        Saving(0, 0, 0),
        effort,
        _score(world, lessening, len(changing) + len(owners)),
        stages(world, lessening, made, effects, today),
        lessening.owner,
        proof=_proof(lessening, effects, blockers),
        consumers=effects,
    )


def _named(world: World, lessening: Lessening) -> Iterator[Named]:
    yield lessening.named
    for key in lessening.columns if lessening.kind == "field" else ():
        column = world.columns[key]
        yield Named("column", column.id, str(column.place or ""))


def _blockers(
    world: World, lessening: Lessening, effects: Iterable[Effect], made: Iterable[tuple[int, Backfill]]
) -> Iterator[str]:
    for effect in effects:
        if not effect.same:
            yield f"{effect.consumer} gets something else: {effect.why}"
    if not lessening.columns:
        yield "no column is known to hold it"
    for key, backfill_ in made:
        if not backfill_.forward:
            yield f"{world.columns[key].id}: {backfill_.note}"


def _proof(lessening: Lessening, effects: tuple[Effect, ...], blockers: tuple[str, ...]) -> Proof:
    """How sure it is before anything is run."""
    if blockers:
        return Proof(reasons=("what its blockers say has to be settled first",))
    names = listing([effect.consumer for effect in effects]) or "nobody"
    return Proof(BOUND, (f"as far as the SQL tells, {names} gets the same from {lessening.keep}",))


def _score(world: World, lessening: Lessening, people: int) -> float:
    """What is gained for the consumers to change and the owners to ask: half of what the value itself counts for."""
    weight = 2 if lessening.gain.sensitivity == "special" else 1
    return round(weight * world.project.pruning.privacy_weight / 2 / (1 + people), 3)
