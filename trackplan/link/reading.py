"""Which tables an edited statement reads, where that can be told without looking at all others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from trackplan.errors import TooMuchError
from trackplan.link import net as nets
from trackplan.link.net import Net
from trackplan.link.said import Parts, named
from trackplan.sql.records import Statement


@dataclass(slots=True)
class Reading:
    """Lays over the net who reads which table now; `more` has by how many statements more each is read."""

    net: Net
    more: Counter[int] = field(default_factory=Counter)

    def of(self, number: int, old: Statement, new: Statement, known: dict[Parts, int]) -> dict[Parts, int]:
        """The tables that a statement reads now, by name; it read those `known`.

        Raises `TooMuchError` where more rests on that.
        """
        net = self.net
        thread = net.thread(number)
        was, now = named(old), named(new)
        reads = {parts: known[parts] if parts in known else self._table(parts) for parts in now}
        if was.keys() == now.keys():
            return self._as_often(was, now, reads)
        others = net.called(old.target) if old.target else []
        if net.head.reads_decide or any(other != thread.target for other in others):
            raise TooMuchError
        self._as_often(was, now, {**known, **reads})
        me = [
            owner for owner, is_one in ((thread.target, thread.target >= 0), (-1 - number, thread.asker >= 0)) if is_one
        ]
        for table in sorted(set(reads.values()) ^ set(known.values())):
            self._reader(table, me, 1 if table in reads.values() else -1)
        return reads

    def _as_often(self, was: Counter[Parts], now: Counter[Parts], reads: dict[Parts, int]) -> dict[Parts, int]:
        """`reads`, where each table of which each mention is told is mentioned as often as before."""
        for parts, number in reads.items():
            sheet = self.net.sheet(number)
            if was[parts] != now[parts] and (sheet.bases or not (sheet.declared or sheet.built)):
                raise TooMuchError
        return reads

    def _table(self, parts: Parts) -> int:
        """The one table that a name surely means that the statement did not use before."""
        if parts[-1].endswith(("*", "()")):
            raise TooMuchError
        found = set(self.net.called(parts))
        exact = {n for n in found if _same(self.net.sheet(n).parts, parts)}
        if len(exact or found) != 1 or not self.net.sheet(next(iter(exact or found))).declared:
            raise TooMuchError
        return next(iter(exact or found))

    def _reader(self, number: int, me: list[int], more: int) -> None:
        """A table is read by this statement too, or no longer. Raises `TooMuchError` where more rests on that."""
        net = self.net
        sheet = net.sheet(number)
        others = [reader for reader in sheet.readers if reader not in me]
        counts = any(reader >= 0 or net.reads(reader, number) for reader in me)
        is_leaf = sheet.built and counts and not any(net.reads(reader, number) for reader in others)
        if number in me or sheet.bases or is_leaf or (more > 0 and any(self._leads(number, n) for n in me if n >= 0)):
            raise TooMuchError
        net.over.sheets[number] = msgspec.structs.replace(sheet, readers=[*others, *me] if more > 0 else others)
        self.more[number] += more

    def _leads(self, start: int, goal: int) -> bool:
        """Whether a table is made of another one."""
        net = self.net
        pending, seen = [start], {start}
        while pending:
            sheet = net.sheet(pending.pop())
            behind = {*sheet.bases, *sheet.copied, *(slot for b in sheet.builders for slot in net.thread(b).slots)}
            if goal in behind:
                return True
            pending.extend(behind - seen)
            seen |= behind
        return False


def _same(left: Parts, right: Parts) -> bool:
    return len(left) == len(right) and nets.agree(left, right)
