"""Problems of input for people: where, what, the line itself, and how to mend it.

trackplan.yaml:4:1: unknown key `plan`
       4 | plan: tracking/web.yaml
         | ^^^^
         = did you mean `plans`?
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.formats.base import Look, paint
from trackplan.formats.source import Sources, excerpt, hint_lines, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.findings import Problem
    from trackplan.formats.source import Text


def render(problems: Iterable[Problem], tree: Text, look: Look) -> str:
    """All problems in order of place, each with its source line if there is one. No newline at the end."""
    sources = Sources(tree, look.double_quoted_literals)
    lines: list[str] = []
    for problem in sorted(problems, key=lambda p: (p.place, p.message)):
        place = paint(visible(str(problem.place)), "bold", look)
        lines.append(f"{place}: {paint(visible(problem.message), 'red', look)}")
        lines += excerpt(sources, problem.place, look, "red")
        lines += hint_lines(problem.hint, look)
    return "\n".join(lines)
