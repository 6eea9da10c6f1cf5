"""`python -m benchmarks [rounds]`: one table of ratios, ours beside hand-written limits."""

from __future__ import annotations

import sys

from benchmarks import codecs


def main() -> int:
    """Run every table; the exit code is 0 whatever the figures: they depend on the machine."""
    codecs.run(int(sys.argv[1]) if len(sys.argv) > 1 else 61)
    return 0


sys.exit(main())
