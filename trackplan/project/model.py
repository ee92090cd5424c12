"""What a project file says, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from trackplan.project.accountability import Accountability
from trackplan.project.data_policy import CategoryPolicy, Kept
from trackplan.project.exemptions import Exemption
from trackplan.project.pruning import Pruning
from trackplan.project.rules import RuleSettings
from trackplan.project.scorecard import Scorecard

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.findings import Place
    from trackplan.tree import Tree

BASELINE_FILE = "trackplan-baseline.yaml"


class Source(Struct, frozen=True):
    """One entry of a kind of input, such as `plans` or `dbt`: a glob and how to read it.

    `name` is a plan's name, `kind` a consumer's kind (`dashboard`, `query`, ...) and `use` its class, `relation` the
    template that names a model's relation from the parts of the path that the wildcards matched (`{1}.{2}`).
    """

    path: str
    place: Place
    name: str = ""
    format: str = ""
    dialect: str = ""
    kind: str = ""
    relation: str = ""
    use: str = ""
    manifest: str = ""
    catalog: str = ""


class Landing(Struct, frozen=True):
    """How the events of a plan become tables.

    `segment`: one table per event in `schema`. `json-column`: all events in `table`, their properties as keys of
    `column` (and, if given, traits in `traits_column`, context fields in `context_column`). The place is that of the
    plan's name.
    """

    plan: str
    convention: str
    place: Place
    schema: str = ""
    table: str = ""
    column: str = ""
    traits_column: str = ""
    context_column: str = ""


class Policy(Struct, frozen=True):
    """The team's settings for judging. `counting` are the classes of consumers that make a field used.

    `reasons` tells whether suppressions must give one; `kept` how long tables keep their rows.
    """

    planning_horizon_months: int = 24
    personal_data_needs: str = "explicit"
    grace_days: int = 90
    minimum_coverage: float = 0.95
    counting: tuple[str, ...] = ("person", "dashboard", "export", "ml", "model")
    reasons: bool = True
    personal_data: tuple[CategoryPolicy, ...] = ()
    kept: tuple[Kept, ...] = ()


class Project(Struct, frozen=True):
    """A project file, checked. `tree` is what lies in its folder, `path` its name there.

    `baseline` is the file with findings that are put up with, empty where the project file names none; `extended` are
    the files whose settings it takes on, by their paths from here.
    """

    tree: Tree
    path: str
    dialect: str = ""
    plans: tuple[Source, ...] = ()
    use_cases: tuple[Source, ...] = ()
    warehouse: tuple[Source, ...] = ()
    models: tuple[Source, ...] = ()
    consumers: tuple[Source, ...] = ()
    tombstones: tuple[Source, ...] = ()
    dictionary: tuple[Source, ...] = ()
    taxonomy: tuple[Source, ...] = ()
    dbt: tuple[Source, ...] = ()
    landing: tuple[Landing, ...] = ()
    policy: Policy = field(default_factory=Policy)
    pruning: Pruning = field(default_factory=Pruning)
    scorecard: Scorecard = field(default_factory=Scorecard)
    accountability: Accountability = field(default_factory=Accountability)
    rules: RuleSettings = field(default_factory=RuleSettings)
    exemptions: tuple[Exemption, ...] = ()
    baseline: str = ""
    extended: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        """The folder of the project file."""
        return self.tree.root
