"""`trackplan init`: write a commented trackplan.yaml that runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError


def run(folder: Path) -> int:
    """Write the files; refuses to overwrite any."""
    from trackplan.commands import initial
    from trackplan.counted import plural

    if not folder.is_dir():
        raise TrackplanError(f"there is no folder {base.printable(folder)}", "Create it first.")
    target = folder / base.PROJECT_FILE
    if os.path.lexists(target):
        raise TrackplanError(
            f"{base.printable(target)} exists already; init does not overwrite it",
            "Edit it, or move it away first.",
        )
    found = initial.look_around(folder)
    files = initial.files(found)
    written = [path for path in files if not os.path.lexists(folder / path)]
    for path in written:
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(files[path])
        except OSError as error:
            reason = (error.strerror or "it cannot be written").lower()
            raise TrackplanError(f"cannot write {base.printable(folder / path)}: {reason}") from error
    lines = [f"Wrote {base.printable(folder / path)}" for path in written]
    kinds = {"plan": found.plans, "dbt project": found.dbt, "folder": (*found.warehouse, *found.models)}
    seen = [plural(len(paths), noun) for noun, paths in kinds.items() if paths and noun != "folder"]
    sql = len(found.warehouse) + len(found.models) + len(found.consumers)
    seen += [plural(sql, "folder") + " of SQL"] if sql and not found.guessed else []
    if seen:
        lines.append(f"Found {', '.join(seen)}.")
    if found.guessed:
        lines.append("Found SQL in folders whose names do not tell what it is for. It is taken for models: say whose")
        lines.append("results people use under `consumers`.")
    elif not seen:
        lines.append("Found no plan and no SQL here; wrote a small example.")
    lines.append("Next: read the comments in trackplan.yaml, adapt it, and run `trackplan check`.")
    sys.stdout.write("\n".join(lines) + "\n")
    return ExitCode.CLEAN
