"""A project's own words: its dictionary of personal data, and its taxonomy of data categories, uses and subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from trackplan import documents
from trackplan.errors import ReadError
from trackplan.facts.declared import Term
from trackplan.readers import base as readers
from trackplan.taxonomy import CATEGORIES, WORDS, Noun, Taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trackplan.classify import Dictionary, Sensitivity
    from trackplan.findings import Problem
    from trackplan.tree import Tree


class Vocabulary(Struct, frozen=True):
    """The words in force. `dictionary` is None where the one that comes with trackplan is all there is."""

    taxonomy: Taxonomy = field(default_factory=Taxonomy)
    dictionary: Dictionary | None = None


def read(work: Tree, dictionaries: Sequence[str], taxonomies: Sequence[str]) -> tuple[Vocabulary, list[Problem]]:
    """The words of these files on top of ours, and what is wrong with the files."""
    if not dictionaries and not taxonomies:
        return Vocabulary(), []
    from trackplan.classify import Dictionary  # takes time to load

    problems: list[Problem] = []
    terms: list[Term] = []
    for path in taxonomies:
        try:
            text = work.read_text(path)
            read_by = readers.choose(text, path, "taxonomy")
            terms.extend(term for term in read_by.read(text, path) if isinstance(term, Term))
        except ReadError as error:
            problems.extend(error.problems)
    nodes = []
    for path in dictionaries:
        try:
            nodes.append(documents.read(work.read_text(path), path))
        except ReadError as error:
            problems.extend(error.problems)
    try:
        words = Dictionary.load(nodes)
    except ReadError as error:
        problems.extend(error.problems)
        words = Dictionary.load()
    words = replace(words, categories=_levels(words.categories, terms))
    return Vocabulary(_taxonomy(terms, words), words), problems


def _taxonomy(terms: Sequence[Term], words: Dictionary) -> Taxonomy:
    """Our taxonomy with these terms; a noun of which the project lists the words is complete."""
    added: dict[Noun, set[str]] = {}
    for term in terms:
        if term.noun in WORDS:
            added.setdefault(term.noun, set()).add(term.key)
    known = {noun: each | added.get(noun, set()) for noun, each in WORDS.items()}
    return Taxonomy(known, CATEGORIES | frozenset(words.categories), frozenset(added))


def _levels(known: Mapping[str, Sensitivity], terms: Sequence[Term]) -> dict[str, Sensitivity]:
    """How sensitive each category is: a new one as the one that it replaces, else as what it is a part of."""
    levels = dict(known)
    old = {term.replaced_by: term.key for term in terms if term.noun == "data category" and term.replaced_by}
    fresh = {term.key for term in terms if term.noun == "data category"} - known.keys()
    for key in sorted(fresh, key=lambda key: (key.count("."), key)):
        above = key.rpartition(".")[0]
        unsaid: Sensitivity = "personal" if key.startswith("user") else "none"
        levels[key] = known.get(old.get(key, "")) or levels.get(above) or unsaid
    return levels
