"""The record of processing activities (GDPR Art. 30(1)): one row per activity, with all that the article lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.processing.model import GAP, Paper, row, said_or

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.processing.activities import Activity
    from trackplan.project.accountability import Accountability

COLUMNS = (
    "Activity",
    "Purpose (b)",
    "Kind of use",
    "Owner",
    "Legal basis (Art. 6(1))",
    "Exception for special categories (Art. 9(2))",
    "Categories of data subjects (c)",
    "Categories of personal data (c)",
    "Fields and columns",
    "Recipients (d)",
    "Tools that the plans send it to",
    "Syncs and exports that serve it",
    "Transfers to third countries (e)",
    "Time limits for erasure (f)",
    "Security (g)",
    "Controller (a)",
    "Representative and joint controllers (a)",
    "Data protection officer (a)",
    "Review by",
    "Signed",
    "Gaps",
)
_NO_PURPOSE = "(no purpose)"
_NONE_NAMED = "none named"


def record(found: Sequence[Activity], without: int, who: Accountability, today: str) -> Paper:
    """The record of a project; `without` is the number of use cases that need no data on people."""
    said = [
        f"As the project's files say it on {today}. A cell that begins with {GAP.strip()} is one that nobody filled."
    ]
    if without:
        said.append(f"Use cases that need no data on people, and so are not listed: {without}.")
    return Paper(
        "Record of processing activities (GDPR Art. 30(1))",
        tuple(said),
        COLUMNS,
        tuple(row(_cells(each, who)) for each in found),
    )


def _cells(each: Activity, who: Accountability) -> list[str]:
    declared = bool(each.purpose.id)
    purpose = said_or(
        each.purpose.title,
        "the use case has no title"
        if declared
        else "no use case needs this data, and nothing that serves one reaches it",
    )
    special = sorted(datum.id for datum in each.data if datum.sensitivity == "special")
    return [
        each.purpose.id or _NO_PURPOSE,
        purpose,
        each.purpose.data_use,
        said_or(each.purpose.owner, "nobody answers for it"),
        said_or(each.purpose.legal_basis, "no legal basis is stated"),
        each.purpose.special_basis or (f"{GAP}nothing allows {', '.join(special)}" if special else ""),
        said_or("\n".join(each.subjects), "it is not said whose data it is"),
        "\n".join(map(_category, each.categories.items())),
        _fields(each),
        _recipients(each),
        "\n".join(each.tools),
        "\n".join(each.exports),
        _transfers(each),
        said_or(each.purpose.retention, "it is not said how long it is kept"),
        said_or("\n".join(who.security), "no measures are named (security in the project file)"),
        said_or(str(who.controller or ""), "no controller is named (controller in the project file)"),
        "\n".join(str(party) for party in (who.representative, *who.joint) if party) or _NONE_NAMED,
        _officer(who),
        each.purpose.review_by or (f"{GAP}no day is set on which it is looked at again" if declared else ""),
        record_of_signing(each) if declared else "",
    ]


def _category(item: tuple[str, int]) -> str:
    category, count = item
    return f"{category or 'personal, of no stated category'} ({count})"


def _fields(each: Activity) -> str:
    named = [datum.id for datum in each.data if datum.named]
    reached = [datum.id for datum in each.data if not datum.named]
    if not each.purpose.id:
        return ", ".join(reached)
    parts = (("named by a need", named), ("reached by what serves it", reached))
    return "\n".join(f"{how}: {', '.join(ids)}" for how, ids in parts if ids)


def _recipients(each: Activity) -> str:
    if each.recipients:
        return "\n".join(each.recipients)
    if each.tools or each.exports:
        return f"{GAP}no recipients are named, though data goes to {', '.join((*each.tools, *each.exports))}"
    return _NONE_NAMED


def _transfers(each: Activity) -> str:
    lines = [f"{to}: {note}" if note else f"{GAP}nothing is said to protect it in {to}" for to, note in each.transfers]
    return "\n".join(lines) or _NONE_NAMED


def _officer(who: Accountability) -> str:
    if who.dpo:
        return str(who.dpo)
    if who.no_dpo:
        return f"not required: {who.no_dpo}"
    return f"{GAP}no data protection officer is named, nor why there need not be one (dpo in the project file)"


def record_of_signing(each: Activity) -> str:
    """Who signed the use case and when, or that nobody did, or not as it is now."""
    if not each.purpose.signed_by:
        return f"{GAP}nobody has signed it"
    said = f"{each.purpose.signed_by}, {each.purpose.signed_on}" if each.purpose.signed_on else each.purpose.signed_by
    return said if each.signed else f"{said}\n{GAP}it has changed since it was signed"
