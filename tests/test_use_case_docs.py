"""docs/use_cases.md tells every key that a use case may have, and its example is one."""

from __future__ import annotations

import json
import re

from tests.conftest import ROOT
from trackplan.readers import use_cases
from trackplan.rules import shipped

TEXT = (ROOT / "docs" / "use_cases.md").read_text(encoding="utf-8")
KEYS = TEXT.partition("## What a need may select")[0]


def test_every_key_is_explained() -> None:
    schema = json.loads((ROOT / "schemas" / "use_cases.schema.json").read_text(encoding="utf-8"))
    keys = schema["$defs"]["use_case"]["properties"]
    named = set(re.findall(r"^\| `([a-z_.]+)` \|", KEYS, re.MULTILINE))
    outcome = {f"outcome.{key}" for key in keys["outcome"]["properties"]}
    assert named == set(keys) - {"outcome"} | outcome


def test_the_example_is_a_use_case() -> None:
    example = re.search(r"```yaml\n(use_cases:.*?)```", TEXT, re.DOTALL)
    assert example
    (found,) = use_cases.read(example[1], "use_cases.yaml")
    assert [need.selector for need in found.needs][-1] == "category:user.device.ip_address"


def test_the_rules_that_it_names_are_there() -> None:
    assert set(re.findall(r"TP\d{3}", TEXT)) <= {rule.id for rule in shipped()}
