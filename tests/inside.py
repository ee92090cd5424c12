"""The command line in this process: quicker than one of its own, with the same bytes and exit codes."""

from __future__ import annotations

import atexit
import io
import os
import shutil
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
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
