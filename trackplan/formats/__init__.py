"""Output formats of `check`: the report in, one text out. Only commands write it anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.formats import json, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Concatenate

    from trackplan.findings import Report
    from trackplan.formats.source import Text

    Format = Callable[Concatenate[Report, Text, ...], str]

FORMATS: dict[str, Format] = {"text": text.render, "json": json.render}
