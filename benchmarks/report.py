"""`python -m benchmarks.report`: what the report of a large project takes, in the making and in a browser."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import corpus
from benchmarks.measure import alternate, machine, run

_TRACKPLAN = (sys.executable, "-m", "trackplan")
_ALWAYS = ("--no-cache", "--jobs", "1", "--today", "2026-11-21")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ASKED = (
    "q=event 12",
    "q=order",
    "status=waste",
    "status=undeclared&q=event 1",
    "q=zzz",
    "sort=-reason&status=waste",
    "",
)
# From the change of the address to the rows being there, without the time in which nothing is asked.
_FILTER = """asked => { const start = performance.now(); history.replaceState(null, "", `#inventory?${asked}`);
window.dispatchEvent(new HashChangeEvent("hashchange")); return performance.now() - start; }"""


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 if one is beyond its limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    for name, usual in (("events", 2000), ("columns", 15), ("models", 2000), ("dashboards", 400)):
        parser.add_argument(f"--{name}", type=int, default=usual, help="how many are made up")
    parser.add_argument("--runs", type=int, default=3, help="of each median")
    options = parser.parse_args(arguments)
    print(", ".join(f"{name}: {value}" for name, value in machine().items()), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder, page = Path(scratch) / "project", Path(scratch) / "report.html"
        sizes = corpus.Sizes(options.events, options.columns, options.models, options.dashboards)
        folder.mkdir()
        corpus.generated(folder, sizes, 1)
        check, report = alternate(
            options.runs,
            lambda: run([*_TRACKPLAN, "check", *_ALWAYS], folder, good=(0, 1)),
            lambda: run([*_TRACKPLAN, "report", *_ALWAYS, "--output", str(page)], folder),
        )
        figures = f"report {report.cpu:.1f} s, check {check.cpu:.1f} s, {report.peak / 1e6:.0f} MB of memory"
        good = [
            _told("a cold report ÷ a cold check", report.cpu / check.cpu, 2, figures),
            _told("MB of the page", page.stat().st_size / 1e6, 10, f"{options.events * options.columns:,} fields"),
        ]
        times = _filtering(page)
        if times:
            good.append(_told("ms of the slowest filter", max(times), 100, f"median {median(times):.0f} ms"))
        else:
            print("not measured: filters, without playwright and Chromium", flush=True)
    return int(not all(good))


def _filtering(page: Path) -> list[float]:
    """How long each filter takes in Chromium, the median of three; [] without a browser."""
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        window = browser.new_page()
        window.goto(page.as_uri())
        found = [median([float(window.evaluate(_FILTER, asked)) for _ in range(3)]) for asked in _ASKED]
        browser.close()
    return found


def _told(what: str, value: float, most: float, behind: str) -> bool:
    """Print one figure; whether it is within its limit."""
    print(f"{'must' if value <= most else 'MISSED':8} {value:7.2f} (must {most}) {what}: {behind}", flush=True)
    return value <= most


if __name__ == "__main__":
    sys.exit(main())
