"""A check after an edit says the same as one that knows nothing, byte for byte, whatever of it was done again."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
import zlib
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.sql_edits import counted
from tests.test_incremental import FILES, NEEDED, PROJECT, write
from tests.test_tree_git import git, repository
from trackplan import last
from trackplan.__main__ import answer
from trackplan.cache import files
from trackplan.commands import renew
from trackplan.facts.image import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = """\
fields:
- name: id
  type: STRING
  description: The id.
- name: email
  type: STRING
- name: info
  type: RECORD
  fields:
  - name: page
    type: STRING
"""
PLAN = """\
trackplan: 1
name: web
owner: data@example.com
events:
  Events:
    description: What happened.
    properties:
      id: {type: string, description: The id.}
      email: {type: string, tags: [b, a]}
      info:
        type: object
        properties:
          page: {type: string, enum: [a, b]}
  Users:
    properties:
      id: {type: string}
      list: {type: array}
"""
SMALL = {
    "trackplan.yaml": PROJECT,
    "plan.yaml": PLAN,
    "use_cases.yaml": "use_cases:\n  - {id: one, title: One, owner: a@example.com, needs: [Events.id]}\n",
    "raw/events.yaml": SCHEMA,
    "raw/users.yaml": "fields:\n- name: id\n  type: STRING\n",
    "models/m0.sql": "select id, email from raw.events where nowhere = 1",
    "dashboards/d0.sql": "select id from m.m0",
}


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Let the program run in a folder, as it would in a process of its own."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def run(folder: Path, *arguments: str) -> tuple[int, bytes, bytes]:
    """What a command writes and how it ends; in this process, which takes a tenth of the time."""
    streams = (sys.stdout, sys.stderr)
    written = io.BytesIO(), io.BytesIO()
    sys.stdout, sys.stderr = (io.TextIOWrapper(each, encoding="utf-8") for each in written)
    try:
        with inside(folder):
            code = answer(["check", "--today", "2026-11-21", *arguments])
        sys.stdout.flush()
        sys.stderr.flush()
        return code, written[0].getvalue(), written[1].getvalue()
    finally:
        sys.stdout, sys.stderr = streams


def warm(folder: Path, *arguments: str) -> tuple[int, bytes, bytes]:
    """The same with the cache."""
    return run(folder, "--cache-dir", str(folder.parent / f"{folder.name}-cache"), *arguments)


@pytest.fixture
def renewed() -> Iterator[list[bool]]:
    """For each run after an edit, whether it was enough to bring the last one up to date."""
    told: list[bool] = []
    with counted(renew, told):
        yield told


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project that has been checked."""
    folder = tmp_path / "project"
    folder.mkdir()
    for path, text in SMALL.items():
        write(folder, path, text)
    warm(folder)
    return folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("type: STRING\n  description", "type: INT64\n  description"),
        ("description: The id.", "description: The number of the visit."),
        (
            "- name: email\n  type: STRING",
            "# a person's\n\n- name: email\n  type: STRING\n  description: Where to write.",
        ),
        ("  - name: page\n    type: STRING", "  - name: page\n    type: STRING\n    description: The page's address."),
        ("description: The id.", "description: >\n    The id,\n    in two lines."),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_only_said_otherwise_is_brought_up_to_date(
    project: Path, renewed: list[bool], old: str, new: str, form: str
) -> None:
    warm(project, "--format", form)
    for text in (SCHEMA.replace(old, new), SCHEMA):
        write(project, "raw/events.yaml", text)
        assert warm(project, "--format", form) == run(project, "--no-cache", "--format", form)
        assert warm(project, "--format", form) == run(project, "--no-cache", "--format", form)
    assert renewed == [True, True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What happened.", "Whatever it was."),
        ("The id.", "The e-mail address of the visitor."),
        ("{type: string, tags", "{type: integer, required: true, owner: x@example.com, tags"),
        ("enum: [a, b]", "enum: [a, b, c]"),
        ("      email:", "# a comment\n\n      email:"),
        ("  Users:", "  Users:\n    owner: y@example.com\n    introduced: 2026-01-01\n    expires: 2026-02-01"),
    ],
)
@pytest.mark.parametrize("staged", [False, True])
def test_so_is_what_is_said_otherwise_of_events_and_fields(
    project: Path, renewed: list[bool], old: str, new: str, staged: bool
) -> None:
    options = ("--staged",) if staged else ()
    if staged:
        repository(project, {})
    warm(project, *options)
    for text in (PLAN.replace(old, new), PLAN):
        write(project, "plan.yaml", text)
        if staged:
            git(project, "add", "-A")
            write(project, "plan.yaml", "not staged")
        for _ in range(2):
            assert warm(project, *options) == run(project, "--no-cache", *options)
    assert renewed == [True, True]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("raw/events.yaml", SCHEMA.replace("name: email", "name: mail")),
        ("raw/events.yaml", SCHEMA + "- name: more\n  type: STRING\n"),
        ("raw/events.yaml", SCHEMA.replace("type: RECORD", "type: RECORD\n  policyTags: {names: [pii]}")),
        ("raw/events.yaml", SCHEMA + "- name: id\n  type: STRING\n"),
        ("raw/events.yaml", "fields: 3"),
        ("raw/events.yaml", ""),
        ("plan.yaml", PLAN.replace("email:", "mail:")),
        ("plan.yaml", PLAN.replace("type: string, tags", "type: string, sensitivity: personal, tags")),
        ("plan.yaml", PLAN.replace("tags: [b, a]", "tags: [b]")),
        ("plan.yaml", PLAN.replace("type: array", "type: string")),
        ("plan.yaml", PLAN.replace("owner: data@", "owner: other@")),
        ("plan.yaml", PLAN.replace("  Users:", "  Users:\n    status: blocked")),
        ("plan.yaml", PLAN + "      more: {type: string}\n"),
        (
            "plan.yaml",
            PLAN.replace(
                "    properties:\n      id", "    # trackplan: ignore-file[TP401] so\n    properties:\n      id"
            ),
        ),
        ("plan.yaml", "trackplan: 1\n"),
        ("plan.yaml", PLAN.replace("name: web", "name: shop")),
        ("use_cases.yaml", SMALL["use_cases.yaml"].replace("id: one", "id: two")),
        ("trackplan.yaml", PROJECT + "policy: {grace: 10 days}\n"),
        ("models/m0.sql", "select * from raw.events"),
    ],
)
def test_all_else_takes_a_whole_run(project: Path, renewed: list[bool], path: str, text: str) -> None:
    write(project, path, text)
    assert warm(project) == run(project, "--no-cache")
    assert renewed == [False]


