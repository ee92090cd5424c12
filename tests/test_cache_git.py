"""What git holds is looked at again before a known result is given: the index, and what names of commits mean."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.test_renewal import run, warm
from tests.test_since import COUPON, FILES, QUERY, TABLE, WEB
from tests.test_tree_git import commit, git, write
from trackplan import __main__ as entry

if TYPE_CHECKING:
    from pathlib import Path

WAYS = [("--staged",), ("--since", "HEAD"), ("--since", "main..."), ("--staged", "--since", "main")]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each time that a command had to run."""
    told: list[str] = []
    before = entry._run

    def watched(*arguments, **named):  # type: ignore[no-untyped-def]
        if "--no-cache" not in arguments[0]:
            told.append("ran")
        return before(*arguments, **named)

    monkeypatch.setattr(entry, "_run", watched)
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write(folder, {**FILES, "README": "one"})
    commit(folder)
    return folder


def same(folder: Path, *options: str) -> None:
    """What a run with the cache tells is what one without tells."""
    assert warm(folder, *options) == run(folder, "--no-cache", *options)


@pytest.mark.parametrize("way", WAYS)
def test_what_did_not_change_is_not_looked_into_again(folder: Path, ran: list[str], way: tuple[str, ...]) -> None:
    same(folder, *way)
    os.utime(folder / "warehouse.sql")
    git(folder, "update-index", "--refresh")
    write(folder, {"README": "two"})
    git(folder, "add", "README")
    for _ in range(2):
        same(folder, *way)
    assert ran == ["ran"]


@pytest.mark.parametrize("way", WAYS)
def test_what_did_is(folder: Path, ran: list[str], way: tuple[str, ...]) -> None:
    same(folder, *way)
    write(folder, {"plans/web.yaml": COUPON})
    git(folder, "add", "-A")
    same(folder, *way)
    git(folder, "commit", "-q", "-m", "two")
    same(folder, *way)
    git(folder, "rm", "-q", "queries/sales.sql")
    same(folder, *way)
    git(folder, "reset", "-q", "--hard", "HEAD~1")
    same(folder, *way)
    assert len(ran) >= 3


def test_a_hook_with_an_index_of_its_own_gets_its_own_answer(
    folder: Path, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"plans/web.yaml": COUPON})
    index = folder / ".git/next-index-1.lock"
    shutil.copyfile(folder / ".git/index", index)
    git(folder, "add", "-A")
    whole = warm(folder, "--staged")
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))
    part = warm(folder, "--staged")
    assert part != whole
    assert part == run(folder, "--no-cache", "--staged")
    shutil.copyfile(index, folder / ".git/next-index-2.lock")
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / ".git/next-index-2.lock"))
    assert warm(folder, "--staged") == part
    assert len(ran) == 2
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert warm(folder, "--staged") == whole


def test_another_repository_in_between_is_noticed(folder: Path) -> None:
    inner = folder / "inner"
    write(inner, FILES)
    commit(folder)
    same(inner, "--staged")
    git(inner, "init", "-q")
    assert warm(inner, "--staged") == run(inner, "--no-cache", "--staged")
    assert warm(inner, "--staged")[0] == 2


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["plans/web.yaml", "queries/sales.sql", "warehouse.sql", "README", "queries/more.sql"]),
        st.sampled_from([COUPON, WEB, QUERY, TABLE, QUERY.replace("order_id", "*"), "", None]),
        st.sampled_from(["", "add", "commit", "back"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, way=st.sampled_from(WAYS))
def test_any_steps_are_told_as_in_a_first_run(
    steps: list[tuple[str, str | None, str]], way: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("steps") / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write(folder, {**FILES, "README": "one"})
    commit(folder)
    git(folder, "tag", "first")
    same(folder, *way)
    for path, text, step in steps:
        if text is None:
            (folder / path).unlink(missing_ok=True)
        else:
            write(folder, {path: text})
        if step:
            git(folder, "add", "-A")
        if step == "commit":
            git(folder, "commit", "-q", "--allow-empty", "-m", "more")
        if step == "back":
            git(folder, "reset", "-q", "--soft", "first")
        same(folder, *way)
