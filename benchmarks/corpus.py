"""Projects to measure with: one that is made up, or one around the SQL of a real folder."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

PROJECT = "trackplan.yaml"
_SKIPPED = {".git", "node_modules", "target", "dbt_packages", ".venv"}
_NAMED_BY_FOLDER = {"query.sql", "view.sql"}
# A column as the first item of a select list, and what an edit makes of it.
_ITEM = re.compile(r"\bselect\s+(?P<item>(?!null\b|from\b)[a-z_]\w*)(?=\s*,|\s+from\b)", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|\{%")
_EDITED_ITEM = re.compile(r"(?:NULL AS )?(\w+) /\* changed \d+ \*/")
_TYPE = re.compile(r"\btype: (\w+)")
_DESCRIPTION = re.compile(r"\bdescription: (?![|>])[^\n{}]*")


@dataclass(frozen=True, slots=True)
class Corpus:
    """A project folder that may be changed; `sql` and `yaml` are the files that are edited, '' where there is none."""

    folder: Path
    name: str
    sql: str
    yaml: str

    def edit_sql(self, number: int) -> None:
        """Let the query of the SQL file read a column less, and with the next number read it again."""
        path = self.folder / self.sql
        text = _EDITED_ITEM.sub(r"\1", path.read_text(encoding="utf-8"))
        item = _ITEM.search(text)
        if item is not None:
            written = f"{'NULL AS ' if number % 2 else ''}{item['item']} /* changed {number} */"
            path.write_text(text[: item.start("item")] + written + text[item.end("item") :], encoding="utf-8")

    def edit_yaml(self, number: int) -> None:
        """Give the first column of the YAML file another type, and describe the first one that is described anew."""
        path = self.folder / self.yaml
        text = path.read_text(encoding="utf-8")
        before = _TYPE.search(text)
        other = "INT64" if before is None or before[1] != "INT64" else "STRING"
        text = _DESCRIPTION.sub(f"description: Changed {number} times.", _TYPE.sub(f"type: {other}", text, 1), 1)
        path.write_text(text, encoding="utf-8")

    def size(self) -> int:
        """The bytes of all its files."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a made-up project is."""

    events: int = 200
    columns: int = 20
    models: int = 600
    dashboards: int = 150


def generated(folder: Path, sizes: Sizes, seed: int) -> Corpus:
    """Write a project of plans, use cases, schema files, layered models and dashboards; a seed gives the same one."""
    maker = _Maker(folder, sizes, Random(seed))
    maker.write()
    name = f"generated: {sizes.events} events, {sizes.models} models, {sizes.columns} columns, seed {seed}"
    return Corpus(folder, name, "models/model_0.sql", "warehouse/raw_web/event_0.yaml")


def real(source: Path, folder: Path, dialect: str) -> Corpus:
    """Copy the SQL and the schema files below `source` and write a project file for them, unless there is one.

    The file that is edited is one without templates, if there is any. Raises ValueError where no SQL selects a column.
    """
    wanted = {".sql", ".yaml", ".yml", ".json", ".csv"} if (source / PROJECT).exists() else {".sql"}
    for path in sorted(source.rglob("*")):
        below = path.relative_to(source)
        named = path.suffix in wanted or path.name in ("schema.yaml", "dbt_project.yml")
        if named and path.is_file() and not path.is_symlink() and not _SKIPPED & set(below.parts):
            (folder / below).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / below)
    readable = [path for path in sorted(folder.rglob("*.sql")) if _ITEM.search(_text(path))]
    found = [path for path in readable if not _TEMPLATE.search(_text(path))] or readable
    if not found:
        message = f"no SQL that selects a column by its name below {source}"
        raise ValueError(message)
    if not (folder / PROJECT).exists():
        (folder / PROJECT).write_text("\n".join(_project(folder, dialect)) + "\n", encoding="utf-8")
    chosen = [path for path in found if path.name in _NAMED_BY_FOLDER] or found
    schemas = [path for path in sorted(folder.rglob("schema.yaml")) if path.read_text("utf-8").startswith("fields:")]
    return Corpus(folder, source.name, _middle(folder, chosen), _middle(folder, schemas))


