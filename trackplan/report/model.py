"""The whole report as plain data: the one truth for all of its formats, and the shape of its JSON.

`schemas/report.schema.json` describes it; a test holds the two together.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from trackplan.report.compared import Change

VERSION = 1

Verdict = Literal["green", "yellow", "red", "unknown"]


class Tool(Struct, frozen=True):
    """Which program wrote the report."""

    name: str
    version: str


class Metric(Struct, frozen=True):
    """One of the agreed metrics: `value` is a number or a share from 0 to 1, None where nobody can say.

    `unknown` tells why, `text` is the value for people, `counted` and `among` are what it is a share of, in words.
    """

    id: str
    title: str
    better: str
    unit: str
    value: float | None
    text: str
    counted: str
    among: str
    numerator: int
    denominator: int | None
    why: str
    unknown: str


class Blind(Struct, frozen=True):
    """Something that could not be analysed: what, in plain words, what follows from it, how often, and where first."""

    kind: str
    title: str
    effect: str
    count: int
    places: tuple[str, ...] = ()


class Subject(Struct, frozen=True):
    """What is judged: a field, a stored column in which no field lands, or a need that nothing matches.

    `group` is the event, table or use case that it belongs to. `used` is None where nobody can say. `less` is the
    smallest form that would do, '' where nothing less would. `landing` are the columns that hold a field.
    `classes` counts the consumers by their class. `proposal` is what `trackplan prune` calls its removal.
    """

    id: str
    kind: str
    group: str
    name: str
    status: str
    used: bool | None
    reason: str
    type: str = ""
    description: str = ""
    owner: str = ""
    category: str = ""
    sensitivity: str = ""
    personal: bool = False
    evidence: str = ""
    less: str = ""
    shadow: bool = False
    star_only: bool = False
    volume: int | None = None
    introduced: str = ""
    expires: str = ""
    place: str = ""
    proposal: str = ""
    destinations: tuple[str, ...] = ()
    landing: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Consumer(Struct, frozen=True):
    """Who finally uses data. `takes` are the ids of the subjects that it uses."""

    id: str
    kind: str
    use: str
    title: str
    owner: str
    counts: bool
    use_cases: tuple[str, ...]
    takes: int


class Need(Struct, frozen=True):
    """What a use case asks for, why, and how many events, fields and columns that selects."""

    selector: str
    why: str
    matches: int


class UseCase(Struct, frozen=True):
    """A declared purpose. `fields` are the subjects that are needed, those that are named first.

    `state` tells whether it counts today, `signature` is `signed`, `changed` since, or `missing`. `review` is `due`
    where it is overdue, `missing` without a day, else `set`. `idle` counts the fields that nobody uses yet.
    """

    id: str
    title: str
    owner: str
    metric: str
    goal: str
    moves: str
    stage: str
    horizon: str
    review_by: str
    review: str
    legal_basis: str
    special_category_basis: str
    data_use: str
    retention: str
    state: str
    signature: str
    signed_by: str
    signed_on: str
    fingerprint: str
    data_subjects: tuple[str, ...]
    recipients: tuple[str, ...]
    transfers: tuple[str, ...]
    assumptions: tuple[str, ...]
    needs: tuple[Need, ...]
    consumers: tuple[str, ...]
    missing_consumers: tuple[str, ...]
    fields: tuple[str, ...]
    named: int
    personal: int
    idle: int
    gaps: int
    place: str


class Category(Struct, frozen=True):
    """Data on people of one category: how many fields, how many of them go where, and how many are waste."""

    category: str
    sensitivity: str
    fields: int
    used: int
    waste: int
    destinations: dict[str, int]
    classes: dict[str, int]


class Proposal(Struct, frozen=True):
    """What can go together, by the id that `trackplan prune` gives it.

    `risk` is 1 where nobody reads it, 2 where only models carry it, 3 for whole events and tables; `waits` tells what
    has to be cleared first, '' where nothing is known. Values, bytes and money are by month.
    """

    id: str
    title: str
    action: str
    owner: str
    risk: int
    waits: str
    subjects: tuple[str, ...]
    fields: int
    columns: int
    tables: int
    personal: int
    values: int | None = None
    bytes: int | None = None
    money: float | None = None
    currency: str = ""


class Cause(Struct, frozen=True):
    """One of the five causes of findings, and what stops it at its source."""

    cause: str
    findings: int
    meaning: str
    countermeasure: str


class Adoption(Struct, frozen=True):
    """A tool: how much it receives, how much of that is used, and how much nobody can say of."""

    kind: str
    name: str
    receives: int
    used: int
    unknown: int
    share: float | None
    verdict: Verdict


class Stage(Struct, frozen=True):
    """A stage of the customer journey: its use cases, and the data on it that is used, idle, waste or missing."""

    stage: str
    use_cases: tuple[str, ...]
    used: int
    idle: int
    waste: int
    unmet: tuple[str, ...]
    verdict: str


class Overlap(Struct, frozen=True):
    """Things of one kind that are nearly the same: what `common` of `most` parts are in all or nearly all of them."""

    kind: str
    members: tuple[str, ...]
    common: int
    most: int
    share: float


class Flows(Struct, frozen=True):
    """Where data goes, as a graph of numbers: `columns` are a relation's number and a name.

    `fields` are the columns in which a subject lies, by its place in the inventory; `passes` takes a column's value to
    columns of models, `steers` lets a column decide about the rows of a relation, `takes` gives it to a consumer.
    """

    relations: tuple[str, ...]
    raw: tuple[int, ...]
    columns: tuple[tuple[int, str], ...]
    fields: tuple[tuple[int, ...], ...]
    passes: tuple[tuple[int, int], ...]
    steers: tuple[tuple[int, int, str], ...]
    takes: tuple[tuple[int, int, str], ...]
    rows: tuple[tuple[int, int], ...]


class Review(Struct, frozen=True):
    """The report. `quadrants` counts the inventory by status; `findings` what the rules found, by severity."""

    version: int
    tool: Tool
    title: str
    today: str
    complete: bool
    metrics: tuple[Metric, ...]
    quadrants: dict[str, int]
    findings: dict[str, int]
    evidence: dict[str, int]
    notes: tuple[str, ...]
    blind: tuple[Blind, ...]
    inventory: tuple[Subject, ...]
    consumers: tuple[Consumer, ...]
    use_cases: tuple[UseCase, ...]
    categories: tuple[Category, ...]
    proposals: tuple[Proposal, ...]
    causes: tuple[Cause, ...]
    adoption: tuple[Adoption, ...]
    journey: tuple[Stage, ...]
    overlaps: tuple[Overlap, ...]
    flows: Flows
    change: Change | None = field(default=None)
