"""CODEOWNERS: who owns a file, by the rules of GitHub and of GitLab; faults are told and cost nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import test_since
from tests.conftest import Cli
from tests.test_gate import PROJECT
from tests.test_since import COUPON
from tests.test_tree_git import commit, git, write
from trackplan import owners
from trackplan.findings import Ownership

FILES = {**test_since.FILES, "trackplan.yaml": PROJECT, "plans/web.yaml": COUPON}
TODAY = ("--today", "2026-07-01")


def owner(text: str, path: str, *, gitlab: bool = False) -> str:
    lines, wrong = owners.parse(text, gitlab=gitlab)
    assert wrong == []
    return " ".join(owners.finder(Ownership("", tuple(lines)))(path))


GITHUB = """\
# who owns what
*                 @all
*.js              @js  # a remark
/build/logs/      @logs
docs/*            docs@example.com
apps/             @apps
/src              @src
**/deep           @deep
/a/**/z.sql       @z
/a\\ b/            @blank
/open/            @open
/open/github
/x?.sql           @x
/m*n/*.sql @mn
/tree/** @tree
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("plans/web.yaml", "@all"),
        ("a/b/c.js", "@js"),
        (".hidden/c.js", "@js"),
        ("build/logs/x/y", "@logs"),
        ("more/build/logs/x", "@all"),
        ("build/logs", "@all"),
        ("docs/intro.md", "docs@example.com"),
        ("docs/build/intro.md", "@all"),
        ("more/docs/intro.md", "@all"),
        ("apps/x", "@apps"),
        ("more/apps/x/y.js", "@apps"),
        ("src", "@src"),
        ("src/x/y.js", "@src"),
        ("more/src/x", "@all"),
        ("srcs", "@all"),
        ("deep/x", "@deep"),
        ("x/deep/y/z", "@deep"),
        ("a/z.sql", "@z"),
        ("a/b/c/z.sql", "@z"),
        ("a b/c", "@blank"),
        ("open/x", "@open"),
        ("open/github/x", ""),
        ("x1.sql", "@x"),
        ("x12.sql", "@all"),
        ("more-n/q.sql", "@mn"),
        ("more-n/q.sql/deeper", "@mn"),
        ("more-n/r/q.sql", "@all"),
        ("tree/x/y", "@tree"),
        ("tree", "@all"),
        ("Docs/intro.md", "@all"),
    ],
)
def test_githubs_patterns(path: str, expected: str) -> None:
    assert owner(GITHUB, path) == expected


GITLAB = """\
* @all
internal/README.md @readme
/docs @a-file
/docs/ @docs
[Database][2] @dba @dba/team/one
/model/
/model/view.sql @views
!/model/free.sql
^[Optional]
*.sql @@maintainers
[DATABASE] @other
/late/
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x", "@all"),
        ("internal/README.md", "@readme"),
        ("a/internal/README.md", "@readme"),
        ("internal/README.md/x", "@all"),
        ("docs/x/y", "@docs"),
        ("docs", "@a-file"),
        ("model/x.txt", "@all @dba @dba/team/one"),
        ("model/x.sql", "@all @dba @dba/team/one @@maintainers"),
        ("model/view.sql", "@all @views @@maintainers"),
        ("model/free.sql", "@all @@maintainers"),
        ("late/x", "@all @other"),
    ],
)
def test_gitlabs_sections_and_patterns(path: str, expected: str) -> None:
    assert owner(GITLAB, path, gitlab=True) == expected


@pytest.mark.parametrize(
    ("line", "gitlab", "said"),
    [
        ("*.js owner", False, (2, 6, "'owner' is no owner; write @name, @group/team or an address")),
        ("*.js @a/b/c", False, (2, 6, "'@a/b/c' is no owner; write @name, @group/team or an address")),
        ("  !x.sql @a", False, (2, 3, "a pattern cannot be taken back with !")),
        ("[ab].sql @a", False, (2, 1, "a pattern with [ is not understood")),
        ("\\#x @a", False, (2, 1, "a pattern cannot begin with #")),
        ("x\\", False, (2, 1, "a pattern cannot end with a backslash")),
        ("[Name", True, (2, 1, "this is no heading of a section; write [Name] @owner")),
        ("[Name] who", True, (2, 8, "'who' is no owner; write @name, @group/team or an address")),
    ],
)
def test_a_line_that_cannot_be_used_takes_only_itself_away(line: str, gitlab: bool, said: tuple[int, int, str]) -> None:
    lines, wrong = owners.parse(f"* @all\n{line}\n/x @x\n", gitlab=gitlab)
    assert wrong == [said]
    assert [each.owners for each in lines if each.owners] == [("@all",), ("@x",)]


def test_long_patterns_take_no_time() -> None:
    pattern = "/".join(["**", "*a*a*a*a*a*a*b"] * 30)
    lines, _ = owners.parse(f"{pattern} @a\n", gitlab=False)
    assert owners.finder(Ownership("", tuple(lines)))("/".join(["a" * 200] * 60)) == ()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with a project below its top."""
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {f"shop/{path}": text for path, text in FILES.items()})
    write(tmp_path, {".github/CODEOWNERS": "* @all\n/shop/plans/ @plans @web\nplans/ nobody\n"})
    commit(tmp_path)
    return tmp_path


def test_findings_carry_their_owners(top: Path, cli: Cli) -> None:
    done = cli("check", *TODAY, "--format", "json", cwd=top / "shop")
    report = json.loads(done.out)
    found = {finding["place"]["path"]: finding["owners"] for finding in report["findings"]}
    assert found == {"plans/web.yaml": ["@plans", "@web"], "use_cases.yaml": ["@all"]}
    counts = {each["owner"]: each["findings"] for each in report["summary"]["owners"]}
    assert counts == {"@plans": 2, "@web": 2, "@all": len(report["findings"]) - 2}
    assert ".github/CODEOWNERS:3:8: 'nobody' is no owner; write @name, @group/team or an address." in report["notes"]
    sarif = json.loads(cli("check", *TODAY, "--format", "sarif", cwd=top / "shop").out)
    assert {"owners": ["@plans", "@web"]} in [result["properties"] for result in sarif["runs"][0]["results"]]
    text = cli("check", *TODAY, cwd=top / "shop").out
    assert "Whose files they are in (CODEOWNERS)\n" in text
    assert "\n  @plans  2\n" in text
    assert "  - .github/CODEOWNERS:3:8: 'nobody' is no owner" in text
    assert "| @plans | 2 |" in cli("check", *TODAY, "--format", "markdown", cwd=top / "shop").out.replace("\\", "")


def test_nobody_owns_some_files(top: Path, cli: Cli) -> None:
    write(top, {".github/CODEOWNERS": "/shop/plans/ @plans\n"})
    assert "\n  nobody  " in cli("check", *TODAY, cwd=top / "shop").out


@pytest.mark.parametrize("options", [(), ("--staged",)])
def test_the_file_is_that_of_the_tree_that_is_checked(top: Path, cli: Cli, options: tuple[str, ...]) -> None:
    write(top, {".github/CODEOWNERS": "* @staged\n"})
    git(top, "add", "-A")
    write(top, {".github/CODEOWNERS": "* @lying\n"})
    said = cli("check", *TODAY, *options, cwd=top / "shop").out
    assert ("@staged" in said, "@lying" in said) == (bool(options), not options)


def test_which_file_counts(top: Path, cli: Cli) -> None:
    shop = top / "shop"
    write(top, {"CODEOWNERS": "* @top\n", "docs/CODEOWNERS": "* @docs\n", ".gitlab/CODEOWNERS": "* @gitlab\n"})
    for name in ("all", "top", "docs", "gitlab"):
        assert f"@{name}" in cli("check", *TODAY, cwd=shop).out
        file = {"all": ".github/", "top": "", "docs": "docs/", "gitlab": ".gitlab/"}[name] + "CODEOWNERS"
        (top / file).unlink()
    assert "CODEOWNERS" not in cli("check", *TODAY, cwd=shop).out


@pytest.mark.parametrize("content", [b"* @a\xff\n", b"\0", b"* @a\n" * 700_000], ids=["latin", "binary", "large"])
def test_a_file_that_cannot_be_read_is_a_note(top: Path, cli: Cli, content: bytes) -> None:
    before = cli("check", *TODAY, cwd=top / "shop")
    (top / ".github/CODEOWNERS").write_bytes(content)
    done = cli("check", *TODAY, cwd=top / "shop")
    assert done.code == before.code == 1
    assert "  - .github/CODEOWNERS" in done.out
    assert "no finding has owners" in " ".join(done.out.split())


def test_many_faults_are_counted(top: Path, cli: Cli) -> None:
    write(top, {".github/CODEOWNERS": "* @all\n" + "x y\n" * 20})
    said = cli("check", *TODAY, cwd=top / "shop").out
    assert "15 more lines of .github/CODEOWNERS cannot be used." in said


def test_an_edited_schema_file_keeps_its_owners(top: Path, cli: Cli) -> None:
    """A run that takes the short way gives what a whole run gives."""
    shop = top / "shop"
    columns = "- name: order_id\n  type: STRING\n- name: note\n  type: STRING\n"
    listed = '[{path: "schemas/*.yaml", relation: "raw.{1}"}]'
    write(
        top,
        {
            "shop/trackplan.yaml": PROJECT.replace("[warehouse.sql]", listed),
            "shop/schemas/order_completed.yaml": columns,
            ".github/CODEOWNERS": "schemas/ @warehouse\nx y\n",
        },
    )
    assert "@warehouse" in cli("check", *TODAY, cwd=shop).out
    write(shop, {"schemas/order_completed.yaml": columns.replace("note\n  type: STRING", "email\n  type: STRING")})
    after = cli("check", *TODAY, cwd=shop)
    assert after == cli("check", *TODAY, "--no-cache", cwd=shop)
    assert "@warehouse" in after.out
