"""The worked example of a rule of one's own, as the documentation tells it: its files, its commands, their output."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

TEXT = (ROOT / "docs" / "custom_rules.md").read_text(encoding="utf-8")
FILES = re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^```console\n\$ trackplan (.*?)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def test_the_commands_give_what_the_page_shows(tmp_path: Path, cli: Cli) -> None:
    assert len(FILES) == 4
    for path, text in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert [command.split()[0] for command, _ in COMMANDS] == ["query", "rules", "check"]
    for command, output in COMMANDS:
        assert cli(*shlex.split(command), cwd=tmp_path).out == output, command


def test_the_last_settings_of_the_page_are_valid(tmp_path: Path, cli: Cli) -> None:
    for path, text in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    settings = re.findall(r"^```yaml\n(rules:.*?)^```", TEXT, re.DOTALL | re.MULTILINE)[-1]
    (tmp_path / "legacy").mkdir()
    (tmp_path / "plan.yaml").rename(tmp_path / "legacy" / "plan.yaml")
    (tmp_path / "trackplan.yaml").write_text(f"version: 1\nplans: [legacy/plan.yaml]\n{settings}", encoding="utf-8")
    run = cli("check", "--select", "ACME001", "--quiet", cwd=tmp_path)
    assert run.code == 1
    assert "8:7  warning  ACME001" in run.out
