"""Random projects and small edits of their SQL: what a run after an edit says is what a first run says, byte for byte.

`python -m tests.sql_edits SEED COUNT` hunts for a difference in so many projects, and tells how many edits took the
short way.
"""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.test_incremental import write
from trackplan.commands import renew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

Says = tuple[int, bytes, bytes]

PROJECT = """\
version: 1
dialect: bigquery
warehouse: [{path: "raw/*.yaml", format: bigquery-schema, relation: "raw.{1}"}]
models: [{path: "models/*.sql", relation: "m.{1}"}]
"""
DBT = """\
version: 1
dialect: bigquery
warehouse: [{path: "raw/*.yaml", format: bigquery-schema, relation: "raw.{1}"}]
dbt: [.]
"""
DBT_FILES = {
    "dbt_project.yml": "name: shop\n",
    "models/raw.yml": "sources: [{name: raw, tables: [{name: events}, {name: users}]}]\n",
    "macros/loud.sql": "{% macro loud(name) %}{{ config(tags=['loud']) }}upper({{ name }}){% endmacro %}\n",
}
CONSUMERS = 'consumers: [dashboards/*.sql, {path: "tests/*.sql", kind: test}]\n'
PLANS = """\
plans: [plan.yaml]
use_cases: [use_cases.yaml]
landing: [{plan: web, convention: segment, schema: raw}]
"""
PLAN = """\
trackplan: 1
name: web
events:
  Events:
    description: What.
    properties:
      id: {type: string, description: It.}
      kind: {type: string}
      info: {type: object, properties: {page: {type: string}}}
  Users:
    properties:
      name: {type: string, sensitivity: personal}
"""
USE_CASES = """\
use_cases:
  - {id: one, title: One, owner: a@example.com, needs: [Events.id], consumers: [dashboard.d0]}
  - {id: two, title: Two, owner: a@example.com, needs: [Users.name], consumers: [dashboard.d1]}
"""
SCHEMAS = {
    "raw/events.yaml": ["id", "kind", "amount", "received_at", "email", "info"],
    "raw/users.yaml": ["id", "name", "email", "city", "info"],
}
COLUMNS = ("id", "kind", "amount", "name", "email", "city", "received_at", "info", "info.page", "info.step.x")
RAW = ("raw.events", "raw.users", "raw.nobody")
FORMS = ("{}", "{}", "{}", "NULL", "CAST({} AS STRING)", "COUNT({})", "UPPER({})", "DATE_TRUNC({}, MONTH)", "{} = 'a'")
KINDS = (
    *("form", "column", "column", "where", "where", "add", "add", "drop", "swap", "join", "table", "star", "space"),
    *("head", "cte", "more", "order", "nothing"),
)


HEADS = ("{{ config(materialized='table') }}\n", "{{ config(alias='other') }}", "{# why #}\n", "")
_TABLE = re.compile(r"\b(raw|m)\.(\w+)")
_LOUD = re.compile(r"UPPER\(([\w.]+)\)")


def _template(text: str) -> str:
    """A query as a model of a dbt project."""
    text = _TABLE.sub(
        lambda m: f"{{{{ ref('{m[2]}') }}}}" if m[1] == "m" else f"{{{{ source('raw', '{m[2]}') }}}}", text
    )
    text = _LOUD.sub(r"{{ loud('\1') }}", text)
    return text.replace("UNION ALL", "{% if is_incremental() %}UNION ALL{% else %}UNION DISTINCT{% endif %}")


@dataclass(frozen=True)
class Query:
    """A query by its parts: items are a form, a column and a name."""

    table: str
    items: tuple[tuple[str, str, str], ...]
    where: tuple[tuple[str, str], ...] = ()
    join: tuple[str, str] | None = None
    star: bool = False
    cte: bool = False
    more: str = ""
    ordered: str = ""
    space: str = "\n"
    head: str = ""

    def text(self, view: str = "") -> str:
        """The query as SQL."""
        side = "a." if self.join else ""
        listed = [f"{form.format(side + column)} AS {name}" for form, column, name in self.items]
        listed += ["a.*" if self.join else "*"] if self.star else []
        source = f"(SELECT * FROM {self.table})" if self.cte else self.table
        lines = [f"SELECT {', '.join(listed) or '1 AS one'}", f"FROM {source} AS a"]
        if self.join:
            lines.append(f"LEFT JOIN {self.join[0]} AS b ON a.{self.join[1]} = b.{self.join[1]}")
        lines += [
            f"{'AND' if n else 'WHERE'} {form.format(side + c)} IS NOT NULL" for n, (form, c) in enumerate(self.where)
        ]
        lines += [f"ORDER BY {side}{self.ordered} LIMIT 10"] if self.ordered else []
        text = self.space.join(lines)
        if self.more:
            text = f"{text}\nUNION ALL\nSELECT {', '.join('NULL' for _ in listed) or '1'} FROM {self.more}"
        return (f"CREATE OR REPLACE VIEW {view} AS\n" if view else "") + text + "\n"


