"""What edited files of SQL change in what a check has left: only their statements are linked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trackplan import evidence, seen
from trackplan.cache import files
from trackplan.derive import edited_sql
from trackplan.derive.edited_sql import Patches
from trackplan.errors import TooMuchError
from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.jinja.rendered import is_template
from trackplan.link.loom import Loom
from trackplan.link.net import Net
from trackplan.link.relink import Relinking

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.cache.pack import Pack
    from trackplan.derive.edited import Changes
    from trackplan.facts.base import FactBase
    from trackplan.last import Head
    from trackplan.link.relink import Relinked
    from trackplan.link.sheets import Text

_PATCHES = msgspec.msgpack.Decoder(Patches)


def patches(head: Head) -> Patches:
    """What earlier edits have changed."""
    return _PATCHES.decode(head.sql) if head.sql else Patches()


def weave(
    texts: dict[str, str], head: Head, net: str, pack: Pack, facts: Callable[[], FactBase], changes: Changes
) -> None:
    """Take on the other texts of some files, by their paths. Raises `TooMuchError`.

    `net` is the path of the net; `facts` gives the facts, to be brought up to date if anything is another in them.
    """
    if not (head.tables.keys() - {""} <= edited_sql.KEPT and edited_sql.STALE.issubset(head.unfilled)):
        raise TooMuchError
    weaving = _Weaving(head, net, pack, facts)
    for path, text in texts.items():
        weaving.take(path, text, changes)


class _Weaving:
    """Takes on the texts of edited files, one after the other."""

    def __init__(self, head: Head, net: str, pack: Pack, facts: Callable[[], FactBase]) -> None:
        body = files.read(net)
        if body is None or not head.net or seen.digest(body) != head.net:
            raise TooMuchError
        self._head = head
        self._patches = patches(head)
        self._net = Net(body, self._patches.over)
        self._pack = pack
        self._facts = facts
        self._opened = False

    def take(self, path: str, content: str, changes: Changes) -> None:
        """Take on another text of a file. Raises `TooMuchError`."""
        text = self._net.text(path)
        if text is None or path.endswith(".sqlx"):
            raise TooMuchError
        sql = self._sql(path, content, text)
        if any(told.startswith((f"{path}:", f"{path} ")) for told in self._net.head.everywhere):
            raise TooMuchError
        from trackplan.sql.statements import compile_text  # with the parser, which takes the most time of all

        record = compile_text(sql.text, sql.dialect)
        over = self._patches.over
        before = over.references or self._net.head.references, over.unclear if over.count else self._net.head.unclear
        found = Relinking(Loom(self._net, self._pack), sql, text, record).run()
        if any(old != new for old, new in found.places.items()):
            changes.cells.update(("place", end) for end in ("line", "column", "end_line", "end_column"))
        changes.places.update(found.places)
        self._derive(path, found, before, (over.references, over.unclear), changes)

    def _sql(self, path: str, content: str, text: Text) -> Sql:
        """The SQL of a file, rendered if it is a template. Raises `TooMuchError`."""
        if not text.template:
            if is_template(content):
                raise TooMuchError
            return Sql(content, text.dialect, Place(path))
        from trackplan.readers.dbt.rendering import again

        now = again(self._pack, text.template, content)
        return Sql(now.text, text.dialect, Place(path), origin=now.origin)

    def _derive(
        self, path: str, found: Relinked, before: tuple[int, int], now: tuple[int, int], changes: Changes
    ) -> None:
        """Write what is another in the facts."""
        patches = self._patches
        another = bool(
            found.reached or found.touched or found.read or found.respelled or found.renamed or before != now
        )
        if another or self._opened:
            base = self._facts()
            base.move(found.places)
            self._opened = True
        if another:
            if not before[0] or not now[0]:  # nothing is told of names where there are none
                raise TooMuchError
            note = evidence.coverage(base, *before), evidence.coverage(base, *now)
            derived = edited_sql.derive(base, self._net, found, self._head.unfilled, note)
            changes.cells |= derived.cells
            for table, rows in derived.rows.items():
                patches.rows.setdefault(table, {}).update(rows)
        patches.moved(path, found.places)
        self._head.sql = msgspec.msgpack.encode(patches)
