"""The hooks in the real pre-commit framework: what is staged is judged, by what it adds, in the projects concerned.

They are installed as `.pre-commit-hooks.yaml` has them, but run this checkout: no environment has to be made.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Protocol

import pytest
import yaml

from tests import test_since
from tests.conftest import ROOT
from tests.test_gate import PROJECT
from tests.test_precommit import Repository
from tests.test_since import COUPON, QUERY, WEB
from tests.test_tree_git import write
from trackplan.errors import ReadError
from trackplan.findings import Place, Problem
from trackplan.inputs import read
from trackplan.project import load, scope
from trackplan.tree.scope import Scope

TODAY = "2026-07-01"
FILES = {**test_since.FILES, "trackplan.yaml": PROJECT}
VOUCHER = "      voucher: {type: string, description: Which voucher.}\n"
BROKEN = "events: ["


class Commit(Protocol):
    """Stages files and commits."""

    def __call__(self, files: dict[str, str] | None = None, *words: str) -> Said:
        """What came of it; without files, what is staged already is committed."""


class Said:
    """How a commit or a run of the hooks ended, and what was said."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        assert "Traceback" not in text

    @property
    def passed(self) -> bool:
        """Whether the hook passed; a commit that pre-commit stops has none that did."""
        return self.code == 0 and "Passed" in self.text

    @property
    def refused(self) -> bool:
        """Whether the hook failed, and the commit with it."""
        return self.code == 1 and "Failed" in self.text and "Passed" not in self.text


