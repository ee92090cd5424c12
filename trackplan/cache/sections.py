"""Pieces of bytes joined to one, and parted again; and a short name for many."""

from __future__ import annotations

from trackplan import seen


def sections(*parts: bytes) -> bytes:
    """`parts` as one piece that `parted` takes apart again."""
    return b"".join([b"%d " % len(parts), *(b"%d " % len(part) for part in parts), *parts])


def parted(body: bytes) -> list[bytes]:
    """The parts that `sections` joined; none where the bytes are something else."""
    try:
        count = int(body[:20].split(b" ", 1)[0])
        *lengths, rest = body.split(b" ", count + 1)[1:]
        parts, start = [], 0
        for length in map(int, lengths):
            parts.append(rest[start : start + length])
            start += length
    except ValueError:
        return []
    return parts if start == len(rest) and len(parts) == count else []


def key(*parts: str | bytes) -> bytes:
    """A short name that stands for `parts`."""
    pieces = [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]
    return seen.digest(b"".join([b"%d " % len(piece) + piece for piece in pieces]))
