"""Which files of a repository matter to a project."""

from __future__ import annotations

from msgspec import Struct

from trackplan import patterns

_OF_DBT = (".sql", ".yml", ".yaml", ".csv", ".json", ".py", ".md")


class Scope(Struct):
    """What a project reads, as paths from the top of the repository. `folder` is the project's.

    `beside` tells that files of dbt may matter wherever they lie in it; `unclear` that anything in it may.
    """

    folder: str
    files: set[str] = set()
    patterns: set[str] = set()
    beside: bool = False
    unclear: bool = False

    def holds(self, path: str) -> bool:
        """Whether a change of the file may matter."""
        if path in self.files or any(patterns.captures(pattern, path) is not None for pattern in self.patterns):
            return True
        return self.is_around(path) and (self.unclear or (self.beside and path.endswith(_OF_DBT)))

    def is_around(self, path: str) -> bool:
        """Whether a path lies in the project's folder."""
        return self.folder in ("", ".") or path == self.folder or path.startswith(f"{self.folder}/")