@pytest.fixture
def repository(tmp_path: Path, clean_env: dict[str, str]) -> Repository:
    """An empty repository in which the hook `trackplan` is installed."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    folder = tmp_path / "repository"
    folder.mkdir()
    env = {
        **clean_env,
        "PYTHONPATH": str(ROOT),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    made = Repository(folder, env)
    made.run("git", "init", "-q", "-b", "main")
    install(made, "trackplan")
    return made


def install(repository: Repository, *names: str, today: str = TODAY, **settings: object) -> None:
    """Configure these hooks, and install pre-commit."""
    defined = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    hooks = []
    for hook in defined:
        if hook["id"] in names:
            entry = hook["entry"].replace("trackplan ", f"{sys.executable} -m trackplan ", 1)
            run = {"language": "system", "entry": entry, "args": ["--today", today], **settings}
            hooks.append({**hook, **run})
    assert len(hooks) == len(names)
    repository.edit(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    done = repository.run(sys.executable, "-m", "pre_commit", "install")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def commit(repository: Repository) -> Commit:
    def make(files: dict[str, str] | None = None, *words: str) -> Said:
        for name, text in (files or {}).items():
            repository.edit(name, text)
        done = repository.run("git", "commit", "-m", "A change", *words)
        return Said(done.returncode, done.stdout + done.stderr)

    return make


def hooks(repository: Repository, *words: str) -> Said:
    """What `pre-commit run` says."""
    done = repository.run(sys.executable, "-m", "pre_commit", "run", *words)
    return Said(done.returncode, done.stdout + done.stderr)


def start(repository: Repository, files: dict[str, str]) -> None:
    """The first commit, without hooks."""
    write(repository.folder, files)
    repository.run("git", "add", "-A")
    assert repository.run("git", "commit", "-q", "--no-verify", "-m", "The project").returncode == 0


def test_only_what_the_commit_adds_is_told(repository: Repository, commit: Commit) -> None:
    start(repository, {**FILES, "plans/web.yaml": COUPON})
    said = commit({"plans/web.yaml": COUPON + VOUCHER})
    assert said.refused
    assert "voucher" in said.text
    assert "coupon" not in said.text.replace("coupon: {", "")
    assert commit({"queries/sales.sql": "select order_id from raw.order_completed -- again\n"}).refused  # still staged
    repository.edit("plans/web.yaml", COUPON)
    assert commit().passed


def test_what_earlier_hooks_found_changes_nothing_but_the_time(repository: Repository, commit: Commit) -> None:
    start(repository, {**FILES, "plans/web.yaml": COUPON})
    cold = [sys.executable, "-m", "trackplan", "hook", "--today", TODAY]
    texts = (COUPON + "# again\n", COUPON + VOUCHER, WEB + VOUCHER, WEB + VOUCHER, COUPON, WEB)
    for number, text in enumerate(texts):
        repository.edit("plans/web.yaml", text)
        repository.edit("queries/sales.sql", f"select order_id from raw.order_completed -- {number}\n")
        repository.run("git", "add", "-A")
        alone = repository.run(*cold, "--no-cache")
        for _ in range(2):
            again = repository.run(*cold)
            assert (again.returncode, again.stdout, again.stderr) == (alone.returncode, alone.stdout, alone.stderr)
        repository.run("git", "commit", "-q", "--no-verify", "-m", "Whatever it adds")


def test_what_a_commit_leaves_without_use_is_told_where_it_stands(repository: Repository, commit: Commit) -> None:
    """The findings are about files that the commit does not touch."""
    start(repository, {**FILES, "queries/sales.sql": "select order_id from raw.order_completed where order_id > 'x'\n"})
    assert commit({"queries/sales.sql": "select 1 as one\n"}).passed  # idle: a use case needs it
    needs = FILES["use_cases.yaml"].replace('["Order Completed.order_id"]', '["Order Completed.*"]')
    assert commit({"use_cases.yaml": needs.replace("Completed.*", "Completed.{order_id}")}).passed
    said = commit({"use_cases.yaml": FILES["use_cases.yaml"].replace("order_id", "total")})
    assert said.refused
    assert "plans/web.yaml" in said.text


def test_the_first_commit_is_new_as_a_whole(repository: Repository, commit: Commit) -> None:
    assert commit({**FILES, "plans/web.yaml": COUPON}).refused
    assert commit({"plans/web.yaml": WEB}).passed


def test_unrelated_files_are_not_linted(repository: Repository, commit: Commit) -> None:
    """Nothing in the project can be read, which nobody is told who does not touch it."""
    start(repository, {**FILES, "plans/web.yaml": BROKEN, "README.md": "# Shop\n"})
    said = commit({"README.md": "# The shop\n"})
    assert said.code == 0
    assert "Skipped" in said.text
    for name in ("package.json", "docs/notes.yaml", ".github/workflows/ci.yml", "queries/sub/x.sql", "models.json"):
        assert commit({name: "{}\n"}).passed, name
    assert commit({"queries/more.sql": QUERY}).code == 1


def test_a_hook_that_errs_never_passes(repository: Repository, commit: Commit) -> None:
    start(repository, FILES)
    broken = {
        "plans/web.yaml": BROKEN,
        "trackplan.yaml": "version: 1\nplan: []\n",
        "use_cases.yaml": "use_cases: 3\n",
        "queries/sales.sql": "\0",
        "trackplan-baseline.yaml": "<<<<<<< HEAD\n",
    }
    for name, text in broken.items():
        said = commit({name: text})
        assert said.refused, name
        assert "exit code: 2" in said.text, name
        assert name in said.text
        repository.edit(name, FILES.get(name, "version: 1\nfindings: []\n"))
    assert commit({"queries/sales.sql": QUERY + "-- mended\n"}).passed


def test_a_repository_without_a_project_is_told(repository: Repository, commit: Commit) -> None:
    said = commit({"data.yaml": "a: 1\n"})
    assert said.refused
    assert "git knows no trackplan.yaml in this repository" in said.text


def test_who_mends_a_project_file_is_not_held_up(repository: Repository, commit: Commit) -> None:
    start(repository, {**FILES, "trackplan.yaml": "version: 1\nplan: []\n"})
    assert commit({"trackplan.yaml": FILES["trackplan.yaml"]}).passed


def test_what_is_staged_counts_and_nothing_else(repository: Repository, commit: Commit) -> None:
    start(repository, FILES)
    repository.edit("plans/web.yaml", COUPON)
    write(repository.folder, {"plans/web.yaml": WEB})  # mended, but not staged
    assert commit().refused
    write(repository.folder, {"plans/web.yaml": COUPON, "queries/new.sql": "select coupon from raw.order_completed\n"})
    assert commit().refused  # a use that is not even known to git
    repository.edit("use_cases.yaml", FILES["use_cases.yaml"].replace("order_id", "*"))
    write(repository.folder, {"plans/web.yaml": BROKEN})  # not staged either
    assert commit().passed


def test_a_commit_of_some_files_alone(repository: Repository, commit: Commit) -> None:
    """Git makes another index for it."""
    start(repository, FILES)
    repository.edit("plans/web.yaml", COUPON)
    write(repository.folder, {"queries/sales.sql": QUERY + "-- more\n"})
    assert commit(None, "queries/sales.sql").passed
    assert commit().refused
    assert commit(None, "-a").refused


def test_a_commit_of_all_that_is_changed(repository: Repository, commit: Commit) -> None:
    """Nothing is staged but in the index that git makes for the commit; what is old is not told."""
    start(repository, {**FILES, "plans/web.yaml": COUPON})
    write(repository.folder, {"queries/sales.sql": QUERY + "-- more\n"})
    assert commit(None, "-a").passed
    write(repository.folder, {"plans/web.yaml": COUPON + VOUCHER})
    said = commit(None, "-a")
    assert said.refused
    assert "coupon is" not in said.text


def test_a_commit_that_only_deletes(repository: Repository, commit: Commit) -> None:
    """pre-commit does not call hooks for it, unless they run always."""
    files = {**FILES, "plans/web.yaml": COUPON, "use_cases.yaml": FILES["use_cases.yaml"].replace("order_id", "*")}
    files["needs.yaml"] = files.pop("use_cases.yaml").replace("sales", "more")
    files["trackplan.yaml"] = FILES["trackplan.yaml"].replace("[use_cases.yaml]", '["*needs.yaml"]')
    start(repository, {**files, "other_needs.yaml": FILES["use_cases.yaml"]})
    install(repository, "trackplan", always_run=True)
    assert commit().passed
    repository.run("git", "rm", "-q", "needs.yaml")
    said = commit()
    assert said.refused
    assert "coupon" in said.text


SHARED = "version: 1\ndialect: duckdb\nrules: {ignore: [TP1, TP2, TP4]}\n"


def several() -> dict[str, str]:
    """A shop that works, a broken one, and one inside the first; two of them share settings."""
    project = FILES["trackplan.yaml"].replace("dialect: duckdb", "extend: ../shared.yaml")
    shop = {**FILES, "trackplan.yaml": project}
    return {
        "shared.yaml": SHARED,
        **{f"shop/{path}": text for path, text in shop.items()},
        **{f"broken/{path}": text for path, text in {**FILES, "plans/web.yaml": BROKEN}.items()},
        **{f"shop/inner/{path}": text for path, text in FILES.items()},
    }


def test_several_projects(repository: Repository, commit: Commit) -> None:
    start(repository, several())
    said = commit({"shop/queries/sales.sql": QUERY + "-- more\n"})
    assert said.passed
    said = commit({"shop/inner/plans/web.yaml": COUPON})
    assert said.refused
    assert "shop/inner/trackplan.yaml" in said.text
    assert "shop/trackplan.yaml" not in said.text
    said = commit({"shop/inner/plans/web.yaml": WEB, "broken/queries/sales.sql": QUERY + "-- more\n"})
    assert said.refused
    assert "broken/trackplan.yaml" in said.text
    assert "exit code: 2" in said.text


def test_a_shared_file_concerns_those_who_extend_it(repository: Repository, commit: Commit) -> None:
    files = several()
    start(repository, {path: text for path, text in files.items() if not path.startswith("broken")})
    assert commit({"shop/plans/web.yaml": COUPON}).passed  # rules that are left out
    said = commit({"shared.yaml": "version: 1\ndialect: duckdb\n"})
    assert said.refused
    assert "shop/trackplan.yaml" in said.text
    assert "shop/inner" not in said.text
    repository.run("git", "rm", "-q", "--cached", "shared.yaml")
    said = commit({"shop/queries/x.sql": QUERY})
    assert said.refused
    assert "there is no file ../shared.yaml" in said.text


def test_all_files_are_judged_as_they_lie(repository: Repository) -> None:
    start(repository, {**FILES, "plans/web.yaml": COUPON})
    assert "coupon" in hooks(repository, "--all-files").text
    write(repository.folder, {"plans/web.yaml": WEB})  # mended, and asked again
    assert hooks(repository, "--all-files").passed


def test_everything_can_be_asked_for(repository: Repository, commit: Commit) -> None:
    start(repository, {**FILES, "plans/web.yaml": COUPON})
    install(repository, "trackplan-full")
    said = commit({"queries/sales.sql": QUERY + "-- more\n"})
    assert said.refused
    assert "coupon" in said.text


def test_between_two_revisions(repository: Repository) -> None:
    """As in CI: what the branch adds since it left main; main has moved on meanwhile."""
    start(repository, FILES)
    repository.run("git", "checkout", "-q", "-b", "topic")
    start(repository, {"plans/web.yaml": COUPON})
    repository.run("git", "checkout", "-q", "main")
    start(repository, {"use_cases.yaml": FILES["use_cases.yaml"] + "# more\n"})
    refs = ("--from-ref", "main", "--to-ref", "topic")
    said = hooks(repository, *refs)
    assert said.refused
    assert "topic is not checked out" in said.text
    repository.run("git", "checkout", "-q", "topic")
    said = hooks(repository, *refs)
    assert said.refused
    assert "coupon" in said.text
    start(repository, {"plans/web.yaml": WEB})
    assert hooks(repository, *refs).code == 0


def test_worktrees(repository: Repository, tmp_path: Path) -> None:
    start(repository, FILES)
    repository.run("git", "worktree", "add", "-q", "-b", "topic", str(tmp_path / "beside"))
    beside = Repository(tmp_path / "beside", repository.env)
    beside.edit("plans/web.yaml", COUPON)
    done = beside.run("git", "commit", "-m", "A change")
    assert Said(done.returncode, done.stdout + done.stderr).refused
    repository.edit("queries/sales.sql", QUERY + "-- more\n")
    done = repository.run("git", "commit", "-m", "A change")
    assert Said(done.returncode, done.stdout + done.stderr).passed


def test_options_of_check_are_passed_on(repository: Repository) -> None:
    start(repository, {**FILES, "plans/web.yaml": COUPON})
    run = (sys.executable, "-m", "trackplan", "hook", "--today", TODAY)
    assert repository.run(*run).returncode == 1
    assert repository.run(*run, "--fail-on", "never").returncode == 0
    assert repository.run(*run, "--ignore", "TP1,TP4").returncode == 0
    done = repository.run(*run, "--no-such-option")
    assert done.returncode == 2
    assert "--no-such-option" in done.stderr
    assert "Usage: trackplan hook" in repository.run(sys.executable, "-m", "trackplan", "hook", "--help").stdout


def test_without_git(tmp_path: Path, repository: Repository) -> None:
    done = Repository(tmp_path, repository.env).run(sys.executable, "-m", "trackplan", "hook")
    assert done.returncode == 2
    assert "does not lie in a git repository" in done.stderr


@pytest.mark.parametrize(
    "folder", ["examples/storefront", *sorted(str(p.parent) for p in ROOT.glob("tests/readers/dbt/*/trackplan.yaml"))]
)
def test_a_project_reads_nothing_beyond_its_scope(folder: str) -> None:
    found = scope_of(ROOT / folder / "trackplan.yaml")
    missed = [path for path in read(load(ROOT / folder / "trackplan.yaml")).files if not found.holds(path)]
    assert missed == []


def scope_of(file: Path) -> Scope:
    """The scope of a project whose folder is the top."""

    def text(path: str) -> str:
        if not (file.parent / path).is_file():
            raise ReadError([Problem(Place(path), "there is no such file")])
        return (file.parent / path).read_text(encoding="utf-8")

    return scope.of(file.name, text)


def test_what_may_matter(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "trackplan.yaml": "version: 1\nplans: [./a/*.yaml]\ndbt: [transform/]\nmodels:\nconsumers: [{path: c/**}]\n"
            "baseline: old.yaml\nrules: {extend: [own/], per_path: {legacy/: {TP1: off}}}\nextend: base.yaml\n",
            "base.yaml": "plans: [x.yaml]\nclassification: {dictionary: [words.yaml]}\nrules: {extend: [common]}\n",
        },
    )
    found = scope_of(tmp_path / "trackplan.yaml")
    for path in (
        "a/x.yaml",
        "transform/m/x.sql",
        "transform/x",
        "c/d/e.txt",
        "old.yaml",
        "own/R.sql",
        "legacy/x/y.sql",
    ):
        assert found.holds(path), path
    for path in ("trackplan.yaml", "base.yaml", "words.yaml", "common/R.sql"):
        assert found.holds(path), path
    for path in ("a/b/x.yaml", "x.yaml", "package.json", "own/tests/R.yml", "trackplan-baseline.yaml", "c/.hidden"):
        assert not found.holds(path), path
    write(tmp_path, {"transform/packages.yml": "packages: [{local: ../shared}]\n"})
    assert scope_of(tmp_path / "trackplan.yaml").holds("shared/macros/m.sql")
    write(tmp_path, {"trackplan.yaml": "- [not what it should be"})
    assert scope_of(tmp_path / "trackplan.yaml").holds("package.json")


# A team's story: 300 old findings, and a gate from today on

EVENTS = {f"Step {number:02} Done": [f"extra_{letter}" for letter in "abcdefghijklmno"] for number in range(20)}


def plan(events: dict[str, list[str]]) -> str:
    """A plan in which no event's properties have a purpose."""
    text = WEB
    for event, names in events.items():
        text += f"  {event}:\n    description: Something was done.\n    properties:\n"
        text += "".join(f"      {name}: {{type: string, description: The {name}.}}\n" for name in names)
    return text


