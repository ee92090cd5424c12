"""YAML and JSON text → data with places, checked against its schema."""

from trackplan.documents.base import Node, did_you_mean, failure, plain
from trackplan.documents.json_text import read_json
from trackplan.documents.schema import check
from trackplan.documents.yaml_text import read_yaml

__all__ = ["Node", "check", "did_you_mean", "failure", "plain", "read_json", "read_yaml"]
