"""The storefront example in DuckDB: its tables, a year of invented rows, its models, its consumers' queries.

Every value comes from a hash of its table, column and row number: the same on every machine and every day.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

ROOT = Path(__file__).resolve().parent.parent / "examples" / "storefront"
TEMPLATED = frozenset({"queries/scheduled/stock_alert.sql"})
"""Queries that their tool fills in; they cannot be run as they stand."""

_ROWS = {"products": 40, "promotions": 8, "customers": 90, "groups": 60, "inventory": 80}
_START = datetime(2026, 1, 1, 8)
_SKUS = tuple(f"S-{n:03}" for n in range(40))
_CATEGORIES = ("boots", "tents", "packs", "stoves")
_CURRENCIES = ("EUR", "EUR", "EUR", "GBP", "SEK")
_CAMPAIGNS = ("spring", "summer", "autumn", "winter", "boots-week", "tent-days", "club", "outlet")
_COUPONS = ("HELLO10", "CLUB5", "TENT20", "BOOTS15")
_PAYMENTS = ("card", "invoice", "wallet")
_REASONS = ("size", "quality", "late", "other")

# Allowed values by column name; None stands for a missing value.
_CHOICES: dict[str, tuple[object, ...]] = {
    "action": ("view", "add"),
    "address_city": ("Turku", "Galway", "Lyon", "Malmo", "Bath", None),
    "address_country": ("FI", "IE", "FR", "SE", "GB", None),
    "address_postcode": ("20100", "H91", "69001", "21119", "BA1"),
    "attempt": (1, 2, 3, 4),
    "brand": ("Fell", "Norrsken", "Corrie", "Vidda"),
    "campaign": _CAMPAIGNS,
    "carrier": ("Posti", "DHL", "Evri"),
    "category": _CATEGORIES,
    "channel": ("web", "app", "phone"),
    "context_campaign_medium": ("cpc", "email", "social"),
    "context_campaign_name": (*_CAMPAIGNS, None),
    "context_campaign_source": ("search", "newsletter", "photos", None, None),
    "context_page_path": ("/", "/boots", "/tents", "/cart", "/help"),
    "context_page_referrer": ("https://news.example", "https://maps.example", None),
    "country": ("FI", "IE", "FR", "SE", "GB"),
    "coupon": (*_COUPONS, None, None),
    "currency": _CURRENCIES,
    "customer_type": ("private", "club", "trade"),
    "error_code": ("no_funds", "expired", "3ds_failed"),
    "in_stock": (True, True, False, None),
    "marketing_consent": (True, True, False),
    "newsletter": (True, True, False),
    "page_group": ("home", "list", "product", "checkout", "help"),
    "page_number": (1, 2, 3, 4, 5, 6),
    "payment_method": _PAYMENTS,
    "placement": ("footer", "popup", "checkout"),
    "price": (19.5, 49.0, 89.9, 129.0, 240.0),
    "product_id": tuple(f"P-{n:03}" for n in range(40)),
    "query": ("boots", " Tent", "stove ", "rain jacket", "compass", None),
    "reason": _REASONS,
    "result_count": (0, 0, 3, 12, 48, 96),
    "satisfaction": (1, 2, 3, 4, 5, None),
    "shipping_method": ("post", "courier", "store"),
    "sku": _SKUS,
    "sort_order": ("relevance", "price", "newest"),
    "status": ("paid", "sent", "sent", "returned", "cancelled"),
    "step": (1, 2, 3, 4),
    "step_name": ("address", "shipping", "payment", "confirm"),
    "topic": ("delivery", "return", "size", "payment"),
    "vat_rate": (0.255, 0.23, 0.2),
    "warehouse_code": ("TKU", "GOT"),
}
# Ids by column name: a prefix and how many there are.
_IDS = {
    "anonymous_id": ("a", 60),
    "cart_id": ("k", 300),
    "context_ip": ("10.0.0.", 25),
    "context_user_agent": ("browser ", 4),
    "customer_id": ("c", 90),
    "group_id": ("g", 12),
    "list_id": ("l", 9),
    "order_id": ("o", 200),
    "user_id": ("c", 90),
}
# Columns that number their rows, so that joins on them do not multiply.
_SERIAL = frozenset({"orders.order_id", "order_completed.order_id", "order_refunded.order_id", "customers.customer_id",
                     "order_completed.cart_id", "shipments.order_id", "products.product_id", "products.sku",
                     "promotions.campaign"})  # fmt: skip
_PAIRED = frozenset({"product_viewed", "product_added", "product_removed"})


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the DDL files in the order of their names."""
    for path in sorted((ROOT / "warehouse").glob("*.sql")):
        connection.execute(path.read_text(encoding="utf-8"))


