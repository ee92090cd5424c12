"""Templates of a dbt project → what they may become, rendered once for as long as neither they nor it change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from trackplan import once
from trackplan.errors import TooMuchError
from trackplan.jinja import Renderer, Settings, blocks
from trackplan.jinja.project import forms
from trackplan.jinja.rendered import Rendered, Text, is_template
from trackplan.readers.dbt.configs import asked
from trackplan.sql.template import identifier

if TYPE_CHECKING:
    from trackplan.cache.pack import Pack
    from trackplan.facts.declared import Sql
    from trackplan.findings import Place

# A template of a few words can say more than anybody wants to keep: one text a thousand times.
_MOST_LETTERS = 100_000
_MATERIALIZATION = re.compile(r"\bmaterialization\s+(\w+)")


class Way(msgspec.Struct, frozen=True):
    """How a template was rendered: under which key the settings are kept, for which relation, in which package.

    `beside` is what it said besides the one text of SQL that it became.
    """

    settings: bytes
    this: tuple[str, ...]
    package: str
    beside: bytes


class Rendering:
    """Renders templates under the `settings` of a project, or takes from `pack` what an earlier run has rendered.

    A template may ask for any name, variable or macro of its project: with another one of these, all are rendered anew.
    """

    def __init__(self, settings: Settings, pack: Pack) -> None:
        self._renderer = Renderer(settings)
        self._pack = pack
        self._shared: dict[tuple[str, ...], Rendered | None] = {}

    def render(
        self, text: str, this: tuple[str, ...] = (), package: str = "", given: Mapping[str, object] | None = None
    ) -> Rendered:
        """What `text` may become; see `Renderer.render`."""
        renderer = self._renderer
        if not (self._pack.lasts and is_template(text)):
            return renderer.render(text, this, package, given)
        more = json.dumps(given) if given else ""
        under = once.under(Rendered, (once.readers(), renderer.fingerprint, text, "\0".join(this), package, more))
        rendered: Rendered | None = once.found(self._pack, Rendered, under)
        if rendered is None:
            rendered = renderer.render(text, this, package, given)
            if not rendered.fleeting and _letters(rendered.settings) <= _MOST_LETTERS:
                once.keep(self._pack, under, rendered)
        return rendered

    def materializations(self) -> dict[str, str]:
        """The materializations of the project and of its packages: the text of each, with the macros that it calls."""
        found: dict[str, str] = {}
        for file in self._renderer.settings.macros:
            for name in _MATERIALIZATION.findall(file.text):
                found[name] = "\n".join([found.get(name, ""), self._renderer.called(file.text)])
        return found

    def instead(self) -> Iterator[tuple[str, str, str]]:
        """The macros of the project that serve its warehouse: path, name without what tells for which one it is, text.

        The text has the macros that it calls, too.
        """
        settings = self._renderer.settings
        serving = ("", *forms(settings.dialect))
        for file in settings.macros:
            for block in blocks.macros(file.text) if file.package == settings.name else ():
                form, _, name = block.name.rpartition("__")
                if form in serving:
                    yield file.path, name, self._renderer.called(block.text)

    @property
    def dialect(self) -> str:
        """The dialect of the project."""
        return self._renderer.settings.dialect

    def beside(self, text: str, place: Place, this: tuple[str, ...] = (), package: str = "") -> Iterator[Sql]:
        """The statements of a setting: they build nothing by its name, and all of them stand where it is set.

        What cannot be rendered in one of another package is about `this` alone, and what the setting itself names:
        packages look after their own tables so, with macros that nobody can follow.
        """
        span = (place.line or 1, place.column or 1, place.end_line or 1, place.end_column or 1)
        rendered = self._about(text, this, package)
        doubts = tuple(replace(doubt, span=span) for doubt in rendered.doubts)
        if package not in ("", self._renderer.settings.name):
            words = "\n".join([text, *this[-1:], "*"])
            doubts = tuple(replace(doubt, words=words, asks=False) for doubt in doubts[:1])
        for sql in replace(rendered, doubts=doubts).sql(self.dialect, place.path):
            yield replace(sql, origin=((0, *span),))

    def _about(self, text: str, this: tuple[str, ...], package: str) -> Rendered:
        """The same as `render`, but a text that only prints the name of `this` is rendered once for all of them."""
        if not this or any(identifier(part, self.dialect) != part for part in this):
            return self.render(text, this, package)
        names = tuple(f"trackplan_{place}_of_this" for place in ("name", "schema", "database")[: len(this)])
        key = (text, package, *names)
        if key not in self._shared:
            self._shared[key] = self.render(text, names, package) if self._renderer.prints_this(text) else None
        shared = self._shared[key]
        return self.render(text, this, package) if shared is None else shared.about(dict(zip(names, this, strict=True)))

    def aliases(self, name: str, said: str) -> list[str]:
        """What a model may be called in the warehouse, for which somebody `said` an alias.

        A macro of the project tells it; where only dbt knows, it is called as it is said.
        """
        if not self._names_models:
            return [said or name]
        node = f"{{'name': {json.dumps(name)}, 'alias': {json.dumps(said or name)}, 'resource_type': 'model'}}"
        called = f"{{{{ generate_alias_name({json.dumps(said) if said else 'none'}, {node}) }}}}"
        rendered = self.render(called)
        found = [] if rendered.doubts else [text.text.strip() for text in rendered.texts]
        known = [text for text in found if re.fullmatch(r"[\w$-]+", text)]
        return (
            [*dict.fromkeys(known)] if known and len(known) == len(found) else [*dict.fromkeys([*known, said or name])]
        )

    @cached_property
    def _names_models(self) -> bool:
        settings = self._renderer.settings
        return any("generate_alias_name" in file.text for file in settings.macros if file.package == settings.name)

    def way(self, rendered: Rendered, this: tuple[str, ...], package: str) -> bytes:
        """Under which key it is kept how a template was rendered; nothing where it takes more to do so again."""
        beside = _beside(rendered)
        if not self._pack.lasts or beside is None or not self._settings:
            return b""
        way = Way(self._settings, this, package, beside)
        under = once.under(Way, (once.readers(), msgspec.msgpack.encode(way)))
        once.kept(self._pack, Way, under, lambda: way)
        return under

    @cached_property
    def _settings(self) -> bytes:
        """Under which key the settings are kept; nothing where they cannot be."""
        under = once.under(Settings, (once.readers(), self._renderer.fingerprint))
        if self._pack.get(under) is None:
            once.keep(self._pack, under, self._renderer.settings)
        return under if self._pack.get(under) is not None else b""


def again(pack: Pack, way: bytes, text: str) -> Text:
    """The one text that another template becomes where `way` tells how the one before was rendered.

    Raises `TooMuchError` where it says anything else beside that than the one before.
    """
    known: Way | None = once.found(pack, Way, way)
    settings: Settings | None = once.found(pack, Settings, known.settings) if known is not None else None
    if known is None or settings is None or asked(text):
        raise TooMuchError
    rendered = Renderer(settings).render(text, known.this, known.package)
    if _beside(rendered) != known.beside:
        raise TooMuchError
    return rendered.texts[0]


def _beside(rendered: Rendered) -> bytes | None:
    """What a template says besides its text; None where it is not one text for sure."""
    if len(rendered.texts) != 1 or rendered.doubts or rendered.fleeting or rendered.settings.get("enabled") is False:
        return None
    if _letters(rendered.settings) > _MOST_LETTERS:
        return None
    try:
        return msgspec.msgpack.encode((rendered.settings, sorted(rendered.refs)))
    except once.UNKEPT:
        return None


def _letters(value: object) -> int:
    """How large a setting is when it is written down, at least."""
    if isinstance(value, Mapping):
        return sum(map(_letters, (*value.keys(), *value.values())))
    return len(value) if isinstance(value, str) else sum(map(_letters, value)) if isinstance(value, list) else 1
