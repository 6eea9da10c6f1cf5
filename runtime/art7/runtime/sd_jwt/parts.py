"""The parts of a presentation (RFC 9901 §4, §8): what the issuer signed, disclosures, and the proof of the holder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from art7.runtime.jose.keys import octets_of, text_of
from art7.runtime.sd_jwt.refusals import CredentialRefused, read

LONGEST = 1 << 22
"""The most octets of a presentation."""
MOST_DISCLOSURES = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A presentation. `signed`: the compact text that the issuer signed, of several signatures the first; `disclosures`:
    their texts; `binding`: a compact text, or nothing."""

    signed: str
    disclosures: tuple[str, ...]
    binding: str = ""

    @property
    def bound(self) -> bytes:
        """What the holder's proof is over: all before it."""
        return "".join(f"{part}~" for part in (self.signed, *self.disclosures)).encode("ascii")

    @property
    def header(self) -> dict[str, Any]:
        """The header that the issuer signed."""
        return members_of(octets_of(self.signed.split(".")[0]))

    @property
    def claims(self) -> dict[str, Any]:
        """The claims as the issuer signed them, digests among them; not to be believed before the signature is checked."""
        octets = octets_of(self.signed.split(".")[1])
        read("w3c.vc.SdJwtClaims", octets)
        return members_of(octets)

    def compact(self) -> str:
        """Return the presentation in one line."""
        return self.bound.decode("ascii") + self.binding


def members_of(octets: bytes) -> dict[str, Any]:
    """Return a JSON object whose names stand once. Raises: `CredentialRefused` with the codec's code."""
    read("ietf.json.JsonText", octets)
    found = json.loads(octets)
    if not isinstance(found, dict):
        raise CredentialRefused("wrong_kind", "an object", type(found).__name__)
    return found


def instant(text: Any) -> float:
    """Return a date and time with its zone in seconds since 1970. Raises: `CredentialRefused` with `bad_text`."""
    try:
        found = datetime.fromisoformat(str(text))
        if found.tzinfo is None:
            raise ValueError
        return found.timestamp()
    except (ValueError, OverflowError):
        raise CredentialRefused("bad_text", "a date and a time with its zone", "another text") from None


def parts_of(text: str) -> Shown:
    """Return the parts of a presentation, compact or JSON. Raises: `CredentialRefused`, `JoseRefused`."""
    if len(text) > LONGEST:
        raise CredentialRefused("too_long", f"{LONGEST} characters", "more")
    try:
        octets = text.encode("utf-8")
    except UnicodeEncodeError:
        raise CredentialRefused("bad_text", "a text", "half of a surrogate pair") from None
    return _of_json(octets) if text.lstrip().startswith("{") else _of_compact(octets)


def _of_compact(octets: bytes) -> Shown:
    value = read("w3c.vc.SdJwt", octets)
    *disclosures, last = value["parts"]
    binding = ""
    if last["octets"] is not None:
        held = last["binding"]
        binding = ".".join(text_of(each) for each in (last["octets"], held["payload"], held["signature"]))
    signed = f"{value['signing_input'].decode('ascii')}.{text_of(value['signature'])}"
    return Shown(signed, tuple(text_of(each["octets"]) for each in disclosures), binding)


def _of_json(octets: bytes) -> Shown:
    read("ietf.jose.JwsJson", octets)
    value = members_of(octets)
    rows = value.get("signatures") or [value]
    first = rows[0]
    # RFC 9901 §8.1 has them in the header that is not signed; drafts before it had them beside it.
    holder = next((each for each in (first.get("header"), value) if each and "disclosures" in each), {})
    disclosures, binding = holder.get("disclosures", []), holder.get("kb_jwt", "")
    texts = [*disclosures, binding] if isinstance(disclosures, list) else [None]
    if not all(isinstance(each, str) and each.isascii() for each in texts) or len(texts) > MOST_DISCLOSURES:
        raise CredentialRefused("wrong_kind", "disclosures and a key binding as texts", "others")
    parts = (first.get("protected"), value.get("payload"), first.get("signature"))
    if not all(isinstance(each, str) for each in parts):
        raise CredentialRefused("missing_field", "a signed header, a payload and a signature", "fewer")
    for each in disclosures:
        octets_of(each)
    return Shown(".".join(str(each) for each in parts), tuple(disclosures), binding)
