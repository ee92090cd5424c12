"""Rules as files: their headers, their settings, their docs, and every case of `tests/rules/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from trackplan import rule_tests, rules
from trackplan.errors import ProjectError, TrackplanError
from trackplan.findings import Severity
from trackplan.formats import cases
from trackplan.formats.base import Look
from trackplan.project import Project, RuleSettings
from trackplan.rules import folder
from trackplan.rules.cases import Case, lacking
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES = rules.shipped()
OURS = folder.ours()
CASES = [(rule, case) for rule in RULES if not rule.retired for case in OURS.cases(rule)]


def check(folder: Path, files: Mapping[str, str], rule: str, today: str) -> dict[str, list[dict[str, object]]]:
    """The JSON report on these files for one rule."""
    from trackplan.cli import app

    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
    arguments = ["check", str(folder), "--format", "json", "--select", rule, "--today", today]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code in (0, 1, 2), result.output
    report = json.loads(result.stdout)
    assert isinstance(report, dict)
    return report


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule.id}-{case.name}" for rule, case in CASES])
def test_case(rule: rules.Rule, case: Case) -> None:
    results = rule_tests.run(rule, [case])
    assert all(result.passed for result in results), cases.of_rule(rule_tests.Tested(rule, results), Look())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_the_cases_that_it_needs(rule: rules.Rule) -> None:
    assert rule.retired or lacking(rule, OURS.cases(rule)) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_fits_on_a_screen_and_speaks_plainly(rule: rules.Rule) -> None:
    assert len(rule.sql.splitlines()) <= 60
    assert rule.message.endswith(".")
    assert "should" not in rule.message
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")


HEADER = {
    "id": "ACME001",
    "name": "own-rule",
    "title": "t",
    "message": "{subject} is bad.",
    "severity": "warning",
    "category": "quality",
    "cause": "people",
    "why": "w",
    "fix": "f",
}
QUERY = "SELECT id AS subject, place FROM event"


def text_of(**changes: object) -> str:
    header = {k: v for k, v in {**HEADER, **changes}.items() if v is not None}
    return f"/*\n{json.dumps(header, indent=0)}\n*/\n{QUERY}\n"


def project(folder: Path, **files: str) -> Project:
    """A project whose folder `company` holds these rules."""
    (folder / "company").mkdir()
    for stem, text in files.items():
        (folder / "company" / f"{stem}.sql").write_text(text, encoding="utf-8")
    return Project(WorkTree(folder), "trackplan.yaml", rules=RuleSettings(extend=("company",)))


def test_a_project_adds_its_own_rules(tmp_path: Path) -> None:
    loaded = rules.load(project(tmp_path, ACME001_own_rule=text_of(requires=["plans", "models|consumers"]))).rules
    assert [r.id for r in loaded] == sorted(r.id for r in loaded)
    (own,) = [r for r in loaded if not r.shipped]
    assert own.path == "company/ACME001_own_rule.sql"
    assert own.requires == (("plans",), ("models", "consumers"))
    assert own.severity is Severity.WARNING
    assert QUERY in own.sql


@pytest.mark.parametrize(
    ("stem", "text", "reason"),
    [
        ("ACME001_own_rule", QUERY, "does not begin with a header"),
        ("ACME001_own_rule", "/* a: [ */" + QUERY, "ACME001_own_rule.sql:"),
        ("ACME001_own_rule", "/* just text */" + QUERY, "company/ACME001_own_rule.sql:1"),
        ("ACME001_own_rule", text_of(why=None), "why"),
        ("ACME001_own_rule", text_of(colour="red"), "colour"),
        ("ACME001_own_rule", text_of(severity="fatal"), "fatal"),
        ("ACME001_own_rule", text_of(requires=["plan"]), "plan"),
        ("ACME001_own_rule", text_of(id="acme1"), "acme1"),
        ("ACME001_own_rule", text_of(message="{subject.__class__} is bad."), "brace"),
        ("ACME001_own_rule", text_of(options={"a": {"default": 1, "description": "d", "values": [2]}}), "default of a"),
        ("ACME002_own_rule", text_of(), "must be called ACME001_own_rule.sql"),
        ("ACME001_other", text_of(), "must be called ACME001_own_rule.sql"),
        ("TP102_own_rule", text_of(id="TP102"), "TP102 is already taken by rules/TP102_unused_field.sql"),
        ("ACME001_unused_field", text_of(name="unused-field"), "unused-field is already taken by"),
    ],
)
def test_a_broken_header_is_told_with_its_file(stem: str, text: str, reason: str, tmp_path: Path) -> None:
    loaded = rules.load(project(tmp_path, **{stem: text}))
    (told,) = {f.place.path for f in loaded.failed}
    assert told == f"company/{stem}.sql"
    assert reason in " ".join(f"{f.place}: {f.message}" for f in loaded.failed)
    assert loaded.rules == RULES


def test_a_header_keeps_the_lines_of_its_file(tmp_path: Path) -> None:
    text = "\n\n/*\nid: ACME001\nname: own-rule\nseverity: fatal\n*/\n" + QUERY
    (told,) = {
        str(f.place) for f in rules.load(project(tmp_path, ACME001_own_rule=text)).failed if "fatal" in f.message
    }
    assert told == "company/ACME001_own_rule.sql:6:11"


@pytest.mark.parametrize("folder", ["nowhere", "../elsewhere", "/etc"])
def test_rules_come_from_inside_the_project(folder: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ACME001_own_rule.sql").write_text(text_of(), encoding="utf-8")
    (tmp_path / "inside").mkdir()
    own = Project(WorkTree(tmp_path / "inside"), "trackplan.yaml", rules=RuleSettings(extend=(folder,)))
    with pytest.raises(ProjectError, match="which holds no rule"):
        rules.load(own)


def test_settings_that_name_nothing_are_told_all_at_once() -> None:
    settings = RuleSettings(
        severity={"TP02": Severity.OFF, "unused-feild": Severity.INFO, "TP102": Severity.ERROR},
        options={
            "TP999": {"x": 1},
            "TP102": {"x": 1},
            "TP403": {"event_patern": "any", "field_pattern": "weird", "minimum_names": "many"},
            "naming-convention": {"minimum_names": 3},
        },
    )
    with pytest.raises(ProjectError) as error:
        rules.load(Project(WorkTree(Path("x")), "trackplan.yaml", rules=settings))
    told = [(p.message, p.hint) for p in error.value.problems]
    assert [message for message, _ in told] == [
        "rules.severity: no rule is called 'TP02'",
        "rules.severity: no rule is called 'unused-feild'",
        "rules.options: no rule is called 'TP999'",
        "rules.options.TP102: there is no option 'x'",
        "rules.options.TP403: there is no option 'event_patern'",
        "rules.options.TP403.field_pattern: 'weird' is not one of majority, any, snake_case, camelCase, PascalCase, "
        "kebab-case, SCREAMING_SNAKE_CASE, Title Case, Sentence case, lower case",
        "rules.options.TP403.minimum_names: a number is expected, not 'many'",
    ]
    assert told[1][1].startswith("did you mean 'unused-field'?")
    assert told[4][1].startswith("did you mean 'event_pattern'?")


def test_options_of_the_project_replace_the_defaults() -> None:
    naming = rules.find(RULES, "tp403")
    assert naming is not None
    options = {"naming-convention": {"minimum_names": 3}, "TP403": {"event_pattern": "Title Case"}}
    own = Project(WorkTree(Path("x")), "trackplan.yaml", rules=RuleSettings(options=options))  # type: ignore[arg-type]
    assert rules.settings(naming, own) == {
        "event_pattern": "Title Case",
        "field_pattern": "majority",
        "minimum_names": 3,
        "minimum_share": 0.8,
    }


@pytest.mark.parametrize(
    ("select", "ignore", "chosen"),
    [
        (["TP102"], [], {"TP102"}),
        (["tp102"], [], {"TP102"}),
        (["unused-field"], [], {"TP102"}),
        (["TP40"], ["type-conflict"], {"TP401", "TP402", "TP403", "TP405", "TP406", "TP407", "TP408"}),
        (["TP10"], ["TP102", "TP103", "TP104", "TP105", "TP106", "TP107", "TP108", "TP109"], {"TP101"}),
    ],
)
def test_rules_are_chosen_by_id_beginning_or_name(select: list[str], ignore: list[str], chosen: set[str]) -> None:
    assert {rule.id for rule in rules.choose(RULES, select, ignore)} == chosen


def test_without_a_choice_all_active_rules_run() -> None:
    old = replace(RULES[0], retired=True)
    assert rules.choose((old, *RULES[1:])) == RULES[1:]
    assert rules.choose((old,), [old.id]) == ()


@pytest.mark.parametrize(("word", "hint"), [("unused-feild", "unused-field"), ("TPX02", "TP"), ("", "")])
def test_a_word_that_names_no_rule_is_an_error(word: str, hint: str) -> None:
    with pytest.raises(TrackplanError, match="no rule is called") as error:
        rules.choose(RULES, [word])
    assert hint in error.value.hint
