"""Patterns of paths: `*` and `?` within one name, `**` over folders; none of them matches a leading dot."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def normalise(pattern: str) -> str:
    """`pattern` without `./`, `//` and inner `..`; a final `/` stays. It begins with `..` where it leaves the root."""
    clean = posixpath.normpath(pattern) if pattern else ""
    return clean + "/" if pattern.endswith("/") and clean != "/" else clean


def leaves(pattern: str) -> bool:
    """Whether `pattern` is absolute or climbs out of the folder that it is relative to."""
    clean = normalise(pattern)
    return clean.startswith("/") or clean.rstrip("/").split("/")[0] == ".." or clean[1:3] in (":/", ":\\")


@lru_cache(maxsize=256)
def fixed_part(pattern: str) -> str:
    """The folder in front of the first wildcard: `dashboards` of `dashboards/**/*.sql`; of a plain path its folder."""
    parts = normalise(pattern).split("/")
    end = next((i for i, part in enumerate(parts) if is_wild(part)), len(parts) - 1)
    return "/".join(parts[:end])


def captures(pattern: str, path: str) -> tuple[str, ...] | None:
    """The text that each wildcard of `pattern` matched in `path`, or None where the path does not match."""
    parts, items = _parts(pattern), path.split("/")
    if "**" in parts:
        return _match(parts, items, "**", match_name, "/")
    if len(parts) != len(items):
        return None
    found: tuple[str, ...] = ()
    for part, item in zip(parts, items, strict=True):
        got = match_name(part, item) if is_wild(part) else () if part == item else None
        if got is None:
            return None
        found += got
    return found


def wildcards(pattern: str) -> int:
    """How many wildcards `pattern` has."""
    return sum(1 if part == "**" else part.count("*") + part.count("?") for part in pattern.split("/"))


def is_wild(part: str) -> bool:
    """Whether a part of a pattern has a wildcard."""
    return "*" in part or "?" in part


def match_name(pattern: str, name: str) -> tuple[str, ...] | None:
    """What the wildcards of one part of a pattern match in one name, or None where it does not match."""
    if name.startswith(".") and not pattern.startswith("."):
        return None
    stars = pattern.count("*")
    if "?" not in pattern and stars < 2:  # nearly all there are
        if not stars:
            return () if pattern == name else None
        before, _, after = pattern.partition("*")
        fits = len(name) >= len(before) + len(after) and name.startswith(before) and name.endswith(after)
        return (name[len(before) : len(name) - len(after)],) if fits else None
    return _match(pattern, name, "*", _match_character, "")


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(normalise(pattern).rstrip("/").split("/"))


def _match_character(pattern: str, character: str) -> tuple[str, ...] | None:
    if pattern == "?":
        return (character,)
    return () if pattern == character else None


def _match(
    pattern: Sequence[str],
    items: Sequence[str],
    star: str,
    one: Callable[[str, str], tuple[str, ...] | None],
    glue: str,
) -> tuple[str, ...] | None:
    """Match with `star` for any run of items. Going back to the last star alone keeps the time quadratic at most."""
    found: list[str] = []
    position = at = 0
    back: tuple[int, int, int, int] | None = None  # pattern position, start, end and place in `found` of the last star
    while at < len(items) or position < len(pattern):
        if position < len(pattern) and pattern[position] == star:
            back = (position, at, at, len(found))
            found.append("")
            position += 1
            continue
        got = one(pattern[position], items[at]) if position < len(pattern) and at < len(items) else None
        if got is not None:
            found.extend(got)
            position, at = position + 1, at + 1
            continue
        if back is None or back[2] >= len(items):
            return None
        if star == "**" and items[back[2]].startswith("."):
            return None
        back = (back[0], back[1], back[2] + 1, back[3])
        position, at = back[0] + 1, back[2]
        found[back[3] :] = [glue.join(items[back[1] : at])]
    return tuple(found)
