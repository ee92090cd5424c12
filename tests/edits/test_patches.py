"""Diffs that git applies, forwards and back, whatever the files are like."""

from __future__ import annotations

import subprocess
from random import Random
from typing import TYPE_CHECKING

import pytest

from trackplan.edits.patch import Change, unified
from trackplan.edits.text import Edit, apply, inverse, ordered

if TYPE_CHECKING:
    from pathlib import Path


def git_apply(folder: Path, diff: str, *options: str) -> None:
    command = ["git", "apply", "--whitespace=nowarn", *options, "-"]
    done = subprocess.run(command, cwd=folder, input=diff.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode() + diff


def write(folder: Path, change: Change) -> None:
    path = folder / change.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if change.before is not None:
        path.write_bytes(change.before.encode())


def held(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def check(folder: Path, changes: list[Change]) -> None:
    for change in changes:
        write(folder, change)
    before = held(folder)
    git_apply(folder, unified(changes, "work/"))
    after = {change.path: change.after.encode() for change in changes if change.after is not None}
    assert held(folder) == after
    git_apply(folder, unified([change.inverse() for change in changes], "work/"))
    assert held(folder) == before
    git_apply(folder, unified(changes, "work/"))
    git_apply(folder, unified(changes, "work/"), "--reverse")
    assert held(folder) == before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    inner = tmp_path / "work"
    inner.mkdir()
    return inner


TEXT = "".join(f"line {n}\n" for n in range(30))


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        (TEXT, [Edit(0, 7)]),
        (TEXT, [Edit(len(TEXT) - 8, len(TEXT))]),
        (TEXT, [Edit(14, 14, "new\n"), Edit(60, 65, "x"), Edit(150, 170)]),
        (TEXT, [Edit(len(TEXT), len(TEXT), "no break")]),
        (TEXT.rstrip("\n"), [Edit(0, 3, "LIN")]),
        (TEXT.rstrip("\n"), [Edit(len(TEXT) - 9, len(TEXT) - 1)]),
        (TEXT.replace("\n", "\r\n"), [Edit(8, 16), Edit(80, 82, "\r\n\r\n")]),
        ("\ufeffa\x0bb\u2028c\nd\n", [Edit(1, 2)]),
        ("a\nb\n", [Edit(0, 4)]),
        ("a\nb\n", [Edit(1, 2)]),
        ("one\ntwo", [Edit(7, 7, "\nthree\n")]),
    ],
)
def test_git_applies_what_edits_do(folder: Path, text: str, edits: list[Edit]) -> None:
    check(folder, [Change("some file.txt", text, tuple(edits))])


@pytest.mark.parametrize("path", ["plain.txt", "with space.txt", "ümlaut/ta\tb.txt", 'quo"te.txt', "back\\slash"])
def test_files_come_and_go_by_any_name(folder: Path, path: str) -> None:
    check(
        folder, [Change.new(path, "a\nb"), Change.remove("old.txt", "x\ny\n"), Change("z", "1\n", (Edit(0, 1, "2"),))]
    )


def test_nothing_changed_is_no_diff() -> None:
    assert unified([Change("a", "x\n", ()), Change("b", "x\n", (Edit(0, 1, "x"),))]) == ""


def test_a_diff_shows_three_lines_around() -> None:
    assert unified([Change("f", TEXT, (Edit(70, 77, "LINE 10"),))]) == (
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -8,7 +8,7 @@\n line 7\n line 8\n line 9\n"
        "-line 10\n+LINE 10\n line 11\n line 12\n line 13\n"
    )


@pytest.mark.parametrize("edits", [[Edit(0, 3), Edit(2, 4)], [Edit(3, 2)], [Edit(0, 99)]])
def test_edits_that_do_not_fit_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps another or leaves the text"):
        ordered("abcdef", edits)


@pytest.mark.parametrize("seed", range(60))
def test_random_edits_are_applied_and_undone(folder: Path, seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    lines = [chance.choice(("a\n", "bb\n", "\n", "c\r\n", "d", "a\n")) for _ in range(chance.randrange(0, 40))]
    text = "".join(lines)
    cuts = sorted(chance.sample(range(len(text) + 1), min(len(text) + 1, 2 * chance.randrange(1, 5)) // 2 * 2))
    pieces = ("", "", "x", "y\n", "\n", "a\nb\n")
    edits = [Edit(start, end, chance.choice(pieces)) for start, end in zip(cuts[::2], cuts[1::2], strict=True)]
    after = apply(text, edits)
    assert apply(after, inverse(text, edits)) == text
    if after != text:
        check(folder, [Change("f", text, tuple(edits))])
