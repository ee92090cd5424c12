"""Property: what is said of an editor's text is what a check says of the same text on the disk."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT, TODAY
from trackplan import pipeline
from trackplan.errors import InputError
from trackplan.lsp.analysis import Analyst, Look, Settings
from trackplan.lsp.diagnostics import by_path
from trackplan.lsp.text import Text
from trackplan.project import load
from trackplan.tree.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = date.fromisoformat(TODAY)
PROJECT = "version: 1\nplans: [plans/*]\nuse_cases: [cases.yaml]\nwarehouse: [ddl.sql]\nmodels: [models/*.sql]\n"
PROJECT += "consumers: [queries/*.sql]\nlanding: [{plan: web, convention: segment, schema: raw}]\n"
FILES = {
    "trackplan.yaml": PROJECT,
    "plans/web.yaml": """\
trackplan: 1
name: web
events:
  Added:
    properties:
      sku: {type: string}
      e: {type: string}
""",
    "cases.yaml": 'use_cases:\n  - id: sell\n    needs: ["Added.sku"]\n',
    "ddl.sql": "CREATE TABLE raw.added (sku text, e text, mark text);\n",
    "models/m.sql": "SELECT sku, e FROM raw.added\n",
    "queries/q.sql": "SELECT sku FROM m\n",
}
PIECES = [
    *("sku", "e", "\n", "\r\n", "  ", '"', "{", "}", ": ", "- ", "SELECT", "FROM raw.added", "events:", "\t"),
    *("# trackplan: ignore[TP401] why\n", "-- trackplan: ignore[TP103] why\n"),
    *("\N{GRINNING FACE}", "\u2028", "\ufeff", "\ud800"),
]


@st.composite
def edits(draw: st.DrawFn) -> dict[str, str]:
    """Some files with other texts, perhaps a new one."""
    texts = {}
    for path in draw(
        st.lists(st.sampled_from([*FILES, "plans/new.yaml", "models/sub/new.sql"]), max_size=3, unique=True)
    ):
        text = FILES.get(path, "trackplan: 1\nname: new\nevents: {Seen: {properties: {sku: {type: string}}}}\n")
        for _ in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, len(text)))
            end = draw(st.integers(start, min(len(text), start + 6)))
            text = text[:start] + draw(st.sampled_from(PIECES)) + text[end:]
        texts[path] = text
    return texts


def written(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode("utf-8", "surrogatepass"))


def on_disk(folder: Path) -> list[object]:
    try:
        return list(pipeline.check(load(folder / "trackplan.yaml"), DAY).findings)
    except InputError as error:
        return list(error.problems)


def looked(analyst: Analyst, folder: Path, texts: dict[str, str]) -> Look:
    real = {str(folder.resolve() / path): text for path, text in texts.items()}
    return analyst.look(real, lambda: None)


@settings(max_examples=60, deadline=None)
@given(st.lists(edits(), min_size=1, max_size=3))
def test_a_text_says_the_same_unsaved_as_saved(rounds: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name, "before"), Path(name, "after")
        written(before, FILES)
        analyst = Analyst((before / "trackplan.yaml").resolve(), Settings(None, 1, lambda: DAY))
        for texts in rounds:
            shutil.rmtree(after, ignore_errors=True)
            written(after, FILES | texts)
            look = looked(analyst, before, texts)
            assert list(look.remarks) == on_disk(after)
            told = by_path(look.remarks, look.tree, "utf-16", lambda _: True)
            assert sum(map(len, told.values())) == len(look.remarks)
        analyst.close()


@given(st.text(alphabet="a\N{GRINNING FACE}\n\r\ufeff\u2028\u00e9", max_size=30), st.integers(0, 40), st.data())
def test_positions_lead_back_to_their_place(text: str, at: int, data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "utf-32"]))
    known = Text(text, encoding)
    position = known.offset_range(min(at, len(text)), len(text)).start
    line, column = known.place_at(position)
    assert known.at(line, column) == position or (line == 1 and text.startswith("\ufeff") and column == 1)


def test_facts_are_let_go_with_each_look(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    analyst = Analyst(tmp_path.resolve() / "trackplan.yaml", Settings(None, 1, lambda: DAY))
    first = looked(analyst, tmp_path, {}).analysis
    assert first is not None
    assert list(first.base.fetch("SELECT count(*) FROM field")) == [(2,)]
    second = looked(analyst, tmp_path, {"cases.yaml": "use_cases: []\n"}).analysis
    assert second is not None
    with pytest.raises(sqlite3.ProgrammingError):
        first.base.fetch("SELECT 1")
    analyst.close()
    with pytest.raises(sqlite3.ProgrammingError):
        second.base.fetch("SELECT 1")


def test_a_look_that_nobody_waits_for_ends(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    analyst = Analyst(tmp_path.resolve() / "trackplan.yaml", Settings(None, 1, lambda: DAY))

    def overtaken() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        analyst.look({}, overtaken)
    assert analyst.last is None
    calls = []
    assert analyst.look({}, lambda: calls.append(1)).analysis is not None
    for late in range(0, len(calls), max(len(calls) // 12, 1)):  # whatever it is doing: reading, linking, or asking
        heard = iter(range(late))

        def overtaken_later(heard: Iterator[int] = heard) -> None:
            if next(heard, None) is None:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            analyst.look({}, overtaken_later)
        assert analyst.last is None
    assert len(calls) > len(FILES) * 3
    assert analyst.look({}, lambda: None).analysis is not None
    analyst.close()


def test_texts_lie_over_what_links_lead_to(tmp_path: Path) -> None:
    written(tmp_path, FILES | {"shared/x.yaml": "on disk\n"})
    (tmp_path / "plans" / "link.yaml").symlink_to("../shared/x.yaml")
    (tmp_path / "plans" / "dead.yaml").symlink_to("../shared/new.yaml")
    (tmp_path / "linked").symlink_to("shared")
    top = str(tmp_path.resolve())
    tree = Overlay(tmp_path, {f"{top}/shared/x.yaml": "typed\n", f"{top}/shared/new.yaml": "new\n"})
    assert tree.read_text("plans/link.yaml") == tree.read_text("linked/x.yaml") == "typed\n"
    assert tree.read_text("plans/dead.yaml") == "new\n"
    assert tree.glob("plans/*") == ("plans/dead.yaml", "plans/link.yaml", "plans/web.yaml")
    assert tree.exists("shared/new.yaml")
    assert not tree.exists("shared/other.yaml")
    assert tree.glob("shared/*.yaml") == ("shared/new.yaml", "shared/x.yaml")


def test_a_settings_file_outside_of_the_project_is_read_as_typed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "shop"
    written(folder, FILES | {"trackplan.yaml": f"{PROJECT}extend: ../base.yaml\n"})
    written(tmp_path, {"base.yaml": "version: 1\nrules: {severity: {TP401: off}}\n"})
    analyst = Analyst(folder.resolve() / "trackplan.yaml", Settings(None, 1, lambda: DAY))
    path = str(tmp_path.resolve() / "base.yaml")
    quiet = analyst.look({}, lambda: None)
    loud = analyst.look({path: "version: 1\nrules: {severity: {TP401: error}}\n"}, lambda: None)
    analyst.close()
    assert "TP401" not in {getattr(remark, "rule", "") for remark in quiet.remarks}
    assert "TP401" in {getattr(remark, "rule", "") for remark in loud.remarks}
    assert loud.tree.beyond.keys() == {"../base.yaml"}


def test_the_example_says_the_same_over_many_edits(storefront: Path) -> None:
    """What is kept from look to look changes nothing that is said."""
    assert storefront != ROOT
    analyst = Analyst(storefront.resolve() / "trackplan.yaml", Settings(None, 1, lambda: DAY))
    path = "tracking/web.yaml"
    text = (storefront / path).read_text()
    for number, word in enumerate(("birthday", "email", "coupon", "brand")):
        text = text.replace(word, f"{word}_{number}")
        told = list(looked(analyst, storefront, {path: text}).remarks)
        (storefront / path).write_text(text)
        assert told == on_disk(storefront)
    analyst.close()
