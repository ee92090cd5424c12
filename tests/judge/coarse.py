"""Random pipelines over data on people whose consumers mostly take less than the whole value."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.judge.cases import Case

_RAW = {
    "people": {
        "id": "int", "user_id": "int", "email": "text", "url": "text", "ip": "text", "seen_at": "time",
        "birthday": "time", "lat": "number", "age": "int",
    },
    "orders": {
        "order_id": "int", "user_id": "int", "email": "text", "total": "number", "paid_at": "time", "url": "text",
    },
}  # fmt: skip
_TYPES = {"int": "int", "text": "varchar", "number": "double", "time": "timestamp"}
_TEXTS = (
    "ada@example.com", "bob@example.com", "eve@example.org", "10.0.0.1", "10.0.7.2", "192.168.1.9", "nobody",
    "https://a.example/x?id=1", "https://a.example/x?id=2", "https://a.example/y", "a@b@c", "",
)  # fmt: skip
_DDL = ";\n".join(
    f"create table {table}({', '.join(f'{name} {_TYPES[kind]}' for name, kind in columns.items())})"
    for table, columns in _RAW.items()
)
_LATER = "timestamp '2026-01-05 10:00:00'"

# Forms that leave the value what it is, or nearly, so that later models take it for the same.
_PASSING = {
    "int": ("{0}", "{0}", "coalesce({0}, 0)", "case when {1} is null then {0} end", "{0}::bigint", "max({0}) over ()"),
    "text": ("{0}", "{0}", "coalesce({0}, 'nobody')", "{0}::varchar", "case when {1} is null then {0} else '-' end"),
    "number": ("{0}", "{0}", "coalesce({0}, 0)", "{0}::double"),
    "time": ("{0}", "{0}", f"coalesce({{0}}, {_LATER})", "{0}::timestamp", "max({0}) over (partition by {1})"),
}
_LESS = {
    "int": ("{0} is null", "{0} = 3", "{0} in (1, 2)", "{0} > 3", "{0}::varchar = '4'", "{0} + 1", "{0} < {1}"),
    "text": (
        "{0} is null", "{0} = 'nobody'", "split_part({0}, '@', 2)", "left({0}, 3)", "{0} like '10.0%'", "md5({0})",
        "{0} like '%@example.com'", "split_part({0}, '?', 1)", "regexp_extract({0}, '@(.+)$', 1)", "length({0})",
        "split({0}, '@')[2]", "split({0}, '@')[1]", "starts_with({0}, 'https')", "upper({0})", "{0} = {1}",
        "substring({0}, 1, 5)", "{0} ilike '%@EXAMPLE.org'", "split_part({0}, '@', 1)",
    ),
    "number": ("round({0}, 1)", "round({0}, 0)", "{0} > 2", "{0} is null", "round({0})", "{0} * 2"),
    "time": (
        "date_trunc('month', {0})", "date_trunc('week', {0})", "{0}::date", "year({0})", "strftime({0}, '%Y-%m')",
        "extract(dow from {0})", "date_trunc('month', {0}::date)", "{0} >= date '2026-01-20'", "hour({0})",
        f"date_diff('month', {{0}}, {_LATER})", "{0} < timestamp '2026-01-10 00:00:00'", "{0} < {1}", "month({0})",
        "{0} > date '2026-01-20'", "{0} is null", "{0} between date '2026-01-04' and date '2026-01-20'",
        f"date_trunc('month', coalesce({{0}}, {_LATER}))", "dayname({0})",
    ),
}  # fmt: skip
_MEASURES = {
    "int": (
        "count({0})", "count(distinct {0})", "count(distinct {0})", "sum({0})", "max({0})",
        "count({0}) filter (where {0} > 3)",
    ),
    "text": (
        "count({0})", "count(distinct {0})", "count(distinct {0})", "count(distinct coalesce({0}, {1}))", "max({0})",
    ),
    "number": ("count({0})", "sum(round({0}, 1))", "sum({0})", "avg(round({0}, 1))"),
    "time": (
        "count({0})", "date_trunc('month', min({0}))", "max(date_trunc('month', {0}))", "count(distinct {0}::date)",
        "max({0})", "count(distinct {0})",
    ),
}  # fmt: skip

Columns = dict[str, str]
"""The columns of a relation whose values are still what they were, with their kinds."""


def coarse(seed: int) -> Case:
    """The pipeline of a seed; a few of them do not run."""
    writer = _Writer(Random(seed))  # noqa: S311
    models = {}
    for index in range(writer.chance.randrange(1, 5)):
        name = f"model_{index}"
        models[name], writer.relations[name] = writer.model()
    queries = {f"q{index}": writer.query() for index in range(writer.chance.randrange(1, 4))}
    literals = "select 1, 2, 3, 4, " + ", ".join(f"'{text}'" for text in _TEXTS)
    return Case(f"coarse/{seed}", _DDL, queries, models, literals=literals)


@dataclass(slots=True)
class _Writer:
    chance: Random
    relations: dict[str, Columns] = field(default_factory=lambda: {name: dict(c) for name, c in _RAW.items()})

    def model(self) -> tuple[str, Columns]:
        """The SQL of a model, and its columns."""
        name, columns = self._some()
        if self.chance.random() < 0.15 or not columns:
            return f"select * from {name}", dict(columns)
        most = max(1, int(len(columns) * self.chance.uniform(0.5, 1)))
        kept = {column: columns[column] for column in self.chance.sample(sorted(columns), most)}
        items, made = self._items(kept)
        first = next(iter(kept))
        tail = f" where {self._taking(first, kept)} is not null" if self.chance.random() < 0.2 else ""
        plain = f"select {items} from {name}{tail}"
        rows = f"row_number() over (partition by {first} order by {', '.join(kept)})"
        shapes = (
            plain,
            plain.replace("select", "select distinct", 1),
            f"{plain} union all select {items} from {name}",
            f"select x.* from ({plain}) as x",
            f"{plain} qualify {rows} = 1",
            f"with source as (select * from {name}), made as (select {items} from source{tail}) select * from made",
        )
        return self.chance.choice(shapes), made

    def query(self) -> str:
        """The SQL of a consumer."""
        name, columns = self._some()
        if not columns:
            return f"select count(*) as n from {name}"
        picked = self.chance.sample(sorted(columns), min(len(columns), self.chance.randrange(1, 4)))
        roll = self.chance.random()
        if roll < 0.1:
            return f"select count(*) as n from {name} group by {picked[0]}"
        if roll < 0.25 and (joined := self._joined(name, columns)):
            return joined
        if roll < 0.6:
            return self._measured(name, columns, picked)
        shown = ", ".join(f"{self._taking(column, columns)} as c{i}" for i, column in enumerate(picked))
        tail = f" where {self._taking(picked[0], columns)} is not null" if self.chance.random() < 0.3 else ""
        if roll < 0.7:
            listed = ", ".join(columns)
            return f"with a as (select * from {name}), b as (select {listed} from a) select {shown} from b{tail}"
        return f"select {shown} from {name}{tail}"

    def _some(self) -> tuple[str, Columns]:
        """A relation, later ones rather than earlier ones."""
        names = list(self.relations)
        name = self.chance.choice(names[-3:] if self.chance.random() < 0.8 else names)
        return name, self.relations[name]

    def _items(self, kept: Columns) -> tuple[str, Columns]:
        """A select list, and which of its columns are what they were."""
        items, made = [], {}
        for column, kind in kept.items():
            alias = column if self.chance.random() < 0.7 else f"{column}_x"
            less = self.chance.random() < 0.1
            value = self._fill((_LESS if less else _PASSING)[kind], column, kept)
            items.append(f"{value} as {alias}")
            if not less:
                made[alias] = kind
        return ", ".join(items), made

    def _joined(self, name: str, columns: Columns) -> str:
        other, others = self._some()
        shared = sorted(set(others) & set(columns))
        key = self.chance.choice(shared) if shared and other != name else ""
        return f"select count(*) as n from {name} join {other} using ({key})" if key else ""

    def _measured(self, name: str, columns: Columns, picked: list[str]) -> str:
        values = [f"{self._fill(_MEASURES[columns[c]], c, columns)} as m{i}" for i, c in enumerate(picked)]
        if self.chance.random() < 0.5:
            return f"select {', '.join(values)} from {name}"
        group = self._taking(picked[0], columns)
        return f"select {', '.join([f'{group} as g', *values])} from {name} group by {group}"

    def _taking(self, column: str, columns: Columns) -> str:
        """An expression over a column, rarely all of it."""
        return column if self.chance.random() < 0.06 else self._fill(_LESS[columns[column]], column, columns)

    def _fill(self, shapes: tuple[str, ...], column: str, columns: Columns) -> str:
        """One of `shapes` over a column, and another one of its kind."""
        alike = [other for other, kind in columns.items() if kind == columns[column] and other != column] or [column]
        return self.chance.choice(shapes).format(column, self.chance.choice(alike))
