"""`trackplan processing`: all that Art. 30 and 25 ask for, gaps named as gaps, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, TODAY
from tests.inside import trackplan, write
from tests.scorecard.test_metrics import FILES, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inside import Ended

WHO = """\
controller:
  name: Fernhill Outdoor Ltd
  contact: privacy@fernhill.example
  address: 1 Market Square
  representative: {name: Fernhill Europe}
  joint: [{name: Parcel Service}]
dpo: {name: Ada Winter, contact: ada@fernhill.example}
security: [access by role, encrypted at rest]
"""
FULL = """\
use_cases:
  - id: write-letters
    title: Write to customers
    owner: crm@fernhill.example
    horizon: 2027-12-31
    review_by: 2027-03-31
    legal_basis: consent
    data_use: marketing.communications.email
    retention: 13 months
    data_subjects: [customer, prospect]
    recipients: [the mailing service]
    transfers: [{to: US, safeguard: adequacy decision}]
    needs: [Signed Up.email]
    consumers: [sync.letters]
  - {id: count, title: Count sources, needs: [Signed Up.source]}
"""
SHOP = {
    **FILES,
    "trackplan.yaml": PROJECT.replace("[queries/*.sql]", "[queries/*.sql, {path: syncs/*.sql, kind: sync}]") + WHO,
    "use_cases.yaml": FULL,
    "syncs/letters.sql": "select email from raw.signed_up\n",
}


def run(folder: Path, *arguments: str) -> Ended:
    return trackplan("processing", *arguments, "--today", TODAY, "--no-cache", cwd=folder)


def rows(folder: Path, *arguments: str) -> dict[str, dict[str, str]]:
    ended = run(folder, *arguments, "--format", "csv")
    assert (ended.code, ended.err) == (0, "")
    return {row["Activity"]: row for row in csv.DictReader(io.StringIO(ended.out))}


def test_the_record_has_what_the_article_lists_and_names_gaps(tmp_path: Path) -> None:
    found = rows(write(tmp_path, SHOP))
    assert [*found] == ["write-letters"]  # what needs no data on people is no such processing
    record = found["write-letters"]
    expected = {
        "Purpose (b)": "Write to customers",
        "Kind of use": "marketing.communications.email",
        "Owner": "crm@fernhill.example",
        "Legal basis (Art. 6(1))": "consent",
        "Categories of data subjects (c)": "customer\nprospect",
        "Categories of personal data (c)": "user.contact.email (1)",
        "Fields and columns": 'named by a need: web/"Signed Up".email',
        "Recipients (d)": "the mailing service",
        "Tools that the plans send it to": "mailer",
        "Syncs and exports that serve it": "sync.letters",
        "Transfers to third countries (e)": "US: adequacy decision",
        "Time limits for erasure (f)": "13 months",
        "Security (g)": "access by role\nencrypted at rest",
        "Controller (a)": "Fernhill Outdoor Ltd, 1 Market Square, privacy@fernhill.example",
        "Representative and joint controllers (a)": "Fernhill Europe\nParcel Service",
        "Data protection officer (a)": "Ada Winter, ada@fernhill.example",
        "Review by": "2027-03-31",
        "Signed": "GAP: nobody has signed it",
        "Gaps": "nobody has signed it",
    }
    assert {name: record[name] for name in expected} == expected
    bare = rows(write(tmp_path / "bare", {**SHOP, "trackplan.yaml": SHOP["trackplan.yaml"].replace(WHO, "")}))
    gaps = bare["write-letters"]["Gaps"].split("\n")
    assert [gap.partition(" (")[0] for gap in gaps] == [
        "no measures are named",
        "no controller is named",
        "no data protection officer is named, nor why there need not be one",
        "nobody has signed it",
    ]


def test_data_without_a_purpose_has_a_row_of_its_own(tmp_path: Path) -> None:
    nobody = FULL.replace("Signed Up.email", "Signed Up.variant").replace("[sync.letters]", "[]")
    found = rows(write(tmp_path, {**SHOP, "use_cases.yaml": nobody}))["(no purpose)"]
    assert found["Purpose (b)"] == "GAP: no use case needs this data, and nothing that serves one reaches it"
    assert found["Fields and columns"] == 'web/"Signed Up".email'
    assert found["Recipients (d)"] == "GAP: no recipients are named, though data goes to mailer"
    served = FULL.replace("Signed Up.email", "Signed Up.variant")
    reached = rows(write(tmp_path / "b", {**SHOP, "use_cases.yaml": served}))["write-letters"]
    assert reached["Fields and columns"] == 'reached by what serves it: web/"Signed Up".email'
    excused = SHOP["trackplan.yaml"].replace(
        "dpo: {name: Ada Winter, contact: ada@fernhill.example}", "dpo: {not_required: we are four}"
    )
    said = rows(write(tmp_path / "c", {**SHOP, "trackplan.yaml": excused}))["write-letters"]
    assert said["Data protection officer (a)"] == "not required: we are four"


def test_design_tells_what_is_built_in_and_what_is_not(tmp_path: Path) -> None:
    policy = "policy: {retention: {raw.*: 25 months}, personal_data: {user.biometric: {forbidden: true}}}\n"
    needs = FULL.replace("needs: [Signed Up.email]", "needs: ['Signed Up.*', Signed Up.email]")
    files = {**SHOP, "trackplan.yaml": SHOP["trackplan.yaml"] + policy, "use_cases.yaml": needs}
    found = rows(write(tmp_path, files), "design")
    whole, letters = found["(all)"], found["write-letters"]
    assert "Minimization score: " in whole["Data minimisation (Art. 5(1)(c))"]
    assert whole["Storage limitation (Art. 5(1)(e))"] == "It is said of 1 of 1 tables how long they are kept"
    assert whole["By default (Art. 25(2))"] == (
        "Personal data stays only where a need names it\nNeeds further out than 24 months justify nothing\n"
        "Must not be collected: user.biometric"
    )
    assert letters["Purpose limitation (Art. 5(1)(b))"] == (
        "Used for: marketing.communications.email\nServed by: sync.letters"
    )
    assert letters["By default (Art. 25(2))"] == "GAP: the need Signed Up.* takes whatever there is"
    loose = SHOP["trackplan.yaml"] + "policy: {personal_data_needs: any}\n"
    assert (
        "personal data may stay"
        in rows(write(tmp_path / "b", {**SHOP, "trackplan.yaml": loose}), "design")["(all)"]["Gaps"]
    )


HOSTILE = "=cmd|' /C calc'!A1 <img src=x onerror=alert(1)> [x](javascript:alert(1)) | \u202e"


def test_nothing_that_was_read_is_markup_or_a_formula(tmp_path: Path) -> None:
    said = HOSTILE.replace("'", "''")
    hostile = FULL.replace("title: Write to customers", f"title: '{said}'")
    hostile = hostile.replace("[the mailing service]", f"['{said}', '@SUM(1)']")
    folder = write(tmp_path, {**SHOP, "use_cases.yaml": hostile})
    row = rows(folder)["write-letters"]
    assert row["Purpose (b)"].startswith("'=cmd")
    assert row["Recipients (d)"].startswith("'=cmd")
    markdown = run(folder).out
    assert "\u202e" not in markdown + "".join(row.values())
    assert not re.search(r"(?<!\\)<(?!br>)|(?<!\\)\[x|(?<!\\)\]\(", markdown)
    target = tmp_path / "record.xlsx"
    assert run(folder, "--format", "xlsx", "-o", str(target)).out == ""
    first = target.read_bytes()
    with zipfile.ZipFile(target) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        texts = book.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == 2
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
    assert "=cmd|" in texts
    assert run(folder, "--format", "xlsx", "-o", str(target)).code == 0
    assert target.read_bytes() == first


def test_no_literal_of_a_query_appears(tmp_path: Path) -> None:
    planted = "select email from raw.signed_up where email <> 'planted@example.com'\n"
    folder = write(tmp_path, {**SHOP, "syncs/letters.sql": planted})
    for arguments in (("record",), ("design",), ("design", "--format", "csv")):
        assert "planted" not in run(folder, *arguments).out


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("controller: Fernhill\n", "should be a mapping"),
        ("controller: {contact: a@example.com}\n", "lacks the key 'name'"),
        ("dpo: {contact: a@example.com}\n", "'dpo' "),
        ("security: locked doors\n", "should be a list"),
        ("legal_changes: [{on: soon, what: x}]\n", "not a date"),
    ],
)
def test_who_answers_must_be_said_well(tmp_path: Path, said: str, message: str) -> None:
    ended = run(write(tmp_path, {**SHOP, "trackplan.yaml": PROJECT + said}))
    assert ended.code == 2
    assert "trackplan.yaml:9:" in ended.err
    assert message in ended.err


def test_a_base_file_may_say_who_answers(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files = {**SHOP, "trackplan.yaml": "extend: ../base.yaml\n" + SHOP["trackplan.yaml"].replace(WHO, "")}
    write(tmp_path, {"base.yaml": "version: 1\n" + WHO})
    found = rows(write(tmp_path / "shop", files))["write-letters"]
    assert found["Controller (a)"].startswith("Fernhill Outdoor Ltd")
    assert found["Gaps"] == "nobody has signed it"


def test_a_workbook_goes_to_a_file(tmp_path: Path) -> None:
    ended = run(ROOT / "examples" / "storefront", "--format", "xlsx")
    assert (ended.code, ended.out) == (2, "")
    assert "--output record.xlsx" in ended.err
