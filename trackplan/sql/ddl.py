"""The scripts of a warehouse → its tables, its views, and what in the scripts could not be understood."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.facts.declared import Sql, Table, UnclearReason
from trackplan.findings import Place
from trackplan.sql import alter, create, script
from trackplan.sql.deciding import DETAIL, deciding
from trackplan.sql.heads import READS, Head, head_of, hidden, is_quiet, unguarded
from trackplan.sql.parse import tree_of
from trackplan.sql.policies import hiding
from trackplan.sql.relations import Parts, Relation, Relations
from trackplan.sql.structure import Structure, literal
from trackplan.sql.text import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.sql.script import Piece

Unresolved = tuple[str, str, str, Place]  # reason (of the table `unresolved`), name or '', clause for people, place

_CREATES = re.compile(r"(?i)\bcreate\b[\w\s]*?\b(?:table|view)\s+(?:if\s+not\s+exists\s+)?([\w$.\"`\[\]-]+)")
_STAND_INS = {"SYNONYM": ("FOR",), "STREAM": ("TABLE", "VIEW"), "SNAPSHOT TABLE": ("CLONE",)}


class Catalog:
    """The tables and views of a warehouse, as its scripts leave them when they run one after the other.

    A table that is created twice is what the last CREATE says (the first, with IF NOT EXISTS). What is altered before
    it is created, in the order of files, is altered once it is. A statement that cannot be understood leaves a table
    that is not `complete` or an entry of `unresolved`, so that nothing is called unused because of it.
    """

    def __init__(self) -> None:
        self.unresolved: list[Unresolved] = []
        self._relations = Relations()
        self._fills: list[Sql] = []

    def apply(self, text: str, path: str, dialect: str) -> None:
        """Run the statements of `text`. Raises `ValueError` for a dialect that does not exist."""
        text = script.clean(text)
        run = _Run(self._relations, self._fills, self.unresolved, text, path, dialect)
        for piece in script.split(text, dialect):
            run.piece(piece)

    def tables(self) -> tuple[Table, ...]:
        """The tables, in the order of their creation."""
        declared = (relation.declared(parts) for parts, relation in self._relations.all.items())
        return tuple(table for table in declared if table is not None)

    def views(self) -> tuple[Sql, ...]:
        """The statements that fill a relation from others (CREATE VIEW, CREATE TABLE AS, INSERT … SELECT, MERGE …).

        Those that may read something in a way that is not followed are here too, as `unclear`. Each is its own text,
        with the blanks before it that give its names the lines and columns of the file.
        """
        return (*(r.sql for r in self._relations.all.values() if r.sql is not None), *self._fills)


class _Run:
    """Runs the statements of one text."""

    def __init__(
        self,
        relations: Relations,
        fills: list[Sql],
        unresolved: list[Unresolved],
        text: str,
        path: str,
        dialect: str,
    ) -> None:
        self._relations = relations
        self._fills = fills
        self._unresolved = unresolved
        self._text = text
        self._path = path
        self._dialect = dialect
        self._lines = Lines(text, path)
        self._structure = Structure(self._lines, dialect)

    def piece(self, piece: Piece) -> None:
        """Run one statement, or several that no semicolon parts."""
        if not piece.tokens:
            self._lost(piece)
        elif not self._understood(piece):
            parts = script.restart(piece)
            for part in parts:
                if len(parts) == 1 or not self._understood(part):
                    self._lost(part)

    def _understood(self, piece: Piece) -> bool:
        for start, end in deciding(self._text[piece.start : piece.end], self._dialect):
            self._unclear((piece.start + start, piece.start + end), "unsupported", DETAIL)
        try:
            return self._statement(piece)
        except (AttributeError, TypeError, IndexError, KeyError, RecursionError):
            return False  # the parser gave a tree of a shape that is written down nowhere

    def _statement(self, piece: Piece) -> bool:
        """Run a statement; False if it is not understood."""
        words = piece.words
        head = head_of(piece)
        match head.verb:
            case "CREATE" | "ALTER" if hiding(self._text[piece.start : piece.end]):
                return self._fill(piece, words)
            case "CREATE":
                return self._create(piece, head)
            case "ALTER":
                return self._alter(piece, head)
            case "DROP":
                return self._drop(piece, head)
            case "COMMENT":
                return self._comment(piece)
            case "INSERT" | "REPLACE" | "MERGE" | "UPDATE" | "DELETE":
                return self._fill(piece, words)
            case "WITH" | "SELECT" | "FROM" if {"INTO", "INSERT", "MERGE", "UPDATE", "DELETE"} & set(words):
                return self._fill(piece, words)
            case "COPY" | "UNLOAD" | "EXPORT" | "EXECUTE" | "EXEC" | "DO" | "RENAME":
                found = hidden(piece, self._text)
                if found is not None:
                    self._unclear((piece.start, piece.end), *found)
                return True
        if (inner := unguarded(piece)) is not None:
            return self._statement(inner)
        return is_quiet(head) and len(script.restart(piece)) == 1

    def _create(self, piece: Piece, head: Head) -> bool:
        if head.kind in _STAND_INS:
            return self._stand_in(piece, head)
        if head.kind not in {"TABLE", "VIEW"}:
            self._other(piece, "is a CREATE that is not followed")
            return True
        tree = tree_of(piece.tokens, self._text, self._dialect)
        parts = self._structure.parts(create.name(tree)) if isinstance(tree, exp.Create) else ()
        if not isinstance(tree, exp.Create) or not parts:
            return False
        if tree.args.get("exists") and self._relations.created(parts):
            return True
        query = tree.args.get("expression")
        source = create.source(tree, self._structure)
        if query is not None and not isinstance(query, exp.Table):
            start, end = self._structure.span(create.name(tree))
            text = self._text[piece.start : piece.end]
            self._build(parts, piece, text, (start - piece.start, end - piece.start))
            if into := create.filled(tree, self._structure):  # by name, as ClickHouse does it
                filling = create.shown("TABLE", self._written(into), self._written(parts))
                self._fills.append(self._sql(self._place(piece), filling))
        elif source and create.shares_rows(tree):
            self._stand_for(parts, piece, source)
        elif head.kind == "VIEW":
            return False
        else:
            self._table(parts, tree, source)
        return True

    def _table(self, parts: Parts, tree: exp.Create, source: Parts) -> None:
        place = self._lines.place(self._structure.span(create.name(tree)))
        known = self._relations.find(source) if source else None
        copied = self._relations.all[known].table if known else None
        self._relations.put(parts, Relation(create.table(tree, parts, place, self._structure, copied)))
        if create.inherits(tree):
            self._note("unsupported", "inherits a table, which is not followed", place)

    def _stand_in(self, piece: Piece, head: Head) -> bool:
        """A synonym, stream or snapshot: whoever reads it reads the table behind it."""
        parts, _, at = self._structure.named(piece.tokens, head.name)
        words = piece.words
        while at < len(words) and words[at] not in _STAND_INS[head.kind]:
            at += 1
        source, _, _ = self._structure.named(piece.tokens, at + 1)
        if parts and source:
            self._stand_for(parts, piece, source)
        return bool(parts and source)

    def _alter(self, piece: Piece, head: Head) -> bool:
        if head.kind not in {"TABLE", "VIEW"}:
            if head.kind in {"SCHEMA", "DATABASE"} and "RENAME" in piece.words:
                self._note("unsupported", f"renames a {head.kind.lower()}, which is not followed", self._place(piece))
            return True
        parts, place, at = self._structure.named(piece.tokens, head.name)
        if not parts:
            return False
        for action in alter.changes(piece, at, self._text, self._structure, self._dialect):
            self._change(parts, action, place, piece)
        return True

    def _change(self, parts: Parts, action: alter.Change, place: Place, piece: Piece) -> None:
        known = self._relations.find(parts)
        match action:
            case alter.Move(new, where):
                self._relations.rename(known or parts, new, where, self._dialect)
            case alter.Swap(other):
                self._relations.swap(parts, other)
            case alter.Attach(child) if child:
                full = self._relations.find(child) or child
                self._relations.drop(child)
                self._stand_for(full, piece, known or parts)
            case _:
                if isinstance(action, alter.Unknown):
                    self._unclear((piece.start, piece.end), "syntax", f"does not parse as {self._dialect or 'SQL'}")
                elif isinstance(action, alter.Rename) and known and self._relations.all[known].sql is not None:
                    self._unclear(
                        (piece.start, piece.end), "unsupported", "renames a column of a view, which is not followed"
                    )
                self._relations.alter(parts, action, place)

    def _drop(self, piece: Piece, head: Head) -> bool:
        at = head.name
        while head.kind in {"TABLE", "VIEW", *_STAND_INS} and at < len(piece.tokens):
            parts, _, at = self._structure.named(piece.tokens, at)
            if parts:
                self._relations.drop(parts)
            if at >= len(piece.tokens) or piece.tokens[at].text != ",":
                break
            at += 1
        return len(script.restart(piece)) == 1

    def _comment(self, piece: Piece) -> bool:
        tree = tree_of(piece.tokens, self._text, self._dialect)
        if not isinstance(tree, exp.Comment):
            return len(script.restart(piece)) == 1
        kind, text = str(tree.args.get("kind")).upper(), literal(tree.args.get("expression"))
        place = self._structure.place(tree.this) or self._place(piece)
        parts = self._structure.parts(tree.this) or self._structure.path(tree.this)
        if kind == "COLUMN" and len(parts) > 1:
            self._relations.alter(parts[:-1], alter.Comment(parts[-1:], text, place), place)
        elif parts and self._relations.find(parts):
            self._relations.alter(parts, alter.Comment((), text, place), place)
        return True

    def _fill(self, piece: Piece, words: Sequence[str]) -> bool:
        if words[0] in {"INSERT", "REPLACE"} and not {"SELECT", "FROM", "TABLE"} & set(words[2:]):
            return True  # rows written by hand
        if tree_of(piece.tokens, self._text, self._dialect) is None:
            return False
        self._fills.append(self._sql(self._place(piece), self._text[piece.start : piece.end]))
        return True

    def _other(self, piece: Piece, detail: str) -> None:
        """Note a statement that creates something else than a table, if it may read one."""
        reads = READS.search(self._text, piece.start, piece.end)
        if reads and not (head_of(piece).kind in {"FUNCTION", "MACRO"} and self._fill(piece, piece.words)):
            self._unclear((piece.start, piece.end), "unsupported", detail)

    def _lost(self, piece: Piece) -> None:
        """Note a statement that does not parse, and the relations it may create as incomplete ones."""
        head, place = head_of(piece), self._place(piece)
        if head.verb in {"CREATE", "ALTER"} and head.kind not in {"TABLE", "VIEW"}:
            self._other(piece, f"is a statement that is not followed ({head.verb})")
            return
        detail = f"does not parse as {self._dialect or 'SQL'}"
        if READS.search(self._text, piece.start, piece.end):
            self._unclear((piece.start, piece.end), "syntax", detail)
        else:
            self._note("syntax", detail, place)
        for match in _CREATES.finditer(self._text, piece.start, piece.end):
            names = [n.strip('"`[]') for n in match.group(1).split(".")]
            parts = tuple(self._structure.fold(exp.to_identifier(n)) for n in names if n)
            if parts and not self._relations.created(parts):
                where = self._lines.place(match.span(1))
                self._relations.put(parts, Relation(Table(parts, "table", where, complete=False)))

    def _build(self, parts: Parts, piece: Piece, text: str, name: tuple[int, int]) -> None:
        """Note the statement that builds a relation; `name` is the span of the relation's name in `text`."""
        sql = self._sql(self._place(piece), text)
        shift = len(sql.text) - len(text)
        self._relations.put(parts, Relation(sql=sql, name=(name[0] + shift, name[1] + shift)))

    def _stand_for(self, parts: Parts, piece: Piece, source: Parts) -> None:
        """Note a relation that is another one under a further name, as the view it amounts to."""
        start, name = len("CREATE VIEW "), self._written(parts)
        text = create.shown("VIEW", name, self._written(source))
        self._build(parts, piece, text, (start, start + len(name)))

    def _sql(self, place: Place, text: str, unclear: tuple[UnclearReason, str] | None = None) -> Sql:
        return Sql(_padding(place) + text, self._dialect, Place(self._path), unclear=unclear)

    def _unclear(self, span: tuple[int, int], reason: UnclearReason, detail: str) -> None:
        """Note a piece of the text that may use whatever it names."""
        self._fills.append(self._sql(self._lines.place(span), self._text[slice(*span)], (reason, detail)))

    def _written(self, parts: Parts) -> str:
        return ".".join(exp.to_identifier(p, quoted=True).sql(dialect=self._dialect or None) for p in parts)

    def _place(self, piece: Piece) -> Place:
        return self._lines.place((piece.start, piece.end))

    def _note(self, reason: UnclearReason, detail: str, place: Place) -> None:
        self._unresolved.append((reason, "", detail, place))


def _padding(place: Place) -> str:
    """The blanks that bring a text to where it stands in its file."""
    return "\n" * (place.line - 1) + " " * (place.column - 1)
