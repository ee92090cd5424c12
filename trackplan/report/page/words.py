"""How the page and its siblings say things: statuses, states, numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from trackplan.counted import plural as plural  # for templates
from trackplan.formats.source import visible
from trackplan.metrics.model import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trackplan.report.model import Metric, Overlap, Review, Subject

STATUSES = {
    "keep": ("needed and used", "✓"),
    "idle": ("needed, but nobody uses it yet", "◔"),
    "undeclared": ("used, but for no declared purpose", "!"),
    "waste": ("neither needed nor used", "✕"),
    "unknown": ("nobody can say whether it is used", "?"),
    "gap": ("needed, but nobody collects it", "○"),
}
"""Status → what it means, and its sign."""

STATES = {
    "active": "counts today",
    "proposed": "only proposed, does not count",
    "expired": "its horizon has passed, does not count",
    "beyond": "too far off, does not count yet",
    "retired": "retired, does not count",
}
RISKS = {1: "nobody reads it", 2: "only models carry it", 3: "a whole event or table"}
KINDS = {"events": "Events", "tables": "Tables", "consumers": "Dashboards and queries"}
VERDICTS = {"green": "well used", "yellow": "partly used", "red": "hardly used", "unknown": "nobody can say"}


def number(value: float | None) -> str:
    """`12,345`, and `-` for nothing."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def share(value: float | None) -> str:
    """`73.6 %`, and `-` for nothing."""
    return "-" if value is None else f"{100 * value:.1f} %"


def query(**wanted: object) -> str:
    """The link to the rows of the inventory that have these values."""
    return "#inventory?" + urlencode({name: str(value) for name, value in wanted.items()})


def field(id_: str) -> str:
    """The link to the page's part about one field."""
    return "#field?" + urlencode({"id": id_})


def breakable(name: str) -> Any:
    """A long name that may be broken where its parts meet."""
    from markupsafe import Markup

    parts = re.split(r"(?<=[._/])", visible(name))
    return Markup("<wbr>").join(part for part in parts if part)


def drift(metric: Metric, before: float | None) -> str:
    """How a metric moved, in words: `up by 2.1 points, better`."""
    if before is None or metric.value is None:
        return ""
    moved = metric.value - before
    if abs(moved) < 0.0005:  # less than what is shown
        return "unchanged"
    size = f"{abs(100 * moved):.1f} points" if metric.unit == "%" else f"{abs(moved):,.0f}"
    better = (moved > 0) == (metric.better == "higher")
    return f"{'up' if moved > 0 else 'down'} by {size}, {'better' if better else 'worse'}"


def lead(review: Review) -> str:
    """The report in two sentences."""
    kept, judged = review.quadrants["keep"], sum(review.quadrants.values()) - review.quadrants["gap"]
    people = sum(each.fields for each in review.categories)
    said = f"{kept:,} of {judged:,} fields and columns that are collected and stored are needed and used."
    return f"{said} {people:,} hold data on people." if people else said


def before(review: Review) -> dict[str, float | None]:
    """What the measures of the earlier report were, by their ids."""
    return {id_: old for id_, old, _ in review.change.drift} if review.change else {}


def earlier(review: Review, metric: Metric) -> str:
    """What a measure was, for people; '' where the earlier report had none of it."""
    found = before(review)
    if metric.id not in found:
        return ""
    old = found[metric.id]
    return shown(None if old is None else Fraction(str(old)), "%" if metric.unit == "%" else "number")


def alike(subjects: Iterable[Subject]) -> list[tuple[str, list[Subject]]]:
    """The subjects for which the same smaller form would do, by what is said of it, the most first."""
    found: dict[str, list[Subject]] = {}
    for subject in subjects:
        if subject.less:
            found.setdefault(subject.less, []).append(subject)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def overlap(each: Overlap) -> str:
    """What things that are alike have in common."""
    noun = {"events": "properties", "tables": "columns", "consumers": "columns"}[each.kind]
    if each.common == each.most:
        return f"the same {each.most:,} {noun}"
    return f"{each.common:,} of {each.most:,} {noun}"


def among(ids: Iterable[str], subjects: Mapping[str, Subject]) -> list[Subject]:
    """The subjects with these ids."""
    return [subjects[id_] for id_ in ids if id_ in subjects]
