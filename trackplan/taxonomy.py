"""The words that use cases may say: purposes and people of the fideslang taxonomy, and bases of the GDPR."""

from __future__ import annotations

from typing import Literal

Noun = Literal["data use", "data subject", "legal basis", "special category basis"]

# https://ethyca.github.io/fideslang: the default data uses and data subjects; a team's own may hang below them.
_DATA_USES = """
analytics analytics.reporting analytics.reporting.ad_performance analytics.reporting.campaign_insights
analytics.reporting.content_performance analytics.reporting.system analytics.reporting.system.performance collect
employment employment.recruitment essential essential.fraud_detection essential.legal_obligation essential.service
essential.service.authentication essential.service.notifications essential.service.notifications.email
essential.service.notifications.sms essential.service.operations essential.service.operations.improve
essential.service.operations.support essential.service.payment_processing essential.service.security
essential.service.upgrades finance functional functional.service functional.service.improve functional.storage
marketing marketing.advertising marketing.advertising.first_party marketing.advertising.first_party.contextual
marketing.advertising.first_party.targeted marketing.advertising.frequency_capping
marketing.advertising.negative_targeting marketing.advertising.profiling marketing.advertising.serving
marketing.advertising.third_party marketing.advertising.third_party.targeted marketing.communications
marketing.communications.email marketing.communications.sms operations personalize personalize.content
personalize.content.limited personalize.content.profiled personalize.content.profiling personalize.system sales
third_party_sharing third_party_sharing.legal_obligation train_ai_system
"""
_DATA_SUBJECTS = """
anonymous_user citizen_voter commuter consultant customer employee job_applicant next_of_kin passenger patient prospect
shareholder supplier_vendor trainee visitor
"""
# GDPR Art. 6(1)(a) to (f), and Art. 9(2)(a) to (j).
_LEGAL_BASES = "consent contract legal-obligation vital-interests public-task legitimate-interests"
_SPECIAL_BASES = """
explicit-consent employment vital-interests non-profit made-public legal-claims substantial-public-interest health-care
public-health research
"""

WORDS: dict[Noun, frozenset[str]] = {
    "data use": frozenset(_DATA_USES.split()),
    "data subject": frozenset(_DATA_SUBJECTS.split()),
    "legal basis": frozenset(_LEGAL_BASES.split()),
    "special category basis": frozenset(_SPECIAL_BASES.split()),
}


def known(noun: Noun, word: str) -> bool:
    """Whether `word` is one of the taxonomy, or hangs below one: `analytics.reporting.retail`."""
    words = WORDS[noun]
    return any(word == each or word.startswith(f"{each}.") for each in words)
