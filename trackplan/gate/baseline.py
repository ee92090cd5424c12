"""The baseline: findings that were there when a team began, one line each, sorted, so that it merges well.

    # comment
    version: 1
    findings:
    - {"rule": "TP102", "subject": "web/Signed Up.coupon"}
    - {"rule": "TP103", "subject": "raw.orders.note", "reason": "audit", "owner": "ada", "until": "2027-01-31"}

Each line is JSON, which is YAML too. An entry is known by rule, subject and detail, never by a line of a file.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import structs

from trackplan import documents
from trackplan.errors import ReadError
from trackplan.findings import Place
from trackplan.gate.model import BASELINE, LOUD, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.documents import Node
    from trackplan.findings import Finding

_HEAD = """\
# Findings that were there when the gate was set up. They do not fail a check; new ones do.
# `trackplan baseline` writes this file, `trackplan baseline --prune` takes out what is mended.
# An entry may say why it stays and for how long: "reason", "owner", "until" (YYYY-MM-DD).
version: 1
findings:"""
_KEYS = ("detail", "reason", "owner", "until")


def read(text: str, path: str) -> list[Suppression]:
    """The entries of a baseline. Raises `ReadError` with every problem of the file."""
    node = documents.read_yaml(text, path)
    problems = documents.check(node, "baseline")
    if problems:
        raise ReadError(problems)
    listed = node.get("findings")
    return [_entry(each) for each in listed.elements()] if listed else []


def _entry(node: Node) -> Suppression:
    rule, count = node.string("rule"), node.get("count")
    subject, detail, reason, owner, until = (node.string(key) for key in ("subject", *_KEYS))
    return Suppression(
        BASELINE,
        node.place,
        rule,
        (rule,),
        subject=subject,
        detail=detail,
        count=int(count.text) if count else 1,
        reason=reason,
        owner=owner,
        until=until,
    )


def write(entries: Iterable[Suppression]) -> str:
    """The text of a baseline with these entries."""
    lines = [_line(entry) for entry in sorted(entries, key=lambda entry: entry.identity)]
    return "\n".join([_HEAD, *lines] if lines else [f"{_HEAD} []"]) + "\n"


def _line(entry: Suppression) -> str:
    said: dict[str, str | int] = {"rule": entry.rules[0], "subject": entry.subject}
    said |= {key: value for key in _KEYS if (value := getattr(entry, key))}
    if entry.count > 1:
        said["count"] = entry.count
    return f"- {json.dumps(said, ensure_ascii=False)}"


def record(findings: Iterable[Finding], known: Iterable[Suppression], path: str) -> list[Suppression]:
    """An entry for each of the findings, with what is said of those that were known."""
    counts = _counted(f for f in findings if f.rule not in LOUD)
    said = {entry.identity: entry for entry in known}
    entries = []
    for identity, count in counts.items():
        rule, subject, detail = identity
        new = Suppression(BASELINE, Place(path), rule, (rule,), subject=subject, detail=detail)
        entries.append(structs.replace(said.get(identity, new), count=count))
    return entries


def prune(findings: Iterable[Finding], known: Iterable[Suppression]) -> list[Suppression]:
    """The known entries that are still found, with no larger count than that."""
    counts = _counted(findings)
    left = [(entry, min(entry.count, counts[entry.identity])) for entry in known]
    return [structs.replace(entry, count=count) for entry, count in left if count]


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, str, str]]:
    return Counter((finding.rule, finding.subject, finding.detail) for finding in findings)
