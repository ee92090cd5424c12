"""`python -m tests.storefront_findings > tests/storefront_expected.txt`: the example's findings, one a line."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.conftest import TODAY
from tests.storefront_data import ROOT

CHECK = ("check", ".", "--format", "json", "--today", TODAY)


def listing(report: str) -> str:
    """What a reviewer wants to see change: the counts, then place, severity, rule and message of each finding."""
    data: dict[str, Any] = json.loads(report)
    lines = [f"{name}: {count}" for name, count in data["summary"]["quadrants"].items()]
    for finding in data["findings"]:
        place = finding["place"]
        where = f"{place['path']}:{place['line']}:{place['column']}"
        lines.append(f"{where} {finding['severity']} {finding['rule']} {finding['message']}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    command = [sys.executable, "-m", "trackplan", *CHECK[:1], str(ROOT), *CHECK[2:]]
    done = subprocess.run(command, capture_output=True, check=False, text=True, encoding="utf-8")
    sys.stdout.write(listing(done.stdout))
