"""`tests/NAME.yml` in a folder of rules → the cases of a rule: small projects, and what the rule finds in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from trackplan import documents
from trackplan.documents import Node, did_you_mean
from trackplan.errors import ReadError
from trackplan.findings import Place, Problem
from trackplan.patterns import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.rules.base import Rule

TODAY = "2026-07-01"
PROJECT_FILE = "trackplan.yaml"
FOLDER = "tests"


class Row(NamedTuple):
    """A finding as a case expects it: `place` is the path and the line; `fix` may be left out of a case."""

    place: str
    severity: str
    subject: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        said = f"{self.place}: {self.severity}: {self.subject}: {self.message}"
        return f"{said} Fix: {self.fix}" if self.fix else said

    def as_told(self, told: Sequence[Row]) -> Row:
        """The row without its fix, unless one of those `told` is about the same and has one."""
        short = self._replace(fix="")
        return self if any(row.fix and row._replace(fix="") == short for row in told) else short


@dataclass(frozen=True, slots=True)
class Case:
    """A small project, the day on which it is judged, and what the rule finds in it.

    `skipped` are the kinds of evidence for want of which the rule is not run; `like` is the case that it changes.
    """

    name: str
    place: Place
    files: dict[str, str]
    expect: tuple[Row, ...]
    skipped: tuple[str, ...] = ()
    today: str = TODAY
    like: str = ""

    @property
    def fires(self) -> bool:
        """Whether the rule finds something in it."""
        return bool(self.expect)

    @property
    def quiet(self) -> bool:
        """Whether the rule runs and finds nothing."""
        return not self.expect and not self.skipped


@dataclass(frozen=True, slots=True)
class Result:
    """How a case went: what was expected and not found, what was found and not expected, what could not be done."""

    case: Case
    missing: tuple[Row, ...] = ()
    unexpected: tuple[Row, ...] = ()
    skipped: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not (self.missing or self.unexpected or self.problems) and self.skipped == self.case.skipped


def lacking(rule: Rule, cases: Sequence[Case]) -> tuple[str, ...]:
    """Which kinds of cases the rule should have and does not."""
    kinds = {
        "one in which it finds something (`expect:` with rows)": any(case.fires for case in cases),
        "one that differs by the smallest edit and is quiet (`expect: []`)": any(case.quiet for case in cases),
        "one without the evidence that it requires (`skipped:`)": not rule.requires or any(c.skipped for c in cases),
    }
    return tuple(kind for kind, there in kinds.items() if not there)


def path_of(rule_path: str) -> str:
    """Where the cases of the rule in that file lie: `company_rules/tests/ACME001_x.yml`."""
    folder, _, name = rule_path.rpartition("/")
    return "/".join(filter(None, (folder, FOLDER, f"{name.removesuffix('.sql')}.yml")))


def read(text: str, path: str) -> tuple[Case, ...]:
    """The cases in `text`, each with the files of the one that it is like. Raises `ReadError`."""
    node = documents.read_yaml(text, path)
    problems = documents.check(node, "rule-cases") or [*_problems(node)]
    if problems:
        raise ReadError(problems)
    nodes = dict(node.items())
    return tuple(_case(name, nodes, node.keys.get(name, inner.place)) for name, inner in nodes.items())


def _case(name: str, nodes: dict[str, Node], place: Place) -> Case:
    node = nodes[name]
    expect = node.get("expect")
    rows = tuple(_row(row) for row in expect.elements()) if expect else ()
    files: dict[str, str] = {}
    today = TODAY
    for ancestor in reversed([*_line(name, nodes)]):
        today = ancestor.string("today") or today
        files |= {path: n.text for path, n in _files(ancestor)}
        for path in [path for path, n in _files(ancestor) if n.value is None]:
            files.pop(path, None)
    return Case(name, place, files, rows, node.strings("skipped"), today, node.string("like"))


def _line(name: str, nodes: dict[str, Node]) -> Iterator[Node]:
    """The case, the one that it is like, the one that that is like, and so on."""
    while name:
        yield nodes[name]
        name = nodes[name].string("like")


def _row(node: Node) -> Row:
    return Row(*(" ".join(node.string(key).split()) for key in Row._fields))


def _files(node: Node) -> list[tuple[str, Node]]:
    files = node.get("files")
    return list(files.items()) if files else []


def _problems(node: Node) -> Iterator[Problem]:
    """What a schema cannot say about cases."""
    nodes = dict(node.items())
    for name, case in nodes.items():
        place = node.keys.get(name, case.place)
        known = [other for other in nodes if other != name]
        like = case.get("like")
        if like is not None and like.text not in known:
            yield Problem(like.place, f"there is no other case {like.text!r}", did_you_mean(like.text, known))
        elif like is not None and _circular(name, nodes):
            yield Problem(
                like.place, f"the case {name!r} is like itself in the end", "let one case have files of its own"
            )
        for path, inner in _files(case):
            if leaves(path):
                yield Problem(inner.place, f"'{path}' leaves the case's folder", "name a file below it")
        if like is None and PROJECT_FILE not in dict(_files(case)):
            hint = f"every case is a small project: `files: {{{PROJECT_FILE}: ...}}`, or `like:` another case"
            yield Problem(place, f"the case {name!r} has no {PROJECT_FILE}", hint)


def _circular(name: str, nodes: dict[str, Node]) -> bool:
    seen = {name}
    while name := nodes[name].string("like") if name in nodes else "":
        if name in seen:
            return True
        seen.add(name)
    return False
