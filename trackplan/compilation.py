"""Texts of SQL → records, one by one: each depends on its own text and dialect alone, so it is compiled once."""

from __future__ import annotations

import sys
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trackplan import copies, garbage, workers
from trackplan.cache.pack import Pack
from trackplan.cache.sections import key
from trackplan.sql.records import NotUnderstood, Record
from trackplan.sql.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.facts.declared import Sql

Text = tuple[str, str, bool]
"""A text, its dialect, and whether no template code is left in it."""

_SHARE = 200_000  # characters for which a process of its own is worth its start
_RECORDS = msgspec.msgpack.Decoder(Record)
_TEXTS = msgspec.msgpack.Decoder(list[Text])
_ANSWER = msgspec.msgpack.Decoder(list[bytes])
_ENCODER = msgspec.msgpack.Encoder()


class Compilation:
    """Compiles texts with up to `jobs` processes; what `pack` holds is taken from there, and it gets what is new.

    While it is open, copies of this process may be at work on what was begun.
    """

    def __init__(self, pack: Pack | None = None, jobs: int = 1) -> None:
        self._pack = pack or Pack()
        self._jobs = jobs
        self._known: dict[Text, Record] = {}
        self._begun: list[Text] = []
        self._shared: copies.Shared | None = None

    def __enter__(self) -> Compilation:
        return self

    def __exit__(self, *error: object) -> None:
        if self._shared is not None:
            self._shared.close()

    def begin(self, texts: Sequence[Sql]) -> None:
        """Let others begin with some texts while more are read, if that can be and is worth it."""
        if self._jobs > 1 and copies.possible():
            self._share(self._missing([_text(sql) for sql in texts if not sql.unclear]))

    def records(self, texts: Sequence[Sql]) -> list[Record]:
        """The records of `texts`, in the same order."""
        with garbage.looked_for(seldom=True):
            self._finish()
            self._share(self._missing([_text(sql) for sql in texts if not sql.unclear]))
            self._finish()
        return [_unclear(sql) if sql.unclear else self._known[_text(sql)] for sql in texts]

    def _missing(self, texts: Iterable[Text]) -> list[Text]:
        """The texts that have to be compiled, each once; what is kept of the others is taken."""
        missing: list[Text] = []
        for text in dict.fromkeys(texts):
            if text not in self._known:
                record = _decoded(self._pack.get(_name(text))) if self._pack.lasts else None
                if record is None:
                    missing.append(text)
                else:
                    self._known[text] = record
        return missing

    def _share(self, missing: list[Text]) -> None:
        """Begin with texts, together with copies of this process if they are worth their start."""
        self._begun = listed = sorted(missing, key=lambda text: -len(text[0]))  # none shall wait for a long one
        jobs = min(self._jobs, sum(len(text) for text, _, _ in listed) // _SHARE)
        if jobs > 1 and copies.possible():
            from trackplan.sql import statements  # noqa: F401 - here, so that not each copy has to load it

            self._shared = copies.Shared(len(listed), lambda number: _encoded(listed[number]), jobs)

    def _finish(self) -> None:
        """Compile what was begun."""
        listed = self._begun
        if self._shared is None:
            made = dict(enumerate(_compiled(listed, self._jobs)))
        else:
            made = {number: _made(listed[number]) for number in self._shared.items()}
            for number, piece in self._shared.answers().items():
                if number not in made and (theirs := _decoded(piece)) is not None:
                    made[number] = theirs, piece
        for number, text in enumerate(listed):
            self._known[text], piece = made.get(number) or _made(text)
            if self._pack.lasts:
                self._pack.put(_name(text), piece or _ENCODER.encode(self._known[text]))
        self._begun, self._shared = [], None


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
    """Each text's record, also as bytes where there are such. The result does not depend on who compiles it."""
    shares = _shares(texts, jobs)
    made: dict[int, tuple[Record, bytes]] = {}
    tasks = [[texts[number] for number in share] for share in shares]
    helpers = [workers.start(f"{__name__}:serve", _ENCODER.encode(task)) for task in tasks[1:]]
    try:
        for share, task, helper in zip(shares, tasks, [None, *helpers], strict=True):
            answer = helper.answer() if helper is not None else None
            made.update(zip(share, _theirs(task, answer) or map(_made, task), strict=True))
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


def _made(text: Text) -> tuple[Record, bytes]:
    return _record(text), b""


def _encoded(text: Text) -> bytes:
    return _ENCODER.encode(_record(text))


def _text(sql: Sql) -> Text:
    return sql.text, sql.dialect, sql.rendered


def name(sql: Sql) -> bytes:
    """Under which key the record of a text is kept."""
    return _name(_text(sql))


def _name(text: Text) -> bytes:
    written, dialect, rendered = text
    return key(compiler(), "record", dialect, "01"[rendered], written)


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
