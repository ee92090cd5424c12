"""What a template may name though it stands nowhere in its text: tables found by their schema, values of variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.sql import template

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from trackplan.documents import Node

_VARIABLE = re.compile(r"\bvar\(\s*['\"]([^'\"]+)['\"]")
_CALL = re.compile(r"(?<!\w)(?<!\w\.)([A-Za-z_][\w.]*+)\s*+\(")
_SOURCE = re.compile(r"\bsource\(\s*['\"][^'\"]*['\"]\s*,\s*['\"][^'\"]*['\"]\s*\)")
_STRING = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
# Ways of asking the warehouse which tables there are, or of composing a table's name.
_LOOKS_UP = re.compile(
    r"(?i)get_(?:filtered_)?(?:relations?|tables?)_by|information_schema|\bgraph\b|api\.Relation|load_relation"
    r"|adapter\.(?:get_relation|list_relations)|\bsource\(\s*[^'\"\s]|\bref\(\s*[^'\"\s]|\bsource\([^)]{0,500},\s*[^'\"\s]"
)
# Macros and functions that everybody has; what they name are their arguments.
_HARMLESS = re.compile(
    r"(?:dbt|dbt_date|dbt_expectations|exceptions|modules|loop)(?:\.\w+)+|dbt_utils\.(?!get_)\w+|type_\w+|adapter\.dispatch"
    r"|ref|source|config|var|env_var|is_incremental|snapshot|set|if|elif|in|and|or|not|do|return|log|range|macro|call|caller"
    r"|join|replace|lower|upper|trim|[\w.]+\.(?:append|extend|items|keys|values|get|format|split|strip|lower|upper|replace)"
)
_OPENING = re.compile(r"\{[{%]")
_CLOSING = re.compile(r"[%}]\}")


def beyond(
    text: str,
    sources: Mapping[tuple[str, ...], tuple[str, ...]],
    macros: Container[str],
    settings: Node,
) -> list[str]:
    """Words that `text`, a template with the macros it calls, may become besides its own.

    `sources` maps logical names (source, table) to physical ones, `macros` are those of the project. A text that asks
    for tables may get all of the schemas it names or, naming none, all there are.
    """
    found = [value for name in dict.fromkeys(_VARIABLE.findall(text)) for value in values(settings, name)]
    whole = "\n".join([text, *found])
    asks = _LOOKS_UP.search(whole) is not None
    code = _STRING.sub("''", "\n".join(text[a:b] for a, b in template.between(text, _OPENING, _CLOSING)))
    foreign = any(c.rpartition(".")[2] not in macros and not _HARMLESS.fullmatch(c) for c in _CALL.findall(code))
    if asks or foreign:
        said = _SOURCE.sub("", whole).lower()
        named = [key for key, parts in sources.items() if any(w.lower() in said for w in (*key[:-1], *parts[-2:-1]))]
        for key in named or (sources if asks else ()):
            found += [key[-1], sources[key][-1]]
    return list(dict.fromkeys(found))


def values(settings: Node, name: str) -> list[str]:
    """The values that a project's settings give a variable, be it of the project itself or of one of its packages."""
    found: list[str] = []
    pending = [(settings.get("vars"), False)]
    while pending:
        node, taken = pending.pop()
        if node is None:
            continue
        pending += [(child, taken or key == name) for key, child in node.items()]
        pending += [(child, taken) for child in node.elements()]
        if taken and isinstance(node.value, str):
            found.append(node.value)
    return found
