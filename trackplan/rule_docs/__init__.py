"""A rule's header and tested cases → its documentation: pages in Markdown, and the same in a terminal."""

from trackplan.rule_docs.index import index
from trackplan.rule_docs.markdown import markdown
from trackplan.rule_docs.page import Page, page
from trackplan.rule_docs.plain import plain

__all__ = ["Page", "index", "markdown", "page", "plain"]
