"""Words to go on with: rules in suppressions, selectors and consumers in use cases, words of the taxonomy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from trackplan import vocabulary
from trackplan.lsp import selectors
from trackplan.project import assign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.lsp.analysis import Analysis
    from trackplan.lsp.text import Text

Word = tuple[str, str]
"""A word, and what is told beside it."""

MOST = 500
"""How many words are offered at once; more typing brings the others."""

_RULES = re.compile(r"trackplan:\s*ignore(?:-file)?\[(?:[^\],]*,\s*)*([^\],\s]*)$")
_REASON = re.compile(r"trackplan:\s*ignore(?:-file)?\[[^\]]*\].*?([^\s,]*)$")
_KEY = re.compile(r"""(?:^|[\s{,\[])["']?([\w-]+)["']?\s*:(?:\s|$)""")
_BRACES = re.compile(r"""(?:^|[\s"'\[,])([^"'\[\],{}]+)\.\{(?:[^{},]*,\s*)*([^{},]*)$""")
_QUOTED = re.compile(r"""(?:^|[\[,{\s])["']([^"']*)$""")
_BARE = re.compile(r"""(?:^\s*(?:-\s+)+|[\[,]\s*|:\s+)((?:(?!:\s)[^"'\[\]{},#])*)$""")
_INDENT = re.compile(r"\s*(?:-\s+)*")
_PLAIN = re.compile(r"[A-Za-z$_/](?:[\w$./ -]*[\w$./-])?")
_BY_KEY = {
    "consumers": ("consumers",),
    "data_subjects": ("data subject",),
    "data_use": ("data use",),
    "field": ("selectors",),
    "id": ("subjects",),
    "ignore": ("rules",),
    "legal_bases": ("legal basis",),
    "legal_basis": ("legal basis",),
    "needs": ("selectors",),
    "rules": ("rules",),
    "select": ("rules",),
    "special_category_basis": ("special category basis",),
    "stage": ("stages",),
    "subject": ("subjects", "cases"),
    "tags": ("data category",),
    "uses": ("data use",),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a project by what they are, and the kind of each of its files."""

    lists: dict[str, tuple[Word, ...]]
    kinds: dict[str, str]


def words(analysis: Analysis) -> Words:
    """The words that there are now."""
    base, project = analysis.base, analysis.project
    assigned, _ = assign(project)
    paths = [[path for path, _ in assigned[kind]] for kind in ("dictionary", "taxonomy")]
    taxonomy = vocabulary.read(project.tree, *paths)[0].taxonomy
    told = [*selectors.of(base)]
    lists: dict[str, list[Word]] = {
        "rules": [(rule.id, f"{rule.name}: {rule.title}") for rule in analysis.rules if not rule.retired],
        "selectors": [(each.selector, each.what) for each in told],
        "subjects": [(each.id, each.what) for each in told],
        "consumers": _rows(analysis, "SELECT id, title FROM consumer ORDER BY id"),
        "cases": _rows(analysis, "SELECT id, title FROM use_case ORDER BY id"),
        "stages": _rows(analysis, "SELECT DISTINCT stage, '' FROM use_case WHERE stage <> '' ORDER BY 1"),
        "data category": [(word, "data category") for word in sorted(taxonomy.categories)],
    }
    lists |= {noun: [(word, noun) for word in sorted(listed)] for noun, listed in taxonomy.words.items()}
    kinds = {str(path): str(kind) for path, kind in base.fetch("SELECT path, kind FROM file")}
    return Words({name: tuple(listed) for name, listed in lists.items()}, kinds)


def items(known: Words, path: str, text: Text, line: int, column: int) -> list[types.CompletionItem]:
    """What may stand at a line and column of a file."""
    before = text.line(line)[: column - 1]
    for pattern, name in ((_RULES, "rules"), (_REASON, "cases")):
        found = pattern.search(before)
        if found:
            return _items(known.lists[name], found[1], (line, column), text)
    kind = known.kinds.get(path, "")
    if kind not in ("use_cases", "project", "plan", "tombstones"):
        return []
    found = _BRACES.search(before)
    if found:
        return _items(_members(known.lists["selectors"], found[1].strip()), found[2], (line, column), text)
    quoted, bare = _QUOTED.search(before), _BARE.search(before)
    found = quoted or bare
    if not found:
        return []
    chosen = _BY_KEY.get(_key(text, line, before), ())
    listed = [word for name in chosen for word in known.lists[name]]
    return _items(listed, found[1], (line, column), text, quoted=quoted is not None)


def _items(
    listed: Iterable[Word], typed: str, at: tuple[int, int], text: Text, *, quoted: bool = True
) -> list[types.CompletionItem]:
    """The words that hold what is typed already, each with the edit that puts it in its place."""
    line, column = at
    where = types.Range(text.at(line, column - len(typed)), text.at(line, column))
    wanted = typed.lower()
    made = []
    for word, detail in listed:
        if wanted in word.lower():
            plain = quoted or _PLAIN.fullmatch(word)
            new = word if plain else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
            edit = types.TextEdit(where, new)
            kind = types.CompletionItemKind.Value
            made.append(types.CompletionItem(word, kind=kind, detail=detail or None, filter_text=word, text_edit=edit))
            if len(made) == MOST:
                break
    return made


def _key(text: Text, line: int, before: str) -> str:
    """The key whose value is being written: on the line itself, else above, where less is indented."""
    keys = _KEY.findall(before)
    if keys:
        return str(keys[-1])
    depth = len(before) - len(before.lstrip())
    for number in range(line - 1, 0, -1):
        above = text.line(number)
        if not above.strip() or above.lstrip().startswith("#"):
            continue
        inner = _INDENT.match(above)
        item = above.lstrip().startswith("-")
        if (len(above) - len(above.lstrip()) if item else inner.end() if inner else 0) > depth or (
            item and not _KEY.search(above)
        ):
            continue
        found = _KEY.search(above)
        return found[1] if found else ""
    return ""


def _members(selectors: Iterable[Word], whole: str) -> Iterator[Word]:
    for word, detail in selectors:
        name = word.removeprefix(f"{whole}.")
        if name != word and "." not in name:
            yield name, detail


def _rows(analysis: Analysis, sql: str) -> list[Word]:
    return [(str(word), str(detail)) for word, detail in analysis.base.fetch(sql)]
