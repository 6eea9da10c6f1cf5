"""The simulated network: equal seeds give equal runs; faults do what they say."""

from __future__ import annotations

from art7.runtime.entropy import SeededRandom
from art7.runtime.network import Delivery, Event, Expiry, Faults, Link, Network


def network(faults: Faults, seed: int = 1, *, ordered: bool = False, lossy: bool = True) -> Network:
    return Network({("a", "b"): Link(ordered, lossy, None)}, faults, SeededRandom(seed, "network"))


def drain(net: Network) -> list[tuple[int, Event]]:
    events = []
    while (event := net.next_event(10**9)) is not None:
        events.append((net.now_ms, event))
    return events


def run(faults: Faults, seed: int, **options: bool) -> list[tuple[int, Event]]:
    net = network(faults, seed, **options)
    for number in range(200):
        net.transmit("a", "b", bytes([number]), number)
    return drain(net)


def numbers(events: list[tuple[int, Event]]) -> list[int]:
    return [event.number for _, event in events if isinstance(event, Delivery)]


def test_equal_seeds_give_equal_runs() -> None:
    faults = Faults(loss=200, duplicate=100, jitter_ms=50)
    assert run(faults, 7) == run(faults, 7)
    assert run(faults, 7) != run(faults, 8)


def test_loss_duplication_and_reordering_happen() -> None:
    got = numbers(run(Faults(loss=200, duplicate=100, jitter_ms=50), 3))
    assert len(set(got)) < 200
    assert len(got) > len(set(got))
    assert got != sorted(got)


def test_an_ordered_channel_keeps_the_order_and_a_safe_one_loses_nothing() -> None:
    got = numbers(run(Faults(loss=500, jitter_ms=80), 3, ordered=True, lossy=False))
    assert got == list(range(200))


def test_a_partition_loses_everything_while_it_lasts() -> None:
    net = network(Faults(partition_ms=(0, 100)))
    assert net.transmit("a", "b", b"x", 1) == ("lost",)
    net.start_timer("a", "t", 100, 1)
    assert net.next_event(1000) == Expiry("a", "t", 1)
    assert net.transmit("a", "b", b"x", 2) == ()


def test_nothing_happens_after_the_given_time() -> None:
    net = network(Faults(delay_ms=50))
    net.transmit("a", "b", b"x", 1)
    assert net.next_event(49) is None
    assert net.next_event(50) is not None


def test_streams_of_one_seed_share_nothing() -> None:
    first, second = SeededRandom(1, "a"), SeededRandom(1, "b")
    assert first.octets(64) != second.octets(64)
    assert SeededRandom(1, "a").octets(100)[:64] == SeededRandom(1, "a").octets(64)
    assert all(SeededRandom(2, "n").below(10) < 10 for _ in range(20))
