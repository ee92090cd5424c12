"""What the warehouse answers while a template runs: names of columns and values, which are used without being known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inside import inventory

COLUMNS = ("id", "kind", "amount", "at", "dead")
PROJECT = {
    "trackplan.yaml": "version: 1\ndialect: duckdb\ndbt: [dbt]\n",
    "dbt/dbt_project.yml": "name: p\nversion: '1'\n",
    "dbt/models/s.yml": (
        "sources:\n  - name: raw\n    tables:\n"
        "      - {name: orders, columns: [{name: id}, {name: kind}, {name: amount}, {name: at}, {name: dead}]}\n"
        "      - {name: rules, columns: [{name: rule}, {name: title}]}\n"
        "exposures:\n  - {name: e, type: dashboard, owner: {name: a}, depends_on: [ref('m')]}\n"
    ),
}
RULES = "{% set r = run_query('select rule, title from ' ~ source('raw', 'rules')) %}"
FIRST = "{{ r.columns[0].values()[0] }}"
EACH, END = "{% for x in r %}", "{% endfor %}"
ANY, DOUBT = "ikatd", "?i?k?at?d"
ORDERS = "{{ source('raw', 'orders') }}"


def verdicts(folder: Path, model: str) -> dict[str, str]:
    """What is told of each column of the orders, in a project of one model."""
    rows = inventory(folder, {**PROJECT, "dbt/models/m.sql": model})
    return {row["id"].removeprefix("raw."): row["status"] for row in rows}


def used(folder: Path, model: str) -> str:
    """The columns of the orders that are used, or in doubt, by their first letters; `?` in front of those in doubt."""
    told = verdicts(folder, model)
    return "".join(
        ("?" if told[f"orders.{name}"] == "unknown" else "") + name[0] if name != "at" else "t"
        for name in COLUMNS
        if told[f"orders.{name}"] != "waste"
    )


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        # A pivot as dbt's own documentation has it.
        (
            "{% set kinds = run_query('select distinct kind from ' ~ source('raw', 'orders')).columns[0].values() %}"
            "select id {% for k in kinds %}, sum(case when kind = '{{ k }}' then amount end) as {{ k }}_amount"
            f"{{% endfor %}} from {ORDERS} group by 1",
            "ika",
        ),
        (
            "{% call statement('q', fetch_result=True) %}select distinct kind from {{ source('raw', 'orders') }}"
            "{% endcall %}select id {% for k in load_result('q')['data'] %}, max(case when kind = '{{ k[0] }}' then at"
            f" end) as \"{{{{ k[0] | lower | replace(' ', '_') }}}}\"{{% endfor %}} from {ORDERS} group by 1",
            "ikt",
        ),
        (
            "{% set found = dbt_utils.get_query_results_as_dict('select kind from ' ~ source('raw', 'orders')) %}"
            "select id {% for k in found['kind'] %}, max(case when kind = '{{ k }}' then at end) as"
            f" {{{{ dbt_utils.slugify(k) }}}}{{% endfor %}} from {ORDERS} group by 1",
            "ikt",
        ),
        # What has such a name is made of what stands in front of it, and of nothing else.
        (
            f"{RULES}with p as (select 1 {EACH}, amount as {{{{ x.rule }}}}{END}, at from {ORDERS}) select g from p",
            "a",
        ),
        (
            f"{RULES}with p as (select 1 {EACH}, amount as {{{{ x.rule }}}}{END}, at from {ORDERS}) select at from p",
            "t",
        ),
        # What is printed as a part of an expression may be any column there, and of the queries around it.
        (f"{RULES}select id {EACH}, case when {{{{ x[0] }}}} then 1 end as a{END} from {ORDERS}", ANY),
        (f"{RULES}select id from {ORDERS} where at > {FIRST}", ANY),
        (f"{RULES}select id from {ORDERS} as o where exists (select 1 from a where {FIRST} = 1)", ANY),
        # Names of columns around a query in FROM do not lead round in circles.
        (
            f"{RULES}select k from (select id, kind{EACH}, {{{{ x[0] }}}}{END} from {ORDERS}) as s(i, k), "
            f"(select {FIRST} as y from {ORDERS}) as u",
            DOUBT,
        ),
        # In quotes it is a value.
        (f"{RULES}select id from {ORDERS} where at > '{FIRST}'", "it"),
        (f"{RULES}select id from {ORDERS} where 1 = 1 {EACH} and kind <> '{{{{ x[0] }}}}'{END}", "ik"),
        # A query or a table that the warehouse knows may read whatever there is.
        (f"{RULES}{EACH}{{{{ x[0] }}}}{{% if not loop.last %}} union all {{% endif %}}{END}", DOUBT),
        (f"{RULES}with x as ({FIRST}) select * from x", DOUBT),
        (f"{RULES}{EACH}{{% if not loop.first %}} union all {{% endif %}}select id from {{{{ x[0] }}}}{END}", DOUBT),
        (f"{RULES}select 1 from raw.{FIRST}", DOUBT),
        (f"{RULES}select 1 from {{{{ source('raw', 'rules') }}}}, {FIRST} as x", DOUBT),
        (f"{RULES}select 1 as one {EACH}, 2 as two{{% else %}}, max(at) as two from {ORDERS}{END}", "t"),
        # What is chosen by an answer is not one itself.
        (
            f"{RULES}select {{{{ {{'a': '(select max(at) from ' ~ source('raw', 'orders') ~ ')'}}[r[0][0]] }}}} as m",
            DOUBT,
        ),
        (f"{RULES}select {{{{ r[0][0] | default('(select max(at) from raw.orders)') }}}} as m", DOUBT),
        (f"{RULES}select {{{{ context[r.columns[0].values()[0]]('id') }}}} from {ORDERS}", DOUBT),
    ],
)
def test_what_is_used_of_a_table(tmp_path: Path, model: str, expected: str) -> None:
    assert used(tmp_path, model).replace("?t", "t") == expected


@st.composite
def shapes(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A model with an answer in it, and the columns that stand there for it."""
    answer = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=3, unique=True))
    form = draw(
        st.sampled_from(
            [
                "select id{% for x in R %}, max({{ x }}) as m_{{ x }}{% endfor %} from T group by 1",
                "select id from T where true{% for x in R %} and {{ x }} is not null{% endfor %}",
                "select {% for x in R %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %} from T",
                "select id from T order by {{ R[0] }} limit 1",
                "select {% for x in R %}t.{{ x }} as {{ x }}_2, {% endfor %}1 as one from T as t",
                "with c as (select {{ R | join(', ') }} from T) select * from c",
                "select id, sum(amount) over (partition by {{ R[0] }}) as s from T",
                "select a.id from T as a join T as b on a.{{ R[0] }} = b.{{ R[0] }}",
                "with c as (select * from T) select {% for x in R %}{{ x }} as {{ x }}_v,{% endfor %} 1 as z from c",
                "select {% if R | length > 1 %}amount{% else %}at{% endif %} from T",
                "{% for x in R %}select {{ x }} as v from T{% if not loop.last %} union all {% endif %}{% endfor %}",
            ]
        )
    )
    return form, answer


@given(shapes())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_answer_is_what_it_uses_is_not_called_unused(tmp_path: Path, shape: tuple[str, list[str]]) -> None:
    """The same model with each answer written out is the judge."""
    form, answer = shape
    model = form.replace("T", ORDERS)
    known = used(tmp_path, model.replace(" R ", f" {answer} ").replace("R[", f"{answer}["))
    asked = "{% set found = run_query('select rule from x').columns[0].values() %}"
    unknown = used(tmp_path, asked + model.replace(" R ", " found ").replace("R[", "found["))
    assert set(known) <= set(unknown)
