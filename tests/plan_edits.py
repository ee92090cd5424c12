"""Random projects and edits of their plans: what a hook says they add is what two whole runs tell, byte for byte.

`python -m tests.plan_edits SEED COUNT` hunts for a difference in so many projects, and tells how many edits took the
short way.
"""

from __future__ import annotations

import json
import sys
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.sql_edits import counted
from tests.test_tree_git import commit, git, repository, write
from trackplan.commands import renew_added

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Says = tuple[int, bytes, bytes]

ASKED = ("--staged", "--quiet", "--since", "HEAD")
NAMES = ("id", "email", "phone", "total", "url", "step", "comment", "ip", "orderId", "order_id", "birth_date", "info",
         "E-Mail")  # fmt: skip
TYPES = ("string", "string", "number", "boolean", "integer")
EVENTS = ("Ordered", "Sent", "Page Seen", "clicked")
TABLES = {
    "closed": "create table raw.ordered (id text, email text, phone text, total double, comment text, info json,\n"
    "  received_at timestamp, context_ip text, step text);\n"
    "create table raw.sent (id text, email text, total text, url text, birth_date date, info_step text);\n"
    "create table raw.page_seen (id text, url text, step text, order_id text, info_email text);\n"
    "create table raw.clicked (id text, ip text);\n",
    "json": "create table raw.events (id text, name text, props json, traits json);\n",
}
LANDINGS = {
    "segment": "{plan: PLAN, convention: segment, schema: raw}",
    "json": "{plan: PLAN, convention: json-column, table: raw.events, column: props}",
}
SQL = (
    "select id, email from raw.ordered where comment is not null",
    "select * from raw.ordered",
    "select total, step from raw.ordered order by total",
    "select s.* from raw.sent s join raw.ordered o using (id)",
    "select url, count(*) from raw.page_seen group by url",
    "select phone, url from raw.sent, raw.page_seen",
    "select props->>'email' as email, props->>'url' as url from raw.events",
    "select props from raw.events",
    "select info->>'step' as s from raw.ordered",
    "select ip from raw.clicked",
    "select broken from (",
)
NEEDS = ("Ordered.email", "Ordered.*", "'*.phone'", "Sent", "Sent.total", "'web/Page Seen.{url, step}'",
         "raw.ordered.total", "'tag:core'", "'category:user.contact.email'", "clicked.info", "'app/*'", "raw.sent.*",
         "'*.order_id'", "Ordered.order_id", "'web/Page Seen.orderId'", "Sent.{email, order_id, phone}",
         "clicked.e_mail", "Ordered.info.step")  # fmt: skip
EXTRAS = (
    "policy: {personal_data_needs: explicit}\n",
    "policy: {personal_data: {user.contact: {retention: 10 days, uses: [essential]}}}\n",
    "suppressions:\n  - {rules: [TP401, TP102], path: plans/a.yaml, reason: so it is}\n",
    "tombstones: [gone.yaml]\n",
)  # fmt: skip
VALUES: dict[str, tuple[object, ...]] = {
    "type": TYPES,
    "describe": ("Else.", "IP address", "The e-mail address."),
    "status": ("deprecated", "planned"),
    "sensitivity": ("personal", "none"),
    "tags": (["core"], ["a", "core"]),
    "required": (True, False),
}
KINDS = (
    "add", "add", "add", "remove", "remove", "rename", "type", "describe", "sensitivity", "status", "tags", "required",
    "move", "inside", "event", "copy",
)  # fmt: skip


@dataclass
class Property:
    """A property with what is said of it."""

    name: str
    said: dict[str, object]
    inside: list[Property] = field(default_factory=list)

    def lines(self, indent: str) -> Iterator[str]:
        """Its lines in a plan."""
        if not self.inside:
            yield f"{indent}{self.name}: {json.dumps(self.said)}"
            return
        yield f"{indent}{self.name}:"
        yield f"{indent}  type: object"
        yield from (f"{indent}  {name}: {json.dumps(value)}" for name, value in self.said.items() if name != "type")
        yield f"{indent}  properties:"
        for item in self.inside:
            yield from item.lines(indent + "    ")


