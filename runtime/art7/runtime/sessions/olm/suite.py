"""What the Olm and Megolm sessions of one face share: structures and schedules of `matrix.olm`, and bounds."""

from __future__ import annotations

from dataclasses import dataclass

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.ratchet.suite import RatchetSchedules

KEY = 32
"""Octets of a Curve25519 or Ed25519 key."""


@dataclass(frozen=True, slots=True)
class OlmLimits:
    """Bounds of one session.

    `jump`: messages of a chain that may be missing at once; `chains`: of the peer, that messages are still read
    of; `per_chain`, `in_all`: keys kept for messages that have not come.
    """

    jump: int = 2000
    chains: int = 5
    per_chain: int = 40
    in_all: int = 200


class OlmSuite(RatchetSchedules):
    """What every session of a face uses, looked up once."""

    __slots__ = (
        "beginning",
        "body",
        "export",
        "group_body",
        "group_keys",
        "group_message",
        "initiation",
        "message",
        "new_signing_key",
        "pre_key_body",
        "pre_key_message",
        "ratchet_part",
        "session_key",
        "session_name",
        "sign",
        "signing_key",
        "verify",
    )

    def __init__(self, face: Face, module: str = "matrix.olm") -> None:
        super().__init__(face, module)
        self.message = face.record(f"{module}.OlmMessage")
        self.body = face.record(f"{module}.OlmBody")
        self.pre_key_message = face.record(f"{module}.OlmPreKeyMessage")
        self.pre_key_body = face.record(f"{module}.OlmPreKeyBody")
        self.group_message = face.record(f"{module}.MegolmMessage")
        self.group_body = face.record(f"{module}.MegolmBody")
        self.session_key = face.record(f"{module}.MegolmSessionKey")
        self.export = face.record(f"{module}.MegolmExport")
        self.beginning = face.schedule(f"{module}.Beginning")
        self.initiation = face.schedule(f"{module}.Initiation")
        self.session_name = face.schedule(f"{module}.SessionName")
        self.new_signing_key = face.schedule(f"{module}.NewSigningKey")
        self.signing_key = face.schedule(f"{module}.SigningKey")
        self.ratchet_part = face.schedule(f"{module}.RatchetPart")
        self.group_keys = face.schedule(f"{module}.GroupKeys")
        self.sign = face.schedule(f"{module}.Sign")
        self.verify = face.schedule(f"{module}.Verify")
