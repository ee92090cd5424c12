"""The tags that dbt adds to Jinja: their blocks are macros of other kinds, or not for the warehouse."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser


class DbtTags(Extension):
    """`snapshot` prints what it holds; materializations, generic tests and docs print nothing."""

    tags = {  # noqa: RUF012
        "snapshot",
        "materialization",
        "test",
        "data_test",
        "docs",
    }

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """The statement at which the parser stands."""
        name = next(parser.stream).value
        while parser.stream.current.type != "block_end":
            next(parser.stream)
        body = parser.parse_statements((f"name:end{name}",), drop_needle=True)
        return nodes.Scope(body) if name == "snapshot" else []
