"""Random models over two small tables: CTEs, unions, stars, joins, groups, commas on either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

TABLES = {
    "one": ("k", "a", "b", "c", "d"),
    "two": ("k", "e", "f", "g"),
}
ROWS = (
    "create table one as select i % 7 as k, i as a, i % 3 as b, 'w' || i % 5 as c, i * 2.5 as d from range(20) t(i)",
    "create table two as select i % 5 as k, i + 100 as e, 'z' || i % 4 as f, i % 2 = 0 as g from range(12) t(i)",
)


@dataclass(slots=True)
class QueryWriter:
    """Writes one query; `columns` are what it gives."""

    chance: Random
    count: int = 0

    def query(self) -> tuple[str, tuple[str, ...]]:
        """A query over the tables, maybe through CTEs."""
        known = dict(TABLES)
        ctes = []
        for number in range(self.chance.randrange(0, 3)):
            text, columns = self._body(known)
            known[f"cte{number}"] = columns
            ctes.append(f"cte{number} as (\n{text}\n)")
        text, columns = self._body(known)
        head = f"with {', '.join(ctes)}\n" if ctes else ""
        text = self.chance.choice(("", "-- what it is for\n")) + head + text
        return text.replace("\n", "\r\n") if self.chance.random() < 0.2 else text, columns

    def _body(self, known: dict[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
        if self.chance.random() < 0.25:
            return self._union(known)
        return self._select(known)

    def _union(self, known: dict[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
        width = self.chance.randrange(2, 4)
        names = tuple(self._fresh() for _ in range(width))
        parts = []
        for _ in range(2):
            table = self.chance.choice(sorted(known))
            columns = [self.chance.choice(known[table]) for _ in range(width)]
            items = [f"cast({column} as varchar) as {name}" for column, name in zip(columns, names, strict=True)]
            parts.append(f"select {self._listed(items)} from {table}")
        return f"\n{self.chance.choice(('union all', 'union all', 'union'))}\n".join(parts), names

    def _select(self, known: dict[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
        table = self.chance.choice(sorted(known))
        columns = known[table]
        shape = self.chance.random()
        if shape < 0.15:
            return self._star(table, columns)
        if shape < 0.3 and len(columns) > 1:
            return self._grouped(table, columns)
        if shape < 0.5 and "k" in columns:
            return self._joined(table, columns)
        picked = self.chance.sample(columns, self.chance.randrange(1, len(columns) + 1))
        items, names = [], []
        for column in picked:
            item, name = self._item(column, columns)
            items.append(item)
            names.append(name)
        where = self.chance.choice(("", "", f"\nwhere {self.chance.choice(columns)} is not null"))
        tail = self.chance.choice(("", "", "", f"\norder by {self.chance.randrange(1, len(items) + 1)}"))
        word = self.chance.choice(("select", "select", "select", "select distinct"))
        return f"{word} {self._listed(items)}\nfrom {table}{where}{tail}", tuple(names)

    def _item(self, column: str, columns: tuple[str, ...]) -> tuple[str, str]:
        pick = self.chance.random()
        if pick < 0.5:
            return column, column
        name = self._fresh()
        if pick < 0.7:
            return f"{column} as {name}", name
        if pick < 0.85:
            other = self.chance.choice(columns)
            return f"concat({column}, '-', {other}) as {name}", name
        return f"row_number() over (order by {column}, {', '.join(columns)}) as {name}", name

    def _star(self, table: str, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        out = self.chance.choice(columns)
        if self.chance.random() < 0.5 or len(columns) < 3:
            name = self._fresh()
            return f"select *, {out} as {name} from {table}", (*columns, name)
        other = self.chance.choice([c for c in columns if c != out])
        text = f"select * exclude ({out}) replace (concat({other}, '!') as {other}) from {table}"
        return text, tuple(c for c in columns if c != out)

    def _grouped(self, table: str, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        key, *values = self.chance.sample(columns, self.chance.randrange(2, len(columns) + 1))
        names = [self._fresh() for _ in values]
        items = [key, *(f"max({value}) as {name}" for value, name in zip(values, names, strict=True)), "count(*) as n"]
        by = self.chance.choice(("1", key, "all"))
        order = self.chance.choice(("", f" order by {len(items)}, 1"))
        return f"select {self._listed(items)}\nfrom {table}\ngroup by {by}{order}", (key, *names, "n")

    def _joined(self, table: str, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        left = self.chance.sample(columns, self.chance.randrange(1, len(columns) + 1))
        right = [c for c in TABLES["two"] if c not in left][:1]
        items = [f"l.{column}" for column in left] + [f"r.{column}" for column in right]
        on = self.chance.choice(("on l.k = r.k", "using (k)"))
        return f"select {self._listed(items)}\nfrom {table} l\njoin two r {on}", (*left, *right)

    def _listed(self, items: list[str]) -> str:
        style = self.chance.randrange(4)
        if style == 0:
            return "\n  " + ",\n  ".join(items)
        if style == 1:
            return "\n  , ".join(items)
        if style == 2:
            return "\n  " + ",  -- note, with a comma\n  ".join(items) + self.chance.choice(("", " -- last\n"))
        return ", ".join(items)

    def _fresh(self) -> str:
        self.count += 1
        return f"x{self.count}"
