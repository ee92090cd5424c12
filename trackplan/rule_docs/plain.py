"""A rule's page in a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from trackplan.causes import CAUSES
from trackplan.formats.base import Look, paint
from trackplan.formats.source import visible
from trackplan.rule_docs.page import fixer, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.rule_docs.page import Bad, Good, Page
    from trackplan.rules import Rule

_LABEL = 12
_STYLES = {"error": "red", "warning": "yellow", "info": "dim"}


def plain(page: Page, look: Look) -> str:
    """The page as lines no wider than the look; code keeps its lines."""
    rule = page.rule
    severity = paint(str(rule.severity), _STYLES[str(rule.severity)], look)
    lines = [f"{paint(f'{rule.id} {rule.name}', 'bold', look)}  {severity}", visible(rule.title), ""]
    for label, text in _facts(page):
        lines += _entry(label, text, look)
    if page.bad:
        lines += ["", *_bad(page.bad, look)]
    if page.good:
        lines += ["", *_good(page.good, look)]
    return "\n".join([*lines, "", *_closing(rule, look)]) + "\n"


def _facts(page: Page) -> Iterator[tuple[str, str]]:
    rule = page.rule
    yield "Why", rule.why
    yield "Cause", f"{rule.cause}: {CAUSES[rule.cause].meaning}"
    if rule.requires:
        yield "Needs", kinds(rule)
    if page.profiles:
        yield "Profiles", ", ".join(page.profiles)
    if page.packs:
        yield "Packs", "; ".join(f"{name} ({', '.join(demands)})" for name, demands in page.packs)


def _closing(rule: Rule, look: Look) -> Iterator[str]:
    yield from _entry("How to fix", rule.fix, look)
    if rule.fixer:
        yield from _entry("", fixer(rule), look)
    for number, option in enumerate(rule.options):
        values = f" One of {', '.join(str(v) for v in option.values)}." if option.values else ""
        yield from _entry(
            "" if number else "Options", f"{option.name} ({option.default}): {option.description}{values}", look
        )
    if rule.references:
        yield from _entry("References", ", ".join(rule.references), look)


def _bad(bad: Bad, look: Look) -> Iterator[str]:
    yield f"{paint('Bad', 'bold', look)}  {visible(bad.name)}"
    for path, text in bad.files:
        yield f"  {paint(visible(path), 'cyan', look)}"
        yield from (f"    {visible(line)}".rstrip() for line in text.rstrip().split("\n"))
    yield f"  {paint('gives', 'cyan', look)}"
    for found in bad.found:
        yield from textwrap.wrap(
            visible(found), look.width, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False,
            break_long_words=False,
        )  # fmt: skip


def _good(good: Good, look: Look) -> Iterator[str]:
    yield f"{paint('Good', 'bold', look)}  {visible(good.name)}"
    if good.today:
        yield f"  the same on {good.today}"
    for path, lines in good.changes:
        yield f"  {paint(visible(path), 'cyan', look)}"
        for line in lines:
            yield "  " + paint(f"{line[0]} {visible(line[1:])}".rstrip(), "green" if line[0] == "+" else "red", look)


def _entry(label: str, text: str, look: Look) -> list[str]:
    first, *rest = textwrap.wrap(
        visible(text), look.width - _LABEL, break_on_hyphens=False, break_long_words=False
    ) or [""]
    return [paint(label.ljust(_LABEL), "bold", look) + first, *(" " * _LABEL + line for line in rest)]
