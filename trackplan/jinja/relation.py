"""What `ref`, `source` and `this` give: a table by its name, that prints as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.sql.template import identifier

if TYPE_CHECKING:
    from trackplan.jinja.run import Run
    from trackplan.jinja.unknown import Unknown


class Relation:
    """A relation in a template. Parts that no file says are unknown values; with `perhaps`, it may not be there."""

    def __init__(self, run: Run, parts: tuple[str, ...], dialect: str, perhaps: bool = False) -> None:
        self._run = run
        self._parts = parts
        self._dialect = dialect
        self.perhaps = perhaps
        self._text = ".".join(identifier(p, dialect) for p in parts)

    def __bool__(self) -> bool:
        return bool(self.exists)

    @property
    def exists(self) -> bool | Unknown:
        """Whether the warehouse has it."""
        return self._run.unknown("exists", self._text) if self.perhaps else True

    def __str__(self) -> str:
        return self._text

    @property
    def identifier(self) -> str:
        """The last name."""
        return self._parts[-1] if self._parts else ""

    name = table = alias = identifier

    @property
    def schema(self) -> str | Unknown:
        """The schema, where a file says it."""
        return self._parts[-2] if len(self._parts) > 1 else self._run.unknown("schema", self._text)

    @property
    def database(self) -> str | Unknown:
        """The database, where a file says it."""
        return self._parts[-3] if len(self._parts) > 2 else self._run.unknown("database", self._text)

    @property
    def type(self) -> Unknown:
        """Whether it is a table or a view, which nobody knows."""
        return self._run.unknown("type", self._text)

    @property
    def is_view(self) -> Unknown:
        """Nobody knows."""
        return self.type

    def render(self) -> str:
        """The name as it stands in SQL."""
        return self._text

    def include(self, *_: object, **__: object) -> Relation:
        """The same relation: a shorter name is found as well."""
        return self

    quote = include
