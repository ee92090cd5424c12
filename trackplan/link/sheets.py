"""The pieces of a net: tables, statements, texts, and what is laid over them."""

from __future__ import annotations

from msgspec import Struct, field

from trackplan.link.structs import Layout
from trackplan.sql.text import Lines, Origin

Parts = tuple[str, ...]
Triple = tuple[bytes, bytes, bytes]
"""Who reaches something, as `Masks` in bytes."""


class Sheet(Struct, array_like=True):
    """A table: how it is called and which columns it has, first those `known`, then those that it was asked for.

    `key` is that of its relation in the facts, 0 for none. `readers` are the tables that steps lead from to here, and
    -1 less the number for statements of consumers. `said` are the columns that somebody declares, with no others where
    it is `closed`. `odd` tells that more rests on it than steps tell. `taken` are the lower-case names of columns that
    declared consumers take, be they there or not. `layouts` are those that somebody asked for, by positions.
    """

    parts: Parts
    key: int
    raw: bool
    built: bool
    declared: bool
    names: list[str]
    known: int
    open: bool
    starred: bool
    lists: list[str]
    wanted: dict[str, tuple[str, bool]]
    first: int
    bases: tuple[int, ...]
    strength: int
    copied: list[int]
    builders: list[int]
    takers: bytes
    paths: list[tuple[int, str, int]]
    alls: list[tuple[list[str], str, int]]
    odd: bool
    said: list[str]
    closed: bool
    taken: list[str]
    layouts: list[tuple[int, Layout]]
    readers: list[int] = []


class Thread(Struct, array_like=True):
    """A statement: its text by number, which table it fills, which it reads, by name, and under which key it is kept.

    `asker` is the bit of the consumer whose statement it is, -1 for models.
    """

    unit: int
    target: int
    slots: list[int]
    names: list[tuple[Parts, int]]
    columns: Parts
    by_position: bool
    ordered: bool
    asker: int
    linked: bytes
    clear: bool


class Text(Struct, array_like=True):
    """A file of SQL: its dialect, its statements by number, under which key its record is kept, its `lines`' lengths.

    `odd` tells that what it says cannot be taken statement by statement; `idle` that its use amounts to none. What was
    rendered has its `origin`, and a `template` as in `Sql`; its lines are those that it was rendered to.
    """

    dialect: str
    own: int
    blocks: list[int]
    record: bytes
    odd: bool
    idle: bool
    lines: list[int]
    origin: Origin = ()
    template: bytes = b""

    def blank(self, path: str) -> Lines:
        """The lines of the text in a file, of which nothing but their lengths is known."""
        return Lines("\n".join("x" * length for length in self.lines), path, self.origin)


class Head(Struct):
    """What is needed at once. `references` and `unclear` count names; `calls` are the project's own functions.

    `everywhere`, `told`, `words`, `asking` and `shift` are what a doubt rests on; `relations` has the table of each
    relation in the order of their keys. `reads_decide` tells that which table a file builds may depend on what others
    read, `idle` and `taken` what verdicts ask of all consumers.
    """

    count: int
    consumers: int
    references: int
    unclear: int
    calls: list[str]
    everywhere: list[str]
    told: list[str]
    words: dict[str, bytes]
    asking: list[bytes]
    shift: int
    reads_decide: bool
    idle: bool
    taken: bool
    relations: list[int]
    texts: dict[str, int]


class Overlay(Struct):
    """What is another now than in the net: all by number."""

    count: int = 0
    references: int = 0
    unclear: int = 0
    homes: dict[int, int] = field(default_factory=dict)
    masks: dict[int, Triple] = field(default_factory=dict)
    asked: dict[int, Triple] = field(default_factory=dict)
    sheets: dict[int, Sheet] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)
    steps: dict[int, list[tuple[list[int], list[int], list[int], int]]] = field(default_factory=dict)
    texts: dict[str, Text] = field(default_factory=dict)
    records: dict[int, bytes] = field(default_factory=dict)
    linked: dict[int, bytes] = field(default_factory=dict)
