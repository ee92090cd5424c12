"""The promises about documents, as tests: nothing that a user or a rule author meets goes undocumented."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Cli

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCHEMAS = sorted((ROOT / "schemas").glob("*.json"))
RULES = sorted((ROOT / "rules").glob("*.sql"))


def command_lines() -> list[str]:
    """The copy-paste lines of the README that start from nothing."""
    return [line for line in README.splitlines() if line.startswith("python3 -m venv ")]


def table_commands() -> set[str]:
    """The commands that the README's table lists."""
    return set(re.findall(r"^\| `trackplan ([a-z]+)", README, re.MULTILINE))


def test_the_readme_has_two_command_lines() -> None:
    job, tests = command_lines()[:2]
    assert job.endswith(" check examples/storefront")
    assert "pytest" in tests


def test_ci_and_contributing_use_the_readmes_line_for_the_tests() -> None:
    line = command_lines()[1]
    for name in (".ci/run", "CONTRIBUTING.md"):
        assert line in {x.strip() for x in (ROOT / name).read_text(encoding="utf-8").splitlines()}, name


def test_the_readme_has_no_placeholder() -> None:
    assert re.findall(r"TODO|TBD|FIXME|PLACEHOLDER", README) == []


def test_the_readme_shows_the_real_output(cli: Cli) -> None:
    """Each line that the README shows as output is a line of the real one; `…` stands for lines left out."""
    block = re.search(r"\$ trackplan check examples/storefront\n(.*?)\n```", README, re.DOTALL)
    assert block, "the README shows no output of `trackplan check examples/storefront`"
    real = cli("check", "examples/storefront", "--today", "2026-11-01", cwd=ROOT).out.splitlines()
    known = {line.rstrip() for line in real}
    shown = [line.rstrip() for line in block[1].splitlines()]
    assert [line for line in shown if line not in known and line.strip() not in ("…", "")] == []
    assert len(shown) > 5


def test_the_readme_lists_every_command(cli: Cli) -> None:
    said = cli("--help", cwd=ROOT, env={"TERM": "dumb", "COLUMNS": "160"}).out
    listed = said[said.index("Commands") :]
    offered = set(re.findall(r"^[│|\s]\s{0,3}([a-z][a-z-]+)\s{2,}\S", listed, re.MULTILINE))
    assert len(offered) >= 6, said
    assert table_commands() == offered


@pytest.mark.parametrize("command", sorted(table_commands()))
def test_every_command_has_help(cli: Cli, command: str) -> None:
    run = cli(command, "--help", cwd=ROOT)
    assert run.code == 0
    assert len(run.out.splitlines()) > 5


def test_the_readmes_options_exist(cli: Cli) -> None:
    """Every `trackplan COMMAND … --option` in the documents names a command and options that there are."""
    wrong = []
    text = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    helps: dict[str, str] = {}
    for found in re.findall(r"(?:^|[`/\s])trackplan ([a-z]+ [^`\n|]*--[^`\n|#]*)", text):
        command, *arguments = shlex.split(found)
        helps[command] = helps.get(command) or cli(command, "--help", cwd=ROOT, env={"COLUMNS": "200"}).said
        options = [a.split("=")[0] for a in arguments if a.startswith("--")]
        wrong += [f"{command} {o}" for o in options if o not in helps[command]]
    assert wrong == []


