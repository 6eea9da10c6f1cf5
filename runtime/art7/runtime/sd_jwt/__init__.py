"""Credentials whose claims are disclosed one by one (RFC 9901, SD-JWT VC), and what else credentials are checked for.

    parts         the parts of a presentation, compact or JSON
    disclosures   claims with what is disclosed in the place of its digest
    verifying     signatures, times, key binding, and the rules of SD-JWT VC
    issuing       credentials made and presented
    status        lists that say whether a credential still holds
    proofs        proofs inside a document, over its canonical form
    tokens        credentials in a signed token of JOSE or COSE

Structures are those of the catalogue (`w3c.vc`, `w3c.status`, `w3c.did`), signatures those of `art7.runtime.jose`.
"""
