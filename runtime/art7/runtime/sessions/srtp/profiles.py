"""Protection profiles of SRTP, their master keys, and the keys that a DTLS handshake exports."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused


@dataclass(frozen=True, slots=True)
class Profile:
    """Sizes in octets, and what encrypts (RFC 3711 §8.2, RFC 5764 §4.1.2, RFC 6188 §4, RFC 7714 §12).

    `number`: in DTLS-SRTP, 0 where it has none. `cipher`: `counter`, `gcm` or `null`. Tags of GCM are part of what it
    seals, their sizes here are 0.
    """

    name: str
    number: int
    cipher: str
    key_size: int
    salt_size: int
    auth_size: int
    tag_size: int
    control_tag_size: int

    @property
    def material_size(self) -> int:
        """Octets that a handshake exports for both directions."""
        return 2 * (self.key_size + self.salt_size)


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("AES_CM_128_HMAC_SHA1_80", 1, "counter", 16, 14, 20, 10, 10),
        Profile("AES_CM_128_HMAC_SHA1_32", 2, "counter", 16, 14, 20, 4, 10),
        Profile("AES_CM_192_HMAC_SHA1_80", 0, "counter", 24, 14, 20, 10, 10),
        Profile("AES_CM_192_HMAC_SHA1_32", 0, "counter", 24, 14, 20, 4, 10),
        Profile("AES_CM_256_HMAC_SHA1_80", 0, "counter", 32, 14, 20, 10, 10),
        Profile("AES_CM_256_HMAC_SHA1_32", 0, "counter", 32, 14, 20, 4, 10),
        Profile("NULL_HMAC_SHA1_80", 5, "null", 16, 14, 20, 10, 10),
        Profile("NULL_HMAC_SHA1_32", 6, "null", 16, 14, 20, 4, 10),
        Profile("AEAD_AES_128_GCM", 7, "gcm", 16, 12, 0, 0, 0),
        Profile("AEAD_AES_256_GCM", 8, "gcm", 32, 12, 0, 0, 0),
    )
}
"""Profiles by the names of IANA's registries."""


def profile_named(name: str) -> Profile:
    """Return a profile. Raises: `SessionRefused` with `unknown_profile`."""
    if name not in PROFILES:
        raise SessionRefused("unknown_profile", "a profile of " + ", ".join(PROFILES), "another name")
    return PROFILES[name]


def profile_numbered(number: int) -> Profile:
    """Return the profile that DTLS-SRTP calls so. Raises: `SessionRefused` with `unknown_profile`."""
    for profile in PROFILES.values():
        if number and profile.number == number:
            return profile
    raise SessionRefused("unknown_profile", "1, 2 or 5 to 8", str(number), "RFC 5764 §4.1.2")


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A master key with its salt. `key_id`: what packets name it by, empty where they do not (RFC 3711 §3.1)."""

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    key_id: bytes = b""


def exported_keys(
    face: Face, profile: Profile, material: bytes, *, is_client: bool
) -> tuple[MasterKey, MasterKey]:
    """Cut what a handshake exported into the own key and the peer's (RFC 5764 §4.2).

    Raises: `SessionRefused` with `bad_key` when the octets are not as many as the profile asks for.
    """
    if len(material) != profile.material_size:
        raise SessionRefused(
            "bad_key", f"{profile.material_size} octets", str(len(material)), "RFC 5764 §4.2"
        )
    found = face.schedule("ietf.srtp_keys.ExportedKeys")(
        key_length=profile.key_size, salt_length=profile.salt_size, material=material
    )
    client = MasterKey(found.client_key, found.client_salt)
    server = MasterKey(found.server_key, found.server_salt)
    return (client, server) if is_client else (server, client)
