"""Names of a template that hold other names: packages of macros, `adapter`, `modules`."""

from __future__ import annotations

from collections.abc import Callable


class Namespace:
    """A name with members; `find` gives a member, None for one that nobody knows. Packages are `installed`."""

    def __init__(self, name: str, find: Callable[[str], object | None], *, installed: bool = False) -> None:
        self.name = name
        self.find = find
        self.installed = installed

    def __str__(self) -> str:
        return self.name
