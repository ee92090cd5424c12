"""`rules:` of the project file → RuleSettings, as it is written; whether the rules exist is asked later."""

from __future__ import annotations

from msgspec import Struct

from trackplan import patterns
from trackplan.documents import Node
from trackplan.findings import Place, Severity

OptionValue = str | int | float
_PROFILE = "recommended"


class RuleSettings(Struct, frozen=True):
    """`rules:` of the project file. A rule is named by its id, by the beginning of ids, or by its name.

    `extend` are folders of own rules; `profile` and `packs` choose from ours, unless `select` names those that run;
    `severity` switches rules on or off too; `options` are by rule; `per_path` holds severities by pattern of paths.
    `places` tells where the file has what lies under some keys.
    """

    extend: tuple[str, ...] = ()
    profile: str = _PROFILE
    packs: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}
    options: dict[str, dict[str, OptionValue]] = {}
    per_path: dict[str, dict[str, Severity]] = {}
    places: dict[tuple[str, ...], Place] = {}

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
        node.string("profile") or _PROFILE,
        node.strings("packs"),
        node.strings("select"),
        node.strings("ignore"),
        _severities(_under(node, "severity")),
        {name: _options(n) for name, n in _under(node, "options").items()},
        {path: _severities(n) for path, n in _under(node, "per_path").items()},
        places,
    )


def _severities(node: Node) -> dict[str, Severity]:
    return {word: Severity.parse(n.text) for word, n in node.items()}


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