def test_a_file_that_shares_its_table_takes_a_whole_run(project: Path, renewed: list[bool]) -> None:
    write(project, "trackplan.yaml", PROJECT.replace('relation: "raw.{1}"', "relation: raw.events"))
    warm(project)
    write(project, "raw/events.yaml", SCHEMA.replace("The id.", "What it is."))
    assert warm(project) == run(project, "--no-cache")
    assert renewed[-1] is False


def test_only_rules_that_read_what_changed_run_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trackplan import engine

    ran: list[set[str]] = []
    before = engine.judge

    def watched(base, rules, *rest):  # type: ignore[no-untyped-def]
        ran.append({each.rule.id for each in rules})
        return before(base, rules, *rest)

    monkeypatch.setattr(engine, "judge", watched)
    write(project, "raw/events.yaml", SCHEMA.replace("type: RECORD", "type: STRUCT"))
    warm(project)
    assert ran == []  # a record is a struct
    write(project, "raw/events.yaml", SCHEMA.replace("The id.", "The e-mail address of the visitor."))
    warm(project)
    assert len(ran) == 1
    assert "TP311" in ran[0]
    assert ran[0].isdisjoint({"TP001", "TP102", "TP103", "TP106"})


SILENCING = {
    "baseline": "",
    "project": "suppressions:\n- {rules: [TP101, TP102, TP401], subject: '*Users*', reason: old}\n",
    "inline": "# trackplan: ignore-file[TP102, TP106, TP401] the old one\n",
}


