"""Pre-key bundles: what lets a session begin with someone who is away."""

from __future__ import annotations

from dataclasses import dataclass

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import refused_by


@dataclass(frozen=True, slots=True)
class Bundle:
    """Keys of one device, with their type octets; without a one-time or post-quantum pre-key its number is `None`."""

    registration_id: int
    device_id: int
    identity_key: bytes
    signed_pre_key_id: int
    signed_pre_key: bytes
    signed_pre_key_signature: bytes
    pre_key_id: int | None = None
    pre_key: bytes = b""
    kyber_pre_key_id: int | None = None
    kyber_pre_key: bytes = b""
    kyber_pre_key_signature: bytes = b""


def bundles(face: Face, octets: bytes) -> list[Bundle]:
    """Return the bundle of every device that a service's reply names (`signal.bundle`). Raises: `SessionRefused`."""
    try:
        told = face.record("signal.bundle.PreKeyBundle").decode(octets)
    except face.failures as error:
        raise refused_by(error, "a pre-key bundle, signed") from None
    found = []
    for device in told.devices:
        one_time = getattr(device, "pre_key", None)
        kyber = getattr(device, "kyber_pre_key", None)
        found.append(
            Bundle(
                registration_id=device.registration_id,
                device_id=device.device_id,
                identity_key=told.identity,
                signed_pre_key_id=device.signed_pre_key.id,
                signed_pre_key=device.signed_pre_key.public_key,
                signed_pre_key_signature=device.signed_pre_key.signature,
                pre_key_id=one_time.id if one_time else None,
                pre_key=one_time.public_key if one_time else b"",
                kyber_pre_key_id=kyber.id if kyber else None,
                kyber_pre_key=kyber.public_key if kyber else b"",
                kyber_pre_key_signature=kyber.signature if kyber else b"",
            )
        )
    return found
