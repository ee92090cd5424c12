"""Output formats of `check`: the report in, one text out. Only commands write it anywhere."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Concatenate

    from trackplan.findings import Report
    from trackplan.formats.source import Text

    Format = Callable[Concatenate[Report, Text, ...], str]

NAMES = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")


def renderer(name: str) -> Format:
    """What writes a report in the format of that name, one of NAMES; only its module is loaded."""
    found: Format = import_module(f"trackplan.formats.{name}").render
    return found