def silence(folder: Path, how: str) -> None:
    """Let a team put up with findings."""
    text = (folder / "trackplan.yaml").read_text(encoding="utf-8")
    if how == "baseline":
        with inside(folder):
            answer(["baseline", "--today", "2026-11-21", "--no-cache"])
    elif how == "project":
        (folder / "trackplan.yaml").write_text(text + SILENCING[how], encoding="utf-8")
    else:
        users = folder / "raw/users.yaml"
        users.write_text(SILENCING[how] + users.read_text(encoding="utf-8"), encoding="utf-8")


@pytest.mark.parametrize("how", sorted(SILENCING))
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_put_up_with_stays_so(project: Path, renewed: list[bool], how: str, form: str) -> None:
    silence(project, how)
    warm(project, "--format", form)
    edits = [
        ("plan.yaml", PLAN.replace("What happened.", "It did.").replace("  Events:", "\n  Events:")),
        ("plan.yaml", PLAN.replace("type: string, tags", "type: integer, description: The e-mail address., tags")),
        ("raw/events.yaml", SCHEMA.replace("The id.", "The number.")),
        ("plan.yaml", PLAN.replace("    description: What happened.\n", "")),
        (
            "plan.yaml",
            PLAN.replace(", description: The id.", "").replace("type: array", "type: array, description: L."),
        ),
        ("plan.yaml", PLAN),
    ]
    for path, text in edits:
        write(project, path, text)
        assert warm(project, "--format", form) == run(project, "--no-cache", "--format", form)
    assert renewed.count(True) >= 2


def test_a_file_whose_findings_a_comment_silences_takes_a_whole_run(project: Path, renewed: list[bool]) -> None:
    silence(project, "inline")
    warm(project)
    write(project, "raw/users.yaml", SMALL["raw/users.yaml"])
    assert warm(project) == run(project, "--no-cache")
    assert renewed[-1] is False


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "gone"])
def test_damage_takes_a_whole_run(project: Path, renewed: list[bool], damage: str) -> None:
    (left,) = (project.parent / "project-cache" / "v1").glob("*.facts")
    body = left.read_bytes()
    if damage == "gone":
        left.unlink()
    else:
        middle = len(body) // 2
        flipped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        left.write_bytes({"empty": b"", "cut": body[:-3], "flipped": flipped}[damage])
    write(project, "raw/events.yaml", SCHEMA.replace("The id.", "What it is."))
    assert warm(project) == run(project, "--no-cache")
    assert True not in renewed


@pytest.mark.parametrize(
    "image", [b"", b"nothing", zlib.compress(b"SQLite format 3\0 and no more"), zlib.compress(b"")]
)
def test_an_image_that_is_none_takes_a_whole_run(project: Path, renewed: list[bool], image: bytes) -> None:
    (path,) = (project.parent / "project-cache" / "v1").glob("*.facts")
    left = last.read(str(path))
    assert left is not None
    left.image = image
    assert files.write(str(path), left.bytes())
    write(project, "raw/events.yaml", SCHEMA.replace("The id.", "The e-mail address of the visitor."))
    assert warm(project) == run(project, "--no-cache")
    assert renewed == [False]


def test_an_image_that_is_damaged_inside_takes_a_whole_run(project: Path, renewed: list[bool]) -> None:
    (path,) = (project.parent / "project-cache" / "v1").glob("*.facts")
    left = last.read(str(path))
    assert left is not None
    inner = bytearray(zlib.decompress(left.image))
    with closing(opened(left.image)) as base:
        (root,) = base.execute("SELECT rootpage FROM sqlite_master WHERE name = 'place'").fetchone()
        (size,) = base.execute("PRAGMA page_size").fetchone()
    inner[(root - 1) * size : root * size] = b"\xff" * size
    left.image = zlib.compress(inner)
    assert files.write(str(path), left.bytes())
    write(project, "raw/events.yaml", SCHEMA.replace("The id.", "The e-mail address of the visitor."))
    assert warm(project) == run(project, "--no-cache")
    assert renewed == [False]


def started(folder: Path) -> subprocess.Popen[bytes]:
    """A check with the cache in a process of its own."""
    cache = str(folder.parent / f"{folder.name}-cache")
    words = [sys.executable, "-m", "trackplan", "check", "--today", "2026-11-21", "--cache-dir", cache]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


