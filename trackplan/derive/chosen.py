"""Which needs of a large base select which fields of some events, as `derive.needs` tells of all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from trackplan.derive import labels
from trackplan.errors import TooMuchError
from trackplan.names import expand, field_id, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from trackplan.classify import Dictionary
    from trackplan.derive.versions import Path, Version
    from trackplan.facts.base import FactBase
    from trackplan.names import Pattern


@dataclass(frozen=True, slots=True)
class Chosen:
    """The needs that may select something of some events: keys, patterns, kinds of label.

    Fields with paths in `common` are there in every version of their event, given by its id; `plans` is how many
    plans there are.
    """

    asked: list[tuple[int, Pattern, str]]
    common: Mapping[str, Collection[Path]]
    plans: int

    @classmethod
    def of(cls, base: FactBase, versions: Collection[Version]) -> Chosen:
        """Those of the large base that is attached to this one."""
        common: dict[str, set[Path]] = {}
        for version in versions:
            paths = set(version.paths)
            common[version.id] = common.get(version.id, paths) & paths
        names = sorted({version.event.name.lower() for version in versions})
        if any('"' in name for name in names):
            raise TooMuchError
        asked: list[tuple[int, Pattern, str]] = []
        for key, selector in base.fetch(_ASKED, {"names": json.dumps(names)}):
            said = str(selector).replace('"', "").lower()
            if "*" in said or ":" in said or any(name in said for name in names):
                (pattern,) = expand(str(selector))
                asked.append((int(str(key)), pattern, labels.kind_of(pattern)))
        return cls(asked, common, base.count("SELECT count(*) FROM whole.plan"))

    @property
    def by_category(self) -> bool:
        """Whether somebody asks for a category."""
        return any(kind == "category" for _, _, kind in self.asked)

    def fields(
        self, version: Version, keys: Mapping[Path, int], categories: Mapping[Path, str]
    ) -> Iterator[tuple[int, int]]:
        """The needs that select fields of an event, with these; the keys of both."""
        labelled = {path: [f"tag:{tag}" for tag in item.tags] for item, path in version.fields()}
        labelled[()] = [f"tag:{tag}" for tag in version.event.tags]
        for path, category in categories.items():
            labelled[path].append(f"category:{category}")
        paths = [(), *version.paths]
        names = {path: self._names(version, path) for path in paths}
        for need, pattern, kind in self.asked:
            selects = partial(_has, pattern, labelled) if kind else partial(self._selects, pattern, version, names)
            hits = set(filter(selects, paths))
            for path in paths[1:] if hits else ():
                if any(path[:length] in hits for length in range(len(path) + 1)):
                    yield need, keys[path]

    def needs(self, version: Version, categories: Mapping[Path, str]) -> set[int]:
        """The keys of the needs that select a field of an event."""
        return {need for need, _ in self.fields(version, dict.fromkeys(version.paths, 0), categories)}

    def _selects(self, pattern: Pattern, version: Version, names: Mapping[Path, tuple[str, str]], path: Path) -> bool:
        """Whether a selector names an event or a field. Raises `TooMuchError` where another plan may have it too."""
        whole, short = names[path]
        if pattern.wildcard:
            return pattern.matches(whole) or pattern.matches(short)
        called = (pattern.pieces[0], pattern.pieces[0].lower())
        if short in called and self.plans > 1 and path and path not in self.common[version.id]:
            raise TooMuchError
        return whole in called or short in called

    def _names(self, version: Version, path: Path) -> tuple[str, str]:
        whole = plain(field_id(version.plan.name, version.event.name, path))
        return whole, whole.removeprefix(f"{version.plan.name}/")


def categories(version: Version, words: Callable[[], Dictionary]) -> dict[Path, str]:
    """The categories by which needs select fields of an event."""
    from trackplan.derive import classes, plans

    found: dict[Path, str] = {}
    for item, path in version.fields():
        kind = str(plans.field_row((), item, path, 0)[2])
        said = (version.event.name, path, kind, item.description, sorted(set(item.tags)), item.sensitivity)
        for row in classes.field_rows(0, *said, words()):
            if row[2] and (row[6] or float(str(row[4])) >= labels.SURE):
                found[path] = str(row[2])
    return found


# Whether one with rare signs may select something, is not told here.
_ASKED = """
SELECT key, selector FROM whole.need
WHERE instr(selector, '*') OR instr(selector, ':') OR selector GLOB '*[^ -~]*'
   OR EXISTS (SELECT 1 FROM json_each(:names) WHERE instr(lower(replace(selector, '"', '')), value))
"""


def _has(pattern: Pattern, labelled: Mapping[Path, Collection[str]], path: Path) -> bool:
    return any(pattern.matches(label) for label in labelled[path])
