"""Names that are written wrong, where the advice tells which one is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.documents.base import meant
from trackplan.edits.text import EditError
from trackplan.fixes.base import Bench, Fix, Flaw
from trackplan.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEVERAL = re.compile(r"[{}*,]")


def correct(bench: Bench, flaws: Sequence[Flaw]) -> Iterator[Fix]:
    """Write the name that is meant: surely, where only case and signs differ; else it is the likeliest one."""
    for flaw in flaws:
        name = meant(flaw.advice)
        found = bench.scalar(flaw.place) if name else None
        if not found:
            continue
        document, entry, span = found
        head, colon, written = (
            span.text.rpartition(":") if ":" in span.text and ":" not in name else ("", "", span.text)
        )
        if written == name or _SEVERAL.search(written):  # a selector may stand for more than this name
            continue
        try:
            new = f"{head}{colon}{name}"
            edits = document.rename(entry, new) if span is entry.key else document.set_value(entry, new)
        except EditError:
            continue
        title = f"Write {name} for {written}"
        yield Fix(flaw.place.path, tuple(edits), title, (flaw,), safe=bare(written) == bare(name))
