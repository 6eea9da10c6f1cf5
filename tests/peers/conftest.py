"""Independent programs that several files of tests talk to, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mls_rooms import Programs


@pytest.fixture(scope="session")
def _mls_programs() -> Iterator[Programs]:
    made = Programs()
    yield made
    made.close()


@pytest.fixture
def programs(_mls_programs: Programs) -> Iterator[Programs]:
    """Independent members of MLS groups."""
    yield _mls_programs
    _mls_programs.release()
