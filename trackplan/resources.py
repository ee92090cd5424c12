"""The only module that knows where `rules/` and `schemas/` lie: inside the wheel, or beside the package."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # the module of that name, and pathlib, take time to load
if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = os.path.dirname(os.path.realpath(__file__))
"""The folder of our code."""

# Where the cases of our rules lie, from the folder in which `rules` lies: in the wheel, or in a checkout.
CASES = "rules/tests" if os.path.isdir(os.path.join(PACKAGE, "_data")) else "tests/rules"


def path(name: str) -> str:
    """The folder `rules` or `schemas`. Raises `FileNotFoundError` if the installation is broken."""
    for base in (os.path.join(PACKAGE, "_data"), os.path.dirname(PACKAGE)):
        found = os.path.join(base, name)
        if os.path.isdir(found):
            return found
    raise FileNotFoundError(f"the installation of trackplan is incomplete: no folder {name}/; install it again")


def folder(name: str) -> Path:
    """The same as a `Path`."""
    from pathlib import Path

    return Path(path(name))
