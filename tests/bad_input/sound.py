"""A small project in which nothing is wrong, and the ways to put something bad in the place of one of its files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DEEP = 10_000
MANY = 50_000
HUGE = 50_000_000

SOUND = {
    "trackplan.yaml": """\
version: 1
dialect: duckdb
plans: [plan.yaml, segment.json]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql, columns.csv]
models: [models/*.sql]
consumers: [dashboards/*.sql]
dbt: [transform/]
landing:
  - {plan: web, convention: segment, schema: raw_web}
""",
    "plan.yaml": """\
trackplan: 1
name: web
owner: growth@example.com
events:
  Order Completed:
    description: A buyer has paid
    properties:
      total: {type: number, description: What was paid}
""",
    "segment.json": json.dumps(
        {
            "name": "app",
            "display_name": "App",
            "rules": {
                "events": [
                    {
                        "name": "App Opened",
                        "description": "The app comes to the front",
                        "rules": {"type": "object", "properties": {"properties": {"type": "object"}}},
                    }
                ]
            },
        },
        indent=2,
    )
    + "\n",
    "use_cases.yaml": """\
use_cases:
  - id: weekly-sales
    title: See each week what was sold
    owner: sales@example.com
    outcome: {metric: weekly_revenue, goal: "+5 %", moves: revenue}
    horizon: 2027-06-30
    review_by: 2027-01-15
    needs: ["Order Completed.total"]
    consumers: [dashboard.sales]
""",
    "warehouse.sql": "create table raw_web.order_completed (total double);\n",
    "models/orders.sql": "select total as revenue from raw_web.order_completed\n",
    "dashboards/sales.sql": "select sum(revenue) as revenue, (select count(id) from accounts) as n from orders\n",
    "columns.csv": "table_schema,table_name,column_name,data_type\ncrm,accounts_raw,id,varchar\n",
    "transform/dbt_project.yml": "name: crm\nversion: '1.0'\n",
    "transform/models/accounts.sql": "select id from {{ source('crm', 'accounts_raw') }}\n",
    "transform/models/schema.yml": """\
version: 2
sources:
  - name: crm
    tables:
      - name: accounts_raw
models:
  - name: accounts
    description: Who buys
    columns:
      - {name: id, description: Id of the account}
""",
}
PLAN, SEGMENT, USES, STORE = "plan.yaml", "segment.json", "use_cases.yaml", "warehouse.sql"
PROJECT, MODEL, BOARD = "trackplan.yaml", "models/orders.sql", "dashboards/sales.sql"
CSV, DBT, DBT_FOLDER = "columns.csv", "transform/models/schema.yml", "transform/dbt_project.yml"
YAML = (PROJECT, PLAN, USES)
SQL = (STORE, MODEL, BOARD)
FILES = (*YAML, SEGMENT, *SQL)

Make = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Case:
    """`make` puts something in place of `file`; `ends` are the exit codes allowed, `says` a pattern to be found.

    `located` asks for `file:line` in what is said, not only for the file's name; `silent` for no word about it.
    """

    title: str
    file: str
    make: Make
    ends: tuple[int, ...] = (2,)
    says: str = ""
    located: bool = False
    silent: bool = False

    def __str__(self) -> str:
        return f"{self.title}-{self.file}".replace(" ", "_")


def text(content: str) -> Make:
    return lambda path: _write(path, content.encode("utf-8", "surrogatepass"))


def data(content: bytes) -> Make:
    return lambda path: _write(path, content)


def change(old: str, new: str) -> Make:
    """Replace `old` in the sound file, which must hold it."""

    def make(path: Path) -> None:
        before = path.read_text(encoding="utf-8")
        assert old in before
        _write(path, before.replace(old, new).encode("utf-8", "surrogatepass"))

    return make


def recode(convert: Callable[[bytes], bytes]) -> Make:
    return lambda path: _write(path, convert(path.read_bytes()))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def grown(line: str) -> Make:
    """The sound file with `line` after it again and again, to 50 MB."""

    def make(path: Path) -> None:
        with path.open("ab") as file:
            file.write((line + "\n").encode() * (HUGE // (len(line) + 1) + 1))

    return make


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def missing(path: Path) -> None:
    path.unlink()


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def unreadable(path: Path) -> None:
    path.chmod(0)


def outside(path: Path) -> None:
    """A link to a sound file outside of the project: it must not be followed."""
    root = next(p for p in path.parents if p.name == "project")
    target = root.parent / path.name
    target.write_text(path.read_text(encoding="utf-8").replace("total", "secret"), encoding="utf-8")
    path.unlink()
    path.symlink_to(target)
