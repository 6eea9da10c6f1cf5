"""The builtin functions: a closed list, data only.

A specification has no host code, so this table is all that an expression can call. Each back end holds one
implementation per name (a test fails on a missing one); the interpreter's is the reference. Arguments of an
`expression.Call` stand in the order of `Function.parameters`, left-out ones filled in by their default.

Refusals: a size or position outside its range gives `out_of_range`, octets or text in the wrong coding
`bad_text`, a key that its algorithm does not take `bad_key`, an unsealing that fails `not_authentic`, an
unequal pair of octet strings `out_of_range`. Every size is at most `SIZE_LIMIT` octets.

An absent argument (`None`) is refused with `missing_field`, except that `length` of it is 0 and
`starts_with`, `ends_with`, `contains` of it are false.
"""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.ir.expression import Kind, Literal

SIZE_LIMIT = 1 << 24
"""The most octets that one call yields."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: the kinds it takes; `default` `None` means required."""

    name: str
    kinds: tuple[Kind, ...]
    default: Literal | None = None

    @property
    def required(self) -> bool:
        """Whether a call must give it."""
        return self.default is None


@dataclass(frozen=True, slots=True)
class Function:
    """One builtin.

    `result` is a kind, or the position of the parameter whose kind it has. `octets` is the size of the
    result where the name fixes it, `octets_from` the parameter that gives it. `secret`: the result is
    secret whatever goes in; else it is as secret as its most secret argument unless `public`.
    `deterministic` is false where the caller's randomness or session answers.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind | int
    doc: str
    source: str = ""
    octets: int | None = None
    octets_from: str | None = None
    needs_cryptography: bool = False
    secret: bool = False
    public: bool = False
    deterministic: bool = True

    def parameter(self, name: str) -> int:
        """Return the position of parameter `name`; raises `KeyError`."""
        for position, parameter in enumerate(self.parameters):
            if parameter.name == name:
                return position
        raise KeyError(name)


_INT, _BOOL, _BYTES, _TEXT, _LIST = Kind.INT, Kind.BOOL, Kind.BYTES, Kind.TEXT, Kind.LIST
_EMPTY = {"bytes": Literal(b"", Kind.BYTES), "text": Literal("", Kind.TEXT)}
_KINDS = {
    "int": (_INT,),
    "bool": (_BOOL,),
    "bytes": (_BYTES,),
    "text": (_TEXT,),
    "list": (_LIST,),
    "run": (_BYTES, _TEXT, _LIST),
    "string": (_BYTES, _TEXT),
    "sized": (_BYTES, _TEXT, _LIST, Kind.MAP),
    "number": (_INT,),
    "any": tuple(Kind),
}


def _parameters(text: str) -> tuple[Parameter, ...]:
    """Read `name:kind` words; `name:bytes?` and `name:text?` may be left out and are then empty."""
    found = []
    for word in text.split():
        name, kind = word.split(":")
        plain = kind.rstrip("?")
        found.append(Parameter(name, _KINDS[plain], _EMPTY[plain] if plain != kind else None))
    return tuple(found)


def _plain(name: str, parameters: str, result: Kind | int, doc: str, source: str = "") -> Function:
    return Function(name, _parameters(parameters), result, doc, source)


def _integers() -> list[Function]:
    """`u8be` … `u64le`: an integer as octets."""
    return [
        Function(
            f"u{bits}{order}",
            _parameters("value:int"),
            _BYTES,
            f"`value` in {bits // 8} octets, {word} octet first; refused when it does not fit.",
            octets=bits // 8,
        )
        for order, word in (("be", "most significant"), ("le", "least significant"))
        for bits in (8, 16, 24, 32, 40, 48, 56, 64)
    ]


_GENERAL = [
    _plain("length", "value:sized", _INT, "Items, octets, or characters of a text."),
    _plain("first", "value:run count:int", 0, "The first `count` items; refused when there are fewer."),
    _plain("last", "value:run count:int", 0, "The last `count` items; refused when there are fewer."),
    _plain("slice", "value:run from:int to:int", 0, "Items from position `from` up to, not with, `to`."),
    Function("zeros", _parameters("count:int"), _BYTES, "`count` zero octets.", octets_from="count"),
    _plain("join", "items:list separator:string", 1, "The items with `separator` between them."),
    _plain("reverse", "value:run", 0, "The same items, last first."),
    *_integers(),
    _plain("unsigned_be", "value:bytes", _INT, "The octets as an unsigned integer, most significant first."),
    _plain("unsigned_le", "value:bytes", _INT, "The octets as an unsigned integer, least significant first."),
    _plain("varint", "value:int", _BYTES, "`value` as a QUIC variable-length integer.", "RFC 9000 §16"),
    _plain("mls_varint", "value:int", _BYTES, "`value` as an MLS vector length header.", "RFC 9420 §2.1.2"),
    _plain("mls_vector", "value:bytes", _BYTES, "`value` behind its length header.", "RFC 9420 §2.1.2"),
    _plain("bits", "value:int", _INT, "How many binary digits `value` has without its sign; 0 for 0."),
    _plain("lower", "value:text", _TEXT, "A–Z become a–z, nothing else changes."),
    _plain("upper", "value:text", _TEXT, "a–z become A–Z, nothing else changes."),
    _plain("strip", "value:text characters:text", _TEXT, "Without any of `characters`, wherever they stand."),
    _plain(
        "kind_of",
        "value:any",
        _TEXT,
        "`null` (or absent), `boolean`, `number`, `text`, `octets`, `list` or `record` (or map).",
    ),
    _plain(
        "before", "value:text mark:text", _TEXT, "What stands before the first `mark`; all of it without one."
    ),
    _plain("after", "value:text mark:text", _TEXT, "What follows the first `mark`; nothing without one."),
    _plain("starts_with", "value:string part:string", _BOOL, "Whether `value` begins with `part`."),
    _plain("ends_with", "value:string part:string", _BOOL, "Whether `value` ends with `part`."),
    _plain(
        "contains", "value:sized part:any", _BOOL, "Whether `part` occurs in `value`: a run, item or key."
    ),
    _plain("matches", "value:text pattern:text", _BOOL, "Whether all of `value` matches (RE2 syntax)."),
    _plain("utf8", "value:text", _BYTES, "The text in UTF-8.", "RFC 3629"),
    _plain("text", "value:bytes", _TEXT, "The octets read as UTF-8.", "RFC 3629"),
    _plain("decimal", "value:int", _TEXT, "The integer in decimal digits, `-` before a negative one."),
    _plain("integer", "value:text", _INT, "The integer that up to 40 decimal digits spell."),
    _plain("hex", "value:bytes", _TEXT, "Two lower-case hexadecimal digits an octet.", "RFC 4648 §8"),
    _plain("unhex", "value:text", _BYTES, "The octets that hexadecimal digits spell.", "RFC 4648 §8"),
    _plain("base64", "value:bytes", _TEXT, "Base64 with padding.", "RFC 4648 §4"),
    _plain("base64_unpadded", "value:bytes", _TEXT, "Base64 without padding.", "RFC 4648 §4"),
    _plain("base64_decode", "value:text", _BYTES, "The octets of base64, padded or not.", "RFC 4648 §4"),
    _plain("base64url", "value:bytes", _TEXT, "URL-safe base64 without padding.", "RFC 4648 §5"),
    _plain("base64url_decode", "value:text", _BYTES, "The octets of URL-safe base64.", "RFC 4648 §5"),
    _plain(
        "distinct", "items:list by:text?", _BOOL, "Whether no two items (or their members `by`) are equal."
    ),
    _plain("min", "left:number right:number", _INT, "The smaller."),
    _plain("max", "left:number right:number", _INT, "The larger."),
    _plain("abs", "value:number", _INT, "Without its sign."),
    _plain(
        "canonical_json", "value:any", _BYTES, "Matrix canonical JSON.", "Matrix Appendices, Canonical JSON"
    ),
    _plain("crc32", "value:bytes", _INT, "The CRC of Ethernet and ZIP.", "ITU-T V.42 §8.1.1.6.2"),
    _plain("crc32c", "value:bytes", _INT, "The Castagnoli CRC of SCTP.", "RFC 9260 Appendix A"),
    _plain("equal", "left:bytes right:bytes", _BOOL, "Whether both are equal, compared in constant time."),
]

_HASHES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}


def _hashes() -> list[Function]:
    """Digests and MACs by name, and with the name as an argument (cipher suites choose at run time)."""
    found = []
    for name, octets in _HASHES.items():
        source = {"md5": "RFC 1321", "sha1": "FIPS 180-4 §6.1"}.get(name, "FIPS 180-4 §6")
        digest = f"The {octets}-octet digest."
        found.append(Function(name, _parameters("value:bytes"), _BYTES, digest, source, octets=octets))
        mac, parameters = f"The {octets}-octet MAC of `data`.", _parameters("key:bytes data:bytes")
        if name != "md5":
            found.append(
                Function(f"hmac_{name}", parameters, _BYTES, mac, "RFC 2104", octets=octets, public=True)
            )
    found += [
        _plain("hash_length", "hash:text", _INT, "How many octets the digest of that name has."),
        _plain("hash", "hash:text value:bytes", _BYTES, "The digest: `sha1`, `sha256`, `sha384`, `sha512`."),
        _plain("hmac", "hash:text key:bytes data:bytes", _BYTES, "The MAC with that hash.", "RFC 2104"),
    ]
    return found


def _key_derivation() -> list[Function]:
    """HKDF whole and in halves, by name and with the name as an argument."""
    found = []
    for name in ("sha256", "sha384", "sha512", ""):
        suffix, hash_parameter = (f"_{name}", "") if name else ("", "hash:text ")
        size = _HASHES.get(name)
        rows = (
            ("hkdf", "salt:bytes? ikm:bytes info:bytes? length:int", "Extract, then expand.", None, "length"),
            ("hkdf_extract", "salt:bytes? ikm:bytes", "The pseudorandom key.", size, None),
            (
                "hkdf_expand",
                "prk:bytes info:bytes? length:int",
                "`length` octets from the key.",
                None,
                "length",
            ),
        )
        for stem, parameters, doc, octets, octets_from in rows:
            found.append(
                Function(
                    stem + suffix,
                    _parameters(hash_parameter + parameters),
                    _BYTES,
                    doc,
                    {"hkdf": "RFC 5869 §2", "hkdf_extract": "RFC 5869 §2.2", "hkdf_expand": "RFC 5869 §2.3"}[
                        stem
                    ],
                    octets=octets,
                    octets_from=octets_from,
                    secret=True,
                )
            )
    return found


def _keyed(
    name: str,
    parameters: str,
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
        _parameters(parameters),
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
    """Diffie-Hellman. An all-zero shared secret or a point off the curve is refused."""
    found = []
    for name, octets, source in (("x25519", 32, "RFC 7748 §6.1"), ("x448", 56, "RFC 7748 §6.2")):
        found += [
            _keyed(
                name, "private:bytes public:bytes", "The shared secret.", source, octets=octets, secret=True
            ),
            _keyed(f"{name}_public", "private:bytes", "The public key.", source, octets=octets, public=True),
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


def _signatures() -> list[Function]:
    """Signatures. `…_verify` yields false on a signature that does not hold, whatever its form."""
    found = []
    schemes = [
        ("ed25519", "RFC 8032 §5.1", 64, True, True),
        ("ed448", "RFC 8032 §5.2", 114, True, True),
        ("ecdsa_p256", "FIPS 186-5 §6", None, False, False),
        ("ecdsa_p384", "FIPS 186-5 §6", None, False, False),
        ("ecdsa_p521", "FIPS 186-5 §6", None, False, False),
    ]
    for name, source, octets, deterministic, has_public in schemes:
        sign = "The signature of `data`." if has_public else "The signature of `data`, in DER."
        found.append(
            _keyed(
                f"{name}_sign",
                "private:bytes data:bytes",
                sign,
                source,
                octets=octets,
                public=True,
                deterministic=deterministic,
            )
        )
        holds = "Whether the signature holds."
        verify = "public:bytes data:bytes signature:bytes"
        found.append(_keyed(f"{name}_verify", verify, holds, source, result=Kind.BOOL, public=True))
        if has_public:
            size = 32 if name == "ed25519" else 57
            found.append(
                _keyed(f"{name}_public", "private:bytes", "The public key.", source, octets=size, public=True)
            )
    source = "XEdDSA and VXEdDSA §2"
    found += [
        _keyed(
            "xeddsa_sign",
            "private:bytes data:bytes random:bytes",
            "The signature of `data` under an X25519 key; `random` is 64 fresh octets.",
            source,
            octets=64,
            public=True,
        ),
        _keyed(
            "xeddsa_verify",
            "public:bytes data:bytes signature:bytes",
            "Whether the signature holds under an X25519 public key.",
            source,
            result=Kind.BOOL,
            public=True,
        ),
    ]
    return found


def _ciphers() -> list[Function]:
    """Ciphers and AEADs. A sealed text ends with its tag."""
    found = [
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
    ]
    for name, source in (("aes_gcm", "SP 800-38D §7"), ("chacha20_poly1305", "RFC 8439 §2.8")):
        found += _aead(name, "", source)
    return found + _aead("aead", "name:text ", "RFC 5116 §2")


def _aead(stem: str, first: str, source: str) -> list[Function]:
    key = f"{first}key:bytes nonce:bytes aad:bytes? "
    named = " `name`: `aes_128_gcm`, `aes_256_gcm`, `chacha20_poly1305`." if first else ""
    opened = "The plaintext; `not_authentic` when the tag does not hold."
    return [
        _keyed(f"{stem}_seal", key + "plaintext:bytes", f"Ciphertext and tag.{named}", source, public=True),
        _keyed(f"{stem}_open", key + "ciphertext:bytes", opened + named, source, secret=True),
    ]


def _hpke() -> list[Function]:
    """Hybrid public-key encryption with the KEMs of MLS (0x0010, 0x0011, 0x0012, 0x0020, 0x0021)."""
    kem = "kem:int ikm:bytes"
    return [
        _keyed("hpke_derive_public", kem, "The public key of DeriveKeyPair.", "RFC 9180 §7.1.3", public=True),
        _keyed(
            "hpke_derive_private", kem, "The private key of DeriveKeyPair.", "RFC 9180 §7.1.3", secret=True
        ),
    ]


_SESSION = [
    Function(
        "random",
        _parameters("count:int"),
        _BYTES,
        "`count` octets of the caller's randomness.",
        octets_from="count",
        secret=True,
        deterministic=False,
    ),
    Function(
        "fresh",
        _parameters("value:any"),
        _BOOL,
        "Whether this value was never given before in the caller's session.",
        deterministic=False,
    ),
]

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        *_GENERAL,
        *_hashes(),
        *_key_derivation(),
        *_agreements(),
        *_signatures(),
        *_ciphers(),
        *_hpke(),
        *_SESSION,
    )
}
"""Name → signature. Sizes in octets; texts compare by code point."""
