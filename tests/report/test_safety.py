"""Nothing that came from input steers what shows the report, and no value out of a query is in it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.report import hostile
from trackplan.formats.source import UNSAFE
from trackplan.report import writing

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.report.model import Review


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


def test_the_project_says_what_it_should(hostile_review: Review) -> None:
    """The texts really come through; else the other tests would prove nothing."""
    names = {subject.name for subject in hostile_review.inventory}
    assert {*hostile.TEXTS} <= names
    assert hostile_review.use_cases[0].title == hostile.SCRIPT
    assert {blind.kind for blind in hostile_review.blind} >= {"syntax", "unknown-column"}
    assert hostile_review.change is not None
    assert hostile_review.change.new_fields


def test_no_value_of_a_query_is_in_any_output(hostile_review: Review, tmp_path: Path) -> None:
    for name in ("html", "markdown", "json", "csv"):
        assert hostile.EMAIL not in writing.text(hostile_review, name), name
    writing.write(hostile_review, "csv", tmp_path / "tables")
    writing.write(hostile_review, "xlsx", tmp_path / "report.xlsx")
    for path in (tmp_path / "tables").iterdir():
        assert hostile.EMAIL not in path.read_text(), path.name
    with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
        assert not [name for name in book.namelist() if hostile.EMAIL.encode() in book.read(name)]


def test_html(hostile_review: Review) -> None:
    page = writing.text(hostile_review, "html")
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


def test_texts_for_terminals(hostile_review: Review) -> None:
    for name in ("markdown", "csv", "json"):
        text = writing.text(hostile_review, name).replace("\n", "")
        assert UNSAFE.search(text) is None, name
    assert json.loads(writing.as_json(hostile_review))["use_cases"][0]["moves"] == hostile.STEERING


def test_markdown(hostile_review: Review) -> None:
    text = writing.text(hostile_review, "markdown")
    bare = text.replace("\\\\", "").replace("\\<", "").replace("\\[", "").replace("\\`", "").replace("\\|", "")
    assert not set("<[`") & set(bare)
    widths: dict[int, set[int]] = {}
    for number, block in enumerate(bare.split("\n\n")):
        widths[number] = {line.count("|") for line in block.splitlines() if line.startswith("|")}
    assert [number for number, found in widths.items() if len(found) > 1] == []


def test_spreadsheets(hostile_review: Review, tmp_path: Path) -> None:
    writing.write(hostile_review, "csv", tmp_path)
    for path in tmp_path.iterdir():
        for row in csv.reader(io.StringIO(path.read_text())):
            assert [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not is_number(cell)] == []
    writing.write(hostile_review, "xlsx", tmp_path / "report.xlsx")
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


def test_equal_reports_give_equal_bytes(hostile_review: Review, tmp_path: Path) -> None:
    for name in ("html", "markdown", "json", "csv"):
        assert writing.text(hostile_review, name) == writing.text(hostile_review, name)
    for target in ("a.xlsx", "b.xlsx"):
        writing.write(hostile_review, "xlsx", tmp_path / target)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
