"""Seeds of dbt: tables that are filled from CSV files, whose first lines name the columns."""

from __future__ import annotations

import csv

from trackplan import names
from trackplan.facts.declared import Column
from trackplan.findings import Place


def columns(text: str, path: str, dialect: str) -> tuple[Column, ...]:
    """The columns that the first line of a CSV file names, each with its place there."""
    header = text.partition("\n")[0].rstrip("\r")
    try:
        titles = next(csv.reader([header], delimiter=max(",;\t", key=header.count)), [])
    except csv.Error:
        titles = []
    found: list[Column] = []
    at = 0
    for title in titles:
        at = max(header.find(title, at), 0)
        place = Place(path, 1, at + 1, 1, at + len(title) + 1)
        found.append(Column(names.fold(title.strip(), False, dialect), place))
        at += len(title)
    return tuple(found)
