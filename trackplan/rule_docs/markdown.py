"""A rule's page in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.causes import CAUSES
from trackplan.rule_docs.page import fixer, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.rule_docs.page import Bad, Good, Page
    from trackplan.rules import Option

_LANGUAGES = {"sql": "sql", "yaml": "yaml", "yml": "yaml", "json": "json"}


def markdown(page: Page) -> str:
    """The page as a file `docs/ID.md` of the folder of rules."""
    rule = page.rule
    lines = [f"# {rule.id} {rule.name}", "", f"{rule.title}.", "", *_facts(page), "", "## Why", "", rule.why, ""]
    lines += [*_bad(page.bad)] if page.bad else []
    lines += [*_good(page.good)] if page.good else []
    lines += ["## How to fix", "", rule.fix, "", *([f"{fixer(rule)}", ""] if rule.fixer else [])]
    if rule.options:
        lines += ["## Options", "", *(_option(option) for option in rule.options), ""]
    if rule.references:
        lines += ["## References", "", *(f"- {reference}" for reference in rule.references), ""]
    return "\n".join([*lines, *_sources(page)])


def _facts(page: Page) -> Iterator[str]:
    rule = page.rule
    yield f"- Severity: {rule.severity}"
    yield f"- Cause: {rule.cause} ({CAUSES[rule.cause].meaning})"
    if rule.requires:
        yield f"- Needs: {kinds(rule)}"
    if page.profiles:
        yield f"- In the profiles: {', '.join(page.profiles)}"
    if page.packs:
        packs = "; ".join(f"{name} ({', '.join(demands)})" for name, demands in page.packs)
        yield f"- In the packs: {packs}"


def _bad(bad: Bad) -> Iterator[str]:
    yield from ("## Bad", "", f"{bad.name[:1].upper()}{bad.name[1:]}:")
    for path, text in bad.files:
        language = _LANGUAGES.get(path.rpartition(".")[2], "")
        yield from ("", f"`{path}`", "", f"```{language}", text.rstrip(), "```")
    yield from ("", "gives", "", "```text", *bad.found, "```", "")


def _good(good: Good) -> Iterator[str]:
    yield from ("## Good", "", f"{good.name[:1].upper()}{good.name[1:]}:")
    if good.today:
        yield from ("", f"the same on {good.today}.")
    for path, lines in good.changes:
        yield from ("", f"`{path}`", "", "```diff", *lines, "```")
    yield ""


def _option(option: Option) -> str:
    values = f" One of {', '.join(f'`{v}`' for v in option.values)}." if option.values else ""
    return f"- `{option.name}` (`{option.default}`): {option.description}{values}"


def _sources(page: Page) -> Iterator[str]:
    """Links to the rule's files, from the folder `docs` beside it."""
    file = page.rule.path.rpartition("/")[2]
    cases = page.cases_path.rpartition("/")[2]
    folder = "../../tests/rules" if page.rule.shipped else "../tests"
    yield f"[The rule](../{file}), [its cases]({folder}/{cases}), [all rules](../README.md)"
    yield ""
