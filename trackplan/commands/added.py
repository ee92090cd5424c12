"""What edits of plans add to the findings: the rules concerned judge the events that were edited, and no others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from trackplan.commands.compared import Compared, Shown, touches
from trackplan.derive import settled
from trackplan.derive.edited import KEPT
from trackplan.errors import TooMuchError

if TYPE_CHECKING:
    from trackplan.classify import Dictionary
    from trackplan.commands.compared import Path
    from trackplan.commands.growth import Growth
    from trackplan.derive.edited import Changes, Declared
    from trackplan.derive.edited_plans import Wanted
    from trackplan.derive.versions import Version
    from trackplan.facts.base import FactBase
    from trackplan.facts.declared import Plan
    from trackplan.facts.reads import Cell
    from trackplan.findings import Finding
    from trackplan.last import Last
    from trackplan.rules import Bound


class Growing(Protocol):
    """Lets events of a small base have other fields than those that they have in the large one."""

    def wants(self, version: Version) -> bool:
        """Whether an event matters."""

    def rebuild(self, version: Version) -> None:
        """Let the fields of an event be those of a version of it."""

    def judge(self) -> None:
        """Tell what follows from that."""


class Group(Struct):
    """Rules that are asked together, with `only` of all plans what `facts.wide` says, None for what lies near.

    They may tell of some events `alone`, None for all.
    """

    rules: Sequence[Bound]
    only: dict[str, str] | None = None
    alone: Collection[str] | None = None


class Edits(Struct):
    """Plans that declare the same events as before, said otherwise, or with other fields.

    `pairs` has what files declared and declare, `compared` and `changes` what that changes; `other` gives what another
    one declares that was edited since the facts in the file `image` were made, and `edited` are those of the pairs that
    were, too. `since` has by event what is said otherwise than in the facts. `growth` are the events with other fields.
    `collapsed` is as in a report, once what is added has been told.
    """

    left: Last
    image: str
    pairs: Mapping[str, tuple[Declared, Declared]]
    compared: Compared
    changes: Changes
    edited: Collection[str]
    since: Mapping[str, Collection[Shown]]
    other: Callable[[str], Declared | None]
    words: Callable[[], Dictionary]
    growth: Growth
    collapsed: dict[str, tuple[str, ...]] = {}

    def __post_init__(self) -> None:
        self.collapsed = self.left.head.report.collapsed

    def added(self) -> tuple[Finding, ...]:
        """The findings that are new. Raises `TooMuchError`, or `ValueError` where the image is damaged."""
        changes, head, grown = self.changes, self.left.head, self.growth.cells
        changes.cells.update(self.compared.cells - set(grown))
        if any(changes.touch(head.tables[name]) for name in head.tables.keys() - KEPT):
            raise TooMuchError
        changes.cells.update(grown)
        again = {rule for rule, cells in head.rules.items() if changes.touch(cells)}
        if not again or not self.compared.said:
            return ()
        rules = [each for each in self.left.rules()[0] if each.rule.id in again]
        near = [each for each in rules if each.rule.rests_on == "event"]
        far = [each for each in rules if each.rule.rests_on != "event"]
        if not all(map(self._reads_plans, far)):
            raise TooMuchError
        found = [*self._of_events(near), *self._of_plans(far)]
        return tuple(sorted(found, key=lambda finding: finding.sort_key))

    def _reads_plans(self, rule: Bound) -> bool:
        """Whether a rule asks for nothing but plans."""
        from trackplan.facts import wide

        return wide.TABLES.issuperset(table for table, _ in self._cells(rule))

    def _cells(self, rule: Bound) -> set[Cell]:
        return {(table, column) for table, column in self.left.head.rules[rule.rule.id]}

    def _of_events(self, rules: Sequence[Bound]) -> list[Finding]:
        """What rules add that rest on one event each."""
        from trackplan import summary
        from trackplan.facts import near

        if not rules:
            return []
        ids, growth = {*self.compared.said, *self.growth.further()}, self.growth
        with near.events(self.image, self.left.head.checked, ids, growth.changed, growth.needs) as base:
            held = {str(id_) for (id_,) in base.fetch("SELECT id FROM event")}
            others = {event: fields for event, fields in self.collapsed.items() if event not in held}

            def collapsed() -> None:
                self.collapsed = others | summary.collapsed(base)

            growing = growth.events(base, held)
            return self._difference(base, growing, [Group(rules)], held, self.left.head.unfilled, collapsed)

    def _of_plans(self, rules: Sequence[Bound]) -> list[Finding]:
        """What rules add that read nothing but plans, and look at more than one event."""
        from trackplan.derive.versions import Alike
        from trackplan.facts import near, wide

        by = {word: [rule for rule in rules if rule.rule.rests_on == word] for word in ("path", "name", "overlap", "")}
        paths = self._paths(by["path"])
        ids = self._ids([rule for word, listed in by.items() for rule in listed if word != "path"])
        ids |= {*self.compared.said, *self._ids(by["path"], paths)}
        listed = [json.dumps(path, ensure_ascii=False) for path in paths]
        with near.plans(self.image, self.left.head.checked, ids, listed) as base:
            overlapping = [rule for rule in by["overlap"] if self._overlaps(base, rule)]
            groups = [Group([*by[""], *overlapping], wide.ALL)]
            if by["name"]:
                near.names(base)
                groups.append(Group(by["name"], wide.NAMES, alone=ids))
            if paths:
                groups.append(Group(by["path"], wide.PATHS))
            groups = [group for group in groups if group.rules]
            return self._difference(base, Alike(base, ids), groups, ids, sorted(KEPT)) if groups else []

    def _paths(self, rules: Sequence[Bound]) -> set[Path]:
        """The paths of fields of which rules may tell something else."""
        cells = {cell for rule in rules for cell in self._cells(rule)}
        return {path for path, other in self.compared.paths.items() if any(touches(cells, cell) for cell in other)}

    def _ids(self, rules: Sequence[Bound], paths: Collection[Path] | None = None) -> set[str]:
        """The events that tell rules something else than the facts do, in fields with some paths, None for any."""
        cells = {cell for rule in rules for cell in self._cells(rule)}
        return {
            id_
            for id_, shown in self.since.items()
            if any((paths is None or path in paths) and touches(cells, cell) for path, cell in shown)
        }

    def _overlaps(self, base: FactBase, rule: Bound) -> bool:
        """Whether a rule on what events have in common may tell something of those that were edited."""
        from trackplan.derive import overlap

        share = rule.options.get("share")
        versions = self.growth.pairs(self.pairs, self.compared.said)
        return not isinstance(share, float | int) or overlap.overlaps(base, versions, self.growth.paths(), share)

    def _difference(
        self,
        base: FactBase,
        growing: Growing,
        groups: Sequence[Group],
        held: Collection[str],
        unfilled: Sequence[str],
        look: Callable[[], None] = lambda: None,
    ) -> list[Finding]:
        """What the rules find now that they did not find before, in a small base that has some events.

        It is looked at once it holds what is so now.

        Raises `TooMuchError` where a rule that may tell of some events alone tells something else of another.
        """
        paths = sorted({str(path) for (path,) in base.fetch(_FILES)})
        others = [plan for path in paths if path not in self.pairs for plan in self._plans(self.other(path))]
        was = [*others, *(plan for path in self.edited for plan in self.pairs[path][0].plans)]
        now = [plan for _, pair in self.pairs.values() for plan in pair.plans]
        touched = lambda *what: what in self.compared.touched and what[0] in held  # noqa: E731
        known = [each for each in self.growth.versions(was) if growing.wants(each)]
        fresh = [each for each in self.growth.versions(now) if growing.wants(each) and each.id in self.growth.changed]
        self._settle(base, growing, known, was, lambda event, _: event in held, unfilled)
        base.run("SAVEPOINT before")
        self._settle(base, growing, fresh, now, touched, unfilled)
        after = [self._found(base, group, group.rules) for group in groups]
        ids = {str(id_) for (id_,) in base.fetch("SELECT id FROM event UNION ALL SELECT id FROM field")}
        look()
        base.run("ROLLBACK TO before")
        added = []
        for group, found in zip(groups, after, strict=True):
            # What finds nothing now adds nothing; but somebody may put up with what it found before.
            rules = group.rules if self.left.suppressions() else _telling(group.rules, found)
            before = self._found(base, group, rules) if rules else ()
            self._look_up(before, found)
            if group.alone is not None and _elsewhere(before, group.alone) != _elsewhere(found, group.alone):
                raise TooMuchError
            new = _more(found, before)
            if group.only is not None:
                self._look_at(ids, new)
            added += new
        base.run("RELEASE before")
        return added

    def _settle(
        self,
        base: FactBase,
        growing: Growing,
        versions: Sequence[Version],
        plans: Sequence[Plan],
        wanted: Wanted,
        unfilled: Sequence[str],
    ) -> None:
        """Let the base hold what the plans say."""
        for version in versions:
            growing.rebuild(version)
        settled.settle(base, plans, wanted, unfilled, self.words, anew={version.id for version in versions})
        if versions:
            growing.judge()
        if not settled.less(base, unfilled):
            raise TooMuchError

    def _found(self, base: FactBase, group: Group, rules: Sequence[Bound]) -> Sequence[Finding]:
        """What some rules of a group find in the base as it is."""
        from trackplan import engine
        from trackplan.facts import wide
        from trackplan.rules import overridden

        with wide.widened(base, group.only) if group.only is not None else nullcontext():
            base.freeze(for_good=False)
            outcome = engine.judge(base, rules, self.left.head.project)
            base.thaw()
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

    def _look_at(self, ids: Collection[str], found: Sequence[Finding]) -> None:
        """Raise `TooMuchError` where what is found lies in an edited file, and the base does not know where by now."""
        for finding in found:
            path = finding.place.path
            if finding.subject not in ids and (path in self.pairs or self.other(path) is not None):
                raise TooMuchError

    def _plans(self, declared: Declared | None) -> Collection[Plan]:
        return declared.plans if declared is not None else ()


def _telling(rules: Sequence[Bound], found: Iterable[Finding]) -> list[Bound]:
    """Those of some rules that found something."""
    ids = {finding.rule for finding in found}
    return [rule for rule in rules if rule.rule.id in ids]


def _more(after: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """What is found after, and was not before."""
    left = Counter(finding.fingerprint for finding in before)
    found = []
    for finding in after:
        if left[finding.fingerprint]:
            left[finding.fingerprint] -= 1
        else:
            found.append(finding)
    return found


def _elsewhere(found: Sequence[Finding], events: Collection[str]) -> Counter[str]:
    """What is told of anything but some events and their fields."""
    inside = tuple(f"{id_}." for id_ in events)
    return Counter(
        each.fingerprint for each in found if each.subject not in events and not each.subject.startswith(inside)
    )


_FILES = "SELECT DISTINCT f.path FROM event e JOIN place p ON p.key = e.place JOIN file f ON f.key = p.file"
