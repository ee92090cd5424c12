"""Ids and selectors: how subjects are named, quoted, folded and picked out."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_FOLDS_UPPER = frozenset({"snowflake", "oracle"})
_FOLDS_LOWER = frozenset({"postgres", "redshift"})
_ENVELOPE = frozenset(
    {
        "anonymous_id",
        "channel",
        "event",
        "event_id",
        "event_text",
        "group_id",
        "id",
        "loaded_at",
        "original_timestamp",
        "received_at",
        "sent_at",
        "timestamp",
        "user_id",
        "uuid",
        "uuid_ts",
    }
)
_SIGNS = re.compile(r"[\s_-]+")
_LOADER = re.compile(r"_(fivetran|airbyte|sdc|dlt|hevo|rivery|etl|stitch)_?|dbt_|__hevo", re.IGNORECASE)


@lru_cache(maxsize=65536)
def quote(segment: str) -> str:
    """One segment of an id, double-quoted where it is not a plain name."""
    return segment if _PLAIN.fullmatch(segment) else '"' + segment.replace('"', '""') + '"'


def join_id(segments: Iterable[str]) -> str:
    """Segments joined by `.`, each quoted where needed: `raw.web.orders."cart value"`."""
    return ".".join(quote(s) for s in segments)


def field_id(plan: str, event: str, path: Sequence[str]) -> str:
    """The id of a field, `plan/Event.path`; with an empty path, the id of the event."""
    return f"{quote(plan)}/{join_id((event, *path))}"


def split_id(text: str) -> tuple[str, ...]:
    """The segments of an id, unquoted. Raises `ValueError` for an open quote or an empty segment."""
    segments: list[str] = []
    position = 0
    while True:
        if text[position : position + 1] == '"':
            segment, position = _quoted(text, position)
        else:
            end = text.find(".", position)
            end = len(text) if end < 0 else end
            segment, position = text[position:end], end
        if not segment:
            raise ValueError(f"an empty segment in {text!r}")
        segments.append(segment)
        if position == len(text):
            return tuple(segments)
        if text[position] != ".":
            raise ValueError(f"a '.' is expected at column {position + 1} of {text!r}")
        position += 1


def plain(id_: str) -> str:
    """An id without quotes, as selectors are matched against: `web/Order Completed.step`.

    Raises `ValueError` for an open quote or an empty segment.
    """
    head, slash, rest = _split_plan(id_)
    return head + slash + ".".join(split_id(rest))


def _split_plan(id_: str) -> tuple[str, str, str]:
    if id_.startswith('"'):
        end = id_.find('"/')
        return (id_[1:end].replace('""', '"'), "/", id_[end + 2 :]) if end > 0 else ("", "", id_)
    head, slash, rest = id_.partition("/")
    return (head, slash, rest) if slash and '"' not in head and "." not in head else ("", "", id_)


def fold(name: str, quoted: bool, dialect: str) -> str:
    """`name` as `dialect` stores it: upper or lower case for unquoted names, lower where case never counts."""
    if dialect in _FOLDS_UPPER:
        return name if quoted else name.upper()
    if dialect in _FOLDS_LOWER:
        return name if quoted else name.lower()
    return name.lower()


def is_same(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether two names of tables agree; an empty part (`db..table`) stands for a default that nobody writes."""
    if left == right:
        return True
    if len(left) != len(right):
        return False
    pairs = zip(left, right, strict=True)
    return not [1 for a, b in pairs if a != b and a and b and a.lower() != b.lower()]


