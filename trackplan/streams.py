"""The standard streams, made ready to be written to."""

from __future__ import annotations

import sys


def prepare() -> None:
    """UTF-8 wherever no terminal asks for another encoding, so that the bytes are the same everywhere."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
