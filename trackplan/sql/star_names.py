"""Which columns a filtered star can mean: `* LIKE 'a%'`, `COLUMNS('a_.*')`, as a pattern of their names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

# A regular expression that means the same here, cannot take long, and matches no less when case is not looked at.
_PLAIN = re.compile(r"(?:\(\?i\))?(?:[\w .^$|()?*+-]|\\[dw.]|\[[\w-]+\])*")
_REPEATED = re.compile(r"\)[*+]|[*+][*+]|\[[^\]]*\][*+].*[*+]")
_MOST_REPEATS = 4
# How a pattern begins that allows all names but some.
_REST = "(?!"


@dataclass(frozen=True, slots=True)
class Names:
    """A pattern that the whole name of a column matches, whatever its case; '' for any name.

    `exact` tells that every column that matches is meant.
    """

    pattern: str = ""
    exact: bool = False

    def others(self) -> Names:
        """The names that this does not allow, whatever their case."""
        if not self.pattern or not self.exact:
            return Names()
        return Names(f"{_REST}(?:{self.pattern})\\Z).*", exact=True)

    def either(self, other: Names) -> Names:
        """The names that one of both allows."""
        if not self.pattern or not other.pattern or _REST in (self.pattern[:3], other.pattern[:3]):
            return Names()
        return Names(f"(?:{self.pattern})|(?:{other.pattern})", self.exact and other.exact)


def names_of(node: exp.Expr | None) -> Names:
    """The names that the argument of COLUMNS, or the filter of a star, allows."""
    if isinstance(node, exp.Literal) and node.is_string:
        return _searched(node.name)
    if isinstance(node, (exp.Array, exp.Tuple)):
        chosen = node.expressions[0] if len(node.expressions) == 1 else None
        return _chosen(chosen) if isinstance(chosen, exp.Comprehension) else _listed(node.expressions)
    if isinstance(node, exp.Star):
        left = [e.this if isinstance(e, exp.Column) else e for e in node.args.get("except_") or ()]
        return Names("|".join(re.escape(e.name) for e in left), exact=True).others() if left else Names()
    if isinstance(node, exp.Lambda) and len(node.expressions) == 1:
        return _condition(node.this, node.expressions[0].name)
    return Names()


def filtered(node: exp.Expr) -> Names | None:
    """The names that `* LIKE '…'` and the like allow; None where `node` is no star with a filter."""
    if isinstance(node, exp.Not):
        inner = filtered(node.this)
        return None if inner is None else Names()
    if isinstance(node, (exp.Like, exp.ILike, exp.SimilarTo, exp.Glob, exp.RegexpLike)) and is_star(node.this):
        return _compared(node)
    return None


def is_star(node: object) -> bool:
    """Whether `node` is `*` or `t.*`."""
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def liked(node: object) -> Names:
    """The names that are LIKE a text."""
    text = node.name if isinstance(node, exp.Literal) and node.is_string else None
    if text is None or "\\" in text:
        return Names()
    parts = ((".*" if c == "%" else "." if c == "_" else re.escape(c)) for c in text)
    return Names("".join(parts), exact=text == text.lower())


def _chosen(node: exp.Comprehension) -> Names:
    """The names that `[c for c in (*) if …]` gives."""
    each, condition = node.args.get("expression"), node.args.get("condition")
    if not isinstance(each, exp.Identifier) or not isinstance(condition, exp.Expr):
        return Names()
    if not isinstance(node.this, exp.Column) or node.this.name != each.name:
        return Names()
    found, stars = _condition(condition, each.name), node.args["iterator"].unnest()
    return Names(found.pattern, found.exact and isinstance(stars, exp.Star) and not any(stars.args.values()))


def _condition(node: exp.Expr, parameter: str) -> Names:
    """The names for which a condition about `parameter` holds."""
    node = node.unnest()
    if isinstance(node, exp.Or):
        return _condition(node.this, parameter).either(_condition(node.expression, parameter))
    if isinstance(node, exp.And):
        found = [_condition(n, parameter) for n in (node.this, node.expression)]
        return Names(next((n.pattern for n in found if n.pattern), ""))
    if not isinstance(node.this, (exp.Identifier, exp.Column)) or node.this.name.lower() != parameter.lower():
        return Names()
    if isinstance(node, exp.EQ):
        return _listed([node.expression])
    if isinstance(node, exp.In):
        return _listed(node.expressions)
    if isinstance(node, exp.StartsWith) and isinstance(node.expression, exp.Literal):
        return Names(re.escape(node.expression.name) + ".*", exact=True)
    return _compared(node)


def _compared(node: exp.Expr) -> Names:
    found = _matched(node)
    if node.args.get("negate"):  # names that differ in case only are others for all but ILIKE
        return found.others() if isinstance(node, exp.ILike) else Names()
    return found


def _matched(node: exp.Expr) -> Names:
    text = node.args.get("expression")
    if not isinstance(text, exp.Literal):
        return Names()
    if isinstance(node, exp.Like):
        return liked(text)
    if isinstance(node, exp.ILike):
        return Names(liked(text).pattern, exact=True)
    if isinstance(node, exp.SimilarTo):
        return _regular(text.name)
    if isinstance(node, exp.RegexpLike):
        return _searched(text.name)
    if isinstance(node, exp.Glob) and not set(text.name) & set("[]\\"):
        return liked(exp.Literal.string(text.name.replace("*", "%").replace("?", "_")))
    return Names()


def _listed(values: list[exp.Expr]) -> Names:
    if not values or not all(isinstance(v, exp.Literal) and v.is_string for v in values):
        return Names()
    return Names("|".join(re.escape(v.name) for v in values), exact=True)


def _searched(text: str) -> Names:
    """The names in which a regular expression is found."""
    found = _regular(text)
    return Names(f".*(?:{found.pattern}).*", found.exact) if found.pattern else Names()


def _regular(text: str) -> Names:
    repeats = text.count("*") + text.count("+")
    if not _PLAIN.fullmatch(text) or _REPEATED.search(text) or repeats > _MOST_REPEATS:
        return Names()
    bare = text.removeprefix("(?i)")
    try:
        re.compile(bare)
    except re.error:
        return Names()
    return Names(bare, exact=bare != text or bare == bare.lower())
