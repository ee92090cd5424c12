"""`trackplan check` after an edit that changes few facts: what rests on them is done again, all else is as it was."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs
from msgspec.structs import replace

from trackplan import called, garbage, last, once, seen, streams, summary
from trackplan.cache import pack, record, replay, state
from trackplan.commands import base, check
from trackplan.commands.paths import below
from trackplan.derive.edited import KEPT, Changes, Declared
from trackplan.errors import TooMuchError, TrackplanError
from trackplan.facts.declared import Plan, Table
from trackplan.formats.base import Blocks
from trackplan.readers.base import choose, of_warehouse
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.cache.replay import Known
    from trackplan.engine import Outcome
    from trackplan.facts.base import FactBase
    from trackplan.findings import Finding, Report, Silenced
    from trackplan.last import Head, Last, PlanFile, Schema
    from trackplan.tree import Tree

T = TypeVar("T", Plan, Table)
_MOST_EDITS = 100


def run(known: Known, arguments: list[str]) -> int | None:
    """Write the report and give the exit code; None, with nothing written, where only a whole run can tell."""
    left = last.read(known.run.facts)
    if left is None or left.head.asked.since or left.head.state != known.states[-1].name:
        return None
    with garbage.looked_for():
        try:
            renewal = _Renewal(known, left, arguments)
            report = renewal.report()
        except _unsure():
            return None
        return renewal.write(report)


def _unsure() -> tuple[type[Exception], ...]:
    """What tells that only a whole run can tell, such as a base that is damaged; looked up only once it is raised."""
    from trackplan.facts.image import Error

    return TooMuchError, TrackplanError, OSError, ValueError, LookupError, Error


class _Renewal:
    """One run after an edit."""

    def __init__(self, known: Known, left: Last, arguments: list[str]) -> None:
        self._known = known
        self._left = left
        self._head = left.head
        if known.moved or (known.edited if left.head.staged else known.restaged):
            raise TooMuchError
        self._seen = seen.Seen()
        self._tree = self._opened(Path(left.head.root))
        self._edited = [self._path(real) for real in self._real]
        self._arguments = arguments
        self._words = cache(left.words)
        self._pack = cache(lambda: pack.of_project(known.run.folder, left.head.root))
        self._base: FactBase | None = None

    def report(self) -> Report:
        """The report as it is now. Raises `TooMuchError`."""
        head, left = self._head, self._left.findings
        changes = Changes(head.unfilled, self._words)
        texts: dict[str, str] = {}
        for path in self._edited:
            text = self._text(path)
            if path not in head.schemas and path not in head.plans:
                texts[path] = text
                continue
            before, now = self._declared(path, text)
            if not changes.add(before, now):
                raise TooMuchError
            head.edits.setdefault(path, last.Edit(before, now)).now = now
        if self._changed_meanwhile():
            raise TooMuchError
        if len(head.edits) > _MOST_EDITS or any(changes.touch(head.tables[name]) for name in head.tables.keys() - KEPT):
            raise TooMuchError
        if texts:
            self._weave(texts, changes)
        again = [rule for rule, cells in head.rules.items() if changes.touch(cells)]
        figures = changes.touch(head.figures)
        findings = tuple(self._moved(finding, changes) for finding in left if finding.rule not in again)
        silenced = tuple(
            structs.replace(each, finding=self._moved(each.finding, changes)) if self._lies_in(each.finding) else each
            for each in head.report.silenced
            if each.finding.rule not in again
        )
        facts = self._frozen() if again or figures else None
        if facts is not None and again:
            findings, silenced = self._judged(facts, again, findings, silenced)
        if not figures and summary.leading(findings) == summary.leading(left):
            return replace(head.report, findings=findings, silenced=silenced)
        made = summary.report(facts or self._frozen(), _outcome(findings, head), (), silenced)
        owned = head.report.ownership
        return replace(made, rules=head.report.rules, ownership=owned, notes=(*made.notes, *owned.told))

    def write(self, report: Report) -> int:
        """Write the report, keep it for later runs, and give the exit code."""
        asked = self._head.asked
        blocks = Blocks(self._left.blocks, self._edited)
        shown = below(report, self._tree.root, tuple(map(Path, asked.paths)))
        text = check.render(asked, shown, self._tree, blocks)
        with record.Pieces() as pieces:
            streams.prepare()
            base.emit(text)
            code = check.exit_code(shown, asked.fail_on)
        self._keep(code, report, blocks, pieces)
        return code

    def _keep(self, code: int, report: Report, blocks: Blocks, pieces: record.Pieces) -> None:
        known = self._known
        read = {number: self._seen.files[os.fsdecode(known.states[-1].paths[number])] for number in known.edited}
        name, body = state.renewed(known.states[-1], known.looks | read, known.staged)
        self._head.state = name
        self._head.report = replace(report, findings=())
        self._left.findings, self._left.blocks = report.findings, blocks.made
        states = {each.name: b"" for each in self._known.states[:-1]} | {name: body}
        now = replay.run_of(self._arguments)
        if pieces.whole and self._seen.steady and now is not None and now.key == self._known.run.key:
            replay.keep(self._known.run, code, states, pieces.written, {"facts": self._left.bytes()})

    def _weave(self, texts: dict[str, str], changes: Changes) -> None:
        """Take on what is said otherwise in files of SQL."""
        from trackplan.commands.renew_sql import weave

        weave(texts, self._head, self._known.run.net, self._pack(), self._facts, changes)

    def _facts(self) -> FactBase:
        """The facts, before they are frozen."""
        if self._base is None:
            from trackplan.facts.base import FactBase

            self._base = FactBase.of_image(self._left.image)
            since = Changes(self._head.unfilled, self._words)
            if not since.bring(self._base, [(edit.before, edit.now) for edit in self._head.edits.values()]):
                raise TooMuchError
            if self._head.sql:
                from trackplan.commands.renew_sql import patches

                patches(self._head).bring(self._base)
        return self._base

    def _frozen(self) -> FactBase:
        """The facts as they are now."""
        facts = self._facts()
        facts.freeze()
        return facts

    def _judged(
        self, facts: FactBase, again: Sequence[str], kept: Sequence[Finding], silent: Sequence[Silenced]
    ) -> tuple[tuple[Finding, ...], tuple[Silenced, ...]]:
        """What counts, and what is put up with, once some rules have run again; what the others found is kept."""
        from trackplan import engine
        from trackplan.rules import overridden

        rules, per_path = self._left.rules()
        outcome = engine.judge(facts, [each for each in rules if each.rule.id in again], self._head.project)
        if outcome.failed or outcome.skipped:
            raise TooMuchError
        found = overridden(outcome.findings, [each.rule for each in rules], per_path) if per_path else outcome.findings
        loud, silenced = self._verdict(again, list(found))
        findings = sorted([*kept, *loud], key=lambda finding: finding.sort_key)
        return tuple(findings), tuple(sorted([*silent, *silenced], key=lambda each: each.finding.sort_key))

    def _verdict(self, again: Sequence[str], found: Sequence[Finding]) -> tuple[Sequence[Finding], Sequence[Silenced]]:
        """Which of the findings of some rules count, and which are put up with."""
        suppressions = [each for each in self._left.suppressions() if not set(again).isdisjoint(each.rules)]
        if not suppressions:
            return found, ()
        from trackplan.gate import silence
        from trackplan.gate.model import JUDGES

        today = self._head.report.today
        all_before = [*self._left.findings, *(each.finding for each in self._head.report.silenced)]
        before = [each for each in all_before if each.rule in again and each.rule not in JUDGES]
        judged = silence.judge([each for each in found if each.rule not in JUDGES], suppressions, today)
        if judged.uses != silence.judge(before, suppressions, today).uses:  # which other rules judge
            raise TooMuchError
        return [*judged.loud, *(each for each in found if each.rule in JUDGES)], judged.silenced

    def _lies_in(self, finding: Finding) -> bool:
        return finding.place.path in self._edited

    def _moved(self, finding: Finding, changes: Changes) -> Finding:
        """A finding that still holds, at its place in an edited file."""
        if not self._lies_in(finding):
            return finding
        place = changes.places.get(finding.place)
        if place is None:
            raise TooMuchError
        return structs.replace(finding, place=place)

    def _opened(self, root: Path) -> Tree:
        """The files as they lie there, or as they are staged."""
        if not self._head.staged:
            return WorkTree(root)
        from trackplan.tree.git import GitTree
        from trackplan.tree.repository import INDEX

        with self._noted():
            return GitTree(root, INDEX)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Note what is read."""
        seen.active = self._seen
        try:
            yield
        finally:
            seen.active = None

    def _text(self, path: str) -> str:
        """What an edited file says."""
        with self._noted():
            text = self._tree.read_text(path)
        if path in self._tree.marked or path in self._head.marked:  # somebody may silence a finding there
            raise TooMuchError
        return text

    def _declared(self, path: str, text: str) -> tuple[Declared, Declared]:
        """What an edited file declared, and what it declares now."""
        edit = self._head.edits.get(path)
        if (schema := self._head.schemas.get(path)) is not None:
            before = edit.now if edit else Declared(tables=self._kept(Table, schema.piece))
            return before, Declared(tables=self._tables(path, text, schema))
        if (file := self._head.plans.get(path)) is not None:
            before = edit.now if edit else Declared(plans=self._named(path, file, self._kept(Plan, file.piece)))
            read = choose(text, path, "plan", file.format).read(text, path)
            return before, Declared(plans=self._named(path, file, [each for each in read if isinstance(each, Plan)]))
        raise TooMuchError

    def _tables(self, path: str, text: str, schema: Schema) -> tuple[Table, ...]:
        reader = import_module(schema.module)
        if not schema.format and of_warehouse(text, path) is not reader:
            raise TooMuchError
        return tuple(reader.tables(text, path, schema.dialect, schema.relation))

    def _named(self, path: str, file: PlanFile, plans: Sequence[Plan]) -> tuple[Plan, ...]:
        return tuple(replace(plan, name=file.name or plan.name or called.stem(path)) for plan in plans)

    def _kept(self, kind: type[T], piece: bytes) -> tuple[T, ...]:
        kept = once.again(kind, self._pack().get(piece))
        if kept is None:
            raise TooMuchError
        return tuple(kept)

    def _changed_meanwhile(self) -> bool:
        """Whether something else was read than what was looked at."""
        if self._head.staged:
            read = {content for each in self._seen.staged.values() for content in each.contents}
            return read != {now for _, now in self._known.restaged.values()}
        return self._seen.files.keys() != set(self._real)

    @property
    def _real(self) -> list[str]:
        """The files that were edited."""
        last = self._known.states[-1]
        if any(number >= last.folders_from for number in self._known.edited):
            raise TooMuchError
        return [*self._known.restaged, *(os.fsdecode(last.paths[number]) for number in self._known.edited)]

    def _path(self, real: str) -> str:
        """A path that was edited, below the project's folder."""
        top = self._head.root.rstrip(os.sep) + os.sep
        if not real.startswith(top):
            raise TooMuchError
        return real.removeprefix(top).replace(os.sep, "/")


def _outcome(findings: tuple[Finding, ...], head: Head) -> Outcome:
    """What all rules gave, those that did not run again as in an earlier report."""
    from trackplan.engine import Outcome

    return Outcome(findings, head.report.skipped, (), tuple(head.rules))
