"""What `init` writes: the project file that fits what lies in a folder, and a small example if nothing does."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.commands.dialects import dialect
from trackplan.commands.layouts import patterns
from trackplan.readers import bigquery_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRUNED = frozenset({"node_modules", "target", "dbt_packages", "venv", "__pycache__", "site-packages", "dist"})
_MOST_FILES = 50_000
_HEAD = 65_536
_KINDS = {
    "models": "models",
    "warehouse": "warehouse",
    "ddl": "warehouse",
    "schema": "warehouse",
    "schemas": "warehouse",
    "consumers": "consumers",
    "dashboards": "consumers",
    "exports": "consumers",
    "notebooks": "consumers",
    "queries": "consumers",
    "reports": "consumers",
    "syncs": "consumers",
}
_SURE = 2
_NATIVE_PLAN = re.compile(r"^trackplan\s*:\s*1\b", re.MULTILINE)
_USE_CASES = re.compile(r"^use_cases\s*:", re.MULTILINE)
_SEGMENT_PLAN = re.compile(r'"rules"\s*:\s*[\[{]')
_SEGMENT_CALLS = re.compile(r'"(?:events|TRACK|IDENTIFY|track|identify)"|"jsonSchema"')
_NO_NAMES: Mapping[str, str] = {}
_PLAIN = re.compile(r"[A-Za-z0-9_./ -]+")


@dataclass(slots=True)
class Found:
    """What lies in a folder that trackplan can read; paths below it, with `/`.

    `dialect` is that of its SQL and `tells_dialect` the file that says so; both are '' where nothing does. `relations`
    are the names of what the files of a pattern build, where its folders name it, and `guessed` tells that nothing but
    the lie of its files says what the SQL is for.
    """

    plans: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    dbt: tuple[str, ...] = ()
    warehouse: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    sql: dict[str, set[str]] = field(default_factory=dict)
    dialect: str = ""
    tells_dialect: str = ""
    relations: dict[str, str] = field(default_factory=dict)
    guessed: bool = False

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to start from."""
        return not (self.plans or self.use_cases or self.dbt or self.warehouse or self.models or self.consumers)


def look_around(folder: Path) -> Found:
    """What `folder` holds. Hidden folders, installed packages and symlinks are left out."""
    found = Found()
    files = list(_files(folder))
    found.dbt = tuple(sorted({f"{_parent(p)}/" if "/" in p else "./" for p in files if _name(p) == "dbt_project.yml"}))
    found.dialect, found.tells_dialect = _dialect(folder, files)
    plans, use_cases, schemas = [], [], []
    for path in files:
        suffix = path.rpartition(".")[2].lower()
        if any(path.startswith(d) or d == "./" for d in found.dbt):
            continue
        if suffix == "sql":
            _add_sql(found, path)
        elif suffix in ("yaml", "yml", "json"):
            head = _head(folder / path)
            if suffix != "json" and _NATIVE_PLAN.search(head):
                plans.append(path)
            elif suffix != "json" and _USE_CASES.search(head):
                use_cases.append(path)
            elif suffix == "json" and _SEGMENT_PLAN.search(head) and _SEGMENT_CALLS.search(head):
                plans.append(path)
            elif _name(path).rpartition(".")[0] == "schema" and bigquery_schema.detect(head, path) >= _SURE:
                schemas.append(path)
    found.plans, found.use_cases = tuple(sorted(plans)), tuple(sorted(use_cases))
    found.warehouse, found.models, found.consumers = (
        tuple(sorted(found.sql.get(kind, ()))) for kind in ("warehouse", "models", "consumers")
    )
    if not (found.dbt or found.sql):
        _guess(found, [path for path in files if path.lower().endswith(".sql")], schemas)
    return found


def _guess(found: Found, sql: list[str], schemas: list[str]) -> None:
    """Take SQL in folders whose names tell nothing for models, and the schemas beside it for the warehouse."""
    models, tables = patterns(sql, schemas)
    found.models = tuple(models)
    found.warehouse = tuple(pattern for pattern, relation in tables.items() if relation)
    found.relations = {**models, **tables}
    found.guessed = bool(models)
    if found.warehouse and not found.dialect:
        found.dialect, found.tells_dialect = "bigquery", schemas[0]


def files(found: Found) -> dict[str, str]:
    """Path → text of the files to write: the project file, and where there is nothing else an example."""
    if found.nothing:
        example = Found(plans=("tracking/plan.yaml",), use_cases=("use_cases.yaml",))
        return {
            "trackplan.yaml": _project(example),
            "tracking/plan.yaml": _PLAN,
            "use_cases.yaml": _USE_CASE.format(need="Signed Up.referrer"),
        }
    return {"trackplan.yaml": _project(found)}


def _files(folder: Path) -> list[str]:
    paths: list[str] = []
    for current, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _PRUNED)
        below = Path(current).relative_to(folder).as_posix()
        prefix = "" if below == "." else f"{below}/"
        paths += [prefix + n for n in sorted(names) if not n.startswith(".") and _PLAIN.fullmatch(prefix + n)]
        if len(paths) > _MOST_FILES:
            break
    return paths


