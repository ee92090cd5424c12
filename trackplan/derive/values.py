"""What declared types say of values, as far as less of these might do."""

from __future__ import annotations

# Types whose values a hash cannot take the place of, or that are equal in more than one spelling.
_UNHASHABLE = (
    "TIME", "DATE", "FLOAT", "DOUBLE", "REAL", "DECIMAL", "NUMERIC", "NUMBER", "BOOL", "JSON", "STRUCT", "RECORD",
    "ARRAY", "MAP", "VARIANT", "OBJECT", "SUPER", "INTERVAL", "BLOB", "BINARY", "BYTE", "ENUM",
)  # fmt: skip


def is_unhashable(type_: str) -> bool:
    """Whether values of a type cannot be replaced by their hashes."""
    return type_.upper().startswith(_UNHASHABLE) or type_.endswith("]")


def nature(type_: str) -> tuple[bool, bool]:
    """All that `less_data` asks of a type: whether it can be hashed, and whether it holds times."""
    return is_unhashable(type_), "TIME" in type_.upper()
