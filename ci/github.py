"""The steps of `action.yml`: install trackplan, check a change, comment on its pull request.

Settings come as environment variables (`TRACKPLAN_…`), never as parts of a command line that a shell reads. Needs
nothing but Python; commands run with `-P`, so that no file of the checked repository is ever imported.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
import venv
from pathlib import Path
from typing import Any, cast

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LONGEST = 65_000
_PAGES = 20
_SECONDS = 30
_Event = dict[str, Any]


def install() -> int:
    """Install trackplan from the action's own files, apart from whatever else is installed."""
    folder = Path(os.environ["RUNNER_TEMP"]) / "trackplan-venv"
    venv.create(folder, with_pip=True, clear=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    here = str(Path(__file__).parent.parent)
    command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", here]
    code = subprocess.run(command, check=False).returncode
    _output(python=str(python))
    return code


def check() -> int:
    """Check, and leave annotations, a summary, and files for the steps behind. Fails only where it cannot be run."""
    files = _files()
    for file in files.values():
        file.unlink(missing_ok=True)
    since = os.environ.get("TRACKPLAN_SINCE", "").strip() or _base(_event())
    words = ["check", *_project(), "--format", "github"]
    words += [word for name, file in files.items() for word in ("--format", f"{name}:{file}")]
    words += ["--since", since] if since else []
    words += ["--fail-on", os.environ.get("TRACKPLAN_FAIL_ON") or "warning"]
    try:
        code = _run([*words, *shlex.split(os.environ.get("TRACKPLAN_ARGS", ""))]).returncode
    except ValueError as error:  # a quote without its other half
        sys.stdout.write(f"The input args cannot be read: {error}.\n")
        code = 2
    if code not in (0, 1):
        sys.stdout.write("::error title=trackplan::The check could not be done; the log of this step says why.\n")
    counts = {"error": 0, "warning": 0, "info": 0}
    if files["json"].exists():
        counts = json.loads(files["json"].read_text(encoding="utf-8"))["summary"]["findings"]
    if files["markdown"].exists():
        _append("GITHUB_STEP_SUMMARY", files["markdown"].read_text(encoding="utf-8"))
    sarif = str(files["sarif"]) if files["sarif"].exists() else ""
    _output(code=code, since=since, errors=counts["error"], warnings=counts["warning"], sarif=sarif)
    return 0


def comment() -> int:
    """Tell in a comment on the pull request what is new in it; the same comment is written again after each push.

    Never fails: a pull request from a fork has no right to comment, and the summary has it all.
    """
    number = _event().get("pull_request", {}).get("number")
    token = os.environ.get("TRACKPLAN_TOKEN", "")
    if not isinstance(number, int) or not token:
        return _notice("There is no pull request, or no token, so nothing is written there.")
    named = re.sub(r"[^\w./]", "_", os.environ.get("TRACKPLAN_PROJECT", ""))
    marker = f"<!-- trackplan {named} -->"
    text = _told(os.environ.get("TRACKPLAN_SINCE", ""))
    if text is None:
        return _notice("The check could not be done, so nothing is written.")
    try:
        known = _known(token, number, marker)
        if known is None and not text:
            return 0
        body = {"body": _cut(f"{marker}\n{text or 'trackplan: nothing new any more.'}")}
        issue = f"/issues/{number}/comments" if known is None else f"/issues/comments/{known}"
        _ask("POST" if known is None else "PATCH", issue, token, body)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return _notice(f"No comment could be written ({error}); the summary of the job has it all.")
    return 0


def _told(since: str) -> str | None:
    """What is worth a comment: the data that changes, and the findings; `""` for neither, None if nobody knows."""
    files = _files()
    if not all(file.exists() for file in files.values()):
        return None
    found = json.loads(files["json"].read_text(encoding="utf-8"))["findings"]
    parts = [files["markdown"].read_text(encoding="utf-8")] if found else []
    if since:
        done = _run(["diff", since, *_project(), "--format", "markdown"], quiet=True)
        parts += [done.stdout] if done.returncode == 0 and "\n| " in done.stdout else []
    return "\n".join(parts)


def _files() -> dict[str, Path]:
    """Where the check writes what it finds, by format."""
    folder = Path(os.environ["RUNNER_TEMP"]) / "trackplan"
    folder.mkdir(exist_ok=True)
    return {name: folder / f"findings.{name}" for name in ("sarif", "markdown", "json")}


def _known(token: str, number: int, marker: str) -> int | None:
    """The comment that an earlier run has written, if there is one: ours by marker and by author."""
    try:
        author = _ask("GET", "/user", token, whole=True)["login"]
    except OSError:  # the token of a workflow is no user's
        author = "github-actions[bot]"
    for page in range(1, _PAGES):
        listed = _ask("GET", f"/issues/{number}/comments?per_page=100&page={page}", token)
        for each in listed:
            if each["user"]["login"] == author and str(each["body"]).startswith(marker):
                return int(each["id"])
        if len(listed) < 100:
            break
    return None


def _ask(method: str, path: str, token: str, body: object = None, *, whole: bool = False) -> Any:
    """What GitHub answers. Raises `OSError` where it says no, or nothing."""
    base = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    url = base + path if whole else f"{base}/repos/{os.environ['GITHUB_REPOSITORY']}{path}"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {**headers, "Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        return json.load(answer)


def _event() -> _Event:
    """What has happened, as the runner tells it."""
    path = os.environ.get("GITHUB_EVENT_PATH", "")
    if not path or not Path(path).exists():
        return {}
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    return cast("_Event", found) if isinstance(found, dict) else {}


def _base(event: _Event) -> str:
    """With what a change is compared: what it is merged into, or where it left that; `""` for everything."""
    pull = event.get("pull_request") or {}
    base = (pull.get("base") or {}).get("sha") or (event.get("merge_group") or {}).get("base_sha") or ""
    if not _COMMIT.fullmatch(base):
        return ""
    parents = re.findall(r"^parent (\S+)$", _git("cat-file", "-p", "HEAD").partition("\n\n")[0], re.MULTILINE)
    if len(parents) != 2 or parents[1] != (pull.get("head") or {}).get("sha"):
        return f"{base}..."
    # The usual checkout is a merge of the two, and knows no other commit: its first parent is all that is needed.
    if not _git("cat-file", "-t", parents[0]):
        _git("fetch", "-q", "--no-tags", "--depth=1", "origin", parents[0])
    return str(parents[0])


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, errors="replace", check=False)
    return done.stdout


def _project() -> list[str]:
    named = os.environ.get("TRACKPLAN_PROJECT", "")
    return ["--project", named] if named else []


def _run(words: list[str], *, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run trackplan; what it says of errors is indented, so that no line of it is a command to the runner."""
    command = [sys.executable, "-P", "-m", "trackplan", *words]
    sys.stdout.flush()
    done = subprocess.run(
        command, stdout=subprocess.PIPE if quiet else None, stderr=subprocess.PIPE, encoding="utf-8", check=False
    )
    sys.stderr.write("".join(f"  {line}\n" for line in done.stderr.splitlines()))
    return done


def _cut(text: str) -> str:
    """As much of a text as a comment can hold, in whole lines."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: text.rindex(chr(10), 0, _LONGEST)]}\n\n… and more: see the summary of the job.\n"


def _output(**values: object) -> None:
    _append("GITHUB_OUTPUT", "".join(f"{name}={' '.join(str(value).split())}\n" for name, value in values.items()))


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _notice(text: str) -> int:
    sys.stdout.write(f"::notice title=trackplan::{' '.join(text.split())}\n")
    return 0


if __name__ == "__main__":
    sys.exit({"install": install, "check": check, "comment": comment}[sys.argv[1]]())
