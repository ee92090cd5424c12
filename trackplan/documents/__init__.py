"""YAML and JSON text → data with places, checked against its schema."""

from trackplan.documents.base import Node, did_you_mean, failure, plain
from trackplan.documents.json_text import read_json
from trackplan.documents.schema import check
from trackplan.documents.yaml_text import read_yaml

__all__ = ["Node", "check", "did_you_mean", "failure", "plain", "read", "read_json", "read_yaml"]


def read(text: str, path: str) -> Node:
    """The document in a file, JSON by the name `.json`, else YAML. Raises `ReadError` as its readers do."""
    return read_json(text, path) if path.endswith(".json") else read_yaml(text, path)
