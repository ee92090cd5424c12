"""Which rules run, and how severe they are: profiles, packs, `rules:` of the project file, the command's own choice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from msgspec import structs
from msgspec.structs import replace

from tests.conftest import ROOT
from trackplan import documents, project, rules
from trackplan.errors import ProjectError
from trackplan.findings import Finding, Place, Severity
from trackplan.project import Project, RuleSettings
from trackplan.rules.paths import matches
from trackplan.rules.profiles import packs, profiles
from trackplan.rules.words import means
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from tests.conftest import Cli

RULES = tuple(rule for rule in rules.shipped() if not rule.retired)
FILES = sorted((ROOT / "rules").glob("p*/*.yaml"))
OWN = structs.replace(RULES[0], id="ACME001", name="own-rule", shipped=False, severity=Severity.WARNING)


def of(**settings: object) -> Project:
    """A project with these settings under `rules:`."""
    return Project(WorkTree(Path("x")), "trackplan.yaml", rules=RuleSettings(**settings))  # type: ignore[arg-type]


def on(where: Project, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> dict[str, str]:
    """The rules that run, and why."""
    return {c.rule.id: c.because for c in rules.decide((*RULES, OWN), where, select, ignore) if c.on}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_profiles_and_packs_are_valid_and_name_rules(path: Path) -> None:
    data = documents.plain(documents.read_yaml(path.read_text(encoding="utf-8"), path.name))
    assert isinstance(data, dict)
    schema = json.loads((ROOT / "schemas" / f"{path.parent.name[:-1]}.schema.json").read_text(encoding="utf-8"))
    assert [e.message for e in Draft202012Validator(schema).iter_errors(data)] == []
    words = [*data.get("select", []), *data.get("ignore", []), *data.get("severity", {}), *data.get("options", {})]
    words += [word for requirement in data.get("requirements", []) for word in requirement.get("rules", [])]
    assert [word for word in words if not any(means(word, rule) for rule in RULES)] == []
    for word, options in data.get("options", {}).items():
        rule = rules.find(RULES, word)
        assert rule is not None
        assert set(options) <= {option.name for option in rule.options}


def test_there_are_the_profiles_and_packs_that_the_readme_names() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(profiles()) == {"minimal", "recommended", "strict-privacy"}
    assert {name for name in (*profiles(), *packs()) if f"`{name}`" not in text} == set()


def test_each_stricter_profile_runs_more() -> None:
    counts = [len(on(of(profile=name))) for name in ("minimal", "recommended", "strict-privacy")]
    assert counts == sorted(counts)
    assert len(set(counts)) == 3
    assert on(of())["TP102"] == "profile recommended"
    assert on(of())["ACME001"] == "own rule"
    assert on(of(profile="minimal"))["ACME001"] == "own rule"


def test_errors_are_few_and_the_rest_of_the_default_can_be_acted_on() -> None:
    usual = [rule for rule in RULES if rule.id in on(of())]
    assert {"TP001", "TP302", "TP310"} <= {rule.id for rule in usual if rule.severity is Severity.ERROR}
    assert [rule.id for rule in usual if rule.id.startswith("TP4") and rule.severity > Severity.INFO] == ["TP404"]


def test_packs_add_rules_and_change_nothing_else() -> None:
    bare, packed = on(of(profile="minimal")), on(of(profile="minimal", packs=("gdpr",)))
    assert bare.keys() < packed.keys()
    assert packed["TP301"] == "pack gdpr"
    assert packed["TP102"] == "profile minimal, pack gdpr"


@pytest.mark.parametrize("name", packs())
def test_every_requirement_has_rules_and_a_law_that_is_cited_has_its_pack(name: str) -> None:
    assert [r.id for r in packs()[name].requirements if not any(r.asks_for(rule) for rule in RULES)] == []
    cites = name.upper() + " "
    citing = [rule for rule in RULES if any(reference.startswith(cites + "Art.") for reference in rule.references)]
    assert [rule.id for rule in citing if not packs()[name].asks_for(rule)] == []


@pytest.mark.parametrize(
    ("settings", "select", "ignore", "expected"),
    [
        ({"select": ("TP102", "own-rule")}, (), (), {"TP102", "ACME001"}),
        ({"select": ("TP21", "TP102"), "ignore": ("TP21",)}, (), (), {"TP102"}),
        ({"select": ("TP102",), "severity": {"TP407": Severity.INFO}}, (), (), {"TP102", "TP407"}),
        ({"select": ("TP102",), "severity": {"unused-field": Severity.OFF}}, (), (), set()),
        ({"select": ("TP102",), "ignore": ("TP1",), "severity": {"TP102": Severity.ERROR}}, (), (), set()),
        ({"select": ("TP102", "TP103"), "severity": {"TP1": Severity.OFF, "TP103": Severity.INFO}}, (), (), {"TP103"}),
        ({"ignore": ("TP401",)}, ("TP401",), (), {"TP401"}),
        ({"ignore": ("TP401",)}, ("TP40",), ("TP403", "TP407", "TP408"), {"TP402", "TP404", "TP405", "TP406"}),
        ({"profile": "minimal"}, ("nothing-required",), (), {"TP407"}),
        ({}, ("ACME",), (), {"ACME001"}),
        ({}, ("TP102", "ACME001"), ("own-rule",), {"TP102"}),
    ],
)  # fmt: skip
def test_what_is_said_last_and_closest_decides(
    settings: dict[str, object], select: tuple[str, ...], ignore: tuple[str, ...], expected: set[str]
) -> None:
    assert set(on(of(**settings), select, ignore)) == expected


def test_the_projects_severity_beats_the_profiles() -> None:
    rule = rules.find(RULES, "TP303")
    assert rule is not None
    strict = of(profile="strict-privacy")
    assert rules.severity(rule, of()) is None
    assert rules.severity(rule, strict) is Severity.ERROR
    own = replace(strict.rules, severity={"TP": Severity.INFO, "TP3": Severity.WARNING})
    assert rules.severity(rule, replace(strict, rules=own)) is Severity.WARNING
    assert rules.severity(OWN, strict) is None


def test_a_profile_sets_options_and_the_project_overrules_them() -> None:
    rule = rules.find(RULES, "TP602")
    assert rule is not None
    assert rules.settings(rule, of()) == {"of": "nothing"}
    assert rules.settings(rule, of(profile="strict-privacy")) == {"of": "personal"}
    own = of(profile="strict-privacy", options={"expiry-missing": {"of": "everything"}})
    assert rules.settings(rule, own) == {"of": "everything"}


def finding(rule: str, path: str) -> Finding:
    return Finding(rule, "n", Severity.WARNING, "s", Place(path, 1), "m", "f")


@pytest.mark.parametrize(
    ("per_path", "expected"),
    [
        ({"legacy/**": {"TP102": Severity.OFF}}, ["new/a.yaml TP102 warning", "legacy/a.yaml TP401 warning"]),
        ({"legacy/": {"TP1": Severity.INFO}},
         ["legacy/a.yaml TP102 info", "new/a.yaml TP102 warning", "legacy/a.yaml TP401 warning"]),
        ({"*/a.yaml": {"TP": Severity.ERROR, "TP401": Severity.OFF}, "new/*": {"unused-field": Severity.INFO}},
         ["legacy/a.yaml TP102 error", "new/a.yaml TP102 info"]),
    ],
)  # fmt: skip
def test_paths_have_severities_of_their_own(per_path: dict[str, dict[str, Severity]], expected: list[str]) -> None:
    found = [finding("TP102", "legacy/a.yaml"), finding("TP102", "new/a.yaml"), finding("TP401", "legacy/a.yaml")]
    kept = rules.overridden(found, RULES, of(per_path=per_path).rules.per_path)
    assert [f"{f.place.path} {f.rule} {f.severity}" for f in kept] == expected


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("a/**", "a/b/c.yaml", True),
        ("./a/", "a/b.yaml", True),
        ("a/*", "a/b/c.yaml", False),
        ("b.yaml", "a/b.yaml", False),
    ],
)
def test_patterns_are_those_of_the_project_file(pattern: str, path: str, matched: bool) -> None:
    assert matches(pattern, path) is matched


def test_settings_that_name_nothing_are_told_at_their_place(tmp_path: Path) -> None:
    (tmp_path / "trackplan.yaml").write_text(
        """\
