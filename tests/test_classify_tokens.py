"""Names of any style → words, and the same class whatever the style."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trackplan.classify import Dictionary, classify, tokenize

KNOWN = sorted(word for word in Dictionary.load().known if len(word) > 1 and word.isascii() and word.isalpha())
WORDS = st.lists(st.sampled_from(KNOWN), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("user_ip_address", "user ip address"),
        ("userIPAddress", "user ip address"),
        ("UserIpAddress", "user ip address"),
        ("USER_IP_ADDRESS", "user ip address"),
        ("user-ip.address", "user ip address"),
        ("IPAddress", "ip address"),
        ("userIDs", "user ids"),
        ("e_mail", "e mail"),
        ("eMail", "e mail"),
        ("address2Line", "address 2 line"),
        ("ipv4", "ipv 4"),
        ("sha256_email", "sha 256 email"),
        ("Téléphone", "telephone"),
        ("Straße", "strasse"),
        ("Größe", "grosse"),
        ("płeć", "plec"),
        ("fødselsdato", "fodselsdato"),
        ("имя_пользователя", "имя пользователя"),
        ("電話番号", "電話番号"),
        ("Phone number (mobile)", "phone number mobile"),
        ("__c", "c"),
        ("", ""),
        ("—_-", ""),
    ],
)
def test_words_of_a_name(name: str, words: str) -> None:
    assert " ".join(tokenize(name)) == words


@given(st.text())
@example("\ud800")
@example("\ufdfa" * 50)
@example("\x00\n\u2028")
@settings(max_examples=300)
def test_any_text_is_a_name(name: str) -> None:
    words = tokenize(name)
    assert all(words)
    assert tokenize(" ".join(words)) == words or not name.isascii()
    classify(name, (name,), name, name, (name,), (name,))


@given(WORDS)
@settings(max_examples=300)
def test_the_style_of_a_name_does_not_matter(words: list[str]) -> None:
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    names = ["_".join(words), "-".join(words), ".".join(words), " ".join(words), "_".join(words).upper(), camel]
    names.append("".join(word.capitalize() for word in words))
    assert len({tokenize(name) for name in names}) == 1
    assert len({classify(name) for name in names}) == 1


@pytest.mark.parametrize(
    "piece", ["a", "A", "Aa", "aB", "_", "é", "1", "e_mail_", "AB1", "email", "İ", "user_", "的", "\ufdfa"]
)
def test_long_names_take_no_time(piece: str) -> None:
    name = piece * (100_000 // len(piece))
    assert min(seconds(name) for _ in range(3)) < 0.05


def test_many_names_take_little_time() -> None:
    names = [f"{first}_{second}" for first in KNOWN[:100] for second in KNOWN[-100:]]
    assert sum(seconds(name) for name in names) < 3  # about 10 µs for each of the 10,000 where nothing else runs


def seconds(name: str) -> float:
    """How long it takes to classify one field."""
    Dictionary.load()
    start = time.process_time()
    classify(name, (name,), "text", name)
    return time.process_time() - start
