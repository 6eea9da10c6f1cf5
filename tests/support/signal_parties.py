"""One side of a Signal session with the operations of the recipes' drivers, bundles and messages as they write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.signal.bundle import Bundle
from art7.runtime.sessions.signal.kyber import PRIVATE_SIZE, PUBLIC_SIZE, Kyber1024
from art7.runtime.sessions.signal.pqxdh import Pqxdh
from art7.runtime.sessions.signal.pre_keys import PreKeys
from art7.runtime.sessions.signal.session import SignalMessage, SignalSession, SignalSuite
from session_faces import CountingStore

MODULES = ("signal.ratchet", "signal.x3dh", "signal.pqxdh", "signal.bundle", "signal.groups")
"""Catalogue modules of these sessions."""

_NAMES = {
    "registration_id": "registrationId",
    "device_id": "deviceId",
    "identity_key": "identityKey",
    "signed_pre_key_id": "signedPreKeyId",
    "signed_pre_key": "signedPreKey",
    "signed_pre_key_signature": "signedPreKeySignature",
    "pre_key_id": "preKeyId",
    "pre_key": "preKey",
    "kyber_pre_key_id": "kyberPreKeyId",
    "kyber_pre_key": "kyberPreKey",
    "kyber_pre_key_signature": "kyberPreKeySignature",
}


def bundle_of(told: Mapping[str, Any]) -> Bundle:
    """Return the bundle that a driver wrote."""
    members = {ours: told[theirs] for ours, theirs in _NAMES.items() if theirs in told}
    return Bundle(**{k: bytes.fromhex(v) if isinstance(v, str) else v for k, v in members.items()})


def bundle_told(bundle: Bundle) -> dict[str, Any]:
    """Return a bundle as drivers take it."""
    told: dict[str, Any] = {}
    for ours, theirs in _NAMES.items():
        value = getattr(bundle, ours)
        if value not in (None, b""):
            told[theirs] = value.hex() if isinstance(value, bytes) else value
    return told


def message_told(message: SignalMessage) -> dict[str, str]:
    """Return a message as drivers take it."""
    return {"type": "prekey" if message.is_pre_key else "whisper", "msg": message.octets.hex()}


def message_of(told: Mapping[str, str]) -> SignalMessage:
    """Return the message that a driver wrote."""
    return SignalMessage(told["type"] == "prekey", bytes.fromhex(told["msg"]))


class Party:
    """Keys and a session with one peer, by `begin`, `send` and `receive`."""

    def __init__(self, face: Face, random: Callable[[int], bytes]) -> None:
        self.kem = Kyber1024()
        self.suite = SignalSuite(face, Pqxdh(face, self.kem))
        self.store = CountingStore()
        self.keys = PreKeys(face, self.store, random, self.kem)
        self._session: SignalSession | None = None

    @property
    def session(self) -> SignalSession:
        """The session, read from the store when it is first asked for."""
        if self._session is None:
            self._session = SignalSession(self.suite, self.keys, "peer")
        return self._session

    def restart(self) -> None:
        """Forget all but the store."""
        self._session = None

    def make_keys(self, registration_id: int, version: int) -> dict[str, Any]:
        """Make an identity and pre-keys and return the bundle; version 4 has a post-quantum key."""
        self.keys.create(registration_id)
        self.keys.add_signed(22)
        self.keys.add_pre_key(31)
        if version == 4:
            self.keys.add_kyber(77)
        return bundle_told(self.keys.bundle(1, 22, 31, 77 if version == 4 else None))

    def take_keys(self, private: Mapping[str, str], bundle: Mapping[str, Any]) -> None:
        """Take the keys that a capture saved beside its bundle."""
        self.keys.create(bundle["registrationId"], bytes.fromhex(private["identity"]))
        self.keys.add_signed(bundle["signedPreKeyId"], bytes.fromhex(private["signedPreKey"]))
        if "preKey" in private:
            self.keys.add_pre_key(bundle["preKeyId"], bytes.fromhex(private["preKey"]))
        if "kyber" in private:
            key = bytes.fromhex(private["kyber"])[-PRIVATE_SIZE:]
            public = bytes.fromhex(bundle["kyberPreKey"])[-PUBLIC_SIZE:]
            self.keys.add_kyber(bundle["kyberPreKeyId"], (key, public))

    def send(self, content: bytes) -> dict[str, str]:
        """Return the next message."""
        return message_told(self.session.encrypt(content))

    def receive(self, told: Mapping[str, str]) -> bytes:
        """Return the content of a message."""
        return self.session.decrypt(message_of(told))
