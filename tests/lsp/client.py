"""A small client of the Language Server Protocol, made of the standard library alone."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from tests.conftest import ROOT, TODAY

_PATIENCE = 60.0
Json = dict[str, Any]


class Client:
    """Starts `trackplan lsp` and talks to it. `encodings` are those that the client offers, none for an old one."""

    def __init__(self, folder: Path, env: dict[str, str], *arguments: str, **capabilities: Any) -> None:
        command = [sys.executable, "-m", "trackplan", "lsp", "--today", TODAY, *arguments]
        self._process = subprocess.Popen(
            command, cwd=folder, env={**env, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._folder = folder
        self._answers: dict[int, queue.Queue[Json]] = {}
        self._told: queue.Queue[Json] = queue.Queue()
        self._number = 0
        self.diagnostics: dict[str, list[Json]] = {}
        self.versions: dict[str, int | None] = {}
        self.logged: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.capabilities: Json = self.ask("initialize", {
            "processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities,
        })["capabilities"]  # fmt: skip
        self.tell("initialized", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def close(self) -> int:
        """Say goodbye; the exit code."""
        if self._process.poll() is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
        return self.ended()

    def ended(self) -> int:
        """The exit code, once the server has ended; its pipes are closed."""
        try:
            return self._process.wait(_PATIENCE)
        finally:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

    def hang_up(self) -> None:
        """Close the server's input, as a client does that dies."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request; an error of the server is one here."""
        number = self.send(method, params)
        answer = self._answers[number].get(timeout=_PATIENCE)
        assert answer, "the server has ended"
        assert "error" not in answer, answer
        return answer["result"]

    def send(self, method: str, params: Any) -> int:
        """Send a request and wait for nothing."""
        self._number += 1
        self._answers[self._number] = queue.Queue()
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def uri(self, path: str) -> str:
        """The URI of a file of the folder."""
        return (self._folder / path).as_uri()

    def open(self, path: str, text: str | None = None) -> list[Json]:
        """Open a document, with its text on the disk if no other is given; its diagnostics."""
        uri = self.uri(path)
        content = (self._folder / path).read_bytes().decode() if text is None else text
        self.tell("textDocument/didOpen", {
            "textDocument": {"uri": uri, "languageId": path.rpartition(".")[2], "version": 1, "text": content},
        })  # fmt: skip
        return self.wait(path, 1)

    def change(self, path: str, text: str, version: int) -> None:
        """Give an open document another text."""
        document = {"uri": self.uri(path), "version": version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def edit(self, path: str, text: str, version: int) -> list[Json]:
        """Give an open document another text; its diagnostics then."""
        self.change(path, text, version)
        return self.wait(path, version)

    def wait(self, path: str, version: int | None) -> list[Json]:
        """The diagnostics of a version of a document, once they are told."""
        uri = self.uri(path)
        while uri not in self.diagnostics or self.versions[uri] != version:
            self._take()
        return self.diagnostics[uri]

    def settled(self, path: str) -> list[Json]:
        """The diagnostics of a document once all that was sent so far has been looked at."""
        self.at(path, "hover", 0, 0)
        while not self._told.empty():
            self._take()
        return self.diagnostics[self.uri(path)]

    def at(self, path: str, method: str, line: int, character: int, **more: Any) -> Any:
        """Ask about a position, from 0."""
        position = {"line": line, "character": character}
        return self.ask(
            f"textDocument/{method}", {"textDocument": {"uri": self.uri(path)}, "position": position, **more}
        )

    def _take(self) -> None:
        message = self._told.get(timeout=_PATIENCE)
        assert message, "the server has ended"
        params = message.get("params", {})
        if message["method"] == "textDocument/publishDiagnostics":
            self.diagnostics[params["uri"]] = params["diagnostics"]
            self.versions[params["uri"]] = params.get("version")
        elif message["method"] == "window/logMessage":
            self.logged.append(params["message"])
            raise AssertionError(params["message"])

    def _send(self, message: Json) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        try:
            self._hear()
        finally:
            for waiting in (*self._answers.values(), self._told):
                waiting.put({})

    def _hear(self) -> None:
        assert self._process.stdout is not None
        stream = self._process.stdout
        while True:
            try:
                head = stream.readline()
                if not head:
                    return
                length = int(head.split(b":")[1])
                while stream.readline().strip():
                    pass
                message = json.loads(stream.read(length))
            except ValueError:  # closed meanwhile
                return
            if "method" not in message:
                self._answers[message["id"]].put(message)
            else:
                self._told.put(message)
                if "id" in message:
                    self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
