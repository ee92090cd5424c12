"""What a git repository holds: which commit a name means, what a commit or the index lists, what blobs contain."""

from __future__ import annotations

import os
import subprocess
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from trackplan import git, seen
from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Iterator

INDEX = ""
"""In place of a commit: what is staged."""

_KINDS = {"100644": "f", "100755": "f", "120000": "l", "160000": "m"}
_MERGE_BASE = "..."
_NAMED = 3
"""How many branches are named to who gave one that there is not."""


class Entry(NamedTuple):
    """What lies at a path: `f` a file, `l` a link, `m` a submodule; and the name of its content."""

    kind: str
    oid: str


class Repository:
    """The repository whose work tree `folder` lies in. `top` is the work tree, `index` the file of what is staged.

    Raises `TrackplanError` where there is none, or no git.
    """

    def __init__(self, folder: Path) -> None:
        self.top, self._folder, common = _place(folder)
        self._named = git.index_of(self._folder)
        self.index = self._named or os.path.join(self._folder, "index")  # noqa: PTH118
        self._blobs: subprocess.Popen[bytes] | None = None
        self._listed: list[tuple[list[str], bytes]] = []
        if seen.active:
            _remember(os.fspath(folder), self.top, [f"{inner}{os.sep}config" for inner in (common, self._folder)])

    def commit(self, name: str) -> str:
        """The commit that `name` means; `main...` is where HEAD and `main` part.

        Raises `TrackplanError` where there is none, with what helps.
        """
        if name.startswith("-"):
            raise TrackplanError(f"{name!r} is no revision", "Name a branch, a tag or a commit.")
        found = git.commit(self.top, name)
        if not found:
            other = name.removesuffix(_MERGE_BASE)
            apart = other != name and git.commit(self.top, other)
            self._unknown(name if apart else other, "has no commit in common with HEAD" if apart else "is not known")
        if seen.active:
            seen.active.commit(self.top, name, found)
        return found

    def entries(self, commit: str, *paths: str) -> Iterator[tuple[str, Entry]]:
        """Files, or all in folders, of a commit or of the index: each path with what lies there; submodules too."""
        where = [path for path in paths if path]
        if commit == INDEX:
            listed = self._staged(where or ["."])
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

    def called(self, *names: str) -> dict[str, Entry]:
        """What is staged under one of these names, in whatever folder, and all that is no file, by its path."""
        found: dict[str, Entry] = {}
        endings = tuple(name.encode() for name in names)
        for line in self._known(git.all_listed(self.top, self._named, self.index)).split(b"\0"):
            if line.endswith(endings) or not line.startswith(b"100"):  # quick, as there may be many
                head, _, path = line.decode("utf-8", "surrogateescape").partition("\t")
                entry = Entry(_KINDS.get(head[:6], "o"), head[7:].partition(" ")[0])
                if path and (entry.kind != "f" or path.rpartition("/")[2] in names):
                    found[path] = entry
        return found

    def differing(self, commit: str = "") -> set[str]:
        """The paths that the index holds otherwise than a commit does, by default HEAD; all where there is none."""
        words = ("diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=none", "-z")
        listed = self._must(*words, *([commit] if commit else []), "--")
        return set(filter(None, listed.decode("utf-8", "surrogateescape").split("\0")))

    def staged_tree(self) -> str:
        """What git would call all that is staged; '' where that is another by now than what was listed of it."""
        found = git.staged_tree(self.top, self._named)
        same = all(git.listed(self.top, self._named, where) == lines for where, lines in self._listed)
        return found if same else ""

    def changed(self, commit: str) -> dict[str, tuple[str, str]] | None:
        """The files that are staged otherwise than in a commit, how git called what they held, and what they hold.

        None where there are others now, or some have become something else.
        """
        words = ("diff", "--cached", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "-z", commit, "--")
        parts = self._must(*words).decode("utf-8", "surrogateescape").split("\0")[:-1]
        found: dict[str, tuple[str, str]] = {}
        for head, path in zip(parts[::2], parts[1::2], strict=True):
            before, now, old, new, _ = head.split(" ")
            if before.removeprefix(":") != now:
                return None
            found[path] = (old, new)
        return found

    def blob(self, oid: str, limit: int) -> bytes | int:
        """The content of that name; its size where it is longer than `limit`."""
        if seen.active and self.top in seen.active.staged:
            seen.active.staged[self.top].contents.add(oid.encode())
        if self._blobs is None:
            self._blobs = subprocess.Popen(
                ["git", *git.SAFE, "cat-file", "--batch"],
                cwd=self.top,
                env=git.environment(self._named),
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

    def _staged(self, where: list[str]) -> bytes:
        """What the index lists at some paths."""
        active = seen.active
        before = os.lstat(self.index) if active and os.path.lexists(self.index) else None
        found = self._known(git.listed(self.top, self._named, where))
        self._listed.append((where, found))
        if active:
            stamp = seen.UNSURE if before is None else seen.stamp(before)
            staged = active.staged.setdefault(self.top, seen.Staged(self._folder, self.index, stamp))
            staged.paths.update(where)
            staged.lines.update(found.split(b"\0"))
        return found

    def _unknown(self, name: str, what: str) -> NoReturn:
        hint = f"Name a branch, a tag or a commit of this repository{self._branches()}."
        if git.ask(self.top, "rev-list", "--all", "-n", "1")[0] == b"":
            hint = "This repository has no commit yet, so there is nothing to compare with."
        shallow, _ = git.ask(self.top, "rev-parse", "--is-shallow-repository")
        if shallow and shallow.strip() == b"true":
            hint = (
                "This clone is shallow, so it may be missing: run `git fetch --unshallow`, or clone with the whole "
                "history (in GitHub Actions: actions/checkout with fetch-depth: 0)."
            )
        raise TrackplanError(f"the revision {name!r} {what}", hint)

    def _branches(self) -> str:
        """Some names that exist, those of the newest commits; '' where there are none."""
        asked = ("--sort=-committerdate", f"--count={_NAMED}", "--format=%(refname:lstrip=2)")
        found, _ = git.ask(self.top, "for-each-ref", *asked, "refs/heads", "refs/remotes")
        names = (found or b"").decode("utf-8", "replace").split()
        told = ", ".join(name for name in names if not name.endswith("/HEAD"))
        return f", such as {told}" if told else ""

    def _must(self, *words: str) -> bytes:
        return self._known(git.ask(self.top, *words, index=self._named)[0], words[0])

    def _known(self, told: bytes | None, command: str = "ls-files") -> bytes:
        """What git told. Raises `TrackplanError` where it did not."""
        if told is None:
            raise TrackplanError(f"git {command} failed in {self.top}", "Look at what `git status` says there.")
        return told


def _remember(folder: str, top: str, settings: list[str]) -> None:
    """Note what tells that the repository of a folder is this one: where git finds it, and how it is set up."""
    if seen.active is None:
        return
    while folder != top:
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder:  # git was told to look elsewhere
            seen.active.unsteady()
            return
        seen.active.absent(os.path.join(folder, ".git"))  # noqa: PTH118
        folder = above
    for path in (os.path.join(top, ".git"), *settings, f"{settings[-1]}.worktree"):  # noqa: PTH118
        try:
            status = os.lstat(path)
            if os.path.isdir(path):  # noqa: PTH112
                seen.active.present.add(path)
            else:
                seen.active.file(path, status, Path(path).read_bytes())
        except FileNotFoundError:
            seen.active.absent(path)
        except OSError:
            seen.active.unsteady()


def _refused(place: Path, said: bytes) -> TrackplanError:
    """Why git answers nothing at all in a folder."""
    folder = os.fspath(place).replace(os.sep, "/")
    if b"dubious ownership" in said:
        return TrackplanError(
            f"git does not trust {folder}: it belongs to somebody else",
            f"Run `git config --global --add safe.directory {folder}` if you do.",
        )
    return TrackplanError(
        f"{folder} does not lie in a git repository",
        "--since, --staged and diff compare what git knows; without git, check the files as they are.",
    )


def _place(folder: Path) -> tuple[str, ...]:
    """The work tree around a folder, git's folder, and what work trees share of it.

    Raises `TrackplanError` where git says no, or cannot be run.
    """
    try:
        found, said = git.place(os.fspath(folder))
    except OSError as error:
        raise TrackplanError("git cannot be run", "Install git; --since, --staged and diff need it.") from error
    if found is None:
        raise _refused(folder, said)
    return found
