"""The hook, under the real pre-commit framework, in a git repository with a small project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

PROJECT = {
    "trackplan.yaml": """\
version: 1
dialect: duckdb
plans: [tracking/web.yaml]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql]
consumers: [dashboards/*.sql]
landing:
  - {plan: web, convention: segment, schema: raw_web}
""",
    "tracking/web.yaml": """\
trackplan: 1
name: web
owner: growth@example.com
events:
  Order Completed:
    description: A buyer has paid
    properties:
      total: {type: number, description: What was paid}
""",
    "use_cases.yaml": """\
use_cases:
  - id: weekly-sales
    title: See each week what was sold
    owner: sales@example.com
    outcome: {metric: weekly_revenue, goal: "+5 %", moves: revenue}
    horizon: {next_year}
    review_by: {next_year}
    needs: ["Order Completed.total"]
    consumers: [dashboard.sales]
""",
    "warehouse.sql": "create table raw_web.order_completed (total double);\n",
    "dashboards/sales.sql": "select sum(total) as revenue from raw_web.order_completed\n",
    "notes.md": "# Notes\n",
}
# What a commit changes: the new property, its column, and its need.
PROPERTY = "      coupon: {type: string, description: The coupon code}\n"
COLUMN = "create table raw_web.order_completed (total double, coupon varchar);\n"
NEED = ("needs: [", 'needs: ["Order Completed.coupon", ')


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository on disk, and the environment for commands in it."""

    folder: Path
    env: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository, whatever its exit code."""
        return subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=300, check=False
        )

    def edit(self, name: str, text: str) -> None:
        """Write a file and stage it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        assert self.run("git", "add", name).returncode == 0

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.folder / name).read_text(encoding="utf-8")


def new_repository(folder: Path, env: dict[str, str], source: Path) -> Repository:
    """A repository that holds the project, with the hook's repository named in its configuration."""
    folder.mkdir()
    # `python3 -m pre_commit` writes hooks that call the interpreter it ran under; git must find no other.
    paths = f"{Path(sys.executable).parent}:{env['PATH']}"
    repository = Repository(folder, {**env, "PATH": paths, "PRE_COMMIT_HOME": str(folder.parent / "cache")})
    repository.run("git", "init", "-q")
    revision = repository.run("git", "-C", str(source), "rev-parse", "HEAD").stdout.strip()
    hooks = {"repos": [{"repo": str(source), "rev": revision, "hooks": [{"id": "trackplan"}]}]}
    next_year = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()  # the hook takes today's date
    for name, text in {**PROJECT, ".pre-commit-config.yaml": yaml.safe_dump(hooks)}.items():
        repository.edit(name, text.replace("{next_year}", next_year))
    done = repository.run("git", "commit", "-q", "-m", "The project")
    assert done.returncode == 0, done.stderr
    return repository


def without_purpose(repository: Repository) -> int:
    """Stage a property that no use case needs; gives its line."""
    text = repository.read("tracking/web.yaml") + PROPERTY
    repository.edit("tracking/web.yaml", text)
    repository.edit("warehouse.sql", COLUMN)
    return len(text.splitlines())


@pytest.fixture
def repository(tmp_path: Path, clean_env: dict[str, str], source_copy: Path, package_index: None) -> Repository:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    return new_repository(tmp_path / "project", clean_env, source_copy)


def test_the_hooks_decide_inside_and_once() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"]: hook["entry"] for hook in hooks} == {
        "trackplan": "trackplan hook",
        "trackplan-full": "trackplan hook --all",
    }
    for hook in hooks:
        assert hook["pass_filenames"] is False
        assert hook["require_serial"] is True
        assert all(re.search(hook["files"], f"a/b.{end}") for end in ("yaml", "yml", "json", "sql", "csv"))
        assert not re.search(hook["files"], "notes.md")


def test_try_repo(repository: Repository, source_copy: Path) -> None:
    """`pre-commit try-repo`, as somebody does who looks at the hook for the first time."""
    line = without_purpose(repository)
    done = repository.run(sys.executable, "-m", "pre_commit", "try-repo", str(source_copy), "trackplan")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Failed" in done.stdout
    assert "exit code: 1" in done.stdout
    assert_names(done.stdout, line)


def test_commits(repository: Repository) -> None:
    """One story, as it happens in a repository where the hook is installed."""
    assert repository.run(sys.executable, "-m", "pre_commit", "install").returncode == 0

    line = without_purpose(repository)
    refused = repository.run("git", "commit", "-m", "Collect the coupon")
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert_names(refused.stdout + refused.stderr, line)

    # The same property together with its need: nothing uses it yet, and that is fine.
    repository.edit("use_cases.yaml", repository.read("use_cases.yaml").replace(*NEED))
    passed = repository.run("git", "commit", "-m", "Collect the coupon, and say why")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "Passed" in passed.stdout + passed.stderr

    # A file that the project does not consist of: nothing is looked at.
    repository.edit("notes.md", "# Notes\n\nMore.\n")
    skipped = repository.run("git", "commit", "-m", "More notes")
    assert skipped.returncode == 0, skipped.stdout + skipped.stderr
    assert "Skipped" in skipped.stdout + skipped.stderr


def assert_names(said: str, line: int) -> None:
    """The output names the property, its file and its line."""
    assert "Traceback" not in said
    assert "coupon" in said
    assert "tracking/web.yaml" in said
    assert f"{line}:" in said
