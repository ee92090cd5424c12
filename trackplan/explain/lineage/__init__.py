"""Where data comes from and where it goes, hop by hop, as a tree, as data, or as a picture in DOT or Mermaid."""

from trackplan.explain.lineage.pictures import as_dot, as_mermaid
from trackplan.explain.lineage.texts import as_data, as_tree
from trackplan.explain.lineage.walk import Lineage, trace

__all__ = ["Lineage", "as_data", "as_dot", "as_mermaid", "as_tree", "trace"]
