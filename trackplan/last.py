"""What a check leaves for the next one: its facts, its findings with what each rule has read, its output in pieces."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from trackplan import seen
from trackplan.cache import files
from trackplan.cache.sections import parted, sections
from trackplan.derive.edited import Declared
from trackplan.facts.declared import Table
from trackplan.facts.reads import FILLING
from trackplan.findings import Finding, Report, Severity
from trackplan.formats.base import Blocks, Look
from trackplan.readers.base import modules_of_kind
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.cache.pack import Pack
    from trackplan.classify import Dictionary
    from trackplan.facts.base import FactBase
    from trackplan.gate.model import Suppression
    from trackplan.inputs import Inputs
    from trackplan.project import Project
    from trackplan.rules import Bound, Rule

    Judges = tuple[list[Bound], dict[str, dict[str, Severity]]]

_FAST = 1
_PARTS = 6
_ENCODER = msgspec.msgpack.Encoder()
_WRONG = (msgspec.MsgspecError, ValueError, TypeError)
_Rest = tuple[tuple[Finding, ...], dict[bytes, tuple[str, str]]]


class Asked(msgspec.Struct, frozen=True):
    """How a check was called: PATHS, its options, how its output looks, and what it lists what is new since."""

    paths: tuple[str, ...]
    format: str
    fail_on: str
    look: Look
    since: str = ""


class Schema(msgspec.Struct, frozen=True):
    """How a file that declares tables was read, and under which key the pack keeps them; see `Inputs.schemas`."""

    module: str
    format: str
    dialect: str
    relation: tuple[str, ...]
    piece: bytes


class PlanFile(msgspec.Struct, frozen=True):
    """How a plan file was read, and under which key the pack keeps it; see `Inputs.plan_files`.

    For a hook, which has no time to look into the pack, `kept` is what it keeps there, packed.
    """

    format: str
    name: str
    piece: bytes
    kept: bytes = b""


class Edit(msgspec.Struct):
    """What a file declares, tables or plans: as the image of the facts has it, and as it is now."""

    before: Declared
    now: Declared


class Head(msgspec.Struct):
    """All that is needed at once. `state` is the name of what was seen, `report` lacks its findings.

    `root` is the folder of the project, `project` its file there. `rules` are the cells that each rule has read,
    `tables` those from which tables were made when somebody asked for them (by `""` those for all others), `figures`
    those from which the rest of the report was. Tables in `unfilled` have no rows in the image, since nobody asked for
    any. `edits` were made since the image. `staged` tells that all was read from the index. In the files in `marked`
    somebody speaks to trackplan. `net` stands for the net of the linked program, `sql` has what edits of SQL changed.
    Where only what is new was asked for, `tree` is what git calls all that is staged, the facts lie in a file of their
    own with the checksum `checked`, `readers` are the modules that read plans, and `ground` is a `derive.grown.Ground`.
    """

    state: bytes
    root: str
    project: str
    asked: Asked
    report: Report
    rules: dict[str, list[tuple[str, str]]]
    tables: dict[str, list[tuple[str, str]]]
    figures: list[tuple[str, str]]
    unfilled: list[str]
    schemas: dict[str, Schema]
    plans: dict[str, PlanFile]
    staged: bool = False
    marked: tuple[str, ...] = ()
    edits: dict[str, Edit] = {}
    net: bytes = b""
    sql: bytes = b""
    tree: str = ""
    checked: int = 0
    readers: tuple[str, ...] = ()
    ground: bytes = b""


class Last(Struct):
    """What was left: `findings` in the order of output, `blocks` of text, rules, words, and the image of the facts.

    `packed` is what these findings and blocks were read from.
    """

    head: Head
    findings: tuple[Finding, ...]
    blocks: dict[bytes, tuple[str, str]]
    packed_rules: bytes
    packed_words: bytes
    packed_suppressions: bytes
    image: bytes
    _judges: Judges | None = None
    packed: tuple[_Rest, bytes] | None = None

    def rules(self) -> Judges:
        """The rules that ran, and `rules.per_path`. Raises `ValueError` if they are damaged."""
        if self._judges is None:
            from trackplan.rules import Bound

            kind = tuple[list[Bound], dict[str, dict[str, Severity]]]
            self._judges = msgspec.msgpack.decode(_unpacked(self.packed_rules), type=kind)
        return self._judges

    def words(self) -> Dictionary:
        """The dictionary by which columns were classified. Raises `ValueError` if it is damaged."""
        from trackplan.classify import Dictionary

        return msgspec.msgpack.decode(_unpacked(self.packed_words), type=Dictionary)

    def suppressions(self) -> list[Suppression]:
        """What silences findings. Raises `ValueError` if it is damaged."""
        from trackplan.gate.model import Suppression

        return msgspec.msgpack.decode(_unpacked(self.packed_suppressions), type=list[Suppression])

    def bytes(self) -> bytes:
        """What `read` makes the same of."""
        rest = (self.findings, self.blocks)
        if self.packed is None or self.packed[0] != rest:  # to pack it takes a twentieth of a run after an edit
            self.packed = (rest, zlib.compress(_ENCODER.encode(rest), _FAST))
        packed = (self.packed_rules, self.packed_words, self.packed_suppressions)
        return sections(_ENCODER.encode(self.head), self.packed[1], *packed, self.image)


def read(path: str) -> Last | None:
    """What was left in the file `path`; None if it is missing, damaged or of another form."""
    body = files.read(path)
    parts = parted(body) if body is not None else []
    if len(parts) != _PARTS:
        return None
    try:
        head = msgspec.msgpack.decode(parts[0], type=Head)
        findings, blocks = rest = msgspec.msgpack.decode(_unpacked(parts[1]), type=_Rest)
    except _WRONG:
        return None
    rules, words, suppressions, image = parts[2:]
    return Last(head, findings, blocks, rules, words, suppressions, image, packed=(rest, parts[1]))


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(error) from error


class Leaving(Struct):
    """Gathers what a check leaves, while it is made.

    For one that lists what is new in what is staged, `tree` is what git calls all of that; the facts get a file of
    their own then.
    """

    blocks: Blocks = field(default_factory=Blocks)
    net: bytes = b""
    tree: str = ""
    ground: bytes = b""
    _last: Last | None = None

    def facts(
        self,
        project: Project,
        base: FactBase,
        read: Inputs,
        rules: Sequence[Rule],
        report: Report,
        suppressions: Sequence[Suppression],
        pack: Pack,
    ) -> None:
        """Take on the facts and what came of them, once all rules have run; nothing where there is no room for it."""
        try:
            image, unfilled = base.image(packed=not self.tree)
        except OSError:
            return
        from trackplan.rules import bound

        ran = [rule for rule in rules if rule.sql in base.read]
        queries = {"", *(rule.sql for rule in ran)}
        filled = {
            sql.removeprefix(FILLING): sorted(cells) for sql, cells in base.read.items() if sql.startswith(FILLING)
        }
        rest = (cells for sql, cells in base.read.items() if sql not in queries and not sql.startswith(FILLING))
        alone = _alone(read.tables)
        head = Head(
            b"",
            str(project.root),
            project.path,
            Asked((), "", "", Look()),
            replace(report, findings=(), silenced=() if self.tree else report.silenced),
            {rule.id: sorted(base.read[rule.sql]) for rule in ran},
            {"": sorted(base.read.get("", ())), **filled},
            sorted({cell for cells in rest for cell in cells}),
            unfilled,
            {path: Schema(*how) for path, how in read.schemas.items() if path in alone},
            {path: self._plan_file(pack, *how) for path, how in read.plan_files.items()},
            staged=not isinstance(project.tree, WorkTree),
            marked=tuple(sorted(project.tree.marked)),
            tree=self.tree,
            checked=zlib.crc32(image) if self.tree else 0,
            readers=modules_of_kind("plan") if self.tree else (),
            ground=self.ground,
        )
        judges = ([bound(rule, project) for rule in ran], project.rules.per_path)
        words = b"" if "classification" in unfilled else _words(read)
        packed = (_packed(judges), words, _packed(suppressions))
        found = () if self.tree else report.findings  # what is new is found by judging what was there again
        self._last = Last(head, found, {}, *packed, image)

    def _plan_file(self, pack: Pack, format_: str, name: str, piece: bytes) -> PlanFile:
        kept = pack.get(piece) if self.tree else None
        return PlanFile(format_, name, piece, zlib.compress(kept, _FAST) if kept is not None else b"")

    def keep(self, asked: Asked) -> None:
        """Leave it all with the result that is recorded, if one is."""
        left = self._last
        if seen.active is None or left is None:
            return
        left.head.asked = asked
        left.blocks = {} if self.tree else self.blocks.made

        def leave(name: bytes) -> dict[str, bytes]:
            left.head.state = name
            left.head.net = seen.digest(self.net)
            try:
                if self.tree:
                    image, left.image = left.image, b""
                    return {"image": image, "facts": left.bytes()}
                return {"net": self.net, "facts": left.bytes()}
            except UnicodeEncodeError:  # half a character
                return {}

        seen.active.leave = leave


def _packed(thing: object) -> bytes:
    return zlib.compress(_ENCODER.encode(thing), _FAST)


def _words(read: Inputs) -> bytes:
    """The dictionary of a run, packed."""
    from trackplan.classify import Dictionary

    return zlib.compress(_ENCODER.encode(read.vocabulary.dictionary or Dictionary.load()), _FAST)


def _alone(tables: Sequence[Table]) -> set[str]:
    """The files of which every table is declared there and nowhere else."""
    said: dict[str, list[Table]] = {}
    for table in tables:
        said.setdefault(table.parts[-1].lower(), []).append(table)
    shared = {table.place.path for same in said.values() if not _differ(same) for table in same}
    return {table.place.path for table in tables} - shared


def _differ(tables: Sequence[Table]) -> bool:
    """Whether tables of one last name are surely different ones."""
    names = {tuple(part.lower() for part in table.parts) for table in tables}
    plain = all(table.kind in ("table", "view") and all(table.parts) for table in tables)
    return len(tables) == 1 or (plain and len(names) == len(tables))
