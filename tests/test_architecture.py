"""The promises about structure, as tests: who may import whom, who may print, and how long things may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Top to bottom. A module imports only from lines below its own; rooms on one line know nothing of each other.
LAYERS = (
    {"__main__"},
    {"running"},
    {"cli"},
    {"options"},
    {"commands"},
    {"lsp", "rule_tests", "fixing", "report"},
    {"prune", "quarterly"},
    {"pipeline"},
    {"last"},
    {"evidence", "judgement"},
    {"inputs", "rule_docs", "fixes", "scorecard", "processing", "dictionary"},
    {
        "derive",
        "edits",
        "engine",
        "summary",
        "formats",
        "inventory",
        "metrics",
        "explain",
        "compilation",
        "gate",
        "difference",
        "vocabulary",
        "called",
    },
    {"workers"},
    {"readers", "link"},
    {"rules"},
    {"jinja"},
    {"sql"},
    {"facts"},
    {"project"},
    {"classify"},
    {"documents"},
    {"once", "owners"},
    {"tree", "cache"},
    {"names", "causes", "taxonomy", "findings", "errors", "resources", "patterns", "seen", "garbage", "git"}
    | {"similarity", "copies", "counted", "streams", "proof"},
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
MAY_PRINT = {"__main__", "running", "commands"}
PRINTS = {"print", "exit", "quit", "sys.exit", "os._exit", "click.echo", "click.secho"}
PRINTS |= {"SystemExit", "sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer.write", "input"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import: from which module, of what (in full), on which line, for types alone or not."""

    module: str
    target: str
    line: int
    typing: bool


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its full name."""
    found = {}
    for path in sorted((ROOT / "trackplan").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def room(module: str) -> str:
    """The first name below the package: `trackplan.sql.parse` lies in the room `sql`; '' for the package."""
    return module.partition(".")[2].partition(".")[0]


def imports(module: str) -> Iterator[Import]:
    """All imports of `module`, inside functions too; names are resolved to modules where they are modules."""
    yield from _imports(module, tree(module), typing=False)


def _imports(module: str, node: ast.AST, *, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for statement in child.body:
                yield from _imports(module, ast.Module([statement], []), typing=True)
        elif isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, alias.name, child.lineno, typing)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, f"{module}:{child.lineno}: imports are written in full"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                yield Import(module, whole if whole in modules() else str(child.module), child.lineno, typing)
        else:
            yield from _imports(module, child, typing=typing)


def functions(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_every_room_has_a_place_in_the_house() -> None:
    assert {room(m) for m in modules()} - {""} <= set(LEVEL)


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_go_down(module: str) -> None:
    wrong = []
    here = LEVEL.get(room(module), -1)
    for found in imports(module):
        target = room(found.target) if found.target.startswith("trackplan.") else ""
        if not target or target == room(module):
            continue
        there = LEVEL.get(target, -1)
        if not (here < there or (found.typing and here == there)):
            wrong.append(f"{module}:{found.line} imports {found.target}")
    assert wrong == []


def test_no_cycles() -> None:
    graph = {
        module: {i.target for i in imports(module) if i.target in modules() and not i.typing} for module in modules()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def reader(module: str) -> str:
    """The reader that a module belongs to: `trackplan.readers.dbt.columns` is part of `trackplan.readers.dbt`."""
    return ".".join(module.split(".")[:3])


def test_readers_know_no_other_reader() -> None:
    wrong = [
        f"{i.module}:{i.line} imports {i.target}"
        for module in modules()
        if room(module) == "readers" and module not in ("trackplan.readers", "trackplan.readers.base")
        for i in imports(module)
        if room(i.target) == "readers" and i.target != "trackplan.readers.base" and reader(i.target) != reader(module)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("library", "home"),
    [("sqlglot", "trackplan.sql"), ("sqlite3", "trackplan.facts"), ("duckdb", "trackplan.proof")],
)
def test_libraries_stay_in_their_room(library: str, home: str) -> None:
    wrong = [
        f"{i.module}:{i.line}"
        for module in modules()
        for i in imports(module)
        if i.target.split(".")[0] == library and module != home and not module.startswith(home + ".")
    ]
    assert wrong == []


@pytest.mark.parametrize("module", sorted(m for m in modules() if room(m) not in MAY_PRINT))
def test_only_the_command_line_prints_and_exits(module: str) -> None:
    wrong = [
        f"{module}:{node.lineno} calls {ast.unparse(node.func)}"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in PRINTS
        and (module, ast.unparse(node.func)) != ("trackplan.copies", "os._exit")  # a copy ends itself alone
    ]
    wrong += [
        f"{module}:{node.lineno} raises {ast.unparse(node.exc)}"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc) in PRINTS
    ]
    assert wrong == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_nothing_evaluates_text(module: str) -> None:
    forbidden = {"eval", "exec", "compile", "yaml.load", "yaml.unsafe_load", "pickle.loads", "pickle.load"}
    wrong = [
        f"{module}:{node.lineno} calls {ast.unparse(node.func)}"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in forbidden
    ]
    assert wrong == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_modules_and_functions_are_short(module: str) -> None:
    lines = len(modules()[module].read_text(encoding="utf-8").splitlines())
    assert lines <= 300
    wrong = [
        f"{module}:{f.lineno} {f.name} has {f.end_lineno - f.lineno + 1} lines"
        for f in functions(module)
        if f.end_lineno is not None and f.end_lineno - f.lineno + 1 > 50
    ]
    assert wrong == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_public_names_have_docstrings(module: str) -> None:
    wrong = [] if ast.get_docstring(tree(module)) else [f"{module}: the module"]
    wrong += [f"{module}:{node.lineno} {node.name}" for node in _undocumented(tree(module))]
    assert wrong == []


def _undocumented(
    scope: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in scope.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") or any("overload" in ast.unparse(d) for d in node.decorator_list):
            continue
        if not ast.get_docstring(node):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(node)


def test_starting_is_light() -> None:
    """Nothing heavy is imported by the modules that every start runs through."""
    heavy = {"sqlglot", "jsonschema", "yaml", "sqlite3", "duckdb"}
    light = ("__main__", "cli", "errors", "findings", "names", "resources")
    wrong = [
        f"{i.module}:{i.line} imports {i.target}"
        for module in modules()
        if room(module) in light
        for i in imports(module)
        if i.target.split(".")[0] in heavy
    ]
    assert wrong == []
