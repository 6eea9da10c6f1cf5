"""Own keys in a store: the identity, and pre-keys that others begin sessions with. A one-time pre-key serves once."""

from __future__ import annotations

from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.packed import Packed, counted
from art7.runtime.sessions.refusals import SessionRefused, refused_by
from art7.runtime.sessions.signal.bundle import Bundle
from art7.runtime.sessions.signal.kem import Kem, Random
from art7.runtime.sessions.signal.x3dh import Identity, UsedKeys
from art7.runtime.sessions.store import Store, commit

USES = ("signal.ratchet", "signal.x3dh")
_IDENTITY, _KEY = b"A7SI1", b"A7SK1"
_KEY_LIMIT = 8192


class PreKeys:
    """The keys of one installation, below `prefix` in a store."""

    def __init__(
        self, face: Face, store: Store, random: Random, kem: Kem | None = None, prefix: str = "signal/"
    ) -> None:
        self.store = store
        self.random = random
        self.kem = kem
        self.prefix = prefix
        self._failures = face.failures
        self._key_pair = face.schedule("signal.ratchet.KeyPair")
        self._sign = face.schedule("signal.x3dh.SignPreKey")
        self._identity: Identity | None = None

    # ---- making keys ----------------------------------------------------------------------------------------

    def create(self, registration_id: int, private: bytes | None = None) -> Identity:
        """Make the identity, once. `private`: of a key that there is. Raises: `SessionRefused` with `stale_state`."""
        private = private or self.random(32)
        octets = _IDENTITY + private + registration_id.to_bytes(4, "big")
        commit(self.store, f"{self.prefix}identity", 0, octets)
        return self.identity

    @property
    def identity(self) -> Identity:
        """The identity. Raises: `SessionRefused` with `no_identity`."""
        if self._identity is None:
            octets, _ = self.store.read(f"{self.prefix}identity")
            if octets is None:
                raise SessionRefused("no_identity", "an identity in the store", "none")
            packed = Packed(octets, _IDENTITY)
            private, registration_id = packed.take(32), packed.number()
            packed.end()
            self._identity = Identity(private, self.public(private), registration_id)
        return self._identity

    def public(self, private: bytes) -> bytes:
        """Return the public key with its type octet."""
        try:
            key: bytes = self._key_pair(private_key=private).public_key
        except self._failures as error:
            raise refused_by(error, "a private key of 32 octets") from None
        return key

    def add_pre_key(self, number: int, private: bytes | None = None) -> None:
        """Make a one-time pre-key."""
        private = private or self.random(32)
        self._keep("pre-key", number, private, self.public(private), True)

    def add_signed(self, number: int, private: bytes | None = None) -> None:
        """Make a signed pre-key."""
        private = private or self.random(32)
        self._keep("signed", number, private, self.public(private), False)

    def add_kyber(
        self, number: int, pair: tuple[bytes, bytes] | None = None, is_one_time: bool = False
    ) -> None:
        """Make a post-quantum pre-key; one that is no one-time key serves when those are used up."""
        kem = self._needed_kem()
        private, public = pair or kem.pair(self.random)
        self._keep("kyber", number, private, bytes([kem.key_type]) + public, is_one_time)

    def bundle(
        self, device_id: int, signed: int, pre_key: int | None = None, kyber: int | None = None
    ) -> Bundle:
        """Return what a service hands out, signed now. Raises: `SessionRefused` where a key is not there."""
        public = self._read("signed", signed)[1]
        kyber_public = b"" if kyber is None else self._read("kyber", kyber)[1]
        return Bundle(
            registration_id=self.identity.registration_id,
            device_id=device_id,
            identity_key=self.identity.public,
            signed_pre_key_id=signed,
            signed_pre_key=public,
            signed_pre_key_signature=self.signature(public),
            pre_key_id=pre_key,
            pre_key=b"" if pre_key is None else self._read("pre-key", pre_key)[1],
            kyber_pre_key_id=kyber,
            kyber_pre_key=kyber_public,
            kyber_pre_key_signature=b"" if kyber is None else self.signature(kyber_public),
        )

    def signature(self, public_key: bytes) -> bytes:
        """Return the identity key's signature over a pre-key."""
        try:
            signed = self._sign(
                fresh_octets=self.random(64), identity_private=self.identity.private, public_key=public_key
            )
        except self._failures as error:
            raise refused_by(error, "an identity key that signs") from None
        signature: bytes = signed.signature
        return signature

    # ---- using keys -----------------------------------------------------------------------------------------

    def used(self, told: Any) -> tuple[UsedKeys, list[tuple[str, int]]]:
        """Return the private keys that a first message's body names, and the entries that it uses up."""
        spent: list[tuple[str, int]] = []
        signed = self._named("signed", told.signed_pre_key_id, spent)
        pre_key = self._named("pre-key", told.pre_key_id, spent)
        kyber = self._named("kyber", told.kyber_pre_key_id, spent)
        return UsedKeys(signed, pre_key, kyber), spent

    def spend(self, spent: list[tuple[str, int]]) -> None:
        """Erase one-time keys. Raises: `SessionRefused` with `stale_state` when another used one meanwhile."""
        for name, version in spent:
            commit(self.store, name, version, None)

    def _named(self, kind: str, number: int | None, spent: list[tuple[str, int]]) -> bytes:
        if number is None:
            return b""
        private, _, is_one_time, version = self._read(kind, number)
        if is_one_time:
            spent.append((f"{self.prefix}{kind}/{number}", version))
        return private

    def _keep(self, kind: str, number: int, private: bytes, public: bytes, is_one_time: bool) -> None:
        octets = _KEY + bytes([is_one_time]) + counted(private) + counted(public)
        commit(self.store, f"{self.prefix}{kind}/{number}", 0, octets)

    def _read(self, kind: str, number: int) -> tuple[bytes, bytes, bool, int]:
        octets, version = self.store.read(f"{self.prefix}{kind}/{number}")
        if octets is None:
            code = "used_pre_key" if version else "unknown_pre_key"
            raise SessionRefused(code, f"a key that waits, {kind}", f"number {number}")
        packed = Packed(octets, _KEY)
        is_one_time, private, public = packed.flag(), packed.counted(_KEY_LIMIT), packed.counted(_KEY_LIMIT)
        packed.end()
        return private, public, is_one_time, version

    def _needed_kem(self) -> Kem:
        if self.kem is None:
            raise SessionRefused("no_kem", "a key encapsulation", "none handed in")
        return self.kem
