"""Building many objects that all stay alive."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 100_000
"""So many new objects are worth more than a count of those that somebody froze."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cyclic collector from walking a growing heap again and again; half of the time goes there.

    What was made in between counts as old afterwards, where it is much: going on does not begin with a walk over all
    of it. Objects that somebody froze stay frozen; to count them is a walk over them, so few new objects are left as
    they are, to be walked over once by the next collection.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if gc.get_count()[0] > MANY and not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
