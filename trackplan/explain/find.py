"""Which subject a name means: a full id, or a shortened one while only one subject answers to it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan import names
from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.facts.base import FactBase

_IDS = """
SELECT 'field', key, id FROM field UNION ALL SELECT 'column', key, id FROM "column"
UNION ALL SELECT 'event', key, id FROM event UNION ALL SELECT 'relation', key, id FROM relation
UNION ALL SELECT 'use case', key, id FROM use_case UNION ALL SELECT 'consumer', key, id FROM consumer
"""
_LANDINGS = 'SELECT "column" FROM landing WHERE field = :key'
_KINDS = ("field", "column", "event", "relation", "use case", "consumer")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_LISTED = 20
_MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class Subject:
    """Something with an id: its kind, its key in the table of that kind, its id."""

    kind: str
    key: int
    id: str


def find(base: FactBase, name: str) -> Subject:
    """The subject that `name` means. Raises `TrackplanError` with the candidates or the likeliest ids.

    The whole id wins over a shortened one, the exact letter case over another. `column:orders.id` names the kind.
    """
    everything = [Subject(str(k), key, str(i)) for k, key, i in base.fetch(_IDS) if isinstance(key, int)]
    kind, colon, rest = name.partition(":")
    wanted = rest if colon and kind in _KINDS else name
    subjects = [s for s in everything if s.kind == kind] if wanted is not name else everything
    for attempt in (_whole, _shortened, _selected):
        for fold in (str, str.lower):
            found = attempt(subjects, fold(wanted), fold)
            if len(found) == 1:
                return found[0]
            if len({s.id for s in found if s.kind == "field"}) == 1 and _one_chain(base, found):
                return next(s for s in found if s.kind == "field")
            if found:
                raise _ambiguous(name, found)
    raise _unknown(name, wanted, subjects)


def plain(id_: str) -> str:
    """An id without its quotes, as selectors are matched against it."""
    return _QUOTED.sub(lambda match: match.group(1).replace('""', '"'), id_) if '"' in id_ else id_


def _whole(subjects: list[Subject], name: str, fold: Callable[[str], str]) -> list[Subject]:
    exact = [s for s in subjects if fold(s.id) == name]
    return exact or [s for s in subjects if fold(plain(s.id)) == plain(name)]


def _shortened(subjects: list[Subject], name: str, fold: Callable[[str], str]) -> list[Subject]:
    ends = ("." + plain(name), "/" + plain(name))
    return [s for s in subjects if fold(plain(s.id)).endswith(ends)]


def _selected(subjects: list[Subject], name: str, fold: Callable[[str], str]) -> list[Subject]:
    try:
        patterns = names.expand(name)
    except ValueError:
        return []
    found = []
    for subject in subjects:
        text = fold(plain(subject.id))
        if any(p.matches(text) or p.matches(text.partition("/")[2]) for p in patterns):
            found.append(subject)
    return found


def _one_chain(base: FactBase, found: list[Subject]) -> bool:
    """Whether all that is found beside a field are columns on which it lands."""
    field = next(s.key for s in found if s.kind == "field")
    landings = {key for (key,) in base.fetch(_LANDINGS, {"key": field})}
    return all(s.kind == "column" and s.key in landings for s in found if s.kind != "field")


def _ambiguous(name: str, found: list[Subject]) -> TrackplanError:
    found = sorted(found, key=lambda s: (s.id, s.kind))
    wide = max(len(s.kind) for s in found[:_LISTED])
    lines = [f"{s.kind.ljust(wide)}  {s.id}" for s in found[:_LISTED]]
    if len(found) > _LISTED:
        lines.append(f"and {len(found) - _LISTED:,} more")
    same = len({s.id for s in found}) < len(found)
    hint = "Name its kind too, as in `column:ID`." if same else "Give the id in full, in single quotes."
    return TrackplanError("\n".join([f"{name} may mean any of these:", *lines]), hint)


def _unknown(name: str, wanted: str, subjects: list[Subject]) -> TrackplanError:
    last = re.split(r"[./]", plain(wanted))[-1].lower()
    by_name: dict[str, str] = {}
    for subject in sorted(subjects, key=lambda s: s.id)[:_MOST_COMPARED]:
        whole = plain(subject.id).lower()
        for word in (whole, whole.partition("/")[2], re.split(r"[./]", whole)[-1]):
            if word:
                by_name.setdefault(word, subject.id)
    close = [
        *difflib.get_close_matches(plain(wanted).lower(), by_name, n=3, cutoff=0.7),
        *difflib.get_close_matches(last, by_name, n=3, cutoff=0.75),
    ]
    ids = list(dict.fromkeys(by_name[word] for word in close))[:3]
    lists = "`trackplan inventory` lists the fields and columns, `trackplan rules` the rules."
    hint = f"Did you mean {' or '.join(ids)}?" if ids else lists
    what = "no rule, field, column, event, relation, use case or consumer is called"
    return TrackplanError(f"{what} {name or repr(name)}", hint)
