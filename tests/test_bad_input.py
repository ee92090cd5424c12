"""Input that is broken, hostile or absurd: a located error or a clean result, soon, and never a traceback.

Every case is one row: which file of a small, sound project is replaced by what, how the run may end, and what it
must say. Everything goes through the real command line, with a limit on time and on memory.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import TODAY

if TYPE_CHECKING:
    from tests.conftest import Cli, Run

SECONDS = 20
MEMORY = 1_500_000_000
DEEP = 10_000
MANY = 50_000
HUGE = 50_000_000

SOUND = {
    "trackplan.yaml": """\
version: 1
dialect: duckdb
plans: [plan.yaml, segment.json]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql]
models: [models/*.sql]
consumers: [dashboards/*.sql]
landing:
  - {plan: web, convention: segment, schema: raw_web}
""",
    "plan.yaml": """\
trackplan: 1
name: web
owner: growth@example.com
events:
  Order Completed:
    description: A buyer has paid
    properties:
      total: {type: number, description: What was paid}
""",
    "segment.json": json.dumps(
        {
            "name": "app",
            "display_name": "App",
            "rules": {
                "events": [
                    {
                        "name": "App Opened",
                        "description": "The app comes to the front",
                        "rules": {"type": "object", "properties": {"properties": {"type": "object"}}},
                    }
                ]
            },
        },
        indent=2,
    )
    + "\n",
    "use_cases.yaml": """\
use_cases:
  - id: weekly-sales
    title: See each week what was sold
    owner: sales@example.com
    outcome: {metric: weekly_revenue, goal: "+5 %", moves: revenue}
    horizon: 2027-06-30
    review_by: 2027-01-15
    needs: ["Order Completed.total"]
    consumers: [dashboard.sales]
""",
    "warehouse.sql": "create table raw_web.order_completed (total double);\n",
    "models/orders.sql": "select total as revenue from raw_web.order_completed\n",
    "dashboards/sales.sql": "select sum(revenue) as revenue from orders\n",
}
PLAN, SEGMENT, USES, STORE = "plan.yaml", "segment.json", "use_cases.yaml", "warehouse.sql"
PROJECT, MODEL, BOARD = "trackplan.yaml", "models/orders.sql", "dashboards/sales.sql"
YAML = (PROJECT, PLAN, USES)
SQL = (STORE, MODEL, BOARD)
FILES = (*YAML, SEGMENT, *SQL)

Make = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Case:
    """`make` puts something in place of `file`; `ends` are the exit codes allowed, `says` a pattern to be found.

    `located` asks for `file:line` in what is said, not only for the file's name; `silent` for no word about it.
    """

    title: str
    file: str
    make: Make
    ends: tuple[int, ...] = (2,)
    says: str = ""
    located: bool = False
    silent: bool = False

    def __str__(self) -> str:
        return f"{self.title}-{self.file}".replace(" ", "_")


def text(content: str) -> Make:
    return lambda path: _write(path, content.encode("utf-8", "surrogatepass"))


def data(content: bytes) -> Make:
    return lambda path: _write(path, content)


def change(old: str, new: str) -> Make:
    """Replace `old` in the sound file, which must hold it."""

    def make(path: Path) -> None:
        before = path.read_text(encoding="utf-8")
        assert old in before
        _write(path, before.replace(old, new).encode("utf-8", "surrogatepass"))

    return make


def recode(convert: Callable[[bytes], bytes]) -> Make:
    return lambda path: _write(path, convert(path.read_bytes()))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def grown(line: str) -> Make:
    """The sound file with `line` after it again and again, to 50 MB."""

    def make(path: Path) -> None:
        with path.open("ab") as file:
            file.write((line + "\n").encode() * (HUGE // (len(line) + 1) + 1))

    return make


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def missing(path: Path) -> None:
    path.unlink()


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def unreadable(path: Path) -> None:
    path.chmod(0)


def outside(path: Path) -> None:
    """A link to a sound file outside of the project: it must not be followed."""
    root = next(p for p in path.parents if p.name == "project")
    target = root.parent / path.name
    target.write_text(path.read_text(encoding="utf-8").replace("total", "secret"), encoding="utf-8")
    path.unlink()
    path.symlink_to(target)


def bomb(levels: int = 9, width: int = 9) -> str:
    """Aliases of aliases: a few lines that stand for a billion values."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


def in_select(expression: str) -> str:
    return f"select {expression} as revenue from raw_web.order_completed\n"


def in_view(expression: str) -> str:
    sound = SOUND[STORE]
    return f"{sound}create view raw_web.v as select {expression} as revenue from raw_web.order_completed;\n"


# Any file: what it is, not what it says.
BYTES = [Case("binary", f, data(bytes(range(256)) * 64), (1, 2) if f in SQL else (2,)) for f in FILES]
BYTES += [Case("NUL bytes", f, data(b"\0" * 1000), (1, 2) if f in SQL else (2,)) for f in FILES]
BYTES += [
    Case("invalid UTF-8", f, recode(lambda b: b + b"# caf\xe9\n"), (1, 2) if f in SQL else (2,), located=True)
    for f in (*YAML, SEGMENT)
]
BYTES += [Case("invalid UTF-8", f, recode(lambda b: b + b"-- caf\xe9\n"), (0, 1, 2)) for f in SQL]
BYTES += [Case("UTF-16", f, recode(lambda b: b.decode().encode("utf-16")), (1, 2) if f in SQL else (2,)) for f in FILES]
BYTES += [Case("BOM", f, recode(lambda b: b"\xef\xbb\xbf" + b), (0,), silent=True) for f in FILES]
BYTES += [Case("CRLF", f, recode(lambda b: b.replace(b"\n", b"\r\n")), (0,), silent=True) for f in FILES]
BYTES += [Case("no last newline", f, recode(bytes.rstrip), (0,), silent=True) for f in FILES]
BYTES += [Case("empty", f, data(b""), (2,)) for f in (*YAML, SEGMENT)]
BYTES += [Case("empty", f, data(b""), (0, 1)) for f in SQL]
BYTES += [Case("white space", f, text(" \n\n  \n"), (0, 1) if f in SQL else (2,)) for f in FILES]
BYTES += [Case("a comment only", f, text("# nothing\n"), (2,)) for f in YAML]
BYTES += [Case("a comment only", f, text("-- nothing\n"), (0, 1)) for f in SQL]
BYTES += [Case("50 MB", f, grown("# a line of nothing much, to make it long"), (0, 1, 2)) for f in YAML]
BYTES += [Case("50 MB", f, grown("-- a line of nothing much, to make it long"), (0, 1, 2)) for f in SQL]
BYTES += [Case("50 MB", SEGMENT, grown(" " * 60), (0, 1, 2))]
BYTES += [Case("50 MB in one line", f, text("a" * HUGE), (1, 2) if f in SQL else (2,)) for f in (PLAN, MODEL)]
BYTES += [Case("50 MB of statements", MODEL, grown("; select total from raw_web.order_completed"), (1, 2))]

# In place of a file.
PLACES = [Case("missing", f, missing, (1, 2)) for f in FILES if f not in (PROJECT, MODEL, BOARD)]
PLACES += [Case("missing", PROJECT, missing, (2,), says="trackplan init")]
PLACES += [Case("folder", f, folder, (1, 2)) for f in FILES if f != PROJECT]
PLACES += [Case("folder", PROJECT, folder, (2,))]
PLACES += [Case("dangling link", f, dangling, (1, 2)) for f in FILES]
PLACES += [Case("link to itself", f, loop, (1, 2)) for f in FILES]
PLACES += [Case("pipe", f, pipe, (1, 2)) for f in FILES]
PLACES += [Case("link out of the project", f, outside, (1, 2)) for f in FILES if f != PROJECT]
PLACES += [Case("unreadable", f, unreadable, (1, 2)) for f in FILES]

# YAML and JSON that attack the parser, in each kind of file.
NESTED = {
    "alias bomb": bomb(),
    "alias to itself": "a: &a [*a]\n",
    "nested flow lists": "a: " + "[" * DEEP + "]" * DEEP + "\n",
    "nested flow lists, never closed": "a: " + "[" * DEEP + "\n",
    "nested flow maps": "{a: " * DEEP + "1" + "}" * DEEP + "\n",
    "nested block lists": "a:\n  " + "- " * DEEP + "1\n",
    "nested block maps": "".join(" " * n + "a:\n" for n in range(2_000)),
    "a tab": "a:\n\tb: 1\n",
    "a tag of Python": "a: !!python/object/apply:os.system ['echo hacked']\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a list": "- 1\n- 2\n",
    "a word": "hello\n",
    "a key that is a list": "? [a, b]\n: 1\n",
    "an undefined alias": "a: *b\n",
    "an open quote": 'a: "b\n',
    "a broken tag": "a: !<tag:,\n",
    "a directive": "%YAML 9.9\n%FOO bar\n---\na: 1\n",
    "a date that is none": "a: 2026-02-30\n",
    "a number of 5,000 digits": f"a: {'9' * 5000}\n",
    "a control character": "a: b\x07c\n",
}
PARSERS = [Case(t, f, text(c), (2,), located=t not in ("a word", "a list")) for f in YAML for t, c in NESTED.items()]
JSONS = {
    "nested lists": "[" * DEEP + "]" * DEEP,
    "nested lists, never closed": "[" * DEEP,
    "nested maps": '{"a":' * DEEP + "1" + "}" * DEEP,
    "a word": "hello",
    "null": "null",
    "NaN": '{"name": "app", "rules": {"events": [{"name": NaN}]}}',
    "a comment": '// hello\n{"name": "app"}',
    "a trailing comma": '{"name": "app",}',
    "cut off": '{"name": "app", "rules": {"ev',
    "a number of 5,000 digits": '{"name": ' + "9" * 5000 + "}",
    "the wrong shape": '{"name": "app", "rules": {"events": 7}}',
    "an empty list": "[]",
}
PARSERS += [Case(t, SEGMENT, text(c)) for t, c in JSONS.items()]
DEEP_SCHEMA = '{"type": "object", "properties": {"a": ' * 3000 + '{"type": "string"}' + "}}" * 3000
PARSERS += [
    Case(
        "a deeply nested property",
        SEGMENT,
        change('"type": "object"\n', f'"type": "object", "properties": {{"a": {DEEP_SCHEMA}}}\n'),
        (0, 1, 2),
    )
]

# Well-formed, but wrong.
WRONG = [
    Case("unknown version", PROJECT, change("version: 1", "version: 2"), says="version", located=True),
    Case("version as text", PROJECT, change("version: 1", "version: one"), says="version", located=True),
    Case("unknown version", PLAN, change("trackplan: 1", "trackplan: 99"), says="version|99", located=True),
    Case("a key twice", PROJECT, change("dialect: duckdb", "dialect: duckdb\ndialect: duckdb"), located=True),
    Case("a key twice", PLAN, text(SOUND[PLAN] + "      total: {type: string}\n"), says="total", located=True),
    Case("a key twice", USES, change("    title:", "    id: again\n    title:"), says="id", located=True),
    Case("a key twice", SEGMENT, change('"display_name": "App"', '"name": "b"'), says="name", located=True),
    Case("a misspelt key", PROJECT, change("plans:", "plan:"), says="plans", located=True),
    Case("a misspelt key", PLAN, change("description: A", "descripton: A"), says="description", located=True),
    Case("a misspelt key", USES, change("owner:", "ownr:"), says="owner", located=True),
    Case("an unknown dialect", PROJECT, change("duckdb", "duckbd"), says="duckdb", located=True),
    Case("an unknown plan in landing", PROJECT, change("plan: web", "plan: wbe"), says="web", located=True),
    Case("an unknown convention", PROJECT, change("convention: segment", "convention: x"), located=True),
    Case("an unknown type", PLAN, change("type: number", "type: nummer"), says="number", located=True),
    Case("a number for a name", PLAN, change("  Order Completed:", "  404:"), (0, 1, 2)),
    Case("null for an event", PLAN, text("trackplan: 1\nname: web\nevents:\n  Order Completed:\n"), (0, 1, 2)),
    Case("a date that is none", USES, change("2027-06-30", "2027-02-30"), located=True),
    Case("a date far out", USES, change("2027-06-30", "99999-01-01"), located=True),
    Case("a selector with an open quote", USES, change('"Order Completed.total"', "'\"Order'"), located=True),
    Case("a selector that explodes", USES, change('"Order Completed.total"', f"'{'{a,b}' * 60}'"), located=True),
    Case("a selector of stars", USES, change('"Order Completed.total"', f"'{'*a' * 5000}'"), (0, 1, 2)),
    Case("a need that matches nothing", USES, change("Completed.total", "Completed.tutal"), (1,), located=True),
    Case("a use case twice", USES, text(SOUND[USES] + SOUND[USES].partition("\n")[2]), (2,), located=True),
    Case("a negative age", PROJECT, text(SOUND[PROJECT] + "policy: {grace: -5 days}\n"), located=True),
    Case("a share over one", PROJECT, text(SOUND[PROJECT] + "policy: {minimum_coverage: 7}\n"), located=True),
    Case(
        "an age without end",
        PROJECT,
        text(SOUND[PROJECT] + "policy: {planning_horizon: 99999999999 months}\n"),
        located=True,
    ),
    Case("an age in other words", PROJECT, text(SOUND[PROJECT] + "policy: {grace: soon}\n"), located=True),
    Case("half a surrogate", PLAN, change("A buyer has paid", '"\\uD800 paid"'), (0, 1, 2)),
    Case("half a surrogate", SEGMENT, change("The app", "\\ud800"), (0, 1, 2)),
    Case("half a surrogate as a name", SEGMENT, change("App Opened", "App \\ud800"), (0, 1, 2)),
    Case("an empty name", SEGMENT, change("App Opened", ""), (0, 1, 2)),
]
OUT = ("../other/*.yaml", "/etc/passwd", "a/../../b.yaml", "~/plan.yaml", "C:\\plan.yaml", "..", "%2e%2e/x", "")
WRONG += [
    Case(
        f"the pattern {p or 'of nothing'}", PROJECT, change("plans: [plan.yaml", f"plans: ['{p}'"), (1, 2), located=True
    )
    for p in OUT
]
WRONG += [
    Case("a pattern of stars", PROJECT, change("plans: [plan.yaml", f"plans: ['{'**/' * 200}*'"), (0, 1, 2)),
    Case("own rules outside", PROJECT, text(SOUND[PROJECT] + "rules: {extend: [../x]}\n"), located=True),
]

