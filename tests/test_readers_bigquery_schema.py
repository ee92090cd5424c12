"""Schema files of BigQuery tables."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from trackplan.errors import ReadError
from trackplan.facts.declared import Column, Table
from trackplan.findings import Place
from trackplan.readers import bigquery_schema
from trackplan.readers.bigquery_schema import tables

YAML = """\
fields:
- name: order_id
  type: STRING
  mode: REQUIRED
  description: Id of
    the order
- mode: REPEATED
  name: Items
  type: RECORD
  fields:
  - {name: sku, type: STRING}
  - name: price
    type: RECORD
    fields: [{name: amount, type: NUMERIC, policyTags: {names: [pay/high]}}]
- type: INT64
  mode: REPEATED
  name: codes
"""


def read(text: str, path: str = "raw/orders.yaml", relation: tuple[str, ...] = ()) -> Table:
    (table,) = tables(text, path, "bigquery", relation)
    return table


def read_or_problem(text: str) -> Table | str:
    try:
        return read(text)
    except ReadError as error:
        return str(error)


def shape(columns: tuple[Column, ...]) -> list[object]:
    return [
        [c.name, c.type, f"{c.place.line}:{c.place.column}", *([shape(c.columns)] if c.columns else [])]
        for c in columns
    ]


def test_fields_become_columns_and_records_have_members() -> None:
    table = read(YAML)
    assert (table.parts, table.kind, table.complete) == (("orders",), "table", True)
    assert shape(table.columns) == [
        ["order_id", "STRING", "2:9"],
        [
            "items",
            "ARRAY<STRUCT>",
            "8:9",
            [["sku", "STRING", "11:12"], ["price", "STRUCT", "12:11", [["amount", "NUMERIC", "14:21"]]]],
        ],
        ["codes", "ARRAY<INT64>", "17:9"],
    ]
    assert table.columns[0].description == "Id of the order"
    assert table.columns[1].columns[1].columns[0].tags == ("pay/high",)


@pytest.mark.parametrize(
    "wrap", ["{}", '{{"fields": {}}}', '{{"schema": {{"fields": {}}}}}'], ids=["list", "fields", "table"]
)
def test_json_as_bq_prints_it(wrap: str) -> None:
    text = wrap.format(
        '[\n  {"name": "id", "type": "INTEGER", "mode": "NULLABLE"},\n  {"name": "at", "type": "TIMESTAMP"}\n]'
    )
    assert bigquery_schema.detect(text, "x.json") == 2
    assert [(c.name, c.type, c.place.line) for c in read(text, "x.json").columns] == [
        ("id", "INTEGER", 2),
        ("at", "TIMESTAMP", 3),
    ]


def test_the_name_comes_from_the_entry_the_file_or_the_folder() -> None:
    fields = '"schema": {"fields": [{"name": "id", "type": "INT64"}]}'
    said = '{"tableReference": {"projectId": "p", "datasetId": "d", "tableId": "T"}, ' + fields + "}"
    assert read(YAML, "raw/orders.yaml").parts == ("orders",)
    assert read(YAML, "raw/orders_v1/schema.yaml").parts == ("orders_v1",)
    assert read(YAML, "schema.yaml").parts == ("schema",)
    assert read(said, "x.json").parts == ("p", "d", "t")
    assert read(said, "x.json", ("a", "b")).parts == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "fields: !include-fields {table: a.b}\n",
        "fields:\n- {name: a, type: STRING}\n- !include-field {table: a.b, field: c}\n",
        "fields:\n- name: a\n  type: RECORD\n  fields: !include x.yaml\n",
        "fields: []\n",
        "fields:\n",
    ],
)
def test_what_stands_elsewhere_leaves_the_table_open(text: str) -> None:
    assert not read(text).complete


def test_a_description_that_stands_elsewhere_is_none() -> None:
    table = read("fields:\n- name: a\n  type: STRING\n  description: !include {file: b.yaml, field: a}\n")
    assert (table.complete, table.columns[0].description) == (True, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", "x.yaml:1:1: this is no schema of a table: it lists no fields"),
        ("fields: 3\n", "x.yaml:1:9: 'fields' must be a list"),
        (
            "fields:\n- a\n- {type: STRING}\n- {name: [a]}\n",
            "x.yaml:2:3: a field must be a mapping\n"
            "x.yaml:3:3: this field has no name\nx.yaml:4:3: this field has no name",
        ),
        ("fields:\n- name: a\n- name: A\n", "x.yaml:3:9: the field 'A' is there already, in line 2"),
        (
            "fields:\n- name: !!python/object:os.system a\n",
            "x.yaml:2:9: the tag '!!python/object:os.system' is not supported",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, expected: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text, "x.yaml")
    assert str(caught.value) == expected


_TEXTS = (
    *("a", "B_1", "null", "'q t'", '"x"', "'it''s'", '"\\n"', "one two", "a: b", "a # b", "- x", "x:", "|", ">-", ""),
    *("  ", "#", "# c", "!tag", "!tag x", "&a b", "*a", "[a]", "{{a: b}}", "é", "1", "|+", ">2", "it's\n    more", "~"),
    *("|\n      b\n       c\n\n      d", ">\n      e\n      f", "\n      g 'h'\n\n      i", "|\n      j\n\nk", "m\n#n"),
    *(
        "!tag\n      file: a.yaml\n      field: b",
        '"o\n      p"',
        ">-\n      q\n\n\n      r ",
        "s\n      t: u",
        "v\n     # w",
        "'u ''v\n\n      w '",
        "'x\n    y'\n\n",
        "!tag\n      file: a\n      file: b",
        "!tag\n      file: a\n      field: b\n\n\n      more: c",
    ),
)
_WORDS = st.sampled_from(["STRING", "INT64", "RECORD", "REPEATED", "NULLABLE", "true", "~", "'x'", "Is Hidden", ""])
_KEYS = st.one_of(
    st.builds("\n{{}}type: {}".format, _WORDS),
    st.builds("\n{{}}mode: {}".format, _WORDS),
    st.builds("\n{{}}description: {}".format, st.sampled_from(_TEXTS)),
    st.sampled_from(
        ["", "\n", "\n# note", "\n  # note", "\n{}fields:", "\n{}fields: []", "\n{}policyTags: {{names: [a]}}"]
    ),
    st.sampled_from(["\n{}fields:\n{}- name: x", "\n{}fields:\n{} -  name: y\n{}    type: INT64", "\n   odd: x"]),
)


@st.composite
def _item(draw: st.DrawFn, indent: str, number: int) -> str:
    dash = draw(st.sampled_from(["- ", "- ", "- ", "-   "]))
    keys = indent + " " * len(dash)
    usual = "mode: NULLABLE\n{0}name: d" + str(number) + "\n{0}type: DATE"
    first = draw(st.sampled_from([f"name: c{number}", usual, usual, "name: c", "type: DATE\n{}name: d"]))
    return (
        indent
        + dash
        + first.format(keys)
        + "".join(key.format(keys, keys, keys) for key in draw(st.lists(_KEYS, max_size=3)))
    )


@st.composite
def _schemas(draw: st.DrawFn) -> str:
    indent = draw(st.sampled_from(["", "", "  "]))
    head = draw(st.sampled_from(["fields:\n", "fields:\n", "", "---\nfields:\n", "# a\n\nfields:\n"]))
    return head + "\n".join(draw(_item(indent, number)) for number in range(draw(st.integers(1, 4)))) + "\n"


@settings(deadline=None)
@given(_schemas())
def test_what_is_read_line_by_line_is_what_yaml_says(text: str) -> None:
    with patch("trackplan.readers.bigquery_schema.lines.Lines.read", return_value=None):
        thorough = read_or_problem(text)
    assert read_or_problem(text) == thorough


PROJECT = """\
version: 1
dialect: bigquery
warehouse:
  - {path: "sql/*/*/schema.yaml", relation: "shop.{1}.{2}"}
