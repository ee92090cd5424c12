"""Parts of values: what is behind `value.a.b` where the value is put together from others.

A reference takes the part of a column at `path`, and puts it at the place `into` of the value that it is in; where it
is `clear`, whatever is asked of that place goes on inside the column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from trackplan.sql.records import Called, How, Member, Ref, Reference, ScopeRef

LENGTH = "\0"
"""The last segment of a path that asks how many elements a list has, and for nothing that is in them.

No identifier and no key of SQL can be called so.
"""
KEY = "\2"
"""How a segment of a path begins that leaves those pairs of a list that have a certain key."""
HOLE = "\3"
"""How a segment of a path begins that an argument of a call fills."""
MEASURE = "\1"
"""The last segment of a path that asks how long a value is: as `LENGTH` of a list, for all of it of a text."""

ORDERED = 3
"""How `clear` a value is, which keeps its structure, that may be one of several structs that order joins.

A path asked of it goes on inside each of them where they are made of the same members, in the same order.
"""

UNTOLD = "\1"
"""The name of a member that stands for all of a struct whose members are not followed."""

BY_ORDER = "\5"
"""A segment of a path: what follows it is asked of what is only `ORDERED`."""

STRUCTS_BY_ORDER = frozenset(
    {"", "athena", "bigquery", "clickhouse", "databricks", "hive", "presto", "spark", "spark2", "trino"}
)
"""Dialects in which structs go together by the order of their members, whatever these are called."""


def joined(path: str, more: str) -> str:
    """A path and what goes on below it."""
    return f"{path}.{more}" if path and more else path or more


def unkeyed(path: str) -> str:
    """A path that leaves the pairs of all keys."""
    path = by_name(path)
    return ".".join(name for name in path.split(".") if not name.startswith(KEY)) if KEY in path else path


def by_name(path: str) -> str:
    """A path as if names joined all structs."""
    return path.replace(f"{BY_ORDER}.", "") if BY_ORDER in path else path


def key_of(path: str) -> str:
    """The way to the key whose pairs a path leaves, as if it was a member of the list; '' where it leaves all."""
    before, found, after = path.partition(KEY)
    return f"{before}{after.partition('.')[0]}" if found else ""


def firsts(path: str) -> Iterator[tuple[str, str]]:
    """What may be the first name of a path, and what goes on below it: names may hold dots themselves."""
    at = path.find(".")
    while at >= 0:
        yield path[:at], path[at + 1 :]
        at = path.find(".", at + 1)
    yield path, ""


def part(path: str, into: str, clear: bool | int, asked: str) -> tuple[str, str] | None:
    """Where the part `asked` of a value is found behind a reference: the path, and the place in that part.

    None if the reference is to another part. The place is only there where less is asked than `into`.
    """
    rest = asked
    if into:
        if BY_ORDER in asked:  # it may be any part of what is made here
            asked = asked.partition(BY_ORDER)[0].removesuffix(".")
        if asked == into:
            rest = ""
        elif asked.startswith(f"{into}."):
            rest = asked[len(into) + 1 :]
        elif not asked:
            return path, into
        elif into.startswith(f"{asked}."):
            return path, into[len(asked) + 1 :]
        else:
            return part(path, into, clear, unkeyed(asked)) if KEY in asked else None
    if clear == ORDERED and rest and not rest.startswith((LENGTH, MEASURE)):
        rest = f"{BY_ORDER}.{by_name(rest)}"
    return (joined(path, rest) if clear else path), ""


def unmeasured(path: str) -> str:
    """The way to what a path asks how long it is."""
    return path.removesuffix(MEASURE).removesuffix(".")


def _is_column(ref: Reference) -> bool:
    return isinstance(ref, Ref) and bool(ref.clear) and not ref.path and not ref.into


def parts(refs: Sequence[Reference], asked: str) -> Iterator[Reference]:
    """References to the part `asked` of the value that `refs` make."""
    if asked.endswith(MEASURE) and not all(_is_column(ref) for ref in refs):
        asked = unmeasured(asked)  # it may be a text
        if not asked:
            yield from refs
            return
    lower = asked.lower()
    for ref in refs:
        if isinstance(ref, (Called, Member)):
            way = part("", ref.into.lower(), False, lower)
            if way is not None and (way[1] or isinstance(ref, Called)):
                yield replace(ref, into=way[1])
            continue
        if not isinstance(ref, (Ref, ScopeRef)):
            yield ref
            continue
        found = part(ref.path, ref.into.lower(), ref.clear, lower if ref.into else asked)
        if found is not None:
            yield replace(ref, path=found[0], into=found[1])
        elif isinstance(ref, ScopeRef):
            yield replace(ref, values=False)


def told(refs: Iterable[Reference]) -> list[Reference]:
    """References without the members of structs that rest on nothing."""
    return [ref for ref in refs if not isinstance(ref, Member)]


def lengths(refs: Sequence[Reference], how: How) -> Iterator[Reference]:
    """References to nothing but the length of the list that `refs` make."""
    for ref in taken(parts(refs, LENGTH), how, ""):
        yield replace(ref, transform="counted") if isinstance(ref, Ref) and ref.path.endswith(LENGTH) else ref


def placed(refs: Iterable[Reference], into: str) -> Iterator[Reference]:
    """References to the same value, at the place `into` of another one."""
    for ref in refs:
        yield replace(ref, into=joined(into, ref.into)) if isinstance(ref, (Ref, ScopeRef, Called, Member)) else ref


def ordered(refs: list[Reference], into: str, *, alike: bool) -> list[Reference]:
    """References to several values of which one goes to a place, where order tells the parts of structs.

    Those that are made on the spot call their members the same if they are `alike`.
    """
    places = Counter(ref.into.lower() for ref in refs if isinstance(ref, (Ref, ScopeRef, Called, Member)))
    if not alike or any(above in places for place in places for above in _above(place)):
        # Of one that is made here and of another that is not, the first names the members.
        return [*taken(refs, "output", into), Member(joined(into, UNTOLD))]
    return [
        replace(ref, clear=ORDERED)
        if isinstance(ref, (Ref, ScopeRef)) and ref.clear and places[ref.into.lower()] > 1
        else ref
        for ref in refs
    ]


def _above(place: str) -> Iterator[str]:
    """What a place in a value is in, up to the whole."""
    while place:
        place = place.rpartition(".")[0]
        yield place


def taken(refs: Iterable[Reference], how: How, into: str) -> Iterator[Reference]:
    """References to a value that loses its structure."""
    for ref in refs:
        if isinstance(ref, Member):
            continue
        used: How = how if ref.how == "output" else ref.how
        if isinstance(ref, (Ref, ScopeRef)):
            yield replace(ref, how=used, into=into, clear=False)
        elif isinstance(ref, Called):
            yield replace(ref, how=used, into=into)
        else:
            yield replace(ref, how=used)


def nameless(refs: list[Reference]) -> list[Reference]:
    """References to the same value, all of it at once where it is put together from others."""
    built = any(isinstance(ref, (Ref, ScopeRef, Called)) and ref.into for ref in refs)
    return list(taken(refs, "output", "")) if built else refs
