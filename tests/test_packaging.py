"""The wheel: complete, installable, and with the same findings as the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, TODAY

if TYPE_CHECKING:
    from tests.conftest import Cli


@pytest.fixture(scope="module")
def wheel(source_copy: Path, tmp_path_factory: pytest.TempPathFactory, clean_env: dict[str, str]) -> Path:
    """The wheel, built from a clean copy of the checkout without any network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*command, str(source_copy)], capture_output=True, text=True, env=clean_env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory, clean_env: dict[str, str]) -> Path:
    """The folder of programs of a fresh virtual environment that holds the wheel.

    The dependencies come from the environment that runs the tests, so that no network is needed;
    the test of the pre-commit hook installs them for real.
    """
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    install = [*pip, "install", "-q", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, env=clean_env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    paths = sysconfig.get_paths()
    (packages,) = folder.glob("lib/python*/site-packages")
    lines = sorted({paths["purelib"], paths["platlib"]})
    (packages / "dependencies.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "bin"


def test_the_wheel_holds_rules_schemas_and_types(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"trackplan/_data/rules/{p.name}" for p in (ROOT / "rules").glob("*.sql")}
    wanted |= {f"trackplan/_data/schemas/{p.name}" for p in (ROOT / "schemas").glob("*.json")}
    wanted |= {f"trackplan/_data/rules/tests/{p.name}" for p in (ROOT / "tests" / "rules").glob("*.yml")}
    wanted |= {f"trackplan/_data/{p.relative_to(ROOT).as_posix()}" for p in (ROOT / "rules").glob("p*/*.yaml")}
    wanted |= {"trackplan/py.typed", "trackplan/facts/schema.sql"}
    assert wanted - inside == set()
    assert len(wanted) > 10


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    roots = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {r for r in roots if not r.endswith(".dist-info")} == {"trackplan"}


def test_the_wheel_carries_licence_and_description(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (n for n in names if n.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
    assert any(n.endswith("/LICENSE") for n in names)
    assert "License-Expression: Apache-2.0" in text
    assert "Requires-Python: >=3.11" in text


def test_the_wheel_finds_what_the_checkout_finds(installed: Path, storefront: Path, tmp_path: Path, cli: Cli) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    arguments = ("check", str(storefront), "--format", "json", "--today", TODAY)
    wheel = cli(*arguments, cwd=elsewhere, program=(str(installed / "trackplan"),))
    checkout = cli(*arguments, cwd=elsewhere)
    assert wheel.code == checkout.code == 1, wheel.err + checkout.err
    assert wheel.stdout == checkout.stdout
    assert len(json.loads(wheel.stdout)["findings"]) > 10


def test_the_wheel_runs_its_own_code(installed: Path, tmp_path: Path, cli: Cli) -> None:
    python = (str(installed / "python"),)
    where = cli("-c", "import trackplan; print(trackplan.__file__)", cwd=tmp_path, program=python)
    assert Path(where.out.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize(
    "arguments", [("rules",), ("explain", "TP102"), ("schema", "plan"), ("--version",), ("--help",)]
)
def test_commands_that_need_shipped_files(
    installed: Path, tmp_path: Path, cli: Cli, arguments: tuple[str, ...]
) -> None:
    run = cli(*arguments, cwd=tmp_path, program=(str(installed / "trackplan"),))
    assert run.code == 0, run.said
    assert run.out == cli(*arguments, cwd=tmp_path).out


def test_the_script_and_the_module_are_one(installed: Path, tmp_path: Path, cli: Cli) -> None:
    script = cli("check", "nowhere", cwd=tmp_path, program=(str(installed / "trackplan"),))
    module = cli("check", "nowhere", cwd=tmp_path, program=(str(installed / "python"), "-m", "trackplan"))
    assert script == module
    assert script.code == 2
