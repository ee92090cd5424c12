"""What SQL refers to → edges, uses and doubts: names are looked up where they stand.

Where a name may mean several things, each of them gets an edge that is only `POSSIBLE`, and the place is noted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from trackplan.link.expand import Asked, Expanded, FromOutput
from trackplan.link.graph import ALL, NAMED, POSSIBLE, ROWS, Edge, Key
from trackplan.link.program import Block, Program, Renamed
from trackplan.link.relations import Relation
from trackplan.link.scopes import Visible
from trackplan.sql.records import How, OutputRef, Ref, Reference, Select, Span, StarRef

DEEPEST = 8
# Names that databases give to what no table declares.
_PSEUDO = frozenset(
    {
        "_partitiontime",
        "_partitiondate",
        "_table_suffix",
        "_file_name",
        "_change_type",
        "rowid",
        "ctid",
        "oid",
        "xmin",
        "current_date",
        "current_time",
        "current_timestamp",
        "current_user",
        "session_user",
    }
)


@dataclass(frozen=True, slots=True)
class Use:
    """A statement refers to a column of a relation, or with `ALL` to every one."""

    block: Block
    relation: int
    key: Key
    path: str
    how: How
    certain: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that was not resolved for sure."""

    block: Block
    reason: Literal["unknown-column", "ambiguous"]
    name: str
    span: Span


@dataclass(slots=True)
class References:
    """Looks up what statements refer to. `uses` and `unknowns` are what it saw, `references` how much there was."""

    program: Program
    expanded: Expanded
    uses: list[Use] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    references: int = 0
    spelled: dict[str, str] = field(default_factory=dict)
    asked: deque[tuple[int, int]] = field(default_factory=deque)

    def ask(self, number: int, name: str) -> list[int]:
        """The positions of `name` in a container; an open one takes the name on."""
        container = self.program.containers[number]
        found = container.positions(name)
        if not found and container.open and name:
            position = container.add(name, starred=True)
            self.expanded.origins[number].append(Asked(name))
            self.asked.append((number, position))
            return [position]
        return found

    def edges(
        self,
        block: Block,
        number: int,
        refs: list[Reference],
        output: int | None = None,
        *,
        noting: bool = True,
        before: int | None = None,
    ) -> list[Edge]:
        """The edges of references that stand in the scope `number`, in its output at `output` if they are in one.

        Without `noting`, nothing is added to `uses` and `unknowns`, as for references that were seen before. With
        `before`, only so many sources of the scope can be seen.
        """
        edges: list[Edge] = []
        for ref in refs:
            if isinstance(ref, Ref):
                edges.extend(self._ref(Visible(self.program, block, number, before), ref, output, noting))
            elif isinstance(ref, StarRef):
                edges.extend(self._star_ref(Visible(self.program, block, number, before), ref))
            elif isinstance(ref, OutputRef):
                edges.extend(self._output_ref(block, number, ref))
            else:
                target = block.first + ref.scope
                edges.append(rows_of(target))
                if ref.values:
                    names = self.program.containers[target].names
                    if len(names) == 1 and not self.program.containers[target].open:
                        edges.append(Edge(target, 0, self.path(ref.path), ref.into.lower(), ref.clear, NAMED))
                    else:
                        edges.append(Edge(target, ALL, self.path(ref.path), ref.into.lower(), ref.clear, NAMED))
        return edges

    def _ref(self, visible: Visible, ref: Ref, output: int | None, noting: bool) -> list[Edge]:
        block = visible.block
        found, doubt = visible.find(ref, output)
        if noting:
            self.references += 1
        edges: list[Edge] = []
        for target in found:
            if target.whole:
                edges.append(Edge(target.container, ALL, "", "", False, target.strength))
                self.note(block, edges[-1], ref.how if ref.how != "output" else "star", ref.span)
                continue
            positions = [target.position] if target.position is not None else self.ask(target.container, ref.name)
            path = ref.path
            if target.member:
                path = f"{ref.name}.{path}".strip(".")
                positions = [] if target.position is None else positions
            for position in positions:
                edge = Edge(target.container, position, self.path(path), ref.into.lower(), ref.clear, target.strength)
                edges.append(edge)
                if noting:
                    self.note(block, edge, ref.how, ref.span)
        if noting and doubt and not _is_pseudo(ref.name.lower()):
            self.unknowns.append(Unknown(block, doubt, ref.name, ref.span))
        return edges

    def path(self, path: str) -> str:
        """`path` in lower case, since who reads a struct need not write its members as they are declared."""
        lower = shortened(path.lower())
        if lower:
            self.spelled.setdefault(lower, path)
        return lower

    def _star_ref(self, visible: Visible, ref: StarRef) -> list[Edge]:
        block = visible.block
        edges = [Edge(n, ALL, "", "", False, NAMED) for n in visible.sources(ref.source)]
        for edge in edges:
            self.note(block, edge, ref.how if ref.how != "output" else "star", ref.span)
        return edges

    def _output_ref(self, block: Block, number: int, ref: OutputRef) -> list[Edge]:
        container = self.program.containers[number]
        scope = block.statement.scopes[number - block.first]
        if ref.ordinal > 0 and not container.open:
            known = ref.ordinal <= len(container.names)
            return [Edge(number, ref.ordinal - 1, "", "", False, NAMED)] if known else []
        if ref.ordinal < 0 and isinstance(scope, Select):
            plain = [
                position
                for position, origin in enumerate(self.expanded.origins[number])
                if not (isinstance(origin, FromOutput) and scope.outputs[origin.output].aggregate)
            ]
            return [Edge(number, position, "", "", False, NAMED) for position in plain]
        return [Edge(number, ALL, "", "", False, NAMED)]

    def noted(self, block: Block, number: int, position: int, how: How, strength: int, span: Span) -> Edge:
        """An edge to one column that stands for itself, noted as a use."""
        edge = Edge(number, position, "", "", False, strength)
        self.note(block, edge, how, span)
        return edge

    def note(self, block: Block, edge: Edge, how: How, span: Span) -> None:
        """Remember that `block` uses a column, if the edge leads to that of a relation."""
        number = edge.container
        node = self.program.nodes[number]
        if isinstance(node, Relation):
            self.uses.append(Use(block, number, edge.key, edge.path, how, edge.strength > POSSIBLE, span))
        elif isinstance(node, Renamed):
            base = self.program.nodes[node.base]
            if isinstance(base, Relation) and isinstance(edge.key, int) and not self.program.containers[node.base].open:
                self.uses.append(Use(block, node.base, edge.key, edge.path, how, edge.strength > POSSIBLE, span))


def shortened(path: str) -> str:
    """`path`, or as much of it as is followed: what is asked below that counts as asking for everything there."""
    return ".".join(path.split(".")[:DEEPEST]) if path.count(".") >= DEEPEST else path


def rows_of(number: int, strength: int = NAMED) -> Edge:
    """The edge to the rows of a container."""
    return Edge(number, ROWS, "", "", False, strength)


def _is_pseudo(name: str) -> bool:
    return name in _PSEUDO or name.startswith(("metadata$", "$"))
