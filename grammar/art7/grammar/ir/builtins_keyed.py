"""The builtins that need the `cryptography` package: ciphers, encapsulation, and those of public keys; data only."""

from __future__ import annotations

from dataclasses import replace

from art7.grammar.ir.builtin import Function, keyed, plain
from art7.grammar.ir.builtins_public import AGREEMENTS_AND_SIGNATURES
from art7.grammar.ir.expression import Kind

_BYTES = Kind.BYTES


def _ciphers() -> list[Function]:
    """Ciphers without a tag, and a tag alone."""
    return [
        keyed(
            "aes_cm",
            "key:bytes iv:bytes length:int",
            "`length` octets of AES counter-mode keystream from the 16-octet block `iv`.",
            "RFC 3711 §4.1.1",
            octets_from="length",
            secret=True,
        ),
        keyed(
            "aes_ctr", "key:bytes iv:bytes data:bytes", "`data` under AES counter mode.", "SP 800-38A §6.5"
        ),
        keyed(
            "aes_cbc_encrypt",
            "key:bytes iv:bytes plaintext:bytes",
            "AES-CBC with PKCS #7 padding.",
            "SP 800-38A §6.2",
            public=True,
        ),
        keyed(
            "aes_cbc_decrypt",
            "key:bytes iv:bytes ciphertext:bytes",
            "The plaintext without its padding; a wrong padding is `not_authentic`.",
            "SP 800-38A §6.2",
            secret=True,
        ),
        keyed(
            "chacha20",
            "key:bytes counter:int nonce:bytes data:bytes",
            "`data` under ChaCha20 from a block counter on.",
            "RFC 8439 §2.4",
        ),
        keyed(
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
    return found + _aead("aead", "name:text ", "RFC 5116 §2") + _ccm() + _wrapping()


def _ccm() -> list[Function]:
    """AES-CCM, whose tags and nonces have several sizes."""
    given, size = "key:bytes nonce:bytes aad:bytes? tag_size:int ", " The nonce has 7 to 13 octets."
    opened = "The plaintext; `not_authentic` when the tag does not hold."
    return [
        keyed(
            "aes_ccm_seal",
            given + "plaintext:bytes",
            f"Ciphertext and tag.{size}",
            "SP 800-38C §6.1",
            public=True,
        ),
        keyed("aes_ccm_open", given + "ciphertext:bytes", opened, "SP 800-38C §6.2", secret=True),
    ]


def _aead(stem: str, first: str, source: str) -> list[Function]:
    key = f"{first}key:bytes nonce:bytes aad:bytes? "
    named = " `name`: `aes_128_gcm`, `aes_256_gcm`, `chacha20_poly1305`." if first else ""
    if stem == "cbc_hmac":
        named = " AES-CBC with HMAC; the key has 32, 48 or 64 octets."
    opened = "The plaintext; `not_authentic` when the tag does not hold."
    return [
        keyed(f"{stem}_seal", key + "plaintext:bytes", f"Ciphertext and tag.{named}", source, public=True),
        keyed(f"{stem}_open", key + "ciphertext:bytes", opened + named, source, secret=True),
    ]


def _wrapping() -> list[Function]:
    """Keys under keys, and keys from passwords."""
    return [
        keyed("aes_key_wrap", "key:bytes value:bytes", "A key, wrapped.", "RFC 3394 §2.2.1", public=True),
        keyed(
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
        keyed("hpke_derive_public", kem, "The public key of DeriveKeyPair.", f"{named}7.1.3", public=True),
        keyed("hpke_derive_private", kem, "The private key of DeriveKeyPair.", f"{named}7.1.3", secret=True),
        keyed(
            "hpke_public",
            "kem:int private:bytes",
            "The public key of a private one.",
            f"{named}7.1",
            public=True,
        ),
        keyed(
            "hpke_encapsulated",
            "kem:int public:bytes ikm:bytes",
            f"The shared secret of Encap, from fresh octets `ikm`.{sent}",
            f"{named}4.1",
            secret=True,
        ),
        keyed(
            "hpke_decapsulated",
            "kem:int private:bytes enc:bytes",
            "The shared secret of Decap.",
            f"{named}4.1",
            secret=True,
        ),
        *_hpke_sealing(suite, sent, named),
        *_hpke_modes(suite, sent, named),
        *_ml_kem(),
    ]


def _hpke_sealing(suite: str, sent: str, named: str) -> list[Function]:
    """What a context of base mode seals, opens and exports."""
    return [
        keyed(
            "hpke_seal",
            f"{suite} public:bytes ikm:bytes info:bytes? aad:bytes? plaintext:bytes",
            f"Ciphertext and tag, from fresh octets `ikm`.{sent}",
            f"{named}6.1",
            public=True,
        ),
        keyed(
            "hpke_open",
            f"{suite} private:bytes enc:bytes info:bytes? aad:bytes? ciphertext:bytes",
            "The plaintext; `not_authentic` when the tag does not hold.",
            f"{named}6.1",
            secret=True,
        ),
        keyed(
            "hpke_exported",
            f"{suite} shared:bytes info:bytes? context:bytes? length:int",
            "A secret for another use, from the shared secret of either side.",
            f"{named}5.3",
            octets_from="length",
            secret=True,
        ),
    ]


def _hpke_modes(suite: str, sent: str, named: str) -> list[Function]:
    """The modes with a pre-shared key, with a sender who proves a key, or both."""
    given = f"{suite} mode:int shared:bytes info:bytes? psk:bytes? psk_id:bytes?"
    return [
        keyed(
            "hpke_auth_encapsulated",
            "kem:int public:bytes sender:bytes ikm:bytes",
            f"The shared secret of AuthEncap; `sender` is a private key.{sent}",
            f"{named}4.1",
            secret=True,
        ),
        keyed(
            "hpke_auth_decapsulated",
            "kem:int private:bytes sender:bytes enc:bytes",
            "The shared secret of AuthDecap; `sender` is a public key.",
            f"{named}4.1",
            secret=True,
        ),
        keyed(
            "hpke_context",
            given,
            "Key, 12 octets of base nonce and exporter secret. `mode`: 0 base, 1 a pre-shared key, 2 a sender's key, 3 both.",
            f"{named}5.1",
            secret=True,
        ),
        keyed(
            "hpke_exported_from",
            f"{suite} exporter:bytes context:bytes? length:int",
            "A secret for another use, from an exporter secret.",
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
            keyed(
                f"{name}_public", "seed:bytes", "The encapsulation key.", source, octets=public, public=True
            ),
            keyed(
                f"{name}_encapsulate",
                "public:bytes",
                "The 32-octet shared secret, then the ciphertext, with randomness of the library.",
                source,
                secret=True,
                deterministic=False,
            ),
            keyed(
                f"{name}_decapsulate",
                "seed:bytes ciphertext:bytes",
                "The shared secret; another's ciphertext gives one that nobody else has.",
                source,
                octets=32,
                secret=True,
            ),
        ]
    return found


KEYED: tuple[Function, ...] = (*AGREEMENTS_AND_SIGNATURES, *_ciphers(), *_aeads(), *_hpke())
"""Every builtin that needs `cryptography`."""
