"""Checks of ICE answered by an end that only answers (RFC 8445 §2.5, lite), in the catalogue's STUN."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec

MESSAGE = "ietf.stun.StunMessage"
MODULES = ("ietf.stun",)

_BINDING = 1
_REQUEST, _SUCCESS, _ERROR = 0, 2, 3
_USERNAME, _INTEGRITY, _ERROR_CODE, _SEEN = 0x0006, 0x0008, 0x0009, 0x0020
_USE_CANDIDATE, _FINGERPRINT, _CONTROLLED = 0x0025, 0x8028, 0x8029
_PHRASES = {400: "Bad Request", 401: "Unauthenticated", 487: "Role Conflict"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a datagram of STUN leads to. `reply`: what goes back, if anything; `error`: the code told in it, 0 for none.

    `is_valid`: the sender knows the password, so that the path may be used; `is_nominated`: it is the one to use.
    """

    reply: bytes | None
    error: int = 0
    is_valid: bool = False
    is_nominated: bool = False


class Lite:
    """The answering side of connectivity checks, under its credentials of one call."""

    def __init__(self, codec: InterpreterCodec, fragment: str, password: str, peer_fragment: str) -> None:
        self._codec = codec
        self._key = password.encode()
        self._user = f"{fragment}:{peer_fragment}"

    def answer(self, octets: bytes, source: tuple[str, int]) -> Checked:
        """Return what a check leads to: an answer, an error (RFC 8489 §9.1.3), or silence for what is no request."""
        try:
            message = self._codec.decode(MESSAGE, octets, {"key": self._key})
        except Refusal as refusal:
            return self._refused(octets, refusal)
        if message["class"] != _REQUEST or message["method"] != _BINDING:
            return Checked(None)
        said = {each["kind"]: each["value"] for each in message["attributes"]}
        if _INTEGRITY not in said or _USERNAME not in said or _FINGERPRINT not in said:
            return self._error(message, 400)
        if not hmac.compare_digest(str(said[_USERNAME]).encode(), self._user.encode()):
            return self._error(message, 401)
        if _CONTROLLED in said:
            return self._error(message, 487)
        address = {"port": source[1], "address": ip_address(source[0].partition("%")[0]).packed}
        reply = self._message(message, _SUCCESS, {"kind": _SEEN, "value": address})
        return Checked(reply, 0, True, _USE_CANDIDATE in said)

    def _refused(self, octets: bytes, refusal: Refusal) -> Checked:
        """Tell the sender of a request that its credentials are wrong; what cannot be read at all is not answered."""
        if refusal.code != "bad_integrity":
            return Checked(None)
        try:
            message = self._codec.decode(MESSAGE, octets)
        except Refusal:
            return Checked(None)
        return self._error(message, 401) if message["class"] == _REQUEST else Checked(None)

    def _error(self, message: Mapping[str, Any], code: int) -> Checked:
        reason = {"hundreds": code // 100, "number": code % 100, "reason": _PHRASES[code]}
        return Checked(self._message(message, _ERROR, {"kind": _ERROR_CODE, "value": reason}), code)

    def _message(self, request: Mapping[str, Any], kind: int, told: Mapping[str, Any]) -> bytes:
        return self._codec.encode(
            MESSAGE,
            {
                "method": request["method"],
                "class": kind,
                "transaction": request["transaction"],
                "attributes": [told, {"kind": _INTEGRITY}, {"kind": _FINGERPRINT}],
                "key": self._key,
            },
        )
