"""The fact base: created empty, filled table by table, frozen, then only read."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

from msgspec import Struct

from trackplan.errors import RuleError
from trackplan.facts import image
from trackplan.facts.limits import LESS, Limits
from trackplan.facts.reads import FILLING, Authorizer, Cell, noting
from trackplan.findings import Place

Value = str | int | float | bytes | None
Row = tuple[Value, ...]

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "randomblob", "zeroblob", "random", "fts3_tokenizer"})
_VIEW = re.compile(r"cannot modify (.+) because it is a view")
_OPCODES_PER_TICK = 20_000
# Of all bases of the process together; what sorting and recursion take comes out of it, as nothing goes to the disk.
_MEMORY = 1_000_000_000
SETTINGS = f"""PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;
PRAGMA hard_heap_limit = {_MEMORY}; PRAGMA ignore_check_constraints = ON;"""
"""How SQLite is to work. To ask each CHECK of the schema takes a third of the time that writing takes: the tests do."""
_PLACES = """
SELECT p.key, f.path, p.line, p."column", p.end_line, p.end_column FROM place p JOIN file f ON f.key = p.file"""
_IN_FILES = " WHERE f.path IN (SELECT value FROM json_each(?))"
_MOVE = 'UPDATE place SET line = ?, "column" = ?, end_line = ?, end_column = ? WHERE key = ?'
# Views of the schema that have a table to fill.
_STORED = {"column": "stored_column", "reach": "stored_reach"}


class Result(Struct):
    """Column names and rows of a query."""

    columns: tuple[str, ...]
    rows: list[Row]


class FactBase(Struct):
    """One project's facts in SQLite. `insert` until `freeze`, `query` from then on, and nothing after `close`.

    All bases of a process share its room, and what fills the deferred tables holds on to a base: whoever opens more
    than one uses each as a context.

    `heed` is called before each query, and may raise where nobody waits for the answer any more.
    `read` is what each query has read since then, by its text; by `""`, what was read before, and by FILLING and its
    name what was read to fill a table that somebody asked for.
    """

    connection: sqlite3.Connection
    heed: Callable[[], None] | None = None
    read: dict[str, set[Cell]] = {}
    _files: dict[str, int] = {}
    _places: dict[Place, int] = {}
    _new_files: list[Row] = []
    _new_places: list[Row] = []
    _by_key: list[Place] = []
    _deferred: dict[str, tuple[Callable[[], None], tuple[str, ...]]] = {}
    _frozen: bool = False
    _filling: str = ""
    _spent: float = 0.0  # seconds that filling took: who asks first does not pay for all

    @classmethod
    def create(cls) -> FactBase:
        """An empty fact base in memory, with the tables and views of `schema.sql`."""
        connection = sqlite3.connect(":memory:", isolation_level=None, uri=True)
        connection.executescript(SETTINGS + schema())
        connection.execute("BEGIN")
        return cls(connection)

    @classmethod
    def of_image(cls, packed: bytes) -> FactBase:
        """The base that an earlier one gave an image of, to be brought up to date and frozen.

        Raises `ValueError` for anything else.
        """
        connection = image.opened(packed)
        connection.executescript(SETTINGS)
        connection.execute("BEGIN")
        return cls(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back all that it takes."""
        self._deferred.clear()
        self.connection.close()

    def image(self, *, packed: bool = True) -> tuple[bytes, list[str]]:
        """All that is in it now, and the deferred tables that are empty and remain so from now on.

        What is not `packed` can be opened as a file.

        Raises `OSError` where there is no room for it.
        """
        empty = sorted(self._deferred)
        self._deferred.clear()  # what they would be filled from takes much room
        return (image.packed if packed else image.plain)(self.connection), empty

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Add `rows` to `table`. The names come from our own code, never from input."""
        table = _STORED.get(table, table)
        names = ", ".join(f'"{c}"' for c in columns)
        marks = ", ".join("?" * len(columns))
        self.connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608

    def run(self, sql: str, parameters: Mapping[str, Value] | None = None) -> None:
        """Run one of our own statements that derives rows from rows."""
        self.connection.execute(sql, parameters or {})

    def file(self, path: str, kind: str) -> int:
        """The key of the file at `path`, added on first sight."""
        key = self._files.get(path)
        if key is None:
            key = self._files[path] = len(self._files) + 1
            self._new_files.append((key, path, kind))
        return key

    def place(self, place: Place) -> int:
        """The key of `place`, added on first sight; its file has been added before."""
        key = self._places.get(place)
        if key is None:
            key = self._places[place] = len(self._places) + 1
            row = (key, self._files[place.path], place.line, place.column, place.end_line, place.end_column)
            self._new_places.append(row)
        return key

    def move(self, places: Mapping[Place, Place]) -> None:
        """Let what an image has of some files be at other places there. Raises `KeyError` for one without another."""
        paths = json.dumps(sorted({place.path for place in places}))
        found = self.connection.execute(_PLACES + _IN_FILES, (paths,))
        self.connection.executemany(_MOVE, [(*places[Place(*place)][1:], key) for key, *place in found.fetchall()])

    def freeze(self, *, for_good: bool = True) -> None:
        """End filling, or stop it until `thaw`: nothing but reading is possible, whoever wrote the query."""
        self._write_places()
        # The first use of a table function declares it, which no query may do; so it is done here.
        self.connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").close()
        self._frozen = True
        if for_good:
            self.connection.execute("COMMIT")
        self.connection.execute("PRAGMA query_only = ON")
        self.connection.execute("PRAGMA trusted_schema = OFF")

    def thaw(self) -> None:
        """Let it be filled again, if it was not frozen for good."""
        self.connection.execute("PRAGMA query_only = OFF")
        self._frozen = False

    def at(self, key: int) -> Place | None:
        """The place with that key."""
        if not self._places:  # what an image has is only in its tables
            row = next(self.connection.execute(f"{_PLACES} WHERE p.key = ?", (key,)), None)
            return None if row is None else Place(*row[1:])
        if len(self._by_key) != len(self._places):
            self._by_key = list(self._places)
        return self._by_key[key - 1] if 0 < key <= len(self._by_key) else None

    def _write_places(self) -> None:
        """Write the places that are new, and the files in which they are."""
        if not self._new_places and not self._new_files:
            return
        self.insert("file", ("key", "path", "kind"), self._new_files)
        self._new_files.clear()
        names = ("key", "file", "line", "column", "end_line", "end_column")
        self.insert("place", names, self._new_places)
        self._new_places.clear()

    def defer(self, table: str, fill: Callable[[], None], after: Sequence[str] = ()) -> None:
        """Let `fill` fill a table only when somebody reads it, and `after` some other deferred tables."""
        self._deferred[table] = (fill, tuple(after))

    def fetch(self, sql: str, parameters: Mapping[str, Value] | None = None) -> Iterator[Row]:
        """Rows of one of our own queries, without limits."""
        if not self._frozen:
            self._write_places()
        return iter(self._execute(sql, parameters or {}, lambda *_: sqlite3.SQLITE_OK))

    def _execute(self, sql: str, parameters: Mapping[str, Value], authorize: Authorizer) -> sqlite3.Cursor:
        """Run a query; deferred tables that it reads are filled first."""
        if self.heed is not None:
            self.heed()
        asked = self._filling or (sql if self._frozen else "")
        authorize = noting(self.read.setdefault(asked, set()), authorize)
        while self._deferred:
            wanted: list[str] = []

            def watch(action: int, first: str | None, *rest: str | None, wanted: list[str] = wanted) -> int:
                if action == sqlite3.SQLITE_READ and first in self._deferred:
                    wanted.append(first)
                    return sqlite3.SQLITE_DENY
                return authorize(action, first, *rest)

            self.connection.set_authorizer(watch)
            try:
                return self.connection.execute(sql, parameters)
            except sqlite3.DatabaseError:
                if not wanted:
                    raise
            finally:
                self.connection.set_authorizer(None)
            self._fill(wanted[0])
        self.connection.set_authorizer(authorize)
        try:
            return self.connection.execute(sql, parameters)
        finally:
            self.connection.set_authorizer(None)

    def _fill(self, table: str) -> None:
        """Fill a deferred table now."""
        if table not in self._deferred:
            return
        fill, after = self._deferred[table]
        for other in after:
            self._fill(other)
        del self._deferred[table]
        if self._frozen:
            self.connection.execute("PRAGMA query_only = OFF")
        self.connection.execute("BEGIN" if self._frozen else "SAVEPOINT filling")
        before, self._filling, start = self._filling, f"{FILLING}{table}", time.monotonic()
        fill()
        self._filling = before
        self._spent += 0 if before else time.monotonic() - start
        self._write_places()
        self.connection.execute("COMMIT" if self._frozen else "RELEASE filling")
        if self._frozen:
            self.connection.execute("PRAGMA query_only = ON")

    def count(self, sql: str) -> int:
        """The one number that one of our own queries gives."""
        number = next(self.fetch(sql))[0]
        return number if isinstance(number, int) else 0

    def query(self, sql: str, parameters: Mapping[str, Value] | None = None, limits: Limits | None = None) -> Result:
        """Run a stranger's query on the frozen base: one SELECT, no writing, no ATTACH, no extension, bounded.

        Raises `RuleError` that tells what was wrong, refused or too much.
        """
        limits = limits or Limits()
        connection = self.connection
        deadline = time.monotonic() - self._spent + limits.seconds
        refused: list[str] = []

        def authorize(action: int, first: str | None, second: str | None, *_: object) -> int:
            if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN_FUNCTIONS:
                refused.append(f"the function {second} is not available here")
                return sqlite3.SQLITE_DENY
            if action in _ALLOWED:
                return sqlite3.SQLITE_OK
            refused.append(_only_select(first))
            return sqlite3.SQLITE_DENY

        previous = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.bytes)
        late = lambda: not self._filling and time.monotonic() - self._spent > deadline  # noqa: E731
        connection.set_progress_handler(late, _OPCODES_PER_TICK)
        try:
            cursor = self._execute(sql, parameters or {}, authorize)
            if cursor.description is None:
                raise RuleError("the query gives no columns; only SELECT is possible here")
            return Result(tuple(d[0] for d in cursor.description), limits.rows_of(cursor))
        except sqlite3.Error as error:
            if refused:
                raise RuleError(refused[0]) from error
            if "interrupted" in str(error):
                raise RuleError(f"the query took longer than {limits.seconds:g} seconds", LESS) from error
            view = _VIEW.fullmatch(str(error))  # which SQLite refuses to change before it asks
            raise RuleError(_only_select(view[1]) if view else f"{error}") from error
        except MemoryError as error:
            raise RuleError("the query took too much memory", LESS) from error
        except UnicodeEncodeError as error:
            raise RuleError("the query holds half a character, which no text can") from error
        except OverflowError as error:
            raise RuleError("an option's number is too large for SQLite") from error
        finally:
            connection.set_progress_handler(None, 0)
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, previous)


@lru_cache(maxsize=1)
def schema() -> str:
    """The text of `schema.sql`."""
    return Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


def _only_select(asked: str | None) -> str:
    return "only SELECT is possible here" + (f" (asked for: {asked})" if asked else "")
