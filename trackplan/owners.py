"""CODEOWNERS, as GitHub and GitLab read it → who owns a file.

The last line that matches counts. GitLab's file may have sections, of which each has its own last line.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from trackplan.errors import ReadError
from trackplan.findings import Owned, Ownership

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trackplan.tree import Tree

FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where it may lie in a repository; the first one counts."""

_LARGEST = 3_000_000
_TOLD = 5
_WORD = re.compile(r"(?:[^\s\\]|\\.)+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[^\s@]+@[^\s@]+\.[^\s@]+", re.ASCII)
_OWNER_OF_GITLAB = re.compile(r"@@?[\w.-]+(?:/[\w.-]+)*|[^\s@]+@[^\s@]+\.[^\s@]+", re.ASCII)
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s.*)?)")


def read(tree: Tree) -> Ownership:
    """Who owns what of a project, by the file of its repository; what is wrong in that is told with its place."""
    repository = tree.repository(*FILES)
    path = next((path for path in FILES if repository.exists(path)), "")
    if not path:
        return Ownership()
    try:
        text = repository.read_text(path)
    except ReadError as error:
        return Ownership(told=(f"{path}: {error.problems[0].message}; no finding has owners.",))
    if len(text) > _LARGEST:
        return Ownership(told=(f"{path} is larger than 3 MB, which nobody reads; no finding has owners.",))
    lines, wrong = parse(text, gitlab=_is_gitlabs(path, text))
    told = [f"{path}:{line}:{column}: {message}." for line, column, message in wrong]
    if len(told) > _TOLD:
        told[_TOLD:] = [f"{len(told) - _TOLD:,} more lines of {path} cannot be used."]
    return Ownership(tree.place, tuple(lines), tuple(told))


def finder(ownership: Ownership) -> Callable[[str], tuple[str, ...]]:
    """What gives the owners of a file of the project, in their order; each file is looked up once."""
    return cache(partial(_of, ownership))


def _of(ownership: Ownership, path: str) -> tuple[str, ...]:
    whole = f"{ownership.folder}/{path}" if ownership.folder else path
    found: dict[str, tuple[str, ...]] = {}
    for line in reversed(ownership.lines):
        if line.section not in found and any(_matches(pattern, whole) for pattern in line.patterns):
            found[line.section] = line.owners
    sections = dict.fromkeys(line.section for line in ownership.lines)
    return tuple(dict.fromkeys(owner for section in sections for owner in found.get(section, ())))


def parse(text: str, *, gitlab: bool) -> tuple[list[Owned], list[tuple[int, int, str]]]:
    """The lines that say who owns what; and line, column and fault of those that cannot be used."""
    found: list[Owned] = []
    excluded: list[Owned] = []
    wrong: list[tuple[int, int, str]] = []
    section = ""
    usual: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        column = line.index(said) + 1
        if gitlab and said.startswith(("[", "^[")):
            heading = _SECTION.fullmatch(said)
            if heading is None:
                wrong.append((number, column, "this is no heading of a section; write [Name] @owner"))
                continue
            section = heading["name"].strip().lower()
            usual = _owners(heading["owners"], column + heading.start("owners"), number, wrong, gitlab=True)[0]
            continue
        fault = _fault(said, gitlab=gitlab)
        if fault:
            wrong.append((number, column, fault))
            continue
        pattern = _word(said)
        rest = said[len(pattern) :]
        owners, right = _owners(rest, column + len(pattern), number, wrong, gitlab=gitlab)
        if right or (gitlab and owners):
            named = Owned(section, _patterns(pattern.removeprefix("!"), gitlab=gitlab), owners or usual)
            (excluded if pattern.startswith("!") else found).append(named)
    return [*found, *(Owned(each.section, each.patterns, ()) for each in excluded)], wrong


def _is_gitlabs(path: str, text: str) -> bool:
    """GitLab alone knows headings of sections."""
    headed = any(line.startswith(("[", "^[")) for line in text.splitlines())
    return path.startswith(".gitlab/") or (headed and not path.startswith(".github/"))


