"""Calls of functions that a project defines and that read no table → what these take of the arguments.

`prop(payload, 'step')` reads one key of the payload, wherever the function is defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from trackplan.sql.records import Called, Helper, Opaque, Ref, Reference, Scope, Select, Statement, called
from trackplan.sql.values import HOLE, STRUCTS_BY_ORDER, nameless, parts, placed, taken

if TYPE_CHECKING:
    from trackplan.link.program import Unit


class Helpers(Struct):
    """The helpers of all texts, by the name under which a call is kept."""

    _by_name: dict[str, list[tuple[Unit, Helper]]] = {}

    @classmethod
    def of(cls, units: Sequence[Unit], hidden: frozenset[str]) -> Helpers:
        """The helpers of the project. Those whose name is `hidden` may be something else as well."""
        found = cls()
        own = hidden.union(helper.name[-1] for unit in units for helper in unit.record.helpers)
        for unit in units:
            for helper in unit.record.helpers:
                if helper.name[-1] not in hidden and not own.intersection(c.removesuffix("()") for c in helper.calls):
                    found._by_name.setdefault(called(helper.name[-1]), []).append((unit, helper))
        return found

    def follow(self, units: Sequence[Unit]) -> None:
        """Write what helpers take in place of their calls."""
        for unit in units if self._by_name else ():
            statements = [
                self._followed(unit, s) if isinstance(s, Statement) and self._by_name.keys() & s.calls.keys() else s
                for s in unit.record.statements
            ]
            if statements != unit.record.statements:
                unit.record = replace(unit.record, statements=statements)

    def _followed(self, unit: Unit, statement: Statement) -> Statement:
        return replace(statement, scopes=[self._scope(unit, scope) for scope in statement.scopes])

    def _scope(self, unit: Unit, scope: Scope) -> Scope:
        if isinstance(scope, Opaque):
            each = {name: self._refs(unit, refs) for name, refs in scope.each.items()}
            return replace(scope, refs=self._refs(unit, scope.refs), each=each)
        rows = self._refs(unit, scope.rows)
        if not isinstance(scope, Select):
            return replace(scope, rows=rows)
        outputs = []
        for output in scope.outputs:
            star = output.star
            if star is not None and star.replace:
                star = replace(star, replace={n: self._refs(unit, refs) for n, refs in star.replace.items()})
            outputs.append(replace(output, refs=self._refs(unit, output.refs), star=star))
        return replace(scope, rows=rows, outputs=outputs)

    def _refs(self, unit: Unit, refs: Sequence[Reference]) -> list[Reference]:
        found: list[Reference] = []
        for ref in refs:
            helper = self._meant(unit, ref) if isinstance(ref, Called) else None
            if helper is None or not isinstance(ref, Called):
                found.append(ref)
            else:
                by_name = unit.sql.dialect not in STRUCTS_BY_ORDER
                given = ref.given if by_name else [*map(nameless, ref.given)]
                for number in () if by_name else helper.typed:
                    given[number] = list(taken(given[number], "output", ""))
                found.extend(_filled(helper, replace(ref, given=given)))
        return found

    def _meant(self, unit: Unit, call: Called) -> Helper | None:
        """The helper that a call surely means."""
        found = self._by_name.get(call.name, [])
        own = [h for u, h in found if h.temporary and u is unit]
        meant = own or [h for _, h in found if not h.temporary]
        if len(meant) != 1 or len(meant[0].parameters) != len(call.given):
            return None
        space = meant[0].name[:-1]
        pairs = zip(reversed(space), reversed(call.space), strict=False)
        agrees = bool(space) >= bool(call.space) and all(a == b for a, b in pairs)
        return meant[0] if agrees else None


def _filled(helper: Helper, call: Called) -> Iterator[Reference]:
    """What a helper takes of the arguments of a call."""
    for ref in helper.refs:
        if ref.hidden:  # the parameter of a lambda, whose place a column beside the call may take
            yield from taken([ref], call.how, call.into)
            continue
        given = call.given[helper.parameters.index(ref.name.lower())]
        path, cut, holes = _path(ref.path, dict(call.texts))
        for hole in holes:
            yield from taken(call.given[hole], call.how, call.into)
        found: Iterable[Reference] = parts(given, path)
        clear = ref.clear and not cut and call.how == "output" and ref.how == "output"
        into = f"{call.into}.{ref.into}".strip(".")
        for each in placed(found, into) if clear else taken(found, call.how if ref.how == "output" else ref.how, into):
            plain = isinstance(each, Ref) and not each.transform
            yield replace(each, transform=ref.transform) if plain and isinstance(each, Ref) else each


def _path(path: str, texts: dict[int, str]) -> tuple[str, bool, list[int]]:
    """A path whose holes are filled, as far as texts fill them; whether it ends early, and the holes that are left."""
    segments: list[str] = []
    for segment in path.split(".") if path else ():
        if not segment.startswith(HOLE):
            segments.append(segment)
            continue
        number = int(segment.removeprefix(HOLE))
        if number not in texts:
            return ".".join(segments), True, [number]
        from trackplan.sql.json_paths import text_way  # loads the parser, which few runs need

        way = text_way(texts[number])
        segments += way.path
        if way.cut:
            return ".".join(segments), True, []
    return ".".join(segments), False, []
