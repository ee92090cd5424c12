"""The sandbox in which templates run: unknown values go through every operation, and every step has its price."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinMethodType, CodeType
from typing import TYPE_CHECKING, Any

from jinja2 import Template, nodes
from jinja2.lexer import TokenStream
from jinja2.runtime import Context, Macro, Undefined
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing, pass_eval_context

from trackplan.jinja import calls, filters
from trackplan.jinja.code import SqlCode
from trackplan.jinja.marks import mark
from trackplan.jinja.namespaces import Namespace
from trackplan.jinja.run import DEPTH, STEP, ReturnError, Run, StopError
from trackplan.jinja.tags import DbtTags
from trackplan.jinja.unknown import Mixed, Unknown

if TYPE_CHECKING:
    from jinja2.nodes import EvalContext

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le, "gt": operator.gt,
    "gteq": operator.ge, "in": lambda a, b: a in b, "notin": lambda a, b: a not in b,
}  # fmt: skip
_OPERATORS = frozenset(["+", "-", "*", "/", "//", "%", "**"])
_MOST_BITS = 100_000
_WIDE = re.compile(r"[0-9]{4,}|\{[^{}]*\{|%[-+ #0]*\*")


class TemplateEnvironment(SandboxedEnvironment):
    """Jinja for templates of SQL. `run` is the run that goes on."""

    code_generator_class = SqlCode
    intercepted_binops = _OPERATORS
    intercepted_unops = frozenset(["-", "+"])

    def __init__(self) -> None:
        super().__init__(
            optimized=False,
            keep_trailing_newline=True,
            extensions=["jinja2.ext.do", DbtTags],
            finalize=self._finalized,
            cache_size=0,
        )
        self.run = Run({})
        self.undefined = _undefined_of(self)
        self.filters.clear()
        self.filters.update({**filters.filters(self), "counted": self.counted})
        self.tests.clear()
        self.tests.update(filters.tests(self))
        self.globals = {}
        self.names: dict[str, Any] = {}

    # compiling

    def template(self, source: str, names: dict[str, Any], marked: bool = False) -> Template:
        """`source` compiled; `names` are what it may use. With `marked`, its text tells where it comes from.

        Raises Jinja's errors, whose line is the offset in `source`.
        """
        tree = self._parse(source, None, None)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.iter.lineno)
        if marked:
            mark(tree)
        code = self._generate(tree, None, None)
        return Template.from_code(self, self._code(code), names)

    def _code(self, source: str) -> CodeType:
        return self._compile(source, "<template>")

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        """The tokens with their offsets in place of their lines."""
        return TokenStream(self.lexer.wrap(self._located(source, state), name, filename), name, filename)

    def _located(self, source: str, state: str | None) -> Iterator[tuple[int, str, str]]:
        at = 0
        for _, kind, value in self.lexer.tokeniter(source, None, None, state):
            while at < len(source) and not source.startswith(value, at):
                at += 1  # white space that a `-` has taken away
            yield at, kind, value
            at += len(value)

    # running

    def macro_of(self, template: Template, name: str) -> Macro | None:
        """The macro that a template defines, whatever its name begins with."""
        context = self.context(template)
        for _ in template.root_render_func(context):
            self.run.spend(STEP)
        found = context.vars.get(name)
        return found if isinstance(found, Macro) else None

    def text_of(self, template: Template) -> str:
        """What a template prints, its marks included."""
        found: list[str] = []
        for piece in template.root_render_func(self.context(template)):
            self.run.spend(len(piece))
            found.append(piece)
        return "".join(found)

    def context(self, template: Template) -> Context:
        """A fresh context for a template, which shares the names that it was compiled with."""
        return self.context_class(self, template.globals, None, {}, template.globals)  # type: ignore[arg-type]

    def known(self, value: Any) -> Any:
        """`value`, with the mark of a text that holds placeholders."""
        return self.run.text(value) if type(value) is str else value

    def concat(self, pieces: Iterable[str]) -> str:
        """What the pieces of a block make together."""
        found = list(pieces)
        self.run.spend(sum(map(len, found)))
        return self.run.text("".join(found))

    @pass_eval_context
    def _finalized(self, _: EvalContext, value: Any) -> Any:
        if not isinstance(value, str | Unknown):
            self.run.tainted(value)  # has the price of its printing
        return value

    def counted(self, values: Any) -> Iterable[Any]:
        """`values`, each of which costs a step."""
        if isinstance(values, Mixed):
            values = self.run.unknown("characters", str(values))
        if isinstance(values, Unknown):
            return list(values)
        return self._counted(values)

    def _counted(self, values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            self.run.spend(STEP)
            yield value

    def concatenated(self, values: tuple[Any, ...]) -> str:
        """What `~` gives."""
        self.run.tainted(values)
        return self.concat(map(str, values))

    def compare(self, left: Any, *rest: Any) -> Any:
        """A chain of comparisons; unknown if anything in it is."""
        result: Any = True
        for sign, right in zip(rest[::2], rest[1::2], strict=True):
            result = result and self._compared(left, sign, right)
            left = right
        return result

    def _compared(self, left: Any, sign: str, right: Any) -> Any:
        self.run.spend(STEP)
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

    def keyed(self, *pairs: tuple[Any, Any]) -> Any:
        """A mapping; its keys are texts and numbers."""
        self.run.spend(STEP * len(pairs))
        return {key if isinstance(key, str | int | float | bool) or key is None else str(key): v for key, v in pairs}

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

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute; unknown of an unknown value."""
        if isinstance(obj, Unknown):
            return self.run.unknown(f"{obj.label}.{attribute}" if not obj.parts else f".{attribute}", obj)
        if isinstance(obj, Namespace):
            found = obj.find(attribute)
            return self.run.unknown(f"{obj.name}.{attribute}") if found is None else found
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item; unknown of an unknown value or for an unknown key."""
        self.run.spend(STEP)
        if isinstance(obj, Unknown) or self.run.tainted(argument):
            return self.run.unknown("[]", obj, argument)
        if isinstance(argument, slice):
            if isinstance(obj, Mixed):
                return self.run.unknown("[:]", str(obj), str(argument))
            self.run.spend(len(obj) if isinstance(obj, str | list | tuple) else 0)
            return self.known(obj[argument])
        if isinstance(obj, Mixed):
            return self.run.unknown("[]", str(obj), argument)
        if isinstance(obj, Namespace):
            return self.getattr(obj, str(argument))
        return super().getitem(obj, argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """A call of anything."""
        run = __self.run
        run.spend(STEP)
        for name in ("_loop_vars", "_block_vars"):
            if not isinstance(__obj, Macro):
                kwargs.pop(name, None)
        if isinstance(__obj, Unknown):
            return run.unknown("()", __obj, *args, kwargs)
        if isinstance(__obj, BuiltinMethodType) and isinstance(__obj.__self__, str | calls.CONTAINERS):
            return calls.method(__self, __obj.__self__, __obj, *args, **kwargs)
        if isinstance(__obj, Callable) and getattr(__obj, "loads", False):  # type: ignore[arg-type]
            __obj = __obj.loaded()
        if isinstance(__obj, Macro):
            return __self._called(__context, __obj, *args, **kwargs)
        return __self.known(super().call(__context, __obj, *args, **kwargs))

    def _called(__self, __context: Context, __macro: Macro, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        run = __self.run
        run.depth += 1
        try:
            if run.depth > DEPTH:
                raise StopError(f"calls macros more than {DEPTH} levels deep")
            return super().call(__context, __macro, *args, **kwargs)
        except ReturnError as returned:
            return returned.value
        finally:
            run.depth -= 1


def _undefined_of(environment: TemplateEnvironment) -> type[Undefined]:
    """What a missing name gives: unknown for a name that nobody defines, nothing for what a known value has not."""

    class Nothing(Undefined):
        """An attribute or item that a known value has not."""

        def __new__(
            cls, hint: str | None = None, obj: Any = missing, name: str | None = None, *_: Any, **__: Any
        ) -> Any:
            if hint is None and obj is missing:
                return environment.run.unknown(str(name), asks=name == "graph")
            return super().__new__(cls)

    return Nothing
