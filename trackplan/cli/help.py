"""Commands whose help ends with examples, which are in one table, so that a test can try each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("init", "write a trackplan.yaml to start from"),
        ("check", "find what is wrong"),
        ("explain 'web/Order Completed.coupon'", "why it stays or goes"),
    ),
    "baseline": (
        ("baseline", "from now on only new findings fail"),
        ("baseline --prune", "take out what is mended"),
    ),
    "cache": (("cache info", "where it is, how much"), ("cache clear", "remove it all")),
    "check": (
        ("check tracking/ --select TP1", "one folder, one family of rules"),
        ("check --since main...", "only what is new since you left main"),
        ("check --format sarif:out.sarif --format text", "to both"),
        ("check --diff", "what --fix would change"),
        ("check --fix --unsafe --select TP303", "declare what is personal"),
    ),
    "completion": (
        ('eval "$(trackplan completion bash)"', "in ~/.bashrc; so with zsh in ~/.zshrc"),
        ("completion fish > ~/.config/fish/completions/trackplan.fish", "once"),
    ),
    "dictionary": (
        ("dictionary docs/data", "write the pages, and commit them"),
        ("dictionary docs/data --check", "in CI: are they up to date?"),
    ),
    "diff": (
        ("diff main...", "what your branch does, uncommitted changes too"),
        ("diff v1.2 v1.3 --format markdown", "between releases"),
        ("diff old/plan.yaml new/plan.yaml", "two files of plans"),
    ),
    "explain": (
        ("explain TP102", "a rule"),
        ("explain 'web/Order Completed.coupon'", "a field: the whole chain"),
        ("explain column:raw.orders.coupon --format json", "for programs"),
    ),
    "hook": (
        ("hook", "what is staged, in each project that it matters to"),
        ("hook --all --fail-on error", "everything, with an option of check"),
    ),
    "init": (("init", "here"), ("init analytics/", "in that folder")),
    "inventory": (
        ("inventory --status waste,unknown", "what could go, or nobody knows"),
        ("inventory --format csv -o all.csv", "for a spreadsheet"),
    ),
    "lineage": (
        ("lineage raw.orders.coupon --down", "where it goes"),
        ("lineage dashboard.sales --up --depth 2", "what it is made of"),
        ("lineage 'web/Order Completed' --format mermaid", "as a picture"),
    ),
    "lsp": (("lsp", "editors start it: see docs/editors.md"),),
    "processing": (
        ("processing", "the record of processing, to read"),
        ("processing --format xlsx -o record.xlsx", "for the privacy team"),
        ("processing design --format csv -o art25.csv", "what is built in"),
    ),
    "prune": (
        ("prune", "write the proposals to proposals/"),
        ("prune --verify", "and prove that nothing changes"),
        ("prune --apply 1-growth", "change the files, wave by wave"),
        ("prune --format json", "for programs"),
    ),
    "query": (
        ("query 'SELECT id, status FROM subject LIMIT 5'", "the verdicts"),
        ("query 'SELECT * FROM need' --format csv", "what use cases ask for"),
    ),
    "report": (
        ("report", "write trackplan-report.html"),
        ("report --compare v1.2", "and what changed since then"),
        ("report --format json -o report.json", "to compare with later"),
        ("report --quarter 2026Q4", "goals, what was pruned, next steps"),
        ("report --format html --format csv:tables", "and a folder of tables"),
    ),
    "rules": (
        ("rules", "which run here, and why"),
        ("rules test company_rules/", "try the cases of your own"),
    ),
    "rules docs": (("rules docs company_rules/", "pages for your own rules"),),
    "rules test": (
        ("rules test", "the project's own"),
        ("rules test company_rules/ -q", "only what fails"),
        ("rules test --format json", "for programs"),
    ),
    "scorecard": (
        ("scorecard", "where the quarter's goals stand"),
        ("scorecard --gate", "in CI: fail where one is off track"),
        ("scorecard --format html -o scorecard.html", "a page"),
        ("scorecard record", "a line for the history, week by week"),
    ),
    "scorecard record": (("scorecard record", "after a merge to the main branch"),),
    "schema": (
        ("schema", "the names"),
        ("schema use_cases > use_cases.json", "for completion in an editor"),
        ("schema facts", "the tables for query"),
    ),
}
"""Command → examples: what is written behind `trackplan`, and what it does. A whole line begins with another word."""

_PROGRAM = "trackplan"


def examples(path: str) -> list[tuple[str, str]]:
    """The examples of a command as they are typed; `path` is its name behind those above it."""
    found = EXAMPLES.get(path, ())
    return [(line if f"({_PROGRAM} " in line else f"{_PROGRAM} {line}", what) for line, what in found]


class Command(click.Command):
    """A command with examples below its options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and what is to be said last."""
        _write(ctx, formatter)
        super().format_epilog(ctx, formatter)


class Group(click.Group):
    """A group with examples below its commands, which have examples too."""

    command_class = Command

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and what is to be said last."""
        _write(ctx, formatter)
        super().format_epilog(ctx, formatter)


def _write(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    listed = examples(ctx.command_path.partition(" ")[2])
    if not listed:
        return
    wide = max(len(line) for line, _ in listed)
    room = formatter.width - len("    # ") - max(len(what) for _, what in listed)
    with formatter.section("Examples"):
        for line, what in listed:
            formatter.write(f"  {line:{min(wide, max(room, 0))}}  # {what}\n")
