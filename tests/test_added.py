"""What a change adds is told from the few events that it edits, and is what two whole runs tell, byte for byte."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import plan_edits
from tests.sql_edits import counted
from tests.test_renewal import run, warm
from tests.test_tree_git import commit, git, repository, write
from trackplan.commands import renew_added

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = """\
version: 1
dialect: duckdb
plans: [plans/*.yaml]
use_cases: [use_cases.yaml]
warehouse: [tables.sql]
models: [models/*.sql]
consumers: [dashboards/*.sql]
landing: [{plan: web, convention: segment, schema: raw}]
rules: {profile: strict-privacy}
policy: {personal_data: {user.contact: {retention: 10 days, uses: [essential]}}}
"""
SHOP = """\
trackplan: 1
name: web
owner: data@example.com
events:
  Ordered:
    description: Somebody bought something.
    destinations: [warehouse, crm]
    properties:
      email: {type: string, description: Where to write.}
      phone: {type: string, description: Whom to call.}
      total: {type: number, description: The sum.}
      comment: {type: string}
      birth_date: {type: string, description: Day of birth.}
      gender: {type: string, description: Said by themselves.}
      postcode: {type: string, description: Where they live.}
  Sent:
    description: It is on its way.
    properties:
      email: {type: string, description: Where to write.}
      total: {type: number, description: The sum.}
"""
SITE = """\
trackplan: 1
name: web
owner: other@example.com
context:
  ip: {type: string, description: Of the visitor.}
events:
  Seen:
    description: A page was seen.
    properties:
      email: {type: string, description: Where to write.}
      url: {type: string, description: Of the page.}
      info:
        type: object
        description: More.
        properties:
          phone: {type: string, description: Whom to call.}
"""
FILES = {
    "trackplan.yaml": PROJECT,
    "plans/shop.yaml": SHOP,
    "plans/site.yaml": SITE,
    "use_cases.yaml": "use_cases:\n"
    "  - {id: one, title: One, owner: a@example.com, needs: [Ordered.email, Seen.url], consumers: [dashboard.sums]}\n"
    "  - {id: two, title: Two, owner: a@example.com, needs: ['*.phone', Sent.*]}\n",
    "tables.sql": "create table raw.ordered (id text, email text, phone text, total double, comment text,\n"
    "  birth_date text, gender text, postcode text, context_ip text, received_at timestamp);\n"
    "create table raw.sent (id text, email text, total text);\n"
    "create table raw.seen (id text, email text, url text, info_phone text, context_ip text);\n",
    "models/orders.sql": "select email, phone, total, birth_date from raw.ordered where comment is not null\n",
    "dashboards/sums.sql": "select sum(total), count(email) from orders\n",
    "dashboards/pages.sql": "select email, url, info_phone from raw.seen\n",
}
ASKED = ("--staged", "--quiet", "--since", "HEAD")
BASELINE = 'version: 1\nfindings:\n- {"rule": "TP401", "subject": "web/Ordered.comment"}\n'


@pytest.fixture
def short() -> Iterator[list[bool]]:
    """For each run after a change, whether what it adds was told without a whole run."""
    told: list[bool] = []
    with counted(renew_added, told):
        yield told


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has been checked once something was staged."""
    folder = repository(tmp_path / "project", FILES)
    stage(folder, {"plans/shop.yaml": SHOP.replace("The sum.", "All of it.")})
    warm(folder, *ASKED)
    return folder


def stage(folder: Path, files: dict[str, str]) -> None:
    write(folder, files)
    git(folder, "add", "-A")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Somebody bought something.", "It was bought.", False),
        (", description: Whom to call.", "", False),
        ("      total: {type: number", "      total: {type: boolean", True),
        ("comment: {type: string", "comment: {type: boolean", True),
        ("  Sent:", "  # what follows\n\n  Sent:\n    expires: 2026-01-01", True),
        ("email: {type: string", "email: {type: integer, enum: [1]", True),
        ("description: The sum.", "description: The e-mail address of the buyer.", False),
    ],
)
def test_what_is_said_otherwise_takes_no_whole_run(
    project: Path, short: list[bool], old: str, new: str, found: bool
) -> None:
    commit(project)
    for text in (SHOP.replace(old, new), SHOP):
        stage(project, {"plans/shop.yaml": text})
        said = warm(project, *ASKED)
        assert said == run(project, "--no-cache", *ASKED)
        assert (said[0] == 1) is (found and text != SHOP), said[1].decode()
    assert short == [True] * 2


def test_fields_that_come_and_go_take_no_whole_run(project: Path, short: list[bool]) -> None:
    commit(project)
    more = SHOP + "      more: {type: string}\n"
    inside = SITE + "          fax: {type: string}\n"
    told = b""
    for files in (
        {"plans/shop.yaml": more},
        {"plans/shop.yaml": SHOP},
        {
            "plans/shop.yaml": SHOP.replace(
                "      email: {type", "      id: {type: string, tags: [key]}\n      email: {type", 1
            )
        },
        {"plans/shop.yaml": more, "plans/site.yaml": inside},
        {"plans/shop.yaml": SHOP.replace("gender: {type", "sex: {type"), "plans/site.yaml": SITE},
        {"plans/shop.yaml": SHOP.replace("string}", "string, sensitivity: personal}")},
        {
            "plans/shop.yaml": SHOP.replace("  email:", "  E-Mail:", 1).replace("Somebody", "They"),
            "plans/site.yaml": SITE,
        },
        {"plans/site.yaml": SITE.replace("      url: {type: string, description: Of the page.}\n", "")},
    ):
        stage(project, files)
        said = warm(project, *ASKED)
        assert said == run(project, "--no-cache", *ASKED)
        told += said[1]
        if "plans/site.yaml" in files:
            commit(project)
    assert short == [True] * 8
    assert b"did you mean 'Ordered.E-Mail'?" in told
    assert b"needs Seen.url, and nothing" in told


@pytest.mark.parametrize("seed", [3, 8])
def test_any_edits_of_any_plans_add_what_whole_runs_tell(seed: int, tmp_path: Path) -> None:
    told = plan_edits.tried(Random(seed), tmp_path / "project", 4, warm, run)  # noqa: S311 - not for secrets
    assert True in told


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("plans/shop.yaml", SHOP.replace("phone:", "telephone:")),
        ("plans/shop.yaml", SHOP.replace("  Sent:", "  Sent off:")),
        ("plans/site.yaml", SITE.replace("  ip: {type", "  city: {type")),
        ("plans/site.yaml", SITE.replace("url: {type", "url: {column: raw.seen.id, type")),
        ("plans/shop.yaml", SHOP + "# trackplan: ignore-file[TP401] so\n"),
        ("plans/more.yaml", SHOP.replace("Ordered", "Ordered again").replace("Sent", "Sent again")),
        ("models/orders.sql", "select email from raw.ordered"),
        ("use_cases.yaml", FILES["use_cases.yaml"].replace("id: one", "id: three")),
    ],
)
def test_all_else_takes_one(project: Path, short: list[bool], path: str, text: str) -> None:
    commit(project)
    stage(project, {path: text})
    assert warm(project, *ASKED) == run(project, "--no-cache", *ASKED)
    assert True not in short


def test_a_finding_that_somebody_puts_up_with_takes_one_when_it_goes(project: Path, short: list[bool]) -> None:
    stage(
        project,
        {".trackplan-baseline.yaml": BASELINE, "trackplan.yaml": PROJECT + "baseline: .trackplan-baseline.yaml\n"},
    )
    warm(project, *ASKED)
    commit(project)
    stage(project, {"plans/site.yaml": SITE.replace(", description: Of the page.", "")})
    assert warm(project, *ASKED) == run(project, "--no-cache", *ASKED)
    stage(
        project, {"plans/shop.yaml": SHOP.replace("comment: {type: string", "comment: {type: string, description: C.")}
    )
    assert warm(project, *ASKED) == run(project, "--no-cache", *ASKED)
    assert short[-2:] == [True, False]


@pytest.mark.parametrize(
    ("kind", "damage"),
    [("image", "flipped"), ("image", "gone"), ("trail", "cut"), ("trail", "other"), ("facts", "other")],
)
def test_damage_takes_one(project: Path, short: list[bool], kind: str, damage: str) -> None:
    commit(project)
    stage(project, {"plans/shop.yaml": SHOP})
    warm(project, *ASKED)
    (left,) = (project.parent / "project-cache" / "v1").glob(f"*.{kind}")
    body = left.read_bytes()
    flipped = body[: len(body) // 2] + bytes([body[len(body) // 2] ^ 1]) + body[len(body) // 2 + 1 :]
    if damage == "gone":
        left.unlink()
    else:
        left.write_bytes({"cut": body[:-3], "flipped": flipped, "other": b"another version's"}[damage])
    stage(project, {"plans/shop.yaml": SHOP.replace("Whom to call.", "IP address of the visitor.")})
    assert warm(project, *ASKED) == run(project, "--no-cache", *ASKED)
    assert short[:1] == [True]
    assert True not in short[1:]


LINES = (
    ("description: [^}]*", ("description: A name.", "description: The e-mail address.", "description: IP address")),
    ("type: (string|number|integer|boolean)", ("type: string", "type: integer", "type: number", "type: boolean")),
    (r"\{type: (string|number)", ("{required: true, type: string", "{enum: [a], type: string", "{type: string")),
    (r"\{type: string", ("{expires: 2026-01-01, type: string", "{introduced: 2026-11-20, type: string")),
    ("^    description: .*", ("    owner: me@example.com", "    description: What is it.", "    expires: 2026-12-01")),
    ("$", ("  # a comment", "\n")),
)


@st.composite
def edits(draw: st.DrawFn, text: str) -> str:
    """A plan of which a few lines say something else."""
    import re

    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        pattern, instead = draw(st.sampled_from(LINES))
        fitting = [number for number, line in enumerate(lines) if re.search(pattern, line)]
        if fitting:
            at = draw(st.sampled_from(fitting))
            lines[at] = re.sub(pattern, draw(st.sampled_from(instead)), lines[at], count=1)
    return "\n".join(lines)


@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_any_edits_add_what_whole_runs_tell(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = repository(tmp_path_factory.mktemp("work") / "project", FILES)
    now = {path: FILES[path] for path in ("plans/shop.yaml", "plans/site.yaml")}
    for _ in range(data.draw(st.integers(2, 5), label="edits")):
        for path in data.draw(st.sampled_from([list(now), *([path] for path in now)]), label="edited"):
            back = data.draw(st.integers(0, 5), label="back at 0") == 0
            now[path] = FILES[path] if back else data.draw(edits(now[path]), label=path)
        stage(folder, now)
        assert warm(folder, *ASKED) == run(folder, "--no-cache", *ASKED)
        if data.draw(st.booleans(), label="committed"):
            commit(folder)
