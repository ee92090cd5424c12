"""Every way through a template: it runs once for each way that its unknown conditions may go."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.jinja import placeholders, sides, turns
from trackplan.jinja.pieces import Pieces, split
from trackplan.jinja.rendered import Doubt, Rendered, Text, mended
from trackplan.jinja.run import BUDGET, ImpossibleError, Run
from trackplan.jinja.scan import GAP, plain
from trackplan.jinja.unknown import PLACEHOLDER, Unknown
from trackplan.jinja.words import Words

if TYPE_CHECKING:
    from trackplan.jinja.project import Settings

VARIANTS = 12
"""How many ways through a template are followed; of more, only two, and the rest is in doubt."""
_TRIED = 8 * VARIANTS  # with those that end in an error of the template's own
_NO_MACROS = Words(())
_ANY_COLUMN = placeholders.ANY.format("")
# A query without text, which no database takes: a loop that makes it has found something.
_EMPTY = re.compile(r"\bas\s*\(\s*\)", re.IGNORECASE)
# A quoted name that holds what nobody knows.
_QUOTED = re.compile('(?:"[^"\n]*\ue010[^"\n]*"|`[^`\n]*\ue010[^`\n]*`)')
# What changes or sets something; all else that is sent to the warehouse is a query.
_NOTHING = re.compile(GAP)
_DOES = re.compile(
    rf"{GAP}(?:alter|analyze|begin|call|comment|commit|copy|create|delete|drop|exec|execute|"
    r"grant|insert|merge|optimize|refresh|rename|replace|revoke|rollback|set|truncate|update|use|vacuum)\b",
    re.IGNORECASE,
)
_NAME = r"(?:[\w$]+|\"[^\"\n]+\"|`[^`\n]+`|\[[^\]\n]+\])"
_WRITES = re.compile(
    r"\b(?:update|delete\s+from|insert\s+into|merge\s+into|create\s+(?:or\s+replace\s+)?(?:table|view))\s+"
    rf"(?:if\s+not\s+exists\s+)?({_NAME}(?:\s*\.\s*{_NAME})*)",
    re.IGNORECASE,
)
_FOR_NOW = re.compile(r"\bcreate\s+(?:or\s+replace\s+)?(?:\w+\s+)?temp(?:orary)?\b|\b(?:into|table)\s+#", re.IGNORECASE)
# Settings that are SQL, or name columns.
_READ = frozenset(
    ["check_cols", "event_time", "incremental_predicates", "incremental_strategy", "partition_by", "post_hook",
     "pre_hook", "predicates", "sql_header", "unique_key", "updated_at"]
)  # fmt: skip


class _Found(Struct):
    """What the runs of one template have given so far."""

    texts: dict[str, Text] = {}
    empty: dict[str, Text] = {}  # no SQL, which counts only where nothing else is found
    doubts: dict[Doubt, None] = {}
    settings: dict[str, object] = {}
    refs: set[str] = set()
    possible: int = 0
    off: int = 0


class Variants:
    """Gathers what one template may become. `lines` are the offsets at which its lines begin."""

    def __init__(self, source: str, lines: Sequence[int], settings: Settings, words: Words = _NO_MACROS) -> None:
        self._source = source
        self._lines = lines
        self._dialect = settings.dialect
        self._words = words
        self._found = _Found()

    def follow(self, write: Callable[[Run], str]) -> Rendered:
        """Let `write` run once for each way through its unknown conditions.

        Where these are too many, what macros give on their own conditions stays unknown; where that does not help, both
        sides of conditions are printed at once; else two ways are followed, and the rest is in doubt.
        """
        whole = self._ways(write)
        if not whole and self._found.possible >= VARIANTS:
            followed = self._found
            ways = ((self._words, False), (None, True), (self._words, True))
            whole = any(self._again(write, folds, sides=sides) for folds, sides in ways)
            self._found = self._found if whole else followed
        if not whole:
            self._rest(write)
        found = self._found
        found.texts = found.texts or found.empty
        if not found.possible:
            raise ImpossibleError("every way through it ends in an error of its own")
        if "enabled" in found.settings:
            found.settings["enabled"] = not whole or found.off < found.possible
        return Rendered(tuple(found.texts.values()), tuple(found.doubts), found.settings, frozenset(found.refs))

    def _again(self, write: Callable[[Run], str], folds: Words | None, *, sides: bool) -> bool:
        """Follow the ways that are left where others are no ways any more; whether nothing is in doubt then."""
        self._found = _Found()
        try:
            return self._ways(write, folds, sides=sides) and not self._found.doubts
        except Exception:  # a stranger's template may fail in any way, on a side that nothing would have taken
            if not sides:
                raise
            return False

    def _ways(self, write: Callable[[Run], str], folds: Words | None = None, *, sides: bool = False) -> bool:
        """Follow the ways through the template, and tell whether that were all of them."""
        pending: list[dict[bytes, bool]] = [{}]
        followed = spent = 0
        whole = True
        while pending and self._found.possible < VARIANTS and followed < _TRIED and spent < BUDGET:
            decisions = pending.pop(0)
            followed += 1
            run = self._run(write, Run(decisions, folds=folds, sides=sides))
            if run.spoiled or run.aside:
                return False
            spent += BUDGET - run.left
            taken = dict(decisions)
            for key in run.asked:
                if len(pending) < _TRIED:
                    pending.append({**taken, key: False})
                else:  # of thousands of conditions, the ways beyond these are followed by nobody
                    whole = False
                taken[key] = True
        return whole and not pending

    def _rest(self, write: Callable[[Run], str]) -> None:
        """What a template may become on the ways that nobody follows."""
        self._run(write, Run({}, otherwise=False))
        words = [*(t.text for t in self._found.texts.values()), self._words.called(self._source)]
        clause = "has more conditions than can be followed, which are known only when it runs"
        self._found.doubts[Doubt("\n".join(words), (1, 1, 1, 1), clause)] = None

    def _run(self, write: Callable[[Run], str], run: Run) -> Run:
        """Let `run` run, and add its outcome to what was found."""
        try:
            raw = write(run)
        except ImpossibleError:
            return run
        # What is set on either side cannot be set as one.
        run.spoiled |= run.sides and next(sides.behind(run.settings.values()), None) is not None
        self._found.possible += 1
        self._add(run, split(raw, self._source))
        return run

    def _add(self, run: Run, pieces: Pieces) -> None:
        found, lines, source = self._found, self._lines, self._source
        for name, value in run.settings.items():
            if name in _READ:
                _gather(found.settings, name, _read(value))
            elif name == "materialized" or (name == "alias" and not run.tainted(value)):
                _gather(found.settings, name, "{{ }}" if run.tainted(value) else _plain(value))
            else:
                found.settings.setdefault(name, None if run.tainted(value) else _plain(value))
        found.off += run.off and not run.assumed
        found.refs |= run.refs
        queries = [q for q in dict.fromkeys(run.queries) if q.strip()]
        if run.loops or (run.turns and self._is_counted):
            words = [pieces.text, source, *(u.words() for u in dict.fromkeys(run.loops)), "*"]
            words += [u.words() for u in run.behind(pieces.text)]
            asks = any(u.asks for u in (*run.loops, *run.behind(pieces.text)))
            span = placeholders.place((0, 0), lines)
            clause = placeholders.lacking(run.loops) or "loops over values that are known only when it runs"
            found.doubts[Doubt("\n".join(words), span, clause, asks)] = None
            return
        settled, doubts = placeholders.Settler(pieces, run, self._dialect, lines, source).settle()
        found.doubts.update(dict.fromkeys(doubts))
        if settled.text.strip() and settled.text not in found.texts:
            kept = found.empty if _EMPTY.search(plain(settled.text, self._dialect)) else found.texts
            kept[settled.text] = Text(settled.text, settled.origin(lines))
        written = [found for text in (settled.text, *queries) for found in _WRITES.findall(text)]
        for query in queries:
            self._asked(run, query, written)

    @cached_property
    def _is_counted(self) -> bool:
        """Whether it may rest on the number of answers what the template, or a macro that it calls, becomes."""
        return turns.counted(self._source, self._words.called(self._source))

    def _asked(self, run: Run, query: str, written: Sequence[str]) -> None:
        """What is sent to the warehouse meanwhile: on what a query reads, the rows depend; the rest is a statement.

        So may those of the tables that are `written` besides.
        """
        settler = placeholders.Settler(Pieces(query, ((0, 0, 0),)), run, self._dialect, self._lines, self._source)
        settled, doubts = settler.settle()
        statements = [each for each in settled.text.split(";") if not _NOTHING.fullmatch(each)]
        does = [_DOES.match(each) is not None for each in statements]
        # Of several, each would be another text; and what is for the time being alone, the model would not find.
        if doubts or not statements or (len(does) > 1 and not all(does)) or _FOR_NOW.search(settled.text):
            words = "\n".join([PLACEHOLDER.sub(" ", query), *(u.words() for u in run.behind(query)), "*"])
            asks = any(doubt.asks for doubt in doubts)
            self._found.doubts[Doubt(words, (1, 1, 1, 1), "asks the warehouse before it runs", asks)] = None
            return
        texts = [settled.text]
        if not all(does):
            where = f"WHERE ({settled.text.strip().rstrip(';')}\n) IS NOT NULL"
            texts = [f"SELECT NULL {where}", *(f"DELETE FROM {table} {where}" for table in dict.fromkeys(written))]  # noqa: S608
        for text in texts:
            self._found.texts.setdefault(text, Text(text, Pieces(text, ((0, 0, 0),)).origin(self._lines)))


def _gather(settings: dict[str, object], name: str, value: object) -> None:
    """Add what a way sets to what others have set."""
    known = settings.get(name)
    if known is None or value is None or known == value:
        settings[name] = value if known is None else known
    else:
        listed = [each if isinstance(each, list) else [each] for each in (known, value)]
        settings[name] = [*listed[0], *(each for each in listed[1] if each not in listed[0])]


def _read(value: object) -> object:
    """A setting that is SQL, or names columns: what nobody knows of it may be any column."""
    if isinstance(value, Unknown):
        return _ANY_COLUMN
    if isinstance(value, str):
        return PLACEHOLDER.sub(_ANY_COLUMN, _QUOTED.sub(_ANY_COLUMN, mended(str.__str__(value))))
    if isinstance(value, (list, tuple)):
        return [_read(each) for each in value]
    if isinstance(value, dict):
        return {name: _read(each) for name, each in value.items() if isinstance(name, str)}
    return _plain(value)


def _plain(value: object) -> object:
    """A setting as it can be written down: texts, numbers, lists and mappings; anything else says nothing."""
    if isinstance(value, str):
        return mended(str.__str__(value))
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {mended(str.__str__(name)): _plain(each) for name, each in value.items() if isinstance(name, str)}
    return value if isinstance(value, (bool, int, float)) else None
