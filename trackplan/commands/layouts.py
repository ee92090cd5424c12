"""How files are laid out where no name of a folder tells what they are for → the patterns that take them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_PARTS = 3  # of a relation's name: project, schema, table


def patterns(*kinds: Iterable[str]) -> list[dict[str, str]]:
    """For each kind of files: pattern → the relation it names, `{1}.{2}`; '' where each file has a name of its own.

    Where many folders hold a file of one name, such as `query.sql`, the folders name the relations. Of two names that
    share a folder the commoner one is taken: what lies beside a query is about it, such as its checks.
    """
    each = [_folders(paths) for paths in kinds]
    shared = [folder.split("/") for folders in each for at in folders.values() if len(at) > 1 for folder in at]
    common = len(_common(shared))
    return [dict(_by_folder(folders, common) or _by_top(folders)) for folders in each]


def _folders(paths: Iterable[str]) -> dict[str, set[str]]:
    """The folders in which a file of each name lies."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in paths:
        folder, _, name = path.rpartition("/")
        found[name].add(folder)
    return found


def _by_folder(folders: dict[str, set[str]], common: int) -> dict[str, str]:
    """A pattern for each name that several folders hold, and each depth at which it lies."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name, at in sorted(folders.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(at) == 1 or not taken.isdisjoint(at):
            continue
        taken |= at
        for folder in sorted(at):
            parts = folder.split("/") if folder else []
            stars = max(len(parts) - common, 0)
            named = range(max(stars - _MOST_PARTS, 0) + 1, stars + 1)
            pattern = "/".join([*parts[:common], *["*"] * stars, name])
            found[pattern] = ".".join(f"{{{n}}}" for n in named)
    return found


def _by_top(folders: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """The outermost folders, with all that lies in them."""
    for top in sorted({folder.partition("/")[0] for at in folders.values() for folder in at}):
        yield (f"{top}/**/*.sql" if top else "*.sql"), ""


def _common(paths: list[list[str]]) -> list[str]:
    """The parts with which all of the paths begin."""
    first, last = (min(paths), max(paths)) if paths else ([], [])
    same = next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:same]
