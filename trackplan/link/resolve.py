"""Columns and rows → edges: what every column and every row set of a program depends on."""

from __future__ import annotations

from dataclasses import dataclass

from trackplan.link.expand import Asked, Declared, FromOutput, FromStar
from trackplan.link.graph import ALL, NAMED, POSSIBLE, Container, Edge
from trackplan.link.program import Block, Choice, Renamed
from trackplan.link.references import References, rows_of
from trackplan.link.relations import Relation
from trackplan.link.scopes import Visible, hits
from trackplan.sql.records import Opaque, Output, Reference, Select, Star, Union


@dataclass(slots=True)
class Resolver(References):
    """Fills the edges of all containers of a program."""

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
                    container.rows.extend(self._arguments(block, number, scope))
        for number in range(len(self.program.containers)):
            for position in range(len(self.program.containers[number].names)):
                self.asked.append((number, position))
        done = 0
        while self.asked or done < len(self.program.containers):
            while self.asked:
                self._fill(*self.asked.popleft())
            done = self._relation_rows(done)

    def opaque_edges(self, number: int) -> list[Edge]:
        """What stands behind all columns of an opaque scope."""
        node = self.program.nodes[number]
        if not isinstance(node, tuple) or not isinstance(node[1], Opaque):
            return []
        return self._arguments(node[0], number, node[1], noting=False)

    def star_edges(self, number: int, output: Output) -> list[Edge]:
        """What stands behind the columns of a `s.*` or `COLUMNS(…)` besides those of its sources."""
        node = self.program.nodes[number]
        members: list[Reference] = [output.star.members_of] if output.star and output.star.members_of else []
        return self.edges(node[0], number, output.refs + members, noting=False) if isinstance(node, tuple) else []

    def _arguments(self, block: Block, number: int, scope: Opaque, *, noting: bool = True) -> list[Edge]:
        """What the arguments of UNNEST or a table function lead to; they see what stands before them in FROM."""
        parent = self.program.parent(number)
        return self.edges(block, parent, scope.refs, noting=noting, before=scope.before)

    def _relation_rows(self, done: int) -> int:
        for number in range(done, len(self.program.containers)):
            node = self.program.nodes[number]
            rows = self.program.containers[number].rows
            if isinstance(node, Relation):
                rows.extend(rows_of(b) for b in self.program.builders.get(number, ()))
            elif isinstance(node, Choice):
                rows.extend(rows_of(b, node.strength) for b in node.bases)
            elif isinstance(node, Renamed):
                rows.append(rows_of(node.base))
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
                edges.extend(self._through(base, container.names[position], node.strength))
        elif isinstance(node, Renamed):
            edges.extend(self._renamed(node, origin))
        elif isinstance(node, tuple):
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
        edges = self._arguments(block, number, scope, noting=False)
        if scope.structured and name.lower() not in {n.lower() for n in scope.names}:
            below = self.path(name)
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
            return self.edges(block, number, output.refs, origin.output)
        if isinstance(origin, FromStar):
            star = scope.outputs[origin.output].star
            name = self.program.containers[origin.container].names[origin.position]
            replaced = {k.lower(): v for k, v in star.replace.items()} if star else {}
            if name.lower() in replaced:
                return self.edges(block, number, replaced[name.lower()], origin.output)
            edge = Edge(origin.container, origin.position, "", "", True, NAMED)
            self.note(block, edge, "star", scope.outputs[origin.output].span)
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
                whole = self.edges(block, number, [star.members_of], noting=False)
                edges.extend(e._replace(path=self.path(f"{e.path}.{name}".lstrip(".")), clear=True) for e in whole)
                continue
            others = self.edges(block, number, output.refs)
            edges.extend(self._starred(block, scope, star, name, others))
        for edge in edges:
            self.note(block, edge, "star", (-1, -1))
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
        edges = [rows_of(self.program.source(block, source)) for source in scope.sources]
        edges.extend(self.edges(block, number, scope.rows))
        visible = Visible(self.program, block, number)
        for index, source in enumerate(scope.sources):
            for name in source.using:
                for other in range(index + 1):
                    found = hits(visible, other, name)
                    if found is None:
                        continue
                    strength = NAMED if other == index or found.holds else POSSIBLE
                    edges.extend(
                        self.noted(block, found.container, position, "join", strength, source.span)
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
            for name in sorted(set(a.index) & set(b.index)):
                for number in (left, right):
                    edges.extend(
                        self.noted(block, number, position, "join", NAMED, scope.sources[index].span)
                        for position in self.ask(number, name)
                    )
        return edges

    def _union_rows(self, block: Block, number: int, scope: Union) -> list[Edge]:
        edges = [rows_of(block.first + m) for m in scope.members]
        if scope.distinct:
            edges.extend(Edge(block.first + m, ALL, "", "", False, NAMED) for m in scope.members)
        edges.extend(self.edges(block, number, scope.rows))
        return edges
