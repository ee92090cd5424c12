"""The command line in this process: quicker than one of its own, with the same bytes and exit codes."""

from __future__ import annotations

import atexit
import io
import json
import os
import shutil
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from trackplan import running

if TYPE_CHECKING:
    from collections.abc import Mapping


class Ended(NamedTuple):
    """How a command ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


@cache
def _cache() -> str:
    """A cache for all that this process runs."""
    folder = tempfile.mkdtemp(prefix="trackplan-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def trackplan(*arguments: str, cwd: Path) -> Ended:
    """Run `trackplan ARGUMENTS` in a folder."""
    out, err = io.StringIO(), io.StringIO()
    ours = patch.dict(os.environ, {"TRACKPLAN_CACHE_DIR": _cache(), "COLUMNS": "100", "NO_COLOR": "1"})
    with ours, chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        code = running.run(list(arguments))
    return Ended(code, out.getvalue(), err.getvalue())


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, and give the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Path(os.fspath(folder))


def inventory(folder: Path, files: Mapping[str, str], *options: str) -> list[dict[str, Any]]:
    """The rows of the inventory of a project, of which these files are written first."""
    ended = trackplan("inventory", "--format", "json", *options, cwd=write(folder, files))
    assert ended.code == 0, ended.err
    rows: list[dict[str, Any]] = json.loads(ended.out)["rows"]
    return rows


def used_by_id(folder: Path, files: Mapping[str, str], *options: str) -> dict[str, bool | None]:
    """What is told of every column: that it is used, that it is not, or None where that is unknown."""
    return {row["id"]: row["used"] for row in inventory(folder, files, *options)}
