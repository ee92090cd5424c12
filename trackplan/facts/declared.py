"""What files declare, before it is given keys and linked: the plain data that every reader yields."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from trackplan.findings import Place
from trackplan.taxonomy import Noun

EventType = Literal["track", "identify", "group", "page", "screen", "context"]
Status = Literal["planned", "active", "deprecated", "blocked"]
UseCaseStatus = Literal["proposed", "active", "retired"]
Sensitivity = Literal["", "none", "internal", "personal", "special"]
UnclearReason = Literal["syntax", "template", "dynamic", "unsupported"]
RelationKind = Literal["table", "view", "model", "seed", "snapshot"]
ConsumerClass = Literal["person", "dashboard", "export", "ml", "test", "build", "model"]

# Where nobody else is declared, the models that nothing but these reads stand in as consumers.
IDLE: frozenset[ConsumerClass] = frozenset({"test", "build"})

# What the use by a consumer of this kind amounts to, unless it is said; by a kind that is not here, people use it.
CLASSES: dict[str, ConsumerClass] = {
    "analysis": "person",
    "application": "export",
    "backfill": "build",
    "build": "build",
    "dashboard": "dashboard",
    "export": "export",
    "exposure": "dashboard",
    "metric": "dashboard",
    "ml": "ml",
    "model": "model",
    "notebook": "person",
    "query": "person",
    "report": "dashboard",
    "semantic_model": "dashboard",
    "sync": "export",
    "test": "test",
}


class Field(Struct, frozen=True):
    """A property or trait. `types` are JSON types without null; `columns` are the column ids it names itself."""

    name: str
    place: Place
    types: tuple[str, ...] = ()
    required: bool = False
    values: tuple[str, ...] | None = None
    description: str = ""
    owner: str = ""
    sensitivity: Sensitivity = ""
    status: Status = "active"
    introduced: str | None = None
    expires: str | None = None
    tags: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()


class Event(Struct, frozen=True):
    """A collected call. `name` is `$identify`, `$group`, `$page`, `$screen` or `$context` for the unnamed types.

    `volume` is about how many come in a month.
    """

    name: str
    type: EventType
    place: Place
    description: str = ""
    owner: str = ""
    status: Status = "active"
    introduced: str | None = None
    expires: str | None = None
    tags: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    volume: int | None = None
    fields: tuple[Field, ...] = ()


class Plan(Struct, frozen=True):
    """A tracking plan; `name` is empty where the file does not say one."""

    name: str
    format: str
    place: Place
    owner: str = ""
    description: str = ""
    events: tuple[Event, ...] = ()


class Column(Struct, frozen=True, array_like=True, gc=False):
    """A declared column; `columns` are the members of a struct (also of an array of structs).

    What is `passed_over` gets no value of an INSERT that names no columns.
    A warehouse has many: a struct is made several times as fast as a frozen dataclass.
    """

    name: str
    place: Place
    type: str = ""
    description: str = ""
    sensitivity: Sensitivity = ""
    tags: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    passed_over: bool = False


class Table(Struct, frozen=True):
    """A declared relation. `parts` are its folded name, outermost first.

    `complete` tells whether `columns` are all it has (a CREATE TABLE) or only those that somebody documents (dbt).
    `aliases` are further names under which SQL may ask for it (a dbt source's logical name); `source` tells that
    somebody outside of the project fills it, so that no model of the same name does. One that is
    `anywhere` may be in another schema.
    """

    parts: tuple[str, ...]
    kind: RelationKind
    place: Place
    complete: bool
    columns: tuple[Column, ...] = ()
    description: str = ""
    owner: str = ""
    aliases: tuple[tuple[str, ...], ...] = ()
    source: bool = False
    anywhere: bool = False
    stored: tuple[tuple[str, ...], ...] = ()


class Taken(Struct, frozen=True):
    """A relation that a declared consumer takes: whole where `columns` is None, else these columns."""

    parts: tuple[str, ...]
    place: Place
    columns: tuple[str, ...] | None = None


class Consumer(Struct, frozen=True):
    """Who finally uses data; `takes` is what one takes that is not written in SQL, such as a dbt exposure.

    `said` is the class that somebody gave it; `use` is what counts: that class, else the one of its kind.
    """

    kind: str
    name: str
    place: Place
    title: str = ""
    owner: str = ""
    takes: tuple[Taken, ...] = ()
    said: ConsumerClass | None = None

    @property
    def use(self) -> ConsumerClass:
        """What its use amounts to: whether a person looks at the data, it is sent on, or only tested."""
        return self.said or CLASSES.get(self.kind, "person")


class Need(Struct, frozen=True):
    """One entry of a use case's `needs`, braces not yet multiplied out."""

    selector: str
    place: Place
    why: str = ""


class SignOff(Struct, frozen=True):
    """Who agreed to a use case, when, and to which content (`UseCase.fingerprint`)."""

    by: str
    on: str
    content: str


class UseCase(Struct, frozen=True):
    """A declared strategic purpose. `consumers` are selectors of consumers that serve it, with their places.

    `words` are what it says in the words of the taxonomy, each with its noun and place. `transfers` are countries with
    what protects the data there. `fingerprint` changes with everything that is said of it but the sign-off.
    """

    id: str
    place: Place
    title: str = ""
    owner: str = ""
    metric: str = ""
    goal: str = ""
    moves: str = ""
    stage: str = ""
    horizon: str | None = None
    review_by: str | None = None
    legal_basis: str = ""
    data_use: str = ""
    retention: str = ""
    status: UseCaseStatus = "active"
    special_category_basis: str = ""
    data_subjects: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    transfers: tuple[tuple[str, str], ...] = ()
    assumptions: tuple[str, ...] = ()
    words: tuple[tuple[Noun, str, Place], ...] = ()
    sign_off: SignOff | None = None
    fingerprint: str = ""
    needs: tuple[Need, ...] = ()
    consumers: tuple[tuple[str, Place], ...] = ()


class Tombstone(Struct, frozen=True):
    """Something that was pruned: its id, when, by whom, why, and by which proposal."""

    id: str
    place: Place
    pruned: str = ""
    by: str = ""
    reason: str = ""
    proposal: str = ""


class Term(Struct, frozen=True):
    """A word of a taxonomy: a `data category`, `data use` or `data subject`, and the one that took over from it."""

    noun: str
    key: str
    place: Place
    replaced_by: str = ""


class Sql(Struct, frozen=True):
    """A text of SQL to compile, and what it is for.

    `rendered` is false where template code is left in it, so that nobody knows what it reads. `unclear` is a reason (of
    the table `unresolved`) and a clause for people, where its reader already knows that it is not followed.
    `relation` is the folded name of the relation that a bare SELECT in it builds (models); None for a consumer's.
    `consumer` is the consumer whose query this is, None for a model.
    `place` is the file. A `text` rendered from a template has an `origin`, which leads back to the file's lines, and a
    `template` where another text of that file can be rendered alone: under which key it is kept how.
    """

    text: str
    dialect: str
    place: Place
    relation: tuple[str, ...] | None = None
    consumer: Consumer | None = None
    rendered: bool = True
    unclear: tuple[UnclearReason, str] | None = None
    origin: tuple[tuple[int, int, int, int, int], ...] = ()
    template: bytes = b""


Declaration = Plan | Table | Consumer | UseCase | Tombstone | Term | Sql
