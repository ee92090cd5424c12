"""What a stranger wrote steers no paper that is made of it, and no value of a query is in any."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from tests.conftest import TODAY
from tests.inside import trackplan
from tests.report import hostile
from trackplan.formats.source import UNSAFE

if TYPE_CHECKING:
    from pathlib import Path

PAPERS = (
    ("scorecard",),
    ("scorecard", "--format", "markdown"),
    ("scorecard", "--format", "html"),
    ("scorecard", "--format", "json"),
    ("processing",),
    ("processing", "--format", "csv"),
    ("processing", "design"),
    ("processing", "design", "--format", "csv"),
    ("report", "--quarter", "2026Q4", "--format", "markdown"),
    ("report", "--quarter", "2026Q4", "--format", "json"),
    ("report", "--quarter", "2026Q4", "-o", "review.html"),
    ("dictionary", "pages"),
)
_MARKUP = re.compile(r"(?<!\\)<(?!br>|!-- Made by)|(?<!\\)\]\((?![a-z0-9./-]+\.md\)|\.\./README)")


class Elements(HTMLParser):
    """The elements of a page, each with each of its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element."""
        self.found += [(tag, ""), *((tag, name) for name, _ in attrs)]


def papers(folder: Path) -> dict[str, str]:
    """What each command writes, to the screen or into files."""
    hostile.write(folder)
    said: dict[str, str] = {}
    for command in PAPERS:
        ended = trackplan(*command, "--today", TODAY, cwd=folder)
        assert ended.code == 0, ended.err
        said |= {" ".join(command): ended.out} if ended.out else {}
    pages = sorted((folder / "pages").rglob("*.md"))
    assert len(pages) > 2
    said |= {f"pages {page.name}": page.read_text(encoding="utf-8") for page in pages}
    return said | {"review html": (folder / "review.html").read_text(encoding="utf-8")}


def test_no_paper_can_be_steered(tmp_path: Path) -> None:
    said = papers(tmp_path)
    assert any("hacked" in text for text in said.values())  # the hostile texts come through, as text
    for name, text in said.items():
        assert hostile.EMAIL not in text, name
        assert UNSAFE.search(text.replace("\n", "")) is None, name
        if "html" in name:
            elements = Elements(text).found
            assert len(elements) > 10
            assert not {"script", "img", "a", "iframe"} & {tag for tag, _ in elements}, name
            assert not [e for e in elements if e[1].startswith("on") or e[1] in ("src", "href", "style")], name
        elif "csv" in name:
            cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
            assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")], name
        elif "json" not in name and name != "scorecard":
            assert not _MARKUP.search(re.sub(r"(`+).+?\1", "", text.replace("\\\\", ""))), name
