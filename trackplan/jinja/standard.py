"""Macros that dbt brings along, as SQL over their arguments: what they read is exact, their form is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_WIDE = frozenset({"bigquery"})
_TYPES = {
    "bigint": ("bigint", "int64"),
    "boolean": ("boolean", "bool"),
    "float": ("float", "float64"),
    "int": ("int", "int64"),
    "numeric": ("numeric(28, 6)", "numeric"),
    "string": ("varchar", "string"),
    "timestamp": ("timestamp", "timestamp"),
}
_STRINGS = frozenset({"bigquery", "databricks", "spark", "spark2", "hive", "clickhouse"})


class Standard:
    """The macros by their names; `find` gives one, None for a name that is none."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect

    def find(self, name: str) -> Callable[..., object] | None:
        """The macro `name`; those of one warehouse (`default__…`) are the same as any."""
        name = name.rpartition("__")[2] if name.startswith(("default__", "bigquery__", "snowflake__")) else name
        if name.startswith("type_"):
            return self._type(name.removeprefix("type_"))
        if name in _CALLS:
            return _call(name)
        found = getattr(self, f"do_{name}", None)
        return found if callable(found) else None

    def _type(self, name: str) -> Callable[..., object] | None:
        if name not in _TYPES:
            return None
        if name == "string" and self.dialect in _STRINGS:
            return lambda *_, **__: "string"
        return lambda *_, **__: _TYPES[name][self.dialect in _WIDE]

    def do_current_timestamp(self, *_: object) -> str:
        """The time of the run."""
        return "current_timestamp"

    do_current_timestamp_backcompat = do_current_timestamp_in_utc = do_current_timestamp
    do_current_timestamp_in_utc_backcompat = do_now = do_current_timestamp

    def do_dateadd(self, datepart: Any, interval: Any, from_date_or_timestamp: Any = None) -> str:
        """A point in time some while later."""
        return f"dbt_dateadd({from_date_or_timestamp}, {interval})"

    def do_datediff(self, first_date: Any, second_date: Any, datepart: Any = "day") -> str:
        """The time between two points."""
        return f"dbt_datediff({first_date}, {second_date})"

    def do_date_trunc(self, datepart: Any, date: Any) -> str:
        """The beginning of a month, a week and so on."""
        part = str(datepart).strip("'\"")
        if not part.isalpha():
            return f"dbt_date_trunc({date})"
        return f"timestamp_trunc({date}, {part})" if self.dialect == "bigquery" else f"date_trunc('{part}', {date})"

    def do_last_day(self, date: Any, datepart: Any = "month") -> str:
        """The last day of a month, a quarter and so on."""
        return f"last_day({date})"

    def do_date(self, year: Any, month: Any, day: Any) -> str:
        """A day."""
        return f"dbt_date({year}, {month}, {day})"

    def do_cast(self, field: Any, type: Any = "varchar") -> str:  # noqa: A002 - dbt's name
        """A value as another type."""
        return f"cast({field} as {type})"

    do_safe_cast = do_cast

    def do_cast_bool_to_text(self, field: Any) -> str:
        """`true` or `false` as text."""
        return f"cast({field} as {self._type('string')()})"  # type: ignore[misc]

    def do_concat(self, fields: Any, *more: Any) -> str:
        """Texts joined."""
        return f"concat({listed(fields, more)})"

    do_array_construct = do_concat

    def do_array_append(self, array: Any, new_element: Any) -> str:
        """An array with one more."""
        return f"array_append({array}, {new_element})"

    def do_hash(self, field: Any) -> str:
        """A hash of a value."""
        return f"md5(cast({field} as {self._type('string')()}))"  # type: ignore[misc]

    def do_listagg(
        self, measure: Any, delimiter_text: Any = "','", order_by_clause: Any = "", limit_num: Any = None
    ) -> str:
        """The values of a group as one text; in which order may depend on more."""
        order = str(order_by_clause or "").strip()
        order = order[len("order by") :] if order.lower().startswith("order by") else order
        parts = (str(measure), str(delimiter_text), _no_direction(order))
        return f"dbt_listagg({', '.join(p for p in parts if p.strip())})"

    def do_split_part(self, string_text: Any, delimiter_text: Any, part_number: Any = 1) -> str:
        """A part of a text."""
        return f"dbt_split_part({string_text}, {delimiter_text}, {part_number})"

    def do_string_literal(self, value: Any) -> str:
        """A text in quotes."""
        return "'" + str(value) + "'"

    def do_escape_single_quotes(self, expression: Any) -> str:
        """A text that may stand between quotes."""
        return str(expression).replace("'", "\\'" if self.dialect == "bigquery" else "''")

    def do_except(self) -> str:
        """The set operation."""
        return "except distinct" if self.dialect == "bigquery" else "except"

    def do_intersect(self) -> str:
        """The set operation."""
        return "intersect distinct" if self.dialect == "bigquery" else "intersect"


_CALLS = frozenset(
    ["any_value", "array_concat", "bool_or", "length", "position", "replace", "right", "safe_divide", "width_bucket"]
)


def _call(name: str) -> Callable[..., str]:
    """A macro that is a function of its arguments."""

    def write(*given: Any, **named: Any) -> str:
        # A name of its own: some parsers want these functions' arguments in a form of theirs.
        return f"dbt_{name}({listed((*given, *named.values()), ())})"

    return write


def listed(fields: Any, more: Sequence[Any]) -> str:
    """Fields as a list of SQL, be they one text, many or a list."""
    given = [fields] if not isinstance(fields, list | tuple) else list(fields)
    return ", ".join(str(f) for f in (*given, *more))


def _no_direction(order: str) -> str:
    return " ".join(w for w in order.split(" ") if w.lower() not in ("asc", "desc", "nulls", "first", "last"))
