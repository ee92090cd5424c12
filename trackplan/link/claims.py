"""Which stored tables the models of a dbt project may be, by what these are called in the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from trackplan.link.made import Parts
from trackplan.link.relation import Relation


class Claims:
    """What models claim, found out before they have names themselves, which hide others.

    `names` are those of each model in the warehouse; `said` are the models of which somebody says them. `stored_as`
    gives the tables that a name may mean. Of schemas that end alike (`finance`, `corp_finance`) the longest one that
    fits is meant, and a schema comes before the last name alone.
    """

    def __init__(
        self,
        names: Mapping[Parts, tuple[Parts, ...]],
        said: Collection[Parts],
        stored_as: Callable[[Parts], list[Relation]],
    ) -> None:
        self._claimed = {model: [(name, stored_as(name)) for name in own] for model, own in names.items()}
        self._by: dict[int, dict[Parts, None]] = {}
        lengths: dict[int, int] = {}
        by_schema: set[Parts] = set()
        for model, claimed in self._claimed.items():
            for name, found in claimed if model in said else ():
                for relation in found if len(name) > 1 else ():
                    length, longest = len(name[-2]), lengths.get(id(relation), 0)
                    if length > longest:
                        lengths[id(relation)], self._by[id(relation)] = length, {}
                    if length >= longest:
                        self._by[id(relation)][model] = None
        for models in self._by.values():
            by_schema.update(models)
        for model, claimed in self._claimed.items():
            for relation in (r for _, found in claimed for r in found) if model not in by_schema else ():
                if id(relation) not in lengths:
                    self._by.setdefault(id(relation), {})[model] = None

    def of(self, model: Parts, *, bare: bool) -> list[Relation]:
        """The tables that a model may be by names of one part, or by longer ones, and that are not others'."""
        claimed = self._claimed.get(model, ())
        found = {id(r): r for name, tables in claimed if (len(name) == 1) is bare for r in tables}
        return [relation for key, relation in found.items() if model in self._by.get(key, (model,))]

    def is_shared(self, relation: Relation) -> bool:
        """Whether several models claim a table, and so each of them may build it."""
        return len(self._by.get(id(relation), ())) > 1
