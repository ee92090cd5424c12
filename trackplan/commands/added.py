"""What edits of plans add to the findings: the rules concerned judge the events that were edited, and no others."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from trackplan.derive import edited_plans, settled
from trackplan.derive.edited import KEPT
from trackplan.errors import TooMuchError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from trackplan.classify import Dictionary
    from trackplan.commands.growth import Growth
    from trackplan.derive.edited import Changes, Declared
    from trackplan.derive.edited_plans import Said, Wanted
    from trackplan.derive.versions import Version
    from trackplan.facts.base import FactBase
    from trackplan.facts.declared import Plan
    from trackplan.findings import Finding
    from trackplan.last import Last
    from trackplan.rules import Bound


class Growing(Protocol):
    """Lets events of a small base have other fields than those that they have in the large one."""

    @property
    def files(self) -> Collection[str]:
        """Files that matter beside those in which events of the base are declared."""

    def wants(self, version: Version) -> bool:
        """Whether an event matters."""

    def rebuild(self, version: Version) -> None:
        """Let the fields of an event be those of a version of it."""

    def judge(self) -> None:
        """Tell what follows from that."""


class Edits(Struct):
    """Plans that declare the same events as before, said otherwise, or with other fields.

    `pairs` has what files declared and declare, `changes` what that changes; `other` gives what another one declares
    that was edited since the facts in the file `image` were made, and `edited` are those of the pairs that were, too.
    `growth` are the events with other fields. `collapsed` is as in a report, once what is added has been told.
    """

    left: Last
    image: str
    pairs: Mapping[str, tuple[Declared, Declared]]
    changes: Changes
    edited: Collection[str]
    other: Callable[[str], Declared | None]
    words: Callable[[], Dictionary]
    growth: Growth
    collapsed: dict[str, tuple[str, ...]] = {}
    _said: list[str] = []
    _paths: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    _touched: set[tuple[str, tuple[str, ...]]] = set()

    def __post_init__(self) -> None:
        self.collapsed = self.left.head.report.collapsed

    def added(self) -> tuple[Finding, ...]:
        """The findings that are new. Raises `TooMuchError`, or `ValueError` where the image is damaged."""
        changes, head = self.changes, self.left.head
        if any(changes.touch(head.tables[name]) for name in head.tables.keys() - KEPT):
            raise TooMuchError
        changes.cells.update(self.growth.cells)
        again = {rule for rule, cells in head.rules.items() if changes.touch(cells)}
        if not again:
            return ()
        rules = [each for each in self.left.rules()[0] if each.rule.id in again]
        on = {
            word: [each for each in rules if each.rule.rests_on == word]
            for word in ("event", "path", "name", "overlap")
        }
        rest = [each for each in rules if each.rule.rests_on not in on]
        if not all(map(self._reads_plans, (*rest, *on["overlap"]))):
            raise TooMuchError
        self._compare()
        found = [
            *self._of_events(on["event"], rest, on["overlap"]),
            *self._of_paths(on["path"]),
            *self._of_names(on["name"]),
        ]
        return tuple(sorted(found, key=lambda finding: finding.sort_key))

    def _reads_plans(self, rule: Bound) -> bool:
        """Whether a rule asks for nothing but plans."""
        from trackplan.facts import wide

        return wide.TABLES.issuperset(table for table, _ in self.left.head.rules[rule.rule.id])

    def _of_events(
        self, rules: Sequence[Bound], by_plan: Sequence[Bound], by_overlap: Sequence[Bound]
    ) -> list[Finding]:
        """What rules add that rest on one event each, on all plans, or on what events have in common."""
        from trackplan import summary
        from trackplan.facts import near

        if not self._said or not (rules or by_plan or by_overlap):
            return []
        ids, growth = {*self._said, *self.growth.further()}, self.growth
        with near.events(self.image, self.left.head.checked, ids, growth.changed, growth.needs) as base:
            held = {str(id_) for (id_,) in base.fetch("SELECT id FROM event")}
            whole = [*by_plan, *(each for each in by_overlap if self._overlaps(base, each))]
            found = self._difference(base, growth.events(base, held), rules, whole, lambda event, _: event in held)
            others = {event: fields for event, fields in self.collapsed.items() if event not in held}
            self.collapsed = others | summary.collapsed(base)
            return found

    def _overlaps(self, base: FactBase, rule: Bound) -> bool:
        """Whether a rule on what events have in common may tell something of those that were edited."""
        from trackplan.derive import overlap

        share = rule.options.get("share")
        versions = self.growth.pairs(self.pairs, set(self._said))
        return not isinstance(share, float | int) or overlap.overlaps(base, versions, self.growth.paths(), share)

    def _of_names(self, rules: Sequence[Bound]) -> list[Finding]:
        """What rules add that rest on which names there are in a plan."""
        from trackplan.facts import near

        if not self._said or not rules:
            return []
        ids = {*self._said, *self.growth.ids()}
        with near.names(self.image, self.left.head.checked, ids) as base:
            return self._difference(base, self.growth.alike(base, None), rules, (), lambda event, _: event in ids, ids)

    def _of_paths(self, rules: Sequence[Bound]) -> list[Finding]:
        """What rules add that rest on the fields of one path each."""
        from trackplan.facts import near

        cells = {tuple(cell) for each in rules for cell in self.left.head.rules[each.rule.id]}
        paths = {path for path, other in self._paths.items() if any(c in other or (c[0], "*") in other for c in cells)}
        if not paths:
            return []
        listed = [json.dumps(path, ensure_ascii=False) for path in paths]
        with near.paths(self.image, self.left.head.checked, listed) as base:
            growing = self.growth.alike(base, paths)
            return self._difference(base, growing, rules, (), lambda _, path: path in paths)

    def _compare(self) -> None:
        """Note the events and fields of which something else is said, and those that stand elsewhere."""
        for was, now in self.pairs.values():
            for old, new in zip(was.plans, now.plans, strict=True):
                for id_, one, other in edited_plans.pairs(old, new):
                    if id_ in self.growth.changed:
                        self._grown(id_, one, other)
                    else:
                        self._say(id_, one, other)

    def _say(self, id_: str, old: Iterable[Said], new: Iterable[Said]) -> None:
        for one, other in zip(old, new, strict=True):
            cells = edited_plans.cells(one, other)
            if cells or one.said.place != other.said.place:
                self._touched.add((id_, other.path))
                self._said += [id_] if cells else []
                if cells and other.path:
                    self._paths.setdefault(other.path, set()).update(cells)

    def _grown(self, id_: str, old: Iterable[Said], new: Iterable[Said]) -> None:
        """All of an event with other fields is another."""
        before, now = ({said.path: said for said in found} for found in (old, new))
        self._said.append(id_)
        self._touched.update((id_, path) for path in now)
        for path in (before.keys() | now.keys()) - {()}:
            one, other = before.get(path), now.get(path)
            if one is None or other is None or edited_plans.bare(one) != edited_plans.bare(other):
                self._paths.setdefault(path, set()).update(self.growth.cells)
            else:
                self._paths.setdefault(path, set()).update(edited_plans.cells(one, other))

    def _difference(
        self,
        base: FactBase,
        growing: Growing,
        rules: Sequence[Bound],
        by_plan: Sequence[Bound],
        wanted: Wanted,
        alone: Collection[str] | None = None,
    ) -> list[Finding]:
        """What the rules find now that they did not find before, in a small base.

        Raises `TooMuchError` where another event than those `alone` is told of that was not, or is not any more.
        """
        paths = sorted({str(path) for (path,) in base.fetch(_FILES)} | set(growing.files))
        others = [plan for path in paths if path not in self.pairs for plan in self._plans(self.other(path))]
        was = [plan for path in self.edited for plan in self.pairs[path][0].plans]
        known = [each for each in self.growth.versions([*others, *was]) if growing.wants(each)]
        before = self._judged(base, growing, known, rules, by_plan, wanted, [*others, *was])
        base.thaw()
        now = [plan for _, pair in self.pairs.values() for plan in pair.plans]
        touched = lambda *what: what in self._touched and wanted(*what)  # noqa: E731
        fresh = [each for each in self.growth.versions(now) if each.id in self.growth.changed]
        after = self._judged(base, growing, fresh, rules, by_plan, touched, now)
        self._look_up(before, after)
        left = Counter(finding.fingerprint for finding in before)
        if alone is not None and _elsewhere(before, alone) != _elsewhere(after, alone):
            raise TooMuchError
        found = []
        for finding in after:
            if left[finding.fingerprint]:
                left[finding.fingerprint] -= 1
            else:
                found.append(finding)
        if by_plan:
            self._look_at(base, found)
        return found

    def _judged(
        self,
        base: FactBase,
        growing: Growing,
        versions: Sequence[Version],
        rules: Sequence[Bound],
        by_plan: Sequence[Bound],
        wanted: Wanted,
        plans: Sequence[Plan],
    ) -> Sequence[Finding]:
        """What the rules find once the base holds what the plans say."""
        from trackplan.facts import wide

        for version in versions:
            growing.rebuild(version)
        settled.settle(base, plans, wanted, self.left.head.unfilled, self.words, anew=bool(versions))
        if versions:
            growing.judge()
        if not settled.less(base, self.left.head.unfilled):
            raise TooMuchError
        base.freeze()
        found = self._found(base, rules)
        if by_plan:
            base.thaw()
            wide.widen(base)
            base.freeze()
            found = [*found, *self._found(base, by_plan)]
            base.thaw()
            wide.narrow(base)
            base.freeze()
        return found

    def _found(self, base: FactBase, rules: Sequence[Bound]) -> Sequence[Finding]:
        from trackplan import engine
        from trackplan.rules import overridden

        outcome = engine.judge(base, rules, self.left.head.project)
        if outcome.failed or outcome.skipped:
            raise TooMuchError
        all_rules, per_path = self.left.rules()
        return (
            list(overridden(outcome.findings, [each.rule for each in all_rules], per_path))
            if per_path
            else outcome.findings
        )

    def _look_up(self, before: Sequence[Finding], after: Sequence[Finding]) -> None:
        """Raise `TooMuchError` where somebody puts up with a finding that came or went: other rules judge that."""
        suppressions = self.left.suppressions()
        known, now = (Counter(finding.fingerprint for finding in found) for found in (before, after))
        if suppressions and any(
            each.covers(finding)
            for finding in (*before, *after)
            if known[finding.fingerprint] != now[finding.fingerprint]
            for each in suppressions
        ):
            raise TooMuchError

    def _look_at(self, base: FactBase, found: Sequence[Finding]) -> None:
        """Raise `TooMuchError` where what is found lies in an edited file, and the base does not know where by now."""
        ids = {str(id_) for (id_,) in base.fetch("SELECT id FROM event UNION ALL SELECT id FROM field")}
        for finding in found:
            path = finding.place.path
            if finding.subject not in ids and (path in self.pairs or self.other(path) is not None):
                raise TooMuchError

    def _plans(self, declared: Declared | None) -> Collection[Plan]:
        return declared.plans if declared is not None else ()


def _elsewhere(found: Sequence[Finding], events: Collection[str]) -> Counter[str]:
    """What is told of anything but some events and their fields."""
    inside = tuple(f"{id_}." for id_ in events)
    return Counter(
        each.fingerprint for each in found if each.subject not in events and not each.subject.startswith(inside)
    )


_FILES = "SELECT DISTINCT f.path FROM event e JOIN place p ON p.key = e.place JOIN file f ON f.key = p.file"
