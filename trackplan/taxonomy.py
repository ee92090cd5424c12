"""The words that use cases may say: purposes, people and data of the fideslang taxonomy, and bases of the GDPR."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

Noun = Literal["data use", "data subject", "legal basis", "special category basis"]

# https://ethyca.github.io/fideslang: the default data uses, subjects and categories; a team's own may hang below them.
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
_DATA_CATEGORIES = """
system system.authentication system.operations user user.account user.account.settings user.account.username
user.authorization user.authorization.biometric user.authorization.credentials user.authorization.password
user.behavior user.behavior.browsing_history user.behavior.media_consumption user.behavior.purchase_history
user.behavior.search_history user.biometric user.biometric.fingerprint user.biometric.health user.biometric.retinal
user.biometric.voice user.childrens user.contact user.contact.address user.contact.address.city
user.contact.address.country user.contact.address.postal_code user.contact.address.state user.contact.address.street
user.contact.email user.contact.fax_number user.contact.organization user.contact.phone_number user.contact.url
user.content user.content.private user.content.public user.content.self_image user.criminal_history user.demographic
user.demographic.age_range user.demographic.date_of_birth user.demographic.gender user.demographic.language
user.demographic.marital_status user.demographic.political_opinion user.demographic.profile
user.demographic.race_ethnicity user.demographic.religious_belief user.demographic.sexual_orientation user.device
user.device.cookie user.device.cookie_id user.device.device_id user.device.ip_address user.financial
user.financial.bank_account user.financial.credit_card user.government_id user.government_id.birth_certificate
user.government_id.drivers_license_number user.government_id.immigration
user.government_id.national_identification_number user.government_id.passport_number
user.government_id.vehicle_registration user.health_and_medical user.health_and_medical.genetic
user.health_and_medical.insurance_beneficiary_id user.health_and_medical.record_id user.job_title user.location
user.location.imprecise user.location.precise user.name user.name.first user.name.last user.payment
user.privacy_preferences user.sensor user.social user.telemetry user.unique_id user.unique_id.pseudonymous
user.user_sensor user.workplace
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

CATEGORIES = frozenset(_DATA_CATEGORIES.split())
"""The data categories: what data says, of whom."""


_MISSPELT = 0.85
"""How much alike two words are of which one is taken for the other, misspelt."""


class Taxonomy(Struct, frozen=True):
    """The words that there are; a team's own may hang below those of a noun, unless it is `complete`."""

    words: Mapping[Noun, frozenset[str]] = field(default_factory=lambda: WORDS)
    categories: frozenset[str] = CATEGORIES
    complete: frozenset[Noun] = frozenset()

    def knows(self, noun: Noun, word: str) -> bool:
        """Whether `word` is one of the taxonomy, or may hang below one: `analytics.reporting.retail`.

        What hangs below one and differs from another by a letter or two is that one, misspelt.
        """
        words = self.words[noun]
        if word in words or noun in self.complete:
            return word in words
        above = max((each for each in words if word.startswith(f"{each}.")), key=len, default="")
        if not above:
            return False
        own = word.removeprefix(f"{above}.").partition(".")[0]
        beside = [each.rpartition(".")[2] for each in words if each.rpartition(".")[0] == above]
        return not difflib.get_close_matches(own, beside, n=1, cutoff=_MISSPELT)
