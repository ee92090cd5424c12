"""The rules: what one is, where they come from, which of them run."""

from trackplan.rules.base import PLACEHOLDER, Option, OptionValue, Rule, find, settings
from trackplan.rules.catalogue import Catalogue, load, shipped
from trackplan.rules.choice import choose
from trackplan.rules.header import parse

__all__ = [
    "PLACEHOLDER",
    "Catalogue",
    "Option",
    "OptionValue",
    "Rule",
    "choose",
    "find",
    "load",
    "parse",
    "settings",
    "shipped",
]
