"""What edits of plans add to the findings: the rules concerned judge the events that were edited, and no others."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from trackplan.derive import edited_plans, settled
from trackplan.derive.edited import KEPT
from trackplan.errors import TooMuchError
from trackplan.names import field_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from trackplan.classify import Dictionary
    from trackplan.derive.edited import Changes, Declared
    from trackplan.derive.edited_plans import Said, Wanted
    from trackplan.facts.base import FactBase
    from trackplan.facts.declared import Plan
    from trackplan.findings import Finding
    from trackplan.last import Last
    from trackplan.rules import Bound


class Edits:
    """Plans that declare the same events and fields as before, said otherwise.

    `pairs` has what files declared and declare, `changes` what that changes; `other` gives what another one declares
    that was edited since the facts in the file `image` were made, and `edited` are those of the pairs that were, too.
    """

    def __init__(
        self,
        left: Last,
        image: str,
        pairs: Mapping[str, tuple[Declared, Declared]],
        changes: Changes,
        edited: Collection[str],
        other: Callable[[str], Declared | None],
        words: Callable[[], Dictionary],
    ) -> None:
        self._left = left
        self._image = image
        self._pairs = pairs
        self._changes = changes
        self._edited = edited
        self._other = other
        self._words = words
        self._unfilled = left.head.unfilled
        self._said: list[tuple[str, Said, Said]] = []
        self._touched: set[tuple[str, tuple[str, ...]]] = set()

    def added(self) -> tuple[Finding, ...]:
        """The findings that are new. Raises `TooMuchError`, or `ValueError` where the image is damaged."""
        changes, head = self._changes, self._left.head
        if any(changes.touch(head.tables[name]) for name in head.tables.keys() - KEPT):
            raise TooMuchError
        again = {rule for rule, cells in head.rules.items() if changes.touch(cells)}
        if not again:
            return ()
        rules = [each for each in self._left.rules()[0] if each.rule.id in again]
        by_event = [each for each in rules if each.rule.rests_on == "event"]
        by_path = [each for each in rules if each.rule.rests_on == "path"]
        if len(by_event) + len(by_path) < len(rules):
            raise TooMuchError
        self._compare()
        found = [*self._of_events(by_event), *self._of_paths(by_path)]
        return tuple(sorted(found, key=lambda finding: finding.sort_key))

    def _of_events(self, rules: Sequence[Bound]) -> list[Finding]:
        """What rules add that rest on one event each."""
        from trackplan.facts import near

        edited = {event for event, _, _ in self._said}
        if not rules or not edited:
            return []
        with near.events(self._image, self._left.head.checked, edited) as base:
            held = {str(id_) for (id_,) in base.fetch("SELECT id FROM event")}
            return self._difference(base, rules, lambda event, _: event in held)

    def _of_paths(self, rules: Sequence[Bound]) -> list[Finding]:
        """What rules add that rest on the fields of one path each."""
        from trackplan.facts import near

        cells = {tuple(cell) for each in rules for cell in self._left.head.rules[each.rule.id]}
        paths = {
            new.path for _, old, new in self._said if new.path and not cells.isdisjoint(edited_plans.cells(old, new))
        }
        if not paths:
            return []
        listed = [json.dumps(path, ensure_ascii=False) for path in paths]
        with near.paths(self._image, self._left.head.checked, listed) as base:
            return self._difference(base, rules, lambda _, path: path in paths)

    def _compare(self) -> None:
        """Note the events and fields of which something else is said, and those that stand elsewhere."""
        for was, now in self._pairs.values():
            for old, new in zip(was.plans, now.plans, strict=True):
                for one, other in zip(edited_plans.walk(old), edited_plans.walk(new), strict=True):
                    cells = edited_plans.cells(one, other)
                    if cells or one.said.place != other.said.place:
                        event = field_id(new.name, other.event, ())
                        self._touched.add((event, other.path))
                        self._said += [(event, one, other)] if cells else []

    def _difference(self, base: FactBase, rules: Sequence[Bound], wanted: Wanted) -> list[Finding]:
        """What the rules find now that they did not find before, in a small base."""
        paths = sorted(str(path) for (path,) in base.fetch(_FILES))
        others = [plan for path in paths if path not in self._pairs for plan in self._plans(self._other(path))]
        was = [plan for path in self._edited for plan in self._pairs[path][0].plans]
        before = self._judged(base, rules, wanted, [*others, *was])
        base.thaw()
        now = [plan for _, pair in self._pairs.values() for plan in pair.plans]
        after = self._judged(base, rules, lambda *what: what in self._touched and wanted(*what), now)
        self._look_up(before, after)
        left = Counter(finding.fingerprint for finding in before)
        found = []
        for finding in after:
            if left[finding.fingerprint]:
                left[finding.fingerprint] -= 1
            else:
                found.append(finding)
        return found

    def _judged(
        self, base: FactBase, rules: Sequence[Bound], wanted: Wanted, plans: Iterable[Plan]
    ) -> Sequence[Finding]:
        """What the rules find once the base holds what the plans say."""
        from trackplan import engine
        from trackplan.rules import overridden

        settled.settle(base, plans, wanted, self._unfilled, self._words)
        if not settled.less(base, self._unfilled):
            raise TooMuchError
        base.freeze()
        outcome = engine.judge(base, rules, self._left.head.project)
        if outcome.failed or outcome.skipped:
            raise TooMuchError
        all_rules, per_path = self._left.rules()
        return (
            list(overridden(outcome.findings, [each.rule for each in all_rules], per_path))
            if per_path
            else outcome.findings
        )

    def _look_up(self, before: Sequence[Finding], after: Sequence[Finding]) -> None:
        """Raise `TooMuchError` where somebody puts up with a finding that came or went: other rules judge that."""
        suppressions = self._left.suppressions()
        known, now = (Counter(finding.fingerprint for finding in found) for found in (before, after))
        if suppressions and any(
            each.covers(finding)
            for finding in (*before, *after)
            if known[finding.fingerprint] != now[finding.fingerprint]
            for each in suppressions
        ):
            raise TooMuchError

    def _plans(self, declared: Declared | None) -> Collection[Plan]:
        return declared.plans if declared is not None else ()


_FILES = "SELECT DISTINCT f.path FROM event e JOIN place p ON p.key = e.place JOIN file f ON f.key = p.file"
