"""Tests in property files → consumers that test: which columns of which relations they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trackplan import names
from trackplan.documents import Node
from trackplan.facts.declared import Consumer, Taken
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

Parts = tuple[str, ...]
_KEYS = ("tests", "data_tests")
_NOTHING = Node(None, Place(""))


class Checks:
    """The tests of one property file; `named` gives the relation that a `ref(…)` or `source(…)` in a text means."""

    def __init__(self, dialect: str, named: Callable[[Node], Parts | None]) -> None:
        self._dialect = dialect
        self._named = named

    def of(self, node: Node, name: str, parts: Parts) -> Iterator[Consumer]:
        """The tests of a relation as one consumer, which takes the columns that they look at."""
        columns: list[str] = []
        others: list[Taken] = []
        first: Node | None = None
        for column in (node.get("columns") or _NOTHING).elements():
            tests = list(_tests(column))
            first = first or (tests[0] if tests else None)
            if tests and "{{" not in column.string("name"):
                columns.append(self._fold(column.string("name")))
            for test in tests:
                others.extend(self._other(test))
        for test in _tests(node):
            first = first or test
            others.extend(self._other(test))
            columns.extend(self._fold(c) for c in _columns(test))
        if first is not None:
            own = Taken(parts, first.place, tuple(dict.fromkeys(columns)))
            yield Consumer("test", name, first.place, takes=(own, *dict.fromkeys(others)))

    def unit(self, node: Node) -> Consumer:
        """A unit test, which reads no data: it takes what it expects of its model."""
        place = (node.get("name") or node).place
        model = node.get("model")
        rows = (node.get("expect") or _NOTHING).get("rows") or _NOTHING
        asked = tuple(dict.fromkeys(self._fold(key) for row in rows.elements() for key, _ in row.items()))
        parts = (self._fold(model.text.strip()),) if model is not None else ()
        takes = (Taken(parts, model.place, asked),) if model is not None else ()
        return Consumer("test", f"unit.{node.string('name')}", place, takes=takes)

    def _other(self, test: Node) -> Iterator[Taken]:
        """The relation that a test compares with."""
        for holder in _settings(test):
            to = holder.get("to") or holder.get("compare_model")
            parts = self._named(to) if to is not None else None
            if to is not None and parts is not None:
                field = holder.string("field")
                yield Taken(parts, to.place, (self._fold(field),) if field else ())

    def _fold(self, name: str) -> str:
        return names.fold(name, False, self._dialect)


def _tests(node: Node) -> Iterator[Node]:
    for key in _KEYS:
        yield from (node.get(key) or _NOTHING).elements()


def _settings(test: Node) -> Iterator[Node]:
    """The mappings that may hold a test's arguments."""
    for value in test.value.values() if isinstance(test.value, dict) else ():
        yield value
        yield value.get("arguments") or _NOTHING


def _columns(test: Node) -> Iterable[str]:
    """The columns that a test of a whole relation names."""
    found: list[str] = []
    for holder in _settings(test):
        for key in ("column_name", "combination_of_columns", "column_list"):
            found.extend(name for name in holder.strings(key) if "{{" not in name)
    return found
