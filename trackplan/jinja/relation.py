"""What `ref`, `source` and `this` give: a table by its name, that prints as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.jinja.unknown import Unknown
from trackplan.sql.template import identifier, quoted

if TYPE_CHECKING:
    from trackplan.jinja.run import Run

Part = str | Unknown | None
Path = tuple[Part, Part, Part]


class Relation:
    """A relation in a template, which is written as `shown`.

    `path` are its database, its schema and its name; None is what no file says, and so an unknown value. With
    `perhaps`, the warehouse may not have it. Whatever else dbt knows of relations is unknown as well.
    """

    def __init__(
        self, run: Run, dialect: str, shown: tuple[str | Unknown, ...], path: Path | None = None, perhaps: bool = False
    ) -> None:
        self._run = run
        self._dialect = dialect
        self._shown = shown
        self._path = path or (None, None, shown[-1])
        self.perhaps = perhaps
        self._text = ".".join(str(p) if isinstance(p, Unknown) else identifier(p, dialect) for p in shown)

    @classmethod
    def stored(cls, run: Run, dialect: str, parts: tuple[str, ...]) -> Relation:
        """One whose `parts` are those of the warehouse."""
        padded: tuple[Part, ...] = (None, None, *parts)
        return cls(run, dialect, parts, (padded[-3], padded[-2], padded[-1]))

    @property
    def told(self) -> tuple[object, ...]:
        """All that a template can tell of it."""
        return self._text, self._path, self.perhaps

    def __bool__(self) -> bool:
        return bool(self.exists)

    def __str__(self) -> str:
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Relation) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._run.unknown(f".{name}", self._text)

    @property
    def exists(self) -> bool | Unknown:
        """Whether the warehouse has it."""
        return self._run.unknown("exists", self._text) if self.perhaps else True

    @property
    def identifier(self) -> Part:
        """The last name."""
        return self._path[2]

    name = table = identifier

    @property
    def schema(self) -> str | Unknown:
        """The schema, where a file says it."""
        return self._run.unknown("schema", self._text, kind="space") if self._path[1] is None else self._path[1]

    dataset = schema

    @property
    def database(self) -> str | Unknown:
        """The database, where a file says it."""
        return self._run.unknown("database", self._text, kind="space") if self._path[0] is None else self._path[0]

    project = database

    def render(self) -> str:
        """The name as it stands in SQL."""
        return self._text

    def quoted(self, name: object) -> str:
        """A name in the quotes of the dialect."""
        return quoted(str(name), self._dialect)

    def quote(self, *_: object, **__: object) -> Relation:
        """The same relation: names are found in any spelling."""
        return self

    def include(self, database: object = None, schema: object = None, identifier: object = None) -> object:
        """The relation with only some of its names written; it is found by fewer names as well."""
        if self._run.tainted((database, schema, identifier)):
            return self._run.unknown("include", self._text, asks=True)
        if identifier is False:
            return self.without_identifier()
        shown = self._shown[-1:] if schema is False else self._shown[-2:] if database is False else self._shown
        return self._named(self._path, shown)

    def without_identifier(self) -> Relation:
        """The schema alone."""
        shown = (self.schema,) if self._path[0] is None else (self._path[0], self.schema)
        return self._named((self._path[0], self._path[1], None), shown)

    def replace_path(self, **path: Part) -> object:
        """A relation with other names; in another database it is found by the others."""
        if self._run.tainted(path.get("identifier")):
            return self._run.unknown("replace_path", self._text, path, asks=True)
        given = zip(("database", "schema", "identifier"), self._path, strict=True)
        database, schema, name = (path.get(key, old) for key, old in given)
        if "schema" in path or "identifier" in path:
            shown = tuple(part for part in (schema, name) if part is not None)
        else:
            shown = self._shown[-2:]
        return self._named((database, schema, name), shown)

    def incorporate(self, path: object = None, **_: object) -> object:
        """The same as `replace_path`, and what kind of relation it is."""
        if isinstance(path, Unknown) or self._run.tainted(path):
            return self._run.unknown("incorporate", self._text, path, asks=True)
        return self.replace_path(**path) if isinstance(path, dict) else self

    def _named(self, path: Path, shown: tuple[str | Unknown, ...]) -> Relation:
        return Relation(self._run, self._dialect, shown, path, self.perhaps)
