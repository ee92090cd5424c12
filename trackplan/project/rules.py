"""`rules:` of the project file → RuleSettings, as it is written; whether the rules exist is asked later."""

from __future__ import annotations

from dataclasses import dataclass, field

from trackplan import patterns
from trackplan.documents import Node
from trackplan.findings import Place, Severity

OptionValue = str | int | float


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Folders of own rules, severities by rule, options by rule; a rule is named by its id or name.

    `places` tells where the file has what lies under some keys.
    """

    extend: tuple[str, ...] = ()
    severity: dict[str, Severity] = field(default_factory=dict)
    options: dict[str, dict[str, OptionValue]] = field(default_factory=dict)
    places: dict[tuple[str, ...], Place] = field(default_factory=dict)

    def place(self, *keys: str, default: Place) -> Place:
        """Where the file has the setting under these keys, `default` where it was not read from a file."""
        return self.places.get(keys, default)


def read(node: Node) -> RuleSettings:
    """The settings that `rules:` holds; the schema has checked their form."""
    places: dict[tuple[str, ...], Place] = {}
    _note(node, (), places)
    extend = tuple(patterns.normalise(n.text.strip()) for n in _under(node, "extend").elements())
    places |= {("extend", folder): n.place for folder, n in zip(extend, _under(node, "extend").elements(), strict=True)}
    return RuleSettings(
        extend,
        {name: Severity.parse(n.text) for name, n in _under(node, "severity").items()},
        {name: _options(n) for name, n in _under(node, "options").items()},
        places,
    )


def _under(node: Node, key: str) -> Node:
    return node.get(key) or Node(None, node.place)


def _options(node: Node) -> dict[str, OptionValue]:
    return {key: n.value for key, n in node.items() if isinstance(n.value, str | int | float)}


def _note(node: Node, keys: tuple[str, ...], places: dict[tuple[str, ...], Place]) -> None:
    """Write down where each key is, and each word of a list."""
    for element in node.elements():
        places[*keys, element.text] = element.place
    for key, value in node.items():
        places[*keys, key] = node.keys.get(key, value.place)
        _note(value, (*keys, key), places)
