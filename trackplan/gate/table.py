"""What silences findings, and what came of it → the table `suppression`, which rules judge like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from trackplan.facts.base import FactBase
    from trackplan.findings import Place
    from trackplan.gate.silence import Verdict

_COLUMNS = ("key", "kind", "place", "text", "subject", "reason", "owner", "until", "problem", "judged", "hits", "count")


def store(base: FactBase, verdict: Verdict, judged: Collection[str]) -> None:
    """Fill the table as soon as a rule reads it. `judged` are the ids of the rules that were run."""

    def fill() -> None:
        base.run("DELETE FROM suppression")  # the same facts may be judged again
        rows = []
        for key, (each, hits) in enumerate(verdict.uses, 1):
            seen = each.rules and all(rule in judged for rule in each.rules)
            subject = each.subject if each.kind == "baseline" else each.path or each.place.path
            said = (each.reason, each.owner, each.until or None, each.problem or None)
            place = _place(base, each.place)
            rows.append((key, each.kind, place, each.text, subject, *said, int(bool(seen)), hits, each.count))
        base.insert("suppression", _COLUMNS, rows)

    base.defer("suppression", fill)


def _place(base: FactBase, place: Place) -> int:
    base.file(place.path, "project")
    return base.place(place)
