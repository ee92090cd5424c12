"""Functions that make one value of their parameters, such as `prop(payload, key)`: what they take of each.

A parameter that is used as a key leaves a hole in the path, for the call to fill.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from trackplan.sql.alike import ways_in
from trackplan.sql.compile import Compiler
from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Frame
from trackplan.sql.json_ways import EXTRACTS, NAMES
from trackplan.sql.nodes import children
from trackplan.sql.records import Called, Helper, Ref, Reference, Select
from trackplan.sql.values import HOLE, taken, told

_OF_PAIRS = frozenset(["k", "key", "name"])

_KEYED = (*EXTRACTS, exp.JSONExtractArray, exp.JSONValueArray, exp.StructExtract, exp.GetExtract)


def one_value(body: exp.Expr) -> exp.Expr:
    """What `SELECT value` without FROM gives, as some dialects write the body of a function; else the body itself."""
    if not isinstance(body, exp.Select) or len(body.expressions) != 1:
        return body
    bare = all(not value for name, value in body.args.items() if name != "expressions")
    value = body.expressions[0]
    return (value.this if isinstance(value, exp.Alias) else value) if bare else body


def helping(head: exp.UserDefinedFunction, body: exp.Expr, dialect: str) -> Helper | None:
    """What the function takes of its parameters; None where it takes anything else, or in ways that are not plain.

    `body` is changed: nobody else may read it afterwards.
    """
    compiler = Compiler(dialect)
    nodes = [p.this if isinstance(p, exp.ColumnDef) else p for p in head.expressions]
    parameters = [compiler.fold(n).lower() for n in nodes if isinstance(n, exp.Identifier)]
    if len(parameters) != len(head.expressions) or len(set(parameters)) != len(parameters):
        return None
    body.parent = None  # what is around it does not take part in it
    _leave_holes(body, parameters)
    frame = Frame(compiler.place(Select(-1), None), None, {})
    found = list(_flat(told(Walker(compiler, frame).refs(body, "output"))))
    refs = [r for r in found if isinstance(r, Ref) and (r.name.lower() in parameters) is not r.hidden]
    if len(refs) != len(found) or not isinstance(head.this, exp.Table):
        return None
    name = tuple(p.name.lower() for p in head.this.parts)
    typed = [number for number, node in enumerate(head.expressions) if _names_members(node)]
    return Helper(name, parameters, refs, temporary=False, calls=sorted(compiler.calls), typed=typed)


def _names_members(parameter: exp.Expr) -> bool:
    """Whether a parameter is declared as a struct, or as a list of structs that are no pairs: these are all alike."""
    kind = parameter.args.get("kind") if isinstance(parameter, exp.ColumnDef) else None
    ways = list(ways_in(kind, "")) if kind is not None else []
    return bool(ways) and ways[0].partition(".")[0].lower() not in _OF_PAIRS


def _flat(refs: Iterable[Reference]) -> Iterator[Reference]:
    """References with those of the arguments of other functions, which are the database's own."""
    for ref in refs:
        if isinstance(ref, Called):
            for given in ref.given:
                yield from _flat(taken(given, ref.how, ref.into))
        else:
            yield ref


def _leave_holes(body: exp.Expr, parameters: list[str]) -> None:
    for node in list(body.find_all(exp.Column)):
        parent = node.parent
        if parent is None or node.table or node.name.lower() not in parameters or not _is_key(node, parent):
            continue
        node.replace(exp.Literal.string(f"{HOLE}{parameters.index(node.name.lower())}"))


def _is_key(node: exp.Expr, parent: exp.Expr) -> bool:
    """Whether `node` says which part of another value is taken."""
    if isinstance(parent, _KEYED):
        return node.arg_key == "expression"
    if isinstance(parent, exp.Bracket):
        return node.arg_key == "expressions"
    named = isinstance(parent, exp.Anonymous) and parent.name.lower() in NAMES
    return named and next((part for _, part in children(parent)), None) is not node
