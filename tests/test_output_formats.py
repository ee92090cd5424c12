"""Where no format is given, the file's suffix tells it; what no program could open then is refused."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.conftest import TODAY
from tests.inside import trackplan, write
from tests.prune.test_proposals import FILES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("project"), FILES)


def test_the_suffix_tells_the_format(folder: Path) -> None:
    def made(*words: str) -> bytes:
        ended = trackplan(*words, "--today", TODAY, cwd=folder)
        assert ended.code < 2, ended.err
        return (folder / words[-1].rpartition(":")[2]).read_bytes()

    for command in ("report", "processing"):
        made(command, "-o", "made.xlsx")
        assert zipfile.is_zipfile(folder / "made.xlsx"), command
    assert made("report", "-o", "report.MD").startswith(b"# ")
    assert made("report", "--quarter", "2026Q4", "-o", "quarter.json").startswith(b"{")
    assert made("report", "-o", "other").startswith(b"<!doctype html>")
    assert made("inventory", "-o", "inventory.csv").startswith(b"id,kind,status,")
    assert made("inventory", "-o", "inventory.txt").startswith(b"status ")
    assert made("scorecard", "-o", "card.html").startswith(b"<!doctype html>")
    assert "findings" in json.loads(made("check", "-o", "check.json"))
    assert "runs" in json.loads(made("check", "-o", "check.sarif"))
    assert made("lineage", "raw.signed_up", "-o", "lineage.dot").startswith(b"digraph")
    assert json.loads(made("inventory", "--format", "json", "-o", "inventory.md"))["rows"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "-o", "no.pdf"), "ends in .pdf\n  The formats are html, markdown, csv, json, xlsx."),
        (("report", "--format", "html", "-o", "no.pdf"), "--format html does not go to a file that ends in .pdf"),
        (("report", "--format", "html", "-o", "no.xlsx"), "--format html does not go to a file that ends in .xlsx"),
        (("report", "--format", "xlsx:no.html"), "Name another file for xlsx, or leave --format xlsx out."),
        (("report", "--quarter", "2026Q4", "-o", "no.xlsx"), "The formats are html, markdown, json."),
        (("processing", "--format", "csv", "-o", "no.xlsx"), "--format csv does not go to"),
        (("scorecard", "-o", "no.csv"), "--format text writes that one to any file"),
        (("check", "-o", "no.html"), "there is no format that goes to a file that ends in .html"),
    ],
)
def test_a_file_that_cannot_hold_it_is_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    ended = trackplan(*words, "--today", TODAY, cwd=folder)
    assert ended.code == 2
    assert said in ended.err
    assert not [*folder.glob("no.*")]


def test_views_and_tables_cannot_be_changed(folder: Path) -> None:
    for name in ("subject", "need"):
        ended = trackplan("query", f"delete from {name}", cwd=folder)
        assert ended.code == 2
        assert f"query: only SELECT is possible here (asked for: {name})" in ended.err
