"""Random expressions and conditions over columns at hand, for random pipelines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.judge.members import element, entry, key, member

if TYPE_CHECKING:
    from random import Random

TEXTS = ("web", "app", "mail", "refund", "a", "b", "north", "7")
PLAIN = ("number", "text", "boolean", "time")


@dataclass(frozen=True, slots=True)
class Ref:
    """A column that a query may name: how it is written, its plain name, its DuckDB type.

    `members` are the keys of its JSON, or the members of its struct or of the structs in its list.
    """

    text: str
    name: str
    type: str
    members: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """One of number, text, boolean, time, struct, list, json, map, other."""
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
    ("MAP", "map"),
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


def like(ref: Ref, refs: list[Ref]) -> list[Ref]:
    """Give the other columns of the same kind, else the column itself."""
    return [other for other in refs if other.kind == ref.kind and other.text != ref.text] or [ref]


def expression(chance: Random, refs: list[Ref], depth: int = 1) -> str:
    """Give an expression over one or more of `refs`; it may turn out not to be valid."""
    ref = chance.choice(refs)
    if chance.random() < (0.4 if ref.kind in PLAIN else 0.15):
        return ref.text
    other = chance.choice(like(ref, refs))
    if other is ref and ref.kind in PLAIN and chance.random() < 0.4:
        return ref.text
    match ref.kind:
        case "number":
            return _number(chance, ref, other, refs, depth)
        case "text":
            return _text(chance, ref, other, refs, depth)
        case "boolean":
            return chance.choice((f"not {ref.text}", f"{ref.text} or {other.text}", f"{ref.text}::int"))
        case "time":
            return _time(chance, ref, other)
        case "list":
            return element(chance, ref, chance.choice(refs))
        case "struct":
            return member(chance, ref)
        case "json":
            return key(chance, ref)
        case "map":
            return entry(chance, ref)
    return ref.text


def _number(chance: Random, ref: Ref, other: Ref, refs: list[Ref], depth: int) -> str:
    one, two = ref.text, other.text
    choices = [
        f"{one} + {two}",
        f"{one} * 2",
        f"{one} % 3",
        f"coalesce({one}, {two}, 0)",
        f"greatest({one}, {two})",
        f"nullif({one}, {two})",
        f"round({one} / 3, 1)",
        f"{one}::varchar",
        f"({one} is distinct from {two})",
        f"printf('%s-%s', {one}::varchar, {two}::varchar)",
    ]
    if depth:
        choices.append(f"case when {condition(chance, refs, 0)} then {one} else {two} end")
        choices.append(f"if({condition(chance, refs, 0)}, {one}, 0)")
        choices.append(f"case {expression(chance, refs, 0)} when {chance.choice(refs).text} then {one} end")
    return chance.choice(choices)


def _text(chance: Random, ref: Ref, other: Ref, refs: list[Ref], depth: int) -> str:
    one, two = ref.text, other.text
    choices = [
        f"upper({one})",
        f"coalesce({one}, {two})",
        f"{one} || {two}",
        f"length({one})",
        f"try_cast({one} as int)",
        f"substr({one}, 1, 2)",
        f"concat_ws('-', {one}, {two})",
        f"format('{{}} {{}}', {one}, {two})",
        f"regexp_replace({one}, 'a', 'o')",
        f"[{one}, {two}]",
    ]
    if depth:
        choices.append(f"case when {condition(chance, refs, 0)} then {one} else 'none' end")
    return chance.choice(choices)


def _time(chance: Random, ref: Ref, other: Ref) -> str:
    one, two = ref.text, other.text
    return chance.choice(
        (
            f"date_trunc('week', {one})",
            f"extract(day from {one})",
            f"cast({one} as date)",
            f"{one} + interval 3 day",
            f"least({one}, {two})",
            f"date_diff('day', {one}, {two})",
            f"strftime({one}, '%m-%d')",
            f"{one} < {two}",
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
    if chance.random() < 0.04:
        return f"{ref.text} is not null"
    match ref.kind:
        case "number":
            number = chance.randrange(1, 6)
            shapes = (f"{ref.text} > {number}", f"{ref.text} <= {number}", f"{ref.text} between 2 and 5")
            return chance.choice(
                (*shapes, f"{ref.text} in (1, 3, 5, 6)", f"({ref.text}, 1) in ((2, 1), (4, 1), (5, 1))")
            )
        case "text":
            one, two = chance.sample(TEXTS, 2)
            shapes = (f"{ref.text} in ('{one}', '{two}', 'x_1')", f"{ref.text} <> '{one}'", f"{ref.text} like '%a%'")
            return chance.choice((*shapes, f"{ref.text} ilike '%A%'", f"{ref.text} ~ '.*[ab].*'"))
        case "boolean":
            return chance.choice((ref.text, f"not {ref.text}", f"coalesce({ref.text}, true)"))
        case "time":
            return f"{ref.text} {chance.choice(('<', '>='))} date '2026-01-{chance.randrange(8, 30):02}'"
        case "list":
            return chance.choice((f"len({ref.text}) > 1", f"{ref.text}[1] <> {ref.text}[2]"))
        case "struct":
            return f"({member(chance, ref)}) is not null"
        case "json":
            return f"({key(chance, ref)}) is not null"
        case "map":
            return f"({entry(chance, ref)}) is not null"
    return f"{ref.text} is not null"
