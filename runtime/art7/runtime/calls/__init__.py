"""Calls over real sockets, from catalogue modules: an answering end that browsers call (RFC 8829, RFC 8445, RFC 5764).

`codecs` agrees on codecs, `description` reads an offer and writes the answer (SDP), `connectivity` answers checks of ICE,
`handshake` does DTLS with a certificate of `certificates`, `media` cuts frames into RTP payloads and joins them, `control`
asks for whole pictures, `endpoint` ties them to one UDP socket, `frames` makes and decodes sound and pictures. Formats and
key derivation are the catalogue's, protection is `sessions.srtp`; the handshake itself is OpenSSL's.
"""