models: [{path: "sql/*/*/query.sql", relation: "shop.{1}.{2}"}]
consumers: [dashboards/*.sql]
"""
FILES = {
    "trackplan.yaml": PROJECT,
    "sql/raw/orders/schema.yaml": """\
fields:
- {name: id, type: STRING}
- {name: total, type: NUMERIC}
- {name: gift, type: BOOL}
""",
    "sql/mart/revenue/schema.yaml": "fields:\n- {name: total, type: NUMERIC, description: In euro}\n",
    "sql/mart/revenue/query.sql": "select total from shop.raw.orders\n",
    "dashboards/revenue.sql": "select sum(total) from shop.mart.revenue\n",
}


def run(folder: Path, changes: dict[str, str], *arguments: str) -> object:
    """What the command prints as JSON for the project in `folder`."""
    from trackplan.cli import app

    for path, text in {**FILES, **changes}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    given = [*arguments, "--format", "json", "--project", str(folder / "trackplan.yaml")]
    return json.loads(CliRunner().invoke(app, given, catch_exceptions=False).stdout)


def test_a_table_without_a_model_is_raw_and_one_with_a_model_is_not(tmp_path: Path) -> None:
    columns = 'SELECT r.id, r.raw, r.open, c.name, c.type, c.description FROM relation r JOIN "column" c '
    result = run(tmp_path, {}, "query", columns + "ON c.relation = r.key ORDER BY c.id")
    assert isinstance(result, dict)
    assert result["rows"] == [
        ["shop.mart.revenue", 0, 0, "total", "NUMERIC", "In euro"],
        ["shop.raw.orders", 1, 0, "gift", "BOOL", ""],
        ["shop.raw.orders", 1, 0, "id", "STRING", ""],
        ["shop.raw.orders", 1, 0, "total", "NUMERIC", ""],
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{path: x.sql, relation: a.b}", "'relation' has no use here: x.sql says itself how its tables are called"),
        (
            "{path: x.yaml, format: ddl, relation: a.b}",
            "'relation' has no use here: x.yaml says itself how its tables are called",
        ),
        ("x.yaml", "this is in no format that trackplan knows"),
    ],
)
def test_entries_that_do_not_fit_are_refused(entry: str, message: str, tmp_path: Path) -> None:
    changes = {
        "trackplan.yaml": f"version: 1\nwarehouse: [{entry}]\n",
        "x.sql": "create table t (a int)",
        "x.yaml": "a: 1\n",
    }
    report = run(tmp_path, changes, "check")
    assert isinstance(report, dict)
    assert [f["message"] for f in report["findings"] if f["rule"] == "TP001"] == [message + "."]


def test_places_of_the_tables() -> None:
    assert read(YAML).place == Place("raw/orders.yaml", 1, 1, 1, 7)
