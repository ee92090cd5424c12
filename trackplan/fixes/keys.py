"""What is to be said of something: a key and its value, which the advice names first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.edits.text import EditError
from trackplan.fixes.base import Bench, Fix, Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PAIR = re.compile(r"`([a-z_]+): ([^`\N{HORIZONTAL ELLIPSIS}]+)`")


def write(bench: Bench, flaws: Sequence[Flaw]) -> Iterator[Fix]:
    """Write the first `key: value` of the advice into the mapping that is declared at the place, or over its value."""
    done: set[object] = set()
    for flaw in flaws:
        pair, document = _PAIR.search(flaw.advice), bench.document(flaw.place.path)
        if pair is None or document is None or document.json or flaw.place in done:
            continue
        entry = document.entry_at(flaw.place.line, flaw.place.column)
        if entry is None or entry.value.kind != "mapping":
            continue
        key, value = pair.groups()
        old = next((each for each in entry.value.entries if each.name == key), None)
        try:
            edits = document.add(entry.value, key, value) if old is None else document.set_value(old, value)
        except EditError:
            continue
        done.add(flaw.place)
        same = tuple(other for other in flaws if other.place == flaw.place)
        yield Fix(flaw.place.path, tuple(edits), f"Write {key}: {value}", same)
