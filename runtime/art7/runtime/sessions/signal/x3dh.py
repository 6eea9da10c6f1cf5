"""X3DH: how a session of version 3 begins, for both roles, over the schedules of `signal.x3dh`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import refused_by
from art7.runtime.sessions.signal.bundle import Bundle
from art7.runtime.sessions.signal.kem import Random

USES = ("signal.x3dh",)


@dataclass(frozen=True, slots=True)
class Identity:
    """A long-term key, public with its type octet, and the number of the installation."""

    private: bytes = field(repr=False)
    public: bytes
    registration_id: int


@dataclass(frozen=True, slots=True)
class UsedKeys:
    """Own private keys that a first message names; no one-time pre-key: empty."""

    signed_pre_key: bytes = field(repr=False)
    pre_key: bytes = field(default=b"", repr=False)
    kyber: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the sender begins with, and what its first messages tell of the post-quantum pre-key."""

    root_key: bytes = field(repr=False)
    kyber_pre_key_id: int | None = None
    kyber_ciphertext: bytes | None = None


class X3dh:
    """The agreement of version 3."""

    version = 3

    def __init__(self, face: Face) -> None:
        self._failures = face.failures
        self._begin = face.schedule("signal.x3dh.Begin")
        self._answer = face.schedule("signal.x3dh.Answer")
        self._check = face.schedule("signal.x3dh.CheckPreKey")

    def begin(self, own: Identity, bundle: Bundle, base_private: bytes, random: Random) -> Beginning:
        """Return what the sender begins with. Raises: `SessionRefused`: `bad_signature`, `small_order` …"""
        self.check(bundle.identity_key, bundle.signed_pre_key, bundle.signed_pre_key_signature)
        return Beginning(self._root(self._begin, **sender_keys(own, bundle, base_private)))

    def answer(self, own: Identity, used: UsedKeys, told: Any) -> bytes:
        """Return the root key, from a first message's body. Raises: `SessionRefused`."""
        return self._root(self._answer, **receiver_keys(own, used, told))

    def check(self, identity_key: bytes, public_key: bytes, signature: bytes) -> None:
        """Refuse a pre-key that the identity key did not sign."""
        try:
            self._check(identity_key=identity_key, public_key=public_key, signature=signature)
        except self._failures as error:
            raise refused_by(error, "a pre-key signed by the identity key") from None

    def _root(self, schedule: Any, **keys: bytes) -> bytes:
        try:
            root_key: bytes = schedule(**keys).root_key
        except self._failures as error:
            raise refused_by(error, "keys of large order") from None
        return root_key


def sender_keys(own: Identity, bundle: Bundle, base_private: bytes) -> dict[str, bytes]:
    """Return the inputs of a sender's schedule."""
    return {
        "identity_private": own.private,
        "base_private": base_private,
        "peer_identity": bundle.identity_key,
        "peer_signed_pre_key": bundle.signed_pre_key,
        "peer_pre_key": bundle.pre_key,
    }


def receiver_keys(own: Identity, used: UsedKeys, told: Any) -> dict[str, bytes]:
    """Return the inputs of a receiver's schedule."""
    return {
        "identity_private": own.private,
        "signed_pre_key_private": used.signed_pre_key,
        "pre_key_private": used.pre_key,
        "peer_identity": told.identity_key,
        "peer_base": told.base_key,
    }
