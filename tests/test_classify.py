"""Classification of fields: what leads to a class, what is declared, what samples say, a project's own dictionary."""

from __future__ import annotations

import pytest

from trackplan import documents
from trackplan.classify import Classification, Dictionary, Evidence, classify, guess
from trackplan.classify.matching import type_kind
from trackplan.classify.samples import looks
from trackplan.errors import ReadError


def category(*arguments: object, **options: object) -> str:
    found = classify(*arguments, **options)  # type: ignore[arg-type]
    return found.category if found else ""


def test_a_class_says_what_led_to_it() -> None:
    assert classify("userIPAddress") == Classification(
        "user.device.ip_address", "personal", 0.95, (Evidence("name", "ip address"),)
    )
    found = classify("name", ("shop", "users"))
    assert found is not None
    assert [str(e) for e in found.evidence] == ["'name' in the name", "'users' in the path"]
    found = classify("customer_name")
    assert found is not None
    assert [str(e) for e in found.evidence] == ["'customer name' in the name"]


def test_nothing_is_said_of_names_that_are_about_nobody() -> None:
    assert [classify(name) for name in ("", "order_total", "race_condition", "name", "product_name")] == [None] * 5


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("email", "email_verified"),
        ("email", "has_email"),
        ("email", "email_domain"),
        ("name @users", "name @products"),
        ("customer_name", "customer_name_length"),
        ("phone", "phone_model_count"),
        ("ip_at_login", "ip_blocked_at_login"),
        ("client_ip", "server_ip"),
        ("hiv_status", "email_status"),
        ("age", "session_age"),
        ("race", "race_condition"),
        ("street", "street_view"),
        ("browser_language", "programming_language"),
        ("customer_email", "company_email"),
        ("user_id", "order_id"),
        ("emails", "emails_sent"),
        ("default_address @customers", "memory_address"),
    ],
)
def test_the_smallest_difference_counts(name: str, other: str) -> None:
    def found(text: str) -> str:
        field, _, within = text.partition(" @")
        return category(field, (within,) if within else ())

    assert found(name)
    assert found(other) != found(name)


def test_browser_fingerprints_recognise_devices() -> None:
    assert category("browser_fingerprint") == "user.device.device_id"
    assert category("fingerprint_scan") == "user.biometric.fingerprint"
    assert category("fingerprint") == ""


def test_the_type_can_say_that_it_is_about_it_only() -> None:
    assert [category("email", (), type_) for type_ in ("STRING", "varchar(20)", "")] == ["user.contact.email"] * 3
    assert [category("email", (), type_) for type_ in ("BOOLEAN", "timestamp", "INT64")] == [""] * 3
    assert category("emails", (), "array<string>") == "user.contact.email"
    assert category("smoker", (), "boolean") == "user.health_and_medical"
    assert category("dob", (), "DATE") == "user.demographic.date_of_birth"
    assert category("phones", (), "integer") == ""
    assert category("phone", (), "integer") == "user.contact.phone_number"


def test_hashes_tell_people_apart() -> None:
    assert category("hashed_email") == category("sha256_phone_number") == "user.unique_id.pseudonymous"
    assert category("url_hash") == ""


def test_words_written_together_are_taken_apart() -> None:
    assert category("customeremail") == category("CUSTOMEREMAIL") == "user.contact.email"
    assert category("clientip") == "user.device.ip_address"
    assert category("emailcount") == ""


# descriptions


def test_a_description_speaks_where_the_name_does_not() -> None:
    found = classify("field_7", description="Full name of the patient.")
    assert found is not None
    assert (found.category, found.confidence) == ("user.name", 0.6)
    assert found.evidence == (Evidence("description", "patient full name"),)
    assert category("x", description="The customer's date of birth, as given at sign-up") == (
        "user.demographic.date_of_birth"
    )


@pytest.mark.parametrize(
    "description",
    [
        "Whether the user has an e-mail address",
        "Number of emails",
        "True if an e-mail was given",
        "Timestamp of the last email",
    ],
)
def test_a_description_can_say_that_it_is_about_it_only(description: str) -> None:
    assert category("email", description=description) == ""


def test_a_description_does_not_overrule_the_name() -> None:
    assert category("server_ip", description="The IP address of the user") == ""
    assert category("family", description="Name of the family of products") == ""
    assert category("email", description="Name of the user") == "user.contact.email"


# what is declared


