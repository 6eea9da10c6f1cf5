"""The Noise Protocol Framework (revision 34): handshakes by their patterns.

    patterns     every pattern as data, and what a protocol name says (§7, §8, §9)
    symmetric    keys, nonces, chaining key and transcript hash (§5.1, §5.2)
    handshake    one side of a handshake, message by message (§5.3)

Octets come in and go out; fresh keys come from the caller's randomness.
"""
