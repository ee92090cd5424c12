"""Tables in every format; the list of formats is complete."""

from __future__ import annotations

import json

from tests.sample import FILES, Files, report
from trackplan.formats import NAMES, renderer, table


def test_every_format_ends_its_last_line() -> None:
    for name in NAMES:
        assert renderer(name)(report(), Files(FILES)).endswith("\n"), name


def test_aligned_columns() -> None:
    said = table.aligned(("name", "n"), [("a", 1), ("long\x1b", 20), (None, None)])
    assert said == "name       n\n--------  --\na          1\nlong\\x1b  20\n\n".replace("\n\n", "\n\n")


def test_long_cells_are_cut() -> None:
    assert table.aligned(("x",), [("y" * 99,)], longest=10).splitlines()[-1] == "y" * 9 + "…"


def test_csv_is_no_formula() -> None:
    cells = ["=1+1", "+1", "-1", "@x", "\tx", "plain", 'with "quotes"', None, True, 3, -3, b"\x00"]
    said = table.as_csv(["=head"], [[cell] for cell in cells])
    assert said.splitlines() == [
        "'=head", "'=1+1", "'+1", "'-1", "'@x", "'\\tx", "plain", '"with ""quotes"""', '""', "true", "3", "-3", "x'00'"
    ]  # fmt: skip


def test_json_takes_whatever_sqlite_gives() -> None:
    said = json.loads(table.as_json({"rows": [[b"\x01", float("inf"), None, 1.5]]}))
    assert said == {"rows": [["01", "inf", None, 1.5]]}
