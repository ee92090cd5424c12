"""A linked program as a run leaves it for the next one: of its tables, statements and steps, each is read alone.

What has become another since is laid over it (`Overlay`).
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property

import msgspec

from trackplan.cache.sections import parted, sections
from trackplan.link.reached import NONE, Masks
from trackplan.link.sheets import Head, Overlay, Parts, Sheet, Text, Thread, Triple
from trackplan.link.targets import Step

_FAST = 1
_ENCODER = msgspec.msgpack.Encoder()
_PARTS = 10


class Net:
    """What was written, and what is laid over it. Raises `ValueError` where the bytes are none."""

    def __init__(self, body: bytes, overlay: Overlay) -> None:
        parts = parted(body)
        if len(parts) != _PARTS:
            raise ValueError(len(parts))
        self._parts = parts
        self.over = overlay
        self.head: Head = msgspec.msgpack.decode(_unpacked(parts[0]), type=Head)
        self._shelves: dict[int, Shelf] = {}
        self._steps: dict[int, list[Step]] = {}

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return self.over.count or self.head.count

    def sheet(self, number: int) -> Sheet:
        """A table."""
        found = self.over.sheets.get(number)
        return found if found is not None else _SHEETS.decode(self._shelf(1)[number])

    def thread(self, number: int) -> Thread:
        """A statement."""
        found = self.over.threads.get(number)
        return found if found is not None else _THREADS.decode(self._shelf(2)[number])

    def text(self, path: str) -> Text | None:
        """The text of a file; None where it has none, or several."""
        number = self.head.texts.get(path)
        if number is None:
            return None
        return self.over.texts.get(path) or _TEXTS.decode(self._shelf(3)[number])

    def path(self, number: int) -> str:
        """The file of a text, by its number; '' where it is not the only text there."""
        return self._paths.get(number, "")

    def steps(self, owner: int) -> list[Step]:
        """The steps that a table goes, or a consumer's statement (-1 less its number)."""
        found = self._steps.get(owner)
        if found is None:
            over = self.over.steps.get(owner)
            number = owner if owner >= 0 else len(self._shelf(1)) - 1 - owner
            found = list(over if over is not None else _STEPS.decode(self._shelf(4)[number]))
            self._steps[owner] = found
        return found

    def is_idle(self, number: int) -> bool:
        """Whether a text, by its number, is of a consumer whose use amounts to none."""
        return number >= 0 and _TEXTS.decode(self._shelf(3)[number]).idle

    def reads(self, reader: int, number: int) -> bool:
        """Whether a reader of a table keeps it from being a leaf; steps may lead from one alone, or to its own rest."""
        if reader < 0:
            return not self.is_idle(self.thread(-1 - reader).unit)
        return reader != number and any(number in self.thread(block).slots for block in self.sheet(reader).builders)

    def lay(self, owner: int, steps: list[Step]) -> None:
        """Let these be the steps that a table goes, or a consumer's statement."""
        self._steps[owner] = steps
        self.over.steps[owner] = steps  # type: ignore[assignment]

    def home(self, node: int) -> int:
        """The table of a node."""
        return self.over.homes[node] if node in self.over.homes else self._homes[node]

    def masks(self, node: int) -> Masks:
        """Who reaches a node."""
        over = self.over.masks.get(node)
        if over is None:
            if node >= len(self._at):
                return NONE
            over = _MASKS.decode(self._shelf(6)[self._at[node]])
        return number_of(over[0]), number_of(over[1]), number_of(over[2])

    def asked(self, node: int) -> Masks:
        """Who asks for a node other than by a statement."""
        found = self.over.asked.get(node) or self._asked.get(node)
        return NONE if found is None else (number_of(found[0]), number_of(found[1]), number_of(found[2]))

    def is_asked(self, node: int) -> bool:
        """Whether anybody asks for a node other than by a statement."""
        return node in self.over.asked or node in self._asked

    def called(self, parts: Parts) -> list[int]:
        """The tables whose names end as `parts` does, or as whose name `parts` ends."""
        found = self._names.get(parts[-1].lower(), ())
        return [number for known, number in found if agree(known, parts)]

    @cached_property
    def _paths(self) -> dict[int, str]:
        return {number: path for path, number in self.head.texts.items()}

    @cached_property
    def _at(self) -> array[int]:
        found = array("I")
        found.frombytes(_unpacked(self._parts[5]))
        return found

    @cached_property
    def _homes(self) -> array[int]:
        found = array("I")
        found.frombytes(_unpacked(self._parts[9]))
        return found

    @cached_property
    def _asked(self) -> dict[int, Triple]:
        return msgspec.msgpack.decode(_unpacked(self._parts[7]), type=dict[int, Triple])

    @cached_property
    def _names(self) -> dict[str, list[tuple[Parts, int]]]:
        return msgspec.msgpack.decode(_unpacked(self._parts[8]), type=dict[str, list[tuple[Parts, int]]])

    def _shelf(self, part: int) -> Shelf:
        found = self._shelves.get(part)
        if found is None:
            found = self._shelves[part] = Shelf(self._parts[part])
        return found


class Shelf:
    """Pieces by number, of which each is taken alone."""

    __slots__ = ("_body", "_ends")

    def __init__(self, packed: bytes) -> None:
        ends, body = parted(_unpacked(packed)) or (b"", b"")
        self._ends = array("I")
        self._ends.frombytes(ends)
        self._body = memoryview(body)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> memoryview:
        """One piece. Raises `ValueError` where there is none."""
        if not 0 <= number < len(self._ends):
            raise ValueError(number)
        return self._body[self._ends[number - 1] if number else 0 : self._ends[number]]


def shelf(pieces: Iterable[bytes]) -> bytes:
    """What `Shelf` takes pieces from."""
    ends, listed, size = array("I"), [], 0
    for piece in pieces:
        size += len(piece)
        ends.append(size)
        listed.append(piece)
    return zlib.compress(sections(ends.tobytes(), b"".join(listed)), _FAST)


def compressed(body: bytes) -> bytes:
    """Bytes, packed."""
    return zlib.compress(body, _FAST)


def packed(thing: object) -> bytes:
    """Something small, packed."""
    return zlib.compress(_ENCODER.encode(thing), _FAST)


def encoded(thing: object) -> bytes:
    """Something as a piece of a shelf."""
    return _ENCODER.encode(thing)


def masked(masks: Iterable[int]) -> list[bytes]:
    """Sets of askers as bytes."""
    return [mask.to_bytes((mask.bit_length() + 7) // 8, "little") for mask in masks]


def lengths(text: str) -> list[int]:
    """The lengths of the lines of a text."""
    return [len(line) for line in text.split("\n")]


def number_of(mask: bytes) -> int:
    """A set of askers of its bytes."""
    return int.from_bytes(mask, "little")


def agree(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether one of two names may be the other one, qualified less."""
    common = min(len(left), len(right))
    pairs = zip(left[-common:], right[-common:], strict=True)
    return all(a.lower() == b.lower() or not a or not b for a, b in pairs)


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(error) from error


_SHEETS = msgspec.msgpack.Decoder(Sheet)
_THREADS = msgspec.msgpack.Decoder(Thread)
_TEXTS = msgspec.msgpack.Decoder(Text)
_STEPS = msgspec.msgpack.Decoder(list[tuple[list[int], list[int], list[int], int]])
_MASKS = msgspec.msgpack.Decoder(Triple)