# SQL that attacks the parser, as a model and in a view.
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
PARSERS += [Case(t, MODEL, text(in_select(e)), (0, 1, 2)) for t, e in SQLS.items()]
PARSERS += [Case(t, STORE, text(in_view(e)), (0, 1, 2)) for t, e in SQLS.items()]
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
    "a thousand semicolons": ";" * 1_000,
}
PARSERS += [Case(t, MODEL, text(c + "\n"), (0, 1, 2)) for t, c in TEXTS.items()]
ROUND = "create view raw_web.a as select * from raw_web.b; create view raw_web.b as select * from raw_web.a;\n"
SELF = "create view raw_web.a as select * from raw_web.a;\n"
WRONG += [
    Case("circular views", STORE, text(SOUND[STORE] + ROUND), (1,), says="TP003|unresolved-name", located=True),
    Case("a view of itself", STORE, text(SOUND[STORE] + SELF), (1,), says="TP003|unresolved-name", located=True),
    Case("a query of itself", MODEL, text(TEXTS["a query of itself"] + "\n"), (1,), located=True),
    Case("a table twice", STORE, text(SOUND[STORE] * 2), (0, 1, 2)),
    Case("nested types", STORE, text(f"create table raw_web.x (a {'struct(a ' * 3000}int{')' * 3000});"), (0, 1, 2)),
    Case("many columns", STORE, text(f"create table x ({', '.join(f'c{n} int' for n in range(20_000))});"), (0, 1, 2)),
]

