"""Random SELECTs that name columns in bulk: stars and their filters, COLUMNS, PIVOT and UNPIVOT, rows as values."""

from __future__ import annotations

from tests.judge.expressions import Ref, expression
from tests.judge.sources import KEYS, Source, Sources, ctes_first, quoted


class Stars(Sources):
    """Forms of queries around stars."""

    def star(self, depth: int) -> str:
        """`*` and `t.*`, with EXCLUDE, REPLACE and RENAME."""
        source = self.single(depth) if self.chance.random() < 0.8 else self.source(depth)
        names = [quoted(ref.name) for ref in source.refs]
        one, two = self.chance.sample(names, 2) if len(names) > 1 else (names[0], names[0])
        changed = expression(self.chance, source.refs)
        stars = ["*", f"* exclude ({one})", f"* replace ({changed} as {one})", f"* rename ({one} as renamed)"]
        stars += [f"* exclude ({one}) replace ({changed} as {two})", f"{self._last(source)}.*"]
        stars += [f"{self._last(source)}.* exclude ({one}, {two})", f"* exclude ({one}) rename ({two} as {one})"]
        extra = f", {expression(self.chance, source.refs)} as extra" if self.chance.random() < 0.4 else ""
        star = self.chance.choice(stars)
        if not extra and self.chance.random() < 0.15:
            return ctes_first(source, f"from {source.text}{self.where(source)}")
        if self.chance.random() < 0.1:
            return ctes_first(source, f"from {source.text} select {star}{extra}{self.where(source)}")
        return ctes_first(source, f"select {star}{extra} from {source.text}{self.where(source)}")

    def columns_by_rule(self, depth: int) -> str:
        """Columns by a pattern, a lambda or a list: `COLUMNS(…)`, `* LIKE`."""
        source = self.single(depth)
        letter = self.chance.choice(self.chance.choice(source.refs).name.lower())
        keep, other = (quoted(self.chance.choice(source.refs).name) for _ in range(2))
        plain = ", ".join(f"'{ref.name}'" for ref in source.refs if ref.kind in ("number", "text"))
        star = self.chance.choice(
            (
                f"columns('.*{letter}.*')",
                f"columns(lambda c: c like '%{letter}%')",
                f"columns(lambda c: c <> '{letter}' and not contains(c, '{letter}'))",
                f"* like '%{letter}%'",
                f"* not like '%{letter}%'",
                f"* ilike '{letter.upper()}%'",
                f"* similar to '.*{letter}[a-z].*'",
                f"columns(* exclude ({keep}))",
                f"columns([c for c in (*) if c like '%{letter}%'])",
                f"columns('(.*){letter}(.*)') as '\\1_\\2'",
                f"columns([{plain}])" if plain else "columns(*)",
                f"max(columns('.*{letter}.*'))",
                f"count(distinct columns(* exclude ({keep})))",
                f"columns('.*{letter}.*')::varchar",
                f"coalesce(*columns([{plain}])::varchar) as first_one" if plain else "*",
                f"{keep}, * exclude ({keep}, {other})",
                f"struct_pack(*columns('.*{letter}.*')) as packed",
            )
        )
        return ctes_first(source, f"select {star} from {source.text}{self.where(source)}")

    def pivoted(self, depth: int) -> str:
        """PIVOT and UNPIVOT, as statements and in FROM."""
        source = self.single(depth)
        texts = [ref for ref in source.refs if ref.kind == "text"]
        numbers = [ref for ref in source.refs if ref.kind == "number"]
        if len(numbers) < 2 or not texts:
            return self.star(depth)
        one, two = self.chance.sample(numbers, 2)
        if self.chance.random() < 0.5:
            return self._pivot(source, self.chance.choice(texts), one, two)
        return self._unpivot(source, one, two)

    def _pivot(self, source: Source, text: Ref, one: Ref, two: Ref) -> str:
        on, value, by = quoted(text.name), quoted(one.name), quoted(two.name)
        listed = "in ('web', 'app', 'a')"
        more = self.chance.choice(("", f", max({by}) as top"))
        group = self.chance.choice((f" group by {by}", f" group by {by}", ""))
        statement = f"pivot {source.text} on {on} {listed} using sum({value}) as s{more}{group}"
        if self.chance.random() < 0.4:
            return ctes_first(source, statement)
        if self.chance.random() < 0.3:
            return f"select * from ({statement})" if not source.ctes else ctes_first(source, statement)
        inside = f"(select {on}, {value}, {by} from {source.text})" if self.chance.random() < 0.5 else source.text
        inside = inside.partition(" as ")[0] if inside == source.text else inside
        return ctes_first(source, f"select * from {inside} pivot (sum({value}) for {on} {listed}{group})")

    def _unpivot(self, source: Source, one: Ref, two: Ref) -> str:
        pair = f"{quoted(one.name)}, {quoted(two.name)}"
        keep = ", ".join(quoted(r.name) for r in source.refs if r.name not in (one.name, two.name))
        typed = f"{one.text}::double as {quoted(one.name)}, {two.text}::double as {quoted(two.name)}"
        inside = f"(select {keep}{', ' if keep else ''}{typed} from {source.text})"
        nulls = self.chance.choice(("", "", " include nulls"))
        form = self.chance.choice(
            (
                f"select * from {inside} unpivot{nulls} (amount for part in ({pair}))",
                f"unpivot {inside} on {pair} into name part value amount",
                f"unpivot {inside} on columns(* exclude ({keep})) into name part value amount"
                if keep
                else f"unpivot {inside} on *",
                f"from {inside} unpivot{nulls} (amount for part in ({pair} as 'two'))",
                f"select part, max(amount) from (unpivot {inside} on {pair} into name part value amount) group by 1",
            )
        )
        return ctes_first(source, form)

    def built(self, depth: int) -> str:
        """Structs, JSON objects and lists made of columns; whole rows as values."""
        source = self.single(depth)
        parts = [expression(self.chance, source.refs, 0) for _ in range(3)]
        values = dict(zip(("x", "y", "city"), parts, strict=True))
        keys = dict(zip(KEYS, parts, strict=True))
        struct = "{" + ", ".join(f"'{name}': {text}" for name, text in values.items()) + "}"
        pairs = ", ".join(f"'{name}', {text}" for name, text in keys.items())
        packed = "struct_pack(" + ", ".join(f"{name} := {text}" for name, text in values.items()) + ")"
        row, order = self._last(source), self.chance.choice(source.refs).text
        whats = [
            struct,
            f"json_object({pairs})",
            packed,
            f"to_json({row})",
            f"to_json({struct})",
            row,
            f"[{struct}, null]",
        ]
        whats += [f"json_array({', '.join(parts)})", f"row({', '.join(parts)})", f"map {{'a': {parts[0]}::varchar}}"]
        what = self.chance.choice(
            [*whats, f"{row}::varchar", f"md5({row}::varchar)", f"struct_insert({struct}, z := {row})"]
        )
        if self.chance.random() < 0.2:
            grouped = self.chance.choice(source.refs).text
            listed = self.chance.choice((struct, row, f"json_object({pairs})"))
            text = (
                f"select {grouped} as by_this, list({listed} order by {order}, {listed}) as packed from {source.text}"
            )
            return ctes_first(source, f"{text}{self.where(source)} group by all")
        items = [self.item(source.refs, index) for index in range(self.chance.randrange(1, 4))]
        return ctes_first(source, f"select {', '.join(items)}, {what} as packed from {source.text}{self.where(source)}")

    def opened(self, depth: int) -> str:
        """Structs and lists taken apart: `s.*`, UNNEST in the list and in FROM, JSON by rows."""
        source = self.single(depth)
        fitting = [ref for ref in source.refs if ref.kind in ("struct", "list", "json")]
        if not fitting:
            return self.built(depth)
        ref = self.chance.choice(fitting)
        items = ", ".join(self.item(source.refs, index) for index in range(self.chance.randrange(1, 4)))
        where, text = self.where(source), source.text
        if ref.kind == "json":
            return ctes_first(
                source, f"select {items}, e.key as k, e.value as v from {text}, json_each({ref.text}) as e{where}"
            )
        if ref.kind == "struct":
            star = self.chance.choice(
                (f"{ref.text}.*", f"unnest({ref.text})", f'{ref.text}.* exclude ("{ref.members[0]}")')
            )
            return ctes_first(source, f"select {items}, {star} from {text}{where}")
        forms = [
            f"select {items}, unnest({ref.text}) as one from {text}{where}",
            f"select {items}, u.one from {text}, unnest({ref.text}) as u(one){where}",
            f"select {items}, u.one, u.nth from {text}, unnest({ref.text}) with ordinality as u(one, nth){where}",
            f"select {items} from {text}, unnest({ref.text}) as u(one){where}",
        ]
        if ref.members:
            name = self.chance.choice(ref.members)
            forms += [
                f'select {items}, u.one."{name}" as inner_one from {text}, unnest({ref.text}) as u(one){where}',
                f"select {items}, unnest({ref.text}, recursive := true) from {text}{where}",
            ]
        return ctes_first(source, self.chance.choice(forms))

    def item(self, refs: list[Ref], index: int) -> str:
        """Give one item of a select list, with its alias."""
        ref = self.chance.choice(refs)
        roll = self.chance.random()
        if roll < 0.35:
            return f"{ref.text} as {quoted(ref.name)}"
        if roll < 0.45:  # the name of one column for the value of another
            return f"{ref.text} as {quoted(self.chance.choice(refs).name)}"
        if roll < 0.5 and self.functions:
            return f"{self.chance.choice(self.functions)}({ref.text}) as e{index}"
        values = [ref for ref in refs if ref.kind == "json"] if self.lookups else []
        if roll < 0.7 and values:
            return f"{self.chance.choice(self.lookups)}({self.chance.choice(values).text}, 'step') as e{index}"
        return f"{expression(self.chance, refs)} as e{index}"

    def _last(self, source: Source) -> str:
        """The name by which the source's first relation is known."""
        return source.names[0].rpartition(".")[2]
