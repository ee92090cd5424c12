"""What a change adds: the findings of now without those of before, each as often as it was there.

What was found in a commit is found in it for ever, so it is kept; so is what is found in what is staged, which may
become a commit. Either is known by what git calls its content.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan import __version__
from trackplan.cache.ourselves import ourselves
from trackplan.cache.sections import key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trackplan.cache.pack import Pack
    from trackplan.findings import Report


def added(report: Report, known: Mapping[str, int], name: str) -> Report:
    """The report without the findings that were there before; `known` counts their fingerprints, `name` says when.

    Two findings are the same if rule, subject and detail are, wherever they stand.
    """
    left = Counter(known)
    kept = []
    for finding in report.findings:
        if left[finding.fingerprint]:
            left[finding.fingerprint] -= 1
        else:
            kept.append(finding)
    older = len(report.findings) - len(kept)
    left_out = f"; {older:,} older finding{' is' if older == 1 else 's are'} not" if older else ""
    note = f"Only what is new since {name} is listed{left_out}."
    return replace(report, findings=tuple(kept), notes=(*report.notes, note))


def known(kept: Pack, content: str, asked: tuple[str, ...], find: Callable[[], Report]) -> Counter[str]:
    """How often each fingerprint occurs in a content: what was kept of it, else what `find` finds.

    `asked` is everything beside the content that decides what is found: folder, day, chosen rules.
    """
    piece = kept.get(_name(content, asked))
    return keep(kept, content, asked, find()) if piece is None else Counter(json.loads(piece))


def keep(kept: Pack, content: str, asked: tuple[str, ...], report: Report) -> Counter[str]:
    """Keep for later runs how often each fingerprint occurs in a content, and give it."""
    found = Counter(finding.fingerprint for finding in report.findings)
    kept.put(_name(content, asked), json.dumps(found).encode())
    kept.save()
    return found


def _name(content: str, asked: tuple[str, ...]) -> bytes:
    return key("since", __version__, ourselves(), content, *asked)
