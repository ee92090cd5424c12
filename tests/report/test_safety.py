"""Nothing that came from input steers what shows the report, and no value out of a query is in it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import TODAY
from tests.report import hostile
from trackplan import pipeline, project
from trackplan.formats.source import UNSAFE
from trackplan.report import change, writing
from trackplan.report.collect import Judged, collect
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.report.model import Review


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    from msgspec.structs import replace

    folder = hostile.write(tmp_path_factory.mktemp("hostile"))
    day = date.fromisoformat(TODAY)
    opened = project.read(WorkTree(folder), "trackplan.yaml")
    base, report = pipeline.analyse(opened, day)
    with base:
        found = collect(Judged(opened, base, report, day), hostile.SCRIPT + hostile.ESCAPE)
    before = change.earlier(found)
    return replace(found, change=change.change(replace(before, inventory=()), found, hostile.SCRIPT))


class Parsed(HTMLParser):
    """The elements of a page, and the texts that can run or be styled."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.elements: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element and what it says."""
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def test_the_project_says_what_it_should(review: Review) -> None:
    """The texts really come through; else the other tests would prove nothing."""
    names = {subject.name for subject in review.inventory}
    assert {*hostile.TEXTS} <= names
    assert review.use_cases[0].title == hostile.SCRIPT
    assert {blind.kind for blind in review.blind} >= {"syntax", "unknown-column"}
    assert review.change is not None
    assert review.change.new_fields


def test_no_value_of_a_query_is_in_any_output(review: Review, tmp_path: Path) -> None:
    for name in ("html", "markdown", "json", "csv"):
        assert hostile.EMAIL not in writing.text(review, name), name
    writing.write(review, "csv", tmp_path / "tables")
    writing.write(review, "xlsx", tmp_path / "report.xlsx")
    for path in (tmp_path / "tables").iterdir():
        assert hostile.EMAIL not in path.read_text(), path.name
    with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
        assert not [name for name in book.namelist() if hostile.EMAIL.encode() in book.read(name)]


def test_html(review: Review) -> None:
    page = writing.text(review, "html")
    parsed = Parsed(page)
    assert page.count("<script") == page.count("</script>") == 2
    assert "img" not in parsed.elements
    assert not [a for a in parsed.attributes if a[1].startswith("on") or a[1] == "style"]
    addresses = [value for _, name, value in parsed.attributes if name in ("href", "src", "action", "xlink:href")]
    assert addresses
    assert [value for value in addresses if not value.startswith("#")] == []
    ours = page.partition("<style>")[2].partition("</style>")[0] + page.rpartition("<script>")[2]
    assert [
        word for word in ("url(", "@import", "fetch", "XMLHttp", "WebSocket", "innerHTML", "eval(") if word in ours
    ] == []
    assert UNSAFE.sub("", page.replace("\n", "")) == page.replace("\n", "")
    assert "{{ 7*7 }}" in page
    assert "49" not in {text.strip() for text in page.split(">")}
    data = page.partition('id="data">')[2].partition("</script>")[0]
    assert not set("<>&") & set(data)
    json.loads(data)


def test_texts_for_terminals(review: Review) -> None:
    for name in ("markdown", "csv", "json"):
        text = writing.text(review, name).replace("\n", "")
        assert UNSAFE.search(text) is None, name
    assert json.loads(writing.as_json(review))["use_cases"][0]["moves"] == hostile.STEERING


def test_markdown(review: Review) -> None:
    text = writing.text(review, "markdown")
    bare = text.replace("\\\\", "").replace("\\<", "").replace("\\[", "").replace("\\`", "").replace("\\|", "")
    assert not set("<[`") & set(bare)
    widths: dict[int, set[int]] = {}
    for number, block in enumerate(bare.split("\n\n")):
        widths[number] = {line.count("|") for line in block.splitlines() if line.startswith("|")}
    assert [number for number, found in widths.items() if len(found) > 1] == []


def test_spreadsheets(review: Review, tmp_path: Path) -> None:
    writing.write(review, "csv", tmp_path)
    for path in tmp_path.iterdir():
        for row in csv.reader(io.StringIO(path.read_text())):
            assert [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not is_number(cell)] == []
    writing.write(review, "xlsx", tmp_path / "report.xlsx")
    with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(book.read(name)).iter()}  # noqa: S314
                assert not tags & {"f", "hyperlink"}, name


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_equal_reports_give_equal_bytes(review: Review, tmp_path: Path) -> None:
    for name in ("html", "markdown", "json", "csv"):
        assert writing.text(review, name) == writing.text(review, name)
    for target in ("a.xlsx", "b.xlsx"):
        writing.write(review, "xlsx", tmp_path / target)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
