"""Templates of one project → what they may become: each is run once for every way that unknown conditions may go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from trackplan.jinja.rendered import Doubt, Rendered, Text, cleaned, is_template
from trackplan.jinja.words import Words

if TYPE_CHECKING:
    from trackplan.jinja.project import Settings
    from trackplan.jinja.sandbox import Sandbox

VERSION = "5"
"""Changes whenever the same template may render to something else."""
_LONGEST = 2_000_000


class Renderer:
    """Renders the templates of one project; what they share is compiled once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def fingerprint(self) -> str:
        """The same for renderers that give the same for every template, so that what they give can be kept."""
        return f"{VERSION}-{self.settings.fingerprint()}"

    @cached_property
    def _words(self) -> Words:
        return Words(self.settings.macros)

    @cached_property
    def _sandbox(self) -> Sandbox:
        from trackplan.jinja.sandbox import Sandbox

        return Sandbox(self.settings, self._words)

    def render(
        self, text: str, this: tuple[str, ...] = (), package: str = "", given: Mapping[str, object] | None = None
    ) -> Rendered:
        """What `text` may become. `this` is the relation that it builds, `package` the project that it belongs to.

        What is `given` are settings that stand elsewhere, and that it may ask for.

        Never raises for what the text holds, and takes bounded time and memory.
        """
        if not is_template(text):
            return Rendered((Text(text),))
        source = cleaned(text)
        if len(source) > _LONGEST:
            return self._not(source, (1, 1, 1, 1), f"is a template of more than {_LONGEST:,} letters")
        self._sandbox.give(given or {})
        return self._sandbox.render(source, this, package or self.settings.name, self._not).mended()

    def called(self, text: str) -> str:
        """A template with the texts of the macros that it calls, directly or not."""
        return self._words.called(cleaned(text))

    def prints_this(self, text: str) -> bool:
        """Whether `text` becomes the same for every relation that it is about, but for the relation's name."""
        return is_template(text) and self._words.prints_this(cleaned(text))

    def _not(self, source: str, span: tuple[int, int, int, int], clause: str) -> Rendered:
        """A template that is not rendered: whatever it says or calls may be in it."""
        return Rendered(doubts=(Doubt(self._words.called(source), span, clause, asks=True),))


Fallback = Callable[[str, tuple[int, int, int, int], str], Rendered]
