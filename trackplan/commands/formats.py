"""Which formats a command is asked for, and the file that each goes to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Sequence


def chosen(words: tuple[str, ...], names: Sequence[str]) -> dict[str, Path | None]:
    """Format → the file that it is written to, None for the screen or `--output`.

    A word is NAME or NAME:FILE with one of the `names`. Raises `TrackplanError`.
    """
    found: dict[str, Path | None] = {}
    for word in words:
        name, _, file = word.partition(":")
        if name not in names:
            from trackplan.documents.base import did_you_mean

            hint = (
                did_you_mean(name, names) or f"It is one of {', '.join(names)}; {names[-1]}:FILE writes it to a file."
            )
            raise TrackplanError(f"--format: there is no format {name!r}", hint)
        if name in found or (not file and None in found.values()):
            hint = f"Name a file for all but one, such as --format {names[-1]}:FILE --format {names[0]}."
            raise TrackplanError(f"--format {word}: only one format can go to the screen, and each only once", hint)
        found[name] = Path(file) if file else None
    return found
