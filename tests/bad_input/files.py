"""Files of the wrong kind, encoding or size, and things that stand in place of a file."""

from __future__ import annotations

from tests.bad_input.sound import (
    BOARD,
    FILES,
    HUGE,
    MODEL,
    PLAN,
    PROJECT,
    SEGMENT,
    SQL,
    YAML,
    Case,
    dangling,
    data,
    folder,
    grown,
    loop,
    missing,
    outside,
    pipe,
    recode,
    text,
    unreadable,
)

NOT_YAML = (SEGMENT, *SQL)
SOME = (PROJECT, PLAN, MODEL)


def refused(file: str) -> tuple[int, ...]:
    """How a run may end that cannot read `file`: SQL that is not understood is a finding, the rest is fatal."""
    return (1, 2) if file in SQL else (2,)


def other_bytes(content: bytes) -> bytes:
    """The same text as other editors write it: byte order mark, CRLF, no newline at the end."""
    return b"\xef\xbb\xbf" + content.rstrip().replace(b"\n", b"\r\n")


# What the file is, not what it says.
CASES = [Case("binary", f, data(bytes(range(256)) * 64), refused(f)) for f in FILES]
CASES += [Case("NUL bytes", f, data(b"\0" * 1000), refused(f)) for f in SOME]
CASES += [Case("invalid UTF-8", f, recode(lambda b: b + b"# caf\xe9\n"), (2,), located=True) for f in (*YAML, SEGMENT)]
CASES += [Case("invalid UTF-8", f, recode(lambda b: b + b"-- caf\xe9\n"), (0, 1, 2)) for f in SQL]
CASES += [Case("UTF-16", f, recode(lambda b: b.decode().encode("utf-16")), refused(f)) for f in (*SOME, SEGMENT)]
CASES += [Case("BOM and CRLF", f, recode(other_bytes), (0,), silent=True) for f in FILES]
CASES += [Case("empty", f, data(b""), (2,)) for f in (*YAML, SEGMENT)]
CASES += [Case("empty", f, data(b""), (0, 1)) for f in SQL]
CASES += [Case("white space", f, text(" \n\n  \n"), (0, 1) if f in SQL else (2,)) for f in (PLAN, SEGMENT, MODEL)]
CASES += [Case("a comment only", f, text("# nothing\n"), (2,)) for f in YAML]
CASES += [Case("a comment only", f, text("-- nothing\n"), (0, 1)) for f in SQL]
CASES += [Case("50 MB", f, grown("# a line of nothing much, to make it long"), (0, 1, 2)) for f in YAML]
CASES += [Case("50 MB", f, grown("-- a line of nothing much, to make it long"), (0, 1, 2)) for f in SQL]
CASES += [Case("50 MB", SEGMENT, grown(" " * 60), (0, 1, 2))]
CASES += [Case("50 MB in one line", f, text("a" * HUGE), refused(f)) for f in (PLAN, MODEL)]
CASES += [Case("50 MB of statements", MODEL, grown("; select total from raw_web.order_completed"), (1, 2))]

# In place of a file.
CASES += [Case("missing", f, missing, (1, 2)) for f in FILES if f not in (PROJECT, MODEL, BOARD)]
CASES += [Case("missing", PROJECT, missing, (2,), says="trackplan init")]
CASES += [Case("folder", f, folder, (1, 2)) for f in (PLAN, SEGMENT, MODEL)]
CASES += [Case("folder", PROJECT, folder, (2,))]
CASES += [Case("dangling link", f, dangling, (1, 2)) for f in SOME]
CASES += [Case("link to itself", f, loop, (1, 2)) for f in SOME]
CASES += [Case("pipe", f, pipe, (1, 2)) for f in SOME]
CASES += [Case("link out of the project", f, outside, (1, 2)) for f in FILES if f != PROJECT]
CASES += [Case("unreadable", f, unreadable, (1, 2)) for f in SOME]
