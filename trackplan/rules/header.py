"""The text of a rule's file → Rule: a checked YAML header, and the query below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.errors import HeaderError, InputError
from trackplan.findings import Place, Problem, Severity
from trackplan.rules.base import PLACEHOLDER, Option, OptionValue, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trackplan.documents import Node

_HEADER = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)
_LONGEST_FILE = 200_000


def parse(text: str, path: str, *, shipped: bool = False) -> Rule:
    """The rule in `text`. Raises `HeaderError` with everything that is wrong with its header."""
    if len(text) > _LONGEST_FILE:
        raise HeaderError([Problem(Place(path), f"the file is longer than {_LONGEST_FILE:,} characters")])
    match = _HEADER.match(text)
    if match is None:
        message, hint = "the file does not begin with a header", "open it with /* … */ that holds YAML"
        raise HeaderError([Problem(Place(path, 1, 1, 1, 1), message, hint)])
    # Blank lines in front keep the header's places those of the file.
    header = "\n" * text.count("\n", 0, match.start(1)) + match.group(1)
    try:
        node = documents.read_yaml(header, path)
    except InputError as error:
        raise HeaderError(error.problems) from error
    problems = documents.check(node, "rule-header") or [*_problems(node, path)]
    if problems:
        raise HeaderError(problems)
    data = documents.plain(node)
    if not isinstance(data, dict):
        raise HeaderError([Problem(Place(path), "the header is not a mapping")])
    line = 1 + text.count("\n", 0, match.end())
    return _rule(data, path, shipped, line, text[match.end() :])


def _rule(data: Mapping[str, object], path: str, shipped: bool, line: int, sql: str) -> Rule:
    """The header as a Rule; the schema has been checked, so the kinds of values are known."""

    def text(key: str) -> str:
        return " ".join(str(data[key]).split())

    def words(key: str) -> tuple[str, ...]:
        value = data.get(key)
        return tuple(str(v) for v in value) if isinstance(value, list) else ()

    options = data.get("options")
    fixer = data.get("fixer")
    return Rule(
        id=text("id"),
        name=text("name"),
        title=text("title"),
        message=text("message"),
        severity=Severity.parse(text("severity")),
        category=text("category"),
        cause=text("cause"),
        requires=tuple(tuple(group.split("|")) for group in words("requires")),
        why=text("why"),
        fix=text("fix"),
        references=words("references"),
        options=tuple(_option(n, o) for n, o in options.items()) if isinstance(options, dict) else (),
        retired=data.get("status") == "retired",
        shipped=shipped,
        path=path,
        line=line,
        sql=sql,
        fixer=str(fixer["edit"]) if isinstance(fixer, dict) else "",
        fix_is_safe=bool(fixer["safe"]) if isinstance(fixer, dict) else True,
        rests_on=str(data.get("rests_on", "")),
    )


def _option(name: str, data: Mapping[str, OptionValue | list[OptionValue]]) -> Option:
    default, values = data["default"], data.get("values", [])
    if isinstance(default, list) or not isinstance(values, list):
        raise TypeError(name)  # the schema has ruled this out
    return Option(name, default, " ".join(str(data["description"]).split()), tuple(values))


def _problems(node: Node, path: str) -> Iterator[Problem]:
    """What a schema cannot say about one header."""
    stem = f"{node.string('id')}_{node.string('name').replace('-', '_')}"
    if path.rpartition("/")[2] != f"{stem}.sql":
        yield Problem(
            _at(node, "name"), f"the file of {node.string('id')} must be called {stem}.sql", "rename one of them"
        )
    if set(PLACEHOLDER.sub("", node.string("message"))) & set("{}"):
        hint = "write {name} for a column of the query"
        yield Problem(_at(node, "message"), "a brace in the message is not part of a {name}", hint)
    options = node.get("options")
    for name, option in options.items() if options else ():
        values = option.get("values")
        known = [value.value for value in values.elements()] if values else []
        default = option.get("default")
        if known and default is not None and default.value not in known:
            yield Problem(default.place, f"the default of {name} is not one of its values")


def _at(node: Node, key: str) -> Place:
    found = node.get(key)
    return found.place if found else node.place
