"""Which of the rules run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError
from trackplan.rules.validation import similar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.rules.base import Rule


def choose(rules: Sequence[Rule], select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The active rules that `select` names (all, where it is empty) without those that `ignore` names.

    A word is an id, the beginning of ids, or a name. Raises `TrackplanError` for a word that names no rule.
    """
    selected, ignored = list(select), list(ignore)
    chosen = _named(rules, selected) if selected else {rule.id for rule in rules}
    chosen -= _named(rules, ignored)
    return tuple(rule for rule in rules if rule.id in chosen and not rule.retired)


def _named(rules: Sequence[Rule], words: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        ids = {r.id for r in rules if word and (r.id.startswith(word.upper()) or r.name == word.lower())}
        if not ids:
            raise TrackplanError(f"no rule is called {word!r}", similar(word, rules))
        found |= ids
    return found
