"""Which files matter to a project, told from its project file alone, quickly and rather too many than too few."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.errors import TrackplanError
from trackplan.project.checks import EMPTY, entries
from trackplan.project.model import BASELINE_FILE
from trackplan.tree.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from trackplan.documents import Node

_PACKAGES = ("packages.yml", "dependencies.yml")
_MOST_FILES = 50


def of(project_file: str, read: Callable[[str], str], links: Collection[str] = ()) -> Scope:
    """The scope of the project of a project file; `read` gives the text of a file.

    `links` lead to other files, so where one of them lies below the project, anything there may matter.
    """
    found = Scope(posixpath.dirname(project_file))
    found.unclear = any(map(found.is_around, links))
    pending = [project_file]
    while pending and len(found.files) < _MOST_FILES:
        path = pending.pop()
        if path in found.files:
            continue
        found.files.add(path)
        try:
            node = documents.read_yaml(read(path), path)
        except TrackplanError:
            found.unclear = True
            continue
        _add(found, node, posixpath.dirname(path), read, own=path == project_file)
        extended = node.string("extend")
        if extended:
            pending.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), extended)))
    return found


def _add(found: Scope, node: Node, folder: str, read: Callable[[str], str], *, own: bool) -> None:
    """What one of the files names; of one that is extended, only rules and words are taken on."""
    for kind, entry, pattern in entries(node):
        path = posixpath.normpath(posixpath.join(folder, pattern.text.strip()))
        if kind == "rules":
            found.patterns.add(f"{path}/*.sql")
        elif kind == "dbt" and own:
            found.patterns.add(f"{path}/**")
            found.files.update(posixpath.join(folder, entry.string(key)) for key in ("manifest", "catalog"))
            found.beside |= any(_names_neighbours(posixpath.join(path, name), read) for name in _PACKAGES)
        elif own or kind in ("dictionary", "taxonomy"):
            found.patterns.add(path)
    if own:
        found.files.add(posixpath.normpath(posixpath.join(folder, node.string("baseline") or BASELINE_FILE)))
        for path in ((node.get("rules") or EMPTY).get("per_path") or EMPTY).keys:
            found.patterns.add(
                posixpath.normpath(posixpath.join(folder, f"{path.strip()}**" if path.endswith("/") else path))
            )


def _names_neighbours(path: str, read: Callable[[str], str]) -> bool:
    """Whether a list of dbt packages names folders that lie elsewhere in the repository."""
    try:
        return "local:" in read(path)
    except TrackplanError:
        return False
