"""Made-up values for a shape: few enough to repeat and to join, mixed with the literals that the SQL compares with."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from trackplan.proof.shapes import Shape

WORDS = ("web", "app", "mail", "Order Completed", "refund", "a", "b", "north", "7", "12", "x_1")
_TEXT = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w.'])\d+(?:\.\d+)?(?![\w.'])")
_DAY = datetime.date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Pool:
    """The literals of a case's SQL, so that `where status = 'paid'` meets rows on either side.

    A share of `nulls` is left out, and where they are `shuffled`, the keys of JSON come in any order.
    """

    texts: tuple[str, ...] = WORDS
    integers: tuple[int, ...] = tuple(range(-1, 9))
    nulls: float = 0.12
    shuffled: bool = False

    @classmethod
    def of(cls, sql: str) -> Pool:
        """Collect the text and number literals of `sql`, beside the usual values."""
        texts = {text.replace("''", "'") for text in _TEXT.findall(sql)}
        texts = {text for text in texts if not text.startswith("$") and len(text) < 30}
        numbers = {int(float(text)) for text in _NUMBER.findall(_TEXT.sub("", sql))}
        near = {n + step for n in numbers if n < 1_000_000 for step in (-1, 0, 1)}
        return cls((*WORDS, *sorted(texts), *sorted(texts)), (*range(-1, 9), *sorted(near)))


def make(shape: Shape, chance: Random, pool: Pool, *, nulls: float | None = None) -> Any:
    """Give a random value of `shape`, None at the rate of `nulls`, or of those of the pool."""
    if chance.random() < (pool.nulls if nulls is None else nulls):
        return None
    match shape.kind:
        case "integer":
            return chance.choice(pool.integers)
        case "number":
            return chance.choice(pool.integers) + chance.choice((0, 0.25, 0.5, 0.75))
        case "text":
            return chance.choice(pool.texts)
        case "boolean":
            return chance.random() < 0.5
        case "date":
            return _DAY + datetime.timedelta(days=chance.randrange(40))
        case "timestamp":
            hours = chance.randrange(40 * 4) * 6
            return datetime.datetime.combine(_DAY, datetime.time()) + datetime.timedelta(hours=hours)
        case "enum":
            return chance.choice(shape.values)
        case "list":
            return [make(shape.members[0][1], chance, pool) for _ in range(chance.randrange(1, 4))]
        case "map":
            key, value = (member for _, member in shape.members)
            keys = {make(key, chance, pool, nulls=0) for _ in range(3)}
            return {name: make(value, chance, pool) for name in sorted(keys, key=str)}
    members = chance.sample(shape.members, len(shape.members)) if pool.shuffled else shape.members
    named = {name: make(member, chance, pool) for name, member in members}
    if shape.kind == "json":
        return {name: value for name, value in named.items() if value is not None or chance.random() < 0.5}
    return named


def shifted(value: Any, shape: Shape) -> Any:
    """Give a value of the same shape that no other row is likely to hold."""
    if value is None or shape.kind == "enum":
        return value
    match shape.kind:
        case "integer" | "number":
            return value + 100
        case "text":
            return f"{value}~" if isinstance(value, str) else value
        case "boolean":
            return not value
        case "date" | "timestamp":
            return value + datetime.timedelta(days=100) if not isinstance(value, str) else value
        case "list":
            return [shifted(item, shape.members[0][1]) for item in value]
        case "map":
            return {key: shifted(item, shape.members[1][1]) for key, item in value.items()}
    members = dict(shape.members)
    moved = {key: shifted(item, members[key]) if key in members else item for key, item in value.items()}
    return {**moved, "_extra": 1} if shape.kind == "json" else moved


def cell(value: Any, shape: Shape, kind: str) -> str:
    """Write a value of a column of the type `kind` as a DuckDB literal; JSON may hold an array or a bare value."""
    if kind == "JSON" and value is not None:
        return _quote(json.dumps(value, default=str))
    return literal(value, shape)


def literal(value: Any, shape: Shape) -> str:
    """Write a value as a DuckDB literal; the caller casts it to the column's type."""
    if value is None:
        return "NULL"
    if shape.kind == "json":
        return _quote(json.dumps(value, default=str))
    if shape.kind == "list":
        return "[" + ", ".join(literal(item, shape.members[0][1]) for item in value) + "]"
    if shape.kind == "struct":
        return "{" + ", ".join(f"{_quote(n)}: {literal(value[n], m)}" for n, m in shape.members) + "}"
    if shape.kind == "map":
        (_, key), (_, item) = shape.members
        pairs = [f"{literal(k, key)}: {literal(v, item)}" for k, v in value.items()]
        return "MAP {" + ", ".join(pairs) + "}"
    return str(value) if isinstance(value, bool | int | float | Decimal) else _quote(str(value))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
