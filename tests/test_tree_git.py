"""Reading what git holds: the same as the files of a clean checkout, whatever lies there, and only that."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trackplan.errors import ReadError, TrackplanError
from trackplan.tree import SIZE_LIMIT, Tree, WorkTree
from trackplan.tree.git import GitTree
from trackplan.tree.repository import INDEX

PATTERNS = ("**/*", "*", "a/**", "a/*/", "**/*.sql", "b/a/*", "a/b", "l/*", "a/l/**", "./", "*/")


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *who, *words], cwd=folder, env=kept, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def repository(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    write(folder, files)
    commit(folder)
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a change")
    return git(folder, "rev-parse", "HEAD")


def everything(tree: Tree) -> dict[str, bytes]:
    return {path: tree.read_bytes(path) for path in tree.glob("**/*")}


NAMES = st.sampled_from(["a", "b", "l", "x.sql", "ä b.sql", '"q".sql', ".hidden", "node_modules"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
TARGETS = st.lists(st.sampled_from(["a", "b", "l", "x.sql", ".."]), min_size=1, max_size=3).map("/".join)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(PATHS, st.one_of(st.text(max_size=5), TARGETS.map(lambda t: ("link", t))), max_size=8))
@example({"b": ("link", "b/..")})
def test_a_commit_reads_as_its_checkout_does(content: dict[str, str | tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, what in content.items():
            make(folder / "project" / path, what)
        (folder / "project").mkdir(exist_ok=True)
        repository(folder, {"outside.sql": "secret"})
        work = WorkTree(folder / "project")
        for source in ("HEAD", INDEX):
            held = GitTree(folder / "project", source)
            for pattern in PATTERNS:
                if pattern.endswith("/"):  # git knows of no empty folders
                    assert set(held.glob(pattern)) <= set(work.glob(pattern))
                else:
                    assert held.glob(pattern) == work.glob(pattern), pattern
            for path in [*content, "outside.sql", "../outside.sql", "nowhere", "a", "l/a"]:
                assert told(held, path) == told(work, path), path
                assert held.exists(path) == work.exists(path), path


def make(path: Path, what: str | tuple[str, str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, str):
            path.write_text(what, encoding="utf-8")
        else:
            path.symlink_to(what[1])
    except OSError:  # a folder is where the file would be, or the other way round
        return


def told(tree: Tree, path: str) -> object:
    """What reading gives; why not, only where the two can know the same."""
    try:
        return tree.read_bytes(path)
    except ReadError:
        return None


def test_what_is_staged_is_neither_what_is_committed_nor_what_lies_there(tmp_path: Path) -> None:
    repository(tmp_path, {"a.sql": "committed", "gone.sql": "committed"})
    write(tmp_path, {"a.sql": "staged", "new.sql": "staged"})
    git(tmp_path, "rm", "-q", "gone.sql")
    git(tmp_path, "add", "-A")
    write(tmp_path, {"a.sql": "dirty", "untracked.sql": "dirty"})
    staged, committed = GitTree(tmp_path, INDEX), GitTree(tmp_path, "HEAD")
    assert everything(staged) == {"a.sql": b"staged", "new.sql": b"staged"}
    assert everything(committed) == {"a.sql": b"committed", "gone.sql": b"committed"}
    assert everything(WorkTree(tmp_path)).keys() == {"a.sql", "new.sql", "untracked.sql"}


def test_hooks_run_with_an_index_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path / "one", {"a.sql": "1"})
    repository(tmp_path / "two", {"b.sql": "2"})
    write(tmp_path / "one", {"a.sql": "half"})
    index = tmp_path / "one" / ".git" / "next-index"
    shutil.copy(tmp_path / "one" / ".git" / "index", index)
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "one" / ".git"))
    subprocess.run(["git", "add", "a.sql"], cwd=tmp_path / "one", check=True)
    staged = GitTree(tmp_path / "one", INDEX)
    assert everything(staged) == {"a.sql": b"half"}
    other = GitTree(tmp_path / "two", INDEX)  # another repository than the hook's
    assert everything(other) == {"b.sql": b"2"}


def test_worktrees_and_submodules(tmp_path: Path) -> None:
    module = repository(tmp_path / "module", {"m.sql": "first"})
    whole = repository(tmp_path / "whole", {"a.sql": "1"})
    git(whole, "submodule", "--quiet", "add", str(module), "inner")
    commit(whole)
    write(module, {"m.sql": "second"})
    later = commit(module)
    git(whole / "inner", "fetch", "-q")
    git(whole / "inner", "checkout", "-q", later)
    held = GitTree(whole, "HEAD")
    assert everything(held) == {"a.sql": b"1", "inner/m.sql": b"first"}
    git(whole, "add", "inner")
    held = GitTree(whole, INDEX)
    assert everything(held)["inner/m.sql"] == b"second"
    held = GitTree(whole / "inner", "HEAD~1")
    assert everything(held) == {"m.sql": b"first"}
    git(whole, "worktree", "add", "-q", str(tmp_path / "beside"), "HEAD")
    write(tmp_path / "beside", {"b.sql": "2"})
    git(tmp_path / "beside", "add", "b.sql")
    held = GitTree(tmp_path / "beside", INDEX)
    assert everything(held) == {"a.sql": b"1", "b.sql": b"2"}  # the submodule is not checked out there


def test_where_two_branches_part(tmp_path: Path) -> None:
    folder = repository(tmp_path, {"a.sql": "1"})
    git(folder, "switch", "-q", "-c", "topic")
    git(folder, "switch", "-q", "main")
    write(folder, {"a.sql": "2"})
    commit(folder)
    git(folder, "switch", "-q", "topic")
    tip, parting = GitTree(folder, "main"), GitTree(folder, "main...")
    assert everything(tip) == {"a.sql": b"2"}
    assert everything(parting) == {"a.sql": b"1"}


def test_revisions_that_are_not_there(tmp_path: Path) -> None:
    folder = repository(tmp_path / "whole", {"a.sql": "1"})
    first = git(folder, "rev-parse", "HEAD")
    commit(folder)
    for name in ("nowhere", "HEAD~7", "nowhere...", "--help", "-x"):
        with pytest.raises(TrackplanError, match="revision"):
            GitTree(folder, name)
    git(folder, "branch", "-m", "main", "trunk")
    with pytest.raises(TrackplanError) as unknown:
        GitTree(folder, "main...")
    assert unknown.value.hint == "Name a branch, a tag or a commit of this repository, such as trunk."
    git(folder, "branch", "-m", "trunk", "main")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", "shallow")
    with pytest.raises(TrackplanError) as caught:
        GitTree(tmp_path / "shallow", first)
    assert "fetch --unshallow" in caught.value.hint
    git(folder, "switch", "-q", "--orphan", "other")
    commit(folder)
    with pytest.raises(TrackplanError, match="no commit in common"):
        GitTree(folder, "main...")


def test_no_repository_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrackplanError, match="does not lie in a git repository"):
        GitTree(tmp_path, "HEAD")
    folder = repository(tmp_path / "r", {"a.sql": "1"})
    with monkeypatch.context() as other:
        other.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        with pytest.raises(TrackplanError, match="belongs to somebody else"):
            GitTree(folder, "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TrackplanError, match="git cannot be run"):
        GitTree(tmp_path, "HEAD")


def test_conflicts_and_long_files(tmp_path: Path) -> None:
    folder = repository(tmp_path, {"a.sql": "1"})
    (folder / "long.sql").write_bytes(b"x" * (SIZE_LIMIT + 1))
    commit(folder)
    held = GitTree(folder, "HEAD")
    with pytest.raises(ReadError, match="trackplan reads up to 20 MB"):
        held.read_bytes("long.sql")
    assert held.read_bytes("a.sql") == b"1"  # the long one is not in the way
    git(folder, "switch", "-q", "-c", "topic", "HEAD~1")
    write(folder, {"a.sql": "2"})
    commit(folder)
    git(folder, "switch", "-q", "main")
    write(folder, {"a.sql": "3"})
    commit(folder)
    with pytest.raises(subprocess.CalledProcessError):
        git(folder, "merge", "-q", "topic")
    with pytest.raises(TrackplanError, match="conflicts that are not resolved"):
        GitTree(folder, INDEX)


def test_what_a_repository_would_run_is_not_run(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"a.sql": "1"})
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    script.chmod(0o755)
    git(folder, "config", "core.fsmonitor", str(script))
    git(folder, "config", "core.pager", str(script))
    write(folder, {".gitattributes": "* filter=evil\n"})
    git(folder, "config", "filter.evil.smudge", str(script))
    for source in ("HEAD", INDEX):
        held = GitTree(folder, source)
        everything(held)
    assert not (tmp_path / "ran").exists()
