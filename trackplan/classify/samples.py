"""Values of a field → what they look like. Only numbers of values leave this module, never a value.

Each recogniser reads one value in linear time and says yes only to what a checksum or a strict form confirms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LONGEST = 320  # characters of the longest e-mail address; no other form is longer
_EMAIL = re.compile(r"[^\s@<>,;:\"'()]{1,64}@(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,24}")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_CARD = re.compile(r"[2-6][0-9]{12,18}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_COORDINATES = re.compile(r"[(\[]?(-?[0-9]{1,2}\.[0-9]{3,17}), ?(-?[0-9]{1,3}\.[0-9]{3,17})[)\]]?")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})")
_SEPARATORS = str.maketrans("", "", " -.()/")


class Look(Struct, frozen=True):
    """What `matching` of `total` samples look like: `kind` is a key of `KINDS`."""

    kind: str
    matching: int
    total: int

    @property
    def share(self) -> float:
        """The part of the samples that look like it, 0 to 1."""
        return self.matching / self.total

    def __str__(self) -> str:
        return f"{self.matching} of {self.total} samples look like {KINDS[self.kind]}"


def looks(samples: Sequence[object]) -> tuple[Look, ...]:
    """What the samples look like, the likeliest first; empty values do not count."""
    values = [text for value in samples if (text := _text(value))]
    found = [Look(kind, sum(map(fits, values)), len(values)) for kind, fits in _RECOGNISERS.items()]
    return tuple(sorted((look for look in found if look.matching), key=lambda look: (-look.matching, look.kind)))


def count(samples: Sequence[object]) -> int:
    """How many of the samples are not empty."""
    return sum(1 for value in samples if _text(value))


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, bool) else str(value).strip()[: _LONGEST + 1]


def _is_email(value: str) -> bool:
    return len(value) <= _LONGEST and "@" in value and _EMAIL.fullmatch(value) is not None


def _is_ip(value: str) -> bool:
    if len(value) > 45 or not (value.count(".") == 3 or value.count(":") > 1):
        return False
    import ipaddress  # takes time to load

    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _is_phone(value: str) -> bool:
    return len(value) <= 32 and value.startswith("+") and _PHONE.fullmatch(value.translate(_SEPARATORS)) is not None


def _is_card(value: str) -> bool:
    digits = value.replace(" ", "").replace("-", "")
    if not _CARD.fullmatch(digits):
        return False
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def _is_iban(value: str) -> bool:
    compact = value.replace(" ", "").upper()
    if not _IBAN.fullmatch(compact):
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def _is_coordinates(value: str) -> bool:
    found = _COORDINATES.fullmatch(value)
    return found is not None and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180


def _is_mac(value: str) -> bool:
    return _MAC.fullmatch(value) is not None


KINDS: Mapping[str, str] = {
    "email": "e-mail addresses",
    "ip": "IP addresses",
    "phone": "phone numbers",
    "card": "card numbers",
    "iban": "IBANs",
    "coordinates": "coordinates",
    "mac": "MAC addresses",
}
_RECOGNISERS: Mapping[str, Callable[[str], bool]] = {
    "email": _is_email,
    "ip": _is_ip,
    "phone": _is_phone,
    "card": _is_card,
    "iban": _is_iban,
    "coordinates": _is_coordinates,
    "mac": _is_mac,
}
