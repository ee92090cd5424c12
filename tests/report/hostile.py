"""A project whose every text tries to break out of the report, and a query with somebody's address in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from pathlib import Path

EMAIL = "jane.planted@private.example"
SCRIPT = "</script><img src=x onerror=hacked()><script>hacked()</script>"
ATTRIBUTE = "\" onmouseover='hacked()' x="
FORMULA = '=HYPERLINK("http://evil.example")'
STEERING = "\u202egnihtyna\u2066\u200b"
ESCAPE = "\x1b[31mred\x1b]0;title\x07"
MARKDOWN = "[click](javascript:hacked()) ![x](http://evil.example/x.png) | <b>bold</b> `code`"
TEXTS = (SCRIPT, ATTRIBUTE, FORMULA, STEERING, MARKDOWN, "+1+1", "-1+1", "@SUM(1)", "{{ 7*7 }}", "${7*7}")


def write(folder: Path) -> Path:
    """The project in a folder."""
    files = {
        "trackplan.yaml": {
            "version": 1,
            "dialect": "duckdb",
            "plans": ["plan.yaml"],
            "use_cases": ["use_cases.yaml"],
            "warehouse": ["warehouse.sql"],
            "models": ["models/*.sql"],
            "consumers": ["dashboards/*.sql"],
            "landing": [{"plan": "web", "convention": "segment", "schema": "raw"}],
        },
        "plan.yaml": {
            "trackplan": 1,
            "name": "web",
            "owner": SCRIPT,
            "events": {
                "Order Done": {
                    "description": MARKDOWN,
                    "destinations": [SCRIPT, FORMULA],
                    "properties": {
                        "email": {"type": "string", "sensitivity": "personal", "description": STEERING},
                        **{text: {"type": "string", "description": text} for text in TEXTS},
                    },
                }
            },
        },
        "use_cases.yaml": {
            "use_cases": [
                {
                    "id": "case",
                    "title": SCRIPT,
                    "owner": FORMULA,
                    "stage": ATTRIBUTE,
                    "outcome": {"metric": MARKDOWN, "goal": FORMULA, "moves": STEERING},
                    "needs": [
                        {"field": "Order Done.email", "why": SCRIPT},
                        {"field": "Order Done.gone", "why": FORMULA},
                    ],
                    "consumers": ["dashboard.*", "dashboard.missing"],
                }
            ]
        },
    }
    for name, document in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    queries = {
        "warehouse.sql": 'create table raw.order_done (email text, anonymous_id text, "=1+1" text, '
        '"<script>hacked()</script>" text, city text);',
        "models/orders.sql": f"select email, city, '{EMAIL}' as tester, \"=1+1\" from raw.order_done "
        f"where email <> '{EMAIL}'",
        "models/unnamed.sql": f"select '{EMAIL}', cast('{EMAIL}' as text), lower('{EMAIL}'), email || '{EMAIL}' "
        "from raw.order_done",
        "models/choice.sql": f"select case city when '{EMAIL}' then 1 end as one, list_value('{EMAIL}') as many "
        f"from raw.order_done qualify row_number() over (order by city = '{EMAIL}') = 1",
        "dashboards/models.sql": "select * from unnamed, choice",
        "dashboards/sales.sql": f"-- for {EMAIL}\nselect count(*), max(email), '{EMAIL}' from orders "
        f"where city = '{EMAIL}' or email like '%{EMAIL}%' group by '{EMAIL}'",
        "dashboards/broken.sql": f"select ('{EMAIL}' from raw.order_done where '{EMAIL}' ((",
        "dashboards/unknown.sql": f"select nothing, '{EMAIL}' from raw.order_done where x = '{EMAIL}'",
        "dashboards/star.sql": f"select *, '{EMAIL}' from raw.order_done",
    }
    for name, text in queries.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
