"""The signing envelope DSSE 1.0 in JSON: what is signed is its type and its octets, never its spelling.

A signature covers PAE(type, body) = `DSSEv1`, then length and octets of the type, then length and octets of the body,
each after one space; lengths count octets, in decimal. `keyid` is a hint and decides nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import json_strict
from art7.grammar.untrusted.refusal import shown
from art7.validator.publishing.codes import refuse

MOST_SIGNATURES = 16
MOST_OCTETS = 4 << 20

_STANDARD = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_FOR_ADDRESSES = re.compile(r"[A-Za-z0-9_-]*={0,2}")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature and the hint whose it is."""

    keyid: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is signed, of which type, and by whom it says it is."""

    file: str
    kind: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> bytes:
        """The octets that each signature covers."""
        return pae(self.kind, self.payload)


def pae(kind: str, body: bytes) -> bytes:
    """Return the pre-authentication encoding of a type and a body."""
    named = kind.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(body), body)


def write_envelope(kind: str, payload: bytes, signatures: tuple[Signature, ...]) -> bytes:
    """Return the envelope in JSON; same input, same octets."""
    rows = [{"keyid": each.keyid, "sig": base64.b64encode(each.octets).decode()} for each in signatures]
    document = {"payload": base64.b64encode(payload).decode(), "payloadType": kind, "signatures": rows}
    return (json.dumps(document, indent=2) + "\n").encode()


def read_envelope(content: bytes, file: str, report: Report) -> Envelope | None:
    """Return the envelope in a file, or report what is wrong with it."""
    if len(content) > MOST_OCTETS:
        refuse(report, "A7-B211", f"found {len(content)} octets, expected at most {MOST_OCTETS}", file)
        return None
    document = json_strict.loads(content, report, file=file)
    if document is None:
        return None
    value = document.value
    if not isinstance(value, dict) or set(value) != {"payload", "payloadType", "signatures"}:
        refuse(report, "A7-B211", "expected `payload`, `payloadType` and `signatures`, nothing else", file)
        return None
    rows, kind = value["signatures"], value["payloadType"]
    if not isinstance(kind, str) or not isinstance(rows, list) or not 1 <= len(rows) <= MOST_SIGNATURES:
        refuse(report, "A7-B211", f"expected a type, and 1 to {MOST_SIGNATURES} signatures", file)
        return None
    payload = _octets(value["payload"], "payload", file, report)
    signatures = [_signature(row, file, report) for row in rows]
    if payload is None or any(each is None for each in signatures):
        return None
    return Envelope(file, kind, payload, tuple(each for each in signatures if each is not None))


def _signature(row: object, file: str, report: Report) -> Signature | None:
    if not isinstance(row, dict) or not {"sig"} <= set(row) <= {"sig", "keyid"}:
        refuse(report, "A7-B211", "expected `sig` and perhaps `keyid` for each signature", file)
        return None
    keyid = row.get("keyid", "")
    if not isinstance(keyid, str) or len(keyid) > 200:
        refuse(report, "A7-B211", "expected a `keyid` of at most 200 characters", file)
        return None
    octets = _octets(row["sig"], "sig", file, report)
    return None if octets is None else Signature(keyid, octets)


def _octets(text: object, name: str, file: str, report: Report) -> bytes | None:
    """Return octets from either alphabet; DSSE asks to take both, but each in its one spelling."""
    if not isinstance(text, str):
        refuse(report, "A7-B211", f"expected text for `{name}`", file)
        return None
    forms = ((_STANDARD, None), (_FOR_ADDRESSES, b"-_"))
    for form, others in forms:
        if form.fullmatch(text):
            try:
                octets = base64.b64decode(text, others, validate=True)
            except (binascii.Error, ValueError):
                break
            if base64.b64encode(octets, others).decode() == text:
                return octets
            break
    refuse(report, "A7-B212", f"`{name}` is not base64 in its one spelling: {shown(text[:24])}", file)
    return None
