"""The builtins of public keys: agreements and signatures; data only."""

from __future__ import annotations

from dataclasses import replace

from art7.grammar.ir.builtin import Function, keyed
from art7.grammar.ir.expression import Kind

_BOOL = Kind.BOOL


def _agreements() -> list[Function]:
    """Diffie-Hellman. A public key of small order or off the curve is refused."""
    shared, key = "The shared secret.", "The public key."
    found = []
    for name, octets, source in (
        ("x25519", 32, "RFC 7748 §6.1"),
        ("x448", 56, "RFC 7748 §6.2"),
        ("modp_1536", 192, "RFC 3526 §2"),
    ):
        found += [
            keyed(name, "private:bytes public:bytes", shared, source, octets=octets, secret=True),
            keyed(f"{name}_public", "private:bytes", key, source, octets=octets, public=True),
        ]
    for curve, octets in (("p256", 32), ("p384", 48), ("p521", 66)):
        shared = "The shared secret: the x-coordinate. Public keys are uncompressed points."
        key, source = "The public key, an uncompressed point.", "SP 800-56A §5.7.1.2"
        found += [
            keyed(f"ecdh_{curve}", "private:bytes public:bytes", shared, source, octets=octets, secret=True),
            keyed(
                f"{curve}_public", "private:bytes", key, "SEC 1 §2.3.3", octets=2 * octets + 1, public=True
            ),
            keyed(
                f"{curve}_point",
                "point:bytes",
                "The uncompressed point, of a compressed one or of itself.",
                "SEC 1 §2.3.4",
                octets=2 * octets + 1,
                public=True,
            ),
        ]
    return found + _group_5()


def _group_5() -> list[Function]:
    """Arithmetic of proofs in the 1536-bit group."""
    source, both, answer = (
        "RFC 3526 §2",
        "left:bytes right:bytes",
        "random:bytes secret:bytes challenge:bytes",
    )
    rows = (
        ("multiply", both, "The product of two members of the group."),
        ("divide", both, "The quotient of two members of the group."),
        ("response", answer, "`random` less `secret` times `challenge`, modulo the order (p-1)/2."),
    )
    return [
        keyed(f"modp_1536_{verb}", given, doc, source, octets=192, public=verb == "response")
        for verb, given, doc in rows
    ]


_HOLDS = "Whether the signature holds."
_VERIFY = "public:bytes data:bytes signature:bytes"


def _signatures() -> list[Function]:
    """Signatures. `…_verify` yields false on a signature that does not hold, whatever its form."""
    found = []
    signed = "private:bytes data:bytes"
    for name, source, size in (("ed25519", "RFC 8032 §5.1", 32), ("ed448", "RFC 8032 §5.2", 57)):
        found += [
            keyed(f"{name}_sign", signed, "The signature of `data`.", source, octets=2 * size, public=True),
            keyed(f"{name}_verify", _VERIFY, _HOLDS, source, result=_BOOL, public=True),
            keyed(f"{name}_public", "private:bytes", "The public key.", source, octets=size, public=True),
        ]
    for curve, size in (("p256", 32), ("p384", 48), ("p521", 66)):
        for suffix, form, octets in (("", "in DER", None), ("_raw", "as r and s of one length", 2 * size)):
            name, doc = f"ecdsa_{curve}", f"The signature of `data`, {form}."
            source = "IEEE P1363 §E.3.1" if suffix else "FIPS 186-5 §6"
            made = keyed(
                f"{name}_sign{suffix}", signed, doc, source, octets=octets, public=True, deterministic=False
            )
            holds = f"Whether the signature, {form}, holds."
            found += [
                made,
                keyed(f"{name}_verify{suffix}", _VERIFY, holds, source, result=_BOOL, public=True),
            ]
    return found + _rsa() + _written_out()


def _rsa() -> list[Function]:
    """RSA of 2,048 to 8,192 bits; public keys are SubjectPublicKeyInfo, private ones PrivateKeyInfo, in DER."""
    found = [
        keyed(
            "rsa_public",
            "modulus:bytes exponent:bytes",
            "The public key in DER, of a modulus and an exponent.",
            "RFC 8017 §3.1",
            public=True,
        ),
        keyed(
            "rsa_private",
            "modulus:bytes exponent:bytes private:bytes first:bytes second:bytes",
            "The private key in DER, of a modulus, both exponents and both primes.",
            "RFC 8017 §3.2",
            secret=True,
        ),
        keyed(
            "rsa_oaep_encrypt",
            "hash:text public:bytes label:bytes? plaintext:bytes",
            "The sealed text; `hash` serves for the mask too.",
            "RFC 8017 §7.1",
            public=True,
            deterministic=False,
        ),
        keyed(
            "rsa_oaep_decrypt",
            "hash:text private:bytes label:bytes? ciphertext:bytes",
            "The plaintext; `not_authentic` when it does not open.",
            "RFC 8017 §7.1",
            secret=True,
        ),
    ]
    return found + _rsa_signatures()


def _rsa_signatures() -> list[Function]:
    """PKCS #1 v1.5 and PSS."""
    found = []
    for kind, source, random in (("pkcs1", "RFC 8017 §8.2", False), ("pss", "RFC 8017 §8.1", True)):
        form = " The salt is as long as the hash." if random else ""
        doc = f"The signature of `data`.{form}"
        sign = keyed(f"rsa_{kind}_sign", "hash:text private:bytes data:bytes", doc, source, public=True)
        found += [
            replace(sign, deterministic=not random),
            keyed(
                f"rsa_{kind}_verify", f"hash:text {_VERIFY}", _HOLDS + form, source, result=_BOOL, public=True
            ),
        ]
    return found


def _written_out() -> list[Function]:
    """XEdDSA, and DSA over an integer as OTR uses it. `random` is 64 fresh octets."""
    fresh = "The signature of `data` under an X25519 key; `random` is 64 fresh octets."
    holds = "Whether the signature holds under an X25519 public key."
    source, dsa = "XEdDSA and VXEdDSA §2", "FIPS 186-4 §4"
    group = "p:bytes q:bytes g:bytes"
    both = "r and s, each as long as `q`, over the integer `value`; `random` is 64 fresh octets."
    checked = "Whether r and s hold over the integer `value`; a key that is not of order `q` is refused."
    return [
        keyed("xeddsa_sign", "private:bytes data:bytes random:bytes", fresh, source, octets=64, public=True),
        keyed("xeddsa_verify", _VERIFY, holds, source, result=_BOOL, public=True),
        keyed("dsa_public", f"{group} private:bytes", "The public key, as long as `p`.", dsa, public=True),
        keyed("dsa_sign", f"{group} private:bytes value:bytes random:bytes", both, f"{dsa}.6", public=True),
        keyed(
            "dsa_verify",
            f"{group} public:bytes value:bytes signature:bytes",
            checked,
            f"{dsa}.7",
            result=_BOOL,
            public=True,
        ),
    ]


AGREEMENTS_AND_SIGNATURES: tuple[Function, ...] = (*_agreements(), *_signatures())
"""Every builtin that agrees on a secret, signs or verifies."""
