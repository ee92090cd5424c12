"""Everything that a selector or an id in a file may name: events, fields, raw relations and their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.names import bare, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.facts.base import FactBase
    from trackplan.names import Pattern

Subject = tuple[str, int]
"""A kind (event, field, relation, column) and a key."""


class Subjects(Struct):
    """Everything a selector may name: plain name → the keys of what it stands for, with what lies inside it."""

    exact: dict[str, list[Subject]] = {}
    plans: dict[str, set[str]] = {}
    inside: dict[Subject, list[Subject]] = {}
    _spellings: dict[str, list[str]] = {}

    def add(self, id_: str, kind: str, key: int, plan: str = "") -> None:
        """Make a subject known under its plain name, with and without the plan's."""
        name = plain(id_)
        names = {name, name.removeprefix(f"{plan}/")} if plan else {name, name.lower()}
        for each in names:
            self.exact.setdefault(each, []).append((kind, key))
        if plan:
            self.plans.setdefault(name.removeprefix(f"{plan}/"), set()).add(plan)

    def called(self, name: str) -> set[Subject]:
        """What goes by that plain name, as written or in lower case (columns answer to both)."""
        return {subject for each in (name, name.lower()) for subject in self.exact.get(each, ())}

    def select(self, pattern: Pattern) -> set[Subject]:
        """What `pattern` selects, by its own name."""
        if not pattern.wildcard:
            return self.called(pattern.pieces[0])
        return {subject for name, subjects in self.exact.items() if pattern.matches(name) for subject in subjects}

    def hint(self, name: str) -> str:
        """How to mend a name that selects nothing: asks for the one that `spelled` gives; '' without one."""
        likeliest = self.spelled(name)
        return f"did you mean '{likeliest}'?" if likeliest else ""

    def spelled(self, name: str) -> str:
        """The name of the one subject whose name differs from this one in case and signs alone; '' without one."""
        if not self._spellings:
            for each in sorted(self.exact):
                self._spellings.setdefault(bare(each), []).append(each)
        found = self._spellings.get(bare(name), [])
        return found[0] if found and all(self.exact[each] == self.exact[found[0]] for each in found) else ""

    def is_whole(self, subject: Subject) -> bool:
        """Whether it is an event or a relation with something in it."""
        return subject[0] in ("event", "relation") and subject in self.inside

    def with_members(self, chosen: Iterable[Subject]) -> list[Subject]:
        """What is chosen and everything inside it, in order."""
        pending = list(chosen)
        seen = set(pending)
        while pending:
            further = [s for s in self.inside.get(pending.pop(), ()) if s not in seen]
            seen.update(further)
            pending.extend(further)
        return sorted(seen)


def collect(base: FactBase) -> Subjects:
    """All subjects of the base."""
    subjects = Subjects()
    inside = subjects.inside
    for key, id_, plan in base.fetch("SELECT e.key, e.id, p.name FROM event e JOIN plan p ON p.key = e.plan"):
        subjects.add(str(id_), "event", int(str(key)), str(plan))
    fields = (
        "SELECT f.key, f.id, p.name, f.parent, f.event FROM field f JOIN event e ON e.key = f.event "
        "JOIN plan p ON p.key = e.plan"
    )
    for key, id_, plan, parent, event in base.fetch(fields):
        me = ("field", int(str(key)))
        subjects.add(str(id_), *me, str(plan))
        above = ("event", int(str(event))) if parent is None else ("field", int(str(parent)))
        inside.setdefault(above, []).append(me)
    for key, id_ in base.fetch("SELECT key, id FROM relation WHERE raw"):
        subjects.add(str(id_), "relation", int(str(key)))
    for key, id_, parent, relation in base.fetch("SELECT key, id, parent, relation FROM stored_column"):
        me = ("column", int(str(key)))
        subjects.add(str(id_), *me)
        above = ("relation", int(str(relation))) if parent is None else ("column", int(str(parent)))
        inside.setdefault(above, []).append(me)
    return subjects
