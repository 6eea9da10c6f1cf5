"""SRTP in tests: session keys by the catalogue's schedules, and what packets hide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from executions import Codec

KEYS = "ietf.srtp_keys"


@dataclass(frozen=True)
class Profile:
    """Sizes of a protection profile, in octets (RFC 3711 §8.2, RFC 6188 §2, RFC 7714 §12)."""

    key: int
    salt: int
    rtp_tag: int
    rtcp_tag: int
    cipher: str


def profile_named(name: str) -> Profile:
    size = 32 if "256" in name else 16
    if "GCM" in name:
        return Profile(size, 12, 0, 0, "gcm")
    return Profile(size, 14, 4 if name.endswith("_32") else 10, 10, "none" if "NULL" in name else "cm")


@dataclass(frozen=True)
class Session:
    """One direction: the session keys of RTP or RTCP."""

    codec: Codec
    profile: Profile
    cipher_key: bytes
    auth_key: bytes
    cipher_salt: bytes

    def opened(self, ssrc: int, index: int, header: bytes, data: bytes, is_sealing: bool = False) -> bytes:
        """Open, or seal, what a packet hides."""
        if self.profile.cipher == "none":
            return data
        inputs = {"cipher_key": self.cipher_key, "cipher_salt": self.cipher_salt}
        params: dict[str, Any] = {"ssrc": ssrc, "index": index, "data": data}
        if self.profile.cipher == "cm":
            return bytes(self.codec.derive(f"{KEYS}.CounterMode", params, inputs)["out"])
        name = "SealGcm" if is_sealing else "OpenGcm"
        return bytes(self.codec.derive(f"{KEYS}.{name}", params | {"header": header}, inputs)["out"])


def derived(codec: Codec, case: dict[str, Any], profile: Profile, label: int, auth: int = 20) -> Session:
    if "session_key" in case:
        key, salt = bytes.fromhex(case["session_key"]), bytes.fromhex(case["session_salt"])
        return Session(codec, profile, key, b"", salt)
    params = {"label": label, "position": case.get("index", 0), "key_length": profile.key}
    params |= {"auth_length": auth, "salt_length": profile.salt}
    inputs = {name: bytes.fromhex(case[name]) for name in ("master_key", "master_salt")}
    found = codec.derive(f"{KEYS}.SessionKeys", params, inputs)
    auth_key = b"" if profile.cipher == "gcm" else found["auth_key"]
    return Session(codec, profile, found["cipher_key"], auth_key, found["cipher_salt"])


def split(case: dict[str, Any], packet: bytes) -> tuple[bytes, bytes]:
    """Cut a clear RTP packet into what stays in the clear and what SRTP hides."""
    csrc = 4 * (packet[0] & 15)
    if not case.get("cryptex"):
        extension = 4 + 4 * int.from_bytes(packet[14 + csrc : 16 + csrc], "big") if packet[0] & 16 else 0
        clear = 12 + csrc + extension
        return packet[:clear], packet[clear:]
    extension = 12 + csrc  # RFC 9335 §5.1: the sources stand behind the extension's header while encrypting
    return (
        packet[:12] + packet[extension : extension + 4],
        packet[12:extension] + packet[extension + 4 :],
    )
