"""What earlier hooks found, by the content of the repository: so what a commit adds is known without checking HEAD."""

from __future__ import annotations

import os
import time

from trackplan import git
from trackplan.cache import files, place
from trackplan.cache.ourselves import ourselves
from trackplan.cache.sections import key

TYPE_CHECKING = False  # the module of that name takes time to load
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ELSEWHERE = ("--format", "--output", "-o", "--fix", "--diff", "--unsafe", "--since", "--staged")
_ASKED = ("--path-format=absolute", "--show-toplevel", "--git-dir", "HEAD^{tree}")
_HOOK = ""
_NOTHING, _SOMETHING = b"nothing", b"something"


class Memory:
    """What is kept in the cache `folder` about the repository as it is staged, `now`, and as it was in HEAD, `before`.

    Both are known by what git calls their content; `asked` is what else decides what is found.
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
            told = git.ask(os.curdir, "rev-parse", *_ASKED)[0]
            top, inner, before = (told or b"").decode("utf-8", "surrogateescape").splitlines()
            top = os.path.realpath(top)
            now = git.ask(top, "write-tree", index=git.index_of(os.path.realpath(inner)))[0]
            here = os.getcwd()  # noqa: PTH109
        except (OSError, ValueError):  # whoever goes on will tell why
            return None
        if not now or not files.prepare(folder):
            return None
        day = str(int(time.time() // 86_400))
        return cls(folder, before, now.decode().strip(), (top, here, ourselves(), day, *words))

    @property
    def passed(self) -> str | None:
        """What a hook wrote that found nothing to be new; None where none is known of."""
        known = None if self.before == self.now else files.read(self._file(_HOOK, self.before, self.now))
        return None if known is None else known.decode()

    def keep(self, wrote: str) -> None:
        """Keep what a hook wrote that found nothing to be new."""
        files.write(self._file(_HOOK, self.before, self.now), wrote.encode())

    def adds_nothing(self, project: str, said: Callable[[], str]) -> bool:
        """Whether all that is found now was found in the commit too, as far as that is known.

        What a check of what is staged says as JSON, `""` where it fails, is only asked for once, and kept.
        """
        verdict = self._file(project, self.before, self.now)
        known = files.read(verdict)
        if known is None:
            nothing = self._compared(project, said())
            if nothing is None:
                return False
            known = _NOTHING if nothing else _SOMETHING
            files.write(verdict, known)
        return known == _NOTHING

    def _compared(self, project: str, said: str) -> bool | None:
        if not said:
            return None
        import json  # takes time to load
        from collections import Counter

        findings = json.loads(said)["findings"]
        found = Counter(finding["fingerprint"] for finding in findings)
        files.write(self._file(project, self.now), json.dumps(found).encode())
        kept = files.read(self._file(project, self.before))
        return not findings if kept is None else not found - Counter(json.loads(kept))

    def _file(self, project: str, *contents: str) -> str:
        name = files.name(key("hook", *contents, "", project, *self._asked))
        return os.path.join(place.inner(self._folder), f"{name}.hook")  # noqa: PTH118
