"""Certification paths of the internet profile (RFC 5280 §6): built, then validated, each fault with its own code.

    certificates   what a certificate says, out of the catalogue's structures (`itu.x509`)
    names          names compared, and held against constraints
    signatures     signatures by `cryptography`, and which are too weak
    policies       under which policies a path is valid
    paths          one path, certificate by certificate
    chains         a path found among certificates at hand, for a purpose
    revocation     a path checked by revocation lists at hand

Nothing is fetched: certificates, lists and the time are handed in. Who has no lists, or asks a responder, takes the path
that `chains` returns.
"""