def _dialect(folder: Path, files: list[str]) -> tuple[str, str]:
    profiles = [p for p in files if _name(p) in ("profiles.yml", "profiles.yaml")]
    projects = [p for p in files if _name(p) == "dbt_project.yml"]
    return dialect(folder, profiles, projects, [p for p in files if p.lower().endswith(".sql")])


def _add_sql(found: Found, path: str) -> None:
    """Remember the outermost folder above the file whose name tells what its SQL is for."""
    parts = path.split("/")[:-1]
    for depth, part in enumerate(parts):
        kind = _KINDS.get(part.lower())
        if kind:
            found.sql.setdefault(kind, set()).add("/".join(parts[: depth + 1]) + "/**/*.sql")
            return


def _head(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return ""


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _entry(key: str, paths: tuple[str, ...], example: str, relations: Mapping[str, str] = _NO_NAMES) -> str:
    """A key with its list, or as a comment that shows what could stand there."""
    if not paths:
        return f"# {key}: [{example}]"
    lines = [f"{key}:"]
    for path in paths:
        name = relations.get(path)
        lines.append(f'  - {{path: {_quoted(path)}, relation: "{name}"}}' if name else f"  - {_quoted(path)}")
    return "\n".join(lines)


def _plans(paths: tuple[str, ...]) -> str:
    """The key of plans where some share their files' name, which would make one plan of them; else ''."""
    stems = [_name(path).rpartition(".")[0] for path in paths]
    if len(set(stems)) == len(stems):
        return ""
    lines = ["plans:"]
    for path, stem in zip(paths, stems, strict=True):
        same = [p.split("/")[:-1] for p, other in zip(paths, stems, strict=True) if other == stem]
        own = path.split("/")[:-1]
        telling = [part for part in own if not all(part in others for others in same)]
        name = "-".join(telling) or stem if len(same) > 1 else ""
        lines.append(f'  - {{path: {_quoted(path)}, name: "{name}"}}' if name else f"  - {_quoted(path)}")
    return "\n".join(lines)


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path or "*" in path or path.startswith(("-", ".")) else path


def _project(found: Found) -> str:
    said = (
        f"dialect: {found.dialect}        # as {found.tells_dialect} tells" if found.dialect else "# dialect: snowflake"
    )
    return _PROJECT.format(
        dialect=said,
        plans=_plans(found.plans) or _entry("plans", found.plans, "tracking/*.yaml"),
        use_cases=_entry("use_cases", found.use_cases, "use_cases.yaml"),
        warehouse=_entry("warehouse", found.warehouse, '"warehouse/*.sql"', found.relations),
        models=_entry("models", found.models, '"models/**/*.sql"', found.relations),
        consumers=_entry("consumers", found.consumers, '"dashboards/**/*.sql", "queries/*.sql"'),
        dbt=_entry("dbt", found.dbt, "transform/"),
    )


_PROJECT = """\
# The project file of trackplan: what you collect, what you store, who uses it, and why.
# `trackplan schema project` explains every key. Paths are patterns relative to this file.
version: 1

# The dialect of your SQL: bigquery, databricks, duckdb, postgres, redshift, snowflake, ...
{dialect}

# What is collected: tracking plans (YAML of our own, or JSON of Segment).
{plans}

# Why: the purposes that your data serves. `trackplan schema use_cases` explains the format.
{use_cases}

# What is stored: CREATE TABLE statements of the warehouse.
{warehouse}

# What passes data on: SQL that builds one relation per file, which is named like the file.
{models}

# Who finally uses it: queries of dashboards, reports, exports.
{consumers}

# dbt projects bring sources, models and exposures at once; name their folders.
{dbt}

# How events become tables, so that a field can be followed into the warehouse.
# landing:
#   - {{plan: web, convention: segment, schema: raw.web}}

# How to judge. These are the defaults.
# policy:
#   planning_horizon: 24 months       # needs further out do not justify collecting today
#   personal_data_needs: explicit     # personal data must be named by a need
#   grace: 90 days                    # how long a new field may stay unused
#   minimum_coverage: 0.95            # share of SQL understood below which nothing is called unused
"""

_PLAN = """\
# A tracking plan: the events that you send, and their properties. This one is an example; make it yours.
trackplan: 1
name: web
owner: growth@example.com
description: What the web shop sends
events:
  Signed Up:
    description: A visitor created an account
    properties:
      referrer: {type: string, description: The page that the visitor came from}
      # A property that no use case needs: `trackplan check` reports it as soon as this line is active.
      # theme: {type: string, description: Light or dark}
"""

_USE_CASE = """\
# Why you collect: each use case names what it needs, who owns it, and what it is to achieve.
use_cases:
  - id: find-good-referrers
    title: Spend the marketing budget where sign-ups come from
    owner: growth@example.com
    outcome: {{metric: signups_per_euro, goal: "+10 %", moves: revenue}}
    review_by: 2099-01-01
    needs:
      - "{need}"
"""
