"""The schema of a BigQuery table (a list of fields as YAML or JSON, as `bq show --schema` prints it) → the table."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import documents, names
from trackplan.errors import ReadError
from trackplan.facts.declared import Column, Table
from trackplan.findings import Problem
from trackplan.readers.bigquery_schema.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trackplan.documents import Node
    from trackplan.findings import Place

NAME = "bigquery-schema"
KIND = "warehouse"
NAMED_BY_ENTRY = True

_YAML = re.compile(r"^\ufeff?(?:fields\s*:|- *(?:name|type|mode|description|fields)\s*:)", re.MULTILINE)
_JSON = re.compile(r'"(?:fields"\s*:\s*\[|type"\s*:\s*"[A-Z0-9]+")')
_SAID_BY_FOLDER = frozenset({"schema", "fields"})  # files of these names are called after their folder
_SHAPE = "a schema is a list of fields, or a mapping with the list under 'fields'"


def detect(head: str, path: str) -> int:
    """Sure of YAML and JSON that lists fields with BigQuery's keys."""
    if path.endswith(".json"):
        return 2 if head.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and _JSON.search(head) else 0
    return 2 if path.endswith((".yaml", ".yml")) and _YAML.search(head) else 0


def tables(text: str, path: str, dialect: str, relation: Sequence[str]) -> Iterator[Table]:
    """The one table that the file describes, called `relation`.

    Without it, its name is what the file says (`tableReference`), else the file's, else that of its folder. The table
    is complete if all its fields are written here: what a tag of another tool stands for is not known. Raises
    `ReadError` with all the problems of the file.
    """
    fold = partial(names.fold, quoted=True, dialect=dialect)
    if path.endswith(".json"):
        root = documents.read_json(text, path)
    else:
        plain = Lines(path, fold, _type).read(text)
        if plain is not None:
            yield Table(tuple(relation) or (fold(_by_path(path)),), "table", plain[0], True, plain[1])
            return

        root = documents.read_yaml(text, path, foreign_tags=True)
    holder = root.get("schema") or root
    fields = _Fields(fold)
    listed = holder if isinstance(holder.value, list) else holder.get("fields")
    if listed is None and "fields" not in holder.keys:
        raise documents.failure(root.place, "this is no schema of a table: it lists no fields", _SHAPE)
    columns = tuple(fields.columns(listed))
    if fields.problems:
        raise ReadError(sorted(fields.problems, key=lambda p: p.place))
    parts = tuple(relation) or tuple(map(fold, _called(root, path)))
    complete = bool(columns) and not fields.foreign
    yield Table(parts, "table", root.place, complete, columns, root.string("description"))


def _called(root: Node, path: str) -> tuple[str, ...]:
    """The table's name by the file itself."""
    reference = root.get("tableReference")
    if reference is not None:
        said = tuple(reference.string(key) for key in ("projectId", "datasetId", "tableId"))
        if said[-1]:
            return tuple(part for part in said if part)
    return (_by_path(path),)


def _by_path(path: str) -> str:
    """The table's name by its file, or by its folder where files have all the same name."""
    *folders, name = path.split("/")
    stem = name.split(".")[0]
    return folders[-1] if folders and stem.lower() in _SAID_BY_FOLDER else stem or name


class _Fields(Struct):
    """Reads fields, and gathers what is wrong with them. `foreign` tells that some stand elsewhere."""

    fold: Callable[[str], str]
    problems: list[Problem] = []
    foreign: bool = False

    def columns(self, listed: Node | None) -> Iterator[Column]:
        """The columns that a list of fields declares."""
        if listed is None or not isinstance(listed.value, list):
            # What a tag of another tool or an empty key stands for is not written here.
            self.foreign = True
            if listed is not None:
                self.problems.append(Problem(listed.place, "'fields' must be a list", _SHAPE))
            return
        first: dict[str, Place] = {}
        for node in listed.elements():
            name = node.get("name")
            if node.value is None and node.text.startswith("!"):
                self.foreign = True
            elif name is None or isinstance(name.value, dict | list) or not name.text.strip():
                message = "this field has no name" if isinstance(node.value, dict) else "a field must be a mapping"
                self.problems.append(Problem(node.place, message, "write name, type and, if you like, description"))
            else:
                column = self._column(node, name)
                if column.name in first:
                    message = f"the field '{name.text}' is there already, in line {first[column.name].line}"
                    self.problems.append(Problem(name.place, message, "keep one", "duplicate"))
                first.setdefault(column.name, name.place)
                yield column

    def _column(self, node: Node, name: Node) -> Column:
        members = tuple(self.columns(node.get("fields"))) if "fields" in node.keys else ()
        tags = node.get("policyTags")
        return Column(
            self.fold(name.text.strip()),
            name.place,
            _type(node.string("type"), node.string("mode")),
            node.string("description"),
            tags=tags.strings("names") if tags is not None else (),
            columns=members,
        )


@lru_cache(maxsize=1024)
def _type(kind: str, mode: str) -> str:
    """The type as SQL writes it."""
    kind = kind.upper()
    kind = "STRUCT" if kind == "RECORD" else kind
    return f"ARRAY<{kind}>" if mode.upper() == "REPEATED" else kind
