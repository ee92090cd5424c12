"""YAML and JSON text → data with places, checked against its schema.

What reads them takes time to load, and is loaded with the first text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.documents.base import Node, did_you_mean, failure, plain

if TYPE_CHECKING:
    from trackplan.findings import Problem

__all__ = ["Node", "check", "did_you_mean", "failure", "plain", "read", "read_json", "read_yaml"]


def read(text: str, path: str) -> Node:
    """The document in a file, JSON by the name `.json`, else YAML. Raises `ReadError` as its readers do."""
    return read_json(text, path) if path.endswith(".json") else read_yaml(text, path)


def read_json(text: str, path: str) -> Node:
    """The one value of a JSON text; see `json_text`. Raises `ReadError`."""
    from trackplan.documents import json_text

    return json_text.read_json(text, path)


def read_yaml(text: str, path: str, *, last_wins: bool = False, foreign_tags: bool = False) -> Node:
    """The one document of a YAML text; see `yaml_text`. Raises `ReadError`."""
    from trackplan.documents import yaml_text

    return yaml_text.read_yaml(text, path, last_wins=last_wins, foreign_tags=foreign_tags)


def check(node: Node, schema_name: str) -> list[Problem]:
    """What is wrong with a document by one of our schemas; see `schema`."""
    from trackplan.documents import schema

    return schema.check(node, schema_name)
