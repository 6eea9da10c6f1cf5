"""The builtin functions: a closed list, data only.

A specification has no host code, so this table is all that an expression can call. Each back end holds one
implementation per name (a test fails on a missing one); the interpreter's is the reference. Arguments of an
`expression.Call` stand in the order of `Function.parameters`, left-out ones filled in by their default.

Refusals: a size or position outside its range gives `out_of_range`, octets or text in the wrong coding
`bad_text`, a key that its algorithm does not take `bad_key`, one of small order `small_order`, one off
its curve `bad_point`, an algorithm that the library lacks `unsupported`, an unsealing that fails `not_authentic`,
an unequal pair of octet strings `out_of_range`. Every size is at most `SIZE_LIMIT` octets.

An absent argument (`None`) is refused with `missing_field`, except that `length` of it is 0 and
`starts_with`, `ends_with`, `contains` of it are false.
"""

from __future__ import annotations

from art7.grammar.ir.builtin import SIZE_LIMIT, Function, Parameter, parameters, plain
from art7.grammar.ir.builtins_keyed import KEYED
from art7.grammar.ir.expression import Kind

__all__ = ["FUNCTIONS", "SIZE_LIMIT", "Function", "Parameter"]

_INT, _BOOL, _BYTES, _TEXT = Kind.INT, Kind.BOOL, Kind.BYTES, Kind.TEXT


def _integers() -> list[Function]:
    """`u8be` … `u64le`: an integer as octets."""
    return [
        Function(
            f"u{bits}{order}",
            parameters("value:int"),
            _BYTES,
            f"`value` in {bits // 8} octets, {word} octet first; refused when it does not fit.",
            octets=bits // 8,
        )
        for order, word in (("be", "most significant"), ("le", "least significant"))
        for bits in (8, 16, 24, 32, 40, 48, 56, 64)
    ]


_GENERAL = [
    plain("length", "value:sized", _INT, "Items, octets, or characters of a text."),
    plain("first", "value:run count:int", 0, "The first `count` items; refused when there are fewer."),
    plain("last", "value:run count:int", 0, "The last `count` items; refused when there are fewer."),
    plain("slice", "value:run from:int to:int", 0, "Items from position `from` up to, not with, `to`."),
    Function("zeros", parameters("count:int"), _BYTES, "`count` zero octets.", octets_from="count"),
    plain("join", "items:list separator:string", 1, "The items with `separator` between them."),
    plain("reverse", "value:run", 0, "The same items, last first."),
    *_integers(),
    plain("unsigned_be", "value:bytes", _INT, "The octets as an unsigned integer, most significant first."),
    plain(
        "minimal", "value:bytes", _BYTES, "Without the zero octets in front, as numbers of any size are sent."
    ),
    plain("unsigned_le", "value:bytes", _INT, "The octets as an unsigned integer, least significant first."),
    plain("varint", "value:int", _BYTES, "`value` as a QUIC variable-length integer.", "RFC 9000 §16"),
    plain("mls_varint", "value:int", _BYTES, "`value` as an MLS vector length header.", "RFC 9420 §2.1.2"),
    plain("mls_vector", "value:bytes", _BYTES, "`value` behind its length header.", "RFC 9420 §2.1.2"),
    plain("bits", "value:int", _INT, "How many binary digits `value` has without its sign; 0 for 0."),
    plain("lower", "value:text", _TEXT, "A–Z become a–z, nothing else changes."),
    plain("upper", "value:text", _TEXT, "a–z become A–Z, nothing else changes."),
    plain("strip", "value:text characters:text", _TEXT, "Without any of `characters`, wherever they stand."),
    plain(
        "kind_of",
        "value:any",
        _TEXT,
        "`null` (or absent), `boolean`, `number`, `text`, `octets`, `list` or `record` (or map).",
    ),
    plain(
        "before", "value:text mark:text", _TEXT, "What stands before the first `mark`; all of it without one."
    ),
    plain("after", "value:text mark:text", _TEXT, "What follows the first `mark`; nothing without one."),
    plain("starts_with", "value:string part:string", _BOOL, "Whether `value` begins with `part`."),
    plain("ends_with", "value:string part:string", _BOOL, "Whether `value` ends with `part`."),
    plain("contains", "value:sized part:any", _BOOL, "Whether `part` occurs in `value`: a run, item or key."),
    plain("matches", "value:text pattern:text", _BOOL, "Whether all of `value` matches (RE2 syntax)."),
    plain(
        "encoded_words",
        "value:text",
        _TEXT,
        "The text with its encoded words decoded; what cannot be decoded stays.",
        "RFC 2047 §6.2",
    ),
    plain("utf8", "value:text", _BYTES, "The text in UTF-8.", "RFC 3629"),
    plain("text", "value:bytes", _TEXT, "The octets read as UTF-8.", "RFC 3629"),
    plain("decimal", "value:int", _TEXT, "The integer in decimal digits, `-` before a negative one."),
    plain("integer", "value:text", _INT, "The integer that up to 40 decimal digits spell."),
    plain("hex", "value:bytes", _TEXT, "Two lower-case hexadecimal digits an octet.", "RFC 4648 §8"),
    plain("unhex", "value:text", _BYTES, "The octets that hexadecimal digits spell.", "RFC 4648 §8"),
    plain("base64", "value:bytes", _TEXT, "Base64 with padding.", "RFC 4648 §4"),
    plain("base64_unpadded", "value:bytes", _TEXT, "Base64 without padding.", "RFC 4648 §4"),
    plain("base64_decode", "value:text", _BYTES, "The octets of base64, padded or not.", "RFC 4648 §4"),
    plain("base64url", "value:bytes", _TEXT, "URL-safe base64 without padding.", "RFC 4648 §5"),
    plain("base64url_decode", "value:text", _BYTES, "The octets of URL-safe base64.", "RFC 4648 §5"),
    plain("base58", "value:bytes", _TEXT, "Base58, of at most 4,096 octets.", "draft-msporny-base58 §2"),
    plain("base58_decode", "value:text", _BYTES, "The octets of base58.", "draft-msporny-base58 §3"),
    plain(
        "distinct", "items:list by:text?", _BOOL, "Whether no two items (or their members `by`) are equal."
    ),
    plain("min", "left:number right:number", _INT, "The smaller."),
    plain("max", "left:number right:number", _INT, "The larger."),
    plain("abs", "value:number", _INT, "Without its sign."),
    plain(
        "canonical_json", "value:any", _BYTES, "Matrix canonical JSON.", "Matrix Appendices, Canonical JSON"
    ),
    plain("crc32", "value:bytes", _INT, "The CRC of Ethernet and ZIP.", "ITU-T V.42 §8.1.1.6.2"),
    plain("crc32c", "value:bytes", _INT, "The Castagnoli CRC of SCTP.", "RFC 9260 Appendix A"),
    plain("equal", "left:bytes right:bytes", _BOOL, "Whether both are equal, compared in constant time."),
]

