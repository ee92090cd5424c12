"""What earlier hooks said, by the content of the repository and of HEAD: it is said again, and nothing is parsed."""

from __future__ import annotations

import os

from trackplan import git
from trackplan.cache import files, place, replay
from trackplan.cache.ourselves import ourselves
from trackplan.cache.sections import key, parted, sections

TYPE_CHECKING = False  # the module of that name takes time to load
if TYPE_CHECKING:
    from collections.abc import Sequence

# What these write goes elsewhere, or they look at something else.
_ELSEWHERE = ("--format", "--output", "-o", "--fix", "--diff", "--unsafe", "--since", "--staged")


class Memory:
    """What is kept in the cache `folder` about the repository as it is staged, `now`, and as it was in HEAD, `before`.

    Both are known by what git calls their content; `asked` is what else decides what is said: first of all where the
    repository is, and our own code.
    """

    __slots__ = ("_asked", "_folder", "before", "now")

    def __init__(self, folder: str, before: str, now: str, asked: tuple[str | bytes, ...]) -> None:
        self._folder = folder
        self._asked = asked
        self.before = before
        self.now = now

    @classmethod
    def of(cls, words: Sequence[str]) -> Memory | None:
        """The memory of a hook with these options of check; None where nothing is to be kept, or git does not tell."""
        folder = place.wanted(list(words))
        if folder is None or any(word.startswith(_ELSEWHERE) for word in words):
            return None
        try:
            top, inner, before = git.begin(os.curdir)
            now = git.staged_tree(top, git.index_of(inner))
        except (OSError, ValueError):  # whoever goes on will tell why
            return None
        around = replay.setting()
        if not now or around is None or not files.prepare(folder):
            return None
        return cls(folder, before, now, (top, ourselves(), *around, "", *words))

    @property
    def known(self) -> tuple[int, list[bytes]] | None:
        """How a hook ended that judged the same, and what it wrote; None where none is known of."""
        found = None if self.before == self.now else files.read(self._said)
        code, *written = parted(found) if found is not None else [b""]
        return (int(code), written) if code else None

    def keep(self, code: int, written: list[bytes]) -> None:
        """Keep how a hook ended, and what it wrote."""
        files.write(self._said, sections(b"%d" % code, *written))

    def get(self, *name: str) -> bytes | None:
        """What was put under that name, whatever the repository held then; None where nothing was."""
        return files.read(self._file(*name, *self._asked[:2]))

    def put(self, body: bytes, *name: str) -> None:
        """Keep something under a name."""
        files.write(self._file(*name, *self._asked[:2]), body)

    @property
    def _said(self) -> str:
        return self._file("hook", self.before, self.now, *self._asked)

    def _file(self, *parts: str | bytes) -> str:
        return os.path.join(place.inner(self._folder), f"{files.name(key(*parts))}.hook")  # noqa: PTH118
