"""Runs the command line, and turns errors into text and exit codes."""

from __future__ import annotations

import errno
import os
import sys

from trackplan import __version__, garbage, streams
from trackplan.cli import app
from trackplan.errors import ExitCode, TrackplanError

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; whatever goes wrong is 2, never 1."""
    streams.prepare()
    try:
        with garbage.looked_for():
            code = app.main(arguments, prog_name="trackplan", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        from trackplan.commands.base import close_stdout

        close_stdout()
        return ExitCode.FAILED
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, SystemExit) and not error.code and "_TRACKPLAN_COMPLETE" in os.environ:
            return ExitCode.CLEAN  # a shell was told what may come next
        return failed(error)
    if code in (None, *ExitCode):
        return int(code or 0)
    return failed(KeyboardInterrupt())  # the parser's own way to say so


def failed(error: BaseException) -> int:
    """Tell on standard error what went wrong. Always `ExitCode.FAILED`."""
    if isinstance(error, TrackplanError):
        from trackplan.commands.base import ShownError
        from trackplan.formats.source import visible

        shown = isinstance(error, ShownError)
        lines = (
            error.message.split("\n")
            if shown
            else ["trackplan: " + "\n  ".join(map(visible, error.message.split("\n")))]
        )
        lines += [f"  {visible(error.hint)}"] if error.hint else []
        sys.stderr.write("\n".join(lines) + "\n")
    elif isinstance(error, OSError) and error.errno in _UNWRITABLE:
        sys.stderr.write(
            f"trackplan: the output cannot be written: {(error.strerror or 'no reason is given').lower()}\n"
        )
    elif hasattr(error, "format_message") and hasattr(error, "show"):  # wrong usage
        error.show()
    elif isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        sys.stderr.write("\ntrackplan: stopped\n")
    elif not isinstance(error, SystemExit):  # the parser exits so where a pipe is closed early
        import traceback

        traceback.print_exception(error)
        sys.stderr.write(
            f"trackplan {__version__}: this is a bug in trackplan. Please report it with the lines above.\n"
        )
    return ExitCode.FAILED
