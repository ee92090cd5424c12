"""`trackplan check --staged --since` after edits that change few facts: what they add is told from these alone.

The facts are those of an earlier run; `Trail` tells what has been staged since then. The rules concerned judge the
events that were edited twice: as the revision has them, and as they are staged.
"""

from __future__ import annotations

import os
import zlib
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from trackplan import called, garbage, git, last, once, seen, streams
from trackplan.cache import files, record, replay, state
from trackplan.commands.added import Edits
from trackplan.commands.compared import Compared, Shown
from trackplan.commands.growth import CELLS, Growth, Sprout
from trackplan.derive.edited import Changes, Declared
from trackplan.errors import TooMuchError, TrackplanError
from trackplan.facts import checksums
from trackplan.facts.declared import Plan
from trackplan.readers.base import choose
from trackplan.tree.git import GitTree
from trackplan.tree.repository import INDEX, Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trackplan.cache.replay import Known
    from trackplan.findings import Report
    from trackplan.last import Last

_MOST_TREES = 50
_MOST_PLANS = 200
_FAST = 1
_ENCODER = msgspec.msgpack.Encoder()


class Trail(msgspec.Struct):
    """What has been staged since the facts were made.

    `facts` is the name of what was seen then, `state` of what the last run saw. `trees` is what git calls the contents
    that were met; they differ from the facts in no more than `plans`: what plan files declare now, packed. `grown` has
    by file and id the events with other fields, `said` by id all that is said otherwise of events. `image` is the stamp
    of the file of the facts, once it was looked through.
    """

    facts: bytes
    state: bytes
    trees: list[str]
    plans: dict[str, bytes] = {}
    grown: dict[str, dict[str, Sprout]] = {}
    said: dict[str, list[Shown]] = {}
    image: seen.Stamp = seen.UNSURE


def run(known: Known, arguments: list[str]) -> int | None:
    """Write the report and give the exit code; None, with nothing written, where only a whole run can tell."""
    left = last.read(known.run.facts)
    if left is None:
        return None
    with garbage.looked_for():
        try:
            addition = _Addition(known, left, arguments)
            report = addition.report()
        except _unsure():
            return None
        return addition.write(report)


def _unsure() -> tuple[type[Exception], ...]:
    """What tells that only a whole run can tell, such as a base that is damaged; looked up only once it is raised."""
    from trackplan.facts.image import Error

    return TooMuchError, TrackplanError, OSError, ValueError, LookupError, StopIteration, Error