@dataclass
class Project:
    """A repository with a project; `plans` has the events of each plan file, by its path."""

    folder: Path
    chance: Random
    plans: dict[str, tuple[str, dict[str, list[Property]]]] = field(default_factory=dict)

    def make(self) -> None:
        """Write and commit all files."""
        chance = self.chance
        landing = chance.choice(("segment", "segment", "segment", "json", ""))
        stored = chance.random() < 0.6 and bool(landing)
        second = chance.choice(("web", "web", "app"))
        events = list(EVENTS)
        chance.shuffle(events)
        both = {"plans/a.yaml": ("web", events[:2]), "plans/b.yaml": (second, events[2:])}
        if second == "app" and chance.random() < 0.5:
            both["plans/b.yaml"] = (second, [*events[2:], events[0]])
        for path, (plan, names) in both.items():
            self.plans[path] = plan, {name: self._properties(chance.randint(1, 5)) for name in names}
        if chance.random() < 0.2:
            self.plans["plans/a.yaml"][1][chance.choice(("$identify", "$group", "$page"))] = self._properties(2)
        said = chance.sample(EXTRAS, chance.choice((0, 0, 1)))
        text = "version: 1\ndialect: duckdb\nplans: [plans/*.yaml]\nuse_cases: [use_cases.yaml]\n"
        text += f"rules: {{profile: {chance.choice(('strict-privacy', 'strict-privacy', 'recommended'))}}}\n"
        text += "models: [models/*.sql]\nconsumers: [dashboards/*.sql]\n" if chance.random() < 0.9 else ""
        text += "warehouse: [tables.sql]\n" if stored else ""
        landings = [LANDINGS[landing].replace("PLAN", plan) for plan in sorted({"web", second})] if landing else []
        text += "".join(["landing:\n", *(f"  - {each}\n" for each in landings)]) if landings else ""
        files = {"trackplan.yaml": text + "".join(said), "use_cases.yaml": "\n".join(self._use_cases()) + "\n"}
        files["tables.sql"] = TABLES["json" if landing == "json" else "closed"]
        files["gone.yaml"] = "tombstones:\n  - {id: web/Ordered.phone, pruned: 2026-01-01}\n"
        for number in range(chance.randint(0, 3)):
            files[f"models/m{number}.sql"] = chance.choice(SQL)
        for number in range(chance.randint(1, 3)):
            models = [f"select * from m{n}" for n in range(3) if f"models/m{n}.sql" in files]
            files[f"dashboards/d{number}.sql"] = chance.choice([*SQL, *models])
        repository(self.folder, {**files, **self.texts()})

    def edit(self) -> list[str]:
        """Edit some of the plans and stage them; what was done."""
        done = []
        for path in self.chance.choice(([*self.plans], *([path] for path in self.plans))):
            events = self.plans[path][1]
            for _ in range(self.chance.choice((1, 1, 2))):
                kind = self.chance.choice(KINDS)
                name = self.chance.choice(sorted(events))
                done.append(f"{path}: {kind} in {name}")
                self._edited(kind, events, name)
        self.stage()
        return done

    def stage(self) -> None:
        """Write the plans and stage them."""
        write(self.folder, self.texts())
        git(self.folder, "add", "-A")

    def texts(self) -> dict[str, str]:
        """The plan files as they are now."""
        return {path: self._text(*plan) for path, plan in self.plans.items()}

    def _text(self, plan: str, events: dict[str, list[Property]]) -> str:
        lines = ["trackplan: 1", f"name: {plan}", *([f"owner: {plan}@example.com"] if plan == "web" else []), "events:"]
        for name, found in events.items():
            lines += [f"  {name}:", "    description: What happened.", "    properties:"]
            lines += [line for item in found for line in item.lines("      ")]
        return "\n".join(lines) + "\n"

    def _use_cases(self) -> Iterator[str]:
        yield "use_cases:"
        for number in range(self.chance.randint(1, 3)):
            wanted = ", ".join(self.chance.sample(NEEDS, self.chance.randint(1, 3)))
            serves = ", consumers: [dashboard.d0]" if self.chance.random() < 0.5 else ""
            yield f"  - {{id: case-{number}, title: Case, owner: a@example.com, needs: [{wanted}]{serves}}}"

    def _properties(self, count: int) -> list[Property]:
        names = self.chance.sample(NAMES, count)
        return [self._property(name, deep=True) for name in names]

    def _property(self, name: str, *, deep: bool = False) -> Property:
        chance = self.chance
        said: dict[str, object] = {"type": chance.choice(TYPES)}
        if chance.random() < 0.7:
            said["description"] = chance.choice(("A name.", "The e-mail address.", "What it says."))
        if chance.random() < 0.1:
            said |= chance.choice(({"sensitivity": "personal"}, {"tags": ["core"]}, {"required": True}))
        if name == "info" and deep:
            return Property(name, said, [self._property(n) for n in chance.sample(("step", "email", "x"), 2)])
        return Property(name, said)

    def _edited(self, kind: str, events: dict[str, list[Property]], name: str) -> None:
        chance, found = self.chance, events[name]
        known = {item.name for item in found}
        fresh = chance.choice([each for each in (*NAMES, "x1", "x2") if each not in known])
        item = chance.choice(found)
        if kind == "add":
            found.insert(chance.choice((len(found), chance.randint(0, len(found)))), self._property(fresh, deep=True))
        elif kind == "remove" and len(found) > 1:
            found.remove(item)
        elif kind == "rename":
            item.name = fresh
        elif kind == "move":
            found.append(found.pop(0))
        elif kind == "inside" and item.inside:
            if len(item.inside) > 1 and chance.random() < 0.5:
                item.inside.pop()
            else:
                item.inside.append(self._property(f"y{len(item.inside)}"))
        elif kind == "copy" and len(other := events[chance.choice(sorted(events))]) > 1:
            events[name] = [*deepcopy(other), *([self._property("x3")] if chance.random() < 0.5 else [])]
        elif kind == "event" and len(events) > 1:
            events[f"{name} again"] = events.pop(name)
        else:
            chosen = "description" if kind == "describe" else kind
            if kind in VALUES and not (kind == "type" and item.inside):
                item.said[chosen] = chance.choice(VALUES[kind])


