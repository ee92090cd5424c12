"""Reading below a root: what is found, what is refused, and where the first bad byte is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackplan.errors import ReadError
from trackplan.patterns import captures, fixed_part, leaves, normalise, wildcards
from trackplan.tree import SIZE_LIMIT, WorkTree

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    "a.sql",
    "models/b.sql",
    "models/marts/c.sql",
    "models/marts/core/d.sql",
    "models/marts/notes.md",
    "models/.hidden/e.sql",
    "models/.f.sql",
    ".git/g.sql",
    "node_modules/h.sql",
    "models/__pycache__/i.sql",
)


@pytest.fixture
def tree(tmp_path: Path) -> WorkTree:
    root = tmp_path / "root"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("select 1")
    return WorkTree(root)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.sql", ("a.sql",)),
        ("./models//b.sql", ("models/b.sql",)),
        ("*.sql", ("a.sql",)),
        ("models/*.sql", ("models/b.sql",)),
        ("models/**/*.sql", ("models/b.sql", "models/marts/c.sql", "models/marts/core/d.sql")),
        ("**/*.sql", ("a.sql", "models/b.sql", "models/marts/c.sql", "models/marts/core/d.sql")),
        ("models/**", ("models/b.sql", "models/marts/c.sql", "models/marts/core/d.sql", "models/marts/notes.md")),
        ("models/*/?.sql", ("models/marts/c.sql",)),
        ("models/**/core/*.sql", ("models/marts/core/d.sql",)),
        ("models/.hidden/*.sql", ("models/.hidden/e.sql",)),
        ("models/.*.sql", ("models/.f.sql",)),
        (".git/*", ()),
        ("models", ()),
        ("models/", ("models",)),
        ("models/*/", ("models/marts",)),
        ("./", (".",)),
        ("nowhere/*.sql", ()),
        ("../*", ()),
        ("", ()),
    ],
)
def test_glob(tree: WorkTree, pattern: str, expected: tuple[str, ...]) -> None:
    assert tree.glob(pattern) == expected


def test_links_out_of_the_root_are_not_followed(tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "secret.sql").write_text("secret")
    (tree.root / "link.sql").symlink_to(tmp_path / "secret.sql")
    (tree.root / "up").symlink_to(tmp_path)
    assert tree.glob("*.sql") == ("a.sql", "link.sql"), "not left out in silence: reading it is refused"
    assert tree.glob("up/*.sql") == ()
    assert not tree.exists("link.sql")
    assert not tree.holds("up")
    assert problem(tree, "link.sql") == "link.sql: the path leaves the project's folder"
    assert problem(tree, "../secret.sql") == "../secret.sql: the path leaves the project's folder"
    assert problem(tree, "/etc/passwd") == "/etc/passwd: the path leaves the project's folder"


def test_links_within_the_root(tree: WorkTree) -> None:
    (tree.root / "link.sql").symlink_to("models/b.sql")
    (tree.root / "marts").symlink_to("models/marts")
    (tree.root / "models" / "loop").symlink_to(".")
    (tree.root / "self.sql").symlink_to("self.sql")
    (tree.root / "folder.sql").symlink_to("models")
    assert tree.glob("*.sql") == ("a.sql", "link.sql", "self.sql")
    assert tree.glob("marts/*.sql") == ("marts/c.sql",), "a linked folder that the pattern spells out"
    assert "models/loop/b.sql" not in tree.glob("**/*.sql"), "a linked folder behind a wildcard"
    assert problem(tree, "self.sql").startswith("self.sql: the file cannot be read")


def test_what_is_no_file(tree: WorkTree) -> None:
    os.mkfifo(tree.root / "pipe")
    assert problem(tree, "gone.sql") == "gone.sql: there is no such file"
    assert problem(tree, "a.sql/b.sql") == "a.sql/b.sql: there is no such file"
    assert problem(tree, "models") == "models: this is a folder, a file is expected"
    assert problem(tree, "pipe") == "pipe: this is a device or a pipe, a file is expected"
    assert problem(tree, "a\0b") == "a\0b: the file cannot be read: its name is not valid"
    assert not tree.exists("gone.sql")
    assert not tree.exists("a\0b")
    assert tree.exists("models")


def test_a_file_that_may_not_be_read(tree: WorkTree, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree.root / "a.sql").chmod(0)
    if os.geteuid() == 0:  # root may read everything, so the refusal is played
        monkeypatch.setattr("os.open", refuse)
    assert problem(tree, "a.sql") == "a.sql: the file may not be read: permission denied"


def refuse(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_file_that_is_too_large(tree: WorkTree) -> None:
    with (tree.root / "a.sql").open("wb") as stream:
        stream.truncate(50_000_000)
    assert problem(tree, "a.sql") == "a.sql: the file has 50 MB; trackplan reads up to 20 MB"
    with (tree.root / "a.sql").open("wb") as stream:
        stream.truncate(SIZE_LIMIT)
    assert len(tree.read_bytes("a.sql")) == SIZE_LIMIT


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"one\ntwo \xe9 three", "a.sql:2:5: the byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbfone \xff", "a.sql:1:5: the byte 0xff is not UTF-8"),
        ("ä\nöü ".encode() + b"\xc3", "a.sql:2:4: the byte 0xc3 is not UTF-8"),
        (b"one\ntw\0o", "a.sql:2:3: the file is binary: it holds a NUL byte"),
        ("select 1".encode("utf-16"), "a.sql: the file is UTF-16"),
    ],
)
def test_bytes_that_are_no_text(tree: WorkTree, content: bytes, expected: str) -> None:
    (tree.root / "a.sql").write_bytes(content)
    assert problem(tree, "a.sql") == expected


def test_a_byte_order_mark_is_dropped_and_line_ends_stay(tree: WorkTree) -> None:
    (tree.root / "a.sql").write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    assert tree.read_text("a.sql") == "one\r\ntwo\n"


def problem(tree: WorkTree, path: str) -> str:
    with pytest.raises(ReadError) as caught:
        tree.read_text(path)
    assert [p.kind for p in caught.value.problems] == ["unreadable"]
    return str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("models/*/*.sql", "models/marts/orders.sql", ("marts", "orders")),
        ("models/**/*.sql", "models/orders.sql", ("", "orders")),
        ("models/**/*.sql", "models/a/b/orders.sql", ("a/b", "orders")),
        ("models/**", "models/a/orders.sql", ("a/orders.sql",)),
        ("*_*.sql", "a_b_c.sql", ("a", "b_c")),
        ("v?.sql", "v2.sql", ("2",)),
        ("a.sql", "a.sql", ()),
        ("a.sql", "b.sql", None),
        ("*", "a/b", None),
        ("*.sql", ".sql", None),
        ("a/*/c", "a/c", None),
        ("a/**/c/**/d", "a/c/x/c/d", ("", "x/c")),
    ],
)
def test_captures(pattern: str, path: str, expected: tuple[str, ...] | None) -> None:
    assert captures(pattern, path) == expected


def test_many_wildcards_take_little_time() -> None:
    assert captures("*a" * 200, "a" * 199 + "b") is None
    assert captures("**/a/" * 200 + "b", "a/" * 199 + "c") is None


@given(st.lists(st.sampled_from(["a", "b", "*", "?", "ab"]), min_size=1, max_size=6), st.text("ab", max_size=4))
def test_captures_rebuild_the_path(parts: list[str], filler: str) -> None:
    path = "".join(filler if p == "*" else "b" if p == "?" else p for p in parts)
    found = captures("".join(parts), path) if path else None
    if path:
        assert found is not None
        pieces = iter(found)
        rebuilt = "".join(next(pieces) if p in "*?" else p for p in _joined_stars(parts))
        assert rebuilt == path


def _joined_stars(parts: list[str]) -> list[str]:
    """Alone, two stars are the wildcard for folders: one capture."""
    return ["*"] if parts == ["*", "*"] else parts


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("dashboards/**/*.sql", "dashboards"),
        ("a/b/*.sql", "a/b"),
        ("a/b/c.sql", "a/b"),
        ("./c.sql", ""),
        ("*.sql", ""),
        ("dbt/", "dbt"),
    ],
)
def test_fixed_part(pattern: str, expected: str) -> None:
    assert fixed_part(pattern) == expected


@pytest.mark.parametrize("pattern", ["/a", "../a", "a/../../b", "C:/a", "C:\\a", "..", "a/../.."])
def test_patterns_that_leave(pattern: str) -> None:
    assert leaves(pattern)


@pytest.mark.parametrize("pattern", ["a", "a/../b", "./a", "..a/b", "a/*/b", "~/a"])
def test_patterns_that_stay(pattern: str) -> None:
    assert not leaves(pattern)


def test_normalise_and_wildcards() -> None:
    assert normalise("./a//b/../c/") == "a/c/"
    assert normalise("") == ""
    assert wildcards("a/**/*_?.sql") == 3
