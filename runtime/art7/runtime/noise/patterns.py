"""Handshake patterns and protocol names of Noise (revision 34 §7, §8, §9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TABLE = """
N:  s <  | e es
K:  s >< | e es ss
X:  s <  | e es s ss
NN:      | e | e ee
KN: s >  | e | e ee se
NK: s <  | e es | e ee
KK: s >< | e es ss | e ee se
NX:      | e | e ee s es
KX: s >  | e | e ee se s es
XN:      | e | e ee | s se
IN:      | e s | e ee se
XK: s <  | e es | e ee | s se
IK: s <  | e es s ss | e ee se
XX:      | e | e ee s es | s se
IX:      | e s | e ee se s es
"""
"""Pattern → who is known before (`>` the initiator's static key, `<` the responder's) | messages in turn."""


class NoiseRefused(Exception):
    """A handshake or message is refused, with a code: `unknown_protocol`, `missing_key`, `out_of_turn`, `truncated`,
    `too_long`, `exhausted`, or one of the builtin functions (`not_authentic`, `small_order`, `bad_key`)."""

    def __init__(self, code: str, expected: str = "", found: str = "") -> None:
        super().__init__(f"{code}: expected {expected}, found {found}" if expected else code)
        self.code = code
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a protocol name says: the keys known before, tokens of each message, and the functions."""

    name: str
    initiator_known: bool
    responder_known: bool
    messages: tuple[tuple[str, ...], ...]
    agreement: str
    cipher: str
    hash: str
    one_way: bool

    @property
    def uses_psk(self) -> bool:
        """Whether a pre-shared key is mixed in (§9)."""
        return any("psk" in message for message in self.messages)


_AGREEMENTS = {"25519": "x25519", "448": "x448"}
_CIPHERS = {"AESGCM": "aes_256_gcm", "ChaChaPoly": "chacha20_poly1305"}
_HASHES = {"SHA256": "sha256", "SHA512": "sha512", "BLAKE2s": "blake2s", "BLAKE2b": "blake2b"}
_NAME = re.compile(r"Noise_([A-Z]{1,2})((?:psk\d(?:\+psk\d)*)?)_([^_]+)_([^_]+)_([^_]+)", re.ASCII)


def _row(pattern: str) -> tuple[str, list[list[str]]] | None:
    for line in _TABLE.strip().splitlines():
        name, _, rest = line.partition(":")
        if name == pattern:
            before, *messages = rest.split("|")
            return before, [message.split() for message in messages]
    return None


def protocol(name: str) -> Protocol:
    """Read a protocol name (§8). Raises: `NoiseRefused` with `unknown_protocol`."""
    parts = _NAME.fullmatch(name)
    row = _row(parts[1]) if parts else None
    if parts is None or row is None:
        raise NoiseRefused("unknown_protocol", "a pattern of §7", f"{len(name)} characters")
    known = parts[3] in _AGREEMENTS and parts[4] in _CIPHERS and parts[5] in _HASHES
    before, messages = row
    for place in sorted(map(int, re.findall(r"psk(\d)", parts[2]))):
        if place > len(messages):
            known = False
            break
        messages[max(place - 1, 0)].insert(0 if place == 0 else len(messages[place - 1]), "psk")
    if not known:
        raise NoiseRefused("unknown_protocol", "functions of §12", f"{len(name)} characters")
    return Protocol(
        name,
        ">" in before,
        "<" in before,
        tuple(map(tuple, messages)),
        _AGREEMENTS[parts[3]],
        _CIPHERS[parts[4]],
        _HASHES[parts[5]],
        len(parts[1]) == 1,
    )
