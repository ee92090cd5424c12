"""Exports of information_schema.columns."""

from __future__ import annotations

import pytest

from trackplan.errors import ReadError
from trackplan.facts.declared import Column, Table
from trackplan.findings import Place
from trackplan.readers.information_schema import tables as read_tables

HEADER = "TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,ORDINAL_POSITION,DATA_TYPE,COMMENT\n"


def line(number: int) -> Place:
    return Place("x.csv", number, 1, number, 2)


def test_columns_come_in_their_ordinal_order_with_their_lines() -> None:
    text = HEADER + 'RAW,WEB,ORDERS,TOTAL,2,NUMBER,"In euro,\nwith tax"\nRAW,WEB,ORDERS,ID,1,NUMBER,\n'
    assert read_tables(text, "x.csv", "snowflake", ()) == (
        Table(
            ("RAW", "WEB", "ORDERS"),
            "table",
            line(2),
            True,
            (Column("ID", line(4), "NUMBER"), Column("TOTAL", line(2), "NUMBER", "In euro,\nwith tax")),
        ),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_line_ends(delimiter: str) -> None:
    rows = ["\ufefftable_schema,table_name,column_name,data_type", "web,orders,Id,int", "", "web,lines,id,int"]
    text = "\r\n".join(rows).replace(",", delimiter)
    tables = read_tables(text, "x.csv", "duckdb", ())
    assert [(t.parts, t.place.line, [c.name for c in t.columns]) for t in tables] == [
        (("web", "orders"), 2, ["id"]),
        (("web", "lines"), 4, ["id"]),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.csv:1:1: the header 'table_schema' is missing"),
        ("table_schema,table_name,columns,data_type\n", "x.csv:1:1: the header 'column_name' is missing"),
        ("table_schema,table_name,column_name,data_type\na,b\n", "x.csv:2:1: this row has 2 cells, the header has 4"),
        ('table_schema,table_name,column_name,data_type\n"' + "a" * 1_100_000 + '"\n', "x.csv:2:1: this row is no CSV"),
    ],
    ids=["empty", "header", "cells", "cell-size"],
)
def test_what_is_wrong_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_tables(text, "x.csv", "duckdb", ())
    assert message in str(caught.value)
