"""Where a name may be that of an item of the same select list: each database draws the line elsewhere."""

from __future__ import annotations

from trackplan.link.frames import Frame
from trackplan.sql.records import How, Output, Ref, Select

# Dialects in which a select list, WHERE or QUALIFY may name an alias of the same select list.
_IN_SELECT = frozenset(
    {"", "snowflake", "redshift", "databricks", "spark", "spark2", "duckdb", "clickhouse", "teradata"}
)
_IN_WHERE = frozenset({"", "snowflake", "duckdb", "clickhouse", "teradata"})
# Dialects in which a subquery may name an alias of the query around it.
_FURTHER_IN = _IN_SELECT | {"mysql", "sqlite"}
# Dialects in which HAVING, QUALIFY or GROUP BY may mean the alias where a column has the same name, too.
_BESIDE_COLUMN = frozenset(
    {"", "bigquery", "clickhouse", "databricks", "doris", "hive", "mysql", "spark", "spark2", "starrocks"},
)
# Dialects in which whatever stands in the SELECT may mean it, before and behind the alias.
_EVERYWHERE = frozenset({"clickhouse"})
_ALL_HOWS: tuple[How, ...] = ("output", "filter", "join", "group", "order", "window", "distinct", "star")


class Aliases:
    """What a dialect lets refer to an alias.

    `hiding` are the kinds of references that may mean an alias though a column has the name; with `hides_late` those
    behind the select list may, too, and `everywhere` all. `further_in` tells that any subquery may name it.
    """

    __slots__ = ("_dialect", "everywhere", "further_in", "hides_late", "hiding")

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self.everywhere = dialect in _EVERYWHERE
        self.further_in = dialect in _FURTHER_IN
        self.hides_late = dialect in _BESIDE_COLUMN
        both: tuple[How, ...] = ("order", "group") if self.hides_late else ("order",)
        self.hiding: frozenset[How] = frozenset(_ALL_HOWS if self.everywhere else both)

    def may_hide(self, ref: Ref) -> bool:
        """Whether a reference may mean an alias though a column has the name."""
        return ref.how in self.hiding or (ref.late and self.hides_late)

    def may_name(self, ref: Ref, output: int | None) -> bool:
        """Whether a reference that stands here may mean an alias where no column is known to have the name."""
        if output is not None:
            return self._dialect in _IN_SELECT
        return ref.late or ref.how not in ("filter", "join") or self._dialect in _IN_WHERE

    def positions(self, frame: Frame, scope: Select, ref: Ref, output: int | None, before: int | None) -> list[int]:
        """The columns of a SELECT's own frame that go by the name; in the select list, those before the reference."""
        if before is not None and not self.everywhere:
            return []
        last = len(scope.outputs)
        end = last if output is None or self.everywhere else output
        found = [(written(frame, position, last), position) for position in frame.positions(ref.name)]
        return [position for item, position in found if item < end and item != output]

    @staticmethod
    def is_column(output: Output, name: str) -> bool:
        """Whether an item is nothing but a column of its own lower-case name."""
        only = output.refs[0] if len(output.refs) == 1 else None
        plain = isinstance(only, Ref) and not (only.source or only.path or only.into or only.transform)
        return plain and isinstance(only, Ref) and only.name.lower() == name


def written(frame: Frame, position: int, otherwise: int) -> int:
    """Which item of the select list a column is; `otherwise` for those that a star brings or somebody asked for."""
    if frame.origins is None:
        return position
    origin = frame.origins[position]
    return origin if isinstance(origin, int) else otherwise