version: 1
rules:
  profile: strict
  packs: [gdpr, gpdr]
  select: [TP1, TPX]
  ignore: [unused-feild]
  severity: {TP9: off}
  per_path:
    "legacy/**": {TP401: off, TP4001: info}
""",
        encoding="utf-8",
    )
    with pytest.raises(ProjectError) as error:
        rules.load(project.load(tmp_path / "trackplan.yaml"))
    told = sorted(f"{p.place.line}:{p.place.column} {p.message} | {p.hint}"[:90] for p in error.value.problems)
    assert [line.partition(" |")[0] for line in told] == [
        "3:3 rules.profile: there is no profile 'strict'",
        "4:17 rules.packs: there is no pack 'gpdr'",
        "5:17 rules.select: no rule is called 'TPX'",
        "6:12 rules.ignore: no rule is called 'unused-feild'",
        "7:14 rules.severity: no rule is called 'TP9'",
        "9:31 rules.per_path.legacy/**: no rule is called 'TP4001'",
    ]
    assert "did you mean 'strict-privacy'?" in told[0]
    assert "did you mean 'gdpr'?" in told[1]
    assert "did you mean 'unused-field'?" in told[3]


def test_a_path_that_leaves_the_project_or_matches_nothing_is_told(tmp_path: Path, cli: Cli) -> None:
    text = 'version: 1\nplans: [plan.yaml]\nrules: {per_path: {"%s": {TP401: off}}}\n'
    (tmp_path / "plan.yaml").write_text("trackplan: 1\nevents: {Order: {}}\n", encoding="utf-8")
    (tmp_path / "trackplan.yaml").write_text(text % "../other/**", encoding="utf-8")
    run = cli("check", cwd=tmp_path)
    assert run.code == 2
    assert "trackplan.yaml:3:20: '../other/**' leaves the project's folder" in run.err
    (tmp_path / "trackplan.yaml").write_text(text % "plans/**", encoding="utf-8")
    run = cli("check", cwd=tmp_path)
    assert "TP004 no-match  no file matches 'plans/**' of rules.per_path." in run.out
    (tmp_path / "trackplan.yaml").write_text(text % "plan.yaml", encoding="utf-8")
    run = cli("check", cwd=tmp_path)
    assert (run.code, "TP401" in run.out) == (0, False)


def test_the_list_tells_which_rules_run_and_why(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "trackplan.yaml").write_text(
        "version: 1\nrules: {profile: minimal, packs: [ccpa], severity: {TP402: warning}, ignore: [TP103]}\n",
        encoding="utf-8",
    )
    rows = {r[0]: r[1:] for r in (" ".join(x.split("  ")).split() for x in cli("rules", cwd=tmp_path).out.splitlines())}
    assert rows["TP102"][:6] == ["unused-field", "warning", "profile", "minimal,", "pack", "ccpa"]
    assert rows["TP103"][:3] == ["unused-column", "off", "rules.ignore"]
    assert rows["TP402"][:3] == ["missing-owner", "warning", "rules.severity"]
    assert rows["TP401"][:6] == ["missing-description", "off", "not", "in", "profile", "minimal"]
    listed = json.loads(cli("rules", "--format", "json", cwd=tmp_path).out)
    assert (listed["profile"], listed["packs"]) == ("minimal", ["ccpa"])
    assert {r["id"]: r["severity"] for r in listed["rules"]}["TP103"] == "off"
