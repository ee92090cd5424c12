"""Rules, run on the frozen fact base → findings, sorted; the rules skipped for want of evidence; those that failed."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import similarity
from trackplan.errors import RuleError
from trackplan.findings import Failed, Finding, Place, Severity, Skipped
from trackplan.rules import PLACEHOLDER, bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.facts.base import FactBase, Result, Value
    from trackplan.facts.limits import Limits
    from trackplan.project import Project
    from trackplan.rules import Bound, Rule

_LISTED = 3
_LONGEST_VALUE = 300
_LONGEST_LISTING = 10_000_000
_OPTIONAL = ("detail", "severity", "fix", "rank")
# Words that titles leave in lower case: "Added to Cart".
_SMALL = "a|an|and|as|at|by|for|from|in|into|of|on|or|the|to|via|vs|with|without"
STYLES = {
    "snake_case": r"[a-z][a-z0-9]*(_[a-z0-9]+)*",
    "camelCase": r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*",
    "PascalCase": r"([A-Z][a-z0-9]*)+",
    "kebab-case": r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "SCREAMING_SNAKE_CASE": r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*",
    "Title Case": rf"[A-Z0-9][A-Z]*[a-z0-9]*( ([A-Z0-9][A-Z]*[a-z0-9]*|{_SMALL}))*",
    "Sentence case": r"[A-Z][a-z0-9]*( [a-z0-9]+)*",
    "lower case": r"[a-z][a-z0-9]*( [a-z0-9]+)*",
}
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SHORT = 3


class Outcome(Struct, frozen=True):
    """What the rules gave: findings in the order of output, rules skipped and failed, and the ids of those that ran."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    failed: tuple[Failed, ...]
    ran: tuple[str, ...]


def run(base: FactBase, rules: Sequence[Rule], project: Project, limits: Limits | None = None) -> Outcome:
    """Let the rules judge the facts of a project."""
    return judge(base, [bound(rule, project) for rule in rules], project.path, limits)


def judge(base: FactBase, rules: Sequence[Bound], project_file: str, limits: Limits | None = None) -> Outcome:
    """Let rules judge the facts. One whose query is wrong, refused or takes too much fails alone."""
    register(base)
    present = {str(kind) for (kind,) in base.fetch(_PRESENT)}
    broken = {str(kind) for (kind,) in base.fetch(_BROKEN)}
    today = next(iter(base.fetch("SELECT today FROM run")), ("",))[0]
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    failed: list[Failed] = []
    ran: list[str] = []
    for each in rules:
        rule = each.rule
        missing = tuple("|".join(group) for group in rule.requires if present.isdisjoint(group))
        unsure = () if missing else _unsure(rule, broken)
        if missing or unsure:
            skipped.append(Skipped(rule.id, rule.name, missing, unsure))
            continue
        try:
            result = base.query(rule.sql, {**each.options, "today": today}, limits)
            findings += _findings(each, result, base, project_file)
            ran.append(rule.id)
        except RuleError as error:
            from trackplan.rules import failing

            failed.append(failing.failed(rule, error))
    findings.sort(key=lambda finding: finding.sort_key)
    return Outcome(tuple(findings), tuple(skipped), tuple(failed), tuple(ran))


def _findings(bound: Bound, result: Result, base: FactBase, project_file: str) -> list[Finding]:
    """A finding for each row. Raises `RuleError` for rows that are not what the header asks for."""
    columns = _columns(bound.rule, result.columns)
    found = []
    for row in result.rows:
        cells = dict(zip(columns, row, strict=True))
        place = _place(base, cells["place"], project_file)
        found.append(_finding(bound.rule, cells, bound.severity, place))
    return found


_PRESENT = "SELECT kind FROM evidence WHERE configured AND (files > 0 OR subjects > 0)"
_BROKEN = "SELECT kind FROM evidence WHERE broken"


def _unsure(rule: Rule, broken: set[str]) -> tuple[str, ...]:
    """The kinds of evidence on which the rule rests, and of which something could not be read.

    Whether there is a purpose and a use can only be judged on everything; what is wrong with input, always.
    """
    if rule.category == "input":
        return ()
    rests_on = broken if rule.category == "purpose" else {kind for group in rule.requires for kind in group}
    return tuple(sorted(rests_on & broken))


def register(base: FactBase) -> None:
    """Give the base the functions that rules may use beside SQLite's own.

    `has_style(name, style)`: 1 if the name is in that style. `counted(n, noun)`: `1 field`, `3 fields`.
    `words(text)`: its words in lower case and in the singular: `order item` of `OrderItems` and `order_item`.
    `mentions(text, phrases)`: the first of the phrases, which commas part, whose words are in the text, else null.
    `listing(text)`: an aggregate that names the first three in alphabetical order and counts the rest.
    `alike(key, word, share, least)`: an aggregate that gives the groups of keys that share so much of their words, as
    a JSON list of `{"keys": […], "common": words that all have, "most": words of the largest}`.
    """
    connection = base.connection
    connection.create_function("has_style", 2, has_style, deterministic=True)
    connection.create_function("counted", 2, counted, deterministic=True)
    connection.create_function("words", 1, words, deterministic=True)
    connection.create_function("mentions", 2, mentions, deterministic=True)
    # typeshed knows aggregates of integers only
    connection.create_aggregate("listing", 1, _Listing)  # type: ignore[arg-type]
    connection.create_aggregate("alike", 4, _Alike)  # type: ignore[arg-type]


