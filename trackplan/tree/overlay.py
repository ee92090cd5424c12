"""A work tree as it would be if the texts of an editor were saved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError
from trackplan.tree.base import SIZE_LIMIT, SKIPPED, Tree, too_large
from trackplan.tree.work import WorkTree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class Overlay(WorkTree):
    """The files below `root`, and over them `texts` by their real paths, whether there are such files or not.

    `heed` is called before each look at the files; it may raise to end a run that nobody waits for any more.
    """

    def __init__(self, root: Path, texts: Mapping[str, str], heed: Callable[[], None] = lambda: None) -> None:
        super().__init__(root)
        self._heed = heed
        self._given = texts
        # Half a character is an error in its place, as it is in a file.
        self._texts = {path: text.encode("utf-8", "surrogatepass") for path, text in texts.items()}
        self._added: dict[str, dict[str, str]] = {}
        for path in self._texts:
            kind = "f"
            while len(path) > len(self._top):
                path, name = os.path.split(path)
                self._added.setdefault(path, {})[name] = kind
                kind = "d"

    def read_bytes(self, path: str) -> bytes:
        """The text that lies over the file, else its content. Raises `ReadError` as the work tree does."""
        self._heed()
        content = self._texts.get(self._real(path))
        if content is None:
            return super().read_bytes(path)
        if len(content) > SIZE_LIMIT:
            raise too_large(path, len(content))
        self.taken += len(content)
        return content

    def shown(self, path: str) -> str:
        """The text of a file as the editor has it, or as it would; '' where it cannot be read."""
        content = self._texts.get(self._real(path))
        if content is not None:
            return content.decode("utf-8", "surrogatepass")
        try:
            return self.read_text(path)
        except TrackplanError:
            return ""

    def repository(self, *_: str) -> Tree:
        """The files of the repository, with the same texts over them."""
        depth = self.place.count("/")
        return Overlay(self.root.parents[depth], self._given, self._heed) if self.place else self

    def exists(self, path: str) -> bool:
        """Whether a file or folder of that name lies below the root, or would."""
        real = self._real(path)
        return real in self._texts or real in self._added or super().exists(path)

    def listing(self, folder: str) -> dict[str, str]:
        """Name → kind of what lies in a folder, or would: `l` a link, `d` a folder, `f` a file, `o` anything else."""
        self._heed()
        found = super().listing(folder)
        added = self._added.get(self._real(folder))
        if not added:
            return found
        return {**{name: kind for name, kind in added.items() if name not in SKIPPED}, **found}

    def leads(self, path: str, kind: str) -> bool:
        """Whether a link leads to something of that kind below the root."""
        return (kind == "f" and self._real(path) in self._texts) or super().leads(path, kind)

    def _real(self, path: str) -> str:
        """The real path, also of what is not there; '' where it leaves the root."""
        folder, _, name = path.rpartition("/")
        try:
            parent = self._folder(folder) if name not in ("", ".", "..") else None
            real = f"{parent.rstrip(os.sep)}{os.sep}{name}" if parent else ""
            return real if real and not os.path.islink(real) else self._inside(path) or ""  # noqa: PTH114
        except (OSError, ValueError):
            return ""
