"""One project's pieces of earlier work, each under a key that stands for all it was made of, in one file."""

from __future__ import annotations

import os
import struct
import zlib

from msgspec import Struct, field

from trackplan.cache import files, place
from trackplan.cache.sections import parted, sections

TYPE_CHECKING = False  # the module of that name takes time to load
if TYPE_CHECKING:
    from collections.abc import Callable

_ROW = struct.Struct("16sIII")  # key, number of the block, start and length in it
_BLOCK = 1_000_000
_MOST_BLOCKS = 24
_FAST = 1


class Pack:
    """Pieces of work by key. Without a file it is empty, and what is put into it is soon forgotten.

    `get` unpacks only the blocks in which something is asked for; `save` writes if there is anything new. `size` is
    that of the file, `input_size` that of all texts of which the pieces were made.
    """

    def __init__(self, path: str = "", folder: str = "") -> None:
        self.size = 0
        self.input_size = 0
        self._path = path
        self._folder = folder
        self._rows: dict[bytes, tuple[int, int, int]] = {}
        self._blocks: list[bytes] = []
        self._unpacked: dict[int, bytes] = {}
        self._new: dict[bytes, bytes] = {}
        self._waiting = 0  # bytes in what is new
        self._loaded = 0  # blocks that the file has
        self._used: set[bytes] = set()
        if path:
            self._load()

    @property
    def lasts(self) -> bool:
        """Whether what is put into it is there in a later run."""
        return bool(self._path)

    def get(self, wanted: bytes) -> bytes | None:
        """The piece under that key, None if there is none."""
        if wanted in self._new:
            return self._new[wanted]
        row = self._rows.get(wanted)
        if row is None:
            return None
        number, start, length = row
        block = self._unpacked.get(number)
        if block is None:
            try:
                block = zlib.decompress(self._blocks[number])
            except (zlib.error, IndexError):
                block = b""
            self._unpacked[number] = block
        if start + length > len(block):
            return None
        self._used.add(wanted)
        return block[start : start + length]

    def put(self, under: bytes, piece: bytes) -> None:
        """Keep a piece for later runs."""
        if self._path:
            self._new[under] = piece
            self._waiting += len(piece)
            if self._waiting >= _BLOCK:  # until it is saved, all of it would take much room
                self._append()

    def save(self) -> None:
        """Write what is new beside what is there; what is no longer used goes once it is a third of all."""
        if self._path:
            self._save()
        self._unpacked.clear()

    def _save(self) -> None:
        if not self._new and len(self._blocks) == self._loaded:
            files.touch(self._path)
            return
        if not files.prepare(self._folder):
            return
        idle = sum(row[2] for wanted, row in self._rows.items() if wanted not in self._used)
        used = sum(self._rows[wanted][2] for wanted in self._used if wanted in self._rows)
        if idle > (used + sum(map(len, self._new.values()))) // 2 or self._loaded >= _MOST_BLOCKS:
            kept = {wanted: piece for wanted in self._rows if wanted in self._used and (piece := self.get(wanted))}
            self._new = {**kept, **self._new}
            self._rows, self._blocks, self._unpacked = {}, [], {}
        if self._new:
            self._append()
        index = b"".join(_ROW.pack(wanted, *row) for wanted, row in self._rows.items())
        if files.write(self._path, sections(b"%d" % self.input_size, zlib.compress(index, _FAST), *self._blocks)):
            files.prune(self._folder)
        self._loaded = len(self._blocks)

    def _append(self) -> None:
        """Make blocks of what is new."""
        pieces: list[bytes] = []
        size = 0
        for wanted, piece in self._new.items():
            if size + len(piece) > _BLOCK and pieces:
                self._blocks.append(zlib.compress(b"".join(pieces), _FAST))
                pieces, size = [], 0
            self._rows[wanted] = (len(self._blocks), size, len(piece))
            self._used.add(wanted)
            pieces.append(piece)
            size += len(piece)
        self._blocks.append(zlib.compress(b"".join(pieces), _FAST))
        self._new, self._waiting = {}, 0

    def _load(self) -> None:
        body = files.read(self._path) if place.trusted(place.inner(self._folder)) else None
        parts = parted(body) if body is not None else []
        try:
            self.input_size = int(parts[0])
            index = zlib.decompress(parts[1])
            self._rows = {wanted: (number, start, size) for wanted, number, start, size in _ROW.iter_unpack(index)}
        except (IndexError, ValueError, zlib.error, struct.error):
            return
        self._blocks = parts[2:]
        self._loaded = len(self._blocks)
        self.size = len(body or b"")


class Held(Pack):
    """Pieces for a process that looks at one project again and again, at hand as long as each run uses them.

    The first run's are written to the file, too. `heed` is called with each look, and may raise to end the run.
    """

    def __init__(self, path: str = "", folder: str = "") -> None:
        super().__init__(path, folder)
        self.heed: Callable[[], None] | None = None
        self._first = True

    @property
    def lasts(self) -> bool:
        """Always: the next run is another one of this process."""
        return True

    def get(self, wanted: bytes) -> bytes | None:
        """The piece under that key, None if there is none."""
        if self.heed is not None:
            self.heed()
        self._used.add(wanted)
        return super().get(wanted)

    def put(self, under: bytes, piece: bytes) -> None:
        """Keep a piece for the next run."""
        self._used.add(under)
        self._new[under] = piece

    def save(self) -> None:
        """Let go of what was not used since the last time."""
        if self._first:
            super().save()
            self._first = False
        self._new = {under: piece for under, piece in self._new.items() if under in self._used}
        self._used.clear()
        self._unpacked.clear()


class Means(Struct, frozen=True):
    """With what a project is analysed: pieces of earlier work, and the number of processes that share the work.

    `heed` is called now and then, and may raise to end it.
    """

    pack: Pack = field(default_factory=Pack)
    jobs: int = 1
    heed: Callable[[], None] | None = None


def of_project(folder: str | None, root: str, kind: type[Pack] = Pack) -> Pack:
    """The pack of the project in `root` in the cache `folder`; one without a file where there is no cache."""
    return kind(*file_of(folder, root))


def file_of(folder: str | None, root: str) -> tuple[str, str]:
    """Where the pack of the project in `root` is kept, its file and the cache `folder`; empty without a cache."""
    if folder is None:
        return "", ""
    return os.path.join(place.inner(folder), f"{files.name(os.fsencode(root))}.pack"), folder
