"""What a statement says, and where it says it, told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from trackplan.sql.records import Select, Span, Statement

Parts = tuple[str, ...]


def named(statement: Statement) -> Counter[Parts]:
    """How often each table is named in its FROM."""
    return Counter(source.parts for source in statement.sources() if source.parts)


def outputs(statement: Statement) -> dict[str, Span]:
    """Where a statement's select list gives each name."""
    scope = statement.scopes[statement.scope] if statement.scopes else None
    listed = scope.outputs if isinstance(scope, Select) else []
    return {output.name.lower(): output.span for output in reversed(listed) if output.star is None and output.name}


def spans(thing: object) -> Iterator[Span]:
    """All places in a statement, in their order."""
    if isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            if name == "span":
                yield thing.span  # type: ignore[attr-defined]
            else:
                yield from spans(getattr(thing, name))
    elif isinstance(thing, list | tuple | dict):
        for each in thing.values() if isinstance(thing, dict) else thing:
            yield from spans(each)


def bare(thing: object) -> object:
    """A statement without the places in it."""
    if isinstance(thing, msgspec.Struct):
        told = (getattr(thing, name) for name in thing.__struct_fields__ if name != "span")
        return type(thing).__name__, *map(bare, told)
    if isinstance(thing, list | tuple):
        return [*map(bare, thing)]
    return {name: bare(each) for name, each in thing.items()} if isinstance(thing, dict) else thing