def test_a_declared_class_wins() -> None:
    found = classify("order_total", tags=["pii"])
    assert found == Classification("", "personal", 1.0, (Evidence("tag", "pii"),), declared=True)
    found = classify("x7", tags=["fides:user.contact.email"])
    assert found is not None
    assert (found.category, found.sensitivity, found.declared) == ("user.contact.email", "personal", True)


def test_the_dictionary_adds_the_category_to_a_declared_sensitivity() -> None:
    found = classify("email", tags=["finance", "PII"])
    assert found is not None
    assert (found.category, found.sensitivity, found.contradicts) == ("user.contact.email", "personal", None)
    assert [e.part for e in found.evidence] == ["tag", "name"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("email", {"sensitivity": "none"}),
        ("email", {"sensitivity": "internal"}),
        ("email", {"tags": ["not-pii"]}),
        ("email", {"tags": ["user.device.device_id"]}),
        ("diagnosis_code", {"sensitivity": "personal"}),
    ],
)
def test_a_contradiction_is_told_and_overrules_nothing(name: str, options: dict[str, object]) -> None:
    found = classify(name, **options)  # type: ignore[arg-type]
    assert found is not None
    assert found.declared
    assert found.sensitivity == options.get("sensitivity", found.sensitivity)
    assert found.contradicts == guess(name)
    assert found.category != guess(name).category  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("email", {"sensitivity": "personal"}),
        ("email", {"sensitivity": "special"}),
        ("email", {"tags": ["user.contact"]}),
        ("email", {"tags": ["user.contact.email"]}),
        ("language", {"sensitivity": "none"}),
        ("age", {"sensitivity": "none"}),  # the dictionary is not sure of a bare `age`
        ("order_total", {"sensitivity": "none"}),
        ("email_verified", {"sensitivity": "none"}),
    ],
)
def test_no_contradiction(name: str, options: dict[str, object]) -> None:
    found = classify(name, **options)  # type: ignore[arg-type]
    assert found is not None
    assert found.contradicts is None


# samples

SAMPLES = {
    "email": ["ada@example.com", "x.y+z@mail.example.co.uk"],
    "ip": ["203.0.113.7", "2001:db8::1"],
    "phone": ["+49 30 901820", "+12025550123"],
    "card": ["4111 1111 1111 1111", "5500005555555559"],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819"],
    "coordinates": ["52.5200, 13.4050", "(-33.8688,151.2093)"],
    "mac": ["00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e"],
}
WRONG = ["", "hello", "1.2.3", "ada@", "@example.com", "4111111111111112", "DE88370400440532013000", "12345", "true"]
WRONG += ["+0123", "999.1.1.1", "91.5000, 13.4050", "00:1A:2B", "1,2", "2026-01-31"]


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples_look_like_what_they_are(kind: str) -> None:
    assert [(look.kind, look.share) for look in looks(SAMPLES[kind])] == [(kind, 1.0)]


def test_other_samples_look_like_nothing() -> None:
    assert looks([*WRONG, None, True, 17, 1.5]) == ()


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples_stand_for_a_silent_name_and_never_show(kind: str) -> None:
    samples = [*SAMPLES[kind], *SAMPLES[kind], "unknown", "", None]
    found = classify("field_7", samples=samples)
    assert found is not None
    assert found.category == Dictionary.load().samples[kind]
    assert str(found.evidence[0]).startswith("4 of 5 samples look like ")
    said = repr(found)
    assert not any(value and str(value) in said for value in samples)


def test_samples_make_a_name_surer_or_doubted() -> None:
    named = guess("email")
    agreed = guess("email", samples=SAMPLES["email"])
    doubted = guess("email", samples=["yes", "no", "no"])
    assert named is not None
    assert agreed is not None
    assert doubted is not None
    assert doubted.confidence < 0.5 < named.confidence < agreed.confidence
    assert str(doubted.evidence[-1]) == "0 of 3 samples look like e-mail addresses"


def test_few_samples_among_many_say_nothing() -> None:
    assert classify("field_7", samples=["ada@example.com", "a", "b", "c"]) is None
    assert classify("field_7", samples=[]) is None


@pytest.mark.parametrize("piece", ["a", "a@", "a.", "1", "+1", ":", "AB12", "1.1,", "@a."])
def test_long_samples_take_no_time(piece: str) -> None:
    assert looks([piece * 100_000]) == () or piece == "1"


# dictionaries of one's own


def extension(text: str) -> documents.Node:
    return documents.read_yaml(f"version: 1\n{text}", "words.yaml")


