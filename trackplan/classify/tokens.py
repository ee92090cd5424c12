"""A name → its words in lower case: snake, kebab, dotted, camel and Pascal case, acronyms, digits, accents.

Names of one field in different styles give the same words. Only the beginning of a text of any length is read, and
that in linear time.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Acronyms in the plural, an acronym before a word, a word, an acronym, digits, letters of another script.
_WORD = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W_A-Za-z0-9]+")
_READ = 1000  # characters; what is longer is no name
_LETTERS = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i"}
)


@lru_cache(maxsize=65536)
def tokenize(name: str) -> tuple[str, ...]:
    """The words of `name`: `userIPAddress` → `user`, `ip`, `address`; `Téléphone_2` → `telephone`, `2`."""
    name = name[:_READ]
    if not name.isascii():
        name = _plain(name)
    elif name.islower():
        words = name.replace("_", " ")
        if words.replace(" ", "").isalpha():  # snake case without digits: nearly all there are
            return tuple(words.split())
    return tuple([word.lower() for word in _WORD.findall(name)])


def _plain(text: str) -> str:
    """`text` without accents."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join([c for c in apart if not unicodedata.combining(c)])
