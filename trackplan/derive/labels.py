"""Labels by which a need may select: `tag:checkout` is what is tagged so, `category:user.contact.email` what is of it.

A category alone means exactly that one; `category:user.contact.*` means those below it. What the words of a name tell
counts where it is sure, as for the rules on personal data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from trackplan.derive.subjects import Subject
    from trackplan.facts.base import FactBase
    from trackplan.names import Pattern

Labels = dict[str, list["Subject"]]
"""A label such as `tag:checkout` → what has it."""

KINDS = ("tag", "category")
SURE = 0.8
"""How sure it has to be that something is of a category, where nobody declares it."""

_QUERIES = {
    "tag": """
SELECT tag, 'event', event FROM event_tag UNION ALL SELECT tag, 'field', field FROM field_tag
UNION ALL SELECT t.tag, 'column', c.key FROM column_tag t JOIN stored_column c ON c.key = t."column" ORDER BY 1, 2, 3
""",
    "category": f"""
SELECT category, kind, key FROM classification
WHERE category <> '' AND (declared OR confidence >= {SURE}) ORDER BY 1, 2, 3
""",  # noqa: S608
}


def kind_of(pattern: Pattern) -> str:
    """The kind of label that a selector asks for, '' for one that names subjects; in quotes a colon is just a colon."""
    kind, colon, _ = pattern.text.partition(":")
    return kind if colon and kind in KINDS else ""


def collect(base: FactBase, kinds: Collection[str]) -> Labels:
    """All labels of these kinds; looking for those that nobody asks for would take time."""
    found: Labels = {}
    for kind in KINDS:
        for label, what, key in base.fetch(_QUERIES[kind]) if kind in kinds else ():
            found.setdefault(f"{kind}:{label!s}", []).append((str(what), int(str(key))))
    return found


def select(labels: Mapping[str, Sequence[Subject]], pattern: Pattern) -> set[Subject]:
    """What has a label that `pattern` asks for."""
    return {subject for label, subjects in labels.items() if pattern.matches(label) for subject in subjects}


def names(labels: Mapping[str, object], kind: str) -> list[str]:
    """The labels of a kind, without it."""
    return [label.partition(":")[2] for label in labels if label.startswith(f"{kind}:")]
