"""`manifest.json` and `catalog.json` of dbt, where the project file names them: names, columns, and compiled SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import names
from trackplan.errors import ReadError
from trackplan.facts.declared import Column, Table
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from trackplan.readers.dbt.known import Known
    from trackplan.tree import Tree

_TOLD = 3


class Manifest(Struct):
    """What a manifest says of the project's own files; `stale` are those that have changed since it was made."""

    path: str
    nodes: dict[str, Mapping[str, object]] = {}
    stale: list[str] = []

    def physical(self, path: str) -> tuple[str, ...]:
        """What the relation that a file builds is called in the warehouse; () where nobody says."""
        node = self.nodes.get(path, {})
        parts = tuple(str(node.get(key) or "") for key in ("database", "schema", "alias"))
        return parts if all(parts) else ()

    def compiled(self, path: str, text: str) -> str:
        """The SQL that dbt made of a file, unless the file has changed since then."""
        node = self.nodes.get(path)
        if node is None:
            return ""
        checksum = node.get("checksum")
        said = checksum.get("checksum") if isinstance(checksum, dict) else None
        if said and said != hashlib.sha256(text.strip().encode()).hexdigest():
            self.stale.append(path)
            return ""
        made = node.get("compiled_code") or node.get("compiled_sql")
        return made if isinstance(made, str) else ""

    def problems(self) -> Iterator[Problem]:
        """A note about the files that have changed."""
        if self.stale:
            shown = ", ".join(self.stale[:_TOLD]) + (" …" if len(self.stale) > _TOLD else "")
            message = f"{self.path} is older than {len(self.stale)} of the files: {shown}"
            yield Problem(Place(self.path), message, "run dbt compile and look again", "stale")


def manifest(tree: Tree, path: str, project: str, folder: str, problems: list[Problem]) -> Manifest:
    """The manifest in a file; an empty one where none is named."""
    found = Manifest(path)
    document = _document(tree, path, problems)
    nodes = document.get("nodes")
    for node in nodes.values() if isinstance(nodes, dict) else ():
        if isinstance(node, dict) and node.get("package_name") == project:
            below = str(node.get("original_file_path") or "").replace("\\", "/")
            found.nodes[below if folder == "." else f"{folder}/{below}"] = node
    return found


def catalog(tree: Tree, path: str, known: Known, problems: list[Problem]) -> Iterator[Table]:
    """The tables that a catalog lists, with all of their columns: those of sources are complete."""
    document = _document(tree, path, problems)
    for key in ("nodes", "sources"):
        listed = document.get(key)
        for unique, node in sorted(listed.items()) if isinstance(listed, dict) else ():
            about = node.get("metadata") if isinstance(node, dict) else None
            columns = node.get("columns") if isinstance(node, dict) else None
            if not isinstance(about, dict) or not isinstance(columns, dict):
                continue
            kind = str(unique).partition(".")[0]
            place = Place(path)
            found = tuple(
                Column(names.fold(str(name), True, known.dialect), place, str(said.get("type") or ""))
                for name, said in columns.items()
                if isinstance(said, dict)
            )
            if kind == "source":
                parts = tuple(str(about.get(k) or "") for k in ("database", "schema", "name"))
                yield Table(tuple(p for p in parts if p), "table", place, True, found, source=True)
            elif kind in ("model", "seed", "snapshot"):
                name = str(unique).rpartition(".")[2]
                yield Table(known.relation(name), kind, place, False, found)  # type: ignore[arg-type]


def _document(tree: Tree, path: str, problems: list[Problem]) -> dict[str, object]:
    """The JSON in a file as it is; nothing, and a problem, where there is none."""
    if not path:
        return {}
    try:
        document = json.loads(tree.read_text(path))
    except ReadError as error:
        problems.extend(error.problems)
    except (ValueError, RecursionError):
        problems.append(Problem(Place(path), "this is no JSON", "run dbt compile or dbt docs generate again"))
    else:
        if isinstance(document, dict):
            return document
        problems.append(Problem(Place(path), "this is no artifact of dbt", "name manifest.json or catalog.json"))
    return {}
