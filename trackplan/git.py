"""What git answers. Nothing else runs it, and nothing heavy is loaded before it is asked."""

from __future__ import annotations

import os

# A repository may be a stranger's: nothing that its configuration names is run, and nothing is asked or fetched.
SAFE = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
# Hooks run with these set, perhaps for another repository than the project's, which is found from its folder.
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY")
_INDEX_FILE = "GIT_INDEX_FILE"
_MERGE_BASE = "..."


def ask(folder: str, *words: str, index: str = "") -> tuple[bytes | None, bytes]:
    """What git answers in `folder`, None where it says no, and its complaint; `index` is another one than its own.

    Raises `OSError` where git cannot be run.
    """
    import subprocess  # takes time to load

    command = ["git", *SAFE, "--literal-pathspecs", *words]
    done = subprocess.run(command, cwd=folder, env=environment(index), capture_output=True, check=False)
    return None if done.returncode else done.stdout, done.stderr


def environment(index: str = "") -> dict[str, str]:
    """The variables with which git runs."""
    kept = {name: value for name, value in os.environ.items() if name not in (*_INHERITED, _INDEX_FILE)}
    return {**kept, **_QUIET, **({_INDEX_FILE: index} if index else {})}


def index_of(folder: str) -> str:
    """The index that a hook is to look at, where it is one of the repository with that git folder, else ''.

    `git commit FILE` makes one.
    """
    named = os.environ.get(_INDEX_FILE)
    path = os.path.realpath(named) if named else ""
    return path if path.startswith(folder + os.sep) else ""


def listed(top: str, index: str, paths: list[str]) -> bytes | None:
    """What is staged below some paths: for each file its mode, the name of its content, its stage, a tab, its path."""
    return ask(top, "ls-files", "--stage", "-z", "--full-name", "--", *paths, index=index)[0]


def tree(top: str, name: str) -> str:
    """What git calls all that a commit holds. '' where it does not tell."""
    found = ask(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{tree}}")[0]
    return (found or b"").decode().strip()


def staged_tree(top: str, index: str) -> str:
    """What git would call all that is staged. '' where it does not tell, as in the middle of a merge."""
    return (ask(top, "write-tree", index=index)[0] or b"").decode().strip()


def commit(top: str, name: str) -> str:
    """The commit that `name` means; `main...` is where HEAD and `main` part. '' where there is none."""
    if name.startswith("-"):
        return ""
    if name.endswith(_MERGE_BASE):
        other = commit(top, name.removesuffix(_MERGE_BASE))
        found = ask(top, "merge-base", other, "HEAD")[0] if other else None
    else:
        found = ask(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")[0]
    return (found or b"").decode().strip()
