"""Which formats a command is asked for, by name or by the file's suffix, and the file that each goes to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Sequence


_SUFFIXES = {
    ".csv": "csv",
    ".dot": "dot",
    ".gv": "dot",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".markdown": "markdown",
    ".md": "markdown",
    ".mmd": "mermaid",
    ".sarif": "sarif",
    ".xlsx": "xlsx",
    ".xml": "junit",
}
# Files that no program opens if they hold text; of these we write XLSX alone.
_NO_TEXT = frozenset(
    {".doc", ".docx", ".ods", ".odt", ".parquet", ".pdf", ".png", ".pptx", ".svg", ".xls", ".xlsx", ".zip"}
)


def fitting(given: str, names: Sequence[str], file: Path | None) -> str:
    """The format of what goes to `file`: what is `given`, else what the suffix tells, else the first of `names`.

    Raises `TrackplanError` where the suffix tells of a format that is none of `names`, or that cannot be what is given.
    """
    suffix = file.suffix.lower() if file is not None else ""
    told = _SUFFIXES.get(suffix, "")
    if not given and told in names:
        return told
    if suffix in _NO_TEXT and told not in names:
        hint = f"The formats are {', '.join(names)}."
    elif "xlsx" in {given, told} and given and told and given != told:
        hint = f"Name another file for {given}, or leave --format {given} out."
    elif not given and told:
        hint = f"The formats are {', '.join(names)}; --format {names[0]} writes that one to any file."
    else:
        return given or names[0]
    what = f"--format {given} does not go" if given else "there is no format that goes"
    raise TrackplanError(f"{what} to a file that ends in {suffix}", hint)


def chosen(words: Sequence[str], names: Sequence[str], output: Path | None) -> dict[str, Path | None]:
    """Format → the file that it is written to, None for the screen or `output`.

    A word is NAME or NAME:FILE with one of the `names`; without any, the suffix of `output` tells, else it is the first
    of the names. Raises `TrackplanError`.
    """
    if not words:
        return {fitting("", names, output): None}
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
        fitting(name, names, found[name] or output)
    return found