def tried(chance: Random, folder: Path, edits: int, warm: Callable[..., Says], cold: Callable[..., Says]) -> list[bool]:
    """Edit plans time and again. Raises `AssertionError` where a hook says what no whole runs do."""
    told: list[bool] = []
    project = Project(folder, chance)
    project.make()
    project.edit()
    with counted(renew_added, told):
        warm(folder, *ASKED)
        commit(folder)
        for _ in range(edits):
            done = project.edit()
            count = len(told)
            said, wanted = warm(folder, *ASKED), cold(folder, "--no-cache", *ASKED)
            assert said == wanted, f"{done}\n{said[1].decode()}\n{wanted[1].decode()}"
            if True not in told[count:] or chance.random() < 0.5:
                commit(folder)
    return told


def main(seed: int, count: int) -> None:
    """Hunt."""
    from tests.test_renewal import run, warm

    short = edits = 0
    for number in range(seed, seed + count):
        with tempfile.TemporaryDirectory() as top:
            try:
                told = tried(Random(number), Path(top) / "project", 6, warm, run)  # noqa: S311 - not for secrets
            except AssertionError as error:
                sys.stdout.write(f"seed {number}: {str(error)[:3000]}\n")
                continue
        short += sum(told)
        edits += len(told)
    sys.stdout.write(f"{short} of {edits} edits took the short way\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
