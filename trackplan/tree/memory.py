"""Files that lie nowhere but in memory: the small projects of cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.patterns import leaves, normalise
from trackplan.tree.base import FOLDER, Tree, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping


class MemoryTree(Tree):
    """The files of a mapping from path to text."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__(Path())
        self._files = {normalise(path): text for path, text in files.items()}
        self._folders: dict[str, dict[str, str]] = {"": {}}
        for path in self._files:
            parts = path.split("/")
            for depth, name in enumerate(parts):
                kind = "f" if depth == len(parts) - 1 else "d"
                self._folders.setdefault("/".join(parts[:depth]), {})[name] = kind

    def read_bytes(self, path: str) -> bytes:
        """The content of the file. Raises `ReadError` if there is none."""
        text = self._files.get(normalise(path))
        if text is None:
            raise unreadable(path, FOLDER if normalise(path) in self._folders else "there is no such file")
        content = text.encode()
        self.taken += len(content)
        return content

    def exists(self, path: str) -> bool:
        """Whether a file or folder of that name is among them."""
        return normalise(path) in self._files or normalise(path).rstrip("/") in self._folders

    def holds(self, path: str) -> bool:
        """Whether `path` lies below the root."""
        return not leaves(path)

    def listing(self, folder: str) -> dict[str, str]:
        """Name → kind of what lies in a folder: `d` a folder, `f` a file."""
        return self._folders.get(folder, {})

    def leads(self, path: str, kind: str) -> bool:
        """Whether there is something of that kind; nothing is a link."""
        return normalise(path) in (self._folders if kind == "d" else self._files)

    @property
    def place(self) -> str:
        """There is nothing around it."""
        return ""

    def repository(self, *_: str) -> Tree:
        """This tree."""
        return self
