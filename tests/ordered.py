"""Random pipelines of structs that order joins, as BigQuery does, with what each value is made of.

DuckDB joins structs by their names, so that it cannot judge these; here values are followed by their places. All tables
have a number `a`, a pair `s`, and a pair `n` whose first member is a pair; raw ones have the numbers `b` and `c`, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

Made = frozenset[str]
"""The columns of raw tables, and keys in them, that a number is made of."""

PROJECT = "version: 1\ndialect: bigquery\nwarehouse: [warehouse.sql]\nmodels: [models/*.sql]\nconsumers: [d.sql]\n"
_NAMES = "pqr"
_DEEPEST = 2


@dataclass(frozen=True)
class Pair:
    """A struct of two members: how they are called, and what they are made of, in their order."""

    names: tuple[str, str]
    values: tuple[Value, Value]

    def with_all(self, other: Pair) -> Pair:
        """One of two pairs: the first names the members."""
        one, two = (_either(a, b) for a, b in zip(self.values, other.values, strict=True))
        return Pair(self.names, (one, two))


Value = Made | Pair
Row = dict[str, Value]


def _either(one: Value, other: Value) -> Value:
    if isinstance(one, Pair):
        assert isinstance(other, Pair)
        return one.with_all(other)
    assert not isinstance(other, Pair)
    return one | other


def _beside(value: Value, made: Made) -> Value:
    """A value that rests on something else, too."""
    if isinstance(value, Pair):
        return Pair(value.names, (_beside(value.values[0], made), _beside(value.values[1], made)))
    return value | made


def _made(value: Value) -> Made:
    return _made(value.values[0]) | _made(value.values[1]) if isinstance(value, Pair) else value


@dataclass
class Pipeline:
    """A project whose files are `files`; its consumer takes no more than `taken`."""

    random: Random
    ddl: list[str] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=lambda: {"trackplan.yaml": PROJECT})
    taken: Made = frozenset()

    @classmethod
    def of(cls, seed: int) -> Pipeline:
        """The pipeline of a seed."""
        made = cls(Random(seed))  # noqa: S311 - no secret
        for name in ("raw.t", "raw.u"):
            made.rows[name] = made._table(name, "abc", raw=True)
        for number in range(made.random.choice([1, 2, 3])):
            made._model(number)
        made._consumer()
        made.files["warehouse.sql"] = "\n".join(made.ddl)
        return made

    def _table(self, name: str, numbers: str, *, raw: bool) -> Row:
        """Declare a table; what it holds is made of itself where it is a raw one."""
        (p, q), (i, j), (x, y) = self._names(), self._names(), self._names()
        columns = ", ".join(f"{number} int64" for number in numbers)
        inner = f"struct<{x} int64, {y} int64>"
        self.ddl.append(
            f"create table {name} ({columns}, s struct<{p} int64, {q} int64>, n struct<{i} {inner}, {j} int64>);"
        )

        def of(way: str) -> Made:
            return frozenset([f"{name}.{way}"] if raw else [])

        nested = Pair((x, y), (of(f"n.{i}.{x}"), of(f"n.{i}.{y}")))
        row: Row = {number: of(number) for number in numbers}
        return row | {"s": Pair((p, q), (of(f"s.{p}"), of(f"s.{q}"))), "n": Pair((i, j), (nested, of(f"n.{j}")))}

    def _names(self) -> tuple[str, str]:
        one, two = self.random.sample(_NAMES, 2)
        return one, two

    def _number(self, row: Row, *, constant: bool = True) -> tuple[str, Made]:
        """The text of a number, and what it is made of."""
        if constant and self.random.random() < 0.15:
            return "0", frozenset()
        if self.random.random() < 0.5:
            return self._part(row)
        name = self.random.choice([name for name in row if name not in "sn"])
        return name, _made(row[name])

    def _part(self, row: Row) -> tuple[str, Made]:
        """A number in one of the structs."""
        way = self.random.choice("sn")
        value = row[way]
        while isinstance(value, Pair):
            at = self.random.choice([0, 1])
            way, value = f"{way}.{value.names[at]}", value.values[at]
        return way, value

    def _pair(self, row: Row, depth: int = 0) -> tuple[str, Pair]:
        """The text of a pair of numbers."""
        kind = self.random.randrange(9)
        if kind < 3 or depth > _DEEPEST:
            names = self._names()
            (one, a), (two, b) = self._number(row), self._number(row)
            typed = f"struct<{names[0]} int64, {names[1]} int64>({one}, {two})"
            query = f"(select as struct {one} as {names[0]}, {two} as {names[1]})"
            plain = f"struct({one} as {names[0]}, {two} as {names[1]})"
            return self.random.choice([plain, plain, typed, query]), Pair(names, (a, b))
        nested = row["n"]
        assert isinstance(nested, Pair)
        if kind < 6:
            return "s", self._of(row["s"])
        if kind == 6:
            return f"n.{nested.names[0]}", self._of(nested.values[0])
        return self._one_of(self._pair(row, depth + 1), self._pair(row, depth + 1), row)

    def _nested(self, row: Row, depth: int = 0) -> tuple[str, Pair]:
        """The text of a pair whose first member is a pair."""
        kind = self.random.randrange(5)
        if kind < 2 or depth > _DEEPEST - 1:
            names = self._names()
            (one, a), (two, b) = self._pair(row, depth + 1), self._number(row)
            return f"struct({one} as {names[0]}, {two} as {names[1]})", Pair(names, (a, b))
        if kind < 4:
            return "n", self._of(row["n"])
        return self._one_of(self._nested(row, depth + 1), self._nested(row, depth + 1), row)

    @staticmethod
    def _of(value: Value) -> Pair:
        assert isinstance(value, Pair)
        return value

    def _one_of(self, first: tuple[str, Pair], second: tuple[str, Pair], row: Row) -> tuple[str, Pair]:
        """The text of one of two pairs."""
        (one, a), (two, b) = first, second
        both = a.with_all(b)
        if self.random.random() < 0.5:
            return f"coalesce({one}, {two})", both
        number, made = self._number(row, constant=False)
        text = self.random.choice(
            [f"if({number} > 0, {one}, {two})", f"case when {number} > 0 then {one} else {two} end"]
        )
        return text, self._of(_beside(both, made))

    def _select(self) -> tuple[str, Row]:
        """A query of one table."""
        name = self.random.choice(list(self.rows))
        row = self.rows[name]
        if not name.startswith("raw.") and self.random.random() < 0.3:
            return f"select * from {name}", row
        (a, of_a), (s, of_s), (n, of_n) = self._number(row), self._pair(row), self._nested(row)
        return f"select {a} as a, {s} as s, {n} as n from {name}", {"a": of_a, "s": of_s, "n": of_n}

    def _query(self) -> tuple[str, Row]:
        """A query of one to three tables."""
        members = [self._select() for _ in range(self.random.choice([1, 1, 2, 2, 3]))]
        row = members[0][1]
        for _, other in members[1:]:
            row = {name: _either(row[name], other[name]) for name in row}
        if self.random.random() < 0.4:
            ctes = ", ".join(f"c{number} as ({text})" for number, (text, _) in enumerate(members))
            return f"with {ctes} " + " union all ".join(f"select * from c{n}" for n in range(len(members))), row
        return " union all ".join(text for text, _ in members), row

    def _model(self, number: int) -> None:
        """A model: mostly a query, else statements that fill a table which is there."""
        text, row = self._query()
        name = f"m{number}"
        if self.random.random() < 0.2:
            name = f"z.{name}"
            there = self._table(name, "a", raw=False)
            text, row = f"insert into {name} {text}", {each: _either(there[each], row[each]) for each in there}
            if self.random.random() < 0.3:
                more, other = self._query()
                text, row = f"{text};\ninsert into {name} {more}", {e: _either(row[e], other[e]) for e in row}
        self.files[f"models/f{number}.sql" if name.startswith("z.") else f"models/{name}.sql"] = text
        self.rows[name] = row

    def _consumer(self) -> None:
        """The consumer takes a number that is in a struct of the last model, or of a query of its own."""
        name, text = list(self.rows)[-1], ""
        row = self.rows[name]
        if self.random.random() < 0.3:
            query, row = self._query()
            name, text = "u", f"with u as ({query}) "
        way, self.taken = self._part(row)
        self.files["d.sql"] = f"{text}select {way} as x from {name}"
