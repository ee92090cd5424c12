"""The entry point of `trackplan` and `python -m trackplan`."""

from __future__ import annotations

import sys

_FAILED = 2


def main() -> None:
    """Run the command line and exit: 0 clean, 1 findings, 2 could not do the job; a crash is never 1."""
    if sys.argv[1:] == ["--version"]:  # answered without loading anything
        from trackplan import __version__

        sys.stdout.write(f"trackplan {__version__}\n")
        sys.exit(0)
    try:
        from trackplan.cli import run
    except KeyboardInterrupt:
        sys.exit(_FAILED)
    except Exception:
        import traceback

        traceback.print_exc()
        sys.stderr.write("trackplan could not be loaded; its installation is incomplete: install it again.\n")
        sys.exit(_FAILED)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
