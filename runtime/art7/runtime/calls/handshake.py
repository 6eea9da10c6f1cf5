"""DTLS of a call: OpenSSL shakes hands, the hash of the peer's certificate is compared, keys of SRTP come out (RFC 5764).

Needs the extra `calls` (pyOpenSSL), which is loaded when a handshake begins.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from struct import unpack_from

from art7.runtime.calls.certificates import Certificate, printed
from art7.runtime.calls.libraries import library
from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.profiles import PROFILES, MasterKey, Profile, exported_keys

MODULES = ("ietf.srtp", "ietf.srtp_keys")

_LABEL = b"EXTRACTOR-dtls_srtp"
_OFFERED = {
    b"SRTP_AEAD_AES_128_GCM": PROFILES["AEAD_AES_128_GCM"],
    b"SRTP_AES128_CM_SHA1_80": PROFILES["AES_CM_128_HMAC_SHA1_80"],
}
"""Profiles by OpenSSL's names, the best first."""
_LARGEST = 1200
_HEADER = 13


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a handshake ends with: the profile, the keys for what is sent and for what comes."""

    profile: Profile
    own: MasterKey
    peer: MasterKey


class Handshake:
    """The server's side of one handshake; datagrams in, datagrams out by `send`."""

    def __init__(
        self, face: Face, own: Certificate, hash: str, fingerprint: str, send: Callable[[bytes], None]
    ) -> None:
        """Begin. `hash`, `fingerprint`: of the peer's certificate, as its description has them."""
        ssl = library("OpenSSL.SSL")
        self._ssl = ssl
        self._face = face
        self._expected = (hash, fingerprint)
        self._send = send
        context = ssl.Context(ssl.DTLS_METHOD)
        context.use_certificate(own.certificate)
        context.use_privatekey(own.key)
        context.set_verify(ssl.VERIFY_PEER | ssl.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.set_tlsext_use_srtp(b":".join(_OFFERED))
        context.set_cipher_list(b"ECDHE+AESGCM:ECDHE+CHACHA20")
        self._connection = ssl.Connection(context, None)
        self._connection.set_ciphertext_mtu(_LARGEST)
        self._connection.set_accept_state()
        self.agreed: Agreed | None = None
        self.is_over = False

    def receive(self, datagram: bytes) -> None:
        """Take a datagram. Raises: `SessionRefused` when the handshake fails; nothing of it is to be used then."""
        self._connection.bio_write(datagram)
        if self.agreed is None:
            self._step()
        else:
            self._read()
        self._flush()

    def wait(self) -> float | None:
        """Return the seconds until `timeout` is due, or `None`."""
        return None if self.agreed else self._connection.DTLSv1_get_timeout()

    def timeout(self) -> None:
        """Send the last flight once more (RFC 6347 §4.2.4)."""
        self._connection.DTLSv1_handle_timeout()
        self._flush()

    def close(self) -> None:
        """Tell the peer that this is the end."""
        try:
            self._connection.shutdown()
        except self._ssl.Error:
            pass  # there is nothing to end yet
        self._flush()

    def _step(self) -> None:
        try:
            self._connection.do_handshake()
        except self._ssl.WantReadError:
            return
        except self._ssl.Error as error:
            self._flush()  # the alert
            self.is_over = True
            reason = str(error.args[0][-1][-1]) if error.args and error.args[0] else "no reason told"
            raise SessionRefused("bad_handshake", "a handshake of DTLS 1.2", reason, "RFC 5764 §4") from None
        self._agree()

    def _agree(self) -> None:
        algorithm, fingerprint = self._expected
        shown = self._connection.get_peer_certificate(as_cryptography=True)
        assert shown is not None, "a handshake without a certificate fails"
        if not hmac.compare_digest(printed(shown, algorithm).encode(), fingerprint.encode()):
            self.is_over = True
            raise SessionRefused(
                "bad_fingerprint", "the certificate whose hash the offer has", "another one", "RFC 8122 §6.1"
            )
        profile = _OFFERED.get(self._connection.get_selected_srtp_profile())
        if profile is None:
            self.is_over = True
            raise SessionRefused(
                "no_profile", " or ".join(each.name for each in _OFFERED.values()), "none", "RFC 5764 §4.1"
            )
        material = self._connection.export_keying_material(_LABEL, profile.material_size)
        self.agreed = Agreed(profile, *exported_keys(self._face, profile, material, is_client=False))

    def _read(self) -> None:
        """Nothing is said over the connection but its end."""
        try:
            while True:
                self._connection.recv(_LARGEST)
        except self._ssl.WantReadError:
            return
        except self._ssl.Error:
            self.is_over = True

    def _flush(self) -> None:
        try:
            octets = self._connection.bio_read(1 << 16)
        except self._ssl.WantReadError:
            return
        for datagram in _datagrams(octets):
            self._send(datagram)


def _datagrams(octets: bytes) -> list[bytes]:
    """Cut records, which OpenSSL leaves in one run, into datagrams that pass everywhere (RFC 6347 §4.1.1)."""
    made: list[bytes] = []
    place = 0
    while place + _HEADER <= len(octets):
        end = place + _HEADER + unpack_from(">H", octets, place + 11)[0]
        record = octets[place:end]
        if made and len(made[-1]) + len(record) <= _LARGEST:
            made[-1] += record
        else:
            made.append(record)
        place = end
    return made
