"""Tables that one script makes and then changes, statement by statement: each change gives another version of them.

Who reads such a table reads what it was at that point of the script, all others what it is in the end. A column that
an UPDATE sets in every row has nothing left of what it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.link.relations import Relation
from trackplan.sql.records import NOTHING_LEFT, NOWHERE, NotUnderstood, Output, Select, Source, Star, Statement

if TYPE_CHECKING:
    from trackplan.link.program import Block

# Statements that may run in another order, many times, or not at all: then nothing is said about the order.
_UNORDERED = re.compile(
    r"\b(begin|break|call|continue|do|elseif|execute|for|function|iterate|leave|loop|procedure|repeat|return|rollback"
    r"|savepoint|transaction|while)\b|\bif\b(?!\s*\(|\s+(?:not\s+)?exists\b)",
    re.IGNORECASE,
)
_MADE_ANEW = re.compile(r"\s*create\s+or\s+replace\b", re.IGNORECASE)
_ALTERED = re.compile(r"\s*alter\b", re.IGNORECASE)
_OF_BEFORE = ("version before",)


class Versions(Struct):
    """The versions of tables: `made` by (text, table), each with the number of the statement that gives it.

    `finals` leads from a version, by its id, to the table that it is one of.
    """

    made: dict[tuple[int, int], list[tuple[int, Relation]]] = {}
    finals: dict[int, Relation] = {}

    def at(self, block: Block, relation: Relation) -> Relation:
        """What a statement of a script reads where it names a table."""
        found = relation
        for number, version in self.made.get((id(block.unit), id(relation)), ()):
            if number >= block.number:
                break
            found = version
        return found

    def split(self, blocks: Sequence[Block]) -> list[tuple[Block, Relation, Statement]]:
        """Give each of the statements that build one table its version.

        Returned are the statements that take over what was there before: after which block, out of which version. They
        take over nothing but the names of the columns where all rows are gone.
        """
        target = blocks[0].target
        if target is None or not _in_order(blocks, target):
            return []
        carried: list[tuple[Block, Relation, Statement]] = []
        made = self.made.setdefault((id(blocks[0].unit), id(target)), [])
        for block in blocks:
            version = target
            if block is not blocks[-1]:
                version = Relation(target.parts, "table", target.place, declared=False)
                version.built = True
                self.finals[id(version)] = target
            if made and not _anew(block):
                carried.append((block, made[-1][1], _taking_over(block.statement.sets)))
            block.target = version
            made.append((block.number, version))
        return carried


def _in_order(blocks: Sequence[Block], target: Relation) -> bool:
    """Whether all that fills a table stands in one script, one statement after the other."""
    unit, first = blocks[0].unit, blocks[0].statement
    return (
        len(blocks) > 1
        and all(block.unit is unit and not block.statement.view for block in blocks)
        and not (first.insert or first.existing or first.partial)
        and unit.consumer is None
        and unit.relation is not target
        and not unit.copies
        and not target.source
        and unit.sql.rendered
        and not any(isinstance(statement, NotUnderstood) for statement in unit.record.statements)
        and _UNORDERED.search(unit.sql.text) is None
    )


def _anew(block: Block) -> bool:
    """Whether a statement makes its table anew, whatever was there before."""
    statement, text = block.statement, block.unit.sql.text
    start = text.rfind(";", 0, max(statement.span[0], 0)) + 1
    if statement.insert or statement.existing or statement.partial:
        return not statement.partial and _ALTERED.match(text, start) is not None
    return _MADE_ANEW.match(text, start) is not None


def _taking_over(sets: Sequence[str]) -> Statement:
    """`SELECT * FROM` the version before, but for the columns that are set in every row."""
    star = Star(0, replace={name: [] for name in sets if name != NOTHING_LEFT})
    select = Select(-1, [Source("before", _OF_BEFORE)], [Output("", [], NOWHERE, star=star)])
    return Statement(0, [select], (), NOWHERE)
