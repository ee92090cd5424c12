"""The structs that the members of a set operation make: order joins them, whatever their own members are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trackplan.sql.records import Ref, Reference, Scope, ScopeRef, Select
from trackplan.sql.values import joined


def are_alike(scopes: Sequence[Scope], items: Iterable[Sequence[Reference] | None]) -> bool:
    """Whether `items`, which go together, make structs of the same members, if they do; None is one nobody knows."""
    found = {None if refs is None else tuple(dict.fromkeys(_built(scopes, refs))) for refs in items}
    return len(found) < 2 or not any(found)


def _built(scopes: Sequence[Scope], refs: Iterable[Reference]) -> Iterator[str]:
    """The ways to the members of the struct that something makes of these, in their order; nothing where it is none."""
    for ref in refs:
        if isinstance(ref, ScopeRef) and ref.row:
            scope = scopes[ref.scope]
            for output in scope.outputs if isinstance(scope, Select) else ():
                way = joined(ref.into, output.name)
                yield from ([joined(way, inner) for inner in _built(scopes, output.refs)] or [way.lower()])
        elif isinstance(ref, (Ref, ScopeRef)) and ref.into:
            yield ref.into.lower()