def has_style(name: str, style: str) -> int:
    """1 if `name` is written in `style`, a key of STYLES; letters of other alphabets count by their case."""
    if not name.isascii():
        name = "".join(_ascii(char) for char in unicodedata.normalize("NFC", name))
    return int(_style(style).fullmatch(name) is not None)


def counted(number: int, noun: str) -> str:
    """`1 field`, `3 fields`, `2 queries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def mentions(text: str, phrases: str) -> str | None:
    """The first of `phrases`, which commas part, whose words `text` holds: `Page_Views` holds `page view`."""
    said = f" {words(text)} "
    return next((phrase for phrase, looked in _phrases(phrases) if looked in said), None)


@lru_cache(maxsize=64)
def _phrases(listed: str) -> tuple[tuple[str, str], ...]:
    """Each phrase of a list, as it is written and as it is looked for."""
    return tuple((phrase, f" {words(phrase)} ") for p in listed.split(",") if (phrase := p.strip()))


@cache
def _style(name: str) -> re.Pattern[str]:
    return re.compile(STYLES[name])


def words(text: str) -> str:
    """The words of a text or a name in lower case, without a plural's ending."""
    found = _WORDS.findall(text)
    return " ".join(w.lower().removesuffix("s") if len(w) > _SHORT else w.lower() for w in found)


class _Listing:
    """`listing(text)`: `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`; null where there is nothing."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.size = 0

    def step(self, word: str | None) -> None:
        if word is None or word in self.words:
            return
        self.words.add(word)
        self.size += len(word)
        if self.size > _LONGEST_LISTING:
            raise ValueError(word[:80])

    def finalize(self) -> str | None:
        words = sorted(self.words)
        if len(words) > _LISTED:
            words[_LISTED:] = [f"{len(words) - _LISTED:,} more"]
        return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]])) or None


class _Alike:
    """`alike(key, word, share, least)`: groups of keys whose words are nearly the same; `least` they have each."""

    def __init__(self) -> None:
        self.words: dict[int, set[str]] = {}
        self.share, self.least = 1.0, 1.0

    def step(self, key: int, word: str, share: float, least: float) -> None:
        self.words.setdefault(key, set()).add(word)
        self.share, self.least = share, least

    def finalize(self) -> str:
        sets = {key: frozenset(words) for key, words in self.words.items() if len(words) >= self.least}
        found = [
            {
                "keys": keys,
                "common": len(frozenset.intersection(*(sets[key] for key in keys))),
                "most": max(len(sets[key]) for key in keys),
            }
            for keys in similarity.groups(sets, self.share)
        ]
        return json.dumps(found)


def _place(base: FactBase, key: object, project_file: str) -> Place:
    """The place with that key; the project file for null, as not everything is written somewhere."""
    if key is None:
        return Place(project_file)
    found = base.at(key) if isinstance(key, int) else None
    if found is None:
        raise RuleError(f"the query gives {key!r} as place, which is not a key of the table place")
    return found


def _columns(rule: Rule, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The query's columns. Raises `RuleError` unless they are those that the header asks for."""
    optional = [name for name in _OPTIONAL if name in columns]
    if "detail" in PLACEHOLDER.findall(rule.message) and "detail" not in optional:
        optional.insert(0, "detail")
    wanted = ("subject", "place", *optional)
    if columns[: len(wanted)] != wanted or sorted(columns[len(wanted) :]) != sorted(rule.values):
        listed = ", ".join((*wanted, *rule.values))
        raise RuleError(
            f"the query gives {', '.join(columns)}; its header asks for {listed}",
            "give each column that name with AS; what the message names in braces is a column",
        )
    return columns


def _finding(rule: Rule, row: dict[str, Value], fixed: Severity | None, place: Place) -> Finding:
    subject = row["subject"]
    if not isinstance(subject, str) or not subject:
        raise RuleError(f"the query gives {subject!r} as subject; a text is expected")
    message = PLACEHOLDER.sub(lambda match: _words(row[match.group(1)]), rule.message)
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=_severity(rule, row.get("severity"), fixed),
        subject=subject,
        place=place,
        message=message,
        fix=_words(row.get("fix")) or rule.fix,
        detail=_words(row.get("detail")),
        cause=rule.cause,
        rank=_rank(row.get("rank")),
    )


def _severity(rule: Rule, own: object, fixed: Severity | None) -> Severity:
    """The project's word, else the row's, else the header's."""
    if fixed is not None:
        return fixed
    if own is None:
        return rule.severity
    if own not in ("info", "warning", "error"):
        raise RuleError(f"the query gives {own!r} as severity; info, warning or error is expected")
    return Severity.parse(str(own))


def _rank(value: object) -> int:
    """How far behind a finding stands in its rule's own order, 0 for no order."""
    if value is None or (isinstance(value, int) and value > 0):
        return value or 0
    raise RuleError(f"the query gives {value!r} as rank; 1, 2, 3 and so on are expected")


def _words(value: object) -> str:
    """A value as it stands in a message: one line, not endless."""
    if value is None:
        return ""
    text = f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _ascii(char: str) -> str:
    if char.isascii() or not char.isalnum():
        return char
    return "A" if char.isupper() else "a" if char.isalpha() else "0"