_HASHES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_LATER_HASHES = {"sha3_256": 32, "sha3_384": 48, "sha3_512": 64, "blake2s": 32, "blake2b": 64}


def _hashes() -> list[Function]:
    """Digests and MACs by name, and with the name as an argument (cipher suites choose at run time)."""
    found = []
    for name, octets in _HASHES.items():
        source = {"md5": "RFC 1321", "sha1": "FIPS 180-4 §6.1"}.get(name, "FIPS 180-4 §6")
        digest = f"The {octets}-octet digest."
        found.append(Function(name, parameters("value:bytes"), _BYTES, digest, source, octets=octets))
        mac, given = f"The {octets}-octet MAC of `data`.", parameters("key:bytes data:bytes")
        if name != "md5":
            found.append(Function(f"hmac_{name}", given, _BYTES, mac, "RFC 2104", octets=octets, public=True))
    for name, octets in _LATER_HASHES.items():
        digest, source = f"The {octets}-octet digest.", "FIPS 202 §6.1" if name[0] == "s" else "RFC 7693 §2"
        found.append(Function(name, parameters("value:bytes"), _BYTES, digest, source, octets=octets))
    for name in ("shake128", "shake256"):
        output, given = "`length` octets of the extendable output.", parameters("value:bytes length:int")
        found.append(Function(name, given, _BYTES, output, "FIPS 202 §6.2", octets_from="length"))
    found += [
        plain("hash_length", "hash:text", _INT, "How many octets the digest of that name has."),
        plain(
            "hash",
            "hash:text value:bytes",
            _BYTES,
            "The digest: `sha1`, `sha256`, `sha384`, `sha512`, `sha3_256`, `sha3_384`, `sha3_512`, `blake2s`, `blake2b`.",
        ),
        plain("hmac", "hash:text key:bytes data:bytes", _BYTES, "The MAC with that hash.", "RFC 2104"),
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
        for stem, given, doc, octets, octets_from in rows:
            found.append(
                Function(
                    stem + suffix,
                    parameters(hash_parameter + given),
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


_SESSION = [
    Function(
        "random",
        parameters("count:int"),
        _BYTES,
        "`count` octets of the caller's randomness.",
        octets_from="count",
        secret=True,
        deterministic=False,
    ),
    Function(
        "fresh",
        parameters("value:any"),
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
        *KEYED,
        *_SESSION,
    )
}
"""Name → signature. Sizes in octets; texts compare by code point."""
