"""Signed JSON and events of Matrix, over the canonical form and the schedules of `matrix.crypto`.

Objects are dictionaries as a JSON reader gives them; they are never changed, new ones are returned.

    >>> signed = Signing(FACE).sign({"one": 1}, "domain", "ed25519:1", bytes(32))
    >>> sorted(signed)
    ['one', 'signatures']
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Mapping
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.matrix.redaction import redacted
from art7.runtime.sessions.refusals import SessionRefused, refused_by

USES = ("matrix.crypto",)
_UNSIGNED = ("signatures", "unsigned")
_UNHASHED = ("signatures", "unsigned", "hashes")
_UNNAMED = ("signatures", "unsigned", "age_ts")

Object = Mapping[str, Any]


class Signing:
    """What signs and checks; its schedules are looked up once."""

    __slots__ = ("_failures", "_hash", "_sign", "_verify")

    def __init__(self, face: Face) -> None:
        self._failures = face.failures
        self._sign = face.schedule("matrix.crypto.SignJson")
        self._verify = face.schedule("matrix.crypto.VerifyJson")
        self._hash = face.schedule("matrix.crypto.HashJson")

    # ---- objects --------------------------------------------------------------------------------------------

    def sign(self, value: Object, name: str, key_id: str, private_key: bytes) -> dict[str, Any]:
        """Return the object with a signature of `name` more.

        Raises: `SessionRefused` with the code of a value that canonical JSON does not have, such as a fraction.
        """
        try:
            signature = self._sign(value=_without(value, _UNSIGNED), private_key=private_key).signature
        except self._failures as error:
            raise refused_by(error, "an object that canonical JSON has, and a key of 32 octets") from None
        signatures = {who: dict(keys) for who, keys in _signatures(value).items()}
        signatures.setdefault(name, {})[key_id] = unpadded(signature)
        return {**value, "signatures": signatures}

    def verify(self, value: Object, name: str, key_id: str, public_key: bytes) -> None:
        """Check the signature of `name` under a key.

        Raises: `SessionRefused` with `missing_signature`, `bad_base64`, `bad_signature` or the code of a wrong value.
        """
        signature = _signatures(value).get(name, {}).get(key_id)
        if signature is None:
            raise SessionRefused("missing_signature", f"one of {name[:255]} under {key_id[:255]}", "none")
        self._check(_without(value, _UNSIGNED), octets_of(signature), public_key)

    # ---- events ---------------------------------------------------------------------------------------------

    def content_hash(self, event: Object) -> str:
        """Return the hash of an event's content, in unpadded base64."""
        return unpadded(self._hashed(_without(event, _UNHASHED)))

    def reference_hash(self, event: Object, room_version: str) -> bytes:
        """Return the hash that names an event: of its redacted form."""
        return self._hashed(_without(redacted(event, room_version), _UNNAMED))

    def sign_event(
        self, event: Object, room_version: str, name: str, key_id: str, private_key: bytes
    ) -> dict[str, Any]:
        """Return the event with its content hash and a signature over its redacted form."""
        hashed = {**event, "hashes": {**event.get("hashes", {}), "sha256": self.content_hash(event)}}
        signed = self.sign(redacted(hashed, room_version), name, key_id, private_key)
        return {**hashed, "signatures": signed["signatures"]}

    def verify_event(
        self, event: Object, room_version: str, name: str, key_id: str, public_key: bytes
    ) -> bool:
        """Check an event's signature; return whether its content has the hash that was signed.

        An event whose content has another hash is used in its redacted form. Raises: `SessionRefused`, as `verify`.
        """
        self.verify(redacted(event, room_version), name, key_id, public_key)
        hashes = event.get("hashes")
        told = hashes.get("sha256") if isinstance(hashes, Mapping) else None
        return isinstance(told, str) and told.rstrip("=") == self.content_hash(event)

    def _hashed(self, value: Object) -> bytes:
        try:
            found: bytes = self._hash(value=value).hash
        except self._failures as error:
            raise refused_by(error, "an object that canonical JSON has") from None
        return found

    def _check(self, value: Object, signature: bytes, public_key: bytes) -> None:
        try:
            self._verify(value=value, signature=signature, public_key=public_key)
        except self._failures as error:
            raise refused_by(error, "a signature of the key over the object") from None


def unpadded(octets: bytes) -> str:
    """Return base64 without padding."""
    return b2a_base64(octets, newline=False).rstrip(b"=").decode("ascii")


def octets_of(text: Any) -> bytes:
    """Return the octets of base64, padded or not. Raises: `SessionRefused` with `bad_base64`."""
    try:
        bare = text.rstrip("=")
        octets = a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except (AttributeError, ValueError, Error):
        raise SessionRefused("bad_base64", "unpadded base64", "another text") from None
    return octets


def _without(value: Object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in names}


def _signatures(value: Object) -> Mapping[str, Mapping[str, Any]]:
    found = value.get("signatures", {})
    if not isinstance(found, Mapping) or not all(isinstance(each, Mapping) for each in found.values()):
        raise SessionRefused("wrong_kind", "signatures by name and key", "something else")
    return found