@dataclass
class Project:
    """A folder with a project; `queries` by path, `above` the tables that each may read.

    Where it is `sound`, queries name columns that there are, but for those that were taken away from them.
    """

    folder: Path
    chance: Random
    queries: dict[str, Query] = field(default_factory=dict)
    above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    dbt: bool = False
    sound: bool = False

    def make(self) -> None:
        """Write all files."""
        chance = self.chance
        with_consumers, with_plans = chance.random() < 0.6, chance.random() < 0.4
        self.dbt, self.sound = chance.random() < 0.4, chance.random() < 0.6
        for path, text in DBT_FILES.items() if self.dbt else ():
            self._put(path, text)
        text = (DBT if self.dbt else PROJECT) + (CONSUMERS if with_consumers else "") + (PLANS if with_plans else "")
        self._put("trackplan.yaml", text)
        self._put("plan.yaml", PLAN)
        self._put("use_cases.yaml", USE_CASES)
        for path, names in SCHEMAS.items():
            self._put(path, "fields:\n" + "".join(map(_column, names)))
        tables = list(RAW[: 2 if self.sound else 3])
        for number in range(chance.randint(2, 5)):
            self._query(f"models/m{number}.sql", tuple(tables))
            if chance.random() < 0.3 and not self.dbt:
                self.views[f"models/m{number}.sql"] = f"m.m{number}"
            tables.append(f"m.m{number}")
        paths = [*(f"dashboards/d{number}.sql" for number in range(chance.randint(1, 3))), "tests/t0.sql"]
        for path in paths if with_consumers else ():
            self._query(path, tuple(tables))
        if self.dbt and chance.random() < 0.6:
            self._put("models/models.yml", self._properties(tables[2:]))
        for path in self.queries:
            self.write(path)

    def _properties(self, models: list[str]) -> str:
        """Tests of some columns, be they there or not, and a dashboard that takes all of a model."""
        chance, lines = self.chance, ["models:"]
        names = [name.rpartition(".")[2] for name in models if name.startswith("m.")]
        for name in names:
            tested = chance.choice([column.rpartition(".")[2] for column in self._names(f"m.{name}")] or ["id"])
            lines.append(f"- {{name: {name}, columns: [{{name: {tested}, data_tests: [not_null]}}, {{name: more}}]}}")
        if chance.random() < 0.5:
            lines += ["exposures:", f"- {{name: e0, type: dashboard, depends_on: [\"ref('{chance.choice(names)}')\"]}}"]
        return "\n".join(lines) + "\n"

    def _names(self, table: str) -> list[str]:
        """The columns of a table, as far as anybody knows."""
        if table in RAW or not self.sound:
            schema = SCHEMAS.get(f"raw/{table.partition('.')[2]}.yaml", []) if self.sound else []
            return [*schema, "info.page"] if schema else list(COLUMNS)
        query = self.queries[f"models/{table.partition('.')[2]}.sql"]
        return [*(name for *_, name in query.items), *(self._names(query.table) if query.star else ())]

    def edit(self) -> str:
        """Edit one of the queries; its path."""
        path = self.chance.choice(sorted(self.queries))
        self.queries[path] = self._edited(self.queries[path], self.above[path])
        self.write(path)
        return path

    def write(self, path: str) -> None:
        """Write a query as it is now."""
        query = self.queries[path]
        text = query.text(self.views.get(path, ""))
        self._put(path, query.head + _template(text) if self.dbt and path.startswith("models/") else text)

    def _put(self, path: str, text: str) -> None:
        write(self.folder, path, text)

    def _query(self, path: str, tables: tuple[str, ...]) -> None:
        self.above[path] = tables
        table = self._table(tables)
        items = tuple(self._item(table, n) for n in range(self.chance.randint(1, 4)))
        query = Query(table, items, star=self.chance.random() < 0.2)
        for _ in range(self.chance.randint(0, 3)):
            query = self._edited(query, tables)
        self.queries[path] = query

    def _table(self, tables: tuple[str, ...]) -> str:
        return self.chance.choice(tables[-3:] if self.chance.random() < 0.5 else tables)

    def _item(self, table: str, number: int) -> tuple[str, str, str]:
        column = self.chance.choice(self._names(table))
        name = column.rpartition(".")[2] if self.chance.random() < 0.7 else f"x{number}"
        return self.chance.choice(FORMS), column, name

    def _edited(self, query: Query, tables: tuple[str, ...]) -> Query:
        chance, items, columns = self.chance, list(query.items), self._names(query.table)
        at = chance.randrange(len(items)) if items else 0
        kind = chance.choice(KINDS)
        if kind == "form" and items:
            items[at] = (chance.choice(FORMS), *items[at][1:])
        elif kind == "column" and items:
            items[at] = (items[at][0], chance.choice(columns), items[at][2])
        elif kind == "add":
            items.insert(at, self._item(query.table, chance.randint(5, 9)))
        elif kind == "drop" and len(items) > 1:
            del items[at]
        elif kind == "swap":
            chance.shuffle(items)
        elif kind == "where":
            said = (chance.choice(FORMS[4:]), chance.choice(columns))
            return replace(query, where=() if query.where and chance.random() < 0.4 else (*query.where[-2:], said))
        elif kind == "join":
            return replace(query, join=None if query.join else (self._table(tables), chance.choice(("id", "email"))))
        elif kind == "table":
            return replace(query, table=self._table(tables))
        elif kind == "star":
            return replace(query, star=not query.star)
        elif kind == "space":
            return replace(query, space=chance.choice(("\n", " ", "\n-- why\n\n", "\n  ")))
        elif kind == "head":
            return replace(query, head=chance.choice(HEADS))
        elif kind == "cte":
            return replace(query, cte=not query.cte)
        elif kind == "more":
            return replace(query, more="" if query.more else self._table(tables))
        elif kind == "order":
            return replace(query, ordered="" if query.ordered else chance.choice(columns))
        return replace(query, items=tuple(items))


