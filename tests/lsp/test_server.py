"""The server as editors meet it: diagnostics while typing, hover, definitions, actions, completion, goodbye."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, TODAY
from tests.lsp.client import Client, Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cli

WEB, CASES, PROJECT = "tracking/web.yaml", "use_cases.yaml", "trackplan.yaml"
_LEVELS = {"error": 1, "warning": 2, "info": 3}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example project that nobody writes to."""
    return Path(shutil.copytree(ROOT / "examples" / "storefront", tmp_path_factory.mktemp("shop") / "storefront"))


@pytest.fixture
def client(shop: Path, clean_env: dict[str, str]) -> Iterator[Client]:
    with Client(shop, clean_env) as started:
        yield started


def said(diagnostics: list[Json]) -> list[tuple[str, int, int, str]]:
    """Rule, line and column from 1, and the message of each."""
    return [
        (str(d.get("code")), d["range"]["start"]["line"] + 1, d["range"]["start"]["character"] + 1,
         d["message"].split("\n")[0])
        for d in diagnostics
    ]  # fmt: skip


def checked(cli: Cli, folder: Path, path: str) -> list[tuple[str, int, int, str]]:
    """The same of what `check` finds in a file."""
    run = cli("check", "--format", "json", "--today", TODAY, path, cwd=folder)
    return [(f["rule"], *_start(f["place"]), f["message"]) for f in json.loads(run.out)["findings"]]


def _start(place: Json) -> tuple[int, int]:
    return max(place["line"] or 1, 1), max(place["column"] or 1, 1)


def spot(text: str, word: str, nth: int = 1) -> tuple[int, int]:
    """Line and character, from 0, of the nth time a word stands in a text that has ASCII alone before it."""
    at = -1
    for _ in range(nth):
        at = text.index(word, at + 1)
    return text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1


