"""The command line in a process of its own that need not load it: a fork of one that has, with nothing run in it yet.

To start Python and to load the parser is most of a small run, and tests make thousands of these.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
# What most runs load. Not DuckDB, which runs threads.
_LOADED = (
    *("trackplan.__main__", "trackplan.running", "trackplan.pipeline", "trackplan.commands.check"),
    *("trackplan.commands.initial", "trackplan.commands.renew", "trackplan.cache.record", "trackplan.facts.image"),
    *("sqlglot", "sqlglot.dialects.duckdb", "sqlglot.dialects.bigquery", "trackplan.sql.compile"),
    *("jsonschema", "jsonschema_rs", "jinja2", "yaml", "subprocess", "sqlite3", "difflib"),
)


class Forks:
    """Runs `trackplan ARGUMENTS` in forks of one process, which is started with `env` when it is needed."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = dict(env)
        self._process: subprocess.Popen[str] | None = None

    def run(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], seconds: int, memory: int, folder: Path
    ) -> tuple[int, bytes, bytes]:
        """The exit code (that of `subprocess`), and what was written; `folder` is for what is on its way.

        Raises `subprocess.TimeoutExpired` where the fork waits for something.
        """
        process = self._process = self._process or self._started()
        out, err = folder / "out", folder / "err"
        wall = 60 + 5 * seconds  # a busy machine is no failure, a process that waits for something is
        asked = {
            "arguments": list(arguments), "cwd": str(cwd), "env": dict(env), "seconds": seconds, "memory": memory,
            "out": str(out), "err": str(err), "wall": wall,
        }  # fmt: skip
        _stream(process.stdin).write(json.dumps(asked) + "\n")
        _stream(process.stdin).flush()
        code = json.loads(_stream(process.stdout).readline())
        if code is None:
            raise subprocess.TimeoutExpired(list(arguments), wall)
        return code, out.read_bytes(), err.read_bytes()

    def close(self) -> None:
        """End the process that is forked."""
        if self._process is not None:
            _stream(self._process.stdin).close()
            _stream(self._process.stdout).close()
            self._process.wait()

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.forks"],
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def limit(seconds: int, memory: int) -> None:
    """Limit this process in time on the processor, and in bytes of address space where `memory` is not 0."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve() -> None:
    """Fork for each line of standard input, and answer with the code of the fork's end; null if it was stuck."""
    for name in _LOADED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _become(asked)
        print(json.dumps(_ended(child, asked["wall"])), flush=True)  # noqa: T201


def _ended(child: int, wall: int) -> int | None:
    until, pause = time.monotonic() + wall, 0.001
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _become(asked: dict[str, object]) -> None:
    """Be `trackplan` as a shell would start it. Never returns."""
    main = importlib.import_module("trackplan.__main__").main
    try:
        for number, path in ((1, str(asked["out"])), (2, str(asked["err"]))):
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(opened, number)
            os.close(opened)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.chdir(str(asked["cwd"]))
        os.environ.clear()
        os.environ.update(dict(asked["env"]))  # type: ignore[call-overload]
        sys.argv = [importlib.import_module("trackplan.__main__").__file__ or "", *list(asked["arguments"])]  # type: ignore[call-overload]
        limit(int(str(asked["seconds"])), int(str(asked["memory"])))
        main()
    except BaseException as error:  # what Python itself would do
        sys.excepthook(type(error), error, error.__traceback__)
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    _serve()
