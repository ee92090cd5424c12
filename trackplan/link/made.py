"""What models are made from, by the names that their files read: one may bear the name of a table behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from msgspec import Struct

from trackplan.link.components import components
from trackplan.names import ends_alike, is_same

Parts = tuple[str, ...]


class Reads(Struct):
    """What the files of models of one name read, and the names of the columns that they give, all in lower case.

    Among these, `*` stands for columns that nobody knows.
    """

    tables: set[Parts] = set()
    columns: set[str] = set()


class Made:
    """What the models of a project read; `told` tells it by their own last names, once somebody asks.

    `columns` tells the columns of a table by its name, in lower case, if all are known.
    """

    def __init__(self, told: Callable[[], Mapping[str, Reads]]) -> None:
        self._told = told
        self.columns: Callable[[Parts], Collection[str]] = lambda _: ()
        self._others: dict[Parts, bool] = {}

    @cached_property
    def _reads(self) -> Mapping[str, Reads]:
        return self._told()

    @cached_property
    def _circles(self) -> dict[str, list[str]]:
        """The models that are made from each other, if only by their last names, by each of these."""
        names = list(self._reads)
        numbers = {name: number for number, name in enumerate(names)}
        tables = (self._reads[name].tables for name in names)
        edges = [[numbers[parts[-1]] for parts in each if parts[-1] in numbers] for each in tables]
        circles = ([names[number] for number in part] for part in components(edges) if len(part) > 1)
        return {name: circle for circle in circles for name in circle}

    def names(self, model: str, last: str) -> set[Parts]:
        """The names of tables with some last name that a model reads, directly or through other models."""
        # What a model reads under its own last name, those read which it is on a circle with, if only by these names.
        behind = self._circles.get(model, [model]) if last == model else self._behind(model)
        # Another model that reads what bears its very name reads its own table (`this`), and no other.
        read = ((name, self._reads[name].tables) for name in behind if name in self._reads)
        found = ((name, parts) for name, tables in read for parts in tables if parts[-1] == last)
        return {parts for name, parts in found if name == model or parts != (name,)}

    @cached_property
    def _named(self) -> dict[str, list[tuple[str, Parts]]]:
        """The names of tables in some schema that models read, with these, by their last names."""
        found: dict[str, list[tuple[str, Parts]]] = {}
        for model, reads in self._reads.items():
            for parts in reads.tables:
                if len(parts) > 1:
                    found.setdefault(parts[-1], []).append((model, parts))
        return found

    def is_named(self, table: Parts, model: Parts) -> bool:
        """Whether other models read a table by the name of its schema: what they build they would not call so."""
        own = model[-1].lower()
        named = self._named.get(table[-1].lower(), ())
        return any(name != own and ends_alike(table, parts) for name, parts in named)

    def _behind(self, model: str) -> set[str]:
        pending, seen = [model], {model}
        while pending:
            reads = self._reads.get(pending.pop())
            fresh = {parts[-1] for parts in reads.tables} - seen if reads is not None else set()
            seen |= fresh
            pending.extend(fresh)
        return seen

    def is_from(self, table: Parts, columns: Collection[str], model: Parts, is_this: bool) -> bool | None:
        """Whether a model is made from a table that may be what it builds, by its name, and so builds another one.

        What it reads itself beside other tables may be its own table, to which it adds: it is where it reads that by
        the model's very name, and nobody knows where one of the two has all `columns` of the other, as far as these
        are known, since tables in a warehouse may be older than the files. With `is_this`, the model's very name is
        its own table for sure.
        """
        reads = self._reads.get(model[-1].lower())
        names = {p for p in self.names(model[-1].lower(), table[-1].lower()) if ends_alike(table, p)}
        others = {parts for parts in names if not is_same(parts, model)}
        if reads is None or not names or (is_this and not others):
            return False
        if not is_this and others and not others & reads.tables:
            return self._through(table, model[-1].lower())
        gives, has = reads.columns, set(columns)
        is_alike = bool(has) and ("*" in gives or gives <= has or has <= gives)
        if reads.tables <= names or not others <= reads.tables or not is_alike:
            return bool(others) or reads.tables <= names
        return None if others else False

    def _through(self, table: Parts, model: str) -> bool | None:
        """Whether a model is made from a table of its name that only others of its circle read.

        Of `a.x` that is made into `b.y`, and `b.y` that is made into `x`, one is what a model builds, and the other is
        not. It is not where it has columns that the model does not give.
        """
        readers = {name for name in self._circles.get(model, ()) for p in self._reads[name].tables if _means(p, table)}
        if readers & self._reached(model, lambda parts: len(parts) == 1):
            return True
        is_other = self._is_other(table)
        if readers & self._reached(model, lambda parts: not self._is_other(parts)):
            return True if is_other else None
        return None if is_other else False

    def _reached(self, model: str, follows: Callable[[Parts], bool]) -> set[str]:
        """The models of its circle that a model is made from, as far as the names that these read are followed."""
        circle = set(self._circles.get(model, ()))
        pending, seen = [model], {model}
        while pending:
            fresh = {p[-1] for p in self._reads[pending.pop()].tables if p[-1] in circle - seen and follows(p)}
            seen |= fresh
            pending.extend(fresh)
        return seen

    def _is_other(self, table: Parts) -> bool:
        """Whether a table has columns that the model of its name does not give, as far as both are known."""
        known = self._others.get(table)
        if known is None:
            reads = self._reads.get(table[-1].lower(), Reads())
            has = set(self.columns(table))
            known = self._others[table] = bool(has) and "*" not in reads.columns and not has <= reads.columns
        return known


def _means(name: Parts, table: Parts) -> bool:
    return len(name) > 1 and ends_alike(table, name)