def load(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill every table that the DDL made with rows that belong together."""
    for number, (schema, table) in enumerate(_tables(connection)):
        columns: list[tuple[str, str]] = connection.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? "
            "order by column_index",
            [schema, table],
        ).fetchall()
        count = _ROWS.get(table, 100)
        rows = [[_value(number, table, c, t, row) for c, t in columns] for row in range(count)]
        marks = ", ".join("(" + ", ".join("?" * len(columns)) + ")" for _ in rows)
        connection.execute(f"insert into {schema}.{table} values {marks}", [v for row in rows for v in row])


def models() -> Iterator[tuple[str, str]]:
    """Name and SELECT of every model, each after those that it reads; dbt's references are filled in."""
    files = [*ROOT.glob("models/**/*.sql"), *ROOT.glob("transform/models/**/*.sql")]
    waiting = {path.stem: _rendered(path.read_text(encoding="utf-8")) for path in sorted(files)}
    while waiting:
        words = {name: set(re.findall(r"\w+", _code(text))) for name, text in waiting.items()}
        ready = [name for name in waiting if not (words[name] - {name}) & waiting.keys()]
        if not ready:
            raise ValueError("models read each other in a circle: " + ", ".join(waiting))
        for name in ready:
            yield name, waiting.pop(name)


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """Make or make again every model as a table of its name."""
    for name, text in models():
        connection.execute(f"create or replace table {name} as {text}")


def consumers() -> dict[str, str]:
    """The query of every consumer that can be run, by the consumer's id."""
    found = {}
    for folder, kind in (("dashboards", "dashboard"), ("queries", "query"), ("syncs", "sync")):
        for path in sorted((ROOT / folder).glob("**/*.sql")):
            if path.relative_to(ROOT).as_posix() not in TEMPLATED:
                name = path.relative_to(ROOT / folder).with_suffix("").as_posix()
                found[f'{kind}."{name}"'] = path.read_text(encoding="utf-8")
    found["exposure.support_staffing"] = "select * from fct_support_load"
    return found


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    query = "select schema_name, table_name from duckdb_tables() where schema_name <> 'main' order by all"
    return connection.execute(query).fetchall()


def _code(text: str) -> str:
    return re.sub(r"--[^\n]*", "", text)


def _rendered(text: str) -> str:
    text = re.sub(r"\{\{\s*source\('helpdesk',\s*'(\w+)'\)\s*\}\}", r"shop.\1", text)
    return re.sub(r"\{\{\s*ref\('(\w+)'\)\s*\}\}", r"\1", text)


def _value(number: int, table: str, column: str, kind: str, row: int) -> Any:
    """One cell. `number` tells tables apart where times must not meet."""
    if f"{table}.{column}" in _SERIAL:
        return _serial(table, column, row)
    if column == "id":
        return _event_row_id(table, row)
    if column == "event":
        return _event_name(table, row)
    if kind == "JSON":
        return _json(table, column, row)
    if column in ("product_id", "sku") and table in _PAIRED:
        return _CHOICES[column][_draw(table, "product", row, 40)]
    if column in _IDS:
        prefix, size = _IDS[column]
        spread = size + 20 if table == "products_searched" else size
        draw = _draw(table, column, row, spread)
        return None if column == "user_id" and draw % 7 == 0 else f"{prefix}{draw:03}"
    if f"{table}.{column}" == "identifies.email" and row % 3 == 0:
        return None
    if column in _CHOICES and not (column == "price" and kind == "VARCHAR"):
        choices = _CHOICES[column]
        return choices[_draw(table, column, row, len(choices))]
    return _by_type(number, table, column, kind, row)


def _serial(table: str, column: str, row: int) -> str:
    if column in _CHOICES:
        return str(_CHOICES[column][row])
    step = 7 if table in ("order_completed", "order_refunded") else 1  # another order than the books have
    return f"{_IDS[column][0]}{row * step % 200:03}"


def _event_row_id(table: str, row: int) -> str:
    """Tracks repeats ids of other tables, and has some that were lost there."""
    if table != "tracks":
        return f"{table}-{row:03}"
    known = ("order_completed", "cart_viewed", "product_viewed", "lost")
    return f"{known[row % 4]}-{row:03}"


def _event_name(table: str, row: int) -> str:
    if table == "events":
        return ("Onboarding Step Viewed", "Barcode Scanned", "Push Opened")[row % 3]
    return ("Order Completed", "Cart Viewed", "Product Viewed", "Ghost")[row % 4] if table == "tracks" else table


def _json(table: str, column: str, row: int) -> str:
    def draw(name: str, size: int) -> int:
        return _draw(table, f"{column}.{name}", row, size)

    value: object
    if column == "filters":
        value = [{"type": ("brand", "size", "colour")[draw("type", 3)], "value": f"v{draw('value', 9)}"}]
    elif column == "field_errors":
        value = [("postcode", "phone", "email")[draw("error", 3)]]
    elif column == "products":
        value = [{"sku": _SKUS[draw("sku", 40)], "quantity": 1 + draw("q", 5), "price": 9.5, "position": draw("p", 5)}]
    elif column == "traits":
        value = {"plan": ("free", "club")[draw("plan", 2)]}
    elif column == "context":
        value = {"os": ("ios", "android")[draw("os", 2)], "model": f"m{draw('model', 9)}"}
    elif row % 3 == 0:
        step = draw("step", 5)
        value = {"step": step, "step_name": f"page {step}", "skipped": draw("skip", 2) == 0, "animation": "fade",
                 "build": f"4.{draw('build', 6)}"}  # fmt: skip
    elif row % 3 == 1:
        store = {"store_id": f"store {draw('store', 4)}", "distance_m": draw("distance", 900)}
        value = {"sku": _SKUS[draw("sku", 40)], "scan_ms": draw("ms", 900), "store": store, "build": "4.2"}
    else:
        value = {"campaign": _CAMPAIGNS[draw("campaign", 8)], "build": "4.1"}
    return json.dumps(value)


def _by_type(number: int, table: str, column: str, kind: str, row: int) -> Any:
    draw = _draw(table, column, row, 1000)
    if kind == "TIMESTAMP":
        return _time(number, table, column, row, draw)
    if kind == "DATE":
        return (_START + timedelta(days=150 + draw % 150 if column == "ends_on" else draw % 150)).date()
    if kind == "BOOLEAN":
        return draw % 2 == 0
    if kind == "INTEGER":
        return 1 + draw % (5 if column in ("quantity", "rating", "position") else 300)
    if kind.startswith("DECIMAL"):
        return (1 + draw % 9000) / 100
    if kind.startswith("STRUCT"):
        return {"weight_grams": 500 + 5 * draw, "hazmat": draw % 9 == 0}
    return f"{column} {draw % 50}"


def _time(number: int, table: str, column: str, row: int, draw: int) -> datetime | None:
    """A time of the year that no two rows share; later columns of a row come later."""
    when = _START + timedelta(minutes=1500 * row + 7 * _draw(table, "minute", row, 200), microseconds=1000 * number)
    if column in ("received_at", "solved_at"):
        return when + timedelta(seconds=draw % 90)
    if column == "delivered_at":
        return None if draw % 8 == 0 else when + timedelta(hours=20 + draw % 90)
    return when


def _draw(table: str, column: str, row: int, size: int) -> int:
    digest = hashlib.blake2b(f"{table}.{column}.{row}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % size
