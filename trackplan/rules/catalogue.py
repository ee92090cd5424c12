"""`rules/*.sql` and the project's own folders of rules → the catalogue; a broken file takes only itself away."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import resources
from trackplan.errors import InputError, ProjectError, ReadError
from trackplan.findings import Failed, Place, Problem
from trackplan.rules.base import Rule
from trackplan.rules.header import parse
from trackplan.rules.validation import problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.project import Project
    from trackplan.tree import Tree

_STEM = re.compile(r"([A-Z]{2,12}[0-9]{3})_([a-z0-9_]+)")


class Catalogue(Struct, frozen=True):
    """The rules, sorted by id, retired ones too; and those that cannot be used because of what their files say."""

    rules: tuple[Rule, ...]
    failed: tuple[Failed, ...] = ()


def load(project: Project) -> Catalogue:
    """All rules, ours and the project's.

    Raises `ProjectError` (everything at once) where the project's settings name a rule, an option, a value or a folder
    that is not there.
    """
    own, failed = read(project.tree, _files(project))
    rules, taken = _apart([*shipped(), *own])
    failed = (*failed, *taken)
    wrong = [*problems(project, rules, failed)]
    if wrong:
        raise ProjectError(wrong)
    return Catalogue(rules, failed)


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """The rules that come with trackplan, sorted by file name."""
    files = sorted(resources.folder("rules").glob("*.sql"))
    return tuple(parse(file.read_text(encoding="utf-8"), f"rules/{file.name}", shipped=True) for file in files)


def read(tree: Tree, paths: Iterable[str]) -> tuple[tuple[Rule, ...], tuple[Failed, ...]]:
    """The rules in these files, and what keeps some of them from being used."""
    rules: list[Rule] = []
    failed: list[Failed] = []
    for path in paths:
        try:
            rules.append(parse(tree.read_text(path), path))
        except InputError as error:
            failed += [Failed(*_named(path), p.place, p.message, p.hint) for p in error.problems]
    return tuple(rules), tuple(failed)


def _files(project: Project) -> list[str]:
    """The files of the project's own folders of rules. Raises `ProjectError` for a folder without any."""
    found: list[str] = []
    wrong: list[Problem] = []
    for folder in project.rules.extend:
        place = project.rules.place("extend", folder, default=Place(project.path))
        try:
            paths = project.tree.glob(f"{folder.rstrip('/')}/*.sql")
        except ReadError as error:
            wrong += error.problems
            continue
        if not paths:
            message = f"rules.extend names {folder!r}, which holds no rule (*.sql) of this project"
            wrong.append(Problem(place, message, "name a folder below the project file's", "no-match"))
        found += [path for path in paths if path not in found]
    if wrong:
        raise ProjectError(wrong)
    return found


def _apart(rules: Iterable[Rule]) -> tuple[tuple[Rule, ...], tuple[Failed, ...]]:
    """The rules sorted by id, without those whose id or name another one has already."""
    seen: dict[str, Rule] = {}
    kept: list[Rule] = []
    failed: list[Failed] = []
    for rule in rules:
        word = next((word for word in (rule.id, rule.name) if word in seen), "")
        if word:
            message = f"{word} is already taken by {seen[word].path}"
            failed.append(Failed(rule.id, rule.name, Place(rule.path), message, "choose another one"))
            continue
        seen |= {rule.id: rule, rule.name: rule}
        kept.append(rule)
    return tuple(sorted(kept, key=lambda rule: rule.id)), tuple(failed)


def _named(path: str) -> tuple[str, str]:
    """The id and name that a rule's file says by its own name."""
    stem = path.rpartition("/")[2].removesuffix(".sql")
    match = _STEM.fullmatch(stem)
    return (match[1], match[2].replace("_", "-")) if match else ("", stem)
