"""Texts of SQL → records, one by one: each depends on its own text and dialect alone, so it is compiled once."""

from __future__ import annotations

import sys
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trackplan import garbage, workers
from trackplan.cache.pack import Pack, key
from trackplan.sql.records import NotUnderstood, Record
from trackplan.sql.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.facts.declared import Sql

Text = tuple[str, str, bool]
"""A text, its dialect, and whether no template code is left in it."""

_SHARE = 200_000  # characters for which a process of its own is worth its start
_RECORDS = msgspec.msgpack.Decoder(Record)
_TEXTS = msgspec.msgpack.Decoder(list[Text])
_ANSWER = msgspec.msgpack.Decoder(list[bytes])
_ENCODER = msgspec.msgpack.Encoder()


def compile_all(texts: Sequence[Sql], pack: Pack | None = None, jobs: int = 1) -> list[Record]:
    """The records of `texts`, in the same order; those that `pack` holds are taken from there."""
    pack = pack or Pack()
    records = [_unclear(sql) if sql.unclear else None for sql in texts]
    missing: dict[int, tuple[Text, bytes]] = {}
    for number, sql in enumerate(texts):
        if records[number] is None:
            under = key(compiler(), "record", sql.dialect, "01"[sql.rendered], sql.text)
            records[number] = _decoded(pack.get(under))
            if records[number] is None:
                missing[number] = ((sql.text, sql.dialect, sql.rendered), under)
    with garbage.looked_for(seldom=True):
        made = _compiled([text for text, _ in missing.values()], jobs)
    for number, (record, encoded) in zip(missing, made, strict=True):
        records[number] = record
        pack.put(missing[number][1], encoded)
    return [record for record in records if record is not None]


def serve(task: bytes) -> bytes:
    """In a process of its own: compile the texts of the task, give their records as bytes."""
    with garbage.looked_for(seldom=True):
        return _ENCODER.encode([_ENCODER.encode(_record(text)) for text in _TEXTS.decode(task)])


@cache
def compiler() -> bytes:
    """What stands for the code that makes records: our own, and the version of the parser, without loading it."""
    here = Path(__file__).parent
    own = [path.read_bytes() for path in sorted((here / "sql").glob("*.py"))]
    spec = PathFinder.find_spec("sqlglot")
    folder = Path(spec.origin).parent if spec and spec.origin else here
    parser = [path.read_bytes() for path in sorted(folder.glob("_version.py"))]
    names = (here / "names.py").read_bytes()
    return key(str(sys.version_info[:2]), *own, names, *(parser or [str(folder).encode()]))


def _compiled(texts: list[Text], jobs: int) -> list[tuple[Record, bytes]]:
    """Each text's record, also as bytes. The result does not depend on who compiles it."""
    shares = _shares(texts, jobs)
    made: dict[int, tuple[Record, bytes]] = {}
    tasks = [[texts[number] for number in share] for share in shares]
    helpers = [workers.start(f"{__name__}:serve", _ENCODER.encode(task)) for task in tasks[1:]]
    try:
        for share, task, helper in zip(shares, tasks, [None, *helpers], strict=True):
            answer = helper.answer() if helper is not None else None
            made.update(zip(share, _theirs(task, answer) or map(_own, task), strict=True))
    finally:
        for helper in helpers:
            if helper is not None:
                helper.stop()
    return [made[number] for number in range(len(texts))]


def _shares(texts: list[Text], jobs: int) -> list[list[int]]:
    """The numbers of the texts in as many shares as processes are worth their start, of about the same length."""
    lengths = [len(text[0]) for text in texts]
    shares: list[list[int]] = [[] for _ in range(max(1, min(jobs, sum(lengths) // _SHARE)))]
    if len(shares) == 1:
        return [list(range(len(texts)))]
    sizes = [0] * len(shares)
    for number in sorted(range(len(texts)), key=lambda number: -lengths[number]):
        least = sizes.index(min(sizes))
        shares[least].append(number)
        sizes[least] += lengths[number]
    return shares


def _own(text: Text) -> tuple[Record, bytes]:
    record = _record(text)
    return record, _ENCODER.encode(record)


def _theirs(texts: list[Text], answer: bytes | None) -> list[tuple[Record, bytes]]:
    """What another process made of its share; nothing where it failed."""
    try:
        pieces = _ANSWER.decode(answer or b"")
        return [(_RECORDS.decode(piece), piece) for _, piece in zip(texts, pieces, strict=True)]
    except (msgspec.DecodeError, ValueError):
        return []


def _record(text: Text) -> Record:
    from trackplan.sql.statements import compile_text, templated

    return compile_text(text[0], text[1]) if text[2] else templated(text[0])


def _unclear(sql: Sql) -> Record:
    """The record of a text of which its reader says that it is not followed."""
    reason, detail = sql.unclear or ("unsupported", "")
    start = len(sql.text) - len(sql.text.lstrip())
    return Record([NotUnderstood(reason, detail, words(sql.text), "*" in sql.text, (start, len(sql.text)))])


def _decoded(piece: bytes | None) -> Record | None:
    try:
        return _RECORDS.decode(piece) if piece is not None else None
    except (msgspec.DecodeError, ValueError):
        return None
