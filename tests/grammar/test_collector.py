"""What loading leaves of the cyclic collector's state."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from art7.grammar.collector import MANY, collector_paused


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("count", [10, 2 * MANY])
def test_what_somebody_froze_stays_frozen(count: int) -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    with collector_paused():
        assert not gc.isenabled()
        made = [[place] for place in range(count)]
    assert gc.isenabled() and len(made) == count
    assert gc.get_freeze_count() >= frozen - MANY // 10  # one that dies leaves


def test_few_objects_count_none_that_are_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "get_freeze_count", lambda: pytest.fail("a walk over all that is frozen"))
    with collector_paused():
        assert [[place] for place in range(MANY // 100)]


def test_many_objects_are_old_afterwards() -> None:
    with collector_paused():
        made = [[place] for place in range(2 * MANY)]
    assert gc.get_count()[0] < MANY < len(made) and not gc.get_freeze_count()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
