"""The one way to read source text: a folder's files, or what git knows of them; never outside of the folder."""

from __future__ import annotations

from trackplan.tree.base import SIZE_LIMIT, Tree
from trackplan.tree.work import WorkTree

__all__ = ["SIZE_LIMIT", "Tree", "WorkTree"]