EDITED = [
    ("raw/events.yaml", SCHEMA.replace("The id.", "The e-mail address of the visitor.")),
    ("plan.yaml", PLAN.replace("The id.", "What it is called.")),
]


@pytest.mark.parametrize(("path", "text"), EDITED)
def test_several_at_once_after_an_edit_tell_the_same(project: Path, path: str, text: str) -> None:
    started(project).communicate()
    write(project, path, text)
    at_once = [started(project) for _ in range(3)]
    told = [(*child.communicate(), child.returncode) for child in at_once]
    code, out, err = run(project, "--no-cache")
    assert told == [(out, err, code)] * 3
    write(project, path, SMALL[path])
    (out, err), code = (child := started(project)).communicate(), child.wait()
    assert (code, out, err) == run(project, "--no-cache")


@pytest.mark.parametrize(("path", "text"), EDITED)
def test_one_that_is_killed_after_an_edit_leaves_nothing_wrong(project: Path, path: str, text: str) -> None:
    started(project).communicate()
    for number in range(6):
        write(project, path, text if number % 2 == 0 else SMALL[path])
        child = started(project)
        time.sleep(0.1 * number)
        child.kill()
        child.communicate()
        (out, err), code = (child := started(project)).communicate(), child.wait()
        assert (code, out, err) == run(project, "--no-cache")


def test_what_another_state_left_is_not_used(project: Path, renewed: list[bool]) -> None:
    (left,) = (project.parent / "project-cache" / "v1").glob("*.facts")
    old = left.read_bytes()
    write(project, "models/m0.sql", "select id from raw.events")
    warm(project)
    left.write_bytes(old)  # as if two runs had written, each one of the files
    write(project, "raw/events.yaml", SCHEMA.replace("The id.", "What it is."))
    assert warm(project) == run(project, "--no-cache")
    assert renewed == [False, False]


@st.composite
def touched(draw: st.DrawFn, text: str) -> str:
    """A file with a few lines said otherwise."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["comment", "type", "description", "blank"]))
        if change == "type":
            lines[at] = re.sub(
                r"type: (STRING|INT64)",
                draw(st.sampled_from(["type: BOOL", "type: INT64", "type: TIMESTAMP"])),
                lines[at],
            )
            said = draw(st.sampled_from(["string", "integer, required: true", "number, enum: [1, 2]", "array"]))
            lines[at] = re.sub(r"type: (string|integer|number)\b[^}\]]*(?=\})", f"type: {said}", lines[at])
        elif change == "description":
            said = draw(st.sampled_from(["A name.", "The e-mail address.", "IP address of the visitor."]))
            lines[at] = re.sub(r"description: [^}]*", f"description: {said}", lines[at])
        else:
            lines.insert(at, "# a comment" if change == "comment" else "")
    return "\n".join(lines)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_edits_are_told_as_in_a_first_run(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("project")
    (folder / "trackplan.yaml").write_text(PROJECT, encoding="utf-8")
    now: dict[str, str] = {path: data.draw(content, label=path) for path, content in FILES.items()}
    for path, text in now.items():
        write(folder, path, text)
    asked = data.draw(st.sampled_from([(), ("--format", "json"), ("raw",), ("--select", "TP3,TP5")]), label="asked")
    how = data.draw(st.sampled_from(["", *sorted(SILENCING)]), label="silenced by")
    if how:
        silence(folder, how)
        now["raw/users.yaml"] = (folder / "raw/users.yaml").read_text(encoding="utf-8")
    warm(folder, *asked)
    for _ in range(data.draw(st.integers(1, 4), label="edits")):
        often = ["raw/events.yaml", "raw/users.yaml", "plan.yaml", "plan.yaml"]
        path = data.draw(st.sampled_from([*sorted(FILES), *often]), label="edited")
        mild = (path.startswith("raw/") or path == "plan.yaml") and data.draw(st.integers(0, 3), label="all at 0") > 0
        gone = not mild and path not in NEEDED and data.draw(st.integers(0, 9), label="gone at 0") == 0
        now[path] = data.draw(touched(now[path]) if mild else FILES[path], label=path)
        write(folder, path, None if gone else now[path])
        assert warm(folder, *asked) == run(folder, "--no-cache", *asked)