def _project(folder: Path, dialect: str) -> list[str]:
    """A project file: models called by their folders if that is how files lie, a dbt project, or all of the SQL."""
    lines = ["version: 1", *([f"dialect: {dialect}"] if dialect else [])]
    if (folder / "dbt_project.yml").exists():
        return [*lines, "dbt: [.]"]
    depths = {len(path.relative_to(folder).parts) for path in folder.rglob("query.sql")}
    if len(depths) != 1:
        return [*lines, 'models: ["**/*.sql"]']
    stars = "/".join("*" * (depths.pop() - 2))
    top = next(folder.rglob("query.sql")).relative_to(folder).parts[0]
    named = f'{top}/{stars}/{{}}", relation: "{{{{1}}}}.{{{{2}}}}.{{{{3}}}}"'
    lines += ["models:", *(f'  - {{path: "{named.format(name)}}}' for name in sorted(_NAMED_BY_FOLDER))]
    if any(folder.rglob("schema.yaml")):
        lines += ["warehouse:", f'  - {{path: "{named.format("schema.yaml")}, format: bigquery-schema}}']
    return [line.replace("{{", "{").replace("}}", "}") if "relation" in line else line for line in lines]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _middle(folder: Path, paths: list[Path]) -> str:
    """The file of median size."""
    ordered = sorted(paths, key=lambda path: (path.stat().st_size, path))
    return ordered[len(ordered) // 2].relative_to(folder).as_posix() if ordered else ""


class _Maker:
    """Writes the made-up project."""

    def __init__(self, folder: Path, sizes: Sizes, chance: Random) -> None:
        self._folder = folder
        self._sizes = sizes
        self._chance = chance
        self._names = [f"property_{number}" for number in range(sizes.columns)]
        # What the models so far are called, and their columns.
        self._relations: list[tuple[str, list[str]]] = []

    def write(self) -> None:
        """Write all files."""
        self._put(
            PROJECT,
            "version: 1\ndialect: bigquery\nplans: [tracking/*.yaml]\nuse_cases: [use_cases.yaml]\n"
            'warehouse: [{path: "warehouse/*/*.yaml", format: bigquery-schema, relation: "{1}.{2}"}]\n'
            "models: [models/*.sql]\nconsumers: [dashboards/*.sql]\n"
            "landing: [{plan: web, convention: segment, schema: raw_web}]\n",
        )
        kinds = [self._chance.choice(("string", "number", "boolean")) for _ in self._names]
        plan = ["trackplan: 1", "name: web", "owner: data@example.com", "events:"]
        for number in range(self._sizes.events):
            plan += [f"  Event {number}:", f"    description: What happens when {number}.", "    properties:"]
            plan += [f"      {name}: {{type: {kind}}}" for name, kind in zip(self._names, kinds, strict=True)]
            types = {"string": "STRING", "number": "FLOAT64", "boolean": "BOOL"}
            fields = [("id", "STRING"), ("received_at", "TIMESTAMP"), ("extra", "JSON")]
            fields += [(name, types[kind]) for name, kind in zip(self._names, kinds, strict=True)]
            lines = [f"- {{name: {name}, type: {kind}}}" for name, kind in fields]
            lines[0] = "- name: id\n  type: STRING\n  description: The id."
            self._put(f"warehouse/raw_web/event_{number}.yaml", "\n".join(["fields:", *lines]) + "\n")
            self._relations.append((f"raw_web.event_{number}", [name for name, _ in fields]))
        self._put("tracking/web.yaml", "\n".join(plan) + "\n")
        for number in range(self._sizes.models):
            self._model(number)
        for number in range(self._sizes.dashboards):
            relation, columns = self._chance.choice(self._relations[-self._sizes.models :])
            listed = ", ".join(self._some(columns, 4))
            self._put(
                f"dashboards/board_{number}.sql", f"SELECT {listed}\nFROM {relation}\nWHERE {columns[0]} IS NOT NULL\n"
            )
        cases = [
            f"  - {{id: case-{number}, title: Case {number}, owner: data@example.com, review_by: 2027-01-01,\n"
            f'     outcome: {{metric: m{number}}}, needs: ["Event {number}.{self._chance.choice(self._names)}"]}}'
            for number in range(min(50, self._sizes.events))
        ]
        self._put("use_cases.yaml", "\n".join(["use_cases:", *cases]) + "\n")

    def _model(self, number: int) -> None:
        """A staging model for each of the first events; then joins, aggregates and windows over what is there."""
        if number < min(self._sizes.events, self._sizes.models // 2):
            relation, columns = self._relations[number]
        else:
            relation, columns = self._chance.choice(self._relations)
        other, others = self._chance.choice(self._relations)
        kept = self._some(columns, self._sizes.columns)
        shape = self._chance.choice((self._staged, self._joined, self._grouped, self._latest))
        items = shape(relation, kept, other, others)
        self._put(f"models/model_{number}.sql", items)
        made = [*kept, "more"]
        self._relations.append((f"model_{number}", made))

    def _staged(self, relation: str, kept: list[str], _other: str, _others: list[str]) -> str:
        raw = relation.startswith("raw_")
        more = "JSON_VALUE(extra, '$.step')" if raw else f"UPPER(CAST({kept[0]} AS STRING))"
        return f"SELECT\n  {_lines(kept)},\n  {more} AS more\nFROM\n  {relation}\n"

    def _joined(self, relation: str, kept: list[str], other: str, others: list[str]) -> str:
        mine = [f"a.{name}" for name in kept]
        on, value = self._chance.choice(kept), self._chance.choice(others)
        return (
            f"WITH other AS (\n  SELECT * FROM {other} WHERE {others[0]} IS NOT NULL\n)\n"
            f"SELECT\n  {_lines(mine)},\n  b.{value} AS more\nFROM\n  {relation} AS a\n"
            f"LEFT JOIN\n  other AS b\n  ON a.{on} = b.{self._chance.choice(others)}\n"
        )

    def _grouped(self, relation: str, kept: list[str], _other: str, _others: list[str]) -> str:
        half = kept[: max(1, len(kept) // 2)]
        values = [f"COUNTIF({name} IS NOT NULL) AS {name}" for name in kept[len(half) :]]
        items = _lines([*half, *values, "COUNT(*) AS more"])
        return f"SELECT\n  {items}\nFROM\n  {relation}\nGROUP BY\n  {_lines(half)}\n"

    def _latest(self, relation: str, kept: list[str], _other: str, _others: list[str]) -> str:
        part, order = self._chance.choice(kept), self._chance.choice(kept)
        over = f"ROW_NUMBER() OVER (PARTITION BY {part} ORDER BY {order} DESC)"
        return f"SELECT\n  {_lines(kept)},\n  {over} AS more\nFROM\n  {relation}\nWHERE TRUE\nQUALIFY\n  more = 1\n"

    def _some(self, names: list[str], most: int) -> list[str]:
        return self._chance.sample(names, min(len(names), most))

    def _put(self, path: str, text: str) -> None:
        (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / path).write_text(text, encoding="utf-8")


def _lines(items: list[str]) -> str:
    return ",\n  ".join(items)
