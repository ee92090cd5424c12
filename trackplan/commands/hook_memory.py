"""What earlier hooks found, by the content of the repository: so what a commit adds is known without checking HEAD."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trackplan import git
from trackplan.cache import files, pack, place
from trackplan.cache.ourselves import ourselves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trackplan.tree.repository import Repository

_ELSEWHERE = ("--format", "--output", "-o", "--fix", "--diff", "--unsafe", "--since", "--staged")
_HOOK = ""
_NOTHING, _SOMETHING = b"nothing", b"something"


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept in the cache `folder` about the repository as it is staged, `now`, and as it was in a commit.

    Both are known by what git calls their content; `asked` is what else decides what is found.
    """

    folder: str
    before: str
    now: str
    asked: tuple[str | bytes, ...]

    @classmethod
    def of(cls, repository: Repository, commit: str, words: Sequence[str]) -> Memory | None:
        """The memory of a hook with these options of check; None where nothing is to be kept, or git does not tell."""
        folder = place.wanted(list(words))
        if folder is None or any(word.startswith(_ELSEWHERE) for word in words):
            return None
        before = git.ask(repository.top, "rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}")[0]
        now = git.ask(repository.top, "write-tree", index=repository.index)[0]
        if not before or not now or not files.prepare(folder):
            return None
        day = datetime.now(UTC).date().isoformat()
        asked: tuple[str | bytes, ...] = (repository.top, os.getcwd(), ourselves(), day, *words)  # noqa: PTH109
        return cls(folder, before.decode().strip(), now.decode().strip(), asked)

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

        findings = json.loads(said)["findings"]
        found = Counter(finding["fingerprint"] for finding in findings)
        files.write(self._file(project, self.now), json.dumps(found).encode())
        kept = files.read(self._file(project, self.before))
        return not findings if kept is None else not found - Counter(json.loads(kept))

    def _file(self, project: str, *contents: str) -> str:
        name = files.name(pack.key("hook", *contents, "", project, *self.asked))
        return os.path.join(place.inner(self.folder), f"{name}.hook")  # noqa: PTH118
