"""The strongly connected parts of a graph: what is on a circle, and an order for all the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def components(edges: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The strongly connected parts of a graph, each after those it leads to (Tarjan's algorithm, without recursion)."""
    index = [-1] * len(edges)
    low = [0] * len(edges)
    placed = [False] * len(edges)
    open_: list[int] = []
    count = 0
    for root in range(len(edges)):
        if index[root] >= 0:
            continue
        path: list[tuple[int, Iterator[int]]] = [(root, iter(edges[root]))]
        index[root] = low[root] = count
        count += 1
        open_.append(root)
        while path:
            node, rest = path[-1]
            for target in rest:
                if index[target] < 0:
                    index[target] = low[target] = count
                    count += 1
                    open_.append(target)
                    path.append((target, iter(edges[target])))
                    break
                if not placed[target]:
                    low[node] = min(low[node], index[target])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    part: list[int] = []
                    while not part or part[-1] != node:
                        part.append(open_.pop())
                        placed[part[-1]] = True
                    yield part
