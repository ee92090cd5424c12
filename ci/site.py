"""Build the documentation as a site: `python ci/site.py FOLDER`, with the extra `docs`.

The pages are files of the repository under the paths that they have there, so that a link that leads somewhere in the
repository leads to the same page of the site. A link that leads nowhere fails the build.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("*.md", "docs/*.md", "docs/images/*", "rules/*.md", "rules/docs/*.md", "examples/*/*.md")
LINKED = (
    "LICENSE",
    "schemas/*.json",
    "rules/*.sql",
    "tests/rules/*.yml",
    "trackplan/facts/schema.sql",
    "ci/gitlab.yml",
)


def files() -> list[str]:
    """The paths of all pages, and of what they link to."""
    found = {path for pattern in (*PAGES, *LINKED) for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def settings() -> dict[str, Any]:
    """What `docs/site.yml` says, with a page for each rule, and those of `docs/` that it does not name at the end."""
    said: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "site.yml").read_text(encoding="utf-8"))
    rules = next(entry["Rules"] for entry in said["nav"] if isinstance(entry, dict) and "Rules" in entry)
    rules += [path for path in files() if path.startswith("rules/docs/")]
    named = str(said["nav"])
    said["nav"] += [path for path in files() if path.startswith("docs/") and path.endswith(".md") and path not in named]
    return said


def stage(folder: Path) -> None:
    """Lay out what the site is built of."""
    for path in files():
        target = folder / "docs" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings(), sort_keys=False), encoding="utf-8")


def build(target: Path) -> int:
    """Build the site into `target`; the exit code of the builder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stage(folder)
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(folder / "mkdocs.yml")]
        code = subprocess.run(command, cwd=folder, check=False).returncode
        if code == 0:
            shutil.copytree(folder / "site", target, dirs_exist_ok=True)
    return code


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1])))