def _column(name: str) -> str:
    if name == "info":
        step = "  - name: step\n    type: RECORD\n    fields:\n    - {name: x, type: STRING}\n"
        inner = f"  - {{name: page, type: STRING}}\n{step}"
        return f"- name: info\n  type: RECORD\n  fields:\n{inner}"
    return f"- name: {name}\n  type: {'TIMESTAMP' if name.endswith('_at') else 'STRING'}\n"


@contextmanager
def counted(way: ModuleType, told: list[bool]) -> Iterator[None]:
    """Note for each run after an edit whether it took the short `way`, the module that goes it."""
    before = way.run

    def watched(*arguments) -> int | None:  # type: ignore[no-untyped-def]
        code: int | None = before(*arguments)
        told.append(code is not None)
        return code

    way.run = watched  # type: ignore[attr-defined]
    try:
        yield
    finally:
        way.run = before  # type: ignore[attr-defined]


def tried(chance: Random, folder: Path, edits: int, warm: Callable[..., Says], cold: Callable[..., Says]) -> list[bool]:
    """Edit a project time and again. Raises `AssertionError` where a run after an edit says what no first run does."""
    told: list[bool] = []
    project = Project(folder, chance)
    project.make()
    options = ("--format", "json") if chance.random() < 0.5 else ()
    with counted(renew, told):
        warm(folder, *options)
        for _ in range(edits):
            paths = {project.edit() for _ in range(chance.choice((1, 1, 1, 2)))}
            assert warm(folder, *options) == cold(folder, "--no-cache", *options), paths
    return told


def main(seed: int, count: int) -> None:
    """Hunt."""
    from tests.test_renewal import run, warm

    short = edits = 0
    for number in range(seed, seed + count):
        with tempfile.TemporaryDirectory() as top:
            folder = Path(top) / "project"
            folder.mkdir()
            try:
                told = tried(Random(number), folder, 8, warm, run)  # noqa: S311 - not for secrets
            except AssertionError as error:
                sys.stdout.write(f"seed {number}: {str(error)[:300]}\n")
                continue
        short += sum(told)
        edits += len(told)
    sys.stdout.write(f"{short} of {edits} edits took the short way\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
