"""The inventory and the graph of flows → JSON for the page: column by column, each text once.

It stands in a script element that is no script. Nothing in it can end that element or steer the text around it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trackplan.formats.source import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.report.model import Flows, Review, Subject

_TEXTS = ("kind", "group", "name", "status", "reason", "type", "description", "owner", "category", "sensitivity",
          "evidence", "less", "introduced", "expires", "proposal")  # fmt: skip
_LISTS = ("destinations", "consumers", "models", "use_cases", "rules")
_FLAGS = ("personal", "shadow", "star_only")


def payload(review: Review) -> str:
    """The data as JSON that may stand in HTML."""
    rows = review.inventory
    data: dict[str, Any] = {"rows": len(rows), "ids": _ids(rows)}
    data["texts"] = {name: _texts([getattr(row, name) for row in rows]) for name in _TEXTS}
    data["texts"]["file"] = _texts([row.place.rpartition(":")[0] for row in rows])
    data["line"] = [int(row.place.rpartition(":")[2] or 0) for row in rows]
    data["lists"] = {name: _lists([getattr(row, name) for row in rows]) for name in _LISTS}
    data["flags"] = {name: [n for n, row in enumerate(rows) if getattr(row, name)] for name in _FLAGS}
    data["used"] = [-1 if row.used is None else int(row.used) for row in rows]
    data["volume"] = {n: row.volume for n, row in enumerate(rows) if row.volume is not None}
    data["flows"] = _flows(review.flows)
    data["consumers"] = [[visible(c.id), c.use, visible(c.owner), int(c.counts)] for c in review.consumers]
    data["cases"] = [[visible(case.id), visible(case.title)] for case in review.use_cases]
    return harmless(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def harmless(text: str) -> str:
    """JSON that holds no sign with a meaning in HTML."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _ids(rows: Sequence[Subject]) -> dict[int, str]:
    """The ids that are not just group and name."""
    return {n: visible(row.id) for n, row in enumerate(rows) if visible(row.id) != visible(f"{row.group}.{row.name}")}


def _texts(values: list[str]) -> list[Any]:
    """The different texts in order, and for each row the number of its own."""
    words = sorted(set(values))
    numbers = {word: n for n, word in enumerate(words)}
    return [[visible(word) for word in words], [numbers[value] for value in values]]


def _lists(values: list[tuple[str, ...]]) -> list[Any]:
    """The different texts in order, the different lists of their numbers, and for each row the number of its list."""
    words = sorted({word for each in values for word in each})
    numbers = {word: n for n, word in enumerate(words)}
    known: dict[tuple[str, ...], int] = {}
    at = [known.setdefault(value, len(known)) for value in values]
    return [[visible(word) for word in words], [[numbers[word] for word in each] for each in known], at]


def _flows(flows: Flows) -> dict[str, Any]:
    return {
        "relations": [visible(name) for name in flows.relations],
        "raw": flows.raw,
        "of": [relation for relation, _ in flows.columns],
        "names": _texts([name for _, name in flows.columns]),
        "fields": _lists_of_numbers(flows.fields),
        "passes": _pairs(flows.passes),
        "steers": _by_taker(flows.steers),
        "takes": _by_taker(flows.takes),
        "rows": _pairs(flows.rows),
    }


def _lists_of_numbers(values: Iterable[tuple[int, ...]]) -> list[Any]:
    """One number where there is one, which is nearly always, else a list."""
    return [each[0] if len(each) == 1 else list(each) for each in values]


def _pairs(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Pairs by their first number, each with all that belong to it."""
    found: dict[int, list[int]] = {}
    for one, other in pairs:
        found.setdefault(one, [one]).append(other)
    return list(found.values())


def _by_taker(uses: Iterable[tuple[int, int, str]]) -> list[list[int | str]]:
    """Uses of columns by who takes them and how: the taker, how, and the columns."""
    found: dict[tuple[int, str], list[int | str]] = {}
    for column, taker, how in uses:
        found.setdefault((taker, how), [taker, how]).append(column)
    return list(found.values())
