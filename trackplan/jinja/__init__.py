"""Templates of SQL → the texts that they may become, rendered in a sandbox that knows no warehouse and no environment.

`Renderer` is the way in; Jinja itself is imported only once a text has to be rendered.
"""

from __future__ import annotations

from trackplan.jinja.project import MacroFile, Settings
from trackplan.jinja.rendered import Rendered, is_template
from trackplan.jinja.renderer import Renderer

__all__ = ["MacroFile", "Rendered", "Renderer", "Settings", "is_template"]
