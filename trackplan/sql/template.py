"""SQL with dbt's placeholders → plain SQL, by substitution alone: nothing in the text is ever run.

`ref`, `source` and `this` become names, `config` and comments become blanks, and so does the frame of a snapshot and of
an `is_incremental` block, whose inside stays. Anything else of Jinja is left as it is and makes the text incomplete.
Line breaks stay, and columns wherever the name fits into its placeholder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TEXT = r"""(?:'([^'\\]*)'|"([^"\\]*)")"""
_REF = re.compile(
    rf"ref\(\s*{_TEXT}\s*(?:,\s*{_TEXT}\s*)?(?:,\s*(?:v|version)\s*=\s*['\"]?([\w.]+)['\"]?\s*)?,?\s*\)", re.ASCII
)
_SOURCE = re.compile(rf"source\(\s*{_TEXT}\s*,\s*{_TEXT}\s*,?\s*\)")
_CONFIG = re.compile(r"config\s*\(.*\)", re.DOTALL)
_ALIAS = re.compile(r"""\balias\s*=\s*['"]([^'"{}]+)['"]""")
_RUNS_SQL = re.compile(r"(?i)\b(?:from|select|update|merge)\b")
_OPENING = re.compile(r"\{[{%#]")
_CALL = re.compile(r"(?<![\w.])([\w.]++)\s*+\(")
_STRINGS = re.compile(r"'[^']*'|\"[^\"]*\"")
_KNOWN_CALL = re.compile("ref|source|config|var|env_var|is_incremental|snapshot|if|elif|in|and|or|not")
_SNAPSHOT = re.compile(r"snapshot\s+(\w+)")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED = re.compile(
    "(?i:all|analyze|and|any|array|as|asc|between|by|case|cast|check|column|constraint|create|cross|current|date|default|"
    "delete|desc|describe|distinct|drop|else|end|escape|except|exists|false|fetch|filter|following|for|foreign|from|full|"
    "function|grant|group|having|if|ilike|in|inner|insert|intersect|interval|into|is|join|key|lateral|left|like|limit|"
    "merge|natural|not|null|offset|on|or|order|outer|over|partition|pivot|primary|qualify|range|references|replace|right|"
    "row|rows|select|set|show|some|table|then|time|timestamp|to|true|truncate|union|unique|unnest|unpivot|update|user|"
    "using|values|view|when|where|window|with)"
)
_BACKTICKS = frozenset(
    {"bigquery", "mysql", "spark", "spark2", "databricks", "hive", "clickhouse", "doris", "starrocks"}
)
_CLOSING = {"{": "}}", "%": "%}", "#": "#}"}
_BLANK = re.compile(r"[^\r\n]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text after substitution. If not `complete`, parts of it are still template: nobody knows what they become.

    `relation` is the name that a snapshot gives itself, `alias` the table's name in the warehouse that `config` sets;
    both are '' mostly. `opaque` tells that what is left may name what stands nowhere in the text, as a macro does.
    """

    text: str
    complete: bool
    relation: str = ""
    alias: str = ""
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class _Tag:
    """A piece of Jinja: its span, its first sign (`{`, `%` or `#`), and what stands between the signs."""

    start: int
    end: int
    sign: str
    inside: str


def render(
    text: str, sources: Mapping[tuple[str, str], tuple[str, ...]], dialect: str = "", this: tuple[str, ...] = ()
) -> Rendered:
    """`text` without its placeholders.

    `sources` maps (source, table) to the table's physical name; one that is not there, or too long for its placeholder,
    goes by its logical name. `this` is the relation that the text builds.
    """
    pieces: list[str] = []
    position = 0
    complete, opaque = True, False
    relation = alias = ""
    frames: list[str] = []
    for tag in _tags(text):
        pieces.append(text[position : tag.start])
        original = text[tag.start : tag.end]
        position = tag.end
        snapshot = _SNAPSHOT.fullmatch(tag.inside) if tag.sign == "%" else None
        if snapshot is not None:
            relation = relation or snapshot.group(1)
        if tag.sign == "#" or (tag.sign == "%" and _is_frame(tag.inside, frames)):
            pieces.append(_BLANK.sub(" ", original))
            continue
        name = _substitute(tag, sources, dialect, this) if tag.sign == "{" else None
        if name == "" and (set_to := _ALIAS.search(tag.inside)):
            alias = set_to.group(1)
        if name is None or (name and _is_glued(text, tag)):
            complete = False
            opaque = opaque or _is_opaque(text, tag)
            pieces.append(original)
        else:
            pieces.append(_padded(name, original))
    pieces.append(text[position:])
    complete = complete and not frames and _OPENING.search(text, position) is None
    return Rendered("".join(pieces), complete, relation, alias, opaque)


def between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The spans of `text` from an opening to the next closing; takes linear time, whatever is never closed."""
    position = 0
    while (start := opening.search(text, position)) and (end := closing.search(text, start.end())):
        yield start.start(), end.end()
        position = end.end()


def identifier(name: str, dialect: str) -> str:
    """An unquoted name of the template as it is written in SQL: quoted only if it must be, folded before that."""
    if _PLAIN.fullmatch(name) and not _RESERVED.fullmatch(name):
        return name
    return quoted(names.fold(name, False, dialect), dialect)


def quoted(name: str, dialect: str) -> str:
    """A name in the quotes of the dialect."""
    if dialect in _BACKTICKS:
        return "`" + name.replace("`", "") + "`"
    if dialect in ("tsql", "fabric"):
        return "[" + name.replace("]", "") + "]"
    return '"' + name.replace('"', '""') + '"'


def _tags(text: str) -> Iterator[_Tag]:
    """The pieces of Jinja in order, up to the first one that is never closed."""
    position = 0
    while True:
        opening = _OPENING.search(text, position)
        if opening is None:
            return
        sign = opening.group()[1]
        end = _end(text, opening.end(), sign)
        if end < 0:
            return
        yield _Tag(opening.start(), end, sign, text[opening.end() : end - 2].strip().strip("-+").strip())
        position = end


def _end(text: str, start: int, sign: str) -> int:
    """Where the piece that opens before `start` ends; signs inside strings do not close it. -1 if nothing does."""
    closing = _CLOSING[sign]
    if sign == "#":
        found = text.find(closing, start)
        return found + 2 if found >= 0 else -1
    scanner = re.compile(rf"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|{re.escape(closing)}""", re.DOTALL)
    for match in scanner.finditer(text, start):
        if match.group() == closing:
            return match.end()
    return -1


def _is_frame(inside: str, frames: list[str]) -> bool:
    """Whether a statement only frames SQL that is there in any case; `frames` are those that are open."""
    if _SNAPSHOT.fullmatch(inside):
        frames.append("endsnapshot")
        return True
    if re.fullmatch(r"if\s+is_incremental\(\s*\)", inside):
        frames.append("endif")
        return True
    if frames and inside == frames[-1]:
        frames.pop()
        return True
    if inside.startswith("if"):
        frames.append("endif of another if")
    return False


def _substitute(
    tag: _Tag, sources: Mapping[tuple[str, str], tuple[str, ...]], dialect: str, this: tuple[str, ...]
) -> str | None:
    """What an expression becomes; None if it is not known."""
    if tag.inside == "this":
        return ".".join(identifier(p, dialect) for p in this) or None
    if match := _REF.fullmatch(tag.inside):
        *texts, version = match.groups()
        last = [t for t in texts if t is not None][-1]
        return identifier(f"{last}_v{version}" if version else last, dialect)
    if match := _SOURCE.fullmatch(tag.inside):
        source, table = (t for t in match.groups() if t is not None)
        physical = ".".join(identifier(p, dialect) for p in sources.get((source, table), ()))
        if physical and (len(physical) <= tag.end - tag.start or _is_taken(sources, source, table)):
            return physical
        return f"{identifier(source, dialect)}.{identifier(table, dialect)}"
    if _CONFIG.fullmatch(tag.inside) and not _RUNS_SQL.search(tag.inside):
        return ""
    return None


def _is_taken(sources: Mapping[tuple[str, str], tuple[str, ...]], source: str, table: str) -> bool:
    """Whether the logical name of a source is the physical one of another."""
    mine = (source.lower(), table.lower())
    physical = (tuple(p.lower() for p in parts[-2:]) for key, parts in sources.items() if key != (source, table))
    return mine in physical


def _is_glued(text: str, tag: _Tag) -> bool:
    """Whether a name would run into what stands beside its placeholder."""
    before, after = text[tag.start - 1 : tag.start], text[tag.end : tag.end + 1]
    return any(c.isalnum() or c in "_$\"'`" for c in (before, after) if c)


def _is_opaque(text: str, tag: _Tag) -> bool:
    """Whether a piece of Jinja may become names that nobody can read in the text: it calls or joins something."""
    calls = _CALL.findall(_STRINGS.sub("''", tag.inside))
    composes = tag.sign == "{" and (_is_glued(text, tag) or re.search(r"[~+%|]", tag.inside))
    return bool(composes) or any(not _KNOWN_CALL.fullmatch(call) for call in calls)


def _padded(name: str, original: str) -> str:
    """`name` with blanks in place of the rest of `original`, its line breaks kept."""
    blank = _BLANK.sub(" ", original)
    first = re.search(r"[\r\n]", blank)
    if first is None:
        return name.ljust(len(original))
    return name + blank[first.start() :]
