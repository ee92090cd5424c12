"""Which fields hold data on people: names, types, descriptions, tags, samples → categories of the fideslang taxonomy.

`classify("userIPAddress")` gives the category `user.device.ip_address`, how sensitive it is, how sure that is and what
led to it. Names are read by the words of `dictionary.yaml`, which explains how; a project's own dictionary extends it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from trackplan.classify import descriptions
from trackplan.classify import samples as sampling
from trackplan.classify.dictionary import Dictionary
from trackplan.classify.matching import Holder, Match, holder, match, match_known, speaks, type_kind
from trackplan.classify.model import CERTAIN, RANKS, Classification, Evidence, Guess, Sensitivity
from trackplan.classify.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Classification", "Dictionary", "Evidence", "Guess", "Sensitivity", "classify", "guess", "tokenize"]

_SURE, _FAIR, _WEAK, _TOLD = 0.95, 0.85, 0.5, 0.6
_NOBODY = Holder()


def classify(
    name: str,
    path: Sequence[str] = (),
    type: str = "",  # noqa: A002
    description: str = "",
    tags: Sequence[str] = (),
    samples: Sequence[object] = (),
    *,
    sensitivity: Sensitivity = "",
    dictionary: Dictionary | None = None,
) -> Classification | None:
    """The class of a field or column, or None where nothing says that it is about a person.

    `path` are the names that the field lies in, from the outside: event or table, then the objects. `tags` and
    `sensitivity` are what is declared; it always wins, and `contradicts` tells where the dictionary knows better.
    """
    words = dictionary or Dictionary.load()
    found = guess(name, path, type, description, samples, dictionary=words)
    declared = _declared(tags, sensitivity, words)
    if declared is None:
        return Classification(found.category, found.sensitivity, found.confidence, found.evidence) if found else None
    category, level, evidence = declared
    against = found if found and _contradicts(found, category, level) else None
    if not category and found and found.confidence >= CERTAIN and not against and level != "none":
        category, evidence = found.category, (*evidence, *found.evidence)
    return Classification(category, level, 1.0, evidence, declared=True, contradicts=against)


def guess(
    name: str,
    path: Sequence[str] = (),
    type: str = "",  # noqa: A002
    description: str = "",
    samples: Sequence[object] = (),
    *,
    dictionary: Dictionary | None = None,
) -> Guess | None:
    """What the dictionary makes of a field, whatever is declared."""
    words = dictionary or Dictionary.load()
    within = holder(tuple(path), words) if path else _NOBODY
    found = _by_words(name, within, type_kind(type), description, words) if within is not None else None
    return _by_samples(found, samples, words) if samples else found


@lru_cache(maxsize=65536)
def _by_words(name: str, within: Holder, kind: str, description: str, words: Dictionary) -> Guess | None:
    tokens = tokenize(name)
    found = match(tokens, kind, within, words)
    if not description:
        return _guess(found, "name", words) if found else None
    about = descriptions.about(description, words)
    if found and not found.within:
        told = about and about not in found.sense.even and not (about == "times" and "time" in found.sense.types)
        return None if told else _guess(found, "name", words)
    if about or (found is None and speaks(tokens, words)):
        return None
    described = match_known(descriptions.noun_phrase(description, words), kind, words)
    if described and RANKS[described.sense.sensitivity] >= RANKS["personal"]:
        return _guess(described, "description", words)
    return _guess(found, "name", words) if found else None


def _guess(found: Match, part: str, words: Dictionary) -> Guess:
    sense = found.sense
    category, level = sense.category, sense.sensitivity
    if found.hashed:
        category = words.hashed_category
        level = words.categories[category]
    confidence = _WEAK if not sense.sure else _FAIR if found.doubt or found.within else _SURE
    text = f"{found.owner} {found.phrase}" if sense.of and found.owner else found.phrase
    if part == "description":
        return Guess(category, level, min(confidence, _TOLD), (Evidence("description", text),))
    evidence = [Evidence("name", text)]
    if found.within:
        evidence.append(Evidence("path", found.within))
    return Guess(category, level, confidence, tuple(evidence))


def _by_samples(found: Guess | None, samples: Sequence[object], words: Dictionary) -> Guess | None:
    """The guess with what the samples say: they make it surer, doubt it, or stand for one where there was none."""
    looks = [look for look in sampling.looks(samples) if look.kind in words.samples]
    if found is None:
        best = looks[0] if looks and looks[0].share >= 0.6 else None
        if best is None:
            return None
        category = words.samples[best.kind]
        confidence = round(0.9 * best.share if best.total > 1 else _WEAK, 2)
        return Guess(category, words.categories[category], confidence, (Evidence("sample", str(best)),))
    kind = next((kind for kind, category in words.samples.items() if category == found.category), "")
    total = sampling.count(samples)
    if not kind or not total:
        return found
    look = next((look for look in looks if look.kind == kind), sampling.Look(kind, 0, total))
    evidence = (*found.evidence, Evidence("sample", str(look)))
    sure = 0.99 if look.share >= 0.6 else found.confidence if look.matching else round(found.confidence / 2, 2)
    return Guess(found.category, found.sensitivity, sure, evidence)


def _declared(
    tags: Sequence[str], sensitivity: Sensitivity, words: Dictionary
) -> tuple[str, Sensitivity, tuple[Evidence, ...]] | None:
    """The category and sensitivity that are declared, and by what; a category says more than a word."""
    if not tags and not sensitivity:
        return None
    category, level, evidence = "", sensitivity, [Evidence("sensitivity", sensitivity)] if sensitivity else []
    for tag in tags:
        key = tag.rpartition(":")[2].strip().lower()
        if key in words.categories:
            if not category:
                category = key
                evidence.append(Evidence("tag", tag))
            continue
        said = words.tags.get(" ".join(tokenize(tag)))
        if said and not level:
            level = said
            evidence.append(Evidence("tag", tag))
    if not evidence:
        return None
    return category, level or words.categories[category], tuple(evidence)


def _contradicts(found: Guess, category: str, level: Sensitivity) -> bool:
    """Whether a sure guess says more of a person than what is declared, or something else."""
    if found.confidence < CERTAIN:
        return False
    if RANKS[found.sensitivity] > max(RANKS[level], RANKS["internal"]):
        return True
    near = f"{found.category}.".startswith(f"{category}.") or f"{category}.".startswith(f"{found.category}.")
    return bool(category) and not near