def found(repository: Repository) -> list[str]:
    """Rules and subjects of all findings that count."""
    run = (sys.executable, "-m", "trackplan", "check", "--today", TODAY, "--format", "json")
    listed = json.loads(repository.run(*run).stdout)["findings"]
    return sorted(f"{each['rule']} {each['subject']}" for each in listed if each["severity"] != "info")


def test_three_hundred_old_findings_and_a_gate_from_today_on(repository: Repository, commit: Commit) -> None:
    trackplan = (sys.executable, "-m", "trackplan")
    models = {"models/sales.sql": "select order_id from raw.order_completed\n", "queries/sales.sql": "from sales\n"}
    start(repository, {**test_since.FILES, **models, "plans/web.yaml": plan(EVENTS)})
    install(repository, "trackplan", "trackplan-full")
    assert len(found(repository)) == 300
    assert hooks(repository, "--all-files").code == 1

    # One command gives a passing baseline.
    done = repository.run(*trackplan, "baseline", "--today", TODAY)
    assert "0 gone" in done.stdout
    assert repository.read("trackplan-baseline.yaml").count('"rule": "TP101"') == 300
    repository.run("git", "add", "-A")
    assert hooks(repository, "--all-files").passed
    assert commit().code == 0
    assert commit({"queries/sales.sql": "from sales -- again\n"}).passed

    # New waste fails, and nothing else is told.
    said = commit({"plans/web.yaml": plan({**EVENTS, "Step 00 Done": [*EVENTS["Step 00 Done"], "fresh"]})})
    assert said.code == 1
    lines = [line for line in said.text.splitlines() if "warning" in line]
    assert len(lines) == 2  # by each hook
    assert all('TP101 no-purpose  No use case needs web/"Step 00 Done".fresh' in line for line in lines)

    # Files that move, and lines that move, add nothing.
    repository.edit("plans/web.yaml", "# Moved, and turned round.\n" + plan(dict(reversed(EVENTS.items()))))
    (repository.folder / "models/deep").mkdir()
    repository.run("git", "mv", "plans/web.yaml", "plans/moved.yaml")
    repository.run("git", "mv", "models/sales.sql", "models/deep/sales.sql")
    assert commit().passed
    assert found(repository) == []

    # A renamed field is new.
    said = commit({"plans/moved.yaml": plan({**EVENTS, "Step 01 Done": ["renamed", *EVENTS["Step 01 Done"][1:]]})})
    assert said.code == 1
    assert 'web/"Step 01 Done".renamed' in said.text
    assert "extra_b" not in said.text

    # What is mended passes; its entry is told and taken out.
    assert commit({"plans/moved.yaml": plan({**EVENTS, "Step 01 Done": EVENTS["Step 01 Done"][1:]})}).passed
    told = repository.run(*trackplan, "check", "--today", TODAY).stdout
    assert "TP009 stale-baseline-entry" in told
    assert 'web/"Step 01 Done".extra_a' in told
    done = repository.run(*trackplan, "baseline", "--prune", "--today", TODAY)
    assert "(0 new, 2 gone)" in done.stdout  # without a purpose, and without a column
    assert commit(None, "-a").passed
    assert 'Step 01 Done\\".extra_a"' not in repository.read("trackplan-baseline.yaml")

    # What is put up with until a day is told from the next one on.
    remark = "  # trackplan: ignore[TP101] goes with the old shop, until 2026-07-31"
    passing = plan({**EVENTS, "Step 01 Done": EVENTS["Step 01 Done"][1:]})
    passing += f"      coupon: {{type: string, description: Which coupon.}}{remark}\n"
    assert commit({"plans/moved.yaml": passing}).passed
    install(repository, "trackplan-full", today="2026-08-01")
    said = commit({"queries/sales.sql": "from sales -- in August\n"})
    assert said.refused
    assert "TP007 expired-suppression" in said.text
    assert 'web/"Step 19 Done".coupon' in said.text
