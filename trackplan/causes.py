"""The five causes of findings, and what stops each of them at its source instead of one finding at a time."""

from __future__ import annotations

from typing import NamedTuple


class Cause(NamedTuple):
    """What a cause is, and what it calls for; both as the end of a sentence."""

    meaning: str
    countermeasure: str


CAUSES = {
    "people": Cause(
        "nobody answers for it, or nobody looked at it again",
        "name an owner, and the day on which it is looked at again",
    ),
    "machinery": Cause(
        "a tool collects, copies or hides it by default",
        "switch it off where it begins: in the SDK, the loader, the query",
    ),
    "material": Cause(
        "the data itself does not fit its purpose",
        "change what is sent: another type, a coarser value, one name",
    ),
    "method": Cause(
        "it came in without a purpose or an agreed way",
        "ask for purpose and sensitivity before a field is added, in CI",
    ),
    "measurement": Cause(
        "nobody measures with it",
        "tie it to an outcome that somebody measures, or stop collecting it",
    ),
}
