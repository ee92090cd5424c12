"""What property files of dbt say of what goes: entries of columns and tables, and of nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

FILES = {
    "trackplan.yaml": "version: 1\ndialect: duckdb\ndbt: [.]\nuse_cases: [uses.yaml]\nconsumers: [sales.sql]\n",
    "uses.yaml": "use_cases:\n  - {id: sell, title: Sell, owner: ada@example.com, consumers: [query.sales]}\n",
    "sales.sql": "select id, region from stg_orders\n",
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
    "models/stg_orders.sql": """select
  id,
  meta ->> '$.region' as region,
  meta ->> '$.tier' as tier,
  coupon
from {{ source('raw', 'orders') }}
""",
    "models/files.yml": """version: 2
sources:
  - name: raw
    tables:
      - name: orders
        columns:
          - name: id
          - name: meta      # JSON
            data_type: json
          - name: coupon
  - name: other
    tables:
      - name: orders
        columns:
          - name: id
          - name: coupon
models:
  - name: stg_orders
    columns:
      - name: id
      - name: region
      - name: tier
      - name: coupon
  - name: stg_others
    columns:
      - name: coupon
""",
    "models/stg_others.sql": "select id, coupon from {{ source('other', 'orders') }}\n",
    "others.sql": "select id, coupon from stg_others\n",
}


def test_only_the_entries_of_what_goes_are_taken_out(tmp_path: Path, cli: Cli) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = tmp_path / "trackplan.yaml"
    settings.write_text(FILES["trackplan.yaml"].replace("[sales.sql]", "[sales.sql, others.sql]"), encoding="utf-8")
    done = cli("prune", "--today", "2026-11-01", cwd=tmp_path)
    assert done.code == 0, done.said
    found = json.loads((tmp_path / "proposals" / "proposals.json").read_text(encoding="utf-8"))["proposals"]
    diffs = {
        proposal["subjects"][0]["id"]: "\n".join(
            line for line in (tmp_path / "proposals" / f"{proposal['id']}.diff").read_text("utf-8").splitlines()
            if line.startswith(("-", "+")) and not line.startswith(("---", "+++"))
        )
        for proposal in found
        if (tmp_path / "proposals" / f"{proposal['id']}.diff").exists()
    }  # fmt: skip
    assert diffs["raw.orders.coupon"].splitlines() == [
        "-          - name: coupon",
        "-      - name: coupon",
        "-  meta ->> '$.tier' as tier,",
        "-  coupon",
        "+  meta ->> '$.tier' as tier",
    ]
    assert diffs["raw.orders.meta.tier"].splitlines() == ["-      - name: tier", "-  meta ->> '$.tier' as tier,"]