def ends_alike(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether two names of tables agree as far as both say something."""
    common = min(len(left), len(right))
    return is_same(left[-common:], right[-common:])


def canonical(name: str) -> str:
    """Lower-case letters and digits only: two names with one canonical form collide in most loaders."""
    return re.sub(r"[^0-9a-z]+", "", name.lower())


def bare(name: str) -> str:
    """A name without what people write now so, now so: letter case, blanks, `_` and `-`."""
    return _SIGNS.sub("", name.casefold())


def is_pipeline(column: str, governed: bool) -> bool:
    """Whether the loader or SDK, not the plan, puts this column into a table (`governed`: one that events land in)."""
    lower = column.lower()
    return bool(_LOADER.match(lower)) or (governed and (lower in _ENVELOPE or lower.startswith("context_")))


class Pattern(Struct, frozen=True):
    """One alternative of a selector, matched against plain names (segments joined by `.`, without quotes).

    `*` stands for any run of characters, dots and slashes too; quoted parts are taken literally.
    """

    text: str
    pieces: tuple[str, ...]  # the literal parts between the wildcards

    @property
    def wildcard(self) -> bool:
        """Whether the pattern has a `*` and so may select things that nobody thought of."""
        return len(self.pieces) > 1

    def matches(self, plain: str) -> bool:
        """Whether `plain` is selected; letter case counts. Takes linear time for any number of wildcards."""
        first, last = self.pieces[0], self.pieces[-1]
        if not self.wildcard:
            return plain == first
        end = len(plain) - len(last)
        if not plain.startswith(first) or not plain.endswith(last) or end < len(first):
            return False
        position = len(first)
        for piece in self.pieces[1:-1]:
            found = plain.find(piece, position, end)
            if found < 0:
                return False
            position = found + len(piece)
        return True


@lru_cache(maxsize=4096)
def expand(selector: str) -> tuple[Pattern, ...]:
    """The alternatives of `selector`, its `{a, b}` braces multiplied out.

    Raises `ValueError` with a short sentence where the selector is not well formed or explodes.
    """
    if not selector.strip():
        raise ValueError("the selector is empty")
    alternatives = list(_alternatives(selector.strip()))
    if len(alternatives) > 1000:
        raise ValueError("the braces of the selector multiply to more than 1,000 alternatives")
    return tuple(_pattern(a) for a in alternatives)


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The content of the quoted part that opens at `start`, and the position after it."""
    position, content = start + 1, []
    while True:
        end = text.find('"', position)
        if end < 0:
            raise ValueError(f"the quote at column {start + 1} of {text!r} is never closed")
        content.append(text[position:end])
        if text[end + 1 : end + 2] != '"':
            return "".join(content), end + 1
        content.append('"')
        position = end + 2


def _alternatives(text: str) -> Iterator[str]:
    """`text` with the first group of braces replaced by each of its items, and so on."""
    pending = [text]
    produced = 0
    while pending:
        current = pending.pop()
        group = _first_group(current)
        if group is None:
            produced += 1
            yield current
            if produced > 1000:
                return
            continue
        start, end, items = group
        if len(pending) > 2000:
            raise ValueError("the braces of the selector multiply to more than 1,000 alternatives")
        pending.extend(current[:start] + item + current[end:] for item in reversed(items))


def _first_group(text: str) -> tuple[int, int, list[str]] | None:
    position, depth, start = 0, 0, -1
    cuts: list[int] = []
    while position < len(text):
        char = text[position]
        if char == '"':
            _, position = _quoted(text, position)
            continue
        if char == "{":
            depth += 1
            if depth == 1:
                start, cuts = position, [position]
        elif char == "," and depth == 1:
            cuts.append(position)
        elif char == "}":
            depth -= 1
            if depth < 0:
                raise ValueError(f"'}}' without '{{' at column {position + 1} of {text!r}")
            if depth == 0:
                cuts.append(position)
                items = [text[a + 1 : b].strip() for a, b in itertools.pairwise(cuts)]
                if not all(items):
                    raise ValueError(f"an empty item in the braces of {text!r}")
                return start, position + 1, items
        position += 1
    if depth:
        raise ValueError(f"the '{{' at column {start + 1} of {text!r} is never closed")
    return None


def _pattern(text: str) -> Pattern:
    pieces: list[str] = []
    literal: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char == '"':
            char, position = _quoted(text, position)
        else:
            position += 1
            if char == "*":
                pieces.append("".join(literal))
                literal = []
                continue
        literal.append(char)
    return Pattern(text, (*pieces, "".join(literal)))
