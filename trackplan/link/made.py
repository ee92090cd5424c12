"""What models are made from, by the names that their files read: one may bear the name of a table behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from trackplan.names import ends_alike, is_same

Parts = tuple[str, ...]


class Reads(Struct):
    """What the files of models of one name read, and the names of the columns that they give, all in lower case.

    Among these, `*` stands for columns that nobody knows.
    """

    tables: set[Parts] = set()
    columns: set[str] = set()


class Made:
    """What the models of a project read, by their own last names."""

    def __init__(self, reads: Mapping[str, Reads]) -> None:
        self._reads = reads

    def behind(self, model: str) -> set[Parts]:
        """The names that a model reads, directly or through other models."""
        found: set[Parts] = set()
        pending, seen = [model], {model}
        while pending:
            reads = self._reads.get(pending.pop())
            if reads is not None:
                found |= reads.tables
                fresh = {parts[-1] for parts in reads.tables} - seen
                seen |= fresh
                pending.extend(fresh)
        return found

    def is_from(self, table: Parts, columns: Collection[str], model: Parts, is_this: bool) -> bool | None:
        """Whether a model is made from a table of some schema that has its name, and so builds another one.

        What it reads itself beside other tables may be its own table, to which it adds: it is where it reads that by
        the model's very name, and nobody knows where it has all the columns that the model gives (`columns` are all
        that the table has). With `is_this`, the model's very name is its own table for sure.
        """
        reads = self._reads.get(model[-1].lower())
        names = {parts for parts in self.behind(model[-1].lower()) if ends_alike(table, parts)}
        others = {parts for parts in names if not is_same(parts, model)}
        if reads is None or not names or (is_this and not others):
            return False
        if reads.tables <= names or not others <= reads.tables or not reads.columns <= set(columns):
            return bool(others) or reads.tables <= names
        return None if others else False
