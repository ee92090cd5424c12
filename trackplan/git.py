"""What git answers. Nothing else runs it, and nothing heavy is loaded before it is asked."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # the module of that name takes time to load
if TYPE_CHECKING:
    from collections.abc import Iterator

# A repository may be a stranger's: nothing that its configuration names is run, and nothing is asked or fetched.
SAFE = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
# Hooks run with these set, perhaps for another repository than the project's, which is found from its folder.
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY")
_INDEX_FILE = "GIT_INDEX_FILE"
_MERGE_BASE = "..."
_HEAD = "HEAD"
_ABOUT = ("--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir")
# What git told that is not asked twice: by folder where its repository is, by that what HEAD means there, and by the
# work tree and the index that was named what is staged, with the file of the index and its stamp.
_places: dict[str, tuple[str, ...]] = {}
_heads: dict[str, tuple[str, ...]] = {}
_listed: dict[tuple[str, str], tuple[str, tuple[int, ...], bytes]] = {}


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


def place(folder: str) -> tuple[tuple[str, ...] | None, bytes]:
    """Where the repository around a folder is: its work tree, git's folder and the one that its work trees share.

    None where git says no, and its complaint. Raises `OSError` where git cannot be run.
    """
    folder = os.path.realpath(folder)
    if folder in _places:
        return _places[folder], b""
    found, said = ask(folder, "rev-parse", *_ABOUT)
    return (None if found is None else _lines(found)), said


def begin(folder: str) -> tuple[str, str, str]:
    """The work tree around a folder, git's folder, and the tree of HEAD, of which git is not asked again until `end`.

    Raises `OSError` or `ValueError` where git does not tell.
    """
    folder = os.path.realpath(folder)
    found = ask(folder, "rev-parse", *_ABOUT, f"{_HEAD}^{{commit}}", f"{_HEAD}^{{tree}}")[0]
    *where, commit, tree = (found or b"").decode("utf-8", "surrogateescape").splitlines()
    top, inner, _ = found_at = tuple(map(os.path.realpath, where))
    _places[folder] = _places[top] = found_at
    _heads[top] = (commit, tree)
    return top, inner, tree


def end() -> None:
    """Ask git anew from now on."""
    _places.clear()
    _heads.clear()
    _listed.clear()


def all_listed(top: str, index: str, file: str) -> bytes | None:
    """All that is staged, as `listed` tells it; it holds as long as the file of the index is the same."""
    before = _stamp(file)
    found = listed(top, index, ["."])
    if found is not None and before and _stamp(file) == before:
        _listed[top, index] = (file, before, found)
    return found


def listed(top: str, index: str, paths: list[str]) -> bytes | None:
    """What is staged below some paths: for each file its mode, the name of its content, its stage, a tab, its path."""
    file, stamp, lines = _listed.get((top, index), ("", (), b""))
    if stamp and _stamp(file) == stamp and b"\x00160000 " not in b"\0" + lines:  # a submodule may be called a folder
        return lines if "." in paths else b"".join(_below(lines, list(map(os.fsencode, paths))))
    return ask(top, "ls-files", "--stage", "-z", "--full-name", "--", *paths, index=index)[0]


def _below(lines: bytes, paths: list[bytes]) -> Iterator[bytes]:
    """Of the lines of an index those of files with these paths, or in these folders."""
    wanted, ends = set(paths), tuple(b"\t" + path for path in paths)
    folders = tuple(path for path in (each.rstrip(b"/") + b"/" for each in paths) if b"\t" + path in lines)
    for line in lines.split(b"\0")[:-1]:
        if folders or line.endswith(ends):  # quick, as there may be many
            path = line.partition(b"\t")[2]
            if path in wanted or path.startswith(folders):
                yield line + b"\0"


def _stamp(file: str) -> tuple[int, ...]:
    """What tells that a file is still the same; nothing where it is not there."""
    try:
        found = os.lstat(file)
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _lines(told: bytes) -> tuple[str, ...]:
    return tuple(map(os.path.realpath, told.decode("utf-8", "surrogateescape").splitlines()))


def tree(top: str, name: str) -> str:
    """What git calls all that a commit holds. '' where it does not tell."""
    if name == _HEAD and top in _heads:
        return _heads[top][1]
    found = ask(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{tree}}")[0]
    return (found or b"").decode().strip()


def staged_tree(top: str, index: str) -> str:
    """What git would call all that is staged. '' where it does not tell, as in the middle of a merge."""
    return (ask(top, "write-tree", index=index)[0] or b"").decode().strip()


def commit(top: str, name: str) -> str:
    """The commit that `name` means; `main...` is where HEAD and `main` part. '' where there is none."""
    if name.startswith("-"):
        return ""
    if name == _HEAD and top in _heads:
        return _heads[top][0]
    if name.endswith(_MERGE_BASE):
        other = commit(top, name.removesuffix(_MERGE_BASE))
        found = ask(top, "merge-base", other, "HEAD")[0] if other else None
    else:
        found = ask(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")[0]
    return (found or b"").decode().strip()
