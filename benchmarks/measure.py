"""What a process costs: CPU seconds of it and its children, its time on the wall, its peak memory."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[1]
PASS = (sys.executable, "-c", "pass")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall time in seconds, peak memory in bytes, and what was printed if it was kept."""

    cpu: float
    wall: float
    peak: int
    output: str = ""


class FailedError(Exception):
    """A measured process did not end as it should."""


def run(command: Sequence[str], folder: Path = ROOT, *, keep: bool = False, good: Sequence[int] = (0,)) -> Cost:
    """Run a command in `folder` and give its cost. Raises FailedError for an exit code that is not `good`."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    # Modules are compiled once and kept, as those of an installed package are.
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as told:
        child = subprocess.Popen(
            list(command),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed if keep else subprocess.DEVNULL,
            stderr=told,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        output = printed.read()
        if child.returncode not in good:
            told.seek(0)
            last = told.read().decode(errors="replace").strip().splitlines()[-1:]
            message = f"exit code {child.returncode} of {' '.join(command)}: {' '.join(last)}"
            raise FailedError(message)
    # macOS gives bytes, all others kilobytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(usage.ru_utime + usage.ru_stime, wall, peak, output.decode(errors="replace"))


def alternate(runs: int, *subjects: Callable[[], Cost]) -> list[Cost]:
    """Run all subjects in turn, `runs` times over, and give the medians of each.

    What else the machine does meanwhile falls on all of them alike.
    """
    costs = [[subject() for subject in subjects] for _ in range(runs)]
    return [
        Cost(
            statistics.median(cost.cpu for cost in each),
            statistics.median(cost.wall for cost in each),
            max(cost.peak for cost in each),
            each[-1].output,
        )
        for each in zip(*costs, strict=True)
    ]


def machine() -> dict[str, str]:
    """Facts without which the figures say nothing."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "?"
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlglot": f"{version('sqlglot')} {'compiled' if _compiled() else 'pure Python'}",
        "load": load,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "?"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")


def _compiled() -> bool:
    import sqlglot.parser

    return not str(sqlglot.parser.__file__).endswith(".py")
