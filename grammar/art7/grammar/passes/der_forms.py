"""Forms of DER values: the identifier each has, and which types of the language are read and written as it."""

from __future__ import annotations

from art7.grammar.ir import shape as s
from art7.grammar.ir.representation import DerScalar, Pair

IDENTIFIERS: dict[str, bytes] = {
    "boolean": b"\x01",
    "integer": b"\x02",
    "bitstring": b"\x03",
    "bits": b"\x03",
    "flags": b"\x03",
    "octets": b"\x04",
    "null": b"\x05",
    "oid": b"\x06",
    "enumerated": b"\x0a",
    "utf8": b"\x0c",
    "relative_oid": b"\x0d",
    "numeric": b"\x12",
    "printable": b"\x13",
    "teletex": b"\x14",
    "ia5": b"\x16",
    "utctime": b"\x17",
    "generalizedtime": b"\x18",
    "visible": b"\x1a",
    "universal": b"\x1c",
    "bmp": b"\x1e",
    "time": b"",
    "any": b"",
    "elements": b"",
}
"""Form → its universal identifier (X.680 §8.6); empty where a form has more than one. `elements` is no type: it
reads what a record does not name."""

TIMES = (b"\x17", b"\x18")
"""The identifiers of `time`: UTCTime and GeneralizedTime."""

SEQUENCE, SET = b"\x30", b"\x31"

TEXTS = ("utf8", "numeric", "printable", "teletex", "ia5", "visible", "universal", "bmp")
"""Forms of character strings; their bounds count characters."""

MOST_BITS = 8_192
"""Bits of an `integer` beside its sign: enough for every RSA key in use, and for its decimal digits to be shown."""
MOST_FLAGS = 64
"""Named bits that a `flags` has when the text does not say."""

SIZED: dict[str, str] = {
    **{name: name for name in TEXTS},
    "text": "utf8",
    "octetstring": "octets",
    "bytes": "octets",
    "secret": "octets",
    "public": "octets",
    "bitstring": "bitstring",
    "bits": "bits",
    "flags": "flags",
}
"""Types whose first extent bounds the value → their form."""


def sized_pair(name: str, low: int, high: int | None) -> Pair:
    """Return the pair of a type of `SIZED` with its bounds."""
    form = SIZED[name]
    if form == "flags":
        most = MOST_FLAGS if high is None else high
        return Pair(s.Integer(0, (1 << most) - 1), DerScalar(form, IDENTIFIERS[form], None, most))
    rep = DerScalar(form, IDENTIFIERS[form], low or None, high)
    if form in TEXTS or form == "bits":
        return Pair(s.Text(low, high), rep)
    return Pair(s.Octets(low, high, name == "secret"), rep)


def _integer(low: int, high: int, form: str = "integer") -> Pair:
    return Pair(s.Integer(low, high), DerScalar(form, IDENTIFIERS[form], low, high))


def der_table() -> dict[str, Pair]:
    """Return the types of DER that need no more than their name."""
    wide = 1 << MOST_BITS
    rows = {f"u{n}": _integer(0, (1 << n) - 1) for n in range(1, 65)}
    rows |= {f"i{n}": _integer(-(1 << (n - 1)), (1 << (n - 1)) - 1) for n in range(2, 65)}
    rows |= {name: sized_pair(name, 0, None) for name in SIZED}
    rows |= {
        name: Pair(s.Text(), DerScalar(name, IDENTIFIERS[name]))
        for name in ("oid", "relative_oid", "utctime", "generalizedtime", "time")
    }
    return rows | {
        "integer": Pair(s.Integer(-wide, wide - 1), DerScalar("integer", IDENTIFIERS["integer"])),
        "enumerated": _integer(0, (1 << 32) - 1, "enumerated"),
        "bool": Pair(s.Boolean(), DerScalar("boolean", IDENTIFIERS["boolean"])),
        "null": Pair(s.Octets(), DerScalar("null", IDENTIFIERS["null"])),
        "any": Pair(s.Octets(), DerScalar("any", b"")),
    }
