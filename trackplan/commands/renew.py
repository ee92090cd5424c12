"""`trackplan check` after an edit that changes few facts: what rests on them is done again, all else is as it was."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan import garbage, last, once, seen, streams, summary
from trackplan.cache import pack, record, replay, state
from trackplan.commands import base, check
from trackplan.commands.paths import below
from trackplan.derive.edited import KEPT, Changes
from trackplan.errors import TrackplanError
from trackplan.facts.declared import Table
from trackplan.formats.base import Blocks
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.cache.replay import Known
    from trackplan.engine import Outcome
    from trackplan.facts.base import FactBase
    from trackplan.findings import Finding, Report
    from trackplan.last import Head, Last, Schema

_MOST_EDITS = 20


def run(known: Known, arguments: list[str]) -> int | None:
    """Write the report and give the exit code; None, with nothing written, where only a whole run can tell."""
    left = last.read(known.run.facts)
    if left is None or known.restaged or left.head.state != known.states[-1].name:
        return None
    with garbage.looked_for():
        try:
            renewal = _Renewal(known, left, arguments)
            report = renewal.report()
        except (_TooMuchError, TrackplanError, OSError, ValueError):
            return None
        return renewal.write(report)


class _TooMuchError(Exception):
    """More has changed than can be told without a whole run."""


class _Renewal:
    """One run after an edit."""

    def __init__(self, known: Known, left: Last, arguments: list[str]) -> None:
        self._known = known
        self._left = left
        self._head = left.head
        self._tree = WorkTree(Path(left.head.root))
        self._seen = seen.Seen()
        self._edited = [self._path(number) for number in known.edited]
        self._arguments = arguments
        self._words = cache(left.words)

    def report(self) -> Report:
        """The report as it is now. Raises `_TooMuchError`."""
        head, left = self._head, self._left.findings
        changes = Changes(head.unfilled, self._words)
        for path in self._edited:
            before, now = self._tables(path)
            if not changes.add(before, now):
                raise _TooMuchError
            head.edits.setdefault(path, last.Edit(before, now)).now = now
        if self._seen.files.keys() != {self._real(number) for number in self._known.edited}:
            raise _TooMuchError
        if len(head.edits) > _MOST_EDITS or any(changes.touch(head.tables[name]) for name in head.tables.keys() - KEPT):
            raise _TooMuchError
        again = [rule for rule, cells in head.rules.items() if changes.touch(cells)]
        figures = changes.touch(head.figures)
        findings = tuple(self._moved(finding, changes) for finding in left if finding.rule not in again)
        facts = self._facts() if again or figures else None
        if facts is not None and again:
            findings = self._judged(facts, again, findings)
        if not figures and summary.leading(findings) == summary.leading(left):
            return replace(head.report, findings=findings)
        made = summary.report(facts or self._facts(), _outcome(findings, head))
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
        read = {number: self._seen.files[self._real(number)] for number in self._known.edited}
        name, body = state.renewed(self._known.states[-1], self._known.looks | read, self._known.staged)
        self._head.state = name
        self._left.findings, self._left.blocks = report.findings, blocks.made
        states = {each.name: b"" for each in self._known.states[:-1]} | {name: body}
        now = replay.run_of(self._arguments)
        if pieces.whole and self._seen.steady and now is not None and now.key == self._known.run.key:
            replay.keep(self._known.run, code, states, pieces.written, self._left.bytes())

    def _facts(self) -> FactBase:
        """The facts as they are now."""
        from trackplan.facts.base import FactBase

        facts = FactBase.of_image(self._left.image)
        since = Changes(self._head.unfilled, self._words)
        if not since.bring(facts, [(edit.before, edit.now) for edit in self._head.edits.values()]):
            raise _TooMuchError
        facts.freeze()
        return facts

    def _judged(self, facts: FactBase, again: Sequence[str], kept: Sequence[Finding]) -> tuple[Finding, ...]:
        """All findings once some rules have run again; what the others found is `kept`."""
        from trackplan import engine
        from trackplan.rules import overridden

        rules, per_path = self._left.rules()
        outcome = engine.judge(facts, [each for each in rules if each.rule.id in again], self._head.project)
        if outcome.failed or outcome.skipped:
            raise _TooMuchError
        found = overridden(outcome.findings, [each.rule for each in rules], per_path) if per_path else outcome.findings
        return tuple(sorted([*kept, *found], key=lambda finding: finding.sort_key))

    def _moved(self, finding: Finding, changes: Changes) -> Finding:
        """A finding that still holds, at its place in an edited file."""
        if finding.place.path not in self._edited:
            return finding
        place = changes.places.get(finding.place)
        if place is None:
            raise _TooMuchError
        return replace(finding, place=place)

    def _tables(self, path: str) -> tuple[list[Table], list[Table]]:
        """What an edited file declared, and what it declares now."""
        schema = self._head.schemas.get(path)
        if schema is None:
            raise _TooMuchError
        edit = self._head.edits.get(path)
        before = edit.now if edit else self._kept(schema)
        seen.active = self._seen
        try:
            text = self._tree.read_text(path)
        finally:
            seen.active = None
        if path in self._tree.marked:  # somebody may silence a finding there
            raise _TooMuchError
        reader = import_module(schema.module)
        if not schema.format:
            from trackplan.readers.base import of_warehouse

            if of_warehouse(text, path) is not reader:
                raise _TooMuchError
        return before, list(reader.tables(text, path, schema.dialect, schema.relation))

    def _kept(self, schema: Schema) -> list[Table]:
        kept = once.again(pack.of_project(self._known.run.folder, str(self._tree.root)), Table, schema.piece)
        if kept is None:
            raise _TooMuchError
        return kept

    def _real(self, number: int) -> str:
        return os.fsdecode(self._known.states[-1].paths[number])

    def _path(self, number: int) -> str:
        """A path that was edited, below the project's folder."""
        real, top = self._real(number), str(self._tree.root).rstrip(os.sep) + os.sep
        if number >= self._known.states[-1].folders_from or not real.startswith(top):
            raise _TooMuchError
        return real.removeprefix(top).replace(os.sep, "/")


def _outcome(findings: tuple[Finding, ...], head: Head) -> Outcome:
    """What all rules gave, those that did not run again as in an earlier report."""
    from trackplan.engine import Outcome

    return Outcome(findings, head.report.skipped, (), tuple(head.rules))
