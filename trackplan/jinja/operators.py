"""Operators over values that may be unknown, and over texts and numbers that must not grow without end."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from jinja2.sandbox import SandboxedEnvironment

from trackplan.jinja import sides
from trackplan.jinja.relation import Relation
from trackplan.jinja.run import STEP, Run, StopError
from trackplan.jinja.unknown import OPEN, Unknown

if TYPE_CHECKING:
    from jinja2.runtime import Context

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le, "gt": operator.gt,
    "gteq": operator.ge, "in": lambda a, b: a in b, "notin": lambda a, b: a not in b,
}  # fmt: skip
_OPERATORS = frozenset(["+", "-", "*", "/", "//", "%", "**"])
_MOST_BITS = 100_000
_WIDE = re.compile(r"[0-9]{4,}|\{[^{}]*\{|%[-+ #0]*\*")


class Operators(SandboxedEnvironment):
    """What `~`, comparisons and arithmetic give. `run` is the run that goes on."""

    intercepted_binops = _OPERATORS
    intercepted_unops = frozenset(["-", "+"])
    run: Run

    def known(self, value: Any) -> Any:
        """`value`, with the mark of a text that holds placeholders."""
        return self.run.text(value) if type(value) is str else value

    def concat(self, pieces: Iterable[str]) -> str:
        """What the pieces of a block make together."""
        found = list(pieces)
        self.run.spend(sum(map(len, found)))
        return self.run.text(sides.joined(self.run, "".join(found)))

    def concatenated(self, values: tuple[Any, ...]) -> str:
        """What `~` gives."""
        self.run.tainted(values)
        return self.concat(map(str, values))

    def compare(self, left: Any, *rest: Any) -> Any:
        """A chain of comparisons; unknown if anything in it is."""
        if len(rest) == 2 and type(left) is str and type(rest[1]) is str and OPEN not in left and OPEN not in rest[1]:
            self.run.spend(STEP)  # by far the most frequent case
            return _COMPARE[rest[0]](left, rest[1])
        result: Any = True
        for sign, right in zip(rest[::2], rest[1::2], strict=True):
            result = result and self._compared(left, sign, right)
            left = right
        return result

    def _compared(self, left: Any, sign: str, right: Any) -> Any:
        self.run.spend(STEP)
        if isinstance(left, Relation) and isinstance(right, Relation) and str(left) != str(right):
            return self.run.unknown(sign, str(left), str(right))  # two names may be those of one table
        if self.run.tainted(left) | self.run.tainted(right):
            if sign in ("in", "notin") and self._surely_in(left, right):
                return sign == "in"
            return self.run.unknown(sign, left, right)
        return _COMPARE[sign](left, right)

    def _surely_in(self, left: Any, right: Any) -> bool:
        """Whether a value is among others of which some may be unknown."""
        if not isinstance(right, list | tuple | dict) or self.run.tainted(left):
            return False
        return any(not self.run.tainted(item) and item == left for item in right)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """An arithmetic operator; texts stay texts, so that what is known of them is kept."""
        run = self.run
        run.spend(STEP)
        if run.tainted(left) | run.tainted(right):
            if operator == "+" and isinstance(left, str | Unknown) and isinstance(right, str):
                return self.concatenated((left, right))
            if operator == "+" and isinstance(left, str):
                return self.concatenated((left, right))
            if operator == "%" and isinstance(left, str):
                return self._formatted(left, right)
            if operator != "+" or not (isinstance(left, list) and isinstance(right, list)):
                return run.unknown(operator, left, right)
        if operator == "%" and isinstance(left, str):
            return self._formatted(left, right)
        self._weigh(operator, left, right)
        return self.binop_table[operator](left, right)

    def _formatted(self, left: str, right: Any) -> Any:
        self.check_format(left)
        try:
            return self.known(left % right)
        except (TypeError, ValueError):
            return self.run.unknown("%", left, right)

    def _weigh(self, operator: str, left: Any, right: Any) -> None:
        """Take the price of an operation that may grow. Raises `StopError` for numbers without end."""
        sizes = [len(v) if isinstance(v, str | list | tuple) else 0 for v in (left, right)]
        if operator == "+":
            self.run.spend(10 * sum(sizes))
        elif operator == "*" and any(sizes):
            times = right if sizes[0] else left
            self.run.spend(10 * max(sizes) * max(times, 0) if isinstance(times, int) else 0)
        elif operator in ("*", "**") and isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
            if bits > _MOST_BITS:
                raise StopError("computes a number without end")

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:  # noqa: ARG002
        """A sign in front of a number."""
        if self.run.tainted(arg):
            return self.run.unknown(operator, arg)
        return self.unop_table[operator](arg)

    def check_format(self, text: str) -> None:
        """Refuse formats that pad without end. Raises `StopError`."""
        if _WIDE.search(text):
            raise StopError("formats a text to a width that nobody needs")
