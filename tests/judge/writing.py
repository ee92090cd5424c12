"""Random SELECTs of many forms, over the relations of a live DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.expressions import PLAIN, Ref, condition, expression
from tests.judge.sources import NOTHING_FITS, ctes_first, quoted
from tests.judge.stars import Stars

if TYPE_CHECKING:
    from tests.judge.sources import Source


class Writer(Stars):
    """Writes queries; `some` gives one that runs."""

    def some(self, least: int = 3) -> str:
        """Give a random query that runs."""
        for _ in range(40):
            try:
                query = self.select(2)
            except NOTHING_FITS:
                continue
            if self.valid(query, least):
                return query
        return f"select * from {self.chance.choice(self.relations)}"

    def select(self, depth: int) -> str:
        """Give a random query, which may not run."""
        forms = (
            (self._project, 4),
            (self.star, 4),
            (self._aggregate, 4),
            (self._grouping_sets, 1),
            (self._windowed, 3),
            (self._limited, 1),
            (self._distinct, 1),
            (self._union, 2 if depth else 0),
            (self._lateral_aliases, 1),
            (self._scalar, 1),
            (self.opened, 2),
            (self.pivoted, 2),
            (self.columns_by_rule, 4),
            (self.built, 2),
        )
        form = self.chance.choices([f for f, _ in forms], [w for _, w in forms])[0]
        return form(depth)

    def _project(self, depth: int) -> str:
        source = self.source(depth)
        items = self._items(source, 2, 7)
        if self.chance.random() < 0.2:
            items.append(f"{items[0].rpartition(' as ')[2]} as again")
        return ctes_first(source, f"select {', '.join(items)} from {source.text}{self.where(source)}")

    def _items(self, source: Source, least: int, most: int) -> list[str]:
        return [self.item(source.refs, index) for index in range(self.chance.randrange(least, most))]

    def _lateral_aliases(self, depth: int) -> str:
        """Aliases that later items, WHERE and QUALIFY read; some hide a column."""
        source = self.single(depth)
        numbers = [ref for ref in source.refs if ref.kind == "number"]
        one, other = self.chance.choice(numbers), self.chance.choice(source.refs)
        alias = self.chance.choice(("fresh", quoted(other.name)))
        items = [f"{one.text} + 1 as {alias}", f"{alias} as twice", self.item(source.refs, 1)]
        tail = self.chance.choice(
            (
                "",
                f" where {alias} is not null and twice > 2",
                f" qualify row_number() over (partition by twice order by {one.text}, all_of) <= 3",
                f" order by {alias}, 1, 2, 3 limit 12",
            )
        )
        tail = tail.replace("all_of", ", ".join(ref.text for ref in source.refs if ref.kind in PLAIN))
        return ctes_first(source, f"select {', '.join(items)} from {source.text}{tail}")

    def _scalar(self, depth: int) -> str:
        """Subqueries that give one value, in the select list."""
        source = self.single(depth)
        other = self.single(0)
        pairs = [(x, y) for x in source.refs for y in other.refs if x.type == y.type and x.kind in ("number", "text")]
        if other.names[0] in source.names:
            return self._project(depth)
        x, y = self.chance.choice(pairs)
        value, by = self.chance.choice(other.refs).text, f"{x.text} = {y.text}"
        also = condition(self.chance, other.refs, 0)
        inner = self.chance.choice(
            (
                f"(select max({value}) from {other.text} where {by})",
                f"(select count(*) from {other.text} where {by} and {also})",
                f"(select count({value}) from {other.text} where {also})",
                f"exists (select {value} from {other.text} where {by} and {also})",
                f"{x.text} in (select {y.text} from {other.text} where {also})",
                f"array(select {y.text} from {other.text} where {by} and {also} order by 1)",
                f"(select {y.text} from {other.text} where {also} order by {value}, {y.text} limit 1)",
            )
        )
        items = [*self._items(source, 1, 4), f"{inner} as looked"]
        return ctes_first(source, f"select {', '.join(items)} from {source.text}{self.where(source)}")

    def _aggregate(self, depth: int) -> str:
        source = self.source(depth)
        groups = [expression(self.chance, source.refs, 0) for _ in range(self.chance.randrange(0, 3))]
        values = [self._measure(source.refs) for _ in range(self.chance.randrange(1, 5))]
        items = [f"{text} as g{i}" for i, text in enumerate(groups)] + [f"{v} as m{i}" for i, v in enumerate(values)]
        ordinals = ", ".join(str(i + 1) for i in range(len(groups)))
        by = self.chance.choice(("all", ordinals, ", ".join(f"g{i}" for i in range(len(groups))), ", ".join(groups)))
        counted = self.chance.choice(("count(*)", self._distinct_count(source.refs), "m0"))
        having = f" having {counted} > {self.chance.randrange(1, 3)}" if self.chance.random() < 0.3 else ""
        tail = f" group by {by}{having}" if groups else ""
        if groups and self.chance.random() < 0.15:
            items.append(f"rank() over (order by {values[0]}, {', '.join(groups)}) as place")
        return ctes_first(source, f"select {', '.join(items)} from {source.text}{self.where(source)}{tail}")

    def _grouping_sets(self, depth: int) -> str:
        source = self.source(depth)
        plain = [ref.text for ref in source.refs if ref.kind in PLAIN]
        if len(plain) < 2:
            return self._aggregate(depth)
        one, two = self.chance.sample(plain, 2)
        sets = (f"grouping sets (({one}), ({two}), ())", f"rollup ({one}, {two})", f"cube ({one}, {two})")
        how = self.chance.choice(sets)
        items = [f"{one} as g0", f"{two} as g1", f"{self._measure(source.refs)} as m0"]
        if self.chance.random() < 0.5:
            items.append(f"grouping({one}) as level")
        return ctes_first(source, f"select {', '.join(items)} from {source.text}{self.where(source)} group by {how}")

    def _measure(self, refs: list[Ref]) -> str:
        ref = self.chance.choice(refs)
        order = self.chance.choice(refs).text
        shapes = ["count(*)", f"count({ref.text})", self._distinct_count(refs), f"max({ref.text})"]
        shapes += [f"arg_max({ref.text}, {order})", f"list({ref.text} order by {order}, {ref.text})"]
        if ref.kind == "number":
            shapes += [f"sum({ref.text})", f"sum({ref.text})", f"min({ref.text})", f"median({ref.text})"]
            shapes.append(f"sum(case when {condition(self.chance, refs, 0)} then {ref.text} end)")
            shapes.append(f"count_if({condition(self.chance, refs, 0)})")
        if ref.kind == "text":
            shapes.append(f"string_agg({ref.text}, ',' order by {order}, {ref.text})")
            shapes.append(f"bool_or({condition(self.chance, refs, 0)})")
        measure = self.chance.choice(shapes)
        if self.chance.random() < 0.2:
            measure += f" filter (where {condition(self.chance, refs, 0)})"
        return measure

    def _distinct_count(self, refs: list[Ref]) -> str:
        """Count what repeats: among structs of many members one member more or less makes no difference."""
        plain = [ref for ref in refs if ref.kind in ("number", "text", "boolean")] or refs
        return f"count(distinct {self.chance.choice(plain).text})"

    def _windowed(self, depth: int) -> str:
        source = self.source(depth)
        part, value = (expression(self.chance, source.refs, 0) for _ in range(2))
        order = expression(self.chance, [ref for ref in source.refs if ref.text not in part] or source.refs, 0)
        over = f"(partition by {part} order by {order})"
        frame = f"(partition by {part} order by {order} range between unbounded preceding and current row)"
        items = self._items(source, 1, 5)
        shown = ", ".join(item.rpartition(" as ")[0] for item in items)  # of rows that tie any may be the last
        last = f"(order by {order}, {value}, {shown} rows between 1 preceding and current row)"
        window = self.chance.choice(
            (
                f"rank() over {over}",
                f"count(*) over {over}",
                f"max({value}) over {over}",
                f"count({value}) over {frame}",
                f"min({value}) over {last}",
                f"max({value}) filter (where {condition(self.chance, source.refs, 0)}) over {over}",
            )
        )
        head = f"select {', '.join(items)}"
        tail = f" from {source.text}{self.where(source)}"
        roll = self.chance.random()
        if roll < 0.35:
            return ctes_first(source, f"{head}, {window} as w{tail}")
        if roll < 0.55:
            return ctes_first(source, f"{head}{tail} qualify rank() over {over} <= 2")
        if roll < 0.75:
            return ctes_first(source, f"{head}, {window} as w{tail} qualify w is not null and count(*) over {over} > 1")
        return ctes_first(source, f"{head}, dense_rank() over win as w{tail} window win as {over}")

    def _limited(self, depth: int) -> str:
        source = self.single(depth)
        keys = [ref.text for ref in source.refs if ref.kind in ("number", "text", "time")] or [source.refs[0].text]
        order = ", ".join(self.chance.sample(keys, min(self.chance.randrange(1, 3), len(keys))))
        items = self._items(source, 1, 4)
        total = f"{order} desc nulls last, {_ordinals(items)}"
        limit = self.chance.choice(("15", "12 offset 2", "12"))
        by = self.chance.choice((total, total, "all"))
        return ctes_first(source, f"select {', '.join(items)} from {source.text} order by {by} limit {limit}")

    def _distinct(self, depth: int) -> str:
        source = self.source(depth)
        items = self._items(source, 1, 4)
        if self.chance.random() < 0.5:
            return ctes_first(source, f"select distinct {', '.join(items)} from {source.text}{self.where(source)}")
        key, order = expression(self.chance, source.refs, 0), expression(self.chance, source.refs, 0)
        tail = f"from {source.text}{self.where(source)} order by {key}, {order}, {_ordinals(items)}"
        return ctes_first(source, f"select distinct on ({key}) {', '.join(items)} {tail}")

    def _union(self, depth: int) -> str:
        left = self.inner(depth)
        right = self.single(depth - 1)
        ways = (
            "union all",
            "union all",
            "union",
            "except",
            "intersect",
            "except all",
            "union all by name",
            "union by name",
        )
        how = self.chance.choice(ways)
        columns = self.columns(left)
        if len(columns) > 2 and "all" not in how:  # wide rows hardly ever meet their like
            how = "union all"
        picked = []
        for index, (name, kind) in enumerate(columns):
            fitting = [ref.text for ref in right.refs if ref.type == kind] or [f"null::{kind}"]
            label = quoted(name) if "by name" in how else f"u{index}"
            picked.append(f"{self.chance.choice(fitting)} as {label}")
        if "by name" in how:
            self.chance.shuffle(picked)
            picked = picked[self.chance.randrange(2) :] or picked
        below = ctes_first(right, f"select {', '.join(picked)} from {right.text}")
        return f"({left}) {how} ({below})"


def _ordinals(items: list[str]) -> str:
    """Every column by its place: with these in the order, rows that tie are the same."""
    return ", ".join(str(index + 1) for index in range(len(items)))
