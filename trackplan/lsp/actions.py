"""What can be done about a finding, as edits that the client makes when somebody asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from msgspec.structs import replace

from trackplan import fixes
from trackplan.edits.document import Document
from trackplan.edits.text import EditError, offset_of
from trackplan.gate.model import LOUD
from trackplan.lsp import selectors
from trackplan.lsp.diagnostics import data
from trackplan.lsp.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trackplan.edits.text import Edit
    from trackplan.findings import Place
    from trackplan.fixes import Fix
    from trackplan.lsp.analysis import Analysis

_TextEdit = types.TextEdit | types.SnippetTextEdit
_MARKS = {"sql": "--", "sqlx": "--", "yaml": "#", "yml": "#"}
_REASON = "say why it may stay"
_CASES = """
SELECT u.id, u.place FROM use_case u
LEFT JOIN (
  SELECT n.use_case, count(*) AS beside FROM field f JOIN field s ON s.event = f.event
  JOIN named_need n ON n.kind = 'field' AND n.key = s.key WHERE f.id = :subject GROUP BY n.use_case
) b ON b.use_case = u.key
WHERE u.status = 'active' ORDER BY coalesce(b.beside, 0) DESC, u.id LIMIT 5
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """What edits are made for: how the client calls a file, in which units it counts, and whether it knows snippets."""

    uri: Callable[[str], str]
    encoding: str
    snippets: bool


def all_of(
    analysis: Analysis, path: str, diagnostics: Sequence[types.Diagnostic], desk: Desk
) -> list[types.CodeAction]:
    """The actions for these diagnostics of a file."""
    text = Text(analysis.tree.shown(path), desk.encoding)
    mended = _fixes(analysis, path, diagnostics)
    purpose = {rule.id for rule in analysis.rules if rule.category == "purpose"}
    made: list[types.CodeAction] = []
    for each in diagnostics:
        made += _mend(mended.get(_key(each.code, each.data)), text, each, desk)
        if each.code in purpose:
            made += _declare(analysis, each, desk)
        made += _ignore(text, path, each, desk) or _exempt(analysis, path, each, desk)
    return made


def _fixes(analysis: Analysis, path: str, diagnostics: Sequence[types.Diagnostic]) -> dict[object, Fix]:
    """The fixes of these diagnostics of a file, by rule, subject and line."""
    asked = {_key(each.code, each.data) for each in diagnostics}
    found = {finding: _key(finding.rule, data(finding)) for finding in analysis.report.findings}
    wanted = tuple(finding for finding, key in found.items() if finding.place.path == path and key in asked)
    made = fixes.of_report(replace(analysis.report, findings=wanted), analysis.tree.shown)
    return {found[flaw.finding]: each for each in made for flaw in each.flaws if flaw.finding is not None}


def _key(rule: object, said: Any) -> object:
    return (str(rule), said.get("line"), said.get("subject"), said.get("detail"))


def _mend(fix: Fix | None, text: Text, finding: types.Diagnostic, desk: Desk) -> Iterator[types.CodeAction]:
    """What --fix would do."""
    if fix is not None:
        made = _action(fix.title, finding, desk.uri(fix.path), _edits(text.text, fix.edits, desk))
        made.is_preferred = fix.safe
        yield made


def _declare(analysis: Analysis, finding: types.Diagnostic, desk: Desk) -> Iterator[types.CodeAction]:
    """Add the subject to the needs of a use case; the likeliest ones need something beside it."""
    subject = str(finding.data["subject"])  # type: ignore[index]
    selector = next((each.selector for each in selectors.of(analysis.base) if each.id == subject), None)
    if selector is None:
        return
    for case, key in [(str(id_), key) for id_, key in analysis.base.fetch(_CASES, {"subject": subject})]:
        place = analysis.base.at(key) if isinstance(key, int) else None
        if place is None:
            continue
        text = analysis.tree.shown(place.path)
        try:
            edits = _needed(Document(text, place.path), place, selector)
        except (EditError, ValueError):  # it cannot be done without touching something else
            continue
        yield _action(
            f"Add {selector} to the needs of {case}", finding, desk.uri(place.path), _edits(text, edits, desk)
        )


