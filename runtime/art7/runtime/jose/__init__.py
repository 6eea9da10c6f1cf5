"""JSON Object Signing and Encryption (RFC 7515, 7516, 7518): signatures checked, sealed texts opened, with one policy.

    keys      keys of the catalogue's form, and what each may be used for
    signed    signed objects, compact and as JSON
    making    signed objects made
    sealed    encrypted objects, compact and as JSON

Structures are those of the catalogue (`ietf.jose`). Refused on purpose: `none`, RSA1_5, keys below their strength, keys of
another algorithm or use, sets that mix secrets with public keys, and extensions that are not understood.
"""
