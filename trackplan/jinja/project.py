"""What a template may know of its project: names, variables, macros."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

Parts = tuple[str, ...]
_TYPES = {"tsql": "sqlserver", "spark2": "spark"}
_PARENTS = {"redshift": "postgres", "databricks": "spark", "fabric": "sqlserver"}


class MacroFile(Struct, frozen=True):
    """A file of macros; `package` is the project that it belongs to."""

    package: str
    path: str
    text: str


class Settings(Struct, frozen=True):
    """What templates of one dbt project (or of none) may know.

    `sources` maps (source, table) to the table's physical name, `nodes` what `ref` may name to the name that SQL asks
    for; what is not there goes by its own name. `variables` are those of each package, by its name; those of the
    project itself stand under `name`. `graph` are the kind, package and path of everything that is built.
    """

    dialect: str = ""
    name: str = ""
    sources: Mapping[tuple[str, str], Parts] = {}
    nodes: Mapping[str, Parts] = {}
    variables: Mapping[str, Mapping[str, object]] = {}
    macros: tuple[MacroFile, ...] = ()
    graph: tuple[tuple[str, str, str], ...] = ()

    def fingerprint(self) -> str:
        """The same for settings under which every template renders the same."""
        import hashlib  # loads a whole library, and only what is kept needs it

        digest = hashlib.blake2b(digest_size=16)
        for part in (
            self.dialect,
            self.name,
            sorted(self.sources.items()),
            sorted(self.nodes.items()),
            sorted((package, sorted(map(repr, known.items()))) for package, known in self.variables.items()),
            self.graph,
            [(m.package, m.path, m.text) for m in self.macros],
        ):
            digest.update(repr(part).encode("utf-8", "replace") + b"\0")
        return digest.hexdigest()


def forms(dialect: str) -> list[str]:
    """What stands before `__` in the names of a macro's forms that serve a warehouse, the closest first."""
    kind = _TYPES.get(dialect, dialect)
    return [form for form in (kind, _PARENTS.get(kind, ""), "default") if form]
