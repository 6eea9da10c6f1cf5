"""Sessions on the SDK's face beside independent libraries: goals as data, in one process, as ratios.

    python -m benchmarks.sessions [rounds]

A row times the same work by ours and by a peer; whoever adds a protocol adds a function to `WORKLOADS` that fills groups,
and goals. Peers are packages of `.venv-bench` (`benchmarks.peers_setup`); one that is not there is named and left out. The
exit code is 0 whatever the figures.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from benchmarks import sessions_floor, sessions_media
from benchmarks.measure import Group

OURS = "art7"
CONTENT = bytes(200)
"""What every ratchet carries."""
_COVERED = 108
"""What a MAC of Signal covers beside the ciphertext: two identity keys and the header."""


@dataclass(frozen=True)
class Goal:
    """Ours must take at most 1/`wanted` of the time of `peer` in a workload. `said`: what to know of a figure."""

    workload: str
    peer: str
    wanted: float
    said: str = ""


CHAIN, TURN = "ratchet, message in a chain", "ratchet, turn and message"
_UNLIKE = (
    "8x was measured on straight lines with AES-GCM under one key; here both sides do HKDF, AES-CBC and HMAC a message, "
    "ours writes and reads a message of Signal besides, and neither stores a state"
)

GOALS = (
    Goal(CHAIN, "doubleratchet", 8, _UNLIKE),
    Goal(TURN, "doubleratchet", 2),
    Goal(TURN, "vodozemac", 0.7),
    *(Goal(*row) for row in sessions_media.goals()),
)


@contextmanager
def sdk_face(*modules: str) -> Iterator[Any]:
    """Give the face of an SDK generated from catalogue modules."""
    from art7.cli.generated import generated_package
    from art7.runtime.catalogue import catalogue_interpreter
    from art7.runtime.faces import GeneratedFace

    with generated_package(catalogue_interpreter(*modules).specification) as package:
        yield GeneratedFace(package)


def ratchets(groups: dict[str, Group], missing: dict[str, str]) -> None:
    """Fill the groups of the Double Ratchet: a message written and read, in a chain or with a turn each."""
    makers = {OURS: our_ratchets, "doubleratchet": doubleratchet_pair, "vodozemac": vodozemac_pair}
    for name, make in makers.items():
        try:
            chain, turn = one_way(make()), both_ways(make())
        except ImportError as error:
            missing[name] = str(error)
            continue
        groups.setdefault(CHAIN, Group("")).add(name, chain)
        groups.setdefault(TURN, Group("")).add(name, turn)
    groups[CHAIN].add(sessions_floor.LABEL, sessions_floor.chain_floor(CONTENT, _COVERED))
    groups[TURN].add(sessions_floor.LABEL, sessions_floor.turn_floor(CONTENT, _COVERED))


Side = tuple[Callable[[], Any], Callable[[Any], Any]]
"""Writes the next message; reads one."""


def one_way(sides: tuple[Side, Side]) -> Callable[[], None]:
    """Return a function that writes and reads a message, always in the same direction."""
    write, read = sides[0][0], sides[1][1]
    read(write())
    return lambda: read(write())


def both_ways(sides: tuple[Side, Side]) -> Callable[[], None]:
    """Return a function that writes and reads a message in the other direction each time."""
    turns = [(sides[0][0], sides[1][1]), (sides[1][0], sides[0][1])]

    def turn() -> None:
        turns.reverse()
        write, read = turns[1]
        read(write())

    turn()
    turn()
    return turn


def our_ratchets() -> tuple[Side, Side]:
    """Two ratchets of `signal.ratchet` on the SDK's face."""
    from art7.runtime.sessions.ratchet.double_ratchet import DoubleRatchet
    from art7.runtime.sessions.ratchet.state import Parties
    from art7.runtime.sessions.ratchet.suite import RatchetSuite

    with sdk_face("signal.ratchet") as face:
        suite, root, private = RatchetSuite(face), os.urandom(32), os.urandom(32)
    ann, bob = b"\5" + os.urandom(32), b"\5" + os.urandom(32)
    public = suite.key_pair(private_key=private).public_key
    here = DoubleRatchet.begin(suite, os.urandom, Parties(ann, bob), root, public)
    there = DoubleRatchet.answer(suite, os.urandom, Parties(bob, ann), root, private)
    there.decrypt(here.encrypt(CONTENT))
    here.decrypt(there.encrypt(CONTENT))
    return (lambda: here.encrypt(CONTENT), here.decrypt), (lambda: there.encrypt(CONTENT), there.decrypt)


