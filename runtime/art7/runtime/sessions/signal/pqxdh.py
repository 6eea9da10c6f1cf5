"""PQXDH: how a session of version 4 begins, for both roles: X3DH, and a secret under a post-quantum pre-key.

The key encapsulation is handed in (`kem.Kem`): `kyber.Kyber1024`, or an implementer's own.
"""

from __future__ import annotations

from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.signal.bundle import Bundle
from art7.runtime.sessions.signal.kem import Kem, Random
from art7.runtime.sessions.signal.x3dh import Beginning, Identity, UsedKeys, X3dh, receiver_keys, sender_keys

USES = ("signal.x3dh", "signal.pqxdh")


class Pqxdh(X3dh):
    """The agreement of version 4."""

    version = 4

    def __init__(self, face: Face, kem: Kem) -> None:
        super().__init__(face)
        self._kem = kem
        self._begin = face.schedule("signal.pqxdh.Begin")
        self._answer = face.schedule("signal.pqxdh.Answer")

    def begin(self, own: Identity, bundle: Bundle, base_private: bytes, random: Random) -> Beginning:
        """Return what the sender begins with. Raises: `SessionRefused`: `bad_signature`, `small_order`, `bad_kem` …"""
        self.check(bundle.identity_key, bundle.signed_pre_key, bundle.signed_pre_key_signature)
        self.check(bundle.identity_key, bundle.kyber_pre_key, bundle.kyber_pre_key_signature)
        shared, ciphertext = self._kem.encapsulate(self._bare(bundle.kyber_pre_key), random)
        root_key = self._root(self._begin, encapsulated=shared, **sender_keys(own, bundle, base_private))
        return Beginning(root_key, bundle.kyber_pre_key_id, bytes([self._kem.key_type]) + ciphertext)

    def answer(self, own: Identity, used: UsedKeys, told: Any) -> bytes:
        """Return the root key, from a first message's body. Raises: `SessionRefused`."""
        shared = self._kem.decapsulate(used.kyber, self._bare(told.kyber_ciphertext))
        return self._root(self._answer, encapsulated=shared, **receiver_keys(own, used, told))

    def _bare(self, octets: bytes) -> bytes:
        """Return a public key or ciphertext without its type octet."""
        if octets[:1] != bytes([self._kem.key_type]):
            raise SessionRefused(
                "wrong_key_type", f"type octet {self._kem.key_type}", octets[:1].hex() or "none"
            )
        return octets[1:]
