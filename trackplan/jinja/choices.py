"""A macro that gives one of a few values: one choice among them stands for all conditions that lie behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trackplan.jinja.relation import Relation
from trackplan.jinja.run import COMPARISONS, ImpossibleError, Run
from trackplan.jinja.unknown import Unknown

_WAYS = 32
_SIMPLE = (bool, int, float, type(None), Relation, Unknown)


class Trial:
    """A call that may ask for decisions; `given` are its arguments, `name` is what is called."""

    def __init__(self, run: Run, name: str, given: tuple[Any, ...]) -> None:
        self._run = run
        self._name = name
        self._given = given
        self._asked = len(run.asked)
        self._left: Any = run.leaves()
        self._followed: list[tuple[list[tuple[bytes, bool]], str]] = []

    @classmethod
    def of(cls, run: Run, name: str, given: tuple[Any, ...]) -> Trial | None:
        """A trial of a call; None where it could change what it is given, or is part of another one."""
        plain = all(isinstance(value, (*_SIMPLE, str)) for value in given)
        return cls(run, name, given) if plain and not run.tries else None

    def settled(self, first: Any, again: Callable[[], Any]) -> Any:
        """What the call gives, which gave `first`: one of its values, so that only these are to be decided about."""
        run = self._run
        asked = run.asked[self._asked :]
        if not asked:
            return first
        if not isinstance(first, _SIMPLE):
            return self._folded(first, asked)
        before = {key: run.decisions.pop(key) for key in asked}
        values = self._values(again)
        if values is None:
            run.decisions.update(before)
            return self._folded(first, asked)
        del run.asked[self._asked :]
        if not values:
            raise ImpossibleError
        # Calls that give the same on the same ways are one choice, and no others.
        choice = run.unknown("gives", self._name, list(self._given), str(sorted(self._followed)))
        for number, value in enumerate(values[:-1]):
            if run.decide(run.unknown("is", choice, number).key):
                return value
        return values[-1]

    def _folded(self, first: Any, asked: list[bytes]) -> Any:
        """What the call gives, which gave `first`, where nobody follows its ways: unknown, but what it is made of."""
        run = self._run
        words = run.folds.alone(self._name) if run.folds is not None else ""
        if not words or self._left != run.leaves():
            return first
        for key in asked:
            del run.decisions[key]
        del run.asked[self._asked :]
        return run.unknown("gives", self._name, list(self._given), words, asks=True)

    def _values(self, again: Callable[[], Any]) -> list[Any] | None:
        """The values that the call gives on all its ways; None where these are too many, or leave anything behind."""
        run = self._run
        if self._left != run.leaves():
            return None
        asked, otherwise = run.asked, run.otherwise
        found: dict[Any, Any] = {}
        pending: list[dict[bytes, bool]] = [{}]
        run.tries, run.otherwise = True, True
        try:
            for _ in range(_WAYS):
                if not self._follow(again, pending, found) or self._left != run.leaves():
                    break
                if not pending:
                    return list(found.values())
        finally:
            run.tries = False
            run.asked, run.otherwise = asked, otherwise
        self._undo()
        return None

    def _follow(self, again: Callable[[], Any], pending: list[dict[bytes, bool]], found: dict[Any, Any]) -> bool:
        """Follow one of the ways that are `pending`, and tell whether it ended in a simple value or in an error."""
        run = self._run
        taken = pending.pop()
        run.decisions.update(taken)
        run.asked = []
        try:
            value = self._decided(again())
            simple = isinstance(value, _SIMPLE)
            if simple:
                found.setdefault(_same(value), value)
            same = str(_same(value))
        except ImpossibleError:
            simple, same = True, ""
        for key in run.asked:
            pending.append({**taken, key: False})
            taken[key] = True
        self._followed.append((sorted(taken.items()), same))
        for key in taken:
            del run.decisions[key]
        return simple

    def _undo(self) -> None:
        """Take back what a way has left behind."""
        run = self._run
        loops, queries, results, settings, run.off = self._left
        del run.loops[loops:], run.queries[queries:]
        run.results, run.settings = dict(results), dict(settings)

    def _decided(self, value: Any) -> Any:
        """A comparison whose outcome is decided is true or false; `a and b` gives the one that it ends with."""
        compares = isinstance(value, Unknown) and (value.label in COMPARISONS or value.label.startswith("is "))
        return self._run.decisions.get(value.key, value) if compares else value


def _same(value: Any) -> Any:
    """What is the same for values that no template can tell apart."""
    if isinstance(value, Unknown):
        return ("unknown", value.key)
    return ("relation", *value.told) if isinstance(value, Relation) else (type(value).__name__, value)
