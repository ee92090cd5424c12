"""The page in a real browser: one start of Chromium, and every way in which people use the page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.conftest import ROOT, TODAY
from tests.inside import trackplan
from tests.report import hostile
from trackplan.report import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from trackplan.report.model import Review

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(slots=True)
class Watched:
    """A page, and what it did that it should not."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def asked(self, address: str) -> None:
        """Note what the page asks for besides itself."""
        if not address.startswith(("about:", self.address)):
            self.wrong.append(f"request: {address}")

    def open(self, part: str = "") -> Page:
        """The page, loaded anew at one of its parts."""
        self.page.goto("about:blank")
        self.page.goto(self.address + part)
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Skips where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def watched(browser: Browser, file: Path, text: str, **context: Any) -> Watched:
    """The page with that text in a window of its own; requests and errors are noted."""
    file.write_text(text, encoding="utf-8")
    found = Watched(browser.new_context(**context).new_page(), file.as_uri())
    found.page.on("console", lambda message: found.wrong.append(f"console: {message.text}"))
    found.page.on("pageerror", lambda error: found.wrong.append(f"error: {error}"))
    found.page.on("request", lambda request: found.asked(request.url))
    return found


def ids(page: Page) -> list[str]:
    """The rows of the inventory that are shown."""
    return page.locator("#rows tbody a.id").all_inner_texts()


def told(page: Page) -> str:
    """How many rows there are, as people who do not see the page hear it."""
    return page.locator("#count").inner_text()


def test_the_page_in_a_browser(browser: Browser, review: Review, tmp_path: Path) -> None:
    """All of it in one window: a start takes longer than all that is done."""
    text = writing.text(review, "html")
    shop = watched(browser, tmp_path / "shop.html", text, viewport={"width": 1280, "height": 900})
    check_filter_sort_and_search(shop, review)
    check_links(shop, review)
    check_keyboard(shop)
    check_dark_mode(shop)
    check_print(shop)
    check_accessibility(shop)
    check_narrow(shop)
    assert shop.wrong == []
    shop.page.context.close()


def check_filter_sort_and_search(shop: Watched, review: Review) -> None:
    page = shop.open()
    assert told(page).startswith(f"{len(review.inventory):,} of {len(review.inventory):,} rows")
    page.locator("#statuses input[value=waste]").check()
    assert told(page).startswith(f"{review.quadrants['waste']} of")
    assert set(page.locator("#rows .status").all_inner_texts()) == {"✕ waste"}
    page.locator("[name=personal]").check()
    personal = sorted(s.id for s in review.inventory if s.personal and s.status == "waste")
    assert sorted(ids(page)) == personal
    page.get_by_role("button", name="Clear").click()
    assert told(page).startswith(f"{len(review.inventory):,} of")
    page.locator("[name=q]").fill("email support")
    found = [s.id for s in review.inventory if "email" in s.id]
    assert ids(page) == []
    page.locator("[name=q]").fill("email")
    assert {id_ for id_ in ids(page) if "email" in id_} == set(found)
    page.get_by_role("button", name="Status").click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Status")
    order = page.locator("#rows .status").all_inner_texts()
    page.get_by_role("button", name="Status").click()
    assert page.locator("th[aria-sort=descending]").count() == 1
    assert page.locator("#rows .status").all_inner_texts()[0] == order[-1]
    page.locator(".chooser summary").click()
    page.locator("#columns input[value=place]").check()
    assert "Written in" in page.locator("#rows thead").inner_text()
    page.reload()
    assert page.locator("[name=q]").input_value() == "email"
    assert "Written in" in page.locator("#rows thead").inner_text()
    page.go_back()


