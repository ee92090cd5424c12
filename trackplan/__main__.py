"""The entry point of `trackplan` and `python -m trackplan`: a known result is given again, else the command runs."""

from __future__ import annotations

import gc
import os
import sys

from trackplan.cache import replay

_FAILED = 2
_HELP = frozenset({"--help", "-h"})


def main() -> None:
    """Run the command line and end the process: 0 clean, 1 findings, 2 could not do the job; a crash is never 1."""
    code = -1
    gc.disable()  # see `garbage`; to load all that is needed makes much, too
    try:
        code = answer(sys.argv[1:], last=True)
        _flush()
    except BrokenPipeError:  # whoever reads has seen enough
        pass
    except OSError as error:  # a full disk, say
        code = _FAILED if code == _FAILED else _unwritten(error)
    os._exit(code)  # to take apart all that was made, object by object, would be a sixth of a run


def answer(arguments: list[str], *, last: bool = False) -> int:
    """Run the command line, or give what it gave before; its exit code. The `last` run of a process clears up less."""
    if arguments == ["--version"]:  # answered without loading anything
        from trackplan import __version__

        sys.stdout.write(f"trackplan {__version__}\n")
        return 0
    if arguments[:1] == ["hook"] and _HELP.isdisjoint(arguments):  # decided before anything heavy is loaded
        return _hook(arguments[1:])
    try:
        run = replay.run_of(arguments)
        known = replay.known(run) if run is not None else None
        code = None
        if known is not None:
            code = _renewed(known, arguments) if known.other else known.again()
        return _run(arguments, run, last=last) if code is None else code
    except KeyboardInterrupt:
        return _FAILED


def _hook(arguments: list[str]) -> int:
    """Run the checks that a hook asks for, each as if it was typed; the highest of their exit codes."""
    try:
        from trackplan.commands import hook

        return hook.run(arguments, answer)
    except (Exception, KeyboardInterrupt) as error:
        from trackplan.running import failed

        return failed(error)


def _renewed(known: replay.Known, arguments: list[str]) -> int | None:
    """Bring a result up to date of which only some files' content is another; None where that takes a whole run."""
    if not os.path.exists(known.run.facts):  # noqa: PTH110 - pathlib takes time to load
        return None
    if os.path.exists(known.run.image):  # noqa: PTH110
        from trackplan.commands import renew_added

        return renew_added.run(known, arguments)
    from trackplan.commands import renew

    return renew.run(known, arguments)


def _flush() -> None:
    """Write what is held back. Raises `OSError` where that is not possible."""
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - contextlib takes time to load
            stream.flush()
        except (ValueError, AttributeError):  # a stream that is closed; no stream at all
            pass


def _unwritten(error: OSError) -> int:
    """Tell that the output cannot be written, if that can be told."""
    try:
        from trackplan.running import failed

        failed(error)
        sys.stderr.flush()
    except (OSError, ValueError):  # standard error is full too
        pass
    return _FAILED


def _run(arguments: list[str], known_as: replay.Run | None, *, last: bool) -> int:
    """Run the command, and keep its result if it has a name to be known as."""
    try:
        from trackplan import garbage
        from trackplan.cache.record import Recording
        from trackplan.running import run

        garbage.last_run = last
        recording = Recording(known_as, arguments) if known_as is not None else None
    except Exception:
        import traceback

        traceback.print_exc()
        sys.stderr.write("trackplan could not be loaded; its installation is incomplete: install it again.\n")
        return _FAILED
    if recording is None:
        return run(arguments)
    with recording:
        code = run(arguments)
    recording.keep(code)
    return code


if __name__ == "__main__":
    main()
