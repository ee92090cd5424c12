"""What the server does with each message: a function for each method of the protocol that it knows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from trackplan.lsp import actions, completion, hover, names
from trackplan.lsp.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.explain.find import Subject
    from trackplan.facts.base import FactBase
    from trackplan.findings import Place
    from trackplan.lsp.analysis import Analysis
    from trackplan.lsp.server import Server, Spot

_WATCHED = "**/*.{yaml,yml,json,sql,sqlx,csv}"


def register(server: Server) -> None:
    """Let the server answer all that is answered here."""
    for name, handler, options in _FEATURES:
        server.feature(name, options)(partial(handler, server))


def _initialized(server: Server, _: types.InitializedParams) -> None:
    """Ask to be told when files change that are not open, where the client can do that."""
    watched = getattr(server.client_capabilities.workspace, "did_change_watched_files", None)
    if watched is not None and watched.dynamic_registration:
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
        asked = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        server.client_register_capability(types.RegistrationParams([asked]))


async def _ask(
    server: Server,
    document: types.TextDocumentIdentifier,
    position: types.Position,
    where: Callable[[FactBase, list[Subject], Spot], list[Place]],
) -> list[types.Location]:
    """The places that answer a question about what stands at a position."""
    spot = server.spot(document.uri, position)
    if spot is None:
        return []

    def answer(analysis: Analysis) -> list[types.Location]:
        subjects = names.at(analysis.base, spot.path, spot.line, spot.column, spot.text)
        return server.locations(analysis, where(analysis.base, subjects, spot)) if subjects else []

    return await spot.session.ask(answer) or []


async def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    spot = server.spot(params.text_document.uri, params.position)
    if spot is None:
        return None
    said = await spot.session.ask(lambda found: hover.at(found, spot.path, spot.line, spot.column, spot.text))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, said)) if said else None


async def _definition(server: Server, params: types.DefinitionParams) -> list[types.Location]:
    return await _ask(
        server,
        params.text_document,
        params.position,
        lambda base, them, spot: names.definitions(base, them, (spot.path, spot.line)),
    )


async def _implementation(server: Server, params: types.ImplementationParams) -> list[types.Location]:
    return await _ask(server, params.text_document, params.position, lambda base, them, _: names.consumers(base, them))


async def _references(server: Server, params: types.ReferenceParams) -> list[types.Location]:
    return await _ask(server, params.text_document, params.position, lambda base, them, _: names.references(base, them))


async def _code_action(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    spot = server.spot(params.text_document.uri, params.range.start)
    mine = [each for each in params.context.diagnostics if each.source == "trackplan" and isinstance(each.data, dict)]
    if spot is None or not mine:
        return []
    edit = getattr(server.client_capabilities.workspace, "workspace_edit", None)
    desk = actions.Desk(
        partial(server.uri, spot.session.root), server.encoding, bool(getattr(edit, "snippet_edit_support", None))
    )
    return await spot.session.ask(lambda found: actions.all_of(found, spot.path, mine, desk)) or []


async def _completion(server: Server, params: types.CompletionParams) -> types.CompletionList | None:
    spot = server.spot(params.text_document.uri, params.position)
    if spot is None:
        return None
    if server.words(spot) is None:
        await spot.session.ask(lambda _: None)
    words = server.words(spot)
    if words is None:
        return None
    text = Text(server.workspace.text_documents[params.text_document.uri].source, server.encoding)
    found = completion.items(words, spot.path, text, spot.line, spot.column)
    return types.CompletionList(len(found) == completion.MOST, found)


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    server.opened(params.text_document.uri)


def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    server.changed(params.text_document.uri)


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.closed(params.text_document.uri)


def _anything(server: Server, _: object) -> None:
    server.changed("", pause=0)


def _shutdown(server: Server, _: object) -> None:
    server.ended()


_FEATURES: tuple[tuple[str, Callable[..., object], object], ...] = (
    (types.INITIALIZED, _initialized, None),
    (types.SHUTDOWN, _shutdown, None),
    (types.TEXT_DOCUMENT_DID_OPEN, _opened, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, _changed, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, _closed, None),
    (types.TEXT_DOCUMENT_DID_SAVE, _anything, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, _anything, None),
    (types.TEXT_DOCUMENT_HOVER, _hover, None),
    (types.TEXT_DOCUMENT_DEFINITION, _definition, None),
    (types.TEXT_DOCUMENT_IMPLEMENTATION, _implementation, None),
    (types.TEXT_DOCUMENT_REFERENCES, _references, None),
    (types.TEXT_DOCUMENT_CODE_ACTION, _code_action, types.CodeActionOptions([types.CodeActionKind.QuickFix])),
    (types.TEXT_DOCUMENT_COMPLETION, _completion, types.CompletionOptions(["[", ",", '"', ".", " "])),
)
