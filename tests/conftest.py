"""What many tests share: the command line in its own process, copies of the project, the package index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

from tests.forks import Forks, limit
from trackplan.facts import base

ROOT = Path(__file__).resolve().parent.parent
TODAY = "2026-11-01"

# A busy machine is no failure.
settings.register_profile("trackplan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("trackplan")


base.SETTINGS += "PRAGMA ignore_check_constraints = OFF;"  # what our code writes is what the schema says of it


def pytest_configure() -> None:
    """Make the folders now that pytest and hypothesis would make meanwhile.

    This folder is one that modules are looked for in. A name that comes into it makes the next run start afresh, and
    some tests ask whether a run went on from the last one.
    """
    for name in (".hypothesis", ".pytest_cache"):
        (ROOT / name).mkdir(exist_ok=True)


@dataclass(frozen=True, slots=True)
class Run:
    """How a process ended: its exit code, and what it wrote as bytes and as text."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        """Standard output as text."""
        return self.stdout.decode("utf-8", "replace")

    @property
    def err(self) -> str:
        """Standard error as text."""
        return self.stderr.decode("utf-8", "replace")

    @property
    def said(self) -> str:
        """All that was written."""
        return self.out + self.err


class Cli(Protocol):
    """Runs `trackplan ARGUMENTS` in a process of its own."""

    def __call__(
        self,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        seconds: int = 60,
        memory: int = 0,
        program: Sequence[str] = (),
    ) -> Run:
        """`seconds` limits the time on the processor and `memory` the address space in bytes.

        `program` runs another command than the checkout's.
        """


@pytest.fixture(scope="session")
def clean_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without the developer's own set-up: no colours, an empty cache, no git identity."""
    home = tmp_path_factory.mktemp("home")
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("TRACKPLAN", "PYTHON", "GIT_", "PYTEST"))}
    return keep | {
        "COLUMNS": "120",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "HOME": str(home),
        "NO_COLOR": "1",
        "XDG_CACHE_HOME": str(home / "cache"),
    }


@pytest.fixture(scope="session")
def forks(clean_env: dict[str, str]) -> Iterator[Forks]:
    """What runs the command line of this checkout without loading it each time."""
    found = Forks({**clean_env, "PYTHONPATH": str(ROOT)})
    yield found
    found.close()


@pytest.fixture(scope="session")
def cli(clean_env: dict[str, str], forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line of this checkout, whatever else is installed."""
    folder = tmp_path_factory.mktemp("cli")

    def run(
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        seconds: int = 60,
        memory: int = 0,
        program: Sequence[str] = (),
    ) -> Run:
        here = {**clean_env, **({} if program else {"PYTHONPATH": str(ROOT)}), **(env or {})}
        if not program and not any(name.startswith("PYTHON") for name in env or ()):
            return Run(*forks.run(arguments, cwd, here, seconds, memory, folder))
        done = subprocess.run(
            [*(program or (sys.executable, "-m", "trackplan")), *arguments],
            cwd=cwd,
            env=here,
            timeout=60 + 5 * seconds,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            preexec_fn=partial(limit, seconds, memory),
        )
        return Run(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def storefront(tmp_path: Path) -> Path:
    """A copy of the example project, alone in a folder of its own."""
    return Path(shutil.copytree(ROOT / "examples" / "storefront", tmp_path / "shop" / "storefront"))


@pytest.fixture(scope="session")
def package_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips the test where pip reaches no package index."""
    folder = tmp_path_factory.mktemp("probe")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir"]
    command += ["--timeout", "5", "--retries", "0", "-d", str(folder), "iniconfig"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        pytest.skip("no package index can be reached")
    if done.returncode:
        pytest.skip("no package index can be reached")


@pytest.fixture(scope="session")
def source_copy(tmp_path_factory: pytest.TempPathFactory, clean_env: dict[str, str]) -> Path:
    """The checkout's files, new ones too but no ignored ones, committed in a git repository of their own."""
    folder = tmp_path_factory.mktemp("source") / "trackplan"

    def git(*arguments: str, cwd: Path) -> bytes:
        command = ("git", "-c", f"safe.directory={cwd}", *arguments)
        return subprocess.run(command, cwd=cwd, env=clean_env, capture_output=True, check=True).stdout

    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is not a git checkout")
    for name in git("ls-files", "-z", "-co", "--exclude-standard", cwd=ROOT).decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-q", "-m", "All files", cwd=folder)
    return folder
