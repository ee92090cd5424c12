"""The report of the example: its figures, its formats, its schema, what changed, and what goes wrong."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT, TODAY
from trackplan import pipeline, project
from trackplan.errors import TrackplanError
from trackplan.formats import json as check_json
from trackplan.prune.candidates import Candidates
from trackplan.prune.propose import propose
from trackplan.prune.world import World
from trackplan.report import change, compared, markdown, tables, writing
from trackplan.report.model import Review
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli
    from trackplan.findings import Report

SCHEMA = ROOT / "schemas" / "report.schema.json"


def test_every_figure_adds_up_with_check(both: tuple[Review, Report]) -> None:
    review, report = both
    check = json.loads(check_json.render(report))
    summary = check["summary"]
    by_status = {name: [s for s in review.inventory if s.status == name] for name in summary["quadrants"]}
    assert {name: len(rows) for name, rows in by_status.items()} == summary["quadrants"] == review.quadrants
    assert review.findings == summary["findings"]
    assert {c.cause: c.findings for c in review.causes} == {c["cause"]: c["findings"] for c in summary["causes"]}
    assert sum(c.findings for c in review.causes) == len(check["findings"])
    assert review.evidence == {e["kind"]: e["subjects"] for e in check["evidence"]}
    assert [*review.notes] == check["notes"]
    found = {(f["subject"], f["rule"]) for f in check["findings"]}
    assert {(s.id, rule) for s in review.inventory for rule in s.rules} <= found

    values = {m.id: m for m in review.metrics}
    judged = [s for s in review.inventory if s.kind != "need"]
    assert (values["minimization_score"].numerator, values["minimization_score"].denominator) == (
        len(by_status["keep"]),
        len(judged),
    )
    personal = [s for s in judged if s.personal]
    assert values["personal_without_need"].denominator == len(personal) == sum(c.fields for c in review.categories)
    assert sum(c.waste for c in review.categories) == sum(s.status == "waste" for s in personal)
    assert sum(c.used for c in review.categories) == sum(s.used is True for s in personal)
    assert values["unmet_needs"].numerator == sum(case.gaps for case in review.use_cases) == len(by_status["gap"])

    proposed = [id_ for p in review.proposals for id_ in p.subjects]
    assert sorted(proposed) == sorted(s.id for s in by_status["waste"])
    assert {s.id for s in review.inventory if s.proposal} == set(proposed)
    for case in review.use_cases:
        own = {s.id for s in review.inventory if case.id in s.use_cases and s.kind != "need"}
        assert own == set(case.fields)
        assert case.idle == sum(s.status == "idle" for s in by_status["idle"] if s.id in own)
    for consumer in review.consumers:
        assert consumer.takes == sum(consumer.id in s.consumers for s in review.inventory)


def test_the_proposals_are_those_of_prune(review: Review) -> None:
    """Each goes by the id that prune gives to it, or to the part of it that nothing stands in the way of."""
    day = date.fromisoformat(TODAY)
    opened = project.read(WorkTree(ROOT / "examples" / "storefront"), "trackplan.yaml")
    with pipeline.build(opened, day) as base:
        found = propose(Candidates(World(opened, base)), day)
    known = {p.id: p for p in found.proposals if p.action != "declare"}
    outlined = {p.id: p for p in review.proposals}
    assert outlined.keys() <= known.keys()
    ids = {id_: {s.id for s in p.subjects} for id_, p in known.items()}
    whole = [p for id_, p in outlined.items() if set(p.subjects) <= ids[id_]]
    assert len(whole) > len(outlined) / 2
    assert [p.id for p in whole if (p.title, p.owner) != (known[p.id].title, known[p.id].owner)] == []
    assert {id_ for p in review.proposals for id_ in p.subjects} <= set().union(*ids.values())


def test_json_has_the_shape_of_its_schema(review: Review) -> None:
    schema = json.loads(SCHEMA.read_text())
    made = msgspec.json.schema(Review)
    root = made["$defs"].pop("Review")
    assert bare(root)["properties"] == bare(schema)["properties"]
    assert bare(made["$defs"]) == bare(schema["$defs"])
    document = json.loads(writing.as_json(review))
    assert [e.message for e in Draft202012Validator(schema).iter_errors(document)] == []
    assert msgspec.json.decode(writing.as_json(review), type=Review) == review


def bare(node: object) -> dict[str, dict[str, object]]:
    """A schema without what explains it, and what the model does not say."""

    def stripped(value: object, inside: bool = False) -> object:
        if isinstance(value, list):
            return [stripped(each) for each in value]
        if not isinstance(value, dict):
            return value
        dropped = set() if inside else {"title", "description", "examples", "default", "const", "$schema", "$id"}
        return {k: stripped(v, k in ("properties", "$defs")) for k, v in value.items() if k not in dropped}

    found = stripped(node)
    assert isinstance(found, dict)
    return found


def test_what_changed(review: Review) -> None:
    before = change.earlier(review)
    assert not any(
        (c := change.change(before, review, "HEAD"), c.new_fields, c.fewer, c.lost, c.moved, c.new_purposes)[1:]
    )
    waste = next(s for s in review.inventory if s.status == "waste")
    new = next(s for s in review.inventory if s.personal and s.status == "keep")
    moved = next(s for s in review.inventory if s.status == "idle")
    inventory = [s for s in before.inventory if s.id not in (new.id, moved.id)]
    inventory += [compared.Judged("web/Old.thing", "field", "waste"), compared.Judged("web/Old.used", "field", "keep")]
    inventory += [compared.Judged(moved.id, "field", "undeclared")]
    cases = (*before.use_cases[1:], compared.Purpose("old", "", "active"))
    found = change.change(
        msgspec.structs.replace(before, inventory=tuple(inventory), use_cases=cases), review, "last month"
    )
    assert (found.new_fields, found.new_personal) == ((new.id,), (new.id,))
    assert (found.fewer, found.lost) == (("web/Old.thing",), ("web/Old.used",))
    assert [(m.id, m.before, m.after) for m in found.moved] == [(moved.id, "undeclared", "idle")]
    assert (found.new_purposes, found.ended_purposes) == ((review.use_cases[0].id,), ("old",))
    assert waste.id not in found.fewer
    text = markdown.render(msgspec.structs.replace(review, change=found))
    rows = text.partition("## What changed")[2].partition("\n## ")[0].split("\n")[4:-1]
    assert [row.split(" | ")[0] for row in rows[:2]] == ["| new data on people", "| new field"]
    assert not any("minimization" in row or "measure" in row for row in rows)
    same = markdown.render(msgspec.structs.replace(review, change=change.change(before, review, "HEAD")))
    assert "## What changed\n\nNothing is different since HEAD.\n" in same


def test_a_measure_that_moved_is_told_as_people_read_it(review: Review) -> None:
    before = change.earlier(review)
    metrics = (compared.Measure("minimization_score", 0.105263), *before.metrics[1:])
    found = change.change(msgspec.structs.replace(before, metrics=metrics), review, "HEAD")
    assert review.metrics[0].id == "minimization_score"
    score = review.metrics[0]
    rows = next(t for t in tables.tables(msgspec.structs.replace(review, change=found)) if t.name == "changes").rows
    assert list(rows) == [("measure", score.title, "10.5 %", score.text)]


def test_what_came_into_a_plan_or_left_it_and_stays_stored(review: Review) -> None:
    """Two states of a field and its column: neither is new, and nothing went."""
    field = next(s for s in review.inventory if s.kind == "field" and s.personal and len(s.landing) == 1)
    column = msgspec.structs.replace(
        field, id=field.landing[0], kind="column", status="waste", landing=(), used=False, use_cases=()
    )
    other = msgspec.structs.replace(field, id="web/Other.name")
    wide = msgspec.structs.replace(field, landing=(*field.landing, "raw.new.place"))
    states = {
        name: msgspec.structs.replace(review, inventory=inventory)
        for name, inventory in {
            "none": (), "field": (field,), "column": (column,), "other": (other,), "wide": (wide,),
            "both": (field, other),
        }.items()
    }  # fmt: skip

    def told(before: str, after: str) -> list[tuple[str, tuple[str, ...]]]:
        found = change.change(change.earlier(states[before]), states[after], "HEAD")
        names = ("new_fields", "new_personal", "fewer", "lost", "unplanned", "planned")
        return [(name, ids) for name in names if (ids := getattr(found, name))]

    new = [("new_fields", (field.id,)), ("new_personal", (field.id,))]
    gone = "fewer" if field.status == "waste" else "lost"
    assert told("field", "column") == [("unplanned", (column.id,))]
    assert told("column", "field") == [("planned", (field.id,))]
    assert told("wide", "column") == [("unplanned", (column.id,))]
    assert told("column", "wide") == [*new, ("planned", (column.id,))], "it lands in a column more than was stored"
    assert told("field", "other") == [("planned", (other.id,))], "it goes by another name"
    assert told("none", "field") == new
    assert told("field", "none") == [(gone, (field.id,))]
    assert told("column", "none") == [("fewer", (column.id,))]
    assert told("both", "field") == [(gone, (other.id,))], "the column holds what is left"
    assert told("field", "both") == [("new_fields", (other.id,)), ("new_personal", (other.id,))]


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1, "today": "x"}', "[" * 100_000, "version: 99", "\ud800"])
def test_what_is_no_stored_report(text: str) -> None:
    with pytest.raises(TrackplanError, match=r"^--compare: old.json is not a report that trackplan wrote[a-zA-Z, ]*$"):
        change.read(text.encode("utf-8", "surrogatepass"), "old.json")
    empty = b'{"version": 7, "today": "", "metrics": [], "quadrants": {}, "inventory": [], "use_cases": []}'
    with pytest.raises(TrackplanError, match="version 7"):
        change.read(empty, "old.json")


def test_the_command(cli: Cli, storefront: Path) -> None:
    run = cli("report", "--today", TODAY, "--format", "html", "--format", "json:now.json", cwd=storefront)
    assert run.code == 0, run.said
    assert "74.1 %" in run.err
    page = (storefront / "trackplan-report.html").read_text()
    again = cli("report", "--today", TODAY, "--compare", "now.json", "--no-cache", "-o", "again.html", cwd=storefront)
    assert again.code == 0, again.said
    assert "Nothing is different." in (storefront / "again.html").read_text()
    assert "Nothing is different." not in page
    wrong = cli("report", "--compare", "gone.json", cwd=storefront)
    assert (wrong.code, "there is no file gone.json" in wrong.err) == (2, True)
    (storefront / "use_cases.yaml").write_text("use_cases: 1\n")
    broken = cli("report", cwd=storefront)
    assert broken.code == 2
    assert "use_cases.yaml:1" in broken.err