def test_a_project_adds_words() -> None:
    words = Dictionary.load(
        [
            extension(
                """
groups: {persons: angler}
categories:
  user.unique_id:
    names:
      - words: fishing licence, permit
  user.custom_pond: {sensitivity: special, names: [{words: pond depth, even: [flags]}]}
"""
            )
        ]
    )
    assert category("fishingLicence", dictionary=words) == "user.unique_id"
    assert category("angler_name", dictionary=words) == "user.name"
    assert category("permits", dictionary=words) == "user.unique_id"
    found = classify("has_pond_depth", dictionary=words)
    assert found is not None
    assert (found.category, found.sensitivity) == ("user.custom_pond", "special")
    assert [category(name) for name in ("fishingLicence", "angler_name", "has_pond_depth")] == [""] * 3


def test_a_project_overrides_and_takes_out_words() -> None:
    words = Dictionary.load(
        [
            extension("exceptions: loyalty number"),
            extension("categories: {user.device.device_id: {names: [{words: visitor id}]}}"),
            extension("categories: {user.device: {sensitivity: personal}}"),
        ]
    )
    assert category("loyalty_number") == "user.unique_id"
    assert category("loyalty_number", dictionary=words) == ""
    assert category("visitor_id", dictionary=words) == "user.device.device_id"
    assert words.categories["user.device"] == "personal"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("categorys: {}", "words.yaml:2:1: the key 'categorys' is not known"),
        ("categories: {user.contact.emial: {names: [{words: x}]}}", "words.yaml:2:14: the category"),
        ("categories: {user.name: {names: [{words: My_Name}]}}", "words.yaml:2:42: 'My_Name' is not written in plain"),
        ("categories: {user.name: {names: [{words: '(a+)+'}]}}", "words.yaml:2:42: '(a+)+' is not written in plain"),
        ("categories: {user.name: {names: [{words: a b c d e f g}]}}", "words.yaml:2:42: 'a b c d e f g' has more"),
        ("categories: {user.name: {names: [{words: x, of: [poeple]}]}}", "words.yaml:2:50: there is no group 'poeple'"),
        ("categories: {user.name: {names: [{words: 'x, x'}]}}", "words.yaml:2:42: 'x' stands here twice"),
        ("categories: {user.name: {names: [{words: ','}]}}", "words.yaml:2:42: no words stand here"),
        ("exceptions: x\ncategories: {user.name: {names: [{words: x}]}}", "words.yaml:2:13: 'x' is an exception and"),
        ("neutral: two words", "words.yaml:2:10: 'two words' is more than one word"),
        ("categories: {user.name: {sensitivity: secret}}", "words.yaml:2:39: 'sensitivity' cannot be 'secret'"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, problem: str) -> None:
    with pytest.raises(ReadError) as caught:
        Dictionary.load([extension(text)])
    first = caught.value.problems[0]
    assert f"{first.place}: {first.message}".startswith(problem)
    assert first.hint


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ReadError) as caught:
        Dictionary.load([extension("neutral: A\nlinks: B"), extension("neutral: C")])
    assert len(caught.value.problems) == 3


# the dictionary that comes with trackplan


def test_the_shipped_dictionary_is_right() -> None:
    from trackplan.classify import dictionary

    text = dictionary.SHIPPED.read_text(encoding="utf-8")
    node = documents.read_yaml(text, "dictionary.yaml")
    assert documents.check(node, "dictionary") == []
    assert [str(p) for p in dictionary.shipped_tables().problems] == []


def test_loading_is_done_once() -> None:
    assert Dictionary.load() is Dictionary.load()


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("STRING", "text"),
        ("nvarchar(20)", "text"),
        ("UUID", "text"),
        ("bigint", "number"),
        ("INT64", "number"),
        ("NUMERIC(38, 0)", "number"),
        ("bool", "boolean"),
        ("TIMESTAMP_NTZ", "time"),
        ("interval day", "time"),
        ("date", "time"),
        ("array<int>", ""),
        ("RECORD", ""),
        ("point", ""),
        ("geography", ""),
    ],
)
def test_kinds_of_types(type_: str, kind: str) -> None:
    assert type_kind(type_) == kind


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("phone_number", "phone_numbers"),
        ("email", "emails"),
        ("ip_address", "ip_addresses"),
        ("allergy", "allergies"),
        ("access_token", "accessTokens"),
        ("user_id", "userIDs"),
        ("emailaddress", "emailaddresses"),
        ("diagnosis_code", "diagnosis_codes"),
        ("prior_conviction", "prior_convictions"),
    ],
)
def test_plurals_come_by_themselves(one: str, many: str) -> None:
    assert category(one) == category(many) != ""
