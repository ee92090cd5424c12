"""A document of plain values → JSON that people can read too."""

from __future__ import annotations

import json

import msgspec


def indented(document: object) -> str:
    """The document as JSON with a line for each value, and a line break at the end; equal documents give equal text.

    The name of a file that is no UTF-8 stands in it as Python keeps it, for the writer to give back the bytes.
    """
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    except UnicodeEncodeError:
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
