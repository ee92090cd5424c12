"""What one side of a condition uses is never called unused, wherever in the SQL the sides are printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inside import used_by_id

MANY = "{% macro many() %}{% for i in range(5) %}{% if var('p' ~ i) %}{% endif %}{% endfor %}{% endmacro %}\n"
SOURCES = "sources:\n  - name: raw\n    tables:\n" + "".join(
    f"      - {{name: {table}, columns: [{{name: k}}, {{name: a}}, {{name: b}}, {{name: c}}]}}\n" for table in "tu"
)
T, U = "{{ source('raw', 't') }}", "{{ source('raw', 'u') }}"
XK = "select k, x from mart"
M = "{{ m() }}"
IS = "{% set r = run_query("
IN = "select k as x, k from raw.t where b = '{{ r[0] }}'"


def sides(one: str, other: str) -> str:
    """A condition that nobody knows."""
    return f"{{% if var('v') %}}{one}{{% else %}}{other}{{% endif %}}"


def macro(body: str) -> str:
    """The macro `m`."""
    return "{% macro m() %}" + body + "{% endmacro %}"


def unused(folder: Path, macros: str, model: str, reader: str, dialect: str = "duckdb", **more: str) -> set[str]:
    """The columns that are called unused in a project with a macro, a model and a reader of that."""
    files = {
        "trackplan.yaml": f"version: 1\ndialect: {dialect}\ndbt: [.]\nconsumers: [q/*.sql]\n",
        "dbt_project.yml": "name: shop\nversion: '1'\n",
        "models/s.yml": SOURCES,
        "macros/m.sql": MANY + macros,
        "models/mart.sql": "{{ many() }}" + model,
        "q/d.sql": reader,
        **{f"{name}.sql": text for name, text in more.items()},
    }
    return {id_.removeprefix("raw.") for id_, verdict in used_by_id(folder, files).items() if verdict is False}


LINES = "{% if var('v') %}\n a as x\n -- {% else %}\n b as x\n -- {% endif %}\n"
ADD = "{% macro add(l, c) %}{% do l.append(c) %}{% endmacro %}"
SET = "{% macro put(n, c) %}{% set n.c = c %}{% endmacro %}"
NAMED = "{% set n = namespace(c='') %}"


@pytest.mark.parametrize(
    ("macros", "model", "reader", "used"),
    [
        # in comments and strings, which a side may end
        (macro("select k,\n -- " + LINES + f" from {T}"), "{{ m() }}", XK, "t.a t.b"),
        (macro("x\n" + LINES.replace(" -- ", "")), f"select k -- {M}\n, a as x from {T}", XK, "t.b"),
        (macro("/* " + sides("*/ a as x /*", "*/ b as x /*") + " */"), f"select k, {M} from {T}", XK, "t.a t.b"),
        (macro("'p" + sides("' || a || '", "' || b || '") + "q' as x"), f"select k, {M} from {T}", XK, "t.a t.b"),
        (macro("a as x -- " + sides(" ", "\n") + ", b as y"), f"select k, {M}\n from {T}",
         "select k, x, y from mart", "t.b"),
        # literals that are positions, columns without names, or names of members
        (macro(sides("1", "1, 2")), f"select a as x, b as y, count(*) as n from {T} group by {M}",
         "select n from mart", "t.a t.b"),
        (macro(sides("1", "2")), f"select a, b, k from {T} order by {M} limit 10", "select k from mart", "t.a t.b"),
        (macro(sides("1", "1, 2")), f"select p, q, r from (select {M}, a, b from {T}) as s(p, q, r)",
         "select r from mart", "t.a"),
        (macro(sides("'a'", "'z'")), f"select {{{M}: a}} as s from {T}", "select s.a from mart", "t.a"),
        # what is sent to the warehouse
        ("", IS + "'-- newest\\nselect max(a) from raw.u') %}" + IN, XK, "u.a t.b"),
        ("", IS + "'from raw.u select max(a)') %}" + IN, XK, "u.a"),
        ("", IS + "'delete from raw.u where a = 1; select max(b) from raw.u') %}" + IN, XK, "u.a u.b"),
        ("", "{% call statement('p') %}create temporary table w as select k, a from raw.u where c > 1{% endcall %}"
         "select k, a as x from w", XK, "u.k u.a u.c"),
        # lists, mappings and namespaces that a side changes
        (ADD + macro("{% set l = [] %}" + sides("{{ add(l, 'a') }}", "{{ add(l, 'b') }}") + "{{ l[0] }} as x"),
         f"select k, {M} from {T}", XK, "t.a t.b"),
        (macro("{% set l = [] %}" + sides("{{ l.append('a') or '' }}",
         "{{ l.append('b') or '' }}") + "{{ l[0] }} as x"),
         f"select k, {M} from {T}", XK, "t.a t.b"),
        (SET + macro(NAMED + sides("{{ put(n, 'a') }}", "{{ put(n, 'b') }}") + "{{ n.c }} as x"),
         f"select k, {M} from {T}", XK, "t.a t.b"),
        # settings
        (macro(sides("insert into w select a from raw.t", "insert into w select b from raw.t")),
         f"{{{{ config(post_hook=m()) }}}} select k, k as x from {T}", "select x from mart; select * from w",
         "t.a t.b"),
        (macro(sides("mart_a", "mart_b")), f"{{{{ config(alias=m()) }}}} select k, a as x from {T}",
         "select k, x from mart_a", "t.k t.a"),
        # what is not NULL though it begins so, and what is cut
        (macro(sides("a as x", "null::boolean or b as x")), f"select k, {M} from {T}", XK, "t.a t.b"),
        (macro(sides("a as x", "cast(null as int) in (b) as x")), f"select k, {M} from {T}", XK, "t.a t.b"),
        (macro(sides("_a as x", "_b as x")), f"select k, {{{{ m() | trim('_') }}}} from {T}", XK, "t.a t.b"),
        (macro(sides("_a as x", "_b as x")), f"select k, {{{{ m().lstrip('_') }}}} from {T}", XK, "t.a t.b"),
        (macro(sides("_a as x", "_b as x")), f"select k, {{{{ m().removeprefix('_') }}}} from {T}", XK, "t.a t.b"),
        ("", f"select k, {{{{ 'a as x' | replace(var('v'), 'b') }}}} from {T}", XK, "t.a t.b"),
        # rows that a side may make one
        (macro(sides("foo(a) as x", "max(b) as x")), f"select {M}, count(*) as n from {T} group by all",
         "select n from mart", "t.a"),
    ],
)  # fmt: skip
def test_what_either_side_uses(tmp_path: Path, macros: str, model: str, reader: str, used: str) -> None:
    assert not unused(tmp_path, macros, model, reader) & set(used.split())


@pytest.mark.parametrize("branches", [14, 30, 200])
def test_long_chains_are_rendered(tmp_path: Path, branches: int) -> None:
    chain = "".join(f"{{% elif w == {n} %}}b{n} as x" for n in range(1, branches))
    macros = "{% macro m(w) %}{% if w == 0 %}a as x" + chain + "{% else %}c as x{% endif %}{% endmacro %}"
    told = unused(tmp_path, macros, f"select k, {{{{ m({branches}) }}}} from {T}", XK)
    assert {"t.a", "t.b"} <= told
    assert not {"t.c", "t.k"} & told


STRUCTS = "create table raw.t (k int64, a int64, b int64, s struct<q int64, p int64>);"


@pytest.mark.parametrize(
    ("model", "reader", "used"),
    [
        ("select struct(a as p, b as q) as s from raw.t union all select s from raw.t", "select s.p from m", "t.s.q"),
        ("select s from raw.t union all select struct(a as p, b as q) from raw.t", "select s.q from m", "t.a"),
        ("with y as (select struct(k as p, k as q) as s from raw.t) select struct(b as p, b as q) as s from raw.t"
         " union all select * replace (struct(a as q, b as p) as s) from y cross join raw.t",
         "select s.p from m", "t.a"),
        ("select struct(b as p, b as q) as s from raw.t union all"
         " select e as s from raw.t, unnest([struct(a as q, b as p)]) e", "select s.p from m", "t.a"),
        ("select struct(0 as p, 0 as q) as s union all select struct(b as q, a as p) from raw.t",
         "select s.p from m", "t.b"),
    ],
)  # fmt: skip
def test_structs_go_by_order_where_their_members_are_not_told(
    tmp_path: Path, model: str, reader: str, used: str
) -> None:
    config = "version: 1\ndialect: bigquery\nwarehouse: [w.sql]\nmodels: [m.sql]\nconsumers: [q.sql]\n"
    files = {"trackplan.yaml": config, "w.sql": STRUCTS, "m.sql": model, "q.sql": reader}
    told = {id_.removeprefix("raw."): verdict for id_, verdict in used_by_id(tmp_path, files).items()}
    assert told[used] is not False
