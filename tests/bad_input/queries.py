"""SQL that attacks the parser, the compiler or the linker."""

from __future__ import annotations

from tests.bad_input.sound import (
    DEEP,
    MANY,
    MODEL,
    SOUND,
    STORE,
    Case,
    text,
)


def in_select(expression: str) -> str:
    return f"select {expression} as revenue from raw_web.order_completed\n"


def in_view(expression: str) -> str:
    sound = SOUND[STORE]
    return f"{sound}create view raw_web.v as select {expression} as revenue from raw_web.order_completed;\n"


SQLS = {
    "nested parentheses": "(" * DEEP + "total" + ")" * DEEP,
    "nested parentheses, never closed": "(" * DEEP + "total",
    "a chain of NOT": "not " * DEEP + "true",
    "a chain of minus": "- " * DEEP + "total",
    "nested CASE": "case when true then " * DEEP + "total" + " end" * DEEP,
    "a chain of AND": "total = 1" + " and total = 1" * MANY,
    "a chain of plus": "total" + " + total" * MANY,
    "a chain of ||": "total" + " || total" * MANY,
    "nested functions": "abs(" * DEEP + "total" + ")" * DEEP,
    "nested subqueries": "(select " * DEEP + "total" + ")" * DEEP,
    "nested lists": "[" * DEEP + "total" + "]" * DEEP,
    "nested casts": "cast(" * DEEP + "total" + " as double)" * DEEP,
    "a chain of casts": "total" + "::double" * DEEP,
    "a chain of dots": "total" + ".a" * DEEP,
    "a chain of arrows": "total" + " -> 'a'" * DEEP,
    "a chain of brackets": "total" + "[1]" * DEEP,
    "a long IN": "total in (" + ", ".join(["1"] * MANY) + ")",
    "nested types": "cast(total as " + "struct(a " * 3000 + "int" + ")" * 3000 + ")",
    "a long name": '"' + "a" * 1_000_000 + '"',
    "an open quote": "'total",
    "an open comment": "total /* ",
    "nested comments": "total " + "/* " * DEEP,
    "a broken expression": "total + + from ,",
}
ORDERS = "raw_web.order_completed"
TEXTS = {
    "nested derived tables": "select * from (" * DEEP + f"select total as revenue from {ORDERS}" + ") t" * DEEP,
    "a long UNION": f"select total as revenue from {ORDERS}" + f" union all select total from {ORDERS}" * 5_000,
    "many joins": f"select a.total as revenue from {ORDERS} a"
    + "".join(f" join {ORDERS} b{n} on a.total = b{n}.total" for n in range(500)),
    "many WITHs": f"with t0 as (select total from {ORDERS})"
    + "".join(f", t{n} as (select * from t{n - 1})" for n in range(1, 1_000))
    + " select total as revenue from t999",
    "nested WITHs": "with a as (" * 3_000 + f"select total from {ORDERS}" + ") select * from a" * 3_000,
    "stars that multiply": f"with t0 as (select * from {ORDERS})"
    + "".join(f", t{n} as (select a.*, b.* from t{n - 1} a, t{n - 1} b)" for n in range(1, 40))
    + " select * from t39",
    "a query of itself": "select revenue from orders",
    "a recursive WITH": "with recursive a as (select 1 as n union all select n + 1 from a) select n as revenue from a",
    "Jinja": "{% for x in range(10**9) %}select {{ x }}{% endfor %}",
    "no SQL": "dear diary, today I read the news",
    "nested joins": "select revenue from " + "(a join " * DEEP + "b" + " on true)" * DEEP,
    "nested laterals": f"select total as revenue from {ORDERS}" + ", lateral (select * from b" * DEEP + ")" * DEEP,
    "many BEGINs": "begin " * DEEP,
    "many statements, one broken": "select 1 as revenue;\n" * 20_000 + "select from from;",
    "a thousand semicolons": ";" * 1_000,
}
CASES = [Case(t, MODEL, text(in_select(e)), (0, 1, 2)) for t, e in SQLS.items()]
CASES += [Case(t, MODEL, text(c + "\n"), (0, 1, 2)) for t, c in TEXTS.items()]
# The same parser reads views, but another one splits and keeps the statements of a warehouse.
SHARED = ("nested parentheses", "a chain of NOT", "nested CASE", "a chain of AND", "nested types", "an open quote")
CASES += [Case(t, STORE, text(in_view(SQLS[t])), (0, 1, 2)) for t in SHARED]
CASES += [
    Case("nested derived tables", STORE, text(f"create view v as {TEXTS['nested derived tables']};\n"), (0, 1, 2))
]
ROUND = "create view raw_web.a as select * from raw_web.b; create view raw_web.b as select * from raw_web.a;\n"
SELF = "create view raw_web.a as select * from raw_web.a;\n"
CASES += [
    Case("circular views", STORE, text(SOUND[STORE] + ROUND), (1,), says="TP003|unresolved-name", located=True),
    Case("a view of itself", STORE, text(SOUND[STORE] + SELF), (1,), says="TP003|unresolved-name", located=True),
    Case("a query of itself", MODEL, text(TEXTS["a query of itself"] + "\n"), (1,), located=True),
    Case("a table twice", STORE, text(SOUND[STORE] * 2), (0, 1, 2)),
    Case("nested types", STORE, text(f"create table raw_web.x (a {'struct(a ' * 3000}int{')' * 3000});"), (0, 1, 2)),
    Case("many columns", STORE, text(f"create table x ({', '.join(f'c{n} int' for n in range(20_000))});"), (0, 1, 2)),
]
