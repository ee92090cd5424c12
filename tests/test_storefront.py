"""The storefront example: it runs, it is as large as its README says, and its findings are the expected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tests import storefront_data

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        storefront_data.create(connection)
        storefront_data.load(connection)
        storefront_data.build(connection)
        yield connection


@pytest.mark.parametrize("consumer", storefront_data.consumers())
def test_every_consumer_returns_rows(shop: duckdb.DuckDBPyConnection, consumer: str) -> None:
    assert shop.execute(storefront_data.consumers()[consumer]).fetchall()


def test_every_table_and_model_has_rows(shop: duckdb.DuckDBPyConnection) -> None:
    names = shop.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    empty = [name for (name,) in names if shop.execute(f"select 1 from {name} limit 1").fetchone() is None]
    assert not empty
    assert len(names) == 31 + 36, "the README speaks of 31 tables and 36 models"
