"""YAML and JSON: what attacks a parser, and what is well-formed but wrong."""

from __future__ import annotations

from tests.bad_input.sound import (
    DEEP,
    PLAN,
    PROJECT,
    SEGMENT,
    SOUND,
    USES,
    Case,
    change,
    text,
)


def bomb(levels: int = 9, width: int = 9) -> str:
    """Aliases of aliases: a few lines that stand for a billion values."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


NESTED = {
    "alias bomb": bomb(),
    "alias to itself": "a: &a [*a]\n",
    "nested flow lists": "a: " + "[" * DEEP + "]" * DEEP + "\n",
    "nested flow lists, never closed": "a: " + "[" * DEEP + "\n",
    "nested flow maps": "{a: " * DEEP + "1" + "}" * DEEP + "\n",
    "nested block lists": "a:\n  " + "- " * DEEP + "1\n",
    "nested block maps": "".join(" " * n + "a:\n" for n in range(2_000)),
    "a tab": "a:\n\tb: 1\n",
    "a tag of Python": "a: !!python/object/apply:os.system ['touch hacked']\n",
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
SHARED = ("alias bomb", "nested flow lists", "a tab", "a tag of Python")  # one parser reads all YAML
CASES = [Case(t, PLAN, text(c), located=t not in ("a word", "a list")) for t, c in NESTED.items()]
CASES += [Case(t, f, text(NESTED[t]), located=True) for f in (PROJECT, USES) for t in SHARED]
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
CASES += [Case(t, SEGMENT, text(c)) for t, c in JSONS.items()]
DEEP_SCHEMA = '{"type": "object", "properties": {"a": ' * 3000 + '{"type": "string"}' + "}}" * 3000
CASES += [
    Case(
        "a deeply nested property",
        SEGMENT,
        change('"type": "object"\n', f'"type": "object", "properties": {{"a": {DEEP_SCHEMA}}}\n'),
        (0, 1, 2),
    )
]

# Well-formed, but wrong.
CASES += [
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
CASES += [
    Case(
        f"the pattern {p or 'of nothing'}", PROJECT, change("plans: [plan.yaml", f"plans: ['{p}'"), (1, 2), located=True
    )
    for p in OUT
]
CASES += [
    Case("a pattern of stars", PROJECT, change("plans: [plan.yaml", f"plans: ['{'**/' * 200}*'"), (0, 1, 2)),
    Case("own rules outside", PROJECT, text(SOUND[PROJECT] + "rules: {extend: [../x]}\n"), located=True),
]
