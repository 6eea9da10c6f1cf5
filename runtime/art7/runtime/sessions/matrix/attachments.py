"""Attachments of encrypted Matrix messages: the server has octets, the message their key and hash (version v2).

>>> from os import urandom
>>> sealed, file = Attachments(FACE).seal(b"picture", urandom)
>>> Attachments(FACE).open(sealed, file)
b'picture'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.matrix.signing import octets_of, unpadded
from art7.runtime.sessions.refusals import SessionRefused, refused_by

USES = ("matrix.crypto",)
_WANTED = {"kty": "oct", "alg": "A256CTR"}


class Attachments:
    """What seals and opens; its schedules are looked up once."""

    __slots__ = ("_failures", "_open", "_seal")

    def __init__(self, face: Face) -> None:
        self._failures = face.failures
        self._seal = face.schedule("matrix.crypto.SealAttachment")
        self._open = face.schedule("matrix.crypto.OpenAttachment")

    def seal(self, content: bytes, random: Callable[[int], bytes]) -> tuple[bytes, dict[str, Any]]:
        """Return what the server is given, and `matrix.events.EncryptedFile` without its address.

        Each attachment has a key of its own.
        """
        key = random(32)
        try:
            made = self._seal(content=content, key=key, start=random(8))
        except self._failures as error:
            raise refused_by(error, "a content, and randomness of 32 and 8 octets") from None
        k = unpadded(key).translate({43: "-", 47: "_"})
        return made.ciphertext, {
            "v": "v2",
            "key": {**_WANTED, "ext": True, "k": k, "key_ops": ["encrypt", "decrypt"]},
            "iv": unpadded(made.counter),
            "hashes": {"sha256": unpadded(made.hash)},
        }

    def open(self, ciphertext: bytes, file: Mapping[str, Any]) -> bytes:
        """Return the content of what a server gave.

        Raises: `SessionRefused` with `unknown_version`, `bad_key`, `bad_base64`, `missing_hash` or `bad_hash`.
        """
        if file.get("v") != "v2":
            raise SessionRefused("unknown_version", "v2", "another version")
        key, hashes = file.get("key"), file.get("hashes")
        if not isinstance(key, Mapping) or any(key.get(name) != value for name, value in _WANTED.items()):
            raise SessionRefused("bad_key", "a key of type oct for A256CTR", "another one")
        if not isinstance(hashes, Mapping) or "sha256" not in hashes:
            raise SessionRefused("missing_hash", "the hash of SHA-256", "none")
        k, told = _plain(key.get("k")), octets_of(hashes["sha256"])
        try:
            made = self._open(ciphertext=ciphertext, hash=told, key=k, counter=octets_of(file.get("iv")))
        except self._failures as error:
            raise refused_by(error, "the octets that the message refers to") from None
        content = bytes(made.content)
        return content


def _plain(text: Any) -> bytes:
    """Read URL-safe base64."""
    return octets_of(text.translate({45: "+", 95: "/"}) if isinstance(text, str) else None)
