"""Which SQL dialect a folder's files are written in: what dbt's profiles say, else what only one dialect writes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_ADAPTERS = {
    "athena": "athena",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "databricks": "databricks",
    "doris": "doris",
    "dremio": "dremio",
    "duckdb": "duckdb",
    "exasol": "exasol",
    "fabric": "fabric",
    "materialize": "materialize",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "redshift": "redshift",
    "risingwave": "risingwave",
    "singlestore": "singlestore",
    "snowflake": "snowflake",
    "spark": "spark",
    "sqlserver": "tsql",
    "starrocks": "starrocks",
    "synapse": "tsql",
    "teradata": "teradata",
    "trino": "trino",
}
_TYPE = re.compile(r"""(?m)^\s+type\s*:\s*['"]?([a-z]+)['"]?[ \t]*(?:#.*)?$""")
_PROFILE = re.compile(r"""(?m)^profile\s*:\s*['"]?([A-Za-z]+)['"]?[ \t]*(?:#.*)?$""")
# Only what no other dialect understands; the texts that decide hold no more than one of them mostly.
_MARKS = {
    "bigquery": re.compile(r"`[A-Za-z_][\w-]*\.[\w.*-]+`|(?i:\bsafe_cast\s*\(|\bcountif\s*\(|\bas\s+struct\b)"),
    "snowflake": re.compile(
        r"(?i)\blateral\s+flatten\s*\(|\btable\s*\(\s*flatten\s*\(|::variant\b|\w:\w+(?:\.\w+)*::\w"
    ),
    "redshift": re.compile(r"(?i)\b(?:distkey|diststyle|sortkey)\b|\bencode\s+(?:zstd|lzo|az64)\b"),
    "postgres": re.compile(r"(?i)\bjsonb\b|::regclass\b"),
    "tsql": re.compile(r"\[[A-Za-z_]\w*\]\.\[[A-Za-z_]\w*\]|(?i:\bnvarchar\b)"),
}
# SQL that asks where it runs is written for several dialects.
_FOR_SEVERAL = re.compile(r"\btarget\.type\b|\badapter\.dispatch\b")
_STRINGS = re.compile(r"'[^'\n]*'|--[^\n]*")
_FEWEST_MARKS = 2


def dialect(folder: Path, profiles: Iterable[str], projects: Iterable[str], sql: Sequence[str]) -> tuple[str, str]:
    """The dialect and the file that tells it, relative to `folder`; ("", "") where nothing is clear.

    `profiles` are files of dbt with connections, `projects` those with settings; `sql` are files with SQL.
    """
    for paths, pattern in ((profiles, _TYPE), (projects, _PROFILE)):
        said: dict[str, str] = {}
        for path in paths:
            for word in pattern.findall(_text(folder / path)):
                said.setdefault(_ADAPTERS.get(word.lower(), ""), path)
        said.pop("", None)
        if len(said) == 1:
            return next(iter(said.items()))
    return _by_marks(folder, sql)


def _by_marks(folder: Path, sql: Sequence[str]) -> tuple[str, str]:
    """The dialect whose marks stand in several files, or often in one, while those of all others hardly occur."""
    counts: Counter[str] = Counter()
    first: Mapping[str, str] = {}
    for path in sql[:_MOST_SQL]:
        text = _text(folder / path)
        if _FOR_SEVERAL.search(text):
            return "", ""
        text = _STRINGS.sub("", text)
        for name, pattern in _MARKS.items():
            count = len(pattern.findall(text))
            if count:
                counts[name] += count
                first = {name: path, **first}
    if not counts:
        return "", ""
    (best, count), *others = counts.most_common()
    clear = count >= _FEWEST_MARKS and all(count >= 5 * other for _, other in others)
    return (best, first[best]) if clear else ("", "")


_MOST_SQL = 500
_MOST_BYTES = 65_536


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
