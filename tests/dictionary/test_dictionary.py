"""`trackplan dictionary`: its pages, whether they are fresh, and that nobody else's file is touched."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, TODAY
from tests.inside import trackplan, write
from tests.scorecard.test_metrics import FILES, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inside import Ended

PLAN = """\
trackplan: 1
name: web
owner: ada@example.com
destinations: [mailer]
events:
  Signed Up:
    description: An account was made
    introduced: 2026-01-31
    tags: [funnel]
    properties:
      email: {type: string, sensitivity: personal, required: true, description: Address}
      source: {type: string, description: Where from, enum: [ad, friend]}
      variant: {type: string, status: deprecated}
"""
WAREHOUSE = FILES["warehouse.sql"] + "create table shop.orders (total int, note text);\n"
SHOP = {**FILES, "trackplan.yaml": PROJECT, "plan.yaml": PLAN, "warehouse.sql": WAREHOUSE}


def run(folder: Path, *arguments: str) -> Ended:
    return trackplan("dictionary", "docs/data", *arguments, "--today", TODAY, "--no-cache", cwd=folder)


def page(folder: Path, name: str) -> str:
    return (folder / "docs" / "data" / name).read_text(encoding="utf-8")


def cells(text: str, field: str) -> list[str]:
    line = next(each for each in text.splitlines() if each.startswith(f"| `{field}`"))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_a_page_tells_what_why_who_and_how_long(tmp_path: Path) -> None:
    use_cases = FILES["use_cases.yaml"].replace("title: Grow,", "title: Grow, retention: 13 months,")
    ended = run(write(tmp_path, {**SHOP, "use_cases.yaml": use_cases}))
    assert ended.out == "docs/data: 3 pages (3 new, 0 changed, 0 removed).\n"
    signed_up = page(tmp_path, "web/signed-up.md")
    assert "# Signed Up\n\nAn account was made\n" in signed_up
    for row in ("owner | ada\\@example.com", "sent to | mailer", "stored in | `raw.signed_up`", "tags | funnel"):
        assert f"| {row} |" in signed_up
    assert cells(signed_up, "source") == [
        "`source`",
        "string<br>one of `ad`, `friend`",
        "Where from",
        "grow",
        "query.sources",
        "",
        "13 months",
        "**keep**",
    ]
    assert cells(signed_up, "email")[0] == "`email`<br>required"
    assert cells(signed_up, "email")[4:6] == ["nobody", r"user.contact.email \(personal\)"]
    assert cells(signed_up, "variant")[7].startswith("**waste**, deprecated<br>")
    assert cells(page(tmp_path, "tables/shop-orders.md"), "total")[3:5] == ["no use case needs it", "nobody"]
    index = page(tmp_path, "README.md")
    assert "1 event and 1 table with 5 fields, 1 of them on people." in index
    assert r"| [Signed Up](web/signed-up.md) | An account was made | ada\@example.com | 3 | 1 |" in index


def test_check_names_what_is_stale_and_others_files_stay(tmp_path: Path) -> None:
    folder = write(tmp_path, SHOP)
    assert run(folder, "--check").code == 1
    assert not (folder / "docs").exists()
    assert run(folder).code == 0
    write(folder, {"docs/data/web/notes.md": "# Our own\n", "docs/data/own/page.md": "# Ours\n"})
    fresh = run(folder, "--check")
    assert (fresh.code, fresh.out) == (0, "docs/data: 3 pages, all up to date.\n")
    write(folder, {"plan.yaml": PLAN.replace("Signed Up:", "Registered:").replace("Address", "Mail")})
    (folder / "docs/data/tables/shop-orders.md").write_bytes(b"changed by hand")
    stale = run(folder, "--check")
    assert (stale.code, stale.out) == (2, "")
    assert "docs/data/tables/shop-orders.md was not written by `trackplan dictionary`" in stale.err
    (folder / "docs/data/tables/shop-orders.md").unlink()
    stale = run(folder, "--check")
    told = stale.out.split("\n\n")[0].split("\n")
    assert stale.code == 1
    assert "docs/data/web/registered.md: missing" in told
    assert "docs/data/README.md: changed" in told
    assert "docs/data/web/signed-up.md: no longer wanted" in told
    assert "`trackplan dictionary docs/data` makes it so." in stale.out
    assert run(folder).code == run(folder, "--check").code == 0
    left = sorted(p.relative_to(folder / "docs/data").as_posix() for p in (folder / "docs/data").rglob("*.md"))
    assert "web/notes.md" in left
    assert "own/page.md" in left
    assert "web/signed-up.md" not in left


def test_folders_that_are_empty_then_go_too(tmp_path: Path) -> None:
    folder = write(tmp_path, SHOP)
    run(folder)
    write(folder, {"warehouse.sql": FILES["warehouse.sql"]})
    assert run(folder).out == "docs/data: 2 pages (0 new, 1 changed, 1 removed).\n"
    assert not (folder / "docs" / "data" / "tables").exists()


def test_names_that_a_disk_takes_for_the_same_get_pages_of_their_own(tmp_path: Path) -> None:
    names = ("Sign Up", "sign-up", "✓", "../..", "con")
    events = "".join(f"  {json.dumps(name)}: {{properties: {{a: {{type: string}}}}}}\n" for name in names)
    plan = f"trackplan: 1\nname: web\nevents:\n{events}"
    folder = write(tmp_path, {**SHOP, "plan.yaml": plan})
    assert run(folder).code == 0
    found = sorted(p.relative_to(folder / "docs/data").as_posix() for p in (folder / "docs/data").rglob("*.md"))
    assert len(found) == len({name.lower() for name in found}) == 8
    assert all(re.fullmatch(r"README\.md|[a-z0-9-]+/[a-z0-9-]+\.md", name) for name in found)
    index = page(folder, "README.md")
    assert all(f"]({name})" in index for name in found if name != "README.md")


def test_links_do_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", SHOP)
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "docs/data").mkdir(parents=True)
    (folder / "docs/data/web").symlink_to(outside)
    ended = run(folder)
    assert ended.code == 2
    assert "leads out of the folder" in ended.err
    assert list(outside.iterdir()) == []
    (folder / "docs/data/web").unlink()
    (folder / "docs/data/README.md").symlink_to(outside / "README.md")
    assert run(folder).code == 2
    assert list(outside.iterdir()) == []


def test_what_was_read_is_no_markup(tmp_path: Path) -> None:
    plan = PLAN.replace("An account was made", "'<script>alert(1)</script> | [x](javascript:1) `a` ![i](//e) \u202e'")
    plan = plan.replace("[ad, friend]", "['<b>', 'a|b', '`']")
    folder = write(tmp_path, {**SHOP, "plan.yaml": plan, "queries/sources.sql": QUERY})
    assert run(folder).code == 0
    written = "".join(page(folder, name) for name in ("README.md", "web/signed-up.md"))
    assert "\u202e" not in written
    assert "planted" not in written
    assert not re.search(r"(?<!\\)<script|(?<!\\)\[x|(?<!\\)\]\(java|!\[", re.sub(r"(`+)[^`]+\1", "", written))


QUERY = "select source, count(*) from raw.signed_up where source <> 'planted@example.com' group by 1\n"


@pytest.mark.parametrize("name", ["file.md", "missing/../file.md"])
def test_the_folder_must_be_one(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, {**SHOP, "file.md": "x"})
    (folder / "missing").mkdir()
    ended = trackplan("dictionary", name, cwd=folder)
    assert ended.code == 2
    assert "is no folder" in ended.err


def test_every_event_of_the_example_has_a_page(tmp_path: Path) -> None:
    ended = trackplan("dictionary", str(tmp_path / "data"), "--today", TODAY, cwd=ROOT / "examples" / "storefront")
    assert ended.code == 0
    index = (tmp_path / "data" / "README.md").read_text(encoding="utf-8")
    assert "26 events and 31 tables with 343 fields, 62 of them on people." in index
    targets = re.findall(r"\]\(([^)]+)\)", index)
    assert len(targets) == 57
    assert all((tmp_path / "data" / target).is_file() for target in targets)
