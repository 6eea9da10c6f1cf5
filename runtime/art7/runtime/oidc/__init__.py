"""OpenID Connect (Core 1.0, Discovery 1.0): the code flow as a relying party takes part in it, octets in and octets out.

    relying_party   the steps in their order, each refusing what does not belong to the one before

Documents and tokens are read by the catalogue (`openid.oidc`), signatures checked by `art7.runtime.jose`.
"""
