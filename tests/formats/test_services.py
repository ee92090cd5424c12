"""What services read: SARIF, annotations, code quality, JUnit, Markdown; right in form whatever the names are."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from tests.sample import FILES, Files, report
from trackplan.findings import Failed, Finding, Place, Report, RuleText, Severity, Silenced
from trackplan.formats import renderer
from trackplan.formats.base import Look

SERVICES = ("sarif", "github", "gitlab", "junit", "markdown")
RULE = RuleText(
    "TP102", "unused-field", "A field", "Why.", "Fix.", Severity.WARNING, "purpose", "measurement", ("GDPR",)
)


def finding(number: int = 1, **changes: object) -> Finding:
    plain = Finding(
        "TP102",
        "unused-field",
        Severity.WARNING,
        f"web/E.f{number}",
        Place("a b/x.yaml", number, 3, number, 9),
        "m.",
        "f.",
    )
    return structs.replace(plain, **changes)


def given_report(*findings: Finding, **changes: object) -> Report:
    return replace(report(), findings=findings, rules=(RULE,), **changes)


def told(name: str, said: Report, look: Look | None = None) -> str:
    return renderer(name)(said, Files(FILES), look or Look())


def sarif(said: Report, look: Look | None = None) -> Any:
    log = json.loads(told("sarif", said, look))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def test_sarif_tells_where_by_which_rule_and_known_by_what() -> None:
    run = sarif(given_report(finding()), Look(prefix="shop/"))
    (result,) = run["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "shop/a%20b/x.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 9},
    }
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "TP102"
    assert rule["properties"]["tags"] == ["purpose", "cause:measurement", "GDPR"]
    moved = sarif(given_report(finding(place=Place("elsewhere.yaml", 7, 1, 7, 2))))
    assert moved["results"][0]["partialFingerprints"] == result["partialFingerprints"]


def test_sarif_marks_what_is_put_up_with() -> None:
    by = Silenced(finding(2), "baseline", "audit", "ada", "2027-01-31", Place("b.yaml", 4))
    beside = Silenced(finding(3), "inline", "refunds", "", "", Place("a b/x.yaml", 3))
    first, second, third = sarif(given_report(finding(), silenced=(by, beside)))["results"]
    assert "suppressions" not in first
    accepted = {"kind": "external", "status": "accepted", "justification": "audit, ada, until 2027-01-31"}
    assert (second["suppressions"], second["baselineState"]) == ([accepted], "unchanged")
    assert third["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "refunds"}]


def test_sarif_is_no_longer_than_is_shown_and_counts_the_rest() -> None:
    worst = finding(9_000, severity=Severity.ERROR)
    run = sarif(given_report(*(finding(n) for n in range(1, 5_101)), worst))
    assert len(run["results"]) == 5_000
    assert run["results"][0]["level"] == "error"
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert told == [{"level": "note", "message": {"text": "101 findings more than fit here."}}]


def test_equal_findings_are_told_apart() -> None:
    said = given_report(finding(), finding())
    prints = [r["partialFingerprints"] for r in sarif(said)["results"]]
    assert prints[0] != prints[1]
    one, other = json.loads(told("gitlab", said))
    assert one["fingerprint"] != other["fingerprint"]


def test_a_failed_rule_is_an_error_everywhere() -> None:
    said = given_report(failed=(Failed("ACME001", "own", Place("own/r.sql", 3, 2, 3, 4), "no such table", ""),))
    assert sarif(said)["invocations"][0]["executionSuccessful"] is False
    assert "::error file=own/r.sql,line=3" in told("github", said)
    assert json.loads(told("gitlab", said))[0]["severity"] == "blocker"
    assert ET.fromstring(told("junit", said)).attrib["errors"] == "1"  # noqa: S314
    assert "ACME001 own** failed" in told("markdown", said)


def test_junit_fails_for_warnings_alone_and_passes_without_findings() -> None:
    said = ET.fromstring(told("junit", given_report(finding(), finding(2, severity=Severity.INFO))))  # noqa: S314
    assert (said.attrib["tests"], said.attrib["failures"]) == ("2", "1")
    clean = ET.fromstring(told("junit", given_report()))  # noqa: S314
    assert (clean.attrib["tests"], clean.attrib["failures"]) == ("1", "0")


def test_markdown_fits_into_a_comment() -> None:
    said = told("markdown", given_report(*(finding(n, message="x" * 200) for n in range(1, 2_000))))
    assert len(said) < 65_000
    assert re.search(r"^1,\d{3} more; `trackplan check` lists all of them\.$", said, re.MULTILINE)


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    ["<script>", "a|b\n| c", "::error::x", "]]>", "\x00\x1b[31m", "%0A", "@everyone", "[a](http://x)", "`"]
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_names_of_others_break_nothing(subject: str, message: str, path: str) -> None:
    odd = finding(subject=subject, message=message, place=Place(path, 1, 1, 1, 2))
    said = given_report(odd, failed=(Failed("X", message, Place(path), message, ""),))
    (result,) = sarif(said)["results"]
    assert result["message"] == {"text": message}
    assert json.loads(told("gitlab", said))[1]["description"] == message
    ET.fromstring(told("junit", said))  # noqa: S314
    commands = told("github", said).split("\n")
    assert [line.startswith("::") for line in commands] == [True, True, False, False]
    rows = [line for line in told("markdown", said).split("\n") if line.startswith("| warning")]
    assert len(rows) == 1
    assert not re.search(r"(?<!\\)[<@`\[]", rows[0])


@pytest.mark.parametrize("name", SERVICES)
def test_the_same_report_gives_the_same_text(name: str) -> None:
    many = [finding(n) for n in range(1, 30)]
    assert told(name, given_report(*many)) == told(name, given_report(*reversed(many)))
