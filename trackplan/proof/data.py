"""Made-up rows for tables, the same for the same seed, in which joins match and filters let some rows through."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from trackplan.proof.values import Pool, cell, make

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from trackplan.proof.shapes import Shape

PLAIN, TWINS, FEW, SAMPLE = (1, 2, 3), 4, 5, 7
"""Seeds of data sets. In one, every row has a twin, so that what tells rows apart can be seen to matter (in DISTINCT,
GROUP BY, UNION); in another, each column has two values, so that rows of different tables meet; the last has the rows
that the user gave."""


def fill(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[tuple[str, Shape]],
    pool: Pool,
    seed: int,
    count: int,
) -> None:
    """Fill a table with about `count` rows. `columns` are all that it has, in their order."""
    chance = Random(f"{seed} {table}")
    few = [[make(shape, chance, pool) for _ in range(2)] for _, shape in columns] if seed == FEW else []
    quoted = ".".join(f'"{part}"' for part in table.split("."))
    kinds = [str(kind) for kind in connection.table(quoted).types]
    rows = []
    for index in range(count + chance.randrange(5)):
        # A column called id tells rows apart; the others repeat.
        values = [
            index + 1
            if name.lower() == "id" and shape.kind == "integer"
            else (chance.choice(few[at]) if few else make(shape, chance, pool))
            for at, (name, shape) in enumerate(columns)
        ]
        items = ", ".join(
            cell(value, shape, kind) for value, (_, shape), kind in zip(values, columns, kinds, strict=True)
        )
        rows += [f"({items})"] * (2 if seed == TWINS else 1)
    connection.execute(f"INSERT INTO {quoted} VALUES {', '.join(rows)}")
