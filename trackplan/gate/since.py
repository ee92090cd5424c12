"""What a change adds: the findings of now without those of before, each as often as it was there.

What was found in a commit is found in it for ever, so it is kept.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

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
    note = f"Only what is new since {name} is listed; {older:,} older finding{' is' if older == 1 else 's are'} not."
    return replace(report, findings=tuple(kept), notes=(*report.notes, note))


def known(kept: Pack, commit: str, asked: tuple[str, ...], find: Callable[[], Report]) -> Counter[str]:
    """How often each fingerprint occurs in a commit: what was kept of it, else what `find` finds.

    `asked` is everything beside the commit that decides what is found: folder, day, chosen rules.
    """
    name = key("since", __version__, ourselves(), commit, *asked)
    piece = kept.get(name)
    if piece is not None:
        return Counter(json.loads(piece))
    found = Counter(finding.fingerprint for finding in find().findings)
    kept.put(name, json.dumps(found).encode())
    kept.save()
    return found