def check_links(shop: Watched, review: Review) -> None:
    page = shop.open("#inventory?status=unknown")
    assert sorted(ids(page)) == sorted(s.id for s in review.inventory if s.status == "unknown")
    page = shop.open()
    page.locator("a.quadrant.undeclared").click()
    assert sorted(ids(page)) == sorted(s.id for s in review.inventory if s.status == "undeclared")
    page.locator("#rows a.id").first.click()
    first = next(s.id for s in review.inventory if s.status == "undeclared")
    assert page.locator("#field-title").inner_text() == first
    assert page.locator("svg.flow .node").count() > 1
    page.go_back()
    assert told(page).startswith(f"{review.quadrants['undeclared']} of")
    assert page.locator("[name=q]").is_visible()
    shop.open("#field?id=web%2F%24identify.email")
    assert page.locator("svg.flow .node text").all_text_contents()[:2] == ["web/$identify", "email"]
    assert page.locator("svg.flow .node.export").count() == 1
    for broken in ("#field?id=none", "#inventory?status=none&sort=x&page=-3&cols=y", "#inventory?page=99", "#none"):
        shop.open(broken)
    assert len(page.locator("section .figure").all_inner_texts()) == 1
    hrefs = set(page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href'))"))
    parts = {href[1:].partition("?")[0] for href in hrefs}
    assert [part for part in parts if not page.locator(f"#{part}").count()] == []


def check_keyboard(shop: Watched) -> None:
    from playwright.sync_api import expect

    page = shop.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("a.quadrant.waste").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_contain_text("68 of")
    page.locator("[data-sort=owner]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.sort") == "owner"
    page.locator("#rows a.id").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#field-title")).to_be_focused()
    page.locator("#theme").focus()
    page.keyboard.press("Space")


def check_dark_mode(shop: Watched) -> None:
    page = shop.open()
    paper = "getComputedStyle(document.body).backgroundColor"
    page.evaluate("localStorage.clear()")
    page.reload()
    light = page.evaluate(paper)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(paper)
    assert light != dark
    page.emulate_media(color_scheme="light")
    page.locator("#theme").click()
    assert (page.evaluate(paper), page.locator("#theme").get_attribute("aria-pressed")) == (dark, "true")
    page.emulate_media(media="print")
    assert page.evaluate(paper) == light
    page.emulate_media(media="screen")
    page.locator("#theme").click()
    assert page.evaluate(paper) == light


def check_print(shop: Watched) -> None:
    page = shop.open("#inventory?status=waste")
    page.emulate_media(media="print")
    shown = [name for name in (".filters", ".contents", "#theme", "#pages") if page.locator(name).is_visible()]
    assert shown == []
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(ids(page)) == 68
    assert page.locator("details.chooser[open]").count() == 0
    assert page.locator("article details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details[open]").count() == 0
    page.emulate_media(media="screen")
    assert page.pdf(format="A4").startswith(b"%PDF")


def check_accessibility(shop: Watched) -> None:
    """What axe calls moderate or worse: contrast, names, roles, headings; of long tables the first rows."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    options: dict[str, object] = {"resultTypes": ["violations"]}
    for dark in (False, True):
        page = shop.open("#inventory?q=email&cols=id,status,category,use_cases")
        page.locator("#rows a.id").first.click()
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.locator("article summary").first.click()
        rest = "tbody tr:nth-child(n+4), article:nth-of-type(n+3), option:nth-child(n+4)"
        page.evaluate("rest => document.querySelectorAll(rest).forEach(each => each.remove())", rest)
        found = axe.Axe().run(page, options={"runOnly": ["color-contrast"]} if dark else options).response["violations"]
        grave = [each for each in found if each["impact"] in ("serious", "critical", "moderate")]
        assert [(each["id"], dark, each["nodes"][0]["html"], each["help"]) for each in grave] == []
    page.emulate_media(color_scheme="light")


def check_narrow(shop: Watched) -> None:
    page = shop.open("#field?id=web%2F%24identify.email")
    for width in (320, 380, 800):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_hostile_input_in_a_browser(browser: Browser, hostile_review: Review, tmp_path: Path) -> None:
    text = writing.text(hostile_review, "html")
    page = (shop := watched(browser, tmp_path / "hostile.html", text)).page
    page.add_init_script("window.hacked = () => { window.wasHacked = true; }")
    shop.open()
    for subject in hostile_review.inventory:
        page.evaluate("id => { location.hash = `field?${new URLSearchParams({id})}`; }", subject.id)
    for each in ("q", "owner", "group", "sort", "cols", "page", "status", "proposal", "rule", "constructor"):
        asked = "([k, v]) => { location.hash = `inventory?${new URLSearchParams({[k]: v})}`; }"
        page.evaluate(asked, [each, hostile.SCRIPT])
    page.wait_for_timeout(50)
    assert page.evaluate("window.wasHacked") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert shop.wrong == []
    page.context.close()


def test_the_smaller_pages_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """The scorecard and the review of a quarter: nothing fetched, nothing wrong for axe, no wider than a telephone."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    for command in (("scorecard",), ("report", "--quarter", "2026Q4")):
        arguments = (*command, "--today", TODAY, "--format", "html", "-o", str(tmp_path / "made.html"))
        assert trackplan(*arguments, cwd=ROOT / "examples" / "storefront").code == 0
        text = (tmp_path / "made.html").read_text(encoding="utf-8")
        small = watched(browser, tmp_path / "page.html", text, viewport={"width": 380, "height": 800}, bypass_csp=True)
        page = small.open()
        assert page.evaluate("document.documentElement.scrollWidth") <= 380
        assert small.wrong == []
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            options = {"resultTypes": ["violations"]}
            assert [each["id"] for each in axe.Axe().run(page, options=options).response["violations"]] == []
        page.context.close()
