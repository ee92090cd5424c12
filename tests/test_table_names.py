"""One table under two names: what reads it by one of them uses what was declared under the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inside import used_by_id

PROJECT = """\
version: 1
dialect: snowflake
dbt: [dbt]
warehouse: [warehouse/*.sql]
consumers: [queries/*.sql]
"""
SOURCES = """\
version: 2
sources:
  - name: app
    schema: raw
    tables:
      - name: users
      - name: visits
"""
FILES = {
    "trackplan.yaml": PROJECT,
    "dbt/dbt_project.yml": "name: shop\nversion: '1'\nconfig-version: 2\n",
    "dbt/models/sources.yml": SOURCES,
    "dbt/models/people.sql": "select id, name from {{ source('app', 'users') }}\n",
    "queries/people.sql": "select name from people where id > 10\n",
    "warehouse/raw.sql": "create table lake.raw.users (id int, name text, phone text);\n",
}
ALL = {"id": True, "name": True, "phone": False}


@pytest.mark.parametrize("name", ["lake.raw.users", "raw.users", "users"])
def test_a_source_without_a_database_is_the_table_that_the_warehouse_has(tmp_path: Path, name: str) -> None:
    files = {**FILES, "warehouse/raw.sql": f"create table {name} (id int, name text, phone text);\n"}
    assert used_by_id(tmp_path, files) == {
        f"{'LAKE.' * ('lake' in name)}RAW.USERS.{k.upper()}": v for k, v in ALL.items()
    }


def test_a_table_without_a_database_is_the_source_that_names_one(tmp_path: Path) -> None:
    sources = SOURCES.replace("    schema: raw\n", "    schema: raw\n    database: lake\n")
    files = {
        **FILES,
        "dbt/models/sources.yml": sources,
        "warehouse/raw.sql": "create table raw.users (id int, name text, phone text);\n",
    }
    assert used_by_id(tmp_path, files) == {f"LAKE.RAW.USERS.{k.upper()}": v for k, v in ALL.items()}


def test_of_two_databases_nobody_can_say_which_one_a_source_is_in(tmp_path: Path) -> None:
    copies = "".join(f"create table {lake}.raw.users (id int, name text, phone text);\n" for lake in ("dev", "prod"))
    found = used_by_id(tmp_path, {**FILES, "warehouse/raw.sql": copies})
    assert found == {
        f"{lake}.RAW.USERS.{name}": value
        for lake in ("DEV", "PROD")
        for name, value in (("ID", None), ("NAME", None), ("PHONE", False))
    }


def test_a_seed_is_the_source_of_the_same_name(tmp_path: Path) -> None:
    files = {**FILES, "dbt/seeds/users.csv": "id,name,phone\n1,Ada,5\n", "warehouse/raw.sql": "-- nothing yet\n"}
    assert used_by_id(tmp_path, files) == {f"RAW.USERS.{k.upper()}": v for k, v in ALL.items()}


def test_tables_of_other_schemas_stay_apart(tmp_path: Path) -> None:
    both = "create table raw.users (id int, name text);\ncreate table crm.users (id int, name text);\n"
    found = used_by_id(tmp_path, {**FILES, "warehouse/raw.sql": both})
    assert found == {"CRM.USERS.ID": False, "CRM.USERS.NAME": False, "RAW.USERS.ID": True, "RAW.USERS.NAME": True}


def test_a_table_of_no_schema_stays_apart_where_another_says_what_is_in_the_source(tmp_path: Path) -> None:
    both = "create table raw.users (id int, name text);\ncreate table users (id int, age int);\n"
    found = used_by_id(tmp_path, {**FILES, "warehouse/raw.sql": both})
    assert found == {"RAW.USERS.ID": True, "RAW.USERS.NAME": True, "USERS.AGE": False, "USERS.ID": False}


def test_a_table_that_lacks_what_is_said_of_a_source_is_another(tmp_path: Path) -> None:
    sources = SOURCES.replace("      - name: users\n", "      - name: users\n        columns: [{name: name}]\n")
    files = {**FILES, "dbt/models/sources.yml": sources, "warehouse/raw.sql": "create table users (id int, age int);\n"}
    found = used_by_id(tmp_path, files)
    assert found == {"RAW.USERS.ID": True, "RAW.USERS.NAME": True, "USERS.AGE": False, "USERS.ID": False}


def test_tables_with_other_columns_are_two(tmp_path: Path) -> None:
    both = "create table raw.users (id int, name text);\ncreate table lake.raw.users (id int, age int);\n"
    found = used_by_id(tmp_path, {**FILES, "warehouse/raw.sql": both})
    assert found["RAW.USERS.NAME"] is True
    assert "RAW.USERS.AGE" not in found
    assert found["LAKE.RAW.USERS.AGE"] is False


def test_sources_of_two_systems_stay_apart(tmp_path: Path) -> None:
    sources = f"{SOURCES}  - name: crm\n    schema: \"{{{{ var('crm', 'crm') }}}}\"\n    tables: [{{name: users}}]\n"
    files = {**FILES, "dbt/models/sources.yml": sources, "warehouse/raw.sql": "-- nothing\n"}
    files["dbt/models/crm.sql"] = "select score from {{ source('crm', 'users') }}\n"
    found = used_by_id(tmp_path, files)
    assert found == {"CRM.USERS.SCORE": False, "RAW.USERS.ID": True, "RAW.USERS.NAME": True}


def test_a_model_that_is_made_from_a_source_is_another_table(tmp_path: Path) -> None:
    files = {
        **FILES,
        "warehouse/raw.sql": "-- nothing\n",
        "dbt/models/sources.yml": ELSEWHERE,
        "dbt/models/stg_users.sql": "select id, name, phone from {{ source('app', 'users') }}\n",
        "dbt/models/users.sql": "select id, name, phone from {{ ref('stg_users') }}\n",
        "dbt/models/people.sql": "select id, name from {{ ref('users') }}\n",
    }
    assert used_by_id(tmp_path, files) == {f"APP.USERS.{k.upper()}": v for k, v in ALL.items()}


ELSEWHERE = SOURCES.replace("schema: raw", 'schema: "{{ target.schema }}"')


def test_the_schema_of_a_source_may_rest_on_variables(tmp_path: Path) -> None:
    sources = SOURCES.replace("schema: raw", "schema: \"{{ var('app_schema', 'raw') }}\"")
    assert used_by_id(tmp_path / "default", {**FILES, "dbt/models/sources.yml": sources}) == {
        f"LAKE.RAW.USERS.{k.upper()}": v for k, v in ALL.items()
    }
    files = {**FILES, "dbt/models/sources.yml": sources}
    files["dbt/dbt_project.yml"] += "vars: {app_schema: crm}\n"
    files["warehouse/raw.sql"] = "create table crm.users (id int, name text, phone text);\n"
    assert used_by_id(tmp_path / "set", files) == {f"CRM.USERS.{k.upper()}": v for k, v in ALL.items()}


def test_a_source_of_a_schema_that_nobody_knows_may_be_any_table_of_its_name(tmp_path: Path) -> None:
    files = {**FILES, "dbt/models/sources.yml": ELSEWHERE}
    assert used_by_id(tmp_path / "one", files) == {f"LAKE.RAW.USERS.{k.upper()}": v for k, v in ALL.items()}
    files["warehouse/raw.sql"] = (
        "create table raw.users (id int, name text, phone text);\ncreate table crm.users (id int, name text);\n"
    )
    found = used_by_id(tmp_path / "two", files)
    assert found["CRM.USERS.NAME"] is None
    assert found["RAW.USERS.NAME"] is None
    assert found["RAW.USERS.PHONE"] is False


def test_a_source_of_a_schema_that_nobody_knows_may_be_a_model(tmp_path: Path) -> None:
    files = {
        **FILES,
        "dbt/models/sources.yml": ELSEWHERE.replace("users", "accounts"),
        "dbt/models/accounts.sql": "select id, name, phone from raw.users\n",
        "dbt/models/people.sql": "select id, name from {{ source('app', 'accounts') }}\n",
    }
    found = used_by_id(tmp_path, files)
    assert {k: v for k, v in found.items() if "USERS" in k} == {
        "LAKE.RAW.USERS.ID": None,
        "LAKE.RAW.USERS.NAME": None,
        "LAKE.RAW.USERS.PHONE": False,
    }


def test_another_name_for_a_table_of_a_schema_that_nobody_knows_may_mean_it(tmp_path: Path) -> None:
    files = {**FILES, "dbt/models/sources.yml": ELSEWHERE, "warehouse/raw.sql": "create table other (id int);\n"}
    files["queries/direct.sql"] = "select phone from prod.users\n"
    found = used_by_id(tmp_path, files)
    assert found["APP.USERS.PHONE"] is True
