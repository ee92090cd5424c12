"""Why something stays or goes, as a tree of everything that is known about it, each point with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.explain.columns import explain_column, explain_field
from trackplan.explain.find import find
from trackplan.explain.lookup import Lookup
from trackplan.explain.people import explain_consumer, explain_use_case
from trackplan.explain.sets import explain_event, explain_relation
from trackplan.explain.tree import as_data, draw

if TYPE_CHECKING:
    from trackplan.explain.tree import Node
    from trackplan.facts.base import FactBase

__all__ = ["as_data", "draw", "explain"]

_EXPLAINERS = {
    "field": explain_field,
    "column": explain_column,
    "event": explain_event,
    "relation": explain_relation,
    "use case": explain_use_case,
    "consumer": explain_consumer,
}


def explain(base: FactBase, name: str) -> Node:
    """The tree for the one subject that `name` means; `draw` makes it text, `as_data` data.

    Raises `TrackplanError` where it means nothing (with the likeliest ids) or more than one (with all of them).
    """
    subject = find(base, name)
    return _EXPLAINERS[subject.kind](Lookup(base), subject.key)
