"""What readers make of texts, made once: kept under a key for the texts, the reader's code and its settings."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from trackplan import resources
from trackplan.cache.sections import key
from trackplan.errors import ReadError
from trackplan.findings import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trackplan.cache.pack import Pack

T = TypeVar("T")

_ENCODER = msgspec.msgpack.Encoder()
UNKEPT = (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError)
"""What is raised for what cannot be written down, and for bytes that are nothing that was."""
# Folders and files whose code decides what is read from a text.
_CODE = (
    *("readers/**/*.py", "documents/*.py", "jinja/*.py", "facts/declared.py", "findings.py", "names.py"),
    *("sql/template.py", "sql/text.py"),
)


def made(pack: Pack, kind: Any, parts: tuple[str | bytes, ...], make: Callable[[], T]) -> T:
    """What `make` gives, of the type `kind`; from `pack` where it was made of the same `parts` before."""
    return kept(pack, kind, under(kind, parts), make) if pack.lasts else make()


def kept(pack: Pack, kind: Any, under: bytes, make: Callable[[], T]) -> T:
    """What `make` gives, of the type `kind`; from `pack` where it is there under this key."""
    known: T | None = found(pack, kind, under)
    if known is not None:
        return known
    fresh = make()
    keep(pack, under, fresh)
    return fresh


def found(pack: Pack, kind: Any, under: bytes) -> Any:
    """What `pack` has under this key, of the type `kind`; None if it has nothing."""
    return _of(pack.get(under), kind)


def keep(pack: Pack, under: bytes, fresh: object) -> None:
    """Let `pack` have something under this key, if it can be written down."""
    with suppress(*UNKEPT):  # such as half a character, which no bytes can hold
        pack.put(under, _ENCODER.encode(fresh))


def read(
    pack: Pack, kind: Any, parts: tuple[str, ...], reader: Callable[[], Iterable[T]]
) -> tuple[list[T], list[Problem]]:
    """What `reader` declares, each of the type `kind`, and what it says is wrong."""

    def make() -> tuple[list[T], list[Problem]]:
        declared: list[T] = []
        try:
            declared.extend(reader())
        except ReadError as error:
            return declared, list(error.problems)
        return declared, []

    return made(pack, _with_problems(kind), (readers(), *parts), make) if pack.lasts else make()


def name(kind: Any, parts: tuple[str, ...]) -> bytes:
    """Under which key `read` keeps what it gives."""
    return under(_with_problems(kind), (readers(), *parts))


def again(kind: Any, piece: bytes | None) -> list[Any] | None:
    """What `read` gave of which this piece was kept, None where there is none or something was wrong."""
    known: tuple[list[Any], list[Problem]] | None = _of(piece, _with_problems(kind))
    return known[0] if known is not None and not known[1] else None


def _of(piece: bytes | None, kind: Any) -> Any:
    if piece is None:
        return None
    try:
        return _decoder(kind)[0].decode(piece)
    except UNKEPT:
        return None


def under(kind: Any, parts: tuple[str | bytes, ...]) -> bytes:
    """Under which key `made` keeps what it gives."""
    return key(_decoder(kind)[1], *parts)


@cache
def readers() -> bytes:
    """What stands for the code of all readers, and for the schemas that they check files with."""
    package = Path(__file__).parent
    files = [path for pattern in _CODE for path in sorted(package.glob(pattern))]
    files += sorted(resources.folder("schemas").glob("*.json"))
    for library in ("jinja2", "yaml"):  # whose versions stand in their first file
        spec = PathFinder.find_spec(library)
        files += [Path(spec.origin)] if spec and spec.origin else []
    return key(str(sys.version_info[:2]), *(path.read_bytes() for path in files))


@lru_cache(maxsize=32)
def _with_problems(kind: type) -> Any:
    return tuple[list[kind], list[Problem]]  # type: ignore[valid-type]


@lru_cache(maxsize=32)
def _decoder(kind: Any) -> tuple[msgspec.msgpack.Decoder[Any], str]:
    return msgspec.msgpack.Decoder(kind), repr(kind)
