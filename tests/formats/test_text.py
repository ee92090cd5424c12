"""The text report, looked at whole for a small report and in detail for single points."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tests.sample import FILES, Files, finding, report
from trackplan.findings import Place, Report, Severity
from trackplan.formats import text
from trackplan.formats.base import Look

EXPECTED = Path(__file__).with_name("text.expected.txt")
INFO = Severity.INFO


def sample() -> Report:
    label, color = ('web/"Tab Opened".label', 'web/"Tab Opened".color')
    return report(
        finding("TP001", "invalid-input", "use_cases.yaml", severity=Severity.ERROR, place=Place("use_cases.yaml")),
        finding(),
        finding(subject=label, place=Place("tracking/web.yaml", 10, 7, 10, 12)),
        finding(subject=color, place=Place("tracking/web.yaml", 11, 7, 11, 12)),
        finding("TP401", "missing-description", "web", severity=INFO, message="web has no description"),
        finding(
            "TP003",
            "unresolved-name",
            "o.country",
            place=Place("dashboards/revenue.sql", 4, 7, 4, 16),
            message="o.country is asked for here, but stg_orders, which is the only relation that the query reads, "
            "has no column of that name",
        ),
        collapsed={'web/"Tab Opened"': (label, color)},
    )


def render(the_report: Report, **look: object) -> str:
    return text.render(the_report, Files(FILES), Look(**look))  # type: ignore[arg-type]


def test_the_whole_report() -> None:
    assert render(sample()) == EXPECTED.read_text(encoding="utf-8")


def test_no_line_is_wider_than_the_look() -> None:
    assert max(len(line) for line in render(sample(), width=80).splitlines()) <= 80


def test_an_event_of_waste_is_one_line() -> None:
    said = render(sample(), quiet=True)
    assert said.count("Tab Opened") == 1
    assert 'All 2 fields of web/"Tab Opened" are unused' in said


def test_a_finding_about_the_event_itself_counts_its_fields() -> None:
    whole = finding(
        "TP104", "unused-event", 'web/"Tab Opened"', message="All of it.", place=Place("tracking/web.yaml", 8)
    )
    found = sample()
    said = render(report(whole, *found.findings, collapsed=found.collapsed), quiet=True)
    assert "TP104" in said
    assert "All 2 fields" not in said


def test_an_unused_relation_counts_its_columns() -> None:
    table = finding("TP105", "unused-relation", "raw.old", message="It is unused.")
    columns = [finding("TP103", "unused-column", f"raw.old.c{i}", message="Nobody reads it.") for i in range(3)]
    other = finding("TP103", "unused-column", "raw.older.c", message="Nobody reads this.")
    said = render(report(table, *columns, other), quiet=True)
    assert "It is unused. So are its 3 columns." in said
    assert said.count("TP103") == 1


def test_errors_of_input_say_how_to_mend_them() -> None:
    wrong = finding("TP001", "invalid-input", severity=Severity.ERROR)
    assert "         = Stop collecting it.\n" in render(report(wrong))
    assert "Stop collecting it." not in render(report(finding()))


def test_one_place_is_shown_once() -> None:
    assert render(report(finding(subject="a"), finding(subject="b")), quiet=True).count("6 | coupon_code") == 1


def test_an_event_of_which_one_field_is_shown_is_no_event() -> None:
    one = report(finding(), collapsed={'web/"Order Completed"': (finding().subject, "another")})
    assert "coupon_code is collected, but nothing" in render(one, quiet=True)


def test_quiet_and_clean_says_nothing() -> None:
    assert render(report(), quiet=True) == ""


def test_quiet_gives_findings_only() -> None:
    assert "Evidence" not in render(sample(), quiet=True)


def test_clean_says_so() -> None:
    assert render(report(), quiet=False).startswith("No findings (25 rules run)\n")


def test_colours_only_where_wanted() -> None:
    assert "\x1b[" not in render(sample())
    assert "\x1b[31merror" in render(sample(), colour=True)


def test_no_escape_of_the_input_reaches_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\u202e\r\n"
    shown = text.render(
        report(
            finding(message=f"m{evil}", place=Place(f"tracking/{evil}.yaml", 1, 1, 1, 4)),
            notes=(f"n{evil}",),
            next_step=f"s{evil}",
        ),
        Files({f"tracking/{evil}.yaml": f"abc{evil}"}),
    )
    assert not set(shown) & set("\x1b\x07\u202e\r")
    assert "\\x1b]0;owned\\x07\\u202e\\r" in shown


@pytest.mark.parametrize(("count", "lines"), [(3, 3), (4, 1)])
def test_many_remarks_of_one_rule_are_one_line(count: int, lines: int) -> None:
    many = report(
        *(
            finding("TP401", "missing-description", f"f{i}", severity=INFO, place=Place("a.yaml", i + 1))
            for i in range(count)
        )
    )
    assert render(many, quiet=True).count("TP401 missing-description") == lines
    assert render(many, quiet=True, fold_info=False).count("TP401 missing-description") == count


def test_remarks_come_without_source() -> None:
    assert "^" not in render(report(finding(severity=INFO)), quiet=True)


def test_kinds_of_evidence_that_a_rule_lacks_are_named() -> None:
    said = render(report())
    assert "without use cases: TP201 unmet-need" in said
    assert "without models or consumers: TP107 star-only-use" in said


def test_a_share_just_below_all_is_not_all() -> None:
    assert "96 % of 25 statements understood" in render(report())


def test_order_is_that_of_places_whatever_the_order_of_findings() -> None:
    forwards = sample()
    backwards = report(*reversed(forwards.findings), collapsed=forwards.collapsed)
    assert render(forwards) == render(backwards)


def test_findings_are_added_up_by_cause_with_what_stops_it() -> None:
    counts = {"measurement": 3, "people": 1, "method": 3}
    found = [
        structs.replace(finding(subject=f"{cause}{n}", place=Place("tracking/web.yaml", n + 1)), cause=cause)
        for cause, count in counts.items()
        for n in range(count)
    ]
    said = render(report(*found)).partition("Where it comes from, and what stops it there\n")[2].partition("\n\n")[0]
    assert said.splitlines() == [
        "  measurement  3  tie it to an outcome that somebody measures, or stop collecting it",
        "  method       3  ask for purpose and sensitivity before a field is added, in CI",
        "  people       1  name an owner, and the day on which it is looked at again",
    ]
    assert "what stops it there" not in render(report(*found[:2]))
    wrong = [structs.replace(finding("TP001", place=Place("plan.yaml", n)), cause="people") for n in range(1, 5)]
    assert "what stops it there" not in render(report(*wrong))


def test_what_one_line_brings_several_times_is_told_once() -> None:
    found = [finding(subject=f"web/E{n}.name", place=Place("tracking/web.yaml", 6, 7, 6, 18)) for n in range(6)]
    said = " ".join(render(report(*found), quiet=True).split())
    assert said.count("TP102") == 1
    assert "So it is with web/E1.name, web/E2.name, web/E3.name and 2 more." in said
