"""`python -m benchmarks.hook`: what the hook costs at a commit in a large repository, against `python -c pass`."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import rules
from benchmarks.measure import PASS, Cost, alternate, machine, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HOOK = (sys.executable, "-m", "trackplan", "hook", "--today", "2026-11-21", "--jobs", "1")
_FILES = 5
_DESCRIPTION = re.compile(r"description: What[^}]*")
_PROPERTY = re.compile(r"^      \w+: \{type: [^}]*\}\n", re.MULTILINE)
_PROPERTIES = 15
_TYPE = re.compile(r"type: (string|boolean)")


@dataclass(slots=True)
class Repository:
    """A repository with a project, of which all is committed; `edits` counts the changes so far."""

    folder: Path
    cache: Path
    edits: int = 0

    def git(self, *words: str) -> None:
        """Run git there."""
        who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
        subprocess.run(["git", *who, *words], cwd=self.folder, check=True)

    def hook(self) -> Cost:
        """Run the hook."""
        return run([*_HOOK, "--cache-dir", str(self.cache)], self.folder, good=(0, 1))

    def after(self, change: Callable[[str, int], str]) -> Cost:
        """Run the hook once some plan files have been changed and staged; what was staged before is committed."""
        self.git("commit", "-q", "--allow-empty", "-m", f"edit {self.edits}")
        self.edits += 1
        for path in self._plans():
            path.write_text(change(path.read_text(encoding="utf-8"), self.edits), encoding="utf-8")
        self.git("add", "-A")
        return self.hook()

    def _plans(self) -> Iterator[Path]:
        """Some plan files, each time others."""
        paths = sorted((self.folder / "plans").iterdir())
        for number in range(min(_FILES, len(paths))):
            yield paths[(self.edits * _FILES + number) % len(paths)]


def described(text: str, number: int) -> str:
    """Describe a property otherwise."""
    return _DESCRIPTION.sub(f"description: What it says {number} times", text, 1)


def moved(text: str, number: int) -> str:
    """Let everything stand a line further down."""
    return f"# edit {number}\n{text}"


def added(text: str, number: int) -> str:
    """Collect a property more."""
    return _DESCRIPTION.sub(lambda found: f"{found[0]}}}\n      added_{number}: {{type: string", text, 1)


def removed(text: str, number: int) -> str:
    """Collect a property less, each time another one."""
    found = list(_PROPERTY.finditer(text))[number % _PROPERTIES]
    return text[: found.start()] + text[found.end() :]


def said(text: str, number: int) -> str:
    """Describe a property otherwise, and let another one have another type."""
    text = described(text, number)
    return _TYPE.sub(lambda found: f"type: {'boolean' if found[1] == 'string' else 'string'}", text, 1)


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 if one is beyond its limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hook", description=__doc__)
    sizes = rules.Sizes()
    for name in ("events", "models", "dashboards"):
        parser.add_argument(f"--{name}", type=int, default=getattr(sizes, name), help="how many are made up")
    parser.add_argument("--runs", type=int, default=5, help="of each median")
    options = parser.parse_args(arguments)
    print(", ".join(f"{name}: {value}" for name, value in machine().items()), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        made = Repository(Path(scratch) / "repository", Path(scratch) / "cache")
        rules.write(made.folder, rules.Sizes(options.events, options.models, options.dashboards))
        made.git("init", "-q")
        made.git("add", "-A")
        made.git("commit", "-q", "-m", "all")
        first = made.after(said)
        for _ in range(2):
            time.sleep(2.1)  # what was written just now is not trusted
            made.after(said)
        made.hook()
        print(f"{options.events} events, {options.models} models; the first time takes {first.cpu:.1f} s\n", flush=True)
        found = [
            _told("nothing changed", 8, *alternate(options.runs, made.hook, lambda: run(PASS))),
            _told(
                f"{_FILES} plan files: a description each",
                25,
                *alternate(options.runs, lambda: made.after(described), lambda: run(PASS)),
            ),
            _told(
                f"{_FILES} plan files: a line more each, so that all old findings stand elsewhere",
                25,
                *alternate(options.runs, lambda: made.after(moved), lambda: run(PASS)),
            ),
            _told(
                f"{_FILES} plan files: a description and a type each, with new findings",
                25,
                *alternate(options.runs, lambda: made.after(said), lambda: run(PASS)),
            ),
            _told(
                f"{_FILES} plan files: a new property each",
                25,
                *alternate(options.runs, lambda: made.after(added), lambda: run(PASS)),
            ),
            _told(
                f"{_FILES} plan files: a property less each",
                25,
                *alternate(options.runs, lambda: made.after(removed), lambda: run(PASS)),
            ),
        ]
    return int(not all(found))


def _told(what: str, most: float, subject: Cost, reference: Cost) -> bool:
    """Print one figure; whether it is within its limit."""
    ratio = subject.cpu / reference.cpu
    verdict = "must" if ratio <= most else "MISSED"
    figures = f"{subject.cpu:.3f} s, python -c pass {reference.cpu:.3f} s"
    print(f"{verdict:8} {ratio:7.2f} (must {most}) {what}: {figures}", flush=True)
    return ratio <= most


if __name__ == "__main__":
    sys.exit(main())
