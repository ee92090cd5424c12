"""Edits of CSV: a row goes with its lines, a cell is written as it must be, all else stays byte for byte."""

from __future__ import annotations

import csv
import io
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackplan.edits.table import Table
from trackplan.edits.text import EditError, apply, inverse

PLAIN = 'event,field\r\na,"x, ""y"""\r\nb,"two\r\nlines"\r\nc,z'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (2, 'event,field\r\nb,"two\r\nlines"\r\nc,z'),
        (3, 'event,field\r\na,"x, ""y"""\r\nc,z'),
        (5, 'event,field\r\na,"x, ""y"""\r\nb,"two\r\nlines"\r\n'),
    ],
)
def test_a_row_goes_with_its_lines(line: int, expected: str) -> None:
    table = Table(PLAIN, "plan.csv")
    row = table.row_at(line)
    assert row is not None
    edits = table.remove([row])
    assert apply(PLAIN, edits) == expected
    assert apply(expected, inverse(PLAIN, edits)) == PLAIN


@pytest.mark.parametrize(
    ("value", "written"),
    [("w", "w"), ("a;b", '"a;b"'), ('say "x"', '"say ""x"""'), ("a,b", "a,b"), ("", "")],
)
def test_a_cell_is_quoted_where_it_must_be(value: str, written: str) -> None:
    text = "\ufeffa;b\n1;2\n"
    table = Table(text, "plan.csv")
    assert apply(text, table.set_cell(table.rows[1], 1, value)) == f"\ufeffa;b\n1;{written}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a,b\n"x,1\n', "f.csv:2:1: the quote that opens here is never closed"),
        ('a,b\n"x"y,1\n', "f.csv:2:4: something follows the quote in this cell"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(EditError) as caught:
        Table(text, "f.csv")
    assert caught.value.message == message


@given(st.integers(0, 2**40))
@settings(max_examples=300, deadline=None)
def test_random_tables_lose_only_the_rows_that_are_meant(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    delimiter, ending = chance.choice(",;\t"), chance.choice(("\n", "\r\n"))
    cells = ("a", "", "x y", f"p{delimiter}q", 'q"r', "two\nlines", "ü", " lead")
    rows = [["one", "two", "three"]]
    rows += [[chance.choice(cells) for _ in range(3)] for _ in range(chance.randrange(1, 8))]
    written = io.StringIO(newline="")
    quoting: Any = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC))
    csv.writer(written, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    text = chance.choice(("", "\ufeff")) + written.getvalue()
    text = text.removesuffix(ending) if chance.random() < 0.3 else text
    table = Table(text, "f.csv")
    gone = set(chance.sample(range(1, len(rows)), chance.randrange(1, len(rows))))
    edits = table.remove([table.rows[n] for n in sorted(gone)])
    after = apply(text, edits)
    reader = csv.reader(io.StringIO(after.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    assert [r for r in reader if r] == [row for n, row in enumerate(rows) if n not in gone]
    assert apply(after, inverse(text, edits)) == text
