"""Rules → their documentation: `rules/README.md` and `explain TP102`, from the headers and the tested cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import documents, resources, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trackplan.rules import Option, Rule

_HEAD = """\
# The rules

A rule is one SQL file in this folder: its header says what a finding means, its query over the facts
(`trackplan/facts/schema.sql`) finds. No row, no finding. `trackplan explain TP102` prints the same text as below.

Silence a rule, or change how much its findings weigh, in `trackplan.yaml`, by id or by name:

```yaml
rules:
  severity: {TP402: off, naming-convention: error}
```

This page is made from the rules and their tested cases by `trackplan rules --docs`.
"""
_PROJECT_FILE = "trackplan.yaml"
_LANGUAGES = {"sql": "sql", "yaml": "yaml", "yml": "yaml", "json": "json"}


def readme(shown: Iterable[Rule] | None = None) -> str:
    """The page of all rules, ours unless others are given: a table, then a section per rule."""
    listed = [rule for rule in (rules.shipped() if shown is None else shown) if not rule.retired]
    return "\n".join([_HEAD, *_table(listed), "", *(page(rule) for rule in listed)]).rstrip() + "\n"


def page(rule: Rule) -> str:
    """What there is to know about one rule, as Markdown."""
    lines = [f"## {rule.id} {rule.name}", "", f"**{rule.title}.** {rule.why}", ""]
    facts = [f"Severity: {rule.severity}", f"category: {rule.category}", f"cause: {rule.cause}"]
    if rule.requires:
        facts.append(f"requires: {', '.join(' or '.join(_kinds(group)) for group in rule.requires)}")
    lines += [f"{'; '.join(facts)}.", "", *_example(rule), f"**How to fix:** {rule.fix}", ""]
    if rule.options:
        lines += ["**Options:**", "", *(_option(option) for option in rule.options), ""]
    if rule.references:
        lines += [f"**References:** {', '.join(rule.references)}", ""]
    return "\n".join(lines)


def cases(rule: Rule) -> dict[str, dict[str, object]]:
    """The tested cases of one of our rules, by name; none where trackplan is installed without its tests."""
    stem = rule.path.rpartition("/")[2].removesuffix(".sql")
    path = resources.folder("rules").parent / "tests" / "rules" / f"{stem}.yml"
    if not (rule.shipped and path.is_file()):
        return {}
    data = documents.plain(documents.read_yaml(path.read_text(encoding="utf-8"), path.name))
    return {str(k): v for k, v in data.items() if isinstance(v, dict)} if isinstance(data, dict) else {}


def _table(listed: Sequence[Rule]) -> Iterator[str]:
    yield "| id | name | severity | what it finds |"
    yield "| --- | --- | --- | --- |"
    for rule in listed:
        anchor = f"#{rule.id.lower()}-{rule.name}"
        yield f"| [{rule.id}]({anchor}) | {rule.name} | {rule.severity} | {rule.title} |"


def _kinds(group: Iterable[str]) -> list[str]:
    return [kind.replace("_", " ") for kind in group]


def _option(option: Option) -> str:
    values = f" One of {', '.join(f'`{v}`' for v in option.values)}." if option.values else ""
    return f"- `{option.name}` (`{option.default}`): {option.description}{values}"


def _example(rule: Rule) -> list[str]:
    """The first case that fires; where the tests are not installed, the example of the shipped page."""
    for case in cases(rule).values():
        if case.get("expect"):
            return [*_case(rule, case), ""]
    path = resources.folder("rules") / "README.md"
    text = path.read_text(encoding="utf-8") if rule.shipped and path.is_file() else ""
    section = text.partition(f"\n## {rule.id} ")[2].partition("\n## ")[0]
    match = re.search(r"^\*\*Example:\*\*\n.*?(?=^\*\*How to fix:)", section, re.DOTALL | re.MULTILINE)
    return [match[0].rstrip(), ""] if match else []


def _case(rule: Rule, case: Mapping[str, object]) -> Iterator[str]:
    files, rows = case.get("files"), case.get("expect")
    if not (isinstance(files, dict) and isinstance(rows, list)):
        return
    yield "**Example:**"
    places = {str(row["place"]).partition(":")[0] for row in rows}
    for path, text in files.items():
        # The project file is of interest only where it is what the finding points at.
        if path != _PROJECT_FILE or path in places:
            language = _LANGUAGES.get(path.rpartition(".")[2], "")
            yield from ("", f"`{path}`", "", f"```{language}", str(text).rstrip(), "```")
    yield from ("", "gives", "", "```text")
    for row in rows:
        yield f"{row['place']}: {row['severity']}: {row['message']} [{rule.id} {rule.name}]"
    yield "```"