def _needed(document: Document, place: Place, selector: str) -> list[Edit]:
    """The edits that add a need to the use case whose id is at a place. Raises `EditError`."""
    at = offset_of(document.text, place.line, place.column)
    case = next((s for s in document.root.walk() for e in s.entries if e.name == "id" and e.value.content == at), None)
    if case is None:
        raise document.unsafe(0, "there is no use case")
    needs = next((each for each in case.entries if each.name == "needs"), None)
    if needs is None:
        return document.add(case, "needs", [selector])
    if needs.value.kind == "list":
        return document.add(needs.value, None, selector)
    return document.set_value(needs, [selector])


def _exempt(analysis: Analysis, path: str, finding: types.Diagnostic, desk: Desk) -> list[types.CodeAction]:
    """Put up with a finding in a file that takes no comments: an entry of the project file, which lacks the reason."""
    rule, subject = str(finding.code), str(finding.data["subject"])  # type: ignore[index]
    if rule in LOUD or path.rpartition(".")[2].lower() in _MARKS:
        return []
    project = analysis.project.path
    text = analysis.tree.shown(project)
    entry = {"rules": [rule], "path": path, "subject": subject, "reason": _REASON}
    try:
        document = Document(text, project)
        listed = document.entry("suppressions")
        added = (
            document.add(listed.value, None, entry) if listed else document.add(document.root, "suppressions", [entry])
        )
    except EditError:
        return []
    title = f"Ignore {rule} of {subject} in {project}: say why there"
    return [_action(title, finding, desk.uri(project), _edits(text, added, desk))]


def _edits(text: str, edits: Sequence[Edit], desk: Desk) -> list[_TextEdit]:
    known = Text(text, desk.encoding)
    return [types.TextEdit(known.offset_range(edit.start, edit.end), edit.text) for edit in edits]


def _ignore(text: Text, path: str, finding: types.Diagnostic, desk: Desk) -> list[types.CodeAction]:
    """Put up with a finding: a comment on a line of its own above it, where the reason has to be written."""
    mark = _MARKS.get(path.rpartition(".")[2].lower())
    rule = str(finding.code)
    if mark is None or rule in LOUD:
        return []
    line = finding.range.start.line + 1
    whole = not finding.data["line"]  # type: ignore[index]
    shown = text.line(line)
    indent = "" if whole else shown[: len(shown) - len(shown.lstrip())]
    said = f"{indent}{mark} trackplan: {'ignore-file' if whole else 'ignore'}[{rule}] "
    at = types.Range(text.at(line, 1), text.at(line, 1))
    end = "\r\n" if "\r\n" in text.text else "\n"
    edit: _TextEdit
    if desk.snippets:
        escaped = said.replace("\\", "\\\\").replace("$", "\\$")
        edit = types.SnippetTextEdit(at, types.StringValue(f"{escaped}${{0:{_REASON}}}{end}"))
    else:
        edit = types.TextEdit(at, f"{said}{end}")
    title = f"Ignore {rule} {'in this file' if whole else 'here'}, with the reason behind it"
    return [_action(title, finding, desk.uri(path), [edit])]


def _action(title: str, finding: types.Diagnostic, uri: str, edits: Sequence[_TextEdit]) -> types.CodeAction:
    plain = [edit for edit in edits if isinstance(edit, types.TextEdit)]
    if len(plain) == len(edits):
        change = types.WorkspaceEdit({uri: plain})
    else:  # only a client that knows snippets gets one
        document = types.OptionalVersionedTextDocumentIdentifier(uri)
        change = types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, [*edits])])
    return types.CodeAction(title, types.CodeActionKind.QuickFix, [finding], edit=change)
