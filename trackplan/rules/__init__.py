"""The rules: what one is, where they come from, which of them run."""

from trackplan.rules.base import FIXERS, PLACEHOLDER, Bound, Option, OptionValue, Rule, find
from trackplan.rules.catalogue import Catalogue, load, shipped
from trackplan.rules.choice import Choice, bound, choose, decide, settings, severity
from trackplan.rules.header import parse
from trackplan.rules.paths import overridden
from trackplan.rules.validation import problems

__all__ = [
    "FIXERS",
    "PLACEHOLDER",
    "Bound",
    "Catalogue",
    "Choice",
    "Option",
    "OptionValue",
    "Rule",
    "bound",
    "choose",
    "decide",
    "find",
    "load",
    "overridden",
    "parse",
    "problems",
    "settings",
    "severity",
    "shipped",
]
