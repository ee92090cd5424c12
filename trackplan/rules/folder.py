"""A folder of rules with their cases: ours, or one of a team's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan import resources
from trackplan.rules import cases
from trackplan.rules.catalogue import read, shipped
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from trackplan.findings import Failed
    from trackplan.project import Project
    from trackplan.rules.base import Rule
    from trackplan.rules.cases import Case
    from trackplan.tree import Tree


@dataclass(frozen=True, slots=True)
class Folder:
    """The rules in a folder and what is wrong with some of them; all paths are those of `tree`."""

    tree: Tree
    rules: tuple[Rule, ...]
    failed: tuple[Failed, ...] = ()

    def cases(self, rule: Rule) -> tuple[Case, ...]:
        """The cases of one of the rules; none where it has no file of cases. Raises `ReadError`."""
        path = self.cases_path(rule)
        return cases.read(self.tree.read_text(path), path) if self.tree.exists(path) else ()

    def cases_path(self, rule: Rule) -> str:
        """Where the cases of a rule lie, or should."""
        path = cases.path_of(rule.path)
        return path.replace(f"rules/{cases.FOLDER}", resources.CASES, 1) if rule.shipped else path


def ours() -> Folder:
    """The rules that come with trackplan."""
    return Folder(WorkTree(resources.folder("rules").parent), shipped())


def of(rule: Rule, project: Project | None) -> Folder:
    """The folder of a rule that a project has."""
    return ours() if rule.shipped or project is None else Folder(project.tree, (rule,))


def opened(path: Path) -> Folder:
    """The rules in the folder at `path`; their paths begin where we are, or with the folder's own name."""
    whole = path.resolve()
    if whole == resources.folder("rules").resolve():
        return ours()
    here = Path().resolve()
    tree = WorkTree(here if here in whole.parents else whole.parent)
    name = whole.relative_to(tree.root).as_posix()
    return Folder(tree, *read(tree, tree.glob(f"{name}/*.sql")))
