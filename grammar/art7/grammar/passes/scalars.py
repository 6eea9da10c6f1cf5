"""The scalar types of each encoding: name → shape and representation."""

from __future__ import annotations

from art7.grammar.ir import shape as s
from art7.grammar.ir.representation import BitWidth, Decimal, Free, Leaf, Pair, Real, Variable, Whole
from art7.grammar.passes.der_forms import der_table

SAFE = (1 << 53) - 1
"""The largest integer that JSON programs agree on (RFC 8259 §6)."""


def unsigned(bits: int) -> s.Integer:
    """Return the shape of `u<bits>`."""
    return s.Integer(0, (1 << bits) - 1)


def signed(bits: int) -> s.Integer:
    """Return the shape of `i<bits>`."""
    return s.Integer(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


WIDTHS = (*range(1, 65), 128)
SIGNED_WIDTHS = (8, 16, 24, 32, 40, 48, 56, 64)

PLAIN: dict[str, s.Shape] = {
    **{f"u{n}": unsigned(n) for n in WIDTHS},
    **{f"i{n}": signed(n) for n in range(2, 65)},
    **{f"s{n}": signed(n) for n in (32, 64)},
    **{f"fixed{n}": unsigned(n) for n in (32, 64)},
    **{f"sfixed{n}": signed(n) for n in (32, 64)},
    "bool": s.Boolean(),
    "float": s.Float(),
    "double": s.Float(),
    "number": s.Float(),
    "integer": s.Integer(-SAFE, SAFE),
    "leb128": unsigned(56),
    "varint": unsigned(62),
    "mls_varint": unsigned(30),
    "any": s.Anything(),
    "label": s.Label(),
    "flag": s.Boolean(),
}
"""Shapes by name, for parameters, views and schedules, which are on no carrier."""


def _whole(little: bool) -> dict[str, Pair]:
    rows = {f"u{n}": Pair(unsigned(n), Whole(n // 8, little)) for n in (8, 16, 24, 32, 40, 48, 56, 64, 128)}
    rows |= {f"i{n}": Pair(signed(n), Whole(n // 8, little, signed=True)) for n in SIGNED_WIDTHS}
    return rows


_VARIABLE = {
    "leb128": Pair(unsigned(56), Variable("leb128")),
    "varint": Pair(unsigned(62), Variable("quic")),
    "mls_varint": Pair(unsigned(30), Variable("mls")),
}


def _binary(little: bool) -> dict[str, Pair]:
    bits = {f"u{n}": Pair(unsigned(n), BitWidth(n)) for n in range(1, 65) if n % 8}
    return {
        **bits,
        **_whole(little),
        **_VARIABLE,
        "bool": Pair(s.Boolean(), BitWidth(1, boolean=True)),
        "float": Pair(s.Float(), Real(4, little)),
        "double": Pair(s.Float(), Real(8, little)),
    }


def _protobuf() -> dict[str, Pair]:
    def row(bits: int, is_signed: bool, zigzag: bool = False) -> Pair:
        shape = signed(bits) if is_signed else unsigned(bits)
        return Pair(shape, Variable("protobuf", bits, signed=is_signed, zigzag=zigzag))

    return {
        "u32": row(32, False),
        "u64": row(64, False),
        "i32": row(32, True),
        "i64": row(64, True),
        "s32": row(32, True, zigzag=True),
        "s64": row(64, True, zigzag=True),
        "fixed32": Pair(unsigned(32), Whole(4, little=True)),
        "fixed64": Pair(unsigned(64), Whole(8, little=True)),
        "sfixed32": Pair(signed(32), Whole(4, little=True, signed=True)),
        "sfixed64": Pair(signed(64), Whole(8, little=True, signed=True)),
        "float": Pair(s.Float(), Real(4, little=True)),
        "double": Pair(s.Float(), Real(8, little=True)),
        "bool": Pair(s.Boolean(), Variable("protobuf", boolean=True)),
    }


def _json() -> dict[str, Pair]:
    rows = {}
    for n in range(1, 65):
        for prefix, make in (("u", unsigned), ("i", signed)):
            if prefix == "i" and n == 1:
                continue
            bounds = make(n)
            rows[f"{prefix}{n}"] = Pair(bounds, Leaf("integer", bounds.minimum, bounds.maximum))
    return {
        **rows,
        "integer": Pair(s.Integer(-SAFE, SAFE), Leaf("integer", -SAFE, SAFE)),
        "number": Pair(s.Float(), Leaf("number")),
        "double": Pair(s.Float(), Leaf("number")),
        "bool": Pair(s.Boolean(), Leaf("boolean")),
        "any": Pair(s.Anything(), Free()),
    }


def _cbor() -> dict[str, Pair]:
    """As in JSON, with all integers of a head (RFC 8949 §3.1), floats and labels."""
    wide = s.Integer(-(1 << 64), (1 << 64) - 1)
    real = Pair(s.Float(), Leaf("float"))
    return {
        **{name: pair for name, pair in _json().items() if name not in ("integer", "number")},
        "integer": Pair(wide, Leaf("integer", wide.minimum, wide.maximum)),
        "float": real,
        "double": real,
        "label": Pair(s.Label(), Leaf("label")),
        "any": Pair(s.Anything("cbor"), Free()),
    }


def _text() -> dict[str, Pair]:
    """Integers in decimal digits."""
    rows = {f"u{n}": Pair(unsigned(n), Decimal(0, (1 << n) - 1)) for n in WIDTHS}
    for n in range(2, 65):
        bounds = signed(n)
        rows[f"i{n}"] = Pair(bounds, Decimal(bounds.minimum, bounds.maximum))
    return rows


def _xml() -> dict[str, Pair]:
    """Numbers and truth values as JSON has them, spelled as text; `flag`: an element that is there."""
    forms = {"integer": "decimal", "boolean": "truth"}
    rows: dict[str, Pair] = {}
    for name, pair in _json().items():
        rep = pair.representation
        if isinstance(rep, Leaf) and rep.form in forms:
            rows[name] = Pair(pair.shape, Leaf(forms[rep.form], rep.minimum, rep.maximum))
    return {**rows, "flag": Pair(s.Boolean(), Leaf("flag")), "any": Pair(s.Anything(), Free())}


_TLS = {name: pair for name, pair in _whole(False).items() if name in ("u8", "u16", "u24", "u32", "u64")}

TABLES: dict[tuple[str, bool], dict[str, Pair]] = {
    ("binary", False): _binary(False),
    ("binary", True): _binary(True),
    ("tls", False): {**_TLS, **_VARIABLE, "bool": Pair(s.Boolean(), Whole(1, boolean=True))},
    ("protobuf", False): _protobuf(),
    ("json", False): _json(),
    ("cbor", False): _cbor(),
    ("xml", False): _xml(),
    ("der", False): der_table(),
    ("text", False): _text(),
}
"""(encoding, little-endian) → scalar types by name."""

RUNS = frozenset(("bytes", "text", "secret", "public"))
"""Types whose first extent bounds the value itself."""

CODED = frozenset(("base64", "base64url", "hex"))
"""Octets written as text, on a tree."""

GENERIC = frozenset(("optional", "map", "null", "tagged", "coded", "quoted"))

BUILTIN_TYPES = frozenset(PLAIN) | RUNS | CODED | GENERIC
"""Names that a module cannot declare."""