def finished(coroutine: Any) -> Any:
    """Return what a coroutine returns that awaits nothing: no event loop is measured."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("it waits for something")


def doubleratchet_pair() -> tuple[Side, Side]:
    """Two ratchets of the package `doubleratchet`, with the algorithms that it recommends."""
    ratchet_class, settings = _doubleratchet()
    agreement = import_module("cryptography.hazmat.primitives.asymmetric.x25519").X25519PrivateKey
    key, shared, data = agreement.generate(), os.urandom(32), b"ad"
    here, first = finished(
        ratchet_class.encrypt_initial_message(
            **settings,
            shared_secret=shared,
            recipient_ratchet_pub=key.public_key().public_bytes_raw(),
            message=CONTENT,
            associated_data=data,
        )
    )
    there, _ = finished(
        ratchet_class.decrypt_initial_message(
            **settings,
            shared_secret=shared,
            own_ratchet_priv=key.private_bytes_raw(),
            message=first,
            associated_data=data,
        )
    )

    def side(ratchet: Any) -> Side:
        return (
            lambda: finished(ratchet.encrypt_message(CONTENT, data)),
            lambda message: finished(ratchet.decrypt_message(message, data)),
        )

    return side(here), side(there)


def _doubleratchet() -> tuple[Any, dict[str, Any]]:
    """Return the ratchet class of the package and how it is set up."""
    package = import_module("doubleratchet")
    parts = "aead_aes_hmac", "diffie_hellman_ratchet_curve25519", "kdf_hkdf", "kdf_separate_hmacs"
    recommended = import_module("doubleratchet.recommended")
    aead, agreement, hkdf, hmacs = (import_module(f"doubleratchet.recommended.{part}") for part in parts)
    hash_function = staticmethod(lambda: recommended.HashFunction.SHA_256)

    def kind(name: str, base: Any, info: bytes = b"") -> Any:
        members = {"_get_hash_function": hash_function, "_get_info": staticmethod(lambda: info)}
        return type(name, (base,), members)

    def associated(data: bytes, header: Any) -> bytes:
        counts = header.previous_sending_chain_length, header.sending_chain_length
        return data + header.ratchet_pub + b"".join(each.to_bytes(8, "big") for each in counts)

    members = {"_build_associated_data": staticmethod(associated)}
    return type("Ratchet", (package.DoubleRatchet,), members), {
        "diffie_hellman_ratchet_class": agreement.DiffieHellmanRatchet,
        "root_chain_kdf": kind("Root", hkdf.KDF, b"root"),
        "message_chain_kdf": kind("Message", hmacs.KDF),
        "message_chain_constant": b"\x01\x02",
        "dos_protection_threshold": 1000,
        "max_num_skipped_message_keys": 1000,
        "aead": kind("Aead", aead.AEAD, b"aead"),
    }


def vodozemac_pair() -> tuple[Side, Side]:
    """Two Olm sessions of the package `vodozemac`, whose ratchet is the same but for labels and formats."""
    package = import_module("vodozemac")
    ann, bob = package.Account(), package.Account()
    bob.generate_one_time_keys(1)
    here = ann.create_outbound_session(bob.curve25519_key, next(iter(bob.one_time_keys.values())))
    first = here.encrypt(CONTENT)
    first = first.to_pre_key() if hasattr(first, "to_pre_key") else first
    there, _ = bob.create_inbound_session(ann.curve25519_key, first)
    here.decrypt(there.encrypt(CONTENT))
    return (lambda: here.encrypt(CONTENT), here.decrypt), (lambda: there.encrypt(CONTENT), there.decrypt)


def media(groups: dict[str, Group], missing: dict[str, str]) -> None:
    """Fill the groups of SRTP and of Olm."""
    sessions_media.media(sdk_face, groups, missing)
    sessions_media.olm(sdk_face, groups, missing)


WORKLOADS: tuple[Callable[[dict[str, Group], dict[str, str]], None], ...] = (ratchets, media)
"""Each fills groups by the names that goals use, and names what is missing."""


def run(rounds: int) -> None:
    """Measure and print a table: ours, the peer, and how many times faster ours is."""
    groups: dict[str, Group] = {}
    missing: dict[str, str] = {}
    for fill in WORKLOADS:
        fill(groups, missing)
    for group in groups.values():
        group.run(rounds)
    print(f"{'session':34} {'peer':16} {'ours':>9} {'peer':>9} {'ratio':>7}  goal")
    for goal in GOALS:
        group = groups.get(goal.workload)
        ratio = None if group is None else group.ratio(goal.peer, OURS)
        if group is None or ratio is None:
            reason = missing.get(goal.peer, "not measured")
            print(f"{goal.workload:34} {goal.peer:16} absent: {reason}")
            continue
        ours, peer = (group.medians[each] / 1000 for each in (OURS, goal.peer))
        verdict = "reached" if ratio >= goal.wanted else "missed"
        print(
            f"{goal.workload:34} {goal.peer:16} {ours:6.1f} µs {peer:6.1f} µs {ratio:6.2f}x  {goal.wanted}x {verdict}"
        )
        floor = group.ratio(goal.peer, sessions_floor.LABEL)
        if ratio < goal.wanted and floor is not None:
            spent = group.medians[sessions_floor.LABEL] / 1000
            print(f"    {sessions_floor.LABEL}: {spent:.1f} µs, {floor:.2f}x. {goal.said}".rstrip(". ") + ".")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 61)
