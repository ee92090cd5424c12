"""One statement, step by step: which column of which of its frames takes what from another, and in what form.

Where nothing is known of a form it is `computed`; where a name may mean something else, `unclear`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from trackplan.link.edges import Edge, shortened
from trackplan.link.frames import NAMED, ROWS, WHOLE, Key
from trackplan.link.linked import resolved
from trackplan.link.linking import Linking
from trackplan.link.program import Block
from trackplan.link.resolve import Resolver
from trackplan.sql.forms import COMPUTED, MIXED, PASSING, UNCLEAR, composed
from trackplan.sql.records import How, OutputRef, Ref, Reference, Select, Star, Union
from trackplan.sql.values import LENGTH, joined, unkeyed

Spot = tuple[int, int, str]
"""Where a value is: the frame, the position of its column there or ROWS, and the way to it inside that column."""


class Step(NamedTuple):
    """`to` (frame and position, or its ROWS) takes what is behind `key` and `path` in the given form."""

    key: Key
    path: str
    into: str
    clear: bool | int
    form: str
    to: tuple[int, int]


class Steps(Struct):
    """The steps of a statement by the frame that they start from; `names` are the columns of each frame."""

    root: int
    first: int
    names: list[list[str]]
    steps: dict[int, list[Step]] = {}
    _from: dict[tuple[int, int], list[Step]] = {}
    _called: dict[int, dict[str, list[Spot]]] = {}

    def slot(self, slot: int, name: str) -> list[Spot]:
        """The columns of the table at a slot that go by a name."""
        frame = self.first + slot
        called = self._called.get(frame)
        if called is None:
            called = self._called[frame] = {}
            for position, known in enumerate(self.names[frame]):
                called.setdefault(known.lower(), []).append((frame, position, ""))
        return called.get(name.lower(), [])

    def follow(self, spot: Spot, form: str) -> Iterator[tuple[Spot, str]]:
        """Where the value at `spot` goes next, and what is then left of what was taken of it as `form`."""
        frame, position, path = spot
        steps = self._from.get((frame, position))
        if steps is None:
            name = self.names[frame][position].lower()
            steps = [step for step in self.steps.get(frame, ()) if _takes(step.key, position, name)]
            self._from[frame, position] = steps
        for step in steps:
            met = _met(step, path)
            if met is not None:
                way, taken = met
                yield (*step.to, shortened(way) if step.to[1] != ROWS else ""), left(form, taken)


def left(first: str, then: str) -> str:
    """`composed`, where one of the forms may be unclear."""
    return UNCLEAR if UNCLEAR in (first, then) else composed(first, then)


def _takes(key: Key, position: int, name: str) -> bool:
    """Whether what is taken by a key is, or is in, the column at a position, that goes by a name in lower case."""
    return key in (WHOLE, position) if isinstance(key, int) else name not in key


def _met(step: Step, path: str) -> tuple[str, str] | None:
    """Where the value at `path` of a column is after a step, and the form in which it is taken; None if it is not."""
    asked = unkeyed(step.path)
    if step.key == WHOLE:
        return None if asked == LENGTH else (step.into, left(step.form, COMPUTED))
    if asked == path:
        return step.into, step.form
    if not asked or path.startswith(f"{asked}."):
        rest = path[len(asked) + 1 :] if asked else path
        if step.clear and not step.form:
            return joined(step.into, rest), ""
        return step.into, left(step.form, COMPUTED)
    if not path or asked.startswith(f"{path}."):
        return step.into, left(step.form, COMPUTED)
    return None


def steps_of(linking: Linking, block: Block) -> Steps:
    """The steps of a statement, which is resolved once more for them."""
    scopes = linking.demand.scopes(block)
    resolver = resolved(block, scopes, linking.program.tables, linking.demand.wanted(block, scopes))
    found = Steps(scopes.root, scopes.count, [])
    for to, edge, form in _all(resolver):
        if edge[1] != ROWS:
            sure = form if edge[5] == NAMED else UNCLEAR
            step = Step(edge[1], edge[2], edge[3], edge[4], sure, to)
            found.steps.setdefault(edge[0], []).append(step)
    found.names = [frame.names for frame in scopes.frames]
    return found


Taken = tuple[tuple[int, int], Edge, str]


def _all(resolver: Resolver) -> Iterator[Taken]:
    for number, scope in enumerate(resolver.scopes):
        if isinstance(scope, Select):
            yield from _outputs(resolver, number, scope)
            yield from _rows(resolver, number, scope)
        elif isinstance(scope, Union):
            yield from _union(resolver, number, scope)
        else:
            yield from _columns(resolver, number, COMPUTED)
            yield from (((number, ROWS), edge, COMPUTED) for edge in resolver.rows[number])
    for number in resolver.state.base_of:
        yield from _columns(resolver, number, "")


def _columns(resolver: Resolver, number: int, form: str) -> Iterator[Taken]:
    for position, edges in enumerate(resolver.columns[number]):
        yield from (((number, position), edge, form) for edge in edges or ())


def _outputs(resolver: Resolver, number: int, scope: Select) -> Iterator[Taken]:
    frame = resolver.frames[number]
    plain = all(_is_plain(output.star, output.refs) for output in scope.outputs)
    for position in range(len(frame.names)):
        origin = position if frame.origins is None else frame.origins[position]
        if isinstance(origin, int):
            for ref in scope.outputs[origin].refs:
                form = _form(ref, "output")
                yield from (((number, position), e, form) for e in _edges(resolver, number, ref, origin))
        else:
            form = "" if plain else COMPUTED
            yield from (((number, position), e, form) for e in resolver.columns[number][position] or ())


def _is_plain(star: Star | None, refs: Iterable[Reference]) -> bool:
    """Whether an item is no star, or one that gives columns as they are."""
    return star is None or not (any(refs) or star.replace or star.members or star.subset)


def _rows(resolver: Resolver, number: int, scope: Select) -> Iterator[Taken]:
    for ref in scope.rows:
        form = _form(ref, "filter")
        yield from (((number, ROWS), edge, form) for edge in _edges(resolver, number, ref))
    shared = {name.lower() for source in scope.sources for name in source.using}
    natural = any(source.natural for source in scope.sources)
    for edge in resolver.rows[number] if shared or natural else ():
        frame, key = edge[0], edge[1]
        if natural or not isinstance(key, int) or (key >= 0 and resolver.frames[frame].names[key].lower() in shared):
            yield (number, ROWS), edge, "joined"


def _union(resolver: Resolver, number: int, scope: Union) -> Iterator[Taken]:
    yield from _columns(resolver, number, MIXED if len(scope.members) > 1 else "")
    alike = scope.by_name or len({len(resolver.frames[member].names) for member in scope.members}) == 1
    form = "joined" if scope.distinct and alike else COMPUTED
    told = [edge for ref in scope.rows for edge in _edges(resolver, number, ref)]
    yield from (((number, ROWS), edge, form) for edge in resolver.rows[number] if edge not in told)
    for ref in scope.rows:
        yield from (((number, ROWS), edge, _form(ref, "filter")) for edge in _edges(resolver, number, ref))


def _edges(resolver: Resolver, number: int, ref: Reference, output: int | None = None) -> list[Edge]:
    return resolver.edges(number, [ref], output, noting=False)


def _form(ref: Reference, at: How) -> str:
    """The form in which a reference takes its value, in an output or `at` what decides the rows."""
    if isinstance(ref, OutputRef):
        return "told apart" if ref.how in ("group", "distinct") else "ordered" if ref.how == "order" else COMPUTED
    if not isinstance(ref, Ref):
        return COMPUTED
    form, how = ref.transform, ref.how
    if form not in PASSING or (at == "output" and how == "output"):
        return form
    if how in ("group", "distinct"):
        return composed(form, "told apart")
    return composed(form, "ordered") if how == "order" else COMPUTED
