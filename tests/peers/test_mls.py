"""Groups of art7 and one independent implementation: every operation by either side, in every suite that both have."""

from __future__ import annotations

import pytest

from mls_rooms import Programs, Room

pytestmark = [pytest.mark.peers, pytest.mark.slow]

CELLS = [
    ("ts-mls", 1, True),
    ("ts-mls", 1, False),
    ("mls-rs", 1, True),
    ("mls-rs", 1, False),
    ("core-crypto", 1, True),
    *(("ts-mls", suite, suite % 2 == 0) for suite in range(2, 8)),
    *(("core-crypto", suite, True) for suite in (2, 3, 5, 7)),
]
"""Program, suite, and whether handshakes are public; core-crypto takes public ones only and has no suite 4 or 6."""


@pytest.mark.parametrize("kinds", ["creates", "joins"])
@pytest.mark.parametrize(("program", "suite", "public"), CELLS)
def test_a_group_of_two(programs: Programs, program: str, suite: int, public: bool, kinds: str) -> None:
    # One execution of the catalogue creates groups, the other joins them.
    pair = ("art7", program) if kinds == "creates" else (program, "art7 sdk")
    room = Room(programs, *pair, suite=suite, public=public)
    one, two = room.names
    room.add(one, two)
    room.everybody_speaks()
    for each in (two, one, one, two) if suite == 1 else (two, one):
        room.commit(each)
    room.everybody_speaks()
    room.remove(one, two)
