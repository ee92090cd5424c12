"""The only module that knows where `rules/` and `schemas/` lie: inside the wheel, or beside the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# Where the cases of our rules lie, from the folder in which `rules` lies: in the wheel, or in a checkout.
CASES = "rules/tests" if (_PACKAGE / "_data").is_dir() else "tests/rules"


def folder(name: str) -> Path:
    """The folder `rules` or `schemas`. Raises `FileNotFoundError` if the installation is broken."""
    for base in (_PACKAGE / "_data", _PACKAGE.parent):
        path = base / name
        if path.is_dir():
            return path
    raise FileNotFoundError(f"the installation of trackplan is incomplete: no folder {name}/; install it again")