class _Addition:
    """One run after an edit."""

    def __init__(self, known: Known, left: Last, arguments: list[str]) -> None:
        self._known = known
        self._left = left
        self._head = left.head
        self._arguments = arguments
        self._trail = self._read()
        checksums.trust(known.run.image, left.head.checked, self._trail.image)
        look = self._head.asked.look
        if known.edited or self._trail.state != known.states[-1].name:
            raise TooMuchError
        if (
            not self._head.asked.since
            or self._head.report.fatal
            or self._head.asked.format != "text"
            or not look.quiet
            or not self._head.tree
        ):
            raise TooMuchError
        self._seen = seen.Seen()
        self._root = Path(self._head.root)
        with self._noted():
            self._repository = Repository(self._root)
        self._words = cache(left.words)

    def report(self) -> Report:
        """The report of what is new. Raises `TooMuchError`."""
        name = self._head.asked.since
        before = git.tree(self._repository.top, self._repository.commit(name) if name.endswith("...") else name)
        if before not in self._trail.trees:
            raise TooMuchError
        staged = {self._path(real): oids for real, oids in self._known.restaged.items()}
        with self._noted():
            tree = self._files(INDEX, staged) if staged else None
        pairs: dict[str, tuple[Declared, Declared]] = {}
        changes, growth, edited = self._changes(), self._growth(), self._trail.plans.keys() & staged.keys()
        compared = Compared(CELLS)
        for path in sorted(staged):
            if tree is None or path in self._head.marked:
                raise TooMuchError
            with self._noted():
                text = tree.read_text(path)
            if path in tree.marked:  # somebody may silence a finding there
                raise TooMuchError
            was, now = self._last(path), self._declared(path, text)
            growth.add(changes, path, was, now)
            compared.add(was, now, growth.changed)
            pairs[path] = (was, now)
            self._trail.plans[path] = zlib.compress(_ENCODER.encode(now), _FAST)
        read = {content for each in self._seen.staged.values() for content in each.contents}
        if staged and read != {now for _, now in self._known.restaged.values()}:
            raise TooMuchError
        since = self._trail.said
        for id_, shown in compared.said.items():
            since[id_] = sorted(shown.union(since.get(id_, ())))
        if before != self._trail.trees[-1]:
            pairs, changes, growth, compared = dict(self._since()), self._changes(), self._growth(), Compared(CELLS)
            edited = set(pairs)
            for path, (was, now) in pairs.items():
                growth.add(changes, path, was, now)
                compared.add(was, now, growth.changed)
        known = (self._left, self._known.run.image, pairs, compared, changes, edited, since, self._other, self._words)
        edits = Edits(*known, growth)
        found = edits.added()
        return replace(self._head.report, findings=found, collapsed=edits.collapsed, silenced=())

    def _changes(self) -> Changes:
        return Changes(self._head.unfilled, self._words)

    def _growth(self) -> Growth:
        return Growth(self._trail.grown, self._first, self._head.ground, self._words)

    def write(self, report: Report) -> int:
        """Write the report, keep it for later runs, and give the exit code."""
        from trackplan.commands import base, check
        from trackplan.commands.paths import below

        asked = self._head.asked
        shown = below(report, self._root, tuple(map(Path, asked.paths)))
        text = ""
        if shown.findings or shown.failed:
            text = check.render(asked, shown, self._files(INDEX, {each.place.path for each in shown.findings}))
        with record.Pieces() as pieces:
            streams.prepare()
            base.emit(text)
            code = check.exit_code(shown, asked.fail_on)
        self._keep(code, pieces)
        return code

    def _keep(self, code: int, pieces: record.Pieces) -> None:
        known, trail = self._known, self._trail
        tree = git.staged_tree(self._repository.top, git.index_of(os.path.dirname(self._repository.index)))  # noqa: PTH120
        name, body = state.renewed(known.states[-1], known.looks, known.staged)
        trail.state, trail.image = name, checksums.trusted(known.run.image, self._head.checked)
        trail.trees = [*(each for each in trail.trees if each != tree), tree][-_MOST_TREES:]
        states = {each.name: b"" for each in known.states[:-1]} | {name: body}
        now = replay.run_of(self._arguments)
        if tree and pieces.whole and self._seen.steady and now is not None and now.key == known.run.key:
            replay.keep(known.run, code, states, pieces.written, {"trail": _ENCODER.encode(trail)})

    def _read(self) -> Trail:
        """The trail, at its beginning where none belongs to the facts."""
        fresh = Trail(self._head.state, self._head.state, [self._head.tree])
        body = files.read(self._known.run.trail)
        try:
            found = msgspec.msgpack.decode(body, type=Trail) if body else fresh
        except (msgspec.MsgspecError, ValueError):
            return fresh
        return found if found.facts == fresh.facts and len(found.plans) <= _MOST_PLANS else fresh

    def _files(self, commit: str, paths: Iterable[str]) -> GitTree:
        """These files of a commit, or of what is staged."""
        return GitTree(self._root, commit, [self._whole(path) for path in sorted(paths)], self._repository)

    def _since(self) -> Iterator[tuple[str, tuple[Declared, Declared]]]:
        """The plans that are staged otherwise than the revision has them, as they were and as they are."""
        commit = self._repository.commit(self._head.asked.since)
        changed = self._repository.changed(commit)
        if changed is None:
            raise TooMuchError
        top = self._whole("")
        paths = sorted(path.removeprefix(top) for path in changed if path.startswith(top))
        # What is neither was looked at by none of the runs whose contents the trail names.
        paths = [path for path in paths if path in self._head.plans or path in self._head.schemas]
        if not paths:
            return
        tree = self._files(commit, paths)
        for path in paths:
            yield path, (self._declared(path, tree.read_text(path)), self._last(path))

    def _other(self, path: str) -> Declared | None:
        """What a plan file declares, if it was edited since the facts were made."""
        packed = self._trail.plans.get(path)
        return msgspec.msgpack.decode(_unpacked(packed), type=Declared) if packed is not None else None

    def _last(self, path: str) -> Declared:
        """What a plan file declared when it was last looked at."""
        known = self._other(path)
        if known is not None:
            return known
        return self._first(path)

    def _first(self, path: str) -> Declared:
        """What a plan file declared when the facts were made."""
        if (file := self._head.plans.get(path)) is None:
            raise TooMuchError
        kept = once.again(Plan, _unpacked(file.kept) if file.kept else None)
        if kept is None:
            raise TooMuchError
        return self._named(path, kept)

    def _declared(self, path: str, text: str) -> Declared:
        if (file := self._head.plans.get(path)) is None:
            raise TooMuchError
        read = choose(text, path, "plan", file.format, self._head.readers).read(text, path)
        return self._named(path, [each for each in read if isinstance(each, Plan)])

    def _named(self, path: str, plans: Sequence[Plan]) -> Declared:
        name = self._head.plans[path].name
        return Declared(plans=tuple(replace(plan, name=name or plan.name or called.stem(path)) for plan in plans))

    def _whole(self, path: str) -> str:
        """A path of the project, from the top of the repository."""
        inner = os.path.relpath(self._root, self._repository.top).replace(os.sep, "/")
        return path if inner == "." else f"{inner}/{path}"

    def _path(self, real: str) -> str:
        """A path that was edited, below the project's folder."""
        top = self._head.root.rstrip(os.sep) + os.sep
        if not real.startswith(top):
            raise TooMuchError
        return real.removeprefix(top).replace(os.sep, "/")

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Note what is read."""
        seen.active = self._seen
        try:
            yield
        finally:
            seen.active = None


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise TooMuchError from error
