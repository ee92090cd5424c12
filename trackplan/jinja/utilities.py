"""Macros of the package dbt_utils, as SQL over their arguments; what needs the warehouse's answer stays unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trackplan.jinja.standard import Standard, listed
from trackplan.jinja.unknown import Unknown
from trackplan.sql.template import identifier, quoted

if TYPE_CHECKING:
    from trackplan.jinja.environment import TemplateEnvironment

_EXCEPT = frozenset({"bigquery", "databricks", "spark", "clickhouse"})


class Utilities:
    """The macros by their names; `find` gives one, None for a name that is none."""

    def __init__(
        self, environment: TemplateEnvironment, standard: Standard, run_query: Callable[[object], Unknown]
    ) -> None:
        self._environment = environment
        self._run_query = run_query
        self._standard = standard
        self._dialect = standard.dialect

    def find(self, name: str) -> Callable[..., object] | None:
        """The macro `name`; old releases have those of dbt itself, too."""
        found = getattr(self, f"do_{name.removeprefix('default__')}", None)
        return found if callable(found) else self._standard.find(name)

    def _unknown(self, name: str, *given: object, asks: bool = False) -> Unknown:
        return self._environment.run.unknown(f"dbt_utils.{name}", *given, asks=asks)

    # columns

    def do_star(self, from_: Any = None, relation_alias: Any = False, except_: Any = (), **named: Any) -> object:
        """Every column but some, under their own names."""
        relation = named.pop("from", from_)
        leave = named.pop("except", except_)
        names = set(named) - {"quote_identifiers"}
        if any(named[n] for n in names) or isinstance(leave, Unknown) or isinstance(relation_alias, Unknown):
            return self._unknown("star", relation, leave, named)
        names_left = [identifier(str(c), self._dialect) for c in leave or ()]
        star = f"{relation_alias}.*" if relation_alias else "*"
        word = "except" if self._dialect in _EXCEPT else "exclude"
        return f"{star} {word} ({', '.join(names_left)})" if names_left else star

    def do_generate_surrogate_key(self, field_list: Any = (), *more: Any) -> object:
        """One hash of several columns."""
        if isinstance(field_list, Unknown):
            value = self._unknown("surrogate_key", field_list, *more)
            return f"md5({value})" if value.kind == "name" else value
        fields = [*(field_list if isinstance(field_list, list | tuple) else [field_list]), *more]
        text = self._standard.find("type_string")
        kind = text() if text else "varchar"
        parts = [f"coalesce(cast({f} as {kind}), '')" for f in fields]
        return f"md5(concat({', '.join(parts)}))"

    do_surrogate_key = do_generate_surrogate_key

    def do_group_by(self, n: Any = 0) -> object:
        """`group by 1, 2, …`."""
        if not isinstance(n, int) or n > 1000:
            return "group by all"
        return f"group by {', '.join(str(i + 1) for i in range(n))}"

    def do_pivot(
        self, column: Any, values: Any, alias: Any = True, agg: Any = "sum", cmp: Any = "=", prefix: Any = "",
        suffix: Any = "", then_value: Any = 1, else_value: Any = 0, quote_identifiers: Any = True,
        distinct: Any = False,
    ) -> object:  # fmt: skip
        """One column for each value of another."""
        if isinstance(values, Unknown) or isinstance(alias, Unknown):
            # Columns whose names are values: nobody knows them, but all what they are made of.
            return f"template_columns({column}, {then_value}, {else_value}).*"
        inside = "distinct " if distinct else ""
        found = []
        for value in self._environment.counted(values):
            text = str(value).replace("'", "''")
            name = f"{prefix}{value}{suffix}"
            written = quoted(name, self._dialect) if quote_identifiers else self.do_slugify(name)
            case = f"case when {column} {cmp} '{text}' then {then_value} else {else_value} end"
            found.append(f"{agg}({inside}{case})" + (f" as {written}" if alias else ""))
        return ",\n".join(found)

    def do_safe_add(self, *fields: Any) -> str:
        """A sum in which nothing counts as zero."""
        given = fields[0] if len(fields) == 1 and isinstance(fields[0], list) else fields
        return " + ".join(f"coalesce({f}, 0)" for f in given)

    def do_safe_subtract(self, *fields: Any) -> str:
        """A difference in which nothing counts as zero."""
        return self.do_safe_add(*fields).replace(" + ", " - ")

    def do_safe_divide(self, numerator: Any, denominator: Any) -> str:
        """A quotient."""
        return f"({numerator}) / nullif(({denominator}), 0)"

    def do_haversine_distance(self, *places: Any, **named: Any) -> str:
        """The way between two places."""
        return f"dbt_haversine_distance({listed((*places, *(v for k, v in named.items() if k != 'unit')), ())})"

    def do_get_url_host(self, field: Any, *_: Any) -> str:
        """A part of a URL."""
        return f"dbt_url_part({field})"

    do_get_url_path = do_get_url_host

    def do_get_url_parameter(self, field: Any, url_parameter: Any = "") -> str:
        """A parameter of a URL."""
        return f"dbt_url_parameter({field}, '{url_parameter}')"

    # relations

    def do_union_relations(
        self, relations: Any = (), column_override: Any = None, include: Any = (), exclude: Any = (),
        source_column_name: Any = "_dbt_source_relation", where: Any = None,
    ) -> object:  # fmt: skip
        """All rows of several tables, their columns matched by name."""
        if isinstance(relations, Unknown) or self._environment.run.tainted((relations, include, exclude)):
            return self._unknown("union_relations", relations, include, exclude, where)
        source = source_column_name if isinstance(source_column_name, str) else "_dbt_source_relation"
        # A column that only some of the tables have is empty in the others, so that a list of columns is no filter.
        columns = self.do_star(except_=list(exclude or ()))
        selects = []
        for relation in self._environment.counted(relations):
            name = str(relation).replace("'", "")
            added = f", '{name}' as {source}" if source.lower() != "none" else ""
            condition = f" where {where}" if where else ""
            selects.append(f"(select {columns}{added} from {relation}{condition})")  # noqa: S608 - never run
        return "\nunion all by name\n".join(selects)

    def do_unpivot(
        self, relation: Any = None, cast_to: Any = "varchar", exclude: Any = (), remove: Any = (),
        field_name: Any = "field_name", value_name: Any = "value", quote_identifiers: Any = False, table: Any = None,
    ) -> object:  # fmt: skip
        """One row for each column: its value comes from any of them."""
        source = relation if relation is not None else table
        if self._environment.run.tainted((exclude, field_name, value_name)) or isinstance(source, Unknown):
            return self._unknown("unpivot", source, exclude, remove)
        kept = "".join(f"{c}, " for c in exclude or ())
        values = f"dbt_any_column(unpivoted.*) as {value_name}"
        return f"select {kept}'' as {field_name}, {values} from {source} as unpivoted"  # noqa: S608 - never run

    def do_deduplicate(self, relation: Any, partition_by: Any = "1", order_by: Any = "1", **_: Any) -> str:
        """The first row of each group."""
        number = f"row_number() over (partition by {partition_by} order by {order_by}) as dbt_row_number"
        inner = f"select *, {number} from {relation}"  # noqa: S608 - never run
        word = "except" if self._dialect in _EXCEPT else "exclude"
        return f"select * {word} (dbt_row_number) from ({inner}) as numbered where dbt_row_number = 1"  # noqa: S608

    def do_date_spine(self, datepart: Any, start_date: Any, end_date: Any) -> str:
        """One row for each day, month … between two points in time."""
        return f"select dbt_date_between({start_date}, {end_date}) as date_{datepart}"

    def do_generate_series(self, upper_bound: Any = 1) -> str:
        """Numbers from one."""
        return f"select dbt_number_up_to({upper_bound}) as generated_number"

    def do_nullcheck_table(self, relation: Any) -> str:
        """A table whose empty texts are nothing."""
        return f"select * from {relation}"  # noqa: S608 - never run

    # what only the warehouse knows

    def do_get_column_values(
        self,
        table: Any = None,
        column: Any = None,
        order_by: Any = "count(*) desc",
        *_: Any,
        where: Any = None,
        **__: Any,
    ) -> Unknown:
        """The values of a column, read when the template runs in earnest."""
        chosen = f" where {where}" if where else ""
        asked = f"select {column} from {table}{chosen} group by {column} order by {order_by}"  # noqa: S608 - never run
        self._environment.run.queries.append(asked)
        return self._environment.run.unknown("dbt_utils.get_column_values", table, column, kind="name")

    def do_get_query_results_as_dict(self, query: Any = "", *_: Any, **__: Any) -> Unknown:
        """What the warehouse answers, read when the template runs in earnest."""
        return self._run_query(query)

    def do_get_single_value(self, query: Any = "", default: Any = None, *_: Any, **__: Any) -> Unknown:
        """The one value that the warehouse answers, or the default."""
        answer = self._run_query(query)
        return answer if default is None else self._environment.run.unknown("or", answer, default)

    def do_get_filtered_columns_in_relation(self, *given: Any, **named: Any) -> Unknown:
        """The columns of a table."""
        return self._environment.run.unknown("dbt_utils.columns", *given, named, kind="name")

    def do_get_relations_by_pattern(self, *given: Any, **named: Any) -> Unknown:
        """Tables by their names."""
        return self._unknown("get_relations_by_pattern", *given, named, asks=True)

    do_get_relations_by_prefix = do_get_tables_by_pattern_sql = do_get_tables_by_prefix_sql = (
        do_get_relations_by_pattern
    )

    def do_slugify(self, string: Any) -> object:
        """A text as a name."""
        run = self._environment.run
        if run.tainted(string):
            return self._unknown("slugify", string)
        text = "".join(c if c.isalnum() or c == "_" else " " if c in " -" else "" for c in str(string).lower())
        name = "_".join(text.split())
        return f"_{name}" if name[:1].isdigit() else name
