"""How a certificate or a path is refused."""

from __future__ import annotations

CODES = {
    "unknown_issuer": "no certificate at hand leads to one that is trusted",
    "wrong_issuer": "the issuer's name is not the subject of the certificate before",
    "bad_signature": "the issuer's key did not sign it",
    "weak_signature": "signed with a hash or an algorithm that is not taken any more",
    "weak_key": "a key below the strength that is asked for, or of a kind that is not taken",
    "not_yet_valid": "a time before it begins",
    "expired": "a time after its end",
    "not_a_ca": "an issuer that is no authority",
    "path_length": "more authorities below one than it allows",
    "key_usage": "a key that is not for signing certificates",
    "unknown_critical": "a critical extension that is not processed here",
    "name_constraint": "a name where an authority above may not give names",
    "policy": "no policy that was asked for",
    "bad_mapping": "any policy, mapped",
    "wrong_purpose": "a key that is for another purpose",
    "wrong_name": "a certificate for another name",
    "revoked": "a certificate that its issuer took back",
    "unknown_status": "no list that says whether it was taken back",
    "too_long": "a path longer than is followed",
    "too_many": "more paths to be tried than are",
}
"""Code → meaning; what cannot be read has the codec's code."""


class PathRefused(Exception):
    """A path is refused: the code, what was expected and found, and which certificate, counted from the trusted one."""

    def __init__(self, code: str, expected: str = "", found: str = "", index: int = 0) -> None:
        super().__init__(": ".join(part for part in (code, CODES.get(code, ""), found) if part))
        self.code = code
        self.expected = expected
        self.found = found
        self.index = index
