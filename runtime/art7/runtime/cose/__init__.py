"""CBOR Object Signing and Encryption (RFC 9052, 9053): objects checked, opened and made, with one policy.

    structures   records and schedules of the catalogue, looked up once
    keys         COSE_Key, and which key serves for what
    receivers    how a receiver finds the key of the content
    reader       signatures and authenticators checked, content opened
    writer       objects made

What is signed, authenticated or derived for is written by the catalogue (`ietf.cose`), every use of a key is one of its
schedules (`ietf.cose_keys`); both run on the interpreter and in generated code. Refused on purpose: curves with another
hash than their own, SHA-1, keys of another size, algorithm or use than they are for, headers that are not understood.
"""
