"""Exported columns (CSV) and dbt projects."""

from __future__ import annotations

from tests.bad_input.documents import NESTED
from tests.bad_input.files import other_bytes
from tests.bad_input.sound import (
    CSV,
    DBT,
    DBT_FOLDER,
    HUGE,
    PROJECT,
    SOUND,
    Case,
    change,
    dangling,
    data,
    folder,
    grown,
    missing,
    outside,
    recode,
    text,
)

THREE = (CSV, DBT, DBT_FOLDER)
HEAD = "table_schema,table_name,column_name,data_type\n"
MODEL = "transform/models/accounts.sql"

CASES = [Case("binary", f, data(bytes(range(256)) * 64), (1, 2)) for f in THREE]
CASES += [Case("invalid UTF-8", f, recode(lambda b: b + b"# caf\xe9\n"), (1, 2)) for f in THREE]
CASES += [Case("BOM and CRLF", f, recode(other_bytes), (0,), silent=True) for f in (*THREE, MODEL)]
CASES += [Case("empty", f, text(""), (0, 1, 2)) for f in (*THREE, MODEL)]
CASES += [Case("folder", f, folder, (0, 1, 2)) for f in THREE]
CASES += [Case("missing", f, missing, (0, 1, 2)) for f in THREE]
CASES += [Case("dangling link", f, dangling, (0, 1, 2)) for f in (CSV, DBT)]
CASES += [Case("link out of the project", f, outside, (0, 1, 2)) for f in (*THREE, MODEL)]
CASES += [Case("50 MB", CSV, grown("crm,accounts_raw,id,varchar"), (1, 2)), Case("50 MB", DBT, grown("# more"), (1, 2))]

CSVS = {
    "no header": "crm,accounts_raw,id,varchar\n",
    "a header only": HEAD,
    "an open quote": HEAD + 'crm,"accounts_raw,id,varchar\n',
    "a cell without end": HEAD + "crm,accounts_raw,id," + "x" * (HUGE // 10) + "\n",
    "too few cells": HEAD + "crm,accounts_raw\n",
    "too many cells": HEAD + "crm,accounts_raw,id,varchar,a,b,c\n",
    "empty names": HEAD + ",,,\n,a,,\n",
    "a title twice": "table_schema,table_name,column_name,column_name,data_type\ncrm,a,b,c,d\n",
    "a column twice": HEAD + "crm,accounts_raw,id,varchar\n" * 2,
    "an ordinal that is none": HEAD.replace("data_type", "data_type,ordinal_position") + "crm,a,b,varchar,first\n",
    "an ordinal of 5,000 digits": HEAD.replace("data_type", "data_type,ordinal_position") + f"crm,a,b,c,{'9' * 5000}\n",
    "nested types": HEAD + f'crm,a,b,"{"struct(a " * 3000}int{")" * 3000}"\n',
    "many columns": HEAD + "".join(f"crm,t{n % 100},c{n},int\n" for n in range(20_000)),
}
CASES += [Case(t, CSV, text(c), (0, 1, 2)) for t, c in CSVS.items()]

SHARED = ("alias bomb", "nested flow lists", "a tab", "a tag of Python", "a word", "a list", "two documents")
CASES += [Case(t, DBT_FOLDER, text(NESTED[t]), (2,)) for t in SHARED]
# A YAML file in a dbt project that has none of dbt's keys is no property file.
CASES += [Case(t, DBT, text(NESTED[t]), (0,) if t in ("a word", "a list") else (2,)) for t in SHARED]
DBTS = {
    "a name that is a list": "version: 2\nmodels:\n  - name: [a]\n",
    "columns that are text": "version: 2\nmodels:\n  - {name: accounts, columns: hello}\n",
    "models that are a mapping": "version: 2\nmodels: {name: accounts}\n",
    "a source twice": SOUND[DBT].replace("models:", "  - {name: crm, tables: [{name: accounts_raw}]}\nmodels:"),
    "an exposure of nothing": "exposures:\n  - {name: x, type: dashboard, depends_on: [ref('nowhere')]}\n",
    "an exposure of code": "exposures:\n  - {name: x, type: dashboard, depends_on: ['{{ 10**9 }}', \"ref(\", 7]}\n",
    "null everywhere": "version:\nsources:\nmodels:\nexposures:\n",
    "a column without a name": "version: 2\nmodels:\n  - {name: accounts, columns: [{description: x}, 7, null]}\n",
}
CASES += [Case(t, DBT, text(c), (0, 1, 2)) for t, c in DBTS.items()]
JINJA = {
    "a loop without end": "{% for x in range(10**10) %}{{ x }}{% endfor %}",
    "a way out": "select {{ ''.__class__.__mro__[1].__subclasses__() }} as id",
    "the environment": "select '{{ env_var(\"HOME\") }}' as id",
    "an open tag": "select {{ ref('accounts as id",
    "nested tags": "{{ " * 10_000,
    "an include": "{% include '/etc/passwd' %}",
    "itself": "select id from {{ ref('accounts') }}",
    "a reference to nothing": "select id from {{ ref('nowhere') }}",
}
CASES += [Case(t, MODEL, text(c + "\n"), (0, 1, 2)) for t, c in JINJA.items()]
CASES += [
    Case("a dbt folder outside", PROJECT, change("[transform/]", "[../transform/]"), (2,), located=True),
    Case("a dbt folder that is missing", PROJECT, change("[transform/]", "[nowhere/]"), (1, 2), located=True),
    Case("paths that leave", DBT_FOLDER, text("name: crm\nmodel-paths: ['../..', '/etc']\n"), (0, 1, 2)),
]
