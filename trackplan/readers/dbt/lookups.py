"""Which tables a template may name though they stand nowhere in it: those that it asks the warehouse for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.jinja import Rendered

Parts = tuple[str, ...]


def naming(rendered: Rendered, stored: Mapping[Parts, Parts], nodes: Mapping[str, Parts]) -> Rendered:
    """`rendered`, whose doubts that ask for tables name these: those of the schemas that they mention, else all.

    `stored` maps logical names (source, table) to physical ones, `nodes` are the project's own relations.
    """
    if not any(doubt.asks for doubt in rendered.doubts):
        return rendered
    said = "\n".join(doubt.words for doubt in rendered.doubts if doubt.asks).lower()
    named = [key for key, parts in stored.items() if any(w.lower() in said for w in (*key[:-1], *parts[-2:-1]))]
    words = [word for key in named or stored for word in (key[-1], stored[key][-1])]
    return rendered.naming("\n".join(dict.fromkeys([*words, *([] if named else nodes)])))
