"""Records and schedules of `ietf.cose` and `ietf.cose_keys`, looked up once and called with one way to refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from art7.runtime.sessions.face import Face, RecordFace
from art7.runtime.sessions.refusals import SessionRefused

_RECORDS = (
    "CoseSign CoseSign1 CoseEncrypt CoseEncrypt0 CoseMac CoseMac0 UntaggedSign1 UntaggedEncrypt0 UntaggedMac0 "
    "Signed SignBody Sign1Body Recipient EncryptBody Encrypt0Body MacBody Mac0Body SigStructure Sig1Structure "
    "EncStructure MacStructure KdfContext PartyInfo PublicInfo CoseKey Header"
).split()
_SCHEDULES = (
    "Facts CheckSignature CheckRsa Sign SignRsa Authenticate CheckTag FullNonce Seal Open Wrap Unwrap Agree PublicKey "
    "DeriveKey WrapRsa UnwrapRsa"
).split()

CODES = {
    "no_key": "no key that serves: its id, kind, algorithm and use",
    "no_algorithm": "no header says which algorithm",
    "label_twice": "a header in both buckets",
    "unknown_extension": "a header that must be understood, and is not",
    "no_content": "the content is neither in the object nor beside it",
    "two_contents": "the content is in the object and beside it",
    "lone_receiver": "a key that is not sent, for several receivers",
    "bad_receiver": "what a receiver is sent does not go with its algorithm",
    "refused_algorithm": "an algorithm that is unknown, refused on purpose, or not for such a key",
    "bad_signature": "a signature that does not hold",
    "bad_mac": "an authenticator that does not hold",
    "bad_key": "a key, nonce or salt that its algorithm does not take",
    "bad_key_size": "a key or nonce of another size than its algorithm has",
    "not_authentic": "sealed octets that their key did not make",
}
"""Code → meaning; structures and keys are refused with the codes of the catalogue too."""


class Structures:
    """What this component uses of the catalogue."""

    def __init__(self, face: Face) -> None:
        """Look everything up. Raises: `LookupError` where the face has other modules."""
        self._failures = face.failures
        self._records: dict[str, RecordFace] = {name: face.record(f"ietf.cose.{name}") for name in _RECORDS}
        self._schedules: dict[str, Callable[..., Any]] = {
            name: face.schedule(f"ietf.cose_keys.{name}") for name in _SCHEDULES
        }

    def read(self, name: str, octets: bytes) -> Any:
        """Return a structure. Raises: `SessionRefused` with the codec's code."""
        try:
            return self._records[name].decode(octets)
        except self._failures as failure:
            refuse(failure, f"a {name}")

    def make(self, name: str, **members: Any) -> Any:
        """Return a structure that can stand in another one."""
        return self._records[name](**members)

    def write(self, name: str, **members: Any) -> bytes:
        """Return the octets of a structure. Raises: `SessionRefused` with the codec's code."""
        try:
            octets: bytes = self._records[name](**members).encode()
        except self._failures as failure:
            refuse(failure, f"members of a {name}")
        return octets

    def run(self, name: str, **given: Any) -> Any:
        """Return the outputs of a schedule. Raises: `SessionRefused` with its code."""
        try:
            return self._schedules[name](**given)
        except self._failures as failure:
            refuse(failure, CODES.get(str(getattr(failure, "code", "")), name))


def refuse(failure: Exception, expected: str) -> NoReturn:
    """Raise what a codec or schedule refused as `SessionRefused`: its code, never its values."""
    code = str(getattr(failure, "code", "") or "malformed")
    rule = str(getattr(failure, "requirement", None) or "")
    raise SessionRefused(code, expected, str(getattr(failure, "path", "") or "another"), rule) from None
