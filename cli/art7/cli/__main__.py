"""`python -m art7.cli` is `art7`."""

import sys

from art7.cli import main

sys.exit(main())
