"""Transcript hashes (RFC 9420 §8.2): every commit, and then its confirmation tag."""

from __future__ import annotations

from art7.runtime.mls.structures import Value
from art7.runtime.mls.suite import CipherSuite


def confirmed_hash(suite: CipherSuite, interim: bytes, message: Value) -> bytes:
    """Return the confirmed transcript hash after a commit, an `AuthenticatedContent`."""
    content = suite.structures.write(
        "ConfirmedTranscriptHashInput",
        wire_format=message.wire_format,
        content=message.content,
        signature=message.auth.signature,
    )
    return bytes(suite.run("ConfirmedTranscript", content=content, interim=interim).confirmed)


def interim_hash(suite: CipherSuite, confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """Return the interim transcript hash that the next commit begins from."""
    made = suite.run("InterimTranscript", confirmation_tag=confirmation_tag, confirmed=confirmed)
    return bytes(made.interim)