def _word(said: str) -> str:
    """The first word; a backslash makes a blank part of it."""
    match = _WORD.match(said)
    return match.group() if match else said


def _fault(said: str, *, gitlab: bool) -> str:
    """Why the pattern that a line begins with cannot be used."""
    pattern = _word(said)
    if "[" in pattern:
        return "a pattern with [ is not understood"
    if not gitlab and pattern.startswith("!"):
        return "a pattern cannot be taken back with !"
    if not gitlab and pattern.startswith("\\#"):
        return "a pattern cannot begin with #"
    return "a pattern cannot end with a backslash" if said.endswith("\\") else ""


def _owners(
    text: str, column: int, number: int, wrong: list[tuple[int, int, str]], *, gitlab: bool
) -> tuple[tuple[str, ...], bool]:
    """The owners that a line names, and whether all of them can be some."""
    owners: list[str] = []
    right = True
    for match in re.finditer(r"\S+", text):
        if match.group().startswith("#"):
            break
        if (_OWNER_OF_GITLAB if gitlab else _OWNER).fullmatch(match.group()):
            owners.append(match.group())
        elif right:
            right = False
            message = f"{match.group()!r} is no owner; write @name, @group/team or an address"
            wrong.append((number, column + match.start(), message))
    return tuple(owners), right


def _patterns(pattern: str, *, gitlab: bool) -> tuple[str, ...]:
    """The patterns from the top of the repository that a written one stands for; `**` is any number of folders."""
    parts = [part for part in pattern.split("/") if part]
    anchored = pattern.startswith("/") or (not gitlab and len(parts) > 1)
    start = [] if anchored or parts[:1] == ["**"] else ["**"]
    if pattern.endswith("/") or parts[-1:] in (["**"], []):
        return ("/".join([*start, *(parts[:-1] if parts[-1:] == ["**"] else parts), "**", "*"]),)
    exactly = "/".join([*start, *parts])
    return (exactly,) if gitlab or parts[-1] == "*" else (exactly, f"{exactly}/**/*")


def _matches(pattern: str, path: str) -> bool:
    fixed, parts = _compiled(pattern)
    return path.startswith(fixed) and _fits(parts, path.split("/"), "**", _fits_name)


@lru_cache(maxsize=10_000)
def _compiled(pattern: str) -> tuple[str, tuple[str, ...]]:
    """What every match begins with, and the parts of the pattern."""
    parts = pattern.split("/")
    plain = next((i for i, part in enumerate(parts) if re.search(r"[*?\\]", part)), len(parts))
    fixed = "".join(f"{part}/" for part in parts[:plain])
    return (fixed if plain < len(parts) else pattern), tuple(parts)


def _fits_name(part: str, name: str) -> bool:
    return part == name if part.isalnum() else _fits(_tokens(part), name, "*", _fits_character)


@lru_cache(maxsize=10_000)
def _tokens(part: str) -> tuple[str, ...]:
    """The characters of a part of a pattern, those behind a backslash with it."""
    found = re.findall(r"\\.|\*+|.", part, re.DOTALL)
    return tuple("*" if token[0] == "*" else token for token in found)


def _fits_character(piece: str, character: str) -> bool:
    return piece == "?" or piece[-1] == character


def _fits(pattern: Sequence[str], items: Sequence[str], star: str, one: Callable[[str, str], bool]) -> bool:
    """Whether a pattern matches all items, `star` any number of them; only the last star is ever gone back to."""
    at = position = 0
    back: tuple[int, int] | None = None
    while at < len(items):
        if position < len(pattern) and pattern[position] == star:
            position += 1
            back = (position, at)
        elif position < len(pattern) and one(pattern[position], items[at]):
            position, at = position + 1, at + 1
        elif back is None:
            return False
        else:
            back = (back[0], back[1] + 1)
            position, at = back
    return all(part == star for part in pattern[position:])
