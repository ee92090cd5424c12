"""What every output format gets besides the report: how it should look."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import owners
from trackplan.causes import CAUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from trackplan.findings import Finding, Report


class Look(Struct, frozen=True):
    """How text is laid out. None of it changes what is said in JSON.

    `fold_info` lets many remarks of one rule become one line, and what one line of the source brings several times.
    `double_quoted_literals` tells that a SQL dialect of the project writes string literals in double quotes, so that
    these are masked too. `prefix` is the project's folder in its repository, with `/` behind it, for services that know
    files by that.
    """

    colour: bool = False
    width: int = 100
    quiet: bool = False
    fold_info: bool = True
    double_quoted_literals: bool = False
    prefix: str = ""

    def where(self, path: str) -> str:
        """A file of the project as services know it."""
        return posixpath.normpath(self.prefix + path) if self.prefix and path else path


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by severity, errors first, and then in the order of the text output."""
    return sorted(findings, key=lambda f: (-f.severity, f.sort_key))


def by_cause(report: Report) -> dict[str, int]:
    """How many findings each cause has, the most first; that an input is wrong (TP0) has none that could be stopped."""
    found = Counter(f.cause for f in report.findings if f.cause in CAUSES and not f.rule.startswith("TP0"))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def by_owner(report: Report) -> dict[str, int]:
    """How many findings each owner has, the most first, and last `""` for those of nobody; {} without owners at all."""
    if not report.ownership.lines:
        return {}
    found: Counter[str] = Counter()
    owners_of = owners.finder(report.ownership)
    for path, count in Counter(finding.place.path for finding in report.findings).items():
        for owner in owners_of(path) or ("",):
            found[owner] += count
    return dict(sorted(found.items(), key=lambda item: (not item[0], -item[1], item[0])))


class Blocks(Struct):
    """Pieces of a text, one for a file, by a key for all that they say. `made` are those of this text, with the path.

    `known` are those of an earlier text; what they quote of a file in `edited` may be another now.
    """

    known: Mapping[bytes, tuple[str, str]] = {}
    edited: Collection[str] = ()
    made: dict[bytes, tuple[str, str]] = {}

    def block(self, path: str, key: bytes, make: Callable[[], str]) -> str:
        """The piece for the file at `path`: the known one, or what `make` gives."""
        known = self.known.get(key) if path not in self.edited else None
        self.made[key] = (path, known[1] if known is not None and known[0] == path else make())
        return self.made[key][1]


_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}


def paint(text: str, style: str, look: Look) -> str:
    """`text` in `style` (words such as `bold red`) where colours are wanted, else as it is."""
    if not (look.colour and style and text):
        return text
    codes = ";".join(_CODES[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"
