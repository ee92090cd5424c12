"""Random models that are scripts: views, inserts of all kinds, updates, merges, deletes, temporary tables, macros."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.expressions import Ref, condition
from tests.judge.sources import NOTHING_FITS, quoted
from trackplan.proof.bench import ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from tests.judge.writing import Writer


def model(writer: Writer, name: str) -> str:
    """A bare query most of the time, else a script that makes `name` itself; it runs."""
    query = writer.some()
    if writer.chance.random() < 0.5:
        return query
    plain = f"create table {name} as {query}"
    forms: list[Callable[[Writer, str, str], str]] = [_view, _listed_view, _filled, _filled, _staged, _replaced]
    form = writer.chance.choice([*forms, _changed, _changed, _changed, _changed])
    try:
        script = form(writer, name, query)
    except NOTHING_FITS:
        return plain
    return script if runs(writer.connection, name, script) else plain


def table_macro(writer: Writer, name: str) -> str | None:
    """A macro of one number that gives rows; None where none fits."""
    try:
        source = writer.single(0)
    except NOTHING_FITS:
        return None
    numbers = [ref.text for ref in source.refs if ref.kind == "number"]
    if not numbers or "(" in source.text:
        return None
    items = ", ".join(writer.item(source.refs, index) for index in range(3))
    number = writer.chance.choice(numbers)
    body = writer.chance.choice(
        (
            f"select {items} from {source.text} where {number} > least_one",
            f"select * from {source.text} where {number} > least_one",
            f"select {items}, {number} + least_one as moved from {source.text}",
        )
    )
    script = f"create or replace macro {name}(least_one) as table {body}"
    return script if runs(writer.connection, f"{name}(2)", script) else None


def function(writer: Writer, name: str) -> tuple[str, list[str]]:
    """A macro that gives one value, and the list of those that are called like it.

    Some look into a relation; others take the part of a value that a key names.
    """
    if writer.chance.random() < 0.4:
        body = writer.chance.choice(_LOOKUPS)
        return f"create or replace macro {name}(value, wanted) as {body}", writer.lookups
    relation = writer.chance.choice(writer.relations)
    refs = [ref for ref in writer.refs(f"select * from {relation}", "inner_one") if ref.kind == "number"]
    body = "one::varchar || '!'"
    if refs:
        column, other = (quoted(writer.chance.choice(refs).name) for _ in range(2))
        look = f"(select max(r.{column}) from {relation} as r where r.{other} > 2)"
        body = writer.chance.choice((body, f"coalesce(one::varchar, {look}::varchar)"))
    return f"create or replace macro {name}(one) as {body}", writer.functions


_LOOKUPS = (
    "value ->> wanted",
    "coalesce(json_extract_string(value, wanted), value ->> 'note')",
    "json_extract_string(value, ['step', wanted])[2]",
    "(value -> wanted)::varchar || '?'",
)


def filling(writer: Writer, name: str, columns: list[tuple[str, str]]) -> str:
    """An INSERT that fills a declared table: by position, by a list of columns in another order, or by name."""
    chance = writer.chance
    source = writer.source(1)
    named = [(column, _fitting(writer, source.refs, kind)) for column, kind in columns]
    tail = f"from {source.text}{writer.where(source)}"
    with_ctes = f"with {', '.join(source.ctes)} " if source.ctes else ""
    how = chance.choice(("position", "list", "name"))
    if how == "position":
        return f"{with_ctes}insert into {name} select {', '.join(text for _, text in named)} {tail}"
    chance.shuffle(named)
    named = named[chance.randrange(2) :] or named
    if how == "list":
        listed = ", ".join(column for column, _ in named)
        return f"{with_ctes}insert into {name} ({listed}) select {', '.join(text for _, text in named)} {tail}"
    items = ", ".join(f"{text} as {column}" for column, text in named)
    return f"{with_ctes}insert into {name} by name select {items} {tail}"


def runs(connection: duckdb.DuckDBPyConnection, name: str, script: str) -> bool:
    """Tell whether a script runs (its effects are undone) and leaves some rows in `name`."""
    connection.execute("begin")
    try:
        connection.execute(script)
        row = connection.execute(f"select count(*) from {name}").fetchone()
    except ERRORS:
        return False
    finally:
        connection.execute("rollback")
    return bool(row and 2 < row[0] < 2000)


def _fitting(writer: Writer, refs: list[Ref], kind: str) -> str:
    fitting = [ref.text for ref in refs if ref.type == kind]
    if fitting:
        return writer.chance.choice(fitting)
    return f"try_cast({writer.chance.choice(refs).text} as {kind})"


def _view(_writer: Writer, name: str, query: str) -> str:
    return f"create view {name} as {query}"


def _listed_view(writer: Writer, name: str, query: str) -> str:
    """A view that names its columns anew, at times with the names of others."""
    names = [column for column, _ in writer.columns(query)]
    fresh = [f"n{index}" for index in range(len(names))]
    if writer.chance.random() < 0.5:
        fresh = [quoted(column) for column in names]
        writer.chance.shuffle(fresh)
    return f"create view {name}({', '.join(fresh)}) as {query}"


def _filled(writer: Writer, name: str, query: str) -> str:
    """A table made first and filled then."""
    columns = writer.columns(query)
    names = [
        f"n{index}" if writer.chance.random() < 0.5 else quoted(column) for index, (column, _) in enumerate(columns)
    ]
    typed = [f"{column} {kind}" for column, (_, kind) in zip(names, columns, strict=True)]
    if writer.chance.random() < 0.5:
        return f"create table {name}({', '.join(typed)}); insert into {name} {query}"
    writer.chance.shuffle(typed)
    return f"create table {name}({', '.join(typed)}); insert into {name}({', '.join(names)}) {query}"


def _staged(writer: Writer, name: str, query: str) -> str:
    """A table made out of a temporary one."""
    temporary = f"staged_{name}"
    items = ", ".join(writer.item(writer.refs(query, temporary), index) for index in range(4))
    end = f"create table {name} as select {items} from {temporary}"
    if writer.chance.random() < 0.3:
        kept = condition(writer.chance, writer.refs(query, temporary))
        end = f"create table {name} as select * from {temporary} where {kept}"
    return f"create temp table {temporary} as {query}; {end}; drop table {temporary}"


def _replaced(writer: Writer, name: str, query: str) -> str:
    """A table made anew out of itself."""
    refs = writer.refs(query, name)
    items = ", ".join(writer.item(refs, index) for index in range(4))
    how = writer.chance.choice((items, "*", f"* exclude ({quoted(writer.chance.choice(refs).name)})"))
    again = f"create or replace table {name} as select {how} from {name} where {condition(writer.chance, refs)}"
    return f"create table {name} as {query}; {again}"


def _changed(writer: Writer, name: str, query: str) -> str:
    """A table that is changed after it was made, up to three times."""
    refs = writer.refs(query, name)
    changes = [_change(writer, name, refs) for _ in range(writer.chance.randrange(1, 4))]
    return "; ".join([f"create table {name} as {query}", *changes])


def _change(writer: Writer, name: str, refs: list[Ref]) -> str:
    chance = writer.chance
    column = chance.choice(refs)
    target, same = quoted(column.name), [ref for ref in refs if ref.type == column.type]
    other = writer.single(0)
    pairs = [(x, y) for x in refs for y in other.refs if x.type == y.type and x.kind in ("number", "text")]
    own = condition(chance, refs, 0)
    forms = [
        f"delete from {name} where {own}",
        f"create temp table old_{name} as from {name}; truncate {name}; insert into {name} from old_{name} where {own}",
        f"delete from {name}; insert into {name}({target}) select {column.name!r} from range(4)",
        f"update {name} set {target} = {chance.choice(same).text} where {own}",
        f"update {name} set {target} = null where {own}",
        f"insert into {name} by name select {target} from {name} where {own}",
        f"insert into {name}({target}) select {chance.choice(same).text} from {name} where {own}",
        f"alter table {name} add column added int default 3",
        f"alter table {name} drop column {target}",
        f"alter table {name} rename column {target} to renamed_one",
    ]
    if pairs and name not in other.names:
        forms += _with_other(writer, name, refs, other.text, other.refs, pairs)
    return chance.choice(forms)


def _with_other(
    writer: Writer, name: str, refs: list[Ref], text: str, others: list[Ref], pairs: list[tuple[Ref, Ref]]
) -> list[str]:
    """Changes that look at another relation."""
    chance = writer.chance
    x, y = chance.choice(pairs)
    target, value = chance.choice(pairs)
    on, also = f"{name}.{quoted(x.name)} = {y.text}", condition(chance, others, 0)
    column = quoted(target.name)
    values = ", ".join(_fitting(writer, others, ref.type) for ref in refs)
    top = f"(select max({value.text}) from {text} where {also})"
    merge = f"merge into {name} using {text} on {on}"
    update = f"then update set {column} = {value.text}"
    return [
        f"delete from {name} where {quoted(x.name)} in (select {y.text} from {text} where {also})",
        f"delete from {name} using {text} where {on} and {also}",
        f"update {name} set {column} = {top} where {condition(chance, refs, 0)}",
        f"update {name} set {column} = picked.v from (select {y.text} as k, max({value.text}) as v from {text} "
        f"group by all) as picked where {name}.{quoted(x.name)} = picked.k",
        f"insert into {name} select {values} from {text} where {also}",
        f"insert into {name} by name select {value.text} as {column} from {text} where {also}",
        f"insert into {name}({column}) select {value.text} from {text} where {also}",
        f"{merge} and {also} when matched then delete",
        f"{merge} when matched and {also} {update} when not matched then insert ({column}) values ({value.text})",
        f"{merge} when not matched and {also} then insert ({column}) values ({value.text})",
        f"{merge} when not matched by source then delete",
    ]
