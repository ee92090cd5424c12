"""Changes → the disk, so that a kill at any moment leaves each file old or new, and the journal knows which.

The journal is written before the first file, with the way back; from then on a file is told by its content alone.
"""

from __future__ import annotations

import glob
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trackplan.edits import disk
from trackplan.edits.patch import Change
from trackplan.edits.text import Edit, apply
from trackplan.errors import TrackplanError
from trackplan.patterns import leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

OLD, NEW, OTHER = "old", "new", "other"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a journal: the digests of its text before and after ('' where there is none), and the edits back."""

    path: str
    before: str
    after: str
    back: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Journal:
    """What was applied: its name, the ids, the day, whether it was finished, and its files."""

    name: str
    ids: tuple[str, ...]
    day: str
    done: bool
    files: tuple[Written, ...]

    def states(self, root: Path) -> dict[str, str]:
        """For each file whether it is as before, as after, or something else."""
        return {each.path: _state(root / each.path, each) for each in self.files}


def begin(folder: Path, name: str, ids: Sequence[str], day: str, changes: Iterable[Change]) -> Journal:
    """Write down what is about to change, before anything does. Raises `TrackplanError`."""
    files = []
    for change in changes:
        back = change.inverse()
        files.append(Written(change.path, _digest(change.before), _digest(change.after), back.edits))
    journal = Journal(name, tuple(ids), day, False, tuple(files))
    _write(folder, journal)
    return journal


def carry_out(folder: Path, root: Path, journal: Journal, changes: Iterable[Change]) -> Journal:
    """Make the changes, file by file, and note that they are made. Raises `TrackplanError`."""
    other = sorted(path for path, state in journal.states(root).items() if state == OTHER)
    if other:
        raise TrackplanError(f"{', '.join(other)} changed in the meantime", "Run the command again.")
    for change in changes:
        _put(root, change.path, change.after)
    finished = Journal(journal.name, journal.ids, journal.day, True, journal.files)
    _write(folder, finished)
    return finished


def undo(folder: Path, root: Path, journal: Journal) -> None:
    """Let every file be as it was before; what has other changes since stands in the way, and then nothing is done.

    Killed on its way, it can be called again. Raises `TrackplanError`.
    """
    states = journal.states(root)
    other = sorted(path for path, state in states.items() if state == OTHER)
    if other:
        hint = "Take the later changes back first, or apply the stored diff by hand: git apply --3way."
        raise TrackplanError(f"{', '.join(other)} changed after {journal.name} was applied", hint)
    for each in journal.files:
        if states[each.path] == NEW:
            text = (root / each.path).read_bytes().decode("utf-8") if each.after else ""
            _put(root, each.path, apply(text, each.back) if each.before else None)
        _tidy(root / each.path)
    _tidy(folder / f"{journal.name}.json")
    with suppress(FileNotFoundError):
        (folder / f"{journal.name}.json").unlink()
        (folder / f"{journal.name}.undo.diff").unlink()


def read(folder: Path) -> list[Journal]:
    """The journals of a folder, the latest last. Raises `TrackplanError` for one that cannot be read."""
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            if said["version"] != _VERSION:
                raise ValueError("another version")
            files = tuple(map(_written, said["files"]))
            found.append(Journal(path.stem, tuple(said["ids"]), said["day"], bool(said["done"]), files))
        except (OSError, ValueError, KeyError, TypeError) as error:
            hint = "It is written by trackplan alone; take it from the repository, or move it away."
            raise TrackplanError(f"cannot read the journal {path.as_posix()}", hint) from error
    return found


def _written(said: dict[str, Any]) -> Written:
    """Raises `ValueError` for a path that leaves the project: a journal may be a stranger's, too."""
    path = str(said["path"])
    if leaves(path):
        raise ValueError(path)
    return Written(path, str(said["before"]), str(said["after"]), tuple(Edit(*edit) for edit in said["back"]))


def _write(folder: Path, journal: Journal) -> None:
    said = {
        "version": _VERSION,
        "ids": list(journal.ids),
        "day": journal.day,
        "done": journal.done,
        "files": [
            {
                "path": each.path,
                "before": each.before,
                "after": each.after,
                "back": [[edit.start, edit.end, edit.text] for edit in each.back],
            }
            for each in journal.files
        ],
    }
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    disk.write(folder / f"{journal.name}.json", text.encode("utf-8", "surrogatepass"))


def _put(root: Path, path: str, text: str | None) -> None:
    """Write a file, or remove it where there is no text. Raises `TrackplanError`."""
    target = root / path
    if not target.resolve().is_relative_to(root.resolve()):
        raise TrackplanError(f"{path} leads out of the project", "Replace the link by what it leads to.")
    if text is None:
        with suppress(FileNotFoundError):
            target.unlink()
        return
    disk.write(target, text.encode("utf-8"))


def _tidy(path: Path) -> None:
    """Remove what a kill may have left beside a file."""
    for beside in path.parent.glob(f".{glob.escape(path.name)}.*"):
        if beside.suffix[1:].isdigit():
            beside.unlink(missing_ok=True)


def _state(path: Path, each: Written) -> str:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        found = ""
    if found == each.after:
        return NEW
    return OLD if found == each.before else OTHER


def _digest(text: str | None) -> str:
    return "" if text is None else hashlib.sha256(text.encode("utf-8")).hexdigest()
