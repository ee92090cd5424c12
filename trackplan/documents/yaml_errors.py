"""What the YAML parser complains about → a sentence for people, at the place where the mistake is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trackplan.documents.base import failure, point

if TYPE_CHECKING:
    from trackplan.errors import ReadError
    from trackplan.findings import Place

_FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CONFLICT = re.compile(r"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)
_QUOTE = "put the value in quotes"
# problem (a part of the parser's text) → sentence, hint, whether the place is where the construct began
_SENTENCES: tuple[tuple[str, str, str, bool], ...] = (
    (
        "mapping values are not allowed",
        "a ':' is not expected here",
        "put the value in quotes if the ':' belongs to it; else look at the indentation",
        False,
    ),
    ("could not find expected ':'", "this should be 'key: value', but the ':' is missing", "", True),
    (
        "did not find expected key",
        "this does not fit the lines above",
        "look at the indentation and at quotes within the line",
        False,
    ),
    (
        "did not find expected '-' indicator",
        "this does not fit the list above",
        "begin each item with '-' in the same column",
        False,
    ),
    ("did not find expected ',' or ']'", "the '[' here is never closed, or a ',' is missing", "", True),
    ("did not find expected ',' or '}'", "the '{' here is never closed, or a ',' is missing", "", True),
    ("found unexpected end of stream", "the quote that opens here is never closed", "", True),
    ("found unexpected document indicator", "the quote that opens here is never closed", "", True),
    (
        "unknown escape character",
        "there is no such escape in double quotes",
        "use single quotes, or write the backslash twice",
        False,
    ),
    (
        "block sequence entries are not allowed",
        "a list item is not allowed here",
        "begin the list on a line of its own",
        False,
    ),
    ("alphabetic or numeric character", "a value cannot start with '*' or '&'", _QUOTE, True),
    ("found a tab character", "a tab is used for indentation", "use spaces", False),
    ("did not find expected node content", "a value is missing here", "", False),
    (
        "did not find expected <document start>",
        "this does not belong to what stands above",
        "write 'key: value' lines only",
        False,
    ),
    ("exceeded", "the nesting is too deep", "", False),
)


def translated(error: Any, text: str, path: str) -> ReadError:
    """The parser's error as one problem with a place and a hint."""
    conflict = _CONFLICT.search(text)
    if conflict:
        hint = "settle the conflict, and take the lines with <<<<<<<, ======= and >>>>>>> out"
        return failure(_after(conflict.start(), text, path), "git left a conflict here", hint)
    problem = str(error.problem or error.context or "")
    here = error.problem_mark or error.context_mark
    if "cannot start any token" in problem and here is not None:
        return _bad_start(here, text, path)
    for part, message, hint, at_start in _SENTENCES:
        if part in problem:
            mark = error.context_mark if at_start and error.context_mark is not None else here
            return failure(_at(mark, text, path), message, hint)
    return failure(_at(here, text, path), f"this is not valid YAML: {problem}")


def forbidden_character(text: str, path: str) -> ReadError:
    """The error of a control character in the text."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return failure(point(path, 1, 1), "the text holds a character that YAML does not allow")
    code = f"U+{ord(found.group()):04X}"
    return failure(_after(found.start(), text, path), f"the control character {code} is not allowed", "remove it")


def _bad_start(mark: Any, text: str, path: str) -> ReadError:
    character = text[mark.index : mark.index + 1]
    if character == "\t":
        return failure(_at(mark, text, path), "a tab is used for indentation", "use spaces")
    return failure(_at(mark, text, path), f"a value cannot start with '{character}'", _QUOTE)


def _at(mark: Any, text: str, path: str) -> Place:
    """The parser breaks lines where editors do not, so lines are counted anew."""
    return _after(min(mark.index, len(text)) if mark is not None else 0, text, path)


def _after(index: int, text: str, path: str) -> Place:
    """The place of the character at `index`."""
    return point(path, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
