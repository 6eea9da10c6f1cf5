"""The builtin functions as Python: one row per name of `art7.grammar.ir.builtins.FUNCTIONS`.

A test fails on a name without a row. The functions are text vendored into the support module of the
generated package: `vendored/primitives.py`, and those that need `cryptography` from the interpreter's `shared`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from art7.interpreter.functions.keyed import ROWS


@dataclass(frozen=True, slots=True)
class Builtin:
    """How a call is printed: `function(before…, arguments…, after…)`.

    `absent`: an absent argument (`None`) is an argument like another; elsewhere it is refused.
    `session`: the caller hands the function in (randomness, memory of what was seen).
    """

    function: str
    before: tuple[str | int, ...] = ()
    after: tuple[str | int, ...] = ()
    absent: bool = False
    session: bool = False

    def call(self, arguments: Iterable[str]) -> str:
        """Return the source of a call with those argument sources."""
        spelled = [*map(_constant, self.before), *arguments, *map(_constant, self.after)]
        return f"{self.function}({', '.join(spelled)})"

    def checked_call(self, arguments: Iterable[str]) -> str:
        """Return the source of a call that refuses an absent argument with its code."""
        if self.absent or self.session:
            return self.call(arguments)
        spelled = [self.function, *map(_constant, self.before), *arguments, *map(_constant, self.after)]
        return f"checked({', '.join(spelled)})"


def _constant(value: str | int) -> str:
    return ascii(value) if isinstance(value, int) else '"' + value + '"'


_SAME = """matches first last zeros join reverse unsigned_be unsigned_le minimal mls_vector bits lower upper strip before after
utf8 text decimal integer unhex base64 base64_unpadded base64_decode base64url base64url_decode
base58 base58_decode encoded_words distinct min max abs crc32 crc32c equal hash_length hkdf hkdf_extract hkdf_expand""".split()

_HASHES = ("sha1", "sha256", "sha384", "sha512")

BUILTINS: dict[str, Builtin] = {
    **{name: Builtin(name) for name in _SAME},
    **{name: Builtin(name, absent=True) for name in ("length", "starts_with", "ends_with", "contains")},
    "slice": Builtin("slice_of"),
    "varint": Builtin("varint_octets"),
    "mls_varint": Builtin("mls_varint_octets"),
    "hex": Builtin("hexadecimal"),
    "canonical_json": Builtin("canonical_json", absent=True),
    "kind_of": Builtin("kind_of", absent=True),
    **{f"u{bits}be": Builtin("big_endian", after=(bits // 8,)) for bits in (8, 16, 24, 32, 40, 48, 56, 64)},
    **{
        f"u{bits}le": Builtin("little_endian", after=(bits // 8,)) for bits in (8, 16, 24, 32, 40, 48, 56, 64)
    },
    **{
        name: Builtin("digest", (name,))
        for name in (*_HASHES, "sha3_256", "sha3_384", "sha3_512", "blake2s", "blake2b")
    },
    "md5": Builtin("_md5"),
    **{name: Builtin("shake", (name,)) for name in ("shake128", "shake256")},
    **{f"hmac_{name}": Builtin("mac", (name,)) for name in _HASHES},
    "hash": Builtin("digest"),
    "hmac": Builtin("mac"),
    **{
        f"{stem}_{name}": Builtin(stem, (name,))
        for stem in ("hkdf", "hkdf_extract", "hkdf_expand")
        for name in ("sha256", "sha384", "sha512")
    },
    **{name: Builtin(row.function, row.before) for name, row in ROWS.items()},
    "random": Builtin("random", session=True),
    "fresh": Builtin("fresh", session=True),
}
"""Name in the language → its Python."""

PYTHONS_OWN = frozenset(("min", "max", "abs"))
"""Functions that are Python's own, so that the support module has none of them."""
