"""What others make of our SARIF: a library that is made of its schema, and one that is used to work with logs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Model
from sarif_pydantic import Sarif

from tests.conftest import Cli
from tests.formats.test_services import finding, given_report, told
from tests.test_hook import EVENTS, plan
from tests.test_since import FILES
from tests.test_tree_git import write
from trackplan.findings import Failed, Owned, Ownership, Place, Silenced

TODAY = ("--today", "2026-07-01")
UNMODELLED = {"columnKind", "suppressions", "baselineState", "toolExecutionNotifications"}
"""What `sarif_pydantic` keeps without a model of its own; the other library has one."""


def by_schema(text: str) -> None:
    """Hold a log against the model that is made of the schema; it was made before `state` was renamed to `status`."""
    Model.model_validate_json(text.replace('"status": "accepted"', '"state": "accepted"'))


def unknown(value: object) -> Counter[str]:
    """The properties of a log that the library has no place for."""
    found: Counter[str] = Counter()
    if isinstance(value, BaseModel):
        found.update((value.model_extra or {}).keys())
        for name in type(value).model_fields:
            found += unknown(getattr(value, name))
    elif isinstance(value, list):
        for each in value:
            found += unknown(each)
    return found


def logs() -> dict[str, str]:
    """Logs with all that we ever write."""
    by = {2: "baseline", 3: "inline", 4: "project"}
    silenced = tuple(Silenced(finding(n), how, "why", "ada", "", Place("b.yaml", 4)) for n, how in by.items())
    failed = (Failed("TP102", "unused-field", Place("rules/x.sql", 3, 1, 3, 2), "is wrong"),)
    owned = Ownership("", (Owned("", ("**/*",), ("@all",)),))
    return {
        "nothing": told("sarif", given_report()),
        "findings": told("sarif", given_report(finding(), finding(2, place=Place("a.yaml")), ownership=owned)),
        "what is put up with": told("sarif", given_report(finding(), silenced=silenced)),
        "rules that failed": told("sarif", given_report(finding(), failed=failed)),
        "too many": told("sarif", given_report(*(finding(n) for n in range(1, 5_003)))),
    }


@pytest.mark.parametrize("text", logs().values(), ids=logs())
def test_logs_are_right_by_the_schema_and_nothing_is_lost(text: str) -> None:
    by_schema(text)
    log = Sarif.model_validate_json(text)
    assert set(unknown(log)) <= UNMODELLED
    assert log.model_dump(mode="json", by_alias=True, exclude_unset=True) == json.loads(text)


def test_the_schema_is_no_formality() -> None:
    with pytest.raises(ValidationError, match="levl"):
        by_schema(logs()["findings"].replace('"level"', '"levl"', 1))


def prints(cli: Cli, folder: Path) -> dict[str, Any]:
    """What each finding is known by, by its rule and subject, as a consumer reads it."""
    text = cli("check", *TODAY, "--format", "sarif", cwd=folder).out
    by_schema(text)
    (run,) = Sarif.model_validate_json(text).runs
    found = {}
    for result in run.results or []:
        (location,) = result.locations or []
        (subject,) = location.logical_locations or []
        found[f"{result.rule_id} {subject.fully_qualified_name}"] = result.partial_fingerprints
    return found


def test_findings_are_known_again_when_files_are_reformatted_and_moved(cli: Cli, tmp_path: Path) -> None:
    events = dict(list(EVENTS.items())[:2])
    write(tmp_path, {**FILES, "plans/web.yaml": plan(events)})
    before = prints(cli, tmp_path)
    assert len(before) > 60
    text = plan(dict(reversed(events.items()))).replace("{type: string,", "{\n          type: 'string',\n         ")
    (tmp_path / "plans/web.yaml").unlink()
    write(tmp_path, {"plans/moved.yaml": f"# Moved\n\n{text}"})
    assert prints(cli, tmp_path) == before
    write(tmp_path, {"plans/moved.yaml": text.replace("extra_b", "renamed")})
    renamed = {key.replace("extra_b", "renamed") for key in before if "extra_b" in key}
    assert prints(cli, tmp_path).keys() - before.keys() == renamed
