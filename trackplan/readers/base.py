"""What a reader is, and which of them reads a file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from trackplan import documents, readers
from trackplan.errors import ReadError
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trackplan.facts.declared import Declaration, Table

HEAD = 4096
DDL = "ddl"
_DOCUMENTS = (".yaml", ".yml", ".json")


class Reader(Protocol):
    """A module of this package. `NAME` is the format as users write it, `KIND` the kind of input that it reads.

    Kinds are `plan`, `use_cases`, `warehouse`, `models`, `consumers`, `tombstones`, `taxonomy` and `dbt`.
    """

    NAME: str
    KIND: str

    def detect(self, head: str, path: str) -> int:
        """How sure it is, from the first characters of a file, that this is its format: 0 (no) to 3 (certain)."""

    def read(self, text: str, path: str) -> Iterator[Declaration]:
        """What the file declares. Raises `ReadError` with all the problems of the file."""


class WarehouseReader(Protocol):
    """A module of this package that reads tables; SQL, the format `ddl`, is read elsewhere, all its files together.

    `NAMED_BY_ENTRY` tells that the project file may say the name of the table by `relation:`.
    """

    NAME: str
    KIND: str
    NAMED_BY_ENTRY: bool

    def detect(self, head: str, path: str) -> int:
        """How sure it is that this is its format, as that of a `Reader`."""

    def tables(self, text: str, path: str, dialect: str, relation: Sequence[str]) -> Iterable[Table]:
        """The tables of the file; `relation` is the folded name that the entry gives, or empty. Raises `ReadError`."""


@cache
def of_kind(kind: str) -> dict[str, Reader]:
    """The readers of one kind of input by the name of their format."""
    names = sorted(m.name for m in pkgutil.iter_modules(readers.__path__) if m.name != "base")
    modules = [importlib.import_module(f"{readers.__name__}.{name}") for name in names]
    return {m.NAME: cast("Reader", m) for m in modules if getattr(m, "KIND", "") == kind}


def modules_of_kind(kind: str) -> tuple[str, ...]:
    """The modules of these readers."""
    return tuple(getattr(module, "__name__", "") for module in of_kind(kind).values())


@cache
def _loaded(modules: tuple[str, ...]) -> dict[str, Reader]:
    return {m.NAME: cast("Reader", m) for m in map(importlib.import_module, modules)}


def choose(
    text: str,
    path: str,
    kind: str,
    format: str = "",  # noqa: A002 (the project file's word)
    modules: Sequence[str] = (),
) -> Reader:
    """The reader of `kind` for a file: that of `format`, else the one that is surest.

    Whoever knows which `modules` are of that kind saves loading all others. Raises `ReadError` where the format is
    unknown, no reader knows the file, or two are equally sure.
    """
    known = _loaded(tuple(modules)) if modules else of_kind(kind)
    if format:
        if format not in known:
            raise _fault(path, f"there is no format '{format}'", documents.did_you_mean(format, known))
        return known[format]
    head = text[:HEAD]
    sure = sorted(((reader.detect(head, path), name) for name, reader in known.items()), reverse=True)
    best = [name for level, name in sure if level and level == sure[0][0]]
    if not best and len(known) == 1:
        return next(iter(known.values()))  # it says better than this function what is wrong with the file
    if not best:
        raise _unknown(text, path, sorted(known))
    if len(best) > 1:
        raise _fault(
            path,
            f"this may be in the format {' or '.join(sorted(best))}",
            "say which with 'format:' in the project file",
        )
    return known[best[0]]


def of_warehouse(text: str, path: str, format: str = "") -> WarehouseReader | None:  # noqa: A002
    """The reader of a warehouse's file, None for SQL. Raises `ReadError` where no format fits or none is so called."""
    known = cast("dict[str, WarehouseReader]", of_kind("warehouse"))
    if format:
        if format not in known and format != DDL:
            raise _fault(path, f"there is no format '{format}'", documents.did_you_mean(format, [*known, DDL]))
        return known.get(format)
    head = text[:HEAD]
    level, name = max(((reader.detect(head, path), name) for name, reader in known.items()), default=(0, ""))
    if level:
        return known[name]
    if path.endswith(_DOCUMENTS):
        raise _unknown(text, path, sorted([*known, DDL]))
    return None


def _unknown(text: str, path: str, known: list[str]) -> ReadError:
    """The error of a file that no reader knows: what is wrong with its syntax comes first."""
    try:
        root = documents.read(text, path)
    except ReadError as error:
        return error
    hint = f"known here: {', '.join(known)}"
    return documents.failure(root.place, "this is in no format that trackplan knows", hint)


def _fault(path: str, message: str, hint: str) -> ReadError:
    return ReadError([Problem(Place(path), message, hint)])
