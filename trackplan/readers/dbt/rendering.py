"""Templates of a dbt project → what they may become, rendered once for as long as neither they nor it change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trackplan import once
from trackplan.jinja import Renderer
from trackplan.jinja.rendered import Rendered, is_template

if TYPE_CHECKING:
    from trackplan.cache.pack import Pack
    from trackplan.jinja import Settings

# A template of a few words can say more than anybody wants to keep: one text a thousand times.
_MOST_LETTERS = 100_000


class Rendering:
    """Renders templates under the `settings` of a project, or takes from `pack` what an earlier run has rendered.

    A template may ask for any name, variable or macro of its project: with another one of these, all are rendered anew.
    """

    def __init__(self, settings: Settings, pack: Pack) -> None:
        self._renderer = Renderer(settings)
        self._pack = pack

    def render(self, text: str, this: tuple[str, ...] = (), package: str = "") -> Rendered:
        """What `text` may become; see `Renderer.render`."""
        renderer = self._renderer
        if not (self._pack.lasts and is_template(text)):
            return renderer.render(text, this, package)
        under = once.under(Rendered, (once.readers(), renderer.fingerprint, text, "\0".join(this), package))
        rendered: Rendered | None = once.found(self._pack, Rendered, under)
        if rendered is None:
            rendered = renderer.render(text, this, package)
            if not rendered.fleeting and _letters(rendered.settings) <= _MOST_LETTERS:
                once.keep(self._pack, under, rendered)
        return rendered


def _letters(value: object) -> int:
    """How large a setting is when it is written down, at least."""
    if isinstance(value, Mapping):
        return sum(map(_letters, (*value.keys(), *value.values())))
    return len(value) if isinstance(value, str) else sum(map(_letters, value)) if isinstance(value, list) else 1
