"""Files as git holds them: those of a commit, or those that are staged."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan import git, seen
from trackplan.errors import TrackplanError
from trackplan.tree.base import FOLDER, LEAVES, LEAVES_HINT, SIZE_LIMIT, SKIPPED, Tree, too_large, unreadable
from trackplan.tree.repository import INDEX, Entry, Repository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.errors import ReadError

_MISSING = "there is no such file"
_LONGEST_CHAIN = 40  # of links, as in most systems


class GitTree(Tree):
    """What git holds below `root`, submodules included where they are checked out.

    `name` is a revision, `main...` for where HEAD and main part, or `INDEX` for what is staged; of a tree `within`
    some paths there is nothing else, and whoever knows its `repository` saves finding it. Raises `TrackplanError`
    where there is no repository or no such revision.
    """

    def __init__(self, root: Path, name: str, within: Sequence[str] = (), repository: Repository | None = None) -> None:
        super().__init__(root)
        self._repository = repository = repository or Repository(self.root)
        self.commit = INDEX if name == INDEX else repository.commit(name)
        self._has_modules = False
        top = os.path.relpath(self.root, repository.top).replace(os.sep, "/")
        self._top, self._place = Path(repository.top), "" if top == "." else top
        self._entries: dict[str, tuple[Entry, Repository]] = {}
        self._folders: dict[str, dict[str, str]] = {"": {}}
        below = f"{self._place}/" if self._place else ""
        self._add(repository, self.commit, *(within or (below,)), cut=below)

    @property
    def content(self) -> str:
        """What git calls all that the repository holds there; '' where it does not tell, or not of everything."""
        if self._has_modules:  # whose files are there or not
            return ""
        if self.commit == INDEX:
            return self._repository.staged_tree()
        return git.tree(self._repository.top, self.commit)

    def read_bytes(self, path: str) -> bytes:
        """The content of the file. Raises `ReadError` if it is missing, no file, too large or out of reach."""
        real = self._resolve(path)
        if real is None:
            raise unreadable(path, LEAVES, LEAVES_HINT)
        found = self._entries.get(real)
        if found is None or found[0].kind != "f":
            raise self._no_file(path, real)
        content = found[1].blob(found[0].oid, SIZE_LIMIT)
        if isinstance(content, int):
            raise too_large(path, content)
        self.taken += len(content)
        return content

    def exists(self, path: str) -> bool:
        """Whether a file or folder of that name lies below the root."""
        real = self._resolve(path)
        return real is not None and (real in self._entries or real in self._folders)

    def holds(self, path: str) -> bool:
        """Whether `path`, its symlinks resolved, lies below the root or would lie there."""
        return self._resolve(path) is not None

    def listing(self, folder: str) -> dict[str, str]:
        """Name → kind of what lies in a folder: `l` a link, `d` a folder, `f` a file, `o` anything else."""
        real = self._resolve(folder)
        found = self._folders.get(real, {}) if real is not None else {}
        return {name: kind for name, kind in found.items() if name not in SKIPPED}

    def leads(self, path: str, kind: str) -> bool:
        """Whether a link leads to something of that kind, `d` or `f`, below the root."""
        real = self._resolve(path)
        if real is None:
            return False
        if kind == "d":
            return real in self._folders
        return real in self._entries and self._entries[real][0].kind == "f"

    @property
    def place(self) -> str:
        """The folder of the repository that is our root; `""` for its top."""
        return self._place

    def repository(self, *paths: str) -> Tree:
        """What the same commit has at these paths, from the top of the repository."""
        return GitTree(self._top, self.commit, paths) if self._place else self

    def _add(self, repository: Repository, commit: str, *paths: str, cut: str = "", folder: str = "") -> None:
        """What a commit has at some paths, as files of our folder: without what is to be cut off in front."""
        for named, entry in repository.entries(commit, *paths):
            inner = named.removeprefix(cut)
            whole = f"{folder}/{inner}" if folder else inner
            if entry.kind == "m":
                self._add_module(entry.oid, whole)
                continue
            self._entries[whole] = (entry, repository)
            self._list(whole, entry.kind)

    def _add_module(self, commit: str, folder: str) -> None:
        """A submodule's files, if it is checked out; else an empty folder."""
        self._has_modules = True
        if seen.active:
            seen.active.unsteady()
        self._list(folder, "d")
        self._folders.setdefault(folder, {})
        place = self.root / folder
        if not (place / ".git").exists():
            return
        try:
            module = Repository(place)
            self._add(module, module.commit(commit), "", folder=folder)
        except TrackplanError as error:
            raise TrackplanError(
                f"the submodule {folder} does not hold the commit {commit[:12]}", "Run `git submodule update`."
            ) from error

    def _list(self, path: str, kind: str) -> None:
        """Note a file, and every folder that leads to it."""
        while True:
            parent, _, name = path.rpartition("/")
            known = self._folders.setdefault(parent, {})
            if name in known:
                return
            known[name] = kind
            if not parent:
                return
            path, kind = parent, "d"

    def _resolve(self, path: str) -> str | None:
        """The path with links followed; None where it leaves the root, or leads in a circle."""
        if path.startswith("/"):
            return None
        done: list[str] = []
        pending = path.split("/")[::-1]
        links = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not done:
                    return None
                done.pop()
                continue
            done.append(part)
            found = self._entries.get("/".join(done))
            if found is not None and found[0].kind == "l":
                links += 1
                target = found[1].blob(found[0].oid, SIZE_LIMIT)
                if links > _LONGEST_CHAIN or isinstance(target, int) or target.startswith(b"/"):
                    return None
                done.pop()
                pending += target.decode("utf-8", "surrogateescape").split("/")[::-1]
        return "/".join(done)

    def _no_file(self, path: str, real: str) -> ReadError:
        if real in self._folders:
            return unreadable(path, FOLDER)
        hint = "only what is staged is looked at: `git add` it" if self.commit == INDEX else ""
        return unreadable(path, _MISSING, hint)
