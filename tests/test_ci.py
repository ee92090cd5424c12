"""`action.yml` and the job for GitLab: their own steps, run as a runner would, over real repositories."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import test_since
from tests.conftest import ROOT
from tests.test_gate import PROJECT
from tests.test_since import COUPON
from tests.test_tree_git import commit, git, write

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
FILES = {**test_since.FILES, "trackplan.yaml": PROJECT}
ARGS = "--today 2026-07-01"
VOUCHER = "      voucher: {type: string, description: Which voucher.}\n"
EVIL = "$(touch pwned)`touch pwned`\";touch pwned;'&&touch pwned"


@dataclass
class Hub:
    """GitHub's API, as far as comments go. `refuses` are methods for which the token has no right."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    refuses: tuple[str, ...] = ()
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: dict[str, str]) -> tuple[int, object]:
        """Status and content for a request."""
        if method in self.refuses or path.endswith("/user"):
            return 403, {"message": "Resource not accessible by integration"}
        if method == "GET":
            page = int(path.partition("&page=")[2] or 1)
            return 200, self.comments[100 * (page - 1) : 100 * page]
        if method == "POST":
            self.comments.append({"id": len(self.comments) + 1, "user": {"login": "github-actions[bot]"}, **body})
            return 201, self.comments[-1]
        found = self.comments[int(path.rpartition("/")[2]) - 1]
        return 200, found | {"changed": found.update(body)}


