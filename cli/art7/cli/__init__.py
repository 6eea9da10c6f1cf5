"""The command line: the only room that parses arguments, prints and exits.

Importing it costs next to nothing; `--version` is answered without loading anything else, and each
command is loaded when it is used.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `art7` with `arguments` (default: those of the process) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        return _print_version()
    from art7.cli.process import run

    return run(given)


def _print_version() -> int:
    from art7.grammar.version import __version__

    try:
        print(f"art7 {__version__}", flush=True)
    except OSError:  # a closed pipe or a full disk: nobody reads the answer
        sys.stdout = None  # keeps the interpreter from flushing again
        return 2
    return 0
