"""Which files matter to which project: told once, and known as long as the files that told it are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trackplan.errors import TrackplanError
from trackplan.tree.repository import INDEX
from trackplan.tree.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackplan.commands.hook_memory import Memory
    from trackplan.tree.repository import Entry, Repository

_LARGEST = 1_000_000


class Told(msgspec.Struct):
    """A scope, and the files that told it, with how git calls what they held; '' for what was no file."""

    scope: Scope
    read: dict[str, str] = {}


class Scopes:
    """The scopes of projects in a repository; `staged` are project files, and what is no file.

    `memory` keeps them for later hooks, None for none.
    """

    def __init__(self, repository: Repository, staged: Mapping[str, Entry], memory: Memory | None) -> None:
        self._repository = repository
        self._staged = staged
        self._memory = memory
        self._links = [path for path, entry in sorted(staged.items()) if entry.kind != "f"]

    def of(self, project: str) -> Scope:
        """The scope of the project with that file."""
        if self._memory is None:
            return self._told(project).scope
        name = ("scope", project, *self._links)
        known = self._known(self._memory.get(*name))
        if known is not None:
            return known
        told = self._told(project)
        self._memory.put(msgspec.msgpack.encode(told), *name)
        return told.scope

    def _known(self, kept: bytes | None) -> Scope | None:
        """The scope that was kept, if all the files that told it are the same."""
        try:
            told = msgspec.msgpack.decode(kept, type=Told) if kept is not None else None
        except (msgspec.MsgspecError, ValueError):
            return None
        return told.scope if told and all(self._called(path) == oid for path, oid in told.read.items()) else None

    def _told(self, project: str) -> Told:
        from trackplan.project import scope

        read: dict[str, str] = {}

        def text(path: str) -> str:
            read[path] = self._called(path)
            content = self._repository.blob(read[path], _LARGEST) if read[path] else 0
            if isinstance(content, int):
                raise TrackplanError(path)
            return content.decode("utf-8", "replace")

        return Told(scope.of(project, text, self._links), read)

    def _called(self, path: str) -> str:
        """How git calls what is staged at a path; '' where that is no file."""
        try:
            entry = self._staged.get(path) or dict(self._repository.entries(INDEX, path)).get(path)
        except TrackplanError:  # it has conflicts
            return ""
        return entry.oid if entry is not None and entry.kind == "f" else ""
