"""What builds the relations of a project besides their SQL: macros of the project's own that dbt runs around it.

A materialization of the project's own, a strategy of its own for incremental models, and its own form of a macro that
dbt brings along may all read more than a model says. Those of dbt and of its adapters run nothing but the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.jinja import is_template
from trackplan.readers.dbt.configs import asked

if TYPE_CHECKING:
    from trackplan.readers.dbt.configs import Configs
    from trackplan.readers.dbt.packages import Package
    from trackplan.readers.dbt.rendering import Rendering

_DEFAULT = {"models": "view", "seeds": "seed", "snapshots": "snapshot"}
_OF_DBT = re.compile(
    r"(?P<view>(?:get_)?create_(?:or_replace_)?view(?:_as)?(?:_sql)?|get_(?:create|replace)_view_\w*sql)"
    r"|(?P<table>(?:get_)?create_(?:or_replace_)?table(?:_as)?(?:_sql)?|get_(?:create|replace)_table_\w*sql"
    r"|get_select_subquery|get_empty_subquery_sql)"
    r"|(?P<snapshot>snapshot_\w+|build_snapshot_\w+)"
    r"|(?P<strategy>get_incremental_(?!(?:append|default|delete_insert|insert_overwrite|merge|microbatch)_sql)\w+_sql)"
    r"|(?P<incremental>get_incremental_\w+_sql|get_(?:delete_insert_merge|insert_into|insert_overwrite_merge|merge)_sql"
    r"|get_(?:insert_overwrite|merge)_\w*sql|get_merge_update_(?:columns|set)|bq_(?:generate|insert|dynamic|static)_\w+"
    r"|dbt_\w+_get_incremental_sql)"
)
_KINDS = {"strategy": ["incremental"], "table": ["table", "incremental"]}
_OF_MODELS = ("table", "view", "incremental")
# What tells rows apart by all that they hold.
_BY_ALL = re.compile(
    r"\b(?:distinct|except|intersect|minus|\w*hash\w*|\w*md5\w*|\w*json\w*|get_columns_in_relation)\b", re.I
)
_COLUMNS = re.compile(r"\b\w*columns\b", re.I)
_COMPARES = re.compile(r"<>|!=")


class Materializations:
    """Tells what may be read besides what files say."""

    def __init__(self, rendering: Rendering, configs: Configs) -> None:
        self._rendering = rendering
        self._configs = configs
        self._own = rendering.materializations()
        self._built: dict[str, list[str]] = {}
        self._settings: list[Mapping[str, object]] = []

    def beside(
        self, package: Package, kind: str, path: str, settings: Mapping[str, object], name: str, parts: tuple[str, ...]
    ) -> Iterator[Sql]:
        """What the materialization of a file may read, if that is the project's own.

        It may be all that the file gives, and what the settings of the file name.
        """
        said = [each.value for each in self._configs.said(package, kind, path, settings, "materialized", name=name)]
        known = [settings, *self._configs.all(package, kind, name)]
        self._settings += known
        for made in self._meant(said[-1] if said else _DEFAULT[kind]):
            self._built.setdefault(made, []).append(name)
            text = self._own.get(made, "")
            if text:
                own = [each.value for each in self._configs.said(package, kind, path, {}, *asked(text), name=name)]
                words = [text, json.dumps([*known, *own], default=str), *([name] if _reads_all(text) else [])]
                clause = f"is built by the materialization {made}, which may read more than the model says"
                yield self._unclear(words, clause, path, parts)

    def instead(self) -> Iterator[Sql]:
        """What the project's own forms of the macros by which dbt builds may read of the files before."""
        for path, name, text in self._rendering.instead():
            of = _OF_DBT.fullmatch(name)
            kind = of.lastgroup or "" if of is not None else ""
            built = [model for made in _KINDS.get(kind, [kind]) for model in self._built.get(made, ())]
            if built:
                every = _reads_all(text) or (kind == "strategy" and _COLUMNS.search(text) is not None)
                said = [
                    *self._configs.anywhere(asked(text)),
                    *(s.get(key) for s in self._settings for key in asked(text)),
                ]
                words = [text, json.dumps(said, default=str), *(built if every else [])]
                yield self._unclear(words, f"has {name}, by which dbt builds, and which may read more", path, None)

    def _meant(self, said: object) -> list[str]:
        """The materializations that a setting may mean; where a template says it, any of the project's own."""
        texts = said if isinstance(said, list) else [said]
        known = [text for text in texts if isinstance(text, str) and not is_template(text)]
        return list(dict.fromkeys(known if len(known) == len(texts) else [*known, *self._own, *_OF_MODELS]))

    def _unclear(self, words: Iterable[str], clause: str, path: str, parts: tuple[str, ...] | None) -> Sql:
        unclear, text = ("template", clause), "\n".join([*words, "*"])
        return Sql(text, self._rendering.dialect, Place(path), parts, rendered=False, unclear=unclear)  # type: ignore[arg-type]


def _reads_all(text: str) -> bool:
    """Whether a macro may tell rows apart by columns that it does not name."""
    return bool(_BY_ALL.search(text) or (_COLUMNS.search(text) and _COMPARES.search(text)))
