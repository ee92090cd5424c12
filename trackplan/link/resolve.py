"""References → edges: what every column and every row set depends on, and who says so where.

Where a name may mean several things, each of them gets an edge that is only `POSSIBLE`, and the place is noted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from trackplan.link.expand import Asked, Declared, Expanded, FromOutput, FromStar
from trackplan.link.graph import ALL, NAMED, POSSIBLE, ROWS, Container, Edge, Key
from trackplan.link.program import Block, Choice, Program, Renamed
from trackplan.link.relations import Relation
from trackplan.link.scopes import Visible, hits
from trackplan.sql.records import (
    How,
    Opaque,
    Output,
    OutputRef,
    Ref,
    Reference,
    Select,
    Span,
    Star,
    StarRef,
    Union,
)

DEEPEST = 8
_PSEUDO = (
    "_partition",
    "_table_suffix",
    "_file_name",
    "rowid",
    "ctid",
    "metadata$",
    "oid",
    "xmin",
    "_change_",
    "current_",
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
class Resolver:
    """Fills the edges of all containers of a program; `uses` and `unknowns` are what it saw on the way."""

    program: Program
    expanded: Expanded
    uses: list[Use] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    references: int = 0
    spelled: dict[str, str] = field(default_factory=dict)
    _asked: deque[tuple[int, int]] = field(default_factory=deque)

    def run(self) -> None:
        """Resolve everything, then whatever that asks of open containers, until nothing is left."""
        for block in self.program.blocks:
            for index, scope in enumerate(block.statement.scopes):
                number = block.first + index
                container = self.program.containers[number]
                if isinstance(scope, Select):
                    container.rows.extend(self._select_rows(block, number, scope))
                elif isinstance(scope, Union):
                    container.rows.extend(self._union_rows(block, number, scope))
                else:
                    container.rows.extend(self._refs(block, self.program.parent(number), scope.refs))
        for number in range(len(self.program.containers)):
            for position in range(len(self.program.containers[number].names)):
                self._asked.append((number, position))
        done = 0
        while self._asked or done < len(self.program.containers):
            while self._asked:
                self._fill(*self._asked.popleft())
            done = self._relation_rows(done)

    def ask(self, number: int, name: str) -> list[int]:
        """The positions of `name` in a container; an open one takes the name on."""
        container = self.program.containers[number]
        found = container.positions(name)
        if not found and container.open and name:
            position = container.add(name, starred=True)
            self.expanded.origins[number].append(Asked(name))
            self._asked.append((number, position))
            return [position]
        return found

    def opaque_edges(self, number: int) -> list[Edge]:
        """What stands behind all columns of an opaque scope."""
        node = self.program.nodes[number]
        if not isinstance(node, tuple) or not isinstance(node[1], Opaque):
            return []
        return self._refs(node[0], self.program.parent(number), node[1].refs, noting=False)

    def star_edges(self, number: int, output: Output) -> list[Edge]:
        """What stands behind the columns of a `s.*` or `COLUMNS(…)` besides those of its sources."""
        node = self.program.nodes[number]
        members: list[Reference] = [output.star.members_of] if output.star and output.star.members_of else []
        return self._refs(node[0], number, output.refs + members, noting=False) if isinstance(node, tuple) else []

    def _relation_rows(self, done: int) -> int:
        for number in range(done, len(self.program.containers)):
            node = self.program.nodes[number]
            rows = self.program.containers[number].rows
            if isinstance(node, Relation):
                rows.extend(_rows(b) for b in self.program.builders.get(number, ()))
            elif isinstance(node, Choice):
                rows.extend(_rows(b, POSSIBLE) for b in node.bases)
            elif isinstance(node, Renamed):
                rows.append(_rows(node.base))
        return len(self.program.containers)

    def _fill(self, number: int, position: int) -> None:
        container = self.program.containers[number]
        if container.edges[position] is not None:
            return
        container.edges[position] = []
        origin = self.expanded.origins[number][position]
        node = self.program.nodes[number]
        edges: list[Edge] = []
        if isinstance(node, Relation):
            for builder in self.program.builders.get(number, ()):
                edges.extend(self._built(builder, container, position))
        elif isinstance(node, Choice):
            for base in node.bases:
                edges.extend(self._through(base, container.names[position], POSSIBLE))
        elif isinstance(node, Renamed):
            edges.extend(self._renamed(node, origin))
        else:
            block, scope = node
            if isinstance(scope, Select):
                edges.extend(self._column(block, number, scope, origin))
            elif isinstance(scope, Union):
                edges.extend(self._member_columns(block, scope, container, position, origin))
            else:
                edges.extend(self._opaque(block, number, scope, container.names[position]))
        container.edges[position] = edges

    def _built(self, builder: int, container: Container, position: int) -> list[Edge]:
        """What a statement that builds a relation gives for one of its columns."""
        base = self.program.containers[builder]
        if builder in self.program.by_position:
            if not container.open and not base.open and position < len(base.names):
                return [Edge(builder, position, "", "", True, NAMED)]
            return [Edge(builder, ALL, "", "", True, POSSIBLE)]
        return self._through(builder, container.names[position])

    def _through(self, number: int, name: str, strength: int = NAMED) -> list[Edge]:
        return [Edge(number, p, "", "", True, strength) for p in self.ask(number, name)]

    def _renamed(self, node: Renamed, origin: object) -> list[Edge]:
        base = self.program.containers[node.base]
        if isinstance(origin, Declared) and not base.open:
            return [Edge(node.base, origin.position, "", "", True, NAMED)] if origin.position < len(base.names) else []
        name = origin.name if isinstance(origin, Asked) else ""
        return [Edge(node.base, ALL, "", "", True, POSSIBLE), *self._through(node.base, name)]

    def _opaque(self, block: Block, number: int, scope: Opaque, name: str) -> list[Edge]:
        edges = self._refs(block, self.program.parent(number), scope.refs, noting=False)
        if scope.structured and name.lower() not in {n.lower() for n in scope.names}:
            below = self._path(name)
            return [e._replace(path=f"{e.path}.{below}".lstrip("."), clear=True, into="") for e in edges]
        return [e._replace(clear=scope.structured, into="") for e in edges]

    def _member_columns(
        self, block: Block, scope: Union, container: Container, position: int, origin: object
    ) -> list[Edge]:
        members = [block.first + m for m in scope.members]
        name = container.names[position]
        first = self.program.containers[members[0]]
        edges: list[Edge] = []
        for member in members:
            base = self.program.containers[member]
            by_position = isinstance(origin, Declared) and (member == members[0] or not scope.by_name)
            if by_position and (member == members[0] or not (base.open or first.open)):
                if isinstance(origin, Declared) and origin.position < len(base.names):
                    edges.append(Edge(member, origin.position, "", "", True, NAMED))
                continue
            edges.extend(self._through(member, name))
            if not scope.by_name and member != members[0]:
                # With a `*` that can't be expanded nobody knows which column stands at this position.
                edges.append(Edge(member, ALL, "", "", True, POSSIBLE))
        return edges

    def _column(self, block: Block, number: int, scope: Select, origin: object) -> list[Edge]:
        if isinstance(origin, FromOutput):
            output = scope.outputs[origin.output]
            return self._refs(block, number, output.refs, origin.output)
        if isinstance(origin, FromStar):
            star = scope.outputs[origin.output].star
            name = self.program.containers[origin.container].names[origin.position]
            replaced = {k.lower(): v for k, v in star.replace.items()} if star else {}
            if name.lower() in replaced:
                return self._refs(block, number, replaced[name.lower()], origin.output)
            edge = Edge(origin.container, origin.position, "", "", True, NAMED)
            self._note(block, edge, "star", scope.outputs[origin.output].span)
            return [edge]
        return self._asked_column(block, number, scope, origin.name) if isinstance(origin, Asked) else []

    def _asked_column(self, block: Block, number: int, scope: Select, name: str) -> list[Edge]:
        """A column that an open select list must get through one of its stars."""
        edges: list[Edge] = []
        for output in scope.outputs:
            star = output.star
            if star is None:
                continue
            if star.members_of is not None:
                whole = self._refs(block, number, [star.members_of], noting=False)
                edges.extend(e._replace(path=self._path(f"{e.path}.{name}".lstrip(".")), clear=True) for e in whole)
                continue
            others = self._refs(block, number, output.refs)
            edges.extend(self._starred(block, scope, star, name, others))
        for edge in edges:
            self._note(block, edge, "star", (-1, -1))
        return edges

    def _starred(self, block: Block, scope: Select, star: Star, name: str, others: list[Edge]) -> list[Edge]:
        old = next((o for o, new in star.rename.items() if new.lower() == name.lower()), name)
        if old.lower() in {e.lower() for e in star.exclude}:
            return []
        bases = [
            self.program.source(block, source)
            for index, source in enumerate(scope.sources)
            if (source.in_star if star.source is None else star.source == index)
        ]
        holding = [b for b in bases if self.program.containers[b].positions(old)]
        candidates = holding or [b for b in bases if self.program.containers[b].open]
        if star.subset and not holding:
            # COLUMNS(…) and PIVOT make names of their own: any column may be behind one.
            return [Edge(b, ALL, "", "", False, NAMED) for b in bases] + others
        strength = NAMED if len(candidates) == 1 else POSSIBLE
        edges = [e for b in candidates for e in self._through(b, old, strength)]
        return edges + others

    def _select_rows(self, block: Block, number: int, scope: Select) -> list[Edge]:
        edges = [_rows(self.program.source(block, source)) for source in scope.sources]
        edges.extend(self._refs(block, number, scope.rows))
        visible = Visible(self.program, block, number)
        for index, source in enumerate(scope.sources):
            for name in source.using:
                for other in range(index + 1):
                    found = hits(visible, other, name)
                    if found is None:
                        continue
                    strength = NAMED if other == index or found.holds else POSSIBLE
                    edges.extend(
                        self._noted(block, found.container, position, "join", strength, source.span)
                        for position in self.ask(found.container, name)
                    )
            if source.natural:
                edges.extend(self._natural(block, scope, index))
        return [e._replace(into="", clear=False) for e in edges]

    def _natural(self, block: Block, scope: Select, index: int) -> list[Edge]:
        right = self.program.source(block, scope.sources[index])
        edges: list[Edge] = []
        for source in scope.sources[:index]:
            left = self.program.source(block, source)
            a, b = self.program.containers[left], self.program.containers[right]
            if a.open or b.open:
                edges.extend(Edge(n, ALL, "", "", False, POSSIBLE) for n in (left, right))
            for name in set(a.index) & set(b.index):
                for number in (left, right):
                    edges.extend(
                        self._noted(block, number, position, "join", NAMED, scope.sources[index].span)
                        for position in self.ask(number, name)
                    )
        return edges

    def _union_rows(self, block: Block, number: int, scope: Union) -> list[Edge]:
        edges = [_rows(block.first + m) for m in scope.members]
        if scope.distinct:
            edges.extend(Edge(block.first + m, ALL, "", "", False, NAMED) for m in scope.members)
        edges.extend(self._refs(block, number, scope.rows))
        return edges

    def _refs(
        self, block: Block, number: int, refs: list[Reference], output: int | None = None, *, noting: bool = True
    ) -> list[Edge]:
        edges: list[Edge] = []
        for ref in refs:
            if isinstance(ref, Ref):
                edges.extend(self._ref(block, number, ref, output, noting))
            elif isinstance(ref, StarRef):
                edges.extend(self._star_ref(block, number, ref))
            elif isinstance(ref, OutputRef):
                edges.extend(self._output_ref(block, number, ref))
            else:
                target = block.first + ref.scope
                edges.append(_rows(target))
                if ref.values:
                    names = self.program.containers[target].names
                    if len(names) == 1 and not self.program.containers[target].open:
                        edges.append(Edge(target, 0, self._path(ref.path), ref.into.lower(), ref.clear, NAMED))
                    else:
                        edges.append(Edge(target, ALL, self._path(ref.path), ref.into.lower(), ref.clear, NAMED))
        return edges

    def _ref(self, block: Block, number: int, ref: Ref, output: int | None, noting: bool) -> list[Edge]:
        visible = Visible(self.program, block, number)
        found, doubt = visible.find(ref, output)
        if noting:
            self.references += 1
        edges: list[Edge] = []
        for target in found:
            if target.whole:
                edges.append(Edge(target.container, ALL, "", "", False, target.strength))
                self._note(block, edges[-1], ref.how if ref.how != "output" else "star", ref.span)
                continue
            positions = [target.position] if target.position is not None else self.ask(target.container, ref.name)
            path = ref.path
            if target.member:
                path = f"{ref.name}.{path}".strip(".")
                positions = [] if target.position is None else positions
            for position in positions:
                edge = Edge(target.container, position, self._path(path), ref.into.lower(), ref.clear, target.strength)
                edges.append(edge)
                if noting:
                    self._note(block, edge, ref.how, ref.span)
        if noting and doubt and not ref.name.lower().startswith(_PSEUDO):
            self.unknowns.append(Unknown(block, doubt, ref.name, ref.span))
        return edges

    def _path(self, path: str) -> str:
        """`path` in lower case, since who reads a struct need not write its members as they are declared."""
        lower = shortened(path.lower())
        if lower:
            self.spelled.setdefault(lower, path)
        return lower

    def _star_ref(self, block: Block, number: int, ref: StarRef) -> list[Edge]:
        visible = Visible(self.program, block, number)
        edges = [Edge(n, ALL, "", "", False, NAMED) for n in visible.sources(ref.source)]
        for edge in edges:
            self._note(block, edge, ref.how if ref.how != "output" else "star", ref.span)
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

    def _noted(self, block: Block, number: int, position: int, how: How, strength: int, span: Span) -> Edge:
        edge = Edge(number, position, "", "", False, strength)
        self._note(block, edge, how, span)
        return edge

    def _note(self, block: Block, edge: Edge, how: How, span: Span) -> None:
        number = edge.container
        node = self.program.nodes[number]
        if isinstance(node, Relation):
            self.uses.append(Use(block, number, edge.key, edge.path, how, edge.strength > POSSIBLE, span))
        elif isinstance(node, Renamed):
            base = self.program.nodes[node.base]
            if isinstance(base, Relation) and isinstance(edge.key, int) and not self.program.containers[node.base].open:
                self.uses.append(Use(block, node.base, edge.key, edge.path, how, edge.strength > POSSIBLE, span))


def _rows(number: int, strength: int = NAMED) -> Edge:
    return Edge(number, ROWS, "", "", False, strength)


def shortened(path: str) -> str:
    """`path`, or as much of it as is followed: what is asked below that counts as asking for everything there."""
    return ".".join(path.split(".")[:DEEPEST]) if path.count(".") >= DEEPEST else path
