"""The server: what clients send → sessions of projects, and what these give → answers of the protocol."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from trackplan import __version__, project
from trackplan.lsp import completion, diagnostics
from trackplan.lsp.session import Session
from trackplan.lsp.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.findings import Place
    from trackplan.lsp.analysis import Analysis, Look, Settings


@dataclass(frozen=True, slots=True)
class Told:
    """What of a look is told: the diagnostics by real path, and the words to complete with, None if it gave none."""

    diagnostics: dict[str, list[types.Diagnostic]]
    words: completion.Words | None


@dataclass(slots=True)
class Document:
    """A document that is open: its URI as the client writes it, its real path, and its project's session."""

    uri: str
    path: str
    session: Session[Told] | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A position in a document, as the facts know it: the path in the project, line and column, the line's text."""

    session: Session[Told]
    path: str
    line: int
    column: int
    text: str


class Server(LanguageServer):
    """Serves the projects in which the client's documents lie; `only` is the one that it serves, if there is one."""

    def __init__(self, settings: Settings, only: Path | None = None) -> None:
        kind = types.TextDocumentSyncKind.Full  # others' ends of lines are not the protocol's
        super().__init__("trackplan", __version__, text_document_sync_kind=kind)
        self.left_in_order = False
        self._settings = settings
        self._only = only.resolve() if only is not None else None
        self._sessions: dict[Path, Session[Told]] = {}
        self._documents: dict[str, Document] = {}
        self._told: dict[Path, set[str]] = {}
        self._words: dict[Path, completion.Words] = {}
        self._beyond: dict[Path, set[str]] = {}

    @property
    def encoding(self) -> str:
        """In which units client and server count."""
        return str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding) or "utf-16")

    def shutdown(self) -> None:
        """End; the thread that waits for the client's next word is not waited for."""
        if self._thread_pool is not None:
            self._thread_pool.shutdown(wait=False, cancel_futures=True)
            self._thread_pool = None
        super().shutdown()  # type: ignore[no-untyped-call]

    def opened(self, uri: str) -> None:
        """A document was opened; its project is looked at."""
        path = to_fs_path(uri)
        if path is not None and uri.startswith("file:"):
            self._documents[uri] = Document(uri, os.path.realpath(path), None)
            self.changed(uri, pause=0)

    def closed(self, uri: str) -> None:
        """A document was closed: nothing is told of it any more, and a project without documents is let go."""
        document = self._documents.pop(uri, None)
        if document is None:
            return
        self._publish(uri, [])
        session = document.session
        if session is not None and all(other.session is not session for other in self._documents.values()):
            for told in self._told.pop(session.path, set()):
                self._publish(told, [])
            self._words.pop(session.path, None)
            self._sessions.pop(session.path).close()
        self.changed("", document.path, pause=0)

    def changed(self, uri: str, path: str = "", pause: float | None = None) -> None:
        """A text is another now, in a document or in a file; without either, anything may be."""
        for document in self._documents.values():
            if document.session is None:  # its project may have come meanwhile
                document.session = self._session(document.path)
        path = self._documents[uri].path if uri in self._documents else path
        for session in self._sessions.values():
            inside = path.startswith(str(session.root).rstrip(os.sep) + os.sep)
            if not path or inside or path in self._beyond.get(session.path, ()):
                session.edited() if pause is None else session.edited(pause)

    def ended(self) -> None:
        """The client has no more questions."""
        self.left_in_order = True
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def spot(self, uri: str, position: types.Position) -> Spot | None:
        """Where a request points to; None where that is in no project."""
        document = self._documents.get(uri)
        if document is None or document.session is None:
            return None
        text = Text(self._source(document), self.encoding)
        line, column = text.place_at(position)
        path = os.path.relpath(document.path, document.session.root).replace(os.sep, "/")
        return Spot(document.session, path, line, column, text.line(line))

    def words(self, spot: Spot) -> completion.Words | None:
        """The words of a project, as they were when it could last be analysed."""
        return self._words.get(spot.session.path)

    def locations(self, analysis: Analysis, places: Sequence[Place]) -> list[types.Location]:
        """Places as the client knows them."""
        texts: dict[str, Text] = {}
        for place in places:
            if place.path not in texts:
                texts[place.path] = Text(analysis.tree.shown(place.path), self.encoding)
        root = analysis.project.root
        return [types.Location(self.uri(root, place.path), texts[place.path].range(place)) for place in places]

    def uri(self, root: Path, path: str) -> str:
        """The URI of a file of a project: the client's own for an open document."""
        real = os.path.realpath(root / path)
        known = next((document.uri for document in self._documents.values() if document.path == real), None)
        return known or from_fs_path(real) or ""

    def _session(self, path: str) -> Session[Told] | None:
        found = self._only or project.find(Path(path).parent)
        if found is None:
            return None
        session = self._sessions.get(found)
        if session is None:
            publish = partial(self._take, found)
            tell = partial(self._tell, found)
            session = Session(found, self._settings, self._texts, tell, publish)
            self._sessions[found] = session
        return session

    def _texts(self) -> dict[str, str]:
        return {document.path: self._source(document) for document in self._documents.values()}

    def _source(self, document: Document) -> str:
        return str(self.workspace.text_documents[document.uri].source)

    def _tell(self, path: Path, look: Look) -> Told:
        """In the session's thread: what is told of a look."""
        root = path.parent
        open_ = {document.path for document in list(self._documents.values())}

        def wanted(inner: str) -> bool:
            # What keeps a project from being analysed is told wherever it is.
            return look.analysis is None or os.path.realpath(root / inner) in open_

        made = diagnostics.by_path(look.remarks, look.tree, self.encoding, wanted)
        self._beyond[path] = {os.path.realpath(root / inner) for inner in look.tree.beyond}
        words = completion.words(look.analysis) if look.analysis is not None else None
        return Told({os.path.realpath(root / inner): found for inner, found in made.items()}, words)

    def _take(self, path: Path, told: Told | Exception) -> None:
        """Publish what was told of a project, and take back what was told before and holds no more."""
        if isinstance(told, Exception):
            message = f"trackplan {__version__}: this is a bug in trackplan: {type(told).__name__}: {told}"
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))
            return
        if path not in self._sessions:
            return
        if told.words is not None:
            self._words[path] = told.words
        session, beyond = self._sessions[path], self._beyond.get(path, set())
        mine = {
            document.path: document.uri
            for document in self._documents.values()
            if document.session is session or (document.session is None and document.path in beyond)
        }
        uris = {mine.get(real) or from_fs_path(real) or "": found for real, found in told.diagnostics.items()
                if real in mine or told.words is None}  # fmt: skip
        for uri in sorted({*mine.values(), *self._told.get(path, ()), *uris}):
            self._publish(uri, uris.get(uri, []))
        self._told[path] = {*uris}

    def _publish(self, uri: str, found: list[types.Diagnostic]) -> None:
        version = self.workspace.text_documents[uri].version if uri in self._documents else None
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))
