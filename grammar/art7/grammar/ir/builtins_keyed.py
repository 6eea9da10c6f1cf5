"""The builtins that need the `cryptography` package: agreement, signatures, sealing, encapsulation; data only."""

from __future__ import annotations

from dataclasses import replace

from art7.grammar.ir.builtin import Function, parameters, plain
from art7.grammar.ir.expression import Kind

_BOOL, _BYTES = Kind.BOOL, Kind.BYTES


def _keyed(
    name: str,
    given: str,
    doc: str,
    source: str,
    *,
    result: Kind = Kind.BYTES,
    octets: int | None = None,
    octets_from: str | None = None,
    secret: bool = False,
    public: bool = False,
    deterministic: bool = True,
) -> Function:
    """A function that needs the `cryptography` package."""
    return Function(
        name,
        parameters(given),
        result,
        doc,
        source,
        octets=octets,
        octets_from=octets_from,
        needs_cryptography=True,
        secret=secret,
        public=public,
        deterministic=deterministic,
    )


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
            _keyed(name, "private:bytes public:bytes", shared, source, octets=octets, secret=True),
            _keyed(f"{name}_public", "private:bytes", key, source, octets=octets, public=True),
        ]
    for curve, octets in (("p256", 32), ("p384", 48), ("p521", 66)):
        shared = "The shared secret: the x-coordinate. Public keys are uncompressed points."
        key, source = "The public key, an uncompressed point.", "SP 800-56A §5.7.1.2"
        found += [
            _keyed(f"ecdh_{curve}", "private:bytes public:bytes", shared, source, octets=octets, secret=True),
            _keyed(
                f"{curve}_public", "private:bytes", key, "SEC 1 §2.3.3", octets=2 * octets + 1, public=True
            ),
        ]
    return found


_HOLDS = "Whether the signature holds."
_VERIFY = "public:bytes data:bytes signature:bytes"


def _signatures() -> list[Function]:
    """Signatures. `…_verify` yields false on a signature that does not hold, whatever its form."""
    found = []
    signed = "private:bytes data:bytes"
    for name, source, size in (("ed25519", "RFC 8032 §5.1", 32), ("ed448", "RFC 8032 §5.2", 57)):
        found += [
            _keyed(f"{name}_sign", signed, "The signature of `data`.", source, octets=2 * size, public=True),
            _keyed(f"{name}_verify", _VERIFY, _HOLDS, source, result=_BOOL, public=True),
            _keyed(f"{name}_public", "private:bytes", "The public key.", source, octets=size, public=True),
        ]
    for curve, size in (("p256", 32), ("p384", 48), ("p521", 66)):
        for suffix, form, octets in (("", "in DER", None), ("_raw", "as r and s of one length", 2 * size)):
            name, doc = f"ecdsa_{curve}", f"The signature of `data`, {form}."
            source = "IEEE P1363 §E.3.1" if suffix else "FIPS 186-5 §6"
            made = _keyed(
                f"{name}_sign{suffix}", signed, doc, source, octets=octets, public=True, deterministic=False
            )
            holds = f"Whether the signature, {form}, holds."
            found += [
                made,
                _keyed(f"{name}_verify{suffix}", _VERIFY, holds, source, result=_BOOL, public=True),
            ]
    return found + _rsa() + _written_out()


