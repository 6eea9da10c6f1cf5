"""What a verifier brings to a signed bundle: keys from files, and keys that a chain of certificates leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import read_file

if TYPE_CHECKING:
    from art7.validator.publishing.keys import Verifier

KEY_OCTETS = 1 << 16
"""The most octets of a file of keys or certificates."""
_SIGNS = 1
"""Bit 0 of the key usage: the key signs contents (RFC 5280 §4.2.1.3)."""


def read_key(path: str, report: Report) -> bytes | None:
    """Return the content of a file of keys; what cannot be read is reported."""
    return read_file(path, report, most=KEY_OCTETS)


def trusted_keys(paths: Sequence[str], report: Report, *, sandbox: bool) -> list[Verifier]:
    """Return the public keys in PEM files."""
    from art7.validator.publishing.keys import read_verifier

    found = []
    for path in paths:
        pem = read_key(path, report)
        key = None if pem is None else read_verifier(pem, path, report, sandbox=sandbox)
        found += [key] if key is not None else []
    return found


def certified_keys(
    files: Mapping[str, bytes], trust: Sequence[str], on: date, report: Report, *, sandbox: bool
) -> list[Verifier]:
    """Return the keys of the chains in `signatures/*.pem` that lead to one of the trusted certificates on a day."""
    from art7.validator.digests import SIGNATURES
    from art7.validator.publishing.keys import certified_key, read_certificates

    anchors: list[bytes] = []
    for path in trust:
        pem = read_key(path, report)
        anchors += (read_certificates(pem, path, report) or []) if pem is not None else []
    found = []
    for path in (each for each in sorted(files) if each.startswith(SIGNATURES) and each.endswith(".pem")):
        chain = read_certificates(files[path], path, report)
        if chain and _leads(chain, anchors, on, path, report):
            key = certified_key(chain[0], path, report, sandbox=sandbox)
            found += [key] if key is not None else []
    return found


def _leads(chain: Sequence[bytes], anchors: Sequence[bytes], on: date, path: str, report: Report) -> bool:
    """Whether a path from an anchor to the first certificate of the chain is valid at noon (UTC) of a day."""
    from art7.runtime.x509.certificates import KEY_USAGE, certificate_of
    from art7.runtime.x509.chains import find_chain
    from art7.runtime.x509.refusals import PathRefused
    from art7.validator.publishing.codes import refuse

    noon = datetime.combine(on, time(12), UTC).timestamp()
    try:
        last, *others = [certificate_of(each) for each in chain]
        find_chain(last, [certificate_of(each) for each in anchors], others, noon)
    except PathRefused as refusal:
        refuse(report, "A7-B228", f"the certificates lead nowhere: {refusal.code}", path)
        return False
    usage = last.extensions.get(KEY_USAGE)
    if last.is_authority or (usage is not None and not int(usage) & _SIGNS):
        refuse(report, "A7-B228", "the certificate is not for signing contents", path)
        return False
    return True
