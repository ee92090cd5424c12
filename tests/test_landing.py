"""Where fields land, and that no spelling of a loader makes a used field look unused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml

from trackplan import pipeline, project

EMAIL = {"identify": {"traits": {"email": "string"}}}
URL = {"context": {"page": {"type": "object", "properties": {"url": "string"}}}}
SEGMENT = {"convention": "segment", "schema": "raw.web"}
JSON = {"convention": "json-column", "table": "events", "column": "properties"}
ADDRESS = {"type": "object", "properties": {"city": "string"}}
PRODUCTS = {"type": ["array", "string"], "items": {"type": "object", "properties": {"sku": "string"}}}

# The fields of an event `Done`, other parts of the plan, the landing, the warehouse, a query, and the field it uses.
CASES: dict[str, tuple[object, Mapping[str, object], Mapping[str, object], str, str, str]] = {
    "digits": ({"item2Name": "string"}, {}, SEGMENT, "", "select item_2_name from raw.web.done", "web/Done.item2Name"),
    "acronym": ({"iOSName": "string"}, {}, SEGMENT, "", "select ios_name from raw.web.done", "web/Done.iOSName"),
    "object kept whole": ({"to": ADDRESS}, {}, SEGMENT, "", 'select "to" from raw.web.done', "web/Done.to.city"),
    "object as JSON": (
        {"addr": ADDRESS}, {}, SEGMENT, "create table raw.web.done(addr json);",
        "select addr ->> '$.city' as city from raw.web.done", "web/Done.addr.city",
    ),
    "array or text": (
        {"items": PRODUCTS}, {}, SEGMENT, "", "select json_extract(items, '$[0].sku') from raw.web.done",
        "web/Done.items.sku",
    ),
    "view without duplicates": (
        {"a": "string"}, {}, SEGMENT, "create table raw.web.done(a text);", "select a from raw.web.done_view",
        "web/Done.a",
    ),
    "trait in the context": (
        {"a": "string"}, EMAIL, SEGMENT,
        "create table raw.web.users(email text); create table raw.web.done(context_traits_email text);",
        "select context_traits_email from raw.web.done", "web/$identify.email",
    ),
    "trait in the context, no warehouse": (
        {"a": "string"}, EMAIL, SEGMENT, "",
        "select context_traits_email from raw.web.done; select id from raw.web.users", "web/$identify.email",
    ),
    "context of an event in no plan": (
        {"a": "string"}, URL, SEGMENT,
        "create table raw.web.done(context_page_url text); create table raw.web.other(context_page_url text);",
        "select context_page_url from raw.web.other", "web/$context.page.url",
    ),
    "table of the same name elsewhere": (
        {"a": "string"}, {}, JSON, "create table x.events(properties json); create table y.events(properties json);",
        "select properties ->> '$.a' as a from y.events", "web/Done.a",
    ),
    "named column of several tables": (
        {"a": {"type": "string", "column": "orders.a"}}, {}, SEGMENT,
        "create table x.orders(a text); create table y.orders(a text);", "select a from y.orders", "web/Done.a",
    ),
    "no ASCII letters": (
        {"名前": "string"}, {}, SEGMENT, "", 'select "名前" from raw.web.done', 'web/Done."名前"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_field_that_a_query_uses_is_never_unused(name: str, tmp_path: Path) -> None:
    fields, rest, landing, ddl, query, used = CASES[name]
    plan = {"trackplan": 1, "name": "web", **rest, "events": {"Done": {"properties": fields}}}
    settings: dict[str, object] = {"version": 1, "dialect": "duckdb", "plans": ["plan.yaml"], "consumers": ["q.sql"]}
    settings["landing"] = [{"plan": "web", **landing}]
    if ddl:
        settings["warehouse"] = ["ddl.sql"]
        (tmp_path / "ddl.sql").write_text(ddl, encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    (tmp_path / "q.sql").write_text(query, encoding="utf-8")
    (tmp_path / "trackplan.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with pipeline.build(project.load(tmp_path / "trackplan.yaml"), date(2026, 1, 1)) as base:
        rows = base.fetch("SELECT f.id, s.used FROM field f JOIN field_status s ON s.field = f.key")
        found = {str(id_): verdict for id_, verdict in rows}
        notes = [str(text) for (text,) in base.fetch("SELECT text FROM note")]
    assert found[used] != 0
    told = any("TP504 cannot tell" in note for note in notes)
    assert told == (landing is JSON), "whoever cannot judge says so"