def _rsa() -> list[Function]:
    """RSA of 2,048 to 8,192 bits; public keys are SubjectPublicKeyInfo, private ones PrivateKeyInfo, in DER."""
    found = [
        _keyed(
            "rsa_public",
            "modulus:bytes exponent:bytes",
            "The public key in DER, of a modulus and an exponent.",
            "RFC 8017 §3.1",
            public=True,
        ),
        _keyed(
            "rsa_private",
            "modulus:bytes exponent:bytes private:bytes first:bytes second:bytes",
            "The private key in DER, of a modulus, both exponents and both primes.",
            "RFC 8017 §3.2",
            secret=True,
        ),
        _keyed(
            "rsa_oaep_encrypt",
            "hash:text public:bytes label:bytes? plaintext:bytes",
            "The sealed text; `hash` serves for the mask too.",
            "RFC 8017 §7.1",
            public=True,
            deterministic=False,
        ),
        _keyed(
            "rsa_oaep_decrypt",
            "hash:text private:bytes label:bytes? ciphertext:bytes",
            "The plaintext; `not_authentic` when it does not open.",
            "RFC 8017 §7.1",
            secret=True,
        ),
    ]
    for kind, source, random in (("pkcs1", "RFC 8017 §8.2", False), ("pss", "RFC 8017 §8.1", True)):
        form = " The salt is as long as the hash." if random else ""
        doc = f"The signature of `data`.{form}"
        sign = _keyed(f"rsa_{kind}_sign", "hash:text private:bytes data:bytes", doc, source, public=True)
        found += [
            replace(sign, deterministic=not random),
            _keyed(
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
        _keyed("xeddsa_sign", "private:bytes data:bytes random:bytes", fresh, source, octets=64, public=True),
        _keyed("xeddsa_verify", _VERIFY, holds, source, result=_BOOL, public=True),
        _keyed("dsa_public", f"{group} private:bytes", "The public key, as long as `p`.", dsa, public=True),
        _keyed("dsa_sign", f"{group} private:bytes value:bytes random:bytes", both, f"{dsa}.6", public=True),
        _keyed(
            "dsa_verify",
            f"{group} public:bytes value:bytes signature:bytes",
            checked,
            f"{dsa}.7",
            result=_BOOL,
            public=True,
        ),
    ]


def _ciphers() -> list[Function]:
    """Ciphers without a tag, and a tag alone."""
    return [
        _keyed(
            "aes_cm",
            "key:bytes iv:bytes length:int",
            "`length` octets of AES counter-mode keystream from the 16-octet block `iv`.",
            "RFC 3711 §4.1.1",
            octets_from="length",
            secret=True,
        ),
        _keyed(
            "aes_ctr", "key:bytes iv:bytes data:bytes", "`data` under AES counter mode.", "SP 800-38A §6.5"
        ),
        _keyed(
            "aes_cbc_encrypt",
            "key:bytes iv:bytes plaintext:bytes",
            "AES-CBC with PKCS #7 padding.",
            "SP 800-38A §6.2",
            public=True,
        ),
        _keyed(
            "aes_cbc_decrypt",
            "key:bytes iv:bytes ciphertext:bytes",
            "The plaintext without its padding; a wrong padding is `not_authentic`.",
            "SP 800-38A §6.2",
            secret=True,
        ),
        _keyed(
            "chacha20",
            "key:bytes counter:int nonce:bytes data:bytes",
            "`data` under ChaCha20 from a block counter on.",
            "RFC 8439 §2.4",
        ),
        _keyed(
            "poly1305",
            "key:bytes data:bytes",
            "The tag under a key for one use.",
            "RFC 8439 §2.5",
            octets=16,
            public=True,
        ),
    ]


def _aeads() -> list[Function]:
    """AEADs, key wrapping, keys from passwords. A sealed text ends with its tag."""
    found = []
    for name, source in (
        ("aes_gcm", "SP 800-38D §7"),
        ("chacha20_poly1305", "RFC 8439 §2.8"),
        ("cbc_hmac", "RFC 7518 §5.2"),
    ):
        found += _aead(name, "", source)
    return found + _aead("aead", "name:text ", "RFC 5116 §2") + _wrapping()


def _aead(stem: str, first: str, source: str) -> list[Function]:
    key = f"{first}key:bytes nonce:bytes aad:bytes? "
    named = " `name`: `aes_128_gcm`, `aes_256_gcm`, `chacha20_poly1305`." if first else ""
    if stem == "cbc_hmac":
        named = " AES-CBC with HMAC; the key has 32, 48 or 64 octets."
    opened = "The plaintext; `not_authentic` when the tag does not hold."
    return [
        _keyed(f"{stem}_seal", key + "plaintext:bytes", f"Ciphertext and tag.{named}", source, public=True),
        _keyed(f"{stem}_open", key + "ciphertext:bytes", opened + named, source, secret=True),
    ]


def _wrapping() -> list[Function]:
    """Keys under keys, and keys from passwords."""
    return [
        _keyed("aes_key_wrap", "key:bytes value:bytes", "A key, wrapped.", "RFC 3394 §2.2.1", public=True),
        _keyed(
            "aes_key_unwrap",
            "key:bytes wrapped:bytes",
            "The key inside; `not_authentic` when its check value does not hold.",
            "RFC 3394 §2.2.2",
            secret=True,
        ),
        replace(
            plain(
                "pbkdf2",
                "hash:text password:bytes salt:bytes rounds:int length:int",
                _BYTES,
                "`length` octets from a password; rounds times blocks are at most 2^21.",
                "RFC 8018 §5.2",
            ),
            octets_from="length",
            needs_cryptography=True,
            secret=True,
        ),
    ]


def _hpke() -> list[Function]:
    """Hybrid public-key encryption, base mode, with the KEMs of MLS (0x0010, 0x0011, 0x0012, 0x0020, 0x0021)."""
    kem, suite = "kem:int ikm:bytes", "kem:int kdf:int aead:int"
    sent = " Send `hpke_derive_public(kem, ikm)` with it."
    named = "RFC 9180 §"
    return [
        _keyed("hpke_derive_public", kem, "The public key of DeriveKeyPair.", f"{named}7.1.3", public=True),
        _keyed("hpke_derive_private", kem, "The private key of DeriveKeyPair.", f"{named}7.1.3", secret=True),
        _keyed(
            "hpke_public",
            "kem:int private:bytes",
            "The public key of a private one.",
            f"{named}7.1",
            public=True,
        ),
        _keyed(
            "hpke_encapsulated",
            "kem:int public:bytes ikm:bytes",
            f"The shared secret of Encap, from fresh octets `ikm`.{sent}",
            f"{named}4.1",
            secret=True,
        ),
        _keyed(
            "hpke_decapsulated",
            "kem:int private:bytes enc:bytes",
            "The shared secret of Decap.",
            f"{named}4.1",
            secret=True,
        ),
        *_hpke_sealing(suite, sent, named),
        *_ml_kem(),
    ]


def _hpke_sealing(suite: str, sent: str, named: str) -> list[Function]:
    """What a context of base mode seals, opens and exports."""
    return [
        _keyed(
            "hpke_seal",
            f"{suite} public:bytes ikm:bytes info:bytes? aad:bytes? plaintext:bytes",
            f"Ciphertext and tag, from fresh octets `ikm`.{sent}",
            f"{named}6.1",
            public=True,
        ),
        _keyed(
            "hpke_open",
            f"{suite} private:bytes enc:bytes info:bytes? aad:bytes? ciphertext:bytes",
            "The plaintext; `not_authentic` when the tag does not hold.",
            f"{named}6.1",
            secret=True,
        ),
        _keyed(
            "hpke_exported",
            f"{suite} shared:bytes info:bytes? context:bytes? length:int",
            "A secret for another use, from the shared secret of either side.",
            f"{named}5.3",
            octets_from="length",
            secret=True,
        ),
    ]


def _ml_kem() -> list[Function]:
    """ML-KEM, where the library has it; private keys are 64-octet seeds."""
    found = []
    source = "FIPS 203 §7"
    for name, public in (("ml_kem_768", 1184), ("ml_kem_1024", 1568)):
        found += [
            _keyed(
                f"{name}_public", "seed:bytes", "The encapsulation key.", source, octets=public, public=True
            ),
            _keyed(
                f"{name}_encapsulate",
                "public:bytes",
                "The 32-octet shared secret, then the ciphertext, with randomness of the library.",
                source,
                secret=True,
                deterministic=False,
            ),
            _keyed(
                f"{name}_decapsulate",
                "seed:bytes ciphertext:bytes",
                "The shared secret; another's ciphertext gives one that nobody else has.",
                source,
                octets=32,
                secret=True,
            ),
        ]
    return found


KEYED: tuple[Function, ...] = (*_agreements(), *_signatures(), *_ciphers(), *_aeads(), *_hpke())
"""Every builtin that needs `cryptography`."""