def applied(text: str, edits: list[Json]) -> str:
    """A text with edits whose ranges count ASCII alone."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for edit in sorted(
        edits, key=lambda e: (e["range"]["start"]["line"], e["range"]["start"]["character"]), reverse=True
    ):
        start, end = (starts[edit["range"][k]["line"]] + edit["range"][k]["character"] for k in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


def actions(client: Client, path: str, finding: Json) -> dict[str, dict[str, list[Json]]]:
    """Title → edits by URI of all that is offered for a diagnostic."""
    document = {"uri": client.uri(path)}
    asked = {"textDocument": document, "range": finding["range"], "context": {"diagnostics": [finding]}}
    return {each["title"]: each["edit"]["changes"] for each in client.ask("textDocument/codeAction", asked)}


def test_a_document_has_what_a_check_finds(client: Client, shop: Path, cli: Cli) -> None:
    assert said(client.open(WEB)) == checked(cli, shop, WEB)
    severities = {d["code"]: d["severity"] for d in client.diagnostics[client.uri(WEB)]}
    assert severities["TP102"] == _LEVELS["warning"]


def test_typing_tells_what_a_check_would_find_once_it_is_saved(
    storefront: Path, clean_env: dict[str, str], cli: Cli
) -> None:
    with Client(storefront, clean_env) as client:
        before = (storefront / CASES).read_text()
        client.open(WEB)
        client.open(CASES)
        after = before.replace('"$identify.{email, first_name}"', '"$identify.{email, first_name, birthday}"')
        told = said(client.edit(CASES, after, 2)), said(client.settled(WEB))
        assert (storefront / CASES).read_text() == before
        (storefront / CASES).write_text(after)
        assert told == (checked(cli, storefront, CASES), checked(cli, storefront, WEB))
        assert not [message for rule, _, _, message in told[1] if rule == "TP102" and "birthday" in message]


def test_only_the_last_of_many_edits_is_told(client: Client, shop: Path) -> None:
    text = (shop / WEB).read_text()
    client.open(WEB)
    for version in range(2, 30):
        client.change(WEB, text.replace("birthday", f"birthday_{version}"), version)
    found = said(client.wait(WEB, 29))
    assert [m for *_, m in found if "birthday_29" in m]
    assert not [m for *_, m in found if "birthday_28" in m]


def test_characters_beyond_the_basic_plane_count_twice(tmp_path: Path, clean_env: dict[str, str]) -> None:
    plan = "\ufefftrackplan: 1\nname: web\nowner: ada\nevents:\n  Added:\n    description: d\n    properties:\n"
    plan += '      {"\N{GRINNING FACE}a": {type: string, description: d}, b: {type: string}}\n'
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    (tmp_path / PROJECT).write_text("version: 1\nplans: [plan.yaml]\n")
    wanted = plan.split("\n")[7]
    columns = {
        "utf-16": len(wanted[: wanted.index("b:")].encode("utf-16-le")) // 2,
        "utf-8": len(wanted[: wanted.index("b:")].encode()),
        "utf-32": wanted.index("b:"),
    }
    for encoding, column in columns.items():
        offered = {"general": {"positionEncodings": [encoding]}}
        with Client(tmp_path, clean_env, **offered) as client:
            assert client.capabilities["positionEncoding"] == encoding
            found = [d for d in client.open("plan.yaml", plan) if d["code"] == "TP401"]
            assert [(d["range"]["start"], d["range"]["end"]) for d in found] == [
                ({"line": 7, "character": column}, {"line": 7, "character": column + 1})
            ]
            shown = client.at("plan.yaml", "hover", 7, column)["contents"]["value"]
            assert shown.startswith("**web/Added.b:")


def test_a_broken_project_file_is_told_where_it_is_and_mended(client: Client, shop: Path) -> None:
    text = (shop / PROJECT).read_text()
    assert client.open(WEB)
    client.open(PROJECT)
    client.change(PROJECT, text + "\nmodel: [x.sql]\n", 2)
    (found,) = client.settled(PROJECT)
    assert found["severity"] == 1
    assert "model" in found["message"]
    assert client.settled(WEB) == []
    assert client.at(WEB, "hover", 40, 6) is None
    client.change(PROJECT, text, 3)
    assert client.settled(WEB)


def test_a_project_file_that_is_not_open_has_its_errors_too(storefront: Path, clean_env: dict[str, str]) -> None:
    (storefront / PROJECT).write_text("version: 1\nplans: tracking\nnonsense: 1\n")
    with Client(storefront, clean_env) as client:
        assert client.open(WEB) == []
        assert [d for d in client.wait(PROJECT, None) if "nonsense" in d["message"]]


@pytest.mark.parametrize("text", ["", "\0", "\ud83d", "{[", "a: &x [*x", "trackplan: 1\n" + "[" * 5000, "- \t- x: |\n"])
def test_no_text_breaks_the_server(client: Client, text: str) -> None:
    client.open(WEB)
    assert client.edit(WEB, text, 2) or not text
    assert client.at(WEB, "completion", 0, 0) is not None
    assert client.at(WEB, "hover", 0, 0) is None


def test_hover_tells_who_uses_a_property_and_why_it_stays(client: Client, shop: Path) -> None:
    client.open(WEB)
    text = (shop / WEB).read_text()
    shown = client.at(WEB, "hover", *spot(text, "birthday"))["contents"]
    assert shown["kind"] == "markdown"
    assert "used by nobody" in shown["value"]
    assert "status: waste" in shown["value"]
    email = client.at(WEB, "hover", *spot(text, "email:"))["contents"]["value"].replace("\\", "")
    assert "personal data" in email
    assert "for 1 use case (stay-in-touch)" in email
    assert "lands in raw_web.identifies.email" in email
    assert "flows to " in email
    assert client.at(WEB, "hover", *spot(text, "trackplan: 1")) is None


def test_hover_knows_columns_use_cases_and_rules(client: Client, shop: Path) -> None:
    ddl = "warehouse/010_web_events.sql"
    client.open(ddl)
    text = (shop / ddl).read_text()
    column = client.at(ddl, "hover", *spot(text, "birthday"))["contents"]["value"].replace("\\", "")
    assert column.startswith("**raw_web.identifies.birthday: column")
    client.open(CASES)
    cases = (shop / CASES).read_text()
    assert "keep-the-books" in client.at(CASES, "hover", *spot(cases, "keep-the-books"))["contents"]["value"]
    client.edit(CASES, "# trackplan: ignore-file[TP205] because\n" + cases, 2)
    assert "wildcard-need" in client.at(CASES, "hover", 0, 28)["contents"]["value"]


def test_definitions_lead_to_columns_and_back_and_references_to_users(client: Client, shop: Path) -> None:
    ddl = "warehouse/010_web_events.sql"
    client.open(WEB)
    client.open(ddl)
    web, tables = (shop / WEB).read_text(), (shop / ddl).read_text()
    here = spot(web, "birthday")
    (column,) = client.at(WEB, "definition", *here)
    assert (column["uri"], column["range"]["start"]) == (
        client.uri(ddl), dict(zip(("line", "character"), spot(tables, "birthday"), strict=True)),
    )  # fmt: skip
    (field,) = client.at(ddl, "definition", *spot(tables, "birthday"))
    assert (field["uri"], field["range"]["start"]["line"]) == (client.uri(WEB), here[0])
    email = spot(web, "email:")
    used = {
        Path(each["uri"]).name for each in client.at(WEB, "references", *email, context={"includeDeclaration": False})
    }
    assert CASES in used
    consumers = {Path(each["uri"]).name for each in client.at(WEB, "implementation", *email)}
    assert consumers
    assert consumers <= used
    assert all(name.endswith(".sql") for name in consumers)


def test_a_name_in_sql_leads_to_its_column(client: Client, shop: Path) -> None:
    path = "models/staging/stg_web__product_interactions.sql"
    client.open(path)
    text = (shop / path).read_text()
    found = client.at(path, "definition", *spot(text, "brand"))
    assert [Path(each["uri"]).name for each in found] == ["010_web_events.sql"]


def test_an_ignored_finding_is_gone_once_a_reason_is_given(client: Client, shop: Path) -> None:
    text = (shop / WEB).read_text().replace("\n", "\r\n")
    client.open(WEB)
    found = client.edit(WEB, text, 2)
    finding = next(d for d in found if d["code"] == "TP102" and "birthday" in d["message"])
    offered = actions(client, WEB, finding)
    ((uri, edits),) = offered["Ignore TP102 here, with the reason behind it"].items()
    assert uri == client.uri(WEB)
    after = applied(text, edits)
    assert after.count("\r\n") == after.count("\n") == text.count("\n") + 1
    bare = client.edit(WEB, after, 3)
    assert [d["message"] for d in bare if d["code"] == "TP006"]
    reasoned = after.replace("ignore[TP102] ", "ignore[TP102] asked for by law ")
    rest = client.edit(WEB, reasoned, 4)
    assert not [d for d in rest if d["code"] == "TP006" or (d["code"] == "TP102" and "birthday" in d["message"])]
    assert len(rest) == len(found) - 1


def test_a_client_that_knows_snippets_is_asked_for_the_reason(storefront: Path, clean_env: dict[str, str]) -> None:
    capabilities = {"workspace": {"workspaceEdit": {"documentChanges": True, "snippetEditSupport": True}}}
    with Client(storefront, clean_env, **capabilities) as client:
        finding = next(d for d in client.open(WEB) if d["code"] == "TP102")
        document = {"uri": client.uri(WEB)}
        asked = {"textDocument": document, "range": finding["range"], "context": {"diagnostics": [finding]}}
        offered = {each["title"]: each["edit"] for each in client.ask("textDocument/codeAction", asked)}
        edit = offered["Ignore TP102 here, with the reason behind it"]["documentChanges"][0]["edits"][0]
        assert edit["snippet"]["value"].endswith("# trackplan: ignore[TP102] ${0:say why it may stay}\n")


def test_json_is_ignored_in_the_project_file(client: Client, shop: Path) -> None:
    plan = "tracking/app.json"
    finding = next(d for d in client.open(plan) if d["code"] == "TP102")
    ((title, changes),) = [each for each in actions(client, plan, finding).items() if each[0].startswith("Ignore")]
    assert "trackplan.yaml" in title
    text = (shop / PROJECT).read_text()
    client.open(PROJECT)
    client.edit(PROJECT, applied(text, changes[client.uri(PROJECT)]), 2)
    assert finding not in client.settled(plan)
    assert client.settled(PROJECT) == []


def test_a_field_is_added_to_a_use_case(client: Client, shop: Path) -> None:
    finding = next(d for d in client.open(WEB) if d["code"] == "TP102" and "birthday" in d["message"])
    offered = actions(client, WEB, finding)
    titles = [title for title in offered if title.startswith("Add ")]
    assert titles[0] == "Add $identify.birthday to the needs of stay-in-touch"  # which needs more of $identify
    assert len(titles) > 1
    text = (shop / CASES).read_text()
    client.open(CASES)
    client.edit(CASES, applied(text, offered[titles[0]][client.uri(CASES)]), 2)
    assert not [d for d in client.settled(WEB) if d["code"] == "TP102" and "birthday" in d["message"]]


def test_what_a_fix_would_do_is_offered(client: Client, shop: Path) -> None:
    text = (shop / CASES).read_text()
    client.open(CASES)
    wrong = text.replace("legal_basis: consent", "legal_basis: Consent", 1)
    (finding,) = [d for d in client.edit(CASES, wrong, 2) if "Consent" in d["message"]]
    edits = actions(client, CASES, finding)["Write consent for Consent"][client.uri(CASES)]
    assert applied(wrong, edits) == text
    stale = f"# trackplan: ignore-file[TP405] why\n{text}"
    (finding,) = [d for d in client.edit(CASES, stale, 3) if d["code"] == "TP008"]
    offered = actions(client, CASES, finding)
    assert [*offered] == ["Take the suppression away"]
    assert applied(stale, offered["Take the suppression away"][client.uri(CASES)]) == text


def completed(client: Client, path: str, text: str, version: int) -> dict[str, str]:
    """Label → what would be put in, at the `|` of a text."""
    line, character = spot(text, "|>")
    client.change(path, text.replace("|>", ""), version)
    items = client.at(path, "completion", line, character)["items"]
    return {item["label"]: item["textEdit"]["newText"] for item in items}


def test_completion_knows_selectors_consumers_rules_and_words(client: Client, shop: Path) -> None:
    client.open(WEB)
    client.open(CASES)
    text = (shop / CASES).read_text()
    books = "  - id: keep-the-books\n"
    version = iter(range(2, 100))

    def after(said: str) -> dict[str, str]:
        return completed(client, CASES, text.replace(books, f"  - id: new\n{said}\n{books}"), next(version))

    assert after('    needs: ["$ident|>"]').keys() >= {"web/$identify", "$identify.email"}
    assert "email" in after('    needs: ["$identify.{first_name, em|>}"]')
    assert after("    needs:\n      - field: $identify.birth|>") == {"$identify.birthday": "$identify.birthday"}
    assert "raw_web.identifies.birthday" in after("    needs:\n      - birthday|>")
    assert 'dashboard."growth/checkout_funnel"' in after("    consumers: [funnel|>")
    assert set(after("    legal_basis: cons|>")) == {"consent"}
    assert "analytics.reporting" in after("    data_use: an|>")
    assert "customer" in after("    data_subjects: [cus|>]")
    assert "TP205" in after("    # trackplan: ignore[TP2|>")
    assert "reduce-checkout-abandonment" in after("    # trackplan: ignore[TP205] as in reduce|>")
    assert after("    title: em|>") == {}


def test_a_file_without_a_project_has_nothing_to_tell(tmp_path: Path, clean_env: dict[str, str]) -> None:
    (tmp_path / "plan.yaml").write_text("trackplan: 1\n")
    with Client(tmp_path, clean_env) as client:
        client.tell("textDocument/didOpen", {"textDocument": {
            "uri": client.uri("plan.yaml"), "languageId": "yaml", "version": 1, "text": "trackplan: 1\n",
        }})  # fmt: skip
        assert client.at("plan.yaml", "hover", 0, 0) is None
        assert client.at("plan.yaml", "completion", 0, 0) is None
        (tmp_path / PROJECT).write_text("version: 1\nplans: [plan.yaml]\n")
        client.tell("textDocument/didSave", {"textDocument": {"uri": client.uri(PROJECT)}})
        assert client.wait("plan.yaml", 1)


def test_a_change_on_the_disk_is_seen(storefront: Path, clean_env: dict[str, str]) -> None:
    with Client(storefront, clean_env) as client:
        before = client.open(WEB)
        cases = (storefront / CASES).read_text()
        (storefront / CASES).write_text(cases.replace('"$identify.{email, first_name}"', '"$identify.*"'))
        changes = [{"uri": client.uri(CASES), "type": 2}]
        del client.diagnostics[client.uri(WEB)]
        client.tell("workspace/didChangeWatchedFiles", {"changes": changes})
        assert len(client.wait(WEB, 1)) != len(before)


def test_a_closed_document_has_no_diagnostics(client: Client) -> None:
    assert client.open(WEB)
    client.tell("textDocument/didClose", {"textDocument": {"uri": client.uri(WEB)}})
    assert client.wait(WEB, None) == []


def test_the_server_ends_when_it_is_told_or_left(storefront: Path, clean_env: dict[str, str]) -> None:
    client = Client(storefront, clean_env)
    client.open(WEB)
    assert client.close() == 0
    left = Client(storefront, clean_env)
    left.open(WEB)
    left.hang_up()
    assert left.ended() == 2


def test_without_pygls_the_command_tells_what_to_install(cli: Cli, storefront: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "pygls.py").write_text("raise ModuleNotFoundError('no pygls', name='pygls')\n")
    run = cli("lsp", cwd=storefront, env={"PYTHONPATH": f"{tmp_path / 'none'}:{ROOT}"})
    assert (run.code, run.out) == (2, "")
    assert "pip install 'trackplan[lsp]'" in run.err
