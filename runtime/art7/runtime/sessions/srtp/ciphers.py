"""What protects packets under one master key: the schedules of a profile, made ready with its session keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.prepared import prepared
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.profiles import MasterKey, Profile

_KEYS = "ietf.srtp_keys."
_PLACE = ("ssrc", "index", "header", "data")

Seal = Callable[[int, int, bytes, bytes], bytes]
"""Source, index, what is only authenticated, and what is hidden or opened too."""


@dataclass(frozen=True, slots=True)
class Cipher:
    """The keys of one direction and kind of packet. `seal` and `open` add and take key identifier and tag.

    `hide`, `show`: only encryption, with the tag of GCM; `tag`: of a whole packet, `None` under GCM.
    """

    seal: Seal
    open: Seal
    hide: Seal
    show: Seal
    tag: Callable[[int, bytes], bytes] | None
    auth_key: bytes = field(repr=False)


def cipher_of(face: Face, profile: Profile, master: MasterKey, *, is_control: bool = False) -> Cipher:
    """Derive session keys, at a derivation rate of 0 (RFC 3711 §4.3.1), and make what uses them.

    Raises: `SessionRefused` with `bad_key`.
    """
    if (len(master.key), len(master.salt)) != (profile.key_size, profile.salt_size) or len(
        master.key_id
    ) > 255:
        expected = f"{profile.key_size} and {profile.salt_size} octets for {profile.name}"
        raise SessionRefused(
            "bad_key", expected, f"{len(master.key)} and {len(master.salt)}", "RFC 3711 §8.2"
        )
    keys = face.schedule(_KEYS + "SessionKeys")(
        label=3 if is_control else 0,
        position=0,
        key_length=profile.key_size,
        auth_length=profile.auth_size,
        salt_length=profile.salt_size,
        master_key=master.key,
        master_salt=master.salt,
    )
    tag_size = profile.control_tag_size if is_control else profile.tag_size
    return cipher_with(face, profile, keys, master.key_id, tag_size)


def cipher_with(face: Face, profile: Profile, keys: Any, key_id: bytes, tag_size: int) -> Cipher:
    """Return what uses given session keys (`cipher_key`, `cipher_salt`, `auth_key`)."""
    lasting = {"cipher_key": keys.cipher_key, "cipher_salt": keys.cipher_salt}
    if profile.cipher == "gcm":
        hide = prepared(face.schedule(_KEYS + "SealGcm"), _PLACE, ("out",), **lasting)
        show = prepared(face.schedule(_KEYS + "OpenGcm"), _PLACE, ("out",), **lasting)
        seal, opened = (hide, show) if not key_id else _with_key_id(hide, show, key_id)
        return Cipher(seal, opened, hide, show, None, b"")
    tag_of = prepared(
        face.schedule(_KEYS + "PacketTag"),
        ("index", "tag_length", "packet"),
        ("tag",),
        auth_key=keys.auth_key,
    )
    if profile.cipher == "null":
        seal, opened = _clear(tag_of, key_id, tag_size)
        hide = show = _unchanged
    else:
        seal, opened = _counter(face, lasting | {"auth_key": keys.auth_key}, key_id, tag_size)
        hide = show = _stream(face, lasting)
    return Cipher(
        seal, opened, hide, show, lambda index, packet: tag_of(index, tag_size, packet), keys.auth_key
    )


def bad_mac() -> SessionRefused:
    """What a packet is refused with whose tag does not hold."""
    return SessionRefused("bad_mac", "the tag that the key gives", "another one", "RFC 3711 §3.3")


def _unchanged(ssrc: int, index: int, header: bytes, data: bytes) -> bytes:
    return data


def _with_key_id(hide: Seal, show: Seal, key_id: bytes) -> tuple[Seal, Seal]:
    def seal(ssrc: int, index: int, header: bytes, data: bytes) -> bytes:
        return hide(ssrc, index, header, data) + key_id

    def opened(ssrc: int, index: int, header: bytes, data: bytes) -> bytes:
        return show(ssrc, index, header, data[: -len(key_id)])

    return seal, opened


def _counter(face: Face, lasting: dict[str, Any], key_id: bytes, tag_size: int) -> tuple[Seal, Seal]:
    """AES in counter mode with a tag (RFC 3711 §4.1.1, §4.2)."""
    hide = prepared(
        face.schedule(_KEYS + "SealCounterMode"),
        ("ssrc", "index", "tag_length", "header", "data"),
        ("hidden", "tag"),
        **lasting,
    )
    show = prepared(
        face.schedule(_KEYS + "OpenCounterMode"),
        ("ssrc", "index", "tag_length", "tag", "header", "data"),
        ("out",),
        **lasting,
    )
    end = -tag_size - len(key_id)

    def seal(ssrc: int, index: int, header: bytes, data: bytes) -> bytes:
        hidden, tag = hide(ssrc, index, tag_size, header, data)
        sealed: bytes = hidden + key_id + tag
        return sealed

    def opened(ssrc: int, index: int, header: bytes, data: bytes) -> bytes:
        shown: bytes = show(ssrc, index, tag_size, data[-tag_size:], header, data[:end])
        return shown

    return seal, opened


def _clear(tag_of: Callable[..., bytes], key_id: bytes, tag_size: int) -> tuple[Seal, Seal]:
    """Only a tag."""
    end = -tag_size - len(key_id)

    def seal(ssrc: int, index: int, header: bytes, data: bytes) -> bytes:
        return data + key_id + tag_of(index, tag_size, header + data)

    def opened(ssrc: int, index: int, header: bytes, data: bytes) -> bytes:
        if not compare_digest(tag_of(index, tag_size, header + data[:end]), data[-tag_size:]):
            raise bad_mac()
        return data[:end]

    return seal, opened


def _stream(face: Face, lasting: dict[str, Any]) -> Seal:
    run = prepared(face.schedule(_KEYS + "CounterMode"), ("ssrc", "index", "data"), ("out",), **lasting)
    return lambda ssrc, index, header, data: run(ssrc, index, data)
