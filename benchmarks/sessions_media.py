"""Rows of `benchmarks.sessions` for SRTP beside libsrtp (pylibsrtp), and for Olm and Megolm beside vodozemac."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from itertools import cycle
from typing import Any

from benchmarks.measure import Group

FaceMaker = Callable[..., AbstractContextManager[Any]]
OURS = "art7"
LIBRARY = "pylibsrtp"
RUST = "vodozemac"
CONTENT = bytes(200)
SIZES = {"audio": 160, "video": 1100}
PROFILES = {"GCM": "AEAD_AES_128_GCM", "CM-SHA1": "AES_CM_128_HMAC_SHA1_80"}


def goals() -> list[tuple[str, str, float]]:
    """Return workload, peer and the wanted ratio."""
    wanted = {"GCM": 0.8, "CM-SHA1": 0.55}
    rows = [(f"SRTP {name}, {kind}", LIBRARY, wanted[name]) for name in PROFILES for kind in SIZES]
    return [*rows, ("Olm, turn and message", RUST, 0.7)]


def media(face: FaceMaker, groups: dict[str, Group], missing: dict[str, str]) -> None:
    """Fill the groups of SRTP: a packet protected and opened, each the next of its stream."""
    for name, profile in PROFILES.items():
        for kind, size in SIZES.items():
            group = groups.setdefault(f"SRTP {name}, {kind}", Group(""))
            group.add(OURS, _both(*our_srtp(face, profile), size))
            try:
                group.add(LIBRARY, _both(*library_srtp(profile), size))
            except ImportError as error:
                missing[LIBRARY] = str(error)


def _both(
    protect: Callable[[bytes], bytes], unprotect: Callable[[bytes], bytes], size: int
) -> Callable[[], bytes]:
    packets = cycle(_packets(size))
    return lambda: unprotect(protect(next(packets)))


def _packets(size: int) -> list[bytes]:
    """A stream whose numbers wrap."""
    head, tail = b"\x80\x6f", bytes(4) + b"SSRC" + bytes(size)
    return [head + number.to_bytes(2, "big") + tail for number in range(1 << 16)]


def our_srtp(face: FaceMaker, name: str) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Return what protects and what opens, with a store each."""
    from art7.runtime.sessions.srtp.profiles import MasterKey, profile_named
    from art7.runtime.sessions.srtp.session import Inbound, Outbound
    from art7.runtime.sessions.store import MemoryStore

    profile = profile_named(name)
    keys = [MasterKey(bytes(profile.key_size), bytes(profile.salt_size))]
    with face("ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys") as made:
        here = Outbound(made, MemoryStore(), "out", profile, keys)
        there = Inbound(made, MemoryStore(), "in", profile, keys)
    return here.protect, there.unprotect


def library_srtp(name: str) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Return what protects and what opens in libsrtp."""
    from art7.runtime.sessions.srtp.profiles import profile_named

    package, profile = import_module("pylibsrtp"), profile_named(name)
    made = []
    for kind in (package.Policy.SSRC_ANY_OUTBOUND, package.Policy.SSRC_ANY_INBOUND):
        key = bytes(profile.key_size + profile.salt_size)
        made.append(package.Session(package.Policy(key=key, ssrc_type=kind, srtp_profile=profile.number)))
    return made[0].protect, made[1].unprotect


def olm(face: FaceMaker, groups: dict[str, Group], missing: dict[str, str]) -> None:
    """Fill the group of Olm: a message written and read, in the other direction each time."""
    group = groups.setdefault("Olm, turn and message", Group(""))
    group.add(OURS, _turns(*our_olm(face)))
    try:
        group.add(RUST, _turns(*rust_olm()))
    except ImportError as error:
        missing[RUST] = str(error)


def _turns(here: Any, there: Any, read: Callable[[Any, Any], Any]) -> Callable[[], None]:
    sides: Iterator[tuple[Any, Any]] = cycle([(here, there), (there, here)])

    def turn() -> None:
        writer, reader = next(sides)
        read(reader, writer.encrypt(CONTENT))

    return turn


def our_olm(face: FaceMaker) -> tuple[Any, Any, Callable[[Any, Any], Any]]:
    """Return two sides of a session on the SDK's face, and how one reads."""
    from art7.runtime.sessions.olm.account import Account
    from art7.runtime.sessions.olm.suite import OlmSuite

    with face("matrix.olm") as made:
        suite = OlmSuite(made)
    ann, bob = Account.make(suite, os.urandom), Account.make(suite, os.urandom)
    bob.add_one_time_keys(1)
    here = ann.begin(bob.identity_key, next(iter(bob.one_time_keys().values())))
    there, _ = bob.accept(here.encrypt(CONTENT)[1])
    here.decrypt(*there.encrypt(CONTENT))
    return here, there, lambda side, message: side.decrypt(*message)


def rust_olm() -> tuple[Any, Any, Callable[[Any, Any], Any]]:
    """Return two sides of a session of vodozemac, and how one reads."""
    package = import_module("vodozemac")
    ann, bob = package.Account(), package.Account()
    bob.generate_one_time_keys(1)
    here = ann.create_outbound_session(bob.curve25519_key, next(iter(bob.one_time_keys.values())))
    there, _ = bob.create_inbound_session(ann.curve25519_key, here.encrypt(CONTENT).to_pre_key())
    here.decrypt(there.encrypt(CONTENT))
    return here, there, lambda side, message: side.decrypt(message)
