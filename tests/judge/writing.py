"""Random SELECTs of many forms, over the relations of a live DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.expressions import condition, expression
from tests.judge.sources import KEYS, Sources, quoted

if TYPE_CHECKING:
    from tests.judge.expressions import Ref
    from tests.judge.sources import Source


class Writer(Sources):
    """Writes queries; `some` gives one that runs."""

    def some(self, least: int = 3) -> str:
        """Give a random query that runs."""
        for _ in range(40):
            query = self.select(2)
            if self.valid(query, least):
                return query
        return f"select * from {self.chance.choice(self.relations)}"

    def select(self, depth: int) -> str:
        """Give a random query, which may not run."""
        forms = (
            (self._project, 4),
            (self._star, 4),
            (self._aggregate, 4),
            (self._windowed, 3),
            (self._limited, 1),
            (self._distinct, 1),
            (self._union, 2 if depth else 0),
            (self._unnested, 1),
            (self._pivoted, 1),
            (self._columns, 1),
            (self._built, 2),
        )
        form = self.chance.choices([f for f, _ in forms], [w for _, w in forms])[0]
        return form(depth)

    def _project(self, depth: int) -> str:
        source = self.source(depth)
        items = [self._item(source.refs, index) for index in range(self.chance.randrange(2, 7))]
        if self.chance.random() < 0.2:
            items.append(f"{items[0].rpartition(' as ')[2]} as again")
        return _with(source, f"select {', '.join(items)} from {source.text}{self.where(source)}")

    def _star(self, depth: int) -> str:
        source = self.single(depth) if self.chance.random() < 0.8 else self.source(depth)
        names = [quoted(ref.name) for ref in source.refs]
        one, two = self.chance.sample(names, 2) if len(names) > 1 else (names[0], names[0])
        changed = expression(self.chance, source.refs)
        stars = ["*", f"* exclude ({one})", f"* replace ({changed} as {one})", f"* rename ({one} as renamed)"]
        stars += [f"* exclude ({one}) replace ({changed} as {two})", f"{source.names[0]}.*"]
        extra = f", {expression(self.chance, source.refs)} as extra" if self.chance.random() < 0.4 else ""
        star = self.chance.choice(stars)
        return _with(source, f"select {star}{extra} from {source.text}{self.where(source)}")

    def _aggregate(self, depth: int) -> str:
        source = self.source(depth)
        groups = [expression(self.chance, source.refs, 0) for _ in range(self.chance.randrange(0, 3))]
        values = [self._measure(source.refs) for _ in range(self.chance.randrange(1, 5))]
        items = [f"{text} as g{i}" for i, text in enumerate(groups)] + [f"{v} as m{i}" for i, v in enumerate(values)]
        by = self.chance.choice(
            ("all", ", ".join(str(i + 1) for i in range(len(groups))), ", ".join(f"g{i}" for i in range(len(groups))))
        )
        counted = self.chance.choice(("count(*)", self._distinct_count(source.refs)))
        having = f" having {counted} > {self.chance.randrange(1, 3)}" if self.chance.random() < 0.3 else ""
        tail = f" group by {by}{having}" if groups else ""
        return _with(source, f"select {', '.join(items)} from {source.text}{self.where(source)}{tail}")

    def _measure(self, refs: list[Ref]) -> str:
        ref = self.chance.choice(refs)
        shapes = ["count(*)", f"count({ref.text})", self._distinct_count(refs), f"max({ref.text})"]
        if ref.kind == "number":
            shapes += [f"sum({ref.text})", f"sum({ref.text})", f"min({ref.text})"]
            shapes.append(f"sum(case when {condition(self.chance, refs, 0)} then {ref.text} end)")
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
        window = self.chance.choice((f"rank() over {over}", f"count(*) over {over}", f"max({value}) over {over}"))
        items = [self._item(source.refs, index) for index in range(self.chance.randrange(1, 5))]
        roll = self.chance.random()
        head = f"select {', '.join(items)}"
        tail = f" from {source.text}{self.where(source)}"
        if roll < 0.4:
            return _with(source, f"{head}, {window} as w{tail}")
        if roll < 0.7:
            return _with(source, f"{head}{tail} qualify rank() over {over} <= 2")
        named = f" window win as {over}"
        return _with(source, f"{head}, dense_rank() over win as w{tail}{named}")

    def _limited(self, depth: int) -> str:
        source = self.single(depth)
        keys = [ref.text for ref in source.refs if ref.kind in ("number", "text", "time")] or [source.refs[0].text]
        order = ", ".join(self.chance.sample(keys, min(self.chance.randrange(1, 3), len(keys))))
        items = [self._item(source.refs, index) for index in range(self.chance.randrange(1, 4))]
        total = f"{order}, {_ordinals(items)}"
        return _with(source, f"select {', '.join(items)} from {source.text} order by {total} limit 15")

    def _distinct(self, depth: int) -> str:
        source = self.source(depth)
        items = [self._item(source.refs, index) for index in range(self.chance.randrange(1, 4))]
        if self.chance.random() < 0.5:
            return _with(source, f"select distinct {', '.join(items)} from {source.text}{self.where(source)}")
        key, order = expression(self.chance, source.refs, 0), expression(self.chance, source.refs, 0)
        tail = f"from {source.text}{self.where(source)} order by {key}, {order}, {_ordinals(items)}"
        return _with(source, f"select distinct on ({key}) {', '.join(items)} {tail}")

    def _union(self, depth: int) -> str:
        left = self.inner(depth)
        right = self.single(depth - 1)
        how = self.chance.choice(("union all", "union all", "union", "except", "intersect", "union all by name"))
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
        below = _with(right, f"select {', '.join(picked)} from {right.text}")
        return f"({left}) {how} ({below})"

    def _unnested(self, depth: int) -> str:
        source = self.single(depth)
        lists = [ref for ref in source.refs if ref.kind == "list"]
        if not lists:
            return self._project(depth)
        items = [self._item(source.refs, index) for index in range(self.chance.randrange(1, 4))]
        listed = self.chance.choice(lists)
        if self.chance.random() < 0.5:
            return _with(source, f"select {', '.join(items)}, unnest({listed.text}) as one from {source.text}")
        return _with(source, f"select {', '.join(items)}, u.one from {source.text}, unnest({listed.text}) as u(one)")

    def _pivoted(self, depth: int) -> str:
        source = self.single(depth)
        texts = [ref for ref in source.refs if ref.kind == "text"]
        numbers = [ref for ref in source.refs if ref.kind == "number"]
        if len(numbers) < 2 or not texts:
            return self._project(depth)
        one, two = self.chance.sample(numbers, 2)
        if self.chance.random() < 0.5:
            on = f"pivot (sum({quoted(one.name)}) for {quoted(self.chance.choice(texts).name)} in ('web', 'app', 'a')"
            return _with(source, f"select * from {source.text.partition(' as ')[0]} {on} group by {quoted(two.name)})")
        pair = f"{quoted(one.name)}, {quoted(two.name)}"
        keep = ", ".join(quoted(r.name) for r in source.refs if r.name not in (one.name, two.name))
        select = f"(select {keep}, {one.text}::double as {quoted(one.name)}, {two.text}::double as {quoted(two.name)} "
        return _with(source, f"select * from {select}from {source.text}) unpivot (amount for part in ({pair}))")

    def _columns(self, depth: int) -> str:
        source = self.single(depth)
        letter = self.chance.choice("aeiou")
        keep = quoted(self.chance.choice(source.refs).name)
        star = self.chance.choice((f"columns('.*{letter}.*')", f"columns(lambda c: c like '%{letter}%')"))
        star = self.chance.choice((star, f"* like '%{letter}%'", f"columns(* exclude ({keep}))"))
        return _with(source, f"select {star} from {source.text}{self.where(source)}")

    def _built(self, depth: int) -> str:
        source = self.single(depth)
        parts = [expression(self.chance, source.refs, 0) for _ in range(3)]
        values = dict(zip(("x", "y", "city"), parts, strict=True))
        keys = dict(zip(KEYS, parts, strict=True))
        struct = "{" + ", ".join(f"'{name}': {text}" for name, text in values.items()) + "}"
        objects = "json_object(" + ", ".join(f"'{name}', {text}" for name, text in keys.items()) + ")"
        packed = "struct_pack(" + ", ".join(f"{name} := {text}" for name, text in values.items()) + ")"
        what = self.chance.choice((struct, objects, packed, struct, objects, f"to_json({source.names[0]})"))
        items = [self._item(source.refs, index) for index in range(self.chance.randrange(1, 4))]
        return _with(source, f"select {', '.join(items)}, {what} as packed from {source.text}{self.where(source)}")

    def _item(self, refs: list[Ref], index: int) -> str:
        ref = self.chance.choice(refs)
        roll = self.chance.random()
        if roll < 0.35:
            return f"{ref.text} as {quoted(ref.name)}"
        if roll < 0.45:  # the name of one column for the value of another
            return f"{ref.text} as {quoted(self.chance.choice(refs).name)}"
        return f"{expression(self.chance, refs)} as e{index}"


def _ordinals(items: list[str]) -> str:
    """Every column by its place: with these in the order, rows that tie are the same."""
    return ", ".join(str(index + 1) for index in range(len(items)))


def _with(source: Source, query: str) -> str:
    return f"with {', '.join(source.ctes)} {query}" if source.ctes else query
