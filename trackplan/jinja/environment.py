"""The sandbox in which templates run: unknown values go through every operation, and every step has its price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from operator import attrgetter
from types import BuiltinMethodType, CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from jinja2 import Template, nodes
from jinja2.lexer import TokenStream
from jinja2.runtime import Context, Macro, Undefined
from jinja2.utils import missing, pass_eval_context

from trackplan.jinja import calls, filters, sides
from trackplan.jinja.choices import Trial
from trackplan.jinja.code import SqlCode
from trackplan.jinja.marks import mark
from trackplan.jinja.namespaces import Namespace
from trackplan.jinja.operators import Operators
from trackplan.jinja.run import DEPTH, STEP, ReturnError, Run, StopError
from trackplan.jinja.tags import DbtTags
from trackplan.jinja.unknown import LACKED, Mixed, Unknown

if TYPE_CHECKING:
    from jinja2.nodes import EvalContext

Shape = tuple[Any, ...]
# Names that only know the time or number of a run, and one that others take for nothing.
_VALUES = frozenset(["run_started_at", "invocation_id", "modules", "dbt_version", "thread_id"])
_SPACES = frozenset(["model.database", "model.schema"])
_NOTHING = frozenset(["null", "NULL", "Null"])


class TemplateEnvironment(Operators):
    """Jinja for templates of SQL. `run` is the run that goes on."""

    code_generator_class = SqlCode

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
        own = (self.counted, self.counted_or_none, self.truth, self.unpacked, self.each_unpacked, self.ways)
        self.filters.update({**filters.filters(self), **{function.__name__: function for function in own}})
        self.filters.update(way_begins=attrgetter("before"), way_ends=attrgetter("behind"))
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
        _instrument(tree)
        sides.offer(tree)
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

    def defined_by(self, template: Template) -> Mapping[str, Any]:
        """The macros and values that a template defines, whatever their names begin with."""
        context = self.context(template)
        for _ in template.root_render_func(context):
            self.run.spend(STEP)
        return context.vars

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

    def counted_or_none(self, values: Any) -> Iterable[Any]:
        """`counted`, where something is printed if there are none."""
        if isinstance(values, Unknown) and not self.run.unknown("has any", values):
            return []
        return self.counted(values)

    def _counted(self, values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            self.run.spend(STEP)
            yield value

    def unpacked(self, value: Any, shape: Shape) -> Any:
        """An item for several names: an unknown one has as many parts as there are names."""
        if isinstance(value, Mixed):
            value = self.run.unknown("characters", str(value))
        if isinstance(value, Unknown):
            value = [self.run.unknown("[]", value, number) for number in range(len(shape))]
        if not any(shape) or not isinstance(value, list | tuple) or len(value) != len(shape):
            return value
        return [self.unpacked(each, inner) if inner else each for each, inner in zip(value, shape, strict=True)]

    def each_unpacked(self, values: Iterable[Any], shape: Shape) -> Iterator[Any]:
        """Items of which each is for several names."""
        return (self.unpacked(value, shape) for value in values)

    def truth(self, value: Any) -> Any:
        """A condition; how many unknown items a list has, nobody knows, and so not whether it has any."""
        if isinstance(value, list | tuple | dict) and value and self.run.tainted(value):
            return self.run.unknown("has any", value)
        return value

    def ways(self, condition: Any) -> Iterator[sides.Way]:
        """The sides of a condition that are printed."""
        return sides.ways(self.run, condition)

    def keyed(self, *pairs: tuple[Any, Any]) -> Any:
        """A mapping; its keys are texts and numbers."""
        self.run.tainted(pairs)  # has the price of writing the keys
        plain = (str, int, float, bool, type(None))
        return {key if isinstance(key, plain) else self.known(str(key)): value for key, value in pairs}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute; unknown of an unknown value."""
        if isinstance(obj, Unknown):
            label = f"{obj.label}.{attribute}" if not obj.parts else f".{attribute}"
            return self.run.unknown(label, obj, kind="space" if label in _SPACES else None)
        if isinstance(obj, Namespace):
            found = obj.find(attribute)
            asks = obj.name == "graph"
            label = f"{LACKED if obj.installed else ''}{obj.name}.{attribute}"
            return self.run.unknown(label, asks=asks) if found is None else found
        if isinstance(obj, FunctionType | MethodType):
            return self.run.unknown(f"{obj.__name__}.{attribute}")
        return self._missed(obj, attribute, super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item; unknown of an unknown value or for an unknown key."""
        self.run.spend(STEP)
        parts = (argument.start, argument.stop, argument.step) if isinstance(argument, slice) else argument
        if isinstance(obj, Unknown) or self.run.tainted(parts):
            return self.run.unknown("[]", obj, parts)
        if isinstance(argument, slice):
            if isinstance(obj, Mixed):
                return self.run.unknown("[:]", str(obj), str(argument))
            self.run.spend(len(obj) if isinstance(obj, str | list | tuple) else 0)
            return self.known(obj[argument])
        if isinstance(obj, Mixed):
            return self.run.unknown("[]", str(obj), argument)
        if isinstance(obj, Namespace):
            return self.getattr(obj, str(argument))
        return self._missed(obj, argument, super().getitem(obj, argument))

    def _missed(self, obj: Any, key: Any, found: Any) -> Any:
        """`found`, unless a mapping has not the key but others that nobody knows."""
        if isinstance(obj, dict) and isinstance(found, Undefined) and self.run.tainted(list(obj)):
            return self.run.unknown("[]", obj, key)
        return found

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """A call of anything."""
        run = __self.run
        run.spend(STEP)
        for given in (*args, *kwargs.values()):
            if isinstance(given, calls.CONTAINERS):
                run.tainted(given)  # has the price of whatever is done with it
        for name in ("_loop_vars", "_block_vars"):
            if not isinstance(__obj, Macro):
                kwargs.pop(name, None)
        if isinstance(__obj, Callable) and getattr(__obj, "loads", False):  # type: ignore[arg-type]
            __obj = __obj.loaded()
        if isinstance(__obj, Unknown):
            return calls.unknown(__self, __obj, *args, **kwargs)
        if isinstance(__obj, BuiltinMethodType) and isinstance(__obj.__self__, (str, *calls.CONTAINERS)):
            return calls.method(__self, __obj.__self__, __obj, *args, **kwargs)
        if isinstance(__obj, Macro):
            return __self._called(__context, __obj, *args, **kwargs)
        return __self.known(super().call(__context, __obj, *args, **kwargs))

    def _called(__self, __context: Context, __macro: Macro, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        trial = Trial.of(__self.run, __macro.name, (*args, *kwargs, *kwargs.values()))
        value = __self._once(__context, __macro, *args, **kwargs)
        return (
            value if trial is None else trial.settled(value, partial(__self._once, __context, __macro, *args, **kwargs))
        )

    def _once(__self, __context: Context, __macro: Macro, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
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


def _instrument(tree: nodes.Template) -> None:
    """Count the turns of loops, and let conditions and what is for several names be unknown."""
    found: Any = tree.find_all((nodes.Assign, nodes.For, nodes.If, nodes.CondExpr, nodes.Not))
    for node in found:
        shape = _shape(node.target) if isinstance(node, nodes.Assign | nodes.For) else ()
        if isinstance(node, nodes.Assign):
            node.node = _filtered(node.node, "unpacked", shape) if shape else node.node
        elif isinstance(node, nodes.For):
            node.iter = _filtered(node.iter, "counted_or_none" if node.else_ else "counted")
            node.iter = _filtered(node.iter, "each_unpacked", shape) if shape else node.iter
        elif isinstance(node, nodes.Not):
            node.node = _filtered(node.node, "truth")
        else:
            node.test = _filtered(node.test, "truth")


def _shape(target: nodes.Node) -> Shape:
    """How many names there are on the left, and of each how many it is itself."""
    return tuple(map(_shape, target.items)) if isinstance(target, nodes.Tuple) else ()


def _filtered(node: Any, name: str, shape: Shape = ()) -> nodes.Filter:
    given: list[nodes.Expr] = [nodes.Const(shape)] if shape else []
    return nodes.Filter(node, name, given, [], None, None, lineno=node.lineno)


def _undefined_of(environment: TemplateEnvironment) -> type[Undefined]:
    """What a missing name gives: unknown for a name that nobody defines, nothing for what a known value has not."""

    class Nothing(Undefined):
        """An attribute or item that a known value has not."""

        def __new__(
            cls, hint: str | None = None, obj: Any = missing, name: str | None = None, *_: Any, **__: Any
        ) -> Any:
            if hint is None and obj is missing and name not in _NOTHING:
                return environment.run.unknown(str(name), kind="value" if name in _VALUES else "")
            return super().__new__(cls)

    return Nothing
