"""Random expressions and conditions over columns at hand, for random pipelines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

TEXTS = ("web", "app", "mail", "refund", "a", "b", "north", "7")


@dataclass(frozen=True, slots=True)
class Ref:
    """A column that a query may name: how it is written, its plain name, its DuckDB type, the keys of its JSON."""

    text: str
    name: str
    type: str
    keys: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """One of number, text, boolean, time, struct, list, json, other."""
        if self.type == "JSON":
            return "json"
        if self.type.endswith("[]"):
            return "list"
        for start, kind in _KINDS:
            if self.type.startswith(start):
                return kind
        return "other"


_KINDS = (
    ("STRUCT", "struct"),
    ("VARCHAR", "text"),
    ("BOOLEAN", "boolean"),
    ("TIMESTAMP", "time"),
    ("DATE", "time"),
    ("DECIMAL", "number"),
    ("DOUBLE", "number"),
    ("FLOAT", "number"),
    ("INTEGER", "number"),
    ("BIGINT", "number"),
    ("HUGEINT", "number"),
)


def expression(chance: Random, refs: list[Ref], depth: int = 1) -> str:
    """Give an expression over one or more of `refs`; it may turn out not to be valid."""
    ref = chance.choice(refs)
    if chance.random() < 0.45:
        return ref.text
    others = [r for r in refs if r.kind == ref.kind and r.text != ref.text]
    if not others and ref.kind in ("number", "text", "boolean", "time") and chance.random() < 0.5:
        return ref.text
    other = chance.choice(others or [ref])
    match ref.kind:
        case "number":
            return _number(chance, ref, other, refs, depth)
        case "text":
            choices = (f"upper({ref.text})", f"coalesce({ref.text}, {other.text})", f"{ref.text} || {other.text}")
            return chance.choice((*choices, f"length({ref.text})", f"try_cast({ref.text} as int)"))
        case "boolean":
            return chance.choice((f"not {ref.text}", f"{ref.text} or {other.text}", f"{ref.text}::int"))
        case "time":
            parts = (f"date_trunc('week', {ref.text})", f"extract(day from {ref.text})", f"cast({ref.text} as date)")
            return chance.choice((*parts, f"{ref.text} + interval 3 day", f"least({ref.text}, {other.text})"))
        case "list":
            return chance.choice((f"len({ref.text})", f"{ref.text}[1]", f"list_sort({ref.text})"))
        case "struct":
            return member(chance, ref)
        case "json":
            return key(chance, ref)
    return ref.text


def _number(chance: Random, ref: Ref, other: Ref, refs: list[Ref], depth: int) -> str:
    choices = [
        f"{ref.text} + {other.text}",
        f"{ref.text} * 2",
        f"{ref.text} % 3",
        f"coalesce({ref.text}, {other.text}, 0)",
        f"greatest({ref.text}, {other.text})",
        f"round({ref.text} / 3, 1)",
    ]
    if depth:
        choices.append(f"case when {condition(chance, refs, 0)} then {ref.text} else {other.text} end")
    return chance.choice(choices)


def member(chance: Random, ref: Ref) -> str:
    """Read one member of a struct, in one of the ways in which people write it."""
    name = chance.choice(("x", "y", "city"))
    return chance.choice((f"{ref.text}.{name}", f"{ref.text}['{name}']", f"struct_extract({ref.text}, '{name}')"))


def key(chance: Random, ref: Ref) -> str:
    """Read one key of a JSON value."""
    name = chance.choice(ref.keys or ("step", "cart", "note"))
    return chance.choice(
        (
            f"{ref.text} ->> '{name}'",
            f"({ref.text} ->> '$.{name}')",
            f"json_extract_string({ref.text}, '$.{name}')",
            f"json_extract_string({ref.text}, '{name}')",
            f"({ref.text} -> '{name}')::varchar",
        )
    )


def condition(chance: Random, refs: list[Ref], depth: int = 1) -> str:
    """Give a condition that some rows meet and others do not."""
    ref = chance.choice(refs)
    if depth and chance.random() < 0.25:
        joined = chance.choice((" and ", " or "))
        return f"({condition(chance, refs, 0)}{joined}{condition(chance, refs, 0)})"
    others = [r for r in refs if r.kind == ref.kind and r.text != ref.text]
    if others and ref.kind in ("number", "text", "time") and chance.random() < 0.2:
        return f"{ref.text} {chance.choice(('<', '<>', '>='))} {chance.choice(others).text}"
    match ref.kind:
        case "number":
            number = chance.randrange(1, 6)
            return chance.choice((f"{ref.text} > {number}", f"{ref.text} <= {number}", f"{ref.text} in (1, 3, 5, 6)"))
        case "text":
            one, two = chance.sample(TEXTS, 2)
            shapes = (f"{ref.text} in ('{one}', '{two}', 'x_1')", f"{ref.text} <> '{one}'", f"{ref.text} like '%a%'")
            return chance.choice(shapes)
        case "boolean":
            return chance.choice((ref.text, f"not {ref.text}", f"coalesce({ref.text}, true)"))
        case "time":
            return f"{ref.text} {chance.choice(('<', '>='))} date '2026-01-{chance.randrange(8, 30):02}'"
        case "list":
            return f"len({ref.text}) > 1"
        case "struct":
            return f"{ref.text}.x > {chance.randrange(1, 5)}"
        case "json":
            return f"({key(chance, ref)}) is not null"
    return f"{ref.text} is not null"
