"""Templates of a dbt project → what they may become, rendered once for as long as neither they nor it change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan import once
from trackplan.jinja import Renderer
from trackplan.jinja.rendered import Rendered, is_template

if TYPE_CHECKING:
    from trackplan.cache.pack import Pack
    from trackplan.jinja import Settings


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
        parts = (once.readers(), renderer.fingerprint, text, "\0".join(this), package)
        return once.made(self._pack, Rendered, parts, lambda: renderer.render(text, this, package))
