"""What a git repository holds: which commit a name means, what a commit or the index lists, what blobs contain."""

from __future__ import annotations

import os
import subprocess
import weakref
from typing import TYPE_CHECKING, NamedTuple

from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INDEX = ""
"""In place of a commit: what is staged."""

_KINDS = {"100644": "f", "100755": "f", "120000": "l", "160000": "m"}
_MERGE_BASE = "..."
# A repository may be a stranger's: nothing that its configuration names is run, and nothing is asked or fetched.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
# Hooks run with these set, perhaps for another repository than the project's, which is found from its folder.
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY")


class Entry(NamedTuple):
    """What lies at a path: `f` a file, `l` a link, `m` a submodule; and the name of its content."""

    kind: str
    oid: str


class Repository:
    """The repository whose work tree `folder` lies in. `top` is the work tree, `index` the file of what is staged.

    Raises `TrackplanError` where there is none, or no git.
    """

    def __init__(self, folder: Path) -> None:
        found = _ask(folder, "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", refused=_refused)
        lines = (found or b"").decode("utf-8", "surrogateescape").splitlines()
        self.top, git = map(os.path.realpath, lines)
        self._variables = _index_of(git)
        self.index = self._variables.get("GIT_INDEX_FILE", os.path.join(git, "index"))  # noqa: PTH118
        self._blobs: subprocess.Popen[bytes] | None = None

    def commit(self, name: str) -> str:
        """The commit that `name` means; `main...` is where HEAD and `main` part.

        Raises `TrackplanError` where there is none, with what helps.
        """
        if name.startswith("-"):
            raise TrackplanError(f"{name!r} is no revision", "Name a branch, a tag or a commit, such as main.")
        if name.endswith(_MERGE_BASE):
            other = self.commit(name.removesuffix(_MERGE_BASE))
            base = self._ask("merge-base", other, "HEAD")
            return base.decode().strip() if base else self._unknown(name, "has no commit in common with HEAD")
        found = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return found.decode().strip() if found else self._unknown(name, "is not known")

    def entries(self, commit: str, path: str) -> Iterator[tuple[str, Entry]]:
        """A file, or all in a folder, of a commit or of the index: each path with what lies there; submodules too."""
        where = [path] if path else []
        if commit == INDEX:
            listed = self._must("ls-files", "--stage", "-z", "--full-name", "--", *(where or ["."]))
        else:
            listed = self._must("ls-tree", "-r", "-z", "--full-tree", commit, *where)
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            head, _, path = line.partition("\t")
            if not path:
                continue
            mode, *words = head.split()
            oid = words[0] if commit == INDEX else words[1]
            if commit == INDEX and words[1] != "0":
                raise TrackplanError(f"{path} has conflicts that are not resolved yet", "Resolve and stage them first.")
            yield path, Entry(_KINDS.get(mode, "o"), oid)

    def differing(self, commit: str = "") -> set[str]:
        """The paths that the index holds otherwise than a commit does, by default HEAD; all where there is none."""
        words = ("diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=none", "-z")
        listed = self._must(*words, *([commit] if commit else []), "--")
        return set(filter(None, listed.decode("utf-8", "surrogateescape").split("\0")))

    def blob(self, oid: str, limit: int) -> bytes | int:
        """The content of that name; its size where it is longer than `limit`."""
        if self._blobs is None:
            self._blobs = subprocess.Popen(
                ["git", *_SAFE, "cat-file", "--batch"],
                cwd=self.top,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            weakref.finalize(self, self._blobs.communicate)
        asked, told = self._blobs.stdin, self._blobs.stdout
        if asked is None or told is None:
            raise TypeError(self._blobs)
        asked.write(f"{oid}\n".encode())
        asked.flush()
        head = told.readline().split()
        if len(head) != 3:  # name, type and size
            raise TrackplanError(
                f"git does not hold the content {oid}", "The clone is partial: fetch what is missing, or clone anew."
            )
        size = int(head[2])
        if size <= limit:
            return told.read(size + 1)[:-1]
        for start in range(0, size + 1, 1 << 20):
            told.read(min(1 << 20, size + 1 - start))
        return size

    def _unknown(self, name: str, what: str) -> str:
        hint = "Name a branch, a tag or a commit of this repository, such as main or origin/main."
        shallow = self._ask("rev-parse", "--is-shallow-repository")
        if shallow and shallow.strip() == b"true":
            hint = (
                "This clone is shallow, so it may be missing: run `git fetch --unshallow`, or clone with the whole "
                "history (in GitHub Actions: actions/checkout with fetch-depth: 0)."
            )
        raise TrackplanError(f"the revision {name!r} {what}", hint)

    def _ask(self, *words: str) -> bytes | None:
        return _ask(self.top, *words, variables=self._variables)

    def _must(self, *words: str) -> bytes:
        found = self._ask(*words)
        if found is None:
            raise TrackplanError(f"git {words[0]} failed in {self.top}", "Look at what `git status` says there.")
        return found

    def _environment(self) -> dict[str, str]:
        return _environment(self._variables)


def _refused(folder: str, said: bytes) -> TrackplanError:
    """Why git answers nothing at all in a folder."""
    if b"dubious ownership" in said:
        return TrackplanError(
            f"git does not trust {folder}: it belongs to somebody else",
            f"Run `git config --global --add safe.directory {folder}` if you do.",
        )
    return TrackplanError(
        f"{folder} does not lie in a git repository",
        "--since, --staged and diff compare what git knows; without git, check the files as they are.",
    )


def _index_of(git: str) -> dict[str, str]:
    """The index that a hook is to look at, where it is one of this repository: `git commit FILE` makes one."""
    named = os.environ.get("GIT_INDEX_FILE")
    if not named:
        return {}
    path = os.path.realpath(named)
    return {"GIT_INDEX_FILE": path} if path.startswith(git + os.sep) else {}


def _environment(variables: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in (*_INHERITED, "GIT_INDEX_FILE")}
    return {**kept, **_QUIET, **variables}


def _ask(
    folder: Path | str,
    *words: str,
    variables: dict[str, str] | None = None,
    refused: Callable[[str, bytes], TrackplanError] | None = None,
) -> bytes | None:
    """What git answers in `folder`; None where it says no, unless `refused` makes an error of it.

    Raises `TrackplanError` where git cannot be run.
    """
    command = ["git", *_SAFE, "--literal-pathspecs", *words]
    try:
        done = subprocess.run(command, cwd=folder, env=_environment(variables or {}), capture_output=True, check=False)
    except OSError as error:
        raise TrackplanError("git cannot be run", "Install git; --since, --staged and diff need it.") from error
    if done.returncode and refused:
        raise refused(os.fspath(folder).replace(os.sep, "/"), done.stderr)
    return None if done.returncode else done.stdout