CASES = [*BYTES, *PLACES, *PARSERS, *WRONG]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project in which nothing is wrong."""
    root = tmp_path / "project"
    for name, content in SOUND.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return root


def check(cli: Cli, project: Path, *arguments: str, env: dict[str, str] | None = None) -> Run:
    """`trackplan check` within the limits. What must hold of every run is asserted here."""
    arguments = arguments or ("check", ".", "--today", TODAY)
    run = cli(*arguments, cwd=project, timeout=SECONDS, memory=MEMORY, env=env)
    assert "Traceback" not in run.said
    assert not re.search(r"\b(RecursionError|MemoryError|KeyError|ValueError|AssertionError)\b", run.said)
    assert run.code in (0, 1, 2), f"ended by signal or with an unknown code: {run.code}"
    assert re.findall(rb"[\x00-\x08\x0b-\x1f\x7f]", run.stdout + run.stderr) == [], "control characters"
    assert max(map(len, run.said.splitlines()), default=0) < 2_000, "a line that no terminal can show"
    return run


def test_the_sound_project_is_sound(project: Path, cli: Cli) -> None:
    run = check(cli, project)
    assert run.code == 0, run.said


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bad_input(case: Case, project: Path, cli: Cli) -> None:
    if case.make is unreadable and os.geteuid() == 0:
        pytest.skip("root may read everything")
    case.make(project / case.file)
    run = check(cli, project)
    assert run.code in case.ends, run.said
    assert "hacked" not in run.said
    assert "secret" not in run.said
    assert not case.says or re.search(case.says, run.said), run.said
    if case.silent:
        assert case.file not in run.said, run.said
    elif run.code == 2 and case.make is not missing:
        where = re.escape(case.file) + (r":\d+" if case.located else "")
        assert re.search(where, run.said) or mentions_under_heading(run, case.file), run.said
    elif run.code == 1:
        assert re.search(r"^\S+\.(sql|ya?ml|json)\b", run.out, re.MULTILINE), run.said


def mentions_under_heading(run: Run, name: str) -> bool:
    """Text output is grouped by file: the name on a line of its own, then lines that begin with `line:column`."""
    return bool(re.search(rf"^{re.escape(name)}\n\s+\d+:\d+", run.out, re.MULTILINE))


# What a reader of the output must be safe from.
ESCAPES = {
    PLAN: change("A buyer has paid", r'"\e[2J\e]0;owned\a <script>alert(1)</script> \r\n::error::x"'),
    SEGMENT: change("App Opened", r"\u001b[31mApp\u001b]8;;x\u0007 \u202e \u2028 <b>\r\n"),
    USES: change("See each week", r'"\e[31m'.replace('"', "") + "See each week"),
    MODEL: text('select total as "\x1b[31m revenue", total as revenue from raw_web.order_completed\n'),
    STORE: text('create table raw_web.order_completed (total double, "a\x1b[31m\r\nb" int);\n'),
}


@pytest.mark.parametrize("name", sorted(ESCAPES))
@pytest.mark.parametrize("command", ["check", "inventory", "explain"])
def test_no_escape_reaches_the_terminal(project: Path, cli: Cli, name: str, command: str) -> None:
    ESCAPES[name](project / name)
    arguments = {"explain": ("explain", "web/Order Completed.total")}.get(command, (command,))
    run = check(cli, project, *arguments, "--today", TODAY)
    assert "\u202e" not in run.said
    assert not re.search("^::", run.said, re.MULTILINE)


def test_json_stays_json_whatever_the_names(project: Path, cli: Cli) -> None:
    for name, make in ESCAPES.items():
        make(project / name)
    change("The app", "\\ud800 The app")(project / SEGMENT)
    run = check(cli, project, "check", ".", "--format", "json", "--today", TODAY)
    assert json.loads(run.stdout)["version"] == 1


def test_findings_are_the_same_with_other_line_endings(project: Path, cli: Cli) -> None:
    change("    properties:", "    properties:\n      idle: string")(project / PLAN)
    before = check(cli, project, "check", ".", "--format", "json", "--today", TODAY)
    for name in SOUND:
        path = project / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = check(cli, project, "check", ".", "--format", "json", "--today", TODAY)
    assert json.loads(before.stdout)["findings"] == json.loads(after.stdout)["findings"] != []


def test_all_errors_of_a_file_come_at_once(project: Path, cli: Cli) -> None:
    change("version: 1", "version: 1\nbogus: 1\nextra: 2")(project / PROJECT)
    run = check(cli, project)
    assert run.code == 2
    assert "trackplan.yaml:2" in run.said
    assert "trackplan.yaml:3" in run.said


def test_errors_of_several_files_come_at_once(project: Path, cli: Cli) -> None:
    change("type: number", "type: nummer")(project / PLAN)
    change("owner:", "ownr:")(project / USES)
    run = check(cli, project)
    assert run.code == 2
    assert "nummer" in run.said
    assert "ownr" in run.said


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere"),
        ("check", "/"),
        ("check", "."),
        ("check", "--select", "TP999"),
        ("check", "--fail-on", "panic"),
        ("check", "--format", "xml"),
        ("check", "--today", "2026-02-30"),
        ("check", "--output", "no/such/folder/out.txt"),
        ("check", "--bogus"),
        ("explain", "no.such.thing"),
        ("explain", 'web/"'),
        ("schema", "nosuch"),
        ("query", "delete from field"),
        ("query", "attach 'x.db' as x"),
        ("query", "select load_extension('x')"),
        ("query", "pragma query_only = off"),
        ("query", "select"),
        ("query", ""),
        ("bogus",),
        ("",),
    ],
    ids=" ".join,
)
def test_wrong_arguments(project: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
    if arguments in (("check", "/"), ("check", ".")):
        project = project.parent  # where there is no project file
    run = check(cli, project, *arguments)
    assert run.code == 2, run.said
    assert run.err.strip()


@pytest.mark.parametrize("env", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
def test_a_terminal_without_unicode(project: Path, cli: Cli, env: dict[str, str]) -> None:
    change("      total:", "      übergröße: string\n      total:")(project / PLAN)
    run = check(cli, project, env={**env, "LANG": "C"})
    assert run.code == 1, run.said
    assert "gr" in run.out


def test_a_reader_who_leaves_early(project: Path, cli: Cli) -> None:
    run = cli(
        "-c",
        'set -o pipefail; "$0" -m trackplan inventory --format json | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"',
        sys.executable,
        cwd=project,
        env={"PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        program=("bash",),
    )
    assert "Traceback" not in run.said
    assert "Exception" not in run.said
