"""What compiling a SQL text gives: a small symbolic record of its statements, free of any schema.

A statement holds scopes (one per SELECT, set operation, UNNEST …); scopes hold sources, outputs and references.
Names are folded as the dialect folds them; positions are character offsets into the text. All of it
can be written to bytes and read again (msgspec), so that a text is compiled once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

How = Literal["output", "filter", "join", "group", "order", "window", "distinct", "star"]
Span = tuple[int, int]
"""Start and end offset of a piece of text; `(-1, -1)` where it has none."""

NOWHERE: Span = (-1, -1)

NOTHING_LEFT = "*"
"""In place of the columns that a statement sets: it takes all rows away."""


class Ref(Struct, tag=True, array_like=True, gc=False):
    """A column reference. `source` is `(scopes up, index)` where the qualifier says which source, else None.

    `path` is the way into a struct or JSON value, segments joined by dots; `into` the place in the output's own
    structure where the value goes; `clear` tells that the value keeps its structure, so that a path asked of the
    output goes on inside it (see `ORDERED`). `late` references stand behind the select list (HAVING, QUALIFY) and may
    name its aliases; in ORDER BY, they are nothing but a name.

    `transform` is the first step on the way that keeps only a part of what the value says: '' where it is taken as it
    is, `cast`, `counted` (only whether there is a value), `truncated to month` (or another unit), `equality` (compared
    by = or IN with constants), `range` (by < and the like), `joined` (by = with another column), `aggregated`,
    `hashed`, `extracted` (a part of a text or a date), `computed` (anything else).

    With `hidden`, the name is that of something else, such as a lambda's parameter; a column may take its place.
    """

    source: tuple[int, int] | None
    name: str
    path: str
    how: How
    into: str
    clear: bool | int
    span: Span
    late: bool = False
    transform: str = ""
    hidden: bool = False


class ScopeRef(Struct, tag=True, array_like=True, gc=False):
    """A subquery inside an expression: its rows, and with `values` what it selects too.

    With `row`, it gives a struct of all that it selects: `SELECT AS STRUCT`.
    """

    scope: int
    values: bool
    path: str
    how: How
    into: str
    clear: bool | int
    row: bool = False


class StarRef(Struct, tag=True, array_like=True, gc=False):
    """Every column of one source (`(0, index)`) or of all (None), inside an expression: `count(distinct *)`.

    `(up, -1)` are all sources of a scope around it. With a `pattern`, only columns whose whole name matches it,
    whatever its case.
    """

    source: tuple[int, int] | None
    how: How
    span: Span
    pattern: str = ""


class Called(Struct, tag=True, array_like=True):
    """A call of what may be a function of the project: one that reads tables gives what it reads there, too.

    `given` is what its arguments are made of, and `texts` those that are constant texts, with their numbers; where the
    function is not known, all of it counts. `space` is what stands before its name.
    """

    name: str
    how: How
    into: str
    given: list[list[Reference]] = []
    texts: list[tuple[int, str]] = []
    space: tuple[str, ...] = ()


class Member(Struct, tag=True, array_like=True, gc=False):
    """A member of a struct that rests on nothing, where order decides which one it is; see `UNTOLD`."""

    into: str


class OutputRef(Struct, tag=True, array_like=True, gc=False):
    """An output of the same SELECT: by ordinal (`group by 1`), or 0 for all, or -1 for all without aggregates."""

    ordinal: int
    how: How


Reference = Ref | ScopeRef | StarRef | OutputRef | Called | Member


def called(name: str) -> str:
    """The name under which what the function `name` gives is kept, so that no table has it."""
    return f"{name.rpartition('.')[2].lower()}()"


class Source(Struct, tag=True, array_like=True, gc=False):
    """An entry of FROM: a relation by name (`parts`) or a scope. `columns` renames its columns by position.

    `in_star` is false for what only the join condition sees: the right side of a semi or anti join. What stands `apart`
    follows a comma.
    """

    alias: str
    parts: tuple[str, ...] = ()
    scope: int = -1
    columns: tuple[str, ...] = ()
    in_star: bool = True
    span: Span = NOWHERE
    using: tuple[str, ...] = ()
    natural: bool = False
    apart: bool = False


class Star(Struct, tag=True, array_like=True):
    """`*` or `t.*` in a select list. `source` is None for all sources, -1 for none; `replace` gives new values by name.

    `subset` tells that only an unknown part of the columns is meant (`COLUMNS('…')`, `* LIKE …`), or that nobody knows
    what they are called; with a `pattern`, only columns whose whole name matches it (whatever its case) are, and when
    it is `exact` all of those under their own names. With `members`, it stands for the members of the struct that its
    item is made of: `column.*`, `f(x).*`.
    """

    source: int | None
    exclude: frozenset[str] = frozenset()
    replace: dict[str, list[Reference]] = field(default_factory=dict)
    rename: dict[str, str] = field(default_factory=dict)
    subset: bool = False
    members: bool = False
    pattern: str = ""
    exact: bool = False


class Output(Struct, tag=True, array_like=True):
    """One item of a select list: a name with what flows into it, or a star with what else its values are made of."""

    name: str
    refs: list[Reference]
    span: Span
    aggregate: bool = False
    star: Star | None = None


class Select(Struct, tag=True, array_like=True):
    """One SELECT. `rows` are the references that decide which rows there are; `parent` is for correlation.

    Where it is `single`, there is one row on any data, and these decide what is in it. Subqueries from the number
    `late` on stand behind the select list.
    """

    parent: int
    sources: list[Source] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    rows: list[Reference] = field(default_factory=list)
    single: bool = False
    late: int = 0


class Union(Struct, tag=True, array_like=True):
    """A set operation; `distinct` for all but UNION ALL, so that every column decides which rows there are."""

    members: list[int]
    distinct: bool
    by_name: bool
    parent: int = -1
    rows: list[Reference] = field(default_factory=list)


class Opaque(Struct, tag=True, array_like=True):
    """Something in FROM whose inside is not followed: any column asked of it takes all of `refs`.

    `names` are its columns where the text says them, `closed` tells that it has no others. With `structured`, any other
    column asked of it is that member of the (array of structs in the) references, as UNNEST gives. With `listed`, its
    first column is an element of the list that the references make, and the list's length alone decides its rows. It
    sees the sources `before` it in its FROM. Of some columns it is known what `each` is made of, by lower-case names.
    """

    parent: int
    refs: list[Reference] = field(default_factory=list)
    names: tuple[str, ...] = ()
    closed: bool = False
    structured: bool = False
    listed: bool = False
    before: int | None = None
    each: dict[str, list[Reference]] = field(default_factory=dict)


Scope = Select | Union | Opaque


class Statement(Struct, tag=True, array_like=True):
    """A statement that was understood. `target` is what it creates or fills, () for a plain query.

    `columns` are the names its target's column list gives; `insert` tells that the target is filled by position.
    With `existing`, the target is a table that is there already, and may be read by the statement itself; with
    `partial` it changes values or takes rows away, so that it says nothing about which columns there are. `calls` are
    the functions that it calls and that may be the project's: whether it reads them like a table, and the common table
    expressions in sight, which some databases take for the tables that the function reads. `sets` are columns of the
    target that get a new value in every row; `NOTHING_LEFT` where all rows are gone. `fixed` are those that an
    INSERT gives one value by name, and the others by position.
    """

    scope: int
    scopes: list[Scope]
    target: tuple[str, ...]
    span: Span
    columns: tuple[str, ...] = ()
    insert: bool = False
    temporary: bool = False
    view: bool = False
    existing: bool = False
    partial: bool = False
    calls: dict[str, tuple[bool, frozenset[str]]] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()

    @property
    def routine(self) -> bool:
        """Whether it is a function: its target is what a call gives."""
        return bool(self.target) and self.target[-1].endswith("()")

    def sources(self) -> Iterator[Source]:
        """Every entry of FROM, whatever query of the statement it stands in."""
        for scope in self.scopes:
            if isinstance(scope, Select):
                yield from scope.sources


class NotUnderstood(Struct, tag=True, array_like=True):
    """A statement that was not: why, and every word in it, in lower case, since each may name something it uses.

    With `named`, its words name every column that it takes, but for those of a `star`, and it is a statement as well.
    """

    reason: Literal["syntax", "template", "dynamic", "unsupported", "circular"]
    detail: str
    words: frozenset[str]
    star: bool
    span: Span
    named: bool = False


class Definition(Struct, tag=True, array_like=True):
    """A CREATE TABLE in a script: the names of its columns in their order, with where each is written.

    An INSERT that names no columns gives nothing to those `passed_over`.
    """

    target: tuple[str, ...]
    columns: tuple[tuple[str, Span], ...]
    temporary: bool
    passed_over: tuple[str, ...] = ()


class Helper(Struct, tag=True, array_like=True):
    """A function that makes one value of its parameters alone: what it takes of them.

    A parameter that is a key stands in a path as `HOLE` and its number. `calls` are the functions that it calls itself;
    none of them may be the project's. The `typed` parameters, by number, name the members of a struct themselves.
    """

    name: tuple[str, ...]
    parameters: list[str]
    refs: list[Ref]
    temporary: bool
    calls: list[str] = []
    typed: list[int] = []


class Record(Struct, tag=True, array_like=True):
    """A compiled text: its statements in order. Statements that touch no data (SET, GRANT …) are left out.

    `routines` are the functions that it defines and that read tables, each as a statement that gives what a call gives;
    `helpers` are others, that make one value of their parameters.
    """

    statements: list[Statement | NotUnderstood]
    definitions: list[Definition] = field(default_factory=list)
    routines: list[Statement] = field(default_factory=list)
    helpers: list[Helper] = field(default_factory=list)
