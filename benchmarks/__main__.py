"""`python -m benchmarks [rounds]`: codecs beside hand-written limits, compiling beside a parser, how MLS groups grow."""

from __future__ import annotations

import sys

from benchmarks import codecs, mls_groups
from benchmarks import compile as compiling


def main() -> int:
    """Run every table; the exit code is 0 whatever the figures: they depend on the machine."""
    codecs.run(int(sys.argv[1]) if len(sys.argv) > 1 else 61)
    print()
    compiling.run()
    print()
    mls_groups.main()
    return 0


sys.exit(main())