@pytest.fixture
def hub() -> Iterator[Hub]:
    found = Hub()

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            found.asked.append((self.command, self.path, self.headers["Authorization"]))
            status, content = found.answer(self.command, self.path, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        do_GET = do_POST = do_PATCH = _handle  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@dataclass
class Job:
    """What a run of the action left: how it ended, its log, the outputs of its steps, the summary, the steps used."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    used: list[str]


@dataclass
class Runner:
    """Runs the steps of the action in a folder. Steps of other actions are noted, as nothing can be fetched here."""

    folder: Path
    temporary: Path
    env: dict[str, str]
    hub: Hub

    def run(self, event: dict[str, object] | None = None, **inputs: str) -> Job:
        """One job with the action, after that event and with these inputs."""
        known = {f"inputs.{name}": str(each["default"]) for name, each in ACTION["inputs"].items()}
        known["inputs.token"] = "secret"
        known |= {f"inputs.{name.replace('_', '-')}": value for name, value in {"args": ARGS, **inputs}.items()}
        known |= {"runner.temp": str(self.temporary), "runner.os": "Linux", "github.sha": "0" * 40}
        known |= {"steps.python.outputs.python-path": sys.executable, "steps.install.outputs.python": sys.executable}
        fork = (event or {}).get("pull_request", {})
        known["github.event.pull_request.head.repo.fork"] = str(
            isinstance(fork, dict) and bool(fork.get("head", {}).get("repo", {}).get("fork"))
        ).lower()
        self.temporary.mkdir(exist_ok=True)
        files = {name: self.temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        files["GITHUB_EVENT_PATH"].write_text(json.dumps(event or {}), encoding="utf-8")
        base = {
            **self.env,
            **{name: str(file) for name, file in files.items()},
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_REPOSITORY": "shop/data",
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_HEAD_REF": EVIL,
            "GITHUB_REF_NAME": EVIL,
            "RUNNER_TEMP": str(self.temporary),
        }
        log, used, code = "", [], 0
        for step in ACTION["runs"]["steps"]:
            if step.get("id") in ("python", "install") or not holds(step.get("if", ""), known):
                continue
            if "uses" in step:
                used.append(step["uses"])
                continue
            env = {name: filled(text, known) for name, text in step.get("env", {}).items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.folder,
                env={**base, **env},
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            log += done.stdout + done.stderr
            for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                known[f"steps.{step['id']}.outputs.{name}"] = value
            files["GITHUB_OUTPUT"].write_text("", encoding="utf-8")
            code = done.returncode
            if code:
                break
        outputs = {name: filled(each["value"], known) for name, each in ACTION["outputs"].items()}
        assert "Traceback" not in log
        assert not list(self.folder.rglob("pwned"))
        return Job(code, log, outputs, files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"), used)


def filled(text: object, known: dict[str, str]) -> str:
    """The text with its expressions replaced; one that is not known fails the test."""
    return re.sub(r"\$\{\{\s*(.+?)\s*\}\}", lambda match: known[match[1]], str(text))


def holds(condition: str, known: dict[str, str]) -> bool:
    """What `a == 'b' && c != d` says."""
    for part in filter(None, condition.split("&&")):
        name, operator, value = part.split()
        if (known.get(name, "") == value.strip("'")) != (operator == "=="):
            return False
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with an old finding on main, and a branch that adds one."""
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write(folder, {**FILES, "plans/web.yaml": COUPON})
    commit(folder)
    git(folder, "checkout", "-q", "-b", "topic")
    write(folder, {"plans/web.yaml": COUPON + VOUCHER})
    commit(folder)
    return folder


@pytest.fixture
def runner(folder: Path, tmp_path: Path, clean_env: dict[str, str], hub: Hub) -> Runner:
    return Runner(folder, tmp_path / "temporary", {**clean_env, "PYTHONPATH": str(ROOT)}, hub)


def pull_request(folder: Path, *, fork: bool = False) -> dict[str, object]:
    """The event of a pull request of topic into main."""
    head = {"sha": git(folder, "rev-parse", "topic"), "ref": EVIL, "repo": {"fork": fork}}
    base = {"sha": git(folder, "rev-parse", "main"), "ref": EVIL}
    return {"pull_request": {"number": 7, "title": EVIL, "body": EVIL, "head": head, "base": base}}


def test_a_pull_request_is_told_what_is_new_in_it(runner: Runner, hub: Hub) -> None:
    job = runner.run(pull_request(runner.folder))
    assert job.code == 1
    assert "::warning file=plans/web.yaml,line=10," in job.log
    assert "coupon" not in job.log
    assert job.outputs["exit-code"] == "1"
    assert (job.outputs["errors"], job.outputs["warnings"]) == ("0", "1")
    assert "github/codeql-action/upload-sarif@v3" in job.used
    results = json.loads(Path(job.outputs["sarif"]).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert {result["ruleId"] for result in results} == {"TP101", "TP502"}
    assert job.summary.startswith("### trackplan\n\n**1 warning, 1 remark (info) in 1 file.**")
    (told,) = hub.comments
    assert told["body"].startswith("<!-- trackplan  -->\n### trackplan\n")
    assert "### What is collected" in told["body"]
    assert "voucher" in told["body"]
    assert {header for _, _, header in hub.asked} == {"Bearer secret"}


def test_the_comment_is_written_again(runner: Runner, hub: Hub) -> None:
    event = pull_request(runner.folder)
    fake = {"user": {"login": "eve"}, "body": "<!-- trackplan  -->\nAll is fine."}
    hub.comments = [{"id": number, **fake} for number in range(1, 103)]
    runner.run(event)
    runner.run(event)
    assert len(hub.comments) == 103
    write(runner.folder, {"plans/web.yaml": COUPON})
    assert runner.run(event).code == 0
    assert hub.comments[-1]["body"] == "<!-- trackplan  -->\ntrackplan: nothing new any more."
    assert hub.comments[0]["body"] == "<!-- trackplan  -->\nAll is fine."


def test_nothing_new_is_no_comment(runner: Runner, hub: Hub) -> None:
    write(runner.folder, {"plans/web.yaml": COUPON})
    assert runner.run(pull_request(runner.folder)).code == 0
    assert hub.comments == []


def test_a_fork_has_no_rights(runner: Runner, hub: Hub) -> None:
    event = pull_request(runner.folder, fork=True)
    hub.refuses = ("POST", "PATCH")
    job = runner.run(event)
    assert job.code == 1
    assert "::notice title=trackplan::No comment could be written (HTTP Error 403" in job.log
    assert "github/codeql-action/upload-sarif@v3" not in job.used
    job = runner.run(event, token="")
    assert job.code == 1
    assert "no token" in job.log


def test_github_that_does_not_answer(runner: Runner) -> None:
    runner.hub.url = "http://127.0.0.1:9"
    job = runner.run(pull_request(runner.folder))
    assert job.code == 1
    assert "::notice title=trackplan::No comment could be written" in job.log


def test_a_push_is_told_everything(runner: Runner, hub: Hub) -> None:
    job = runner.run({"before": "0" * 40, "ref": EVIL})
    assert job.code == 1
    assert "coupon" in job.log
    assert hub.asked == []


def test_the_usual_shallow_checkout_of_a_merge(runner: Runner, tmp_path: Path) -> None:
    """actions/checkout gives one commit, the merge; main has moved on since the event."""
    event = pull_request(runner.folder)
    git(runner.folder, "checkout", "-q", "main")
    write(runner.folder, {"use_cases.yaml": FILES["use_cases.yaml"].replace("id: sales", "id: SALES")})
    commit(runner.folder)
    git(runner.folder, "checkout", "-q", "-b", "merged")
    git(runner.folder, "merge", "-q", "--no-ff", "-m", "merged", "topic")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=merged", runner.folder.as_uri(), str(shallow))
    job = Runner(shallow, runner.temporary, runner.env, runner.hub).run(event)
    assert job.code == 1, job.log
    assert job.outputs["warnings"] == "1"
    assert "voucher" in job.log


def test_a_shallow_clone_that_cannot_tell_says_what_helps(runner: Runner, tmp_path: Path) -> None:
    event = pull_request(runner.folder)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=topic", runner.folder.as_uri(), str(shallow))
    job = Runner(shallow, runner.temporary, runner.env, runner.hub).run(event)
    assert job.code == 2
    assert "fetch-depth: 0" in job.log
    assert "::error title=trackplan::The check could not be done" in job.log
    assert (job.outputs["exit-code"], job.outputs["sarif"]) == ("2", "")
    assert runner.hub.comments == []


def test_what_cannot_be_read_fails_the_job(runner: Runner) -> None:
    write(runner.folder, {"trackplan.yaml": "version: 1\n::error::boo: []\n"})
    job = runner.run(pull_request(runner.folder))
    assert job.code == 2
    assert "\n::error::boo" not in job.log


def test_settings_are_passed_as_they_are(runner: Runner) -> None:
    event = pull_request(runner.folder)
    assert runner.run(event, fail_on="never").code == 0
    assert runner.run(event, since="HEAD").code == 0
    assert runner.run(event, args=f"{ARGS} --select 'TP2, TP4'").code == 0
    assert runner.run(event, project="trackplan.yaml").code == 1
    for name in ("project", "since", "fail_on", "args"):
        assert runner.run(event, **{name: EVIL}).code == 2, name


def test_no_file_of_the_repository_is_run(runner: Runner) -> None:
    for name in ("trackplan", "click", "json", "yaml", "sitecustomize", "urllib"):
        write(runner.folder, {f"{name}.py": "open('pwned', 'w')\n", f"{name}/__init__.py": "open('pwned', 'w')\n"})
    assert runner.run(pull_request(runner.folder)).code == 1


def test_no_expression_stands_in_a_script() -> None:
    steps = ACTION["runs"]["steps"]
    assert [step for step in steps if "${{" in step.get("run", "")] == []
    scripts = {name for step in steps for name in re.findall(r"\$GITHUB_ACTION_PATH/([\w./]+)", step.get("run", ""))}
    assert scripts == {"ci/github.py"}
    assert all(step.get("shell") == "bash" for step in steps if "run" in step)
    assert all(each["description"] for each in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


@pytest.mark.usefixtures("package_index")
def test_the_action_installs_what_it_lies_beside(tmp_path: Path, clean_env: dict[str, str]) -> None:
    output = tmp_path / "output"
    env = {**clean_env, "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output)}
    done = subprocess.run([sys.executable, "-P", ROOT / "ci/github.py", "install"], env=env, check=False, timeout=600)
    assert done.returncode == 0
    python = output.read_text(encoding="utf-8").strip().removeprefix("python=")
    said = subprocess.run([python, "-P", "-m", "trackplan", "--version"], env=env, capture_output=True, check=True)
    assert said.stdout.startswith(b"trackplan ")


# GitLab


def gitlab(folder: Path, env: dict[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the job's script as its runner does, with its variables."""
    job = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text(encoding="utf-8"))["trackplan"]
    bin_ = folder.parent / "bin"
    bin_.mkdir(exist_ok=True)
    (bin_ / "trackplan").write_text(f'#!/bin/sh\nexec {sys.executable} -P -m trackplan "$@" {ARGS}\n', encoding="utf-8")
    (bin_ / "trackplan").chmod(0o755)
    known = {"CI_PROJECT_DIR": str(folder), "CI_COMMIT_REF_NAME": EVIL, "CI_MERGE_REQUEST_TITLE": EVIL}
    known |= {name: str(text).replace("$CI_PROJECT_DIR", str(folder)) for name, text in job["variables"].items()}
    return subprocess.run(
        ["sh", "-e", "-c", "\n".join(job["script"])],
        cwd=folder,
        env={**env, "PYTHONPATH": str(ROOT), **known, **variables, "PATH": f"{bin_}{os.pathsep}{env['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_gitlabs_job_in_a_merge_request(folder: Path, clean_env: dict[str, str]) -> None:
    done = gitlab(folder, clean_env, CI_MERGE_REQUEST_DIFF_BASE_SHA=git(folder, "merge-base", "main", "topic"))
    assert done.returncode == 1, done.stderr
    assert "voucher" in done.stdout
    found = json.loads((folder / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert {each["location"]["path"] for each in found} == {"plans/web.yaml"}
    assert "<testsuite" in (folder / "trackplan.xml").read_text(encoding="utf-8")
    assert (folder / ".trackplan-cache").is_dir()


def test_gitlabs_job_on_the_main_branch(folder: Path, clean_env: dict[str, str]) -> None:
    done = gitlab(folder, clean_env, TRACKPLAN_PROJECT="trackplan.yaml")
    assert done.returncode == 1
    assert "coupon" in done.stdout
    assert gitlab(folder, clean_env, TRACKPLAN_FAIL_ON="never").returncode == 0


def test_gitlabs_job_with_hostile_settings(folder: Path, clean_env: dict[str, str]) -> None:
    for name in ("TRACKPLAN_PROJECT", "TRACKPLAN_FAIL_ON", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        assert gitlab(folder, clean_env, **{name: EVIL}).returncode == 2
    assert not list(folder.rglob("pwned"))


# examples for others


EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_are_yaml_and_their_commands_are_known(number: int, clean_env: dict[str, str]) -> None:
    text = EXAMPLES[number]
    assert yaml.safe_load(text)
    for line in re.findall(r"trackplan check [^\n|]*", text):
        used = set(re.findall(r"--[a-z-]+", line))
        command = [sys.executable, "-m", "trackplan", "check", "--help"]
        env = {**clean_env, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        said = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        assert {option for option in used if option not in said} == set()


def test_every_input_of_the_action_is_documented() -> None:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"`{name}`" not in text] == []