def test_relative_links_lead_somewhere() -> None:
    wrong = []
    for document in [
        *ROOT.glob("*.md"),
        *ROOT.glob("rules/*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("examples/**/*.md"),
    ]:
        targets = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
        wrong += [
            f"{document.relative_to(ROOT)}: {target}"
            for target in targets
            if "://" not in target and not (document.parent / target).exists()
        ]
    assert wrong == []


def test_every_rule_has_cases_and_every_case_a_rule() -> None:
    cases = {p.stem for p in (ROOT / "tests" / "rules").glob("*.yml")}
    assert cases == {p.stem for p in RULES}


def test_every_rule_is_in_the_rules_readme() -> None:
    assert [p.stem for p in RULES if not re.fullmatch(r"TP\d{3}_[a-z0-9_]+", p.stem)] == []
    text = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
    assert [p.stem for p in RULES if p.stem.partition("_")[0] not in text] == []


def test_every_reader_is_in_the_readme() -> None:
    readers = {p.stem for p in (ROOT / "trackplan" / "readers").glob("[a-z]*.py")} - {"base"}
    assert {name for name in readers if f"`{name}`" not in README} == set()


# schema.sql, the rule author's dictionary


def schema_blocks() -> dict[str, tuple[str, list[str]]]:
    """Per table and view of schema.sql: the comment above it, and its lines."""
    blocks: dict[str, tuple[str, list[str]]] = {}
    comment: list[str] = []
    current: list[str] | None = None
    for line in (ROOT / "trackplan" / "facts" / "schema.sql").read_text(encoding="utf-8").splitlines():
        if match := re.match(r'CREATE (?:TABLE|VIEW) "?(\w+)"?', line):
            current = []
            blocks[match[1]] = (" ".join(comment), current)
        elif current is not None:
            current.append(line)
        comment = [*comment, line[3:]] if line.startswith("--") else []
        if line.rstrip().endswith(";"):
            current = None
    return blocks


def common_columns() -> set[str]:
    """The columns that the head of schema.sql explains once for all tables, as "`name`: what it is"."""
    head = (ROOT / "trackplan" / "facts" / "schema.sql").read_text(encoding="utf-8").partition("PRAGMA")[0]
    return set(re.findall(r"`(\w+)`", head))


@pytest.mark.parametrize("name", sorted(schema_blocks()))
def test_every_table_is_explained(name: str) -> None:
    comment, lines = schema_blocks()[name]
    links = [line for line in lines if "REFERENCES" in line or "PRIMARY KEY (" in line or line.startswith(")")]
    assert comment or len(lines) - len(links) <= 1  # a pure link, or a list of words, speaks for itself


@pytest.mark.parametrize("name", sorted(schema_blocks()))
def test_every_column_is_explained(name: str) -> None:
    wrong = []
    lines = [*schema_blocks()[name][1], ""]
    for line, following in pairwise(lines):
        column = re.match(r'  "?([a-z_]+)"?\s+(INTEGER|TEXT|REAL|BLOB)\b', line)
        if not column:
            continue
        target = re.search(r'REFERENCES "?(\w+)"?', line)
        speaks_for_itself = target is not None and target[1] == column[1]
        explained = "--" in line or ("--" in following and not re.match(r'  "?[a-z_]+"?\s+[A-Z]', following))
        if not (explained or speaks_for_itself or column[1] in common_columns()):
            wrong.append(f"{name}.{column[1]}")
    # Two or three words in a link table are the table's own comment.
    link = all("NOT NULL" in x or "PRIMARY KEY (" in x or x.startswith(")") for x in lines if x)
    assert wrong == [] or (link and len(lines) <= 6 and schema_blocks()[name][0])


# JSON Schemas: editors complete and explain from them


def properties(node: object, where: str = "") -> list[tuple[str, dict[str, object]]]:
    """Every schema of a property in the schema `node`, with its JSON path."""
    found: list[tuple[str, dict[str, object]]] = []
    if isinstance(node, list):
        for index, value in enumerate(node):
            found += properties(value, f"{where}/{index}")
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("properties", "$defs", "patternProperties") and isinstance(value, dict):
                for name, inner in value.items():
                    if key == "properties" and isinstance(inner, dict):
                        found.append((f"{where}/{name}", inner))
                    found += properties(inner, f"{where}/{name}")
            elif key not in ("examples", "default", "const", "enum"):
                found += properties(value, f"{where}/{key}")
    return found


def explained(schema: dict[str, object], node: dict[str, object], word: str) -> bool:
    """Whether the property itself or the definition that it refers to has `word`."""
    seen: set[str] = set()
    while word not in node:
        reference = node.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/") or reference in seen:
            return False
        seen.add(reference)
        target: object = schema
        for part in reference[2:].split("/"):
            target = target[part] if isinstance(target, dict) else None
        if not isinstance(target, dict):
            return False
        node = target
    return bool(node[word])


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_schemas_are_valid_and_explain_every_property(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert {"title", "description", "examples"} <= set(schema)
    wrong = [
        f"{where}: no {word}"
        for where, node in properties(schema)
        for word in ("title", "description")
        if not explained(schema, node, word)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_examples_in_schemas_are_valid(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    for example in schema["examples"]:
        assert [e.message for e in validator.iter_errors(example)] == []
    for where, node in properties(schema):
        own = Draft202012Validator({**node, "$defs": schema.get("$defs", {})})
        examples = node.get("examples", [])
        assert isinstance(examples, list)
        assert [f"{where}: {e.message}" for x in examples for e in own.iter_errors(x)] == []


def test_there_are_schemas_for_what_users_write_and_read() -> None:
    assert {"project", "plan"} <= {p.stem.removesuffix(".schema") for p in SCHEMAS}
    assert len(SCHEMAS) >= 4
