"""The pages of a dictionary and a folder: what is stale, and how it is brought up to date. Files of others stay."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.dictionary.pages import MARK
from trackplan.edits import disk
from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stale:
    """The pages that are not there, that say something else, and that nobody wants any more; by path, sorted."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    unwanted: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.unwanted)


def compare(folder: Path, pages: Mapping[str, str]) -> Stale:
    """What differs between a folder and its pages.

    Raises `TrackplanError` where somebody else's file has the name of a page, one cannot be read, or a link leads away.
    """
    ours = _ours(folder)
    missing, changed = [], []
    for path, text in sorted(pages.items()):
        target = folder / path
        if not target.parent.resolve().is_relative_to(folder.resolve()):
            raise TrackplanError(f"{target.parent.as_posix()} leads out of the folder", "Replace the link by a folder.")
        if path in ours:
            if ours[path] != text.encode():
                changed.append(path)
        elif target.is_symlink() or target.exists():
            raise TrackplanError(
                f"{target.as_posix()} was not written by `trackplan dictionary`",
                "Move it away, or choose another folder.",
            )
        else:
            missing.append(path)
    return Stale(tuple(missing), tuple(changed), tuple(sorted(ours.keys() - pages.keys())))


def update(folder: Path, pages: Mapping[str, str], stale: Stale) -> None:
    """Write what is missing or changed, and remove what nobody wants. Raises `TrackplanError`."""
    for path in (*stale.missing, *stale.changed):
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _failed(target.parent, error) from error
        disk.write(target, pages[path].encode())
    for path in stale.unwanted:
        target = folder / path
        try:
            target.unlink()
        except OSError as error:
            raise _failed(target, error) from error
        if target.parent != folder:
            with suppress(OSError):  # others have files in it
                target.parent.rmdir()


def _ours(folder: Path) -> dict[str, bytes]:
    """The pages that `update` has written, by path: files with its mark, in the folder and those right below."""
    found = {}
    try:
        for path in sorted((*folder.glob("*.md"), *folder.glob("*/*.md"))):
            if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
                continue
            text = path.read_bytes()
            if text.replace(b"\r\n", b"\n").startswith(MARK.encode() + b"\n"):
                found[path.relative_to(folder).as_posix()] = text.replace(b"\r\n", b"\n")  # git may have turned them
    except OSError as error:
        raise _failed(folder, error) from error
    return found


def _failed(path: Path, error: OSError) -> TrackplanError:
    reason = (error.strerror or "no reason is given").lower()
    return TrackplanError(f"cannot work on {path.as_posix()}: {reason}", "Is the folder there, and writable?")
