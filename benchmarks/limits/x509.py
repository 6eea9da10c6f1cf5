"""X.509 certificates with extensions as octets (RFC 5280), the contract of `itu.x509.OpaqueCertificate`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_PRINTABLE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?"
_UTC = re.compile(
    rb"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z"
).fullmatch
_GENERALIZED = re.compile(
    rb"[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z"
).fullmatch
_DAYS = {b"02": b"29", b"04": b"30", b"06": b"30", b"09": b"30", b"11": b"30"}
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+").fullmatch
_B = tuple(bytes((i,)) for i in range(256))
_RSA, _PSS, _EC, _DSA = (
    "1.2.840.113549.1.1.1",
    "1.2.840.113549.1.1.10",
    "1.2.840.10045.2.1",
    "1.2.840.10040.4.1",
)
_SHORT = {"1.3.101.110": 32, "1.3.101.111": 56, "1.3.101.112": 32, "1.3.101.113": 57}
_KEYS = {"1.3.101.110": "x25519", "1.3.101.111": "x448", "1.3.101.112": "ed25519", "1.3.101.113": "ed448"}


class Refused(ValueError):
    """Not such a certificate."""


class Certificate:
    """A certificate."""

    __slots__ = ("signature", "signature_algorithm", "tbs")


class Tbs:
    """What is signed."""

    __slots__ = (
        "extensions", "issuer", "issuer_id", "public_key", "serial", "signature", "subject", "subject_id",
        "validity", "version",
    )  # fmt: skip


class Algorithm:
    """An algorithm with its parameters."""

    __slots__ = ("algorithm", "parameters")


class Name:
    """A distinguished name."""

    __slots__ = ("parts",)


class Attribute:
    """One attribute of a name."""

    __slots__ = ("type", "value")


class Value:
    """The value of an attribute, in one of its forms."""

    __slots__ = ("bmp", "ia5", "numeric", "other", "printable", "teletex", "universal", "utf8")


class Validity:
    """When a certificate is good."""

    __slots__ = ("not_after", "not_before")


class PublicKey:
    """A public key with its algorithm."""

    __slots__ = ("algorithm", "key")


class Key:
    """A key in the form of its algorithm."""

    __slots__ = ("dsa", "ed25519", "ed448", "point", "rsa", "rsa_pss", "unknown", "x25519", "x448")


class Rsa:
    """A key of RSA."""

    __slots__ = ("exponent", "modulus")


class Extension:
    """One extension, as its octets."""

    __slots__ = ("critical", "id", "value")


def _long(b: bytes, o: int) -> tuple[int, int]:
    """Content of an element whose long length stands at `o`."""
    count = b[o] - 128
    size = int.from_bytes(b[o + 1 : o + 1 + count], "big")
    if not 0 < count < 127 or size < 128 or not b[o + 1] or o + 1 + count > len(b):
        raise Refused
    return o + 1 + count, o + 1 + count + size


def _open(b: bytes, o: int, tag: int) -> tuple[int, int]:
    if b[o] != tag:
        raise Refused
    k = b[o + 1]
    return (o + 2, o + 2 + k) if k < 128 else _long(b, o + 1)


def _any(b: bytes, o: int) -> int:
    tag = b[o]
    if not tag:
        raise Refused
    if tag & 31 == 31:
        first = o = o + 1
        number = b[o] & 127
        if b[o] == 128:
            raise Refused
        while b[o] > 127:
            o += 1
            if o > first + 3:
                raise Refused
            number = number << 7 | b[o] & 127
        if number < 31:
            raise Refused
    k = b[o + 1]
    return o + 2 + k if k < 128 else _long(b, o + 1)[1]


@lru_cache(2048)
def _oid(c: bytes) -> str:
    if not 0 < len(c) < 513 or c[-1] > 127:
        raise Refused
    arcs: list[int] = []
    v, fresh = 0, True
    for x in c:
        if fresh and x == 128:
            raise Refused
        v = v << 7 | x & 127
        fresh = x < 128
        if fresh:
            arcs.append(v)
            v = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))


def _integer(c: bytes) -> int:
    n = len(c)
    if n != 1 and (not 0 < n < 1026 or (not c[0] and c[1] < 128) or (c[0] == 255 and c[1] > 127)):
        raise Refused
    return int.from_bytes(c, "big", signed=True)


def _bits(c: bytes) -> str:
    unused = c[0]
    if unused and (unused > 7 or len(c) == 1 or c[-1] & (1 << unused) - 1):
        raise Refused
    return "".join([f"{x:08b}" for x in c[1:]])[: 8 * (len(c) - 1) - unused]


def _time(b: bytes, o: int) -> tuple[str, int]:
    if b[o] == 23 and b[o + 1] == 13:
        c = b[o + 2 : o + 15]
        m = _UTC(c)
        if m is None:
            raise Refused
        if c[4:6] > b"28":
            year = int(c[:2])
            _day(year + 1900 if year > 49 else year + 2000, m[1], m[2])
        return c.decode("ascii"), o + 15
    c = b[o + 2 : o + 17]
    m = _GENERALIZED(c)
    if m is None or b[o] != 24 or b[o + 1] != 15:
        raise Refused
    _day(int(c[:4]), m[1], m[2])
    return c.decode("ascii"), o + 17


def _day(year: int, month: bytes, day: bytes) -> None:
    if day > _DAYS.get(month, b"31"):
        raise Refused
    if month == b"02" and day == b"29" and (year % 4 or (not year % 100 and year % 400)):
        raise Refused


def _sequence_with_oid(b: bytes, o: int) -> tuple[str, int, int]:
    """Begin a sequence whose first element is an object identifier: that, where it ends, where the sequence ends."""
    if b[o] != 48:
        raise Refused
    end = b[o + 1]
    if end < 128:
        o += 2
        end += o
    else:
        o, end = _long(b, o + 1)
    if b[o] != 6:
        raise Refused
    k = b[o + 1]
    e = o + 2 + k
    if k > 127:
        o, e = _long(b, o + 1)
        o -= 2
    return _oid(b[o + 2 : e]), e, end


def _algorithm(b: bytes, o: int) -> tuple[Algorithm, int]:
    a = Algorithm()
    a.algorithm, e, end = _sequence_with_oid(b, o)
    if e < end:
        o = e
        e = _any(b, o)
        a.parameters = b[o:e]
    else:
        a.parameters = None
    if e != end:
        raise Refused
    return a, end


def _name(b: bytes, o: int) -> tuple[Name, int]:
    if b[o] != 48:
        raise Refused
    end = b[o + 1]
    if end < 128:
        o += 2
        end += o
    else:
        o, end = _long(b, o + 1)
    name = Name()
    name.parts = parts = []
    while o < end:
        if b[o] != 49:
            raise Refused
        stop = b[o + 1]
        if stop < 128:
            o += 2
            stop += o
        else:
            o, stop = _long(b, o + 1)
        part: list[Attribute] = []
        before = b""
        while o < stop:
            begin = o
            a = Attribute()
            a.type, o, last = _sequence_with_oid(b, o)
            v = a.value = Value()
            v.bmp = v.ia5 = v.numeric = v.other = v.printable = v.teletex = v.universal = v.utf8 = None
            tag = b[o]
            if tag == 12 or tag == 19 or tag == 22:
                k = b[o + 1]
                e = o + 2 + k
                if k > 127:
                    o, e = _long(b, o + 1)
                    o -= 2
                c = b[o + 2 : e]
                if tag == 12:
                    v.utf8 = c.decode()
                elif tag == 19:
                    if c.translate(None, _PRINTABLE):
                        raise Refused
                    v.printable = c.decode("ascii")
                else:
                    v.ia5 = c.decode("ascii")
            else:
                e = _value(b, o, tag, v)
            if e != last:
                raise Refused
            if part and b[begin:e] < before:
                raise Refused
            if e < stop or part:
                before = b[begin:e]
            part.append(a)
            o = e
        if o != stop or not part:
            raise Refused
        parts.append(part)
    if o != end:
        raise Refused
    return name, end


def _value(b: bytes, o: int, tag: int, v: Value) -> int:
    e = _any(b, o)
    c = b[_open(b, o, tag)[0] : e] if tag in (18, 20, 28, 30) else b""
    if tag == 18:
        if c.translate(None, b"0123456789 "):
            raise Refused
        v.numeric = c.decode("ascii")
    elif tag == 20:
        v.teletex = c.decode("latin-1")
    elif tag == 28:
        v.universal = c.decode("utf-32-be")
    elif tag == 30:
        v.bmp = c.decode("utf-16-be")
        if 2 * len(v.bmp) != len(c):
            raise Refused
    else:
        v.other = b[o:e]
    return e


def _key(b: bytes, o: int) -> tuple[PublicKey, int]:
    o, end = _open(b, o, 48)
    p = PublicKey()
    a, o = _algorithm(b, o)
    p.algorithm = a
    o, e = _open(b, o, 3)
    if b[o] or e != end or o == e:
        raise Refused
    o += 1
    key = p.key = Key()
    key.dsa = key.ed25519 = key.ed448 = key.point = key.rsa = key.rsa_pss = key.unknown = key.x25519 = (
        key.x448
    ) = None
    kind = a.algorithm
    if kind == _EC:
        if a.parameters is None or o == e:
            raise Refused
        key.point = b[o:e]
    elif kind == _RSA or kind == _PSS:
        rsa = Rsa()
        s, f = _open(b, o, 48)
        s, g = _open(b, s, 2)
        n = rsa.modulus = _integer(b[s:g])
        s, g = _open(b, g, 2)
        x = rsa.exponent = _integer(b[s:g])
        if g != f or f != e or n <= 0 or not n & 1 or x < 3 or not x & 1:
            raise Refused
        if kind == _RSA:
            key.rsa = rsa
        else:
            key.rsa_pss = rsa
    elif kind in _SHORT:
        if a.parameters is not None or e - o != _SHORT[kind]:
            raise Refused
        setattr(key, _KEYS[kind], b[o:e])
    elif kind == _DSA:
        s, g = _open(b, o, 2)
        key.dsa = _integer(b[s:g])
        if g != e:
            raise Refused
    else:
        key.unknown = b[o:e]
    return p, end


def decode(b: bytes) -> Certificate:
    """Read a certificate."""
    try:
        n = len(b)
        if n > 262144:
            raise Refused
        c = Certificate()
        o, end = _open(b, 0, 48)
        o, stop = _open(b, o, 48)
        t = c.tbs = Tbs()
        if b[o] == 160:
            o, e = _open(b, o, 160)
            s, f = _open(b, o, 2)
            t.version = _integer(b[s:f])
            if f != e or not 0 < t.version < 256:
                raise Refused
            o = e
        else:
            t.version = 0
        o, e = _open(b, o, 2)
        t.serial = _integer(b[o:e])
        t.signature, o = _algorithm(b, e)
        t.issuer, o = _name(b, o)
        o, e = _open(b, o, 48)
        v = t.validity = Validity()
        v.not_before, o = _time(b, o)
        v.not_after, o = _time(b, o)
        if o != e:
            raise Refused
        t.subject, o = _name(b, o)
        t.public_key, o = _key(b, o)
        t.issuer_id = t.subject_id = t.extensions = None
        if o < stop and b[o] == 129:
            s, o = _open(b, o, 129)
            t.issuer_id = _bits(b[s:o])
        if o < stop and b[o] == 130:
            s, o = _open(b, o, 130)
            t.subject_id = _bits(b[s:o])
        if o < stop and b[o] == 163:
            o, last = _open(b, o, 163)
            o, e = _open(b, o, 48)
            if e != last:
                raise Refused
            t.extensions = found = []
            while o < last:
                x = Extension()
                x.id, f, e = _sequence_with_oid(b, o)
                if f < e and b[f] == 1:
                    if b[f + 1] != 1 or b[f + 2] != 255:
                        raise Refused
                    x.critical = True
                    f += 3
                else:
                    x.critical = False
                if b[f] != 4:
                    raise Refused
                k = b[f + 1]
                o = f + 2 + k
                if k > 127:
                    f, o = _long(b, f + 1)
                    f -= 2
                x.value = b[f + 2 : o]
                if o != e:
                    raise Refused
                found.append(x)
            if o != last or not found:
                raise Refused
        if o != stop:
            raise Refused
        c.signature_algorithm, o = _algorithm(b, o)
        o, e = _open(b, o, 3)
        if o == e or b[o] or e != end or e != n:
            raise Refused
        c.signature = b[o + 1 : e]
        return c
    except (IndexError, UnicodeDecodeError):
        raise Refused from None


def _tlv(tag: bytes, c: bytes) -> bytes:
    n = len(c)
    if n < 128:
        return tag + _B[n] + c
    if n < 256:
        return tag + b"\x81" + _B[n] + c
    k = (n.bit_length() + 7) // 8
    return tag + _B[128 + k] + n.to_bytes(k, "big") + c


@lru_cache(2048)
def _put_oid(text: str) -> bytes:
    if len(text) > 2048 or not _OID(text):
        raise Refused
    arcs = [int(x) for x in text.split(".")]
    if arcs[0] < 2 and arcs[1] > 39:
        raise Refused
    out = b""
    for v in (40 * arcs[0] + arcs[1], *arcs[2:]):
        part = _B[v & 127]
        while v > 127:
            v >>= 7
            part = _B[v & 127 | 128] + part
        out += part
    if len(out) > 512:
        raise Refused
    return _tlv(b"\x06", out)


def _put_integer(v: int) -> bytes:
    n = (v if v >= 0 else ~v).bit_length() // 8 + 1
    if n > 1025:
        raise Refused
    return _tlv(b"\x02", v.to_bytes(n, "big", signed=True))


def _put_any(c: bytes) -> bytes:
    if _any(c, 0) != len(c):
        raise Refused
    return c


def _put_algorithm(a: Algorithm) -> bytes:
    if a.parameters is None:
        return _tlv(b"0", _put_oid(a.algorithm))
    return _tlv(b"0", _put_oid(a.algorithm) + _put_any(a.parameters))


def _put_value(v: Any) -> bytes:
    if v.utf8 is not None:
        if v.printable is not None or v.ia5 is not None or v.other is not None or v.bmp is not None:
            raise Refused
        if v.teletex is not None or v.universal is not None or v.numeric is not None:
            raise Refused
        return _tlv(b"\x0c", v.utf8.encode())
    given = [(n, x) for n in Value.__slots__ if (x := getattr(v, n)) is not None]
    if len(given) != 1:
        raise Refused
    form, x = given[0]
    if form == "printable":
        c = x.encode("ascii")
        if c.translate(None, _PRINTABLE):
            raise Refused
        return _tlv(b"\x13", c)
    if form == "ia5":
        return _tlv(b"\x16", x.encode("ascii"))
    if form == "other":
        return _put_any(x)
    if form == "numeric":
        if x.strip("0123456789 "):
            raise Refused
        return _tlv(b"\x12", x.encode("ascii"))
    if form == "teletex":
        return _tlv(b"\x14", x.encode("latin-1"))
    if form == "universal":
        return _tlv(b"\x1c", x.encode("utf-32-be"))
    c = x.encode("utf-16-be")
    if len(c) != 2 * len(x):
        raise Refused
    return _tlv(b"\x1e", c)


def _put_name(name: Any) -> bytes:
    parts = []
    for part in name.parts:
        if len(part) == 1:
            (a,) = part
            c = _tlv(b"0", _put_oid(a.type) + _put_value(a.value))
        else:
            if not part:
                raise Refused
            c = b"".join(sorted([_tlv(b"0", _put_oid(a.type) + _put_value(a.value)) for a in part]))
        parts.append(_tlv(b"1", c))
    return _tlv(b"0", b"".join(parts))


def _put_time(text: str) -> bytes:
    c = text.encode("ascii")
    c = (b"\x17\x0d" if len(c) == 13 else b"\x18\x0f") + c
    if _time(c, 0)[1] != len(c):
        raise Refused
    return c


def _put_bits(tag: bytes, text: str) -> bytes:
    n = len(text)
    if text.strip("01"):
        raise Refused
    return _tlv(tag, _B[-n % 8] + (int(text or "0", 2) << -n % 8).to_bytes((n + 7) // 8, "big"))


def _put_key(p: Any) -> bytes:
    a, key = p.algorithm, p.key
    kind = a.algorithm
    field = {_EC: "point", _RSA: "rsa", _PSS: "rsa_pss", _DSA: "dsa"}.get(kind) or _KEYS.get(kind, "unknown")
    for other in Key.__slots__:
        if (getattr(key, other) is None) == (other == field):
            raise Refused
    c = getattr(key, field)
    if field == "rsa" or field == "rsa_pss":
        n, x = c.modulus, c.exponent
        if n <= 0 or not n & 1 or x < 3 or not x & 1:
            raise Refused
        c = _tlv(b"0", _put_integer(n) + _put_integer(x))
    elif field == "dsa":
        c = _put_integer(c)
    elif kind in _SHORT and (len(c) != _SHORT[kind] or a.parameters is not None):
        raise Refused
    elif kind == _EC and (not c or a.parameters is None):
        raise Refused
    return _tlv(b"0", _put_algorithm(a) + _tlv(b"\x03", b"\0" + c))


def encode(c: Any) -> bytes:
    """Write a certificate."""
    t = c.tbs
    if not 0 <= t.version < 256:
        raise Refused
    parts = [b"\xa0" + _tlv(b"", _put_integer(t.version))] if t.version else []
    parts += [_put_integer(t.serial), _put_algorithm(t.signature), _put_name(t.issuer)]
    parts.append(_tlv(b"0", _put_time(t.validity.not_before) + _put_time(t.validity.not_after)))
    parts += [_put_name(t.subject), _put_key(t.public_key)]
    if t.issuer_id is not None:
        parts.append(_put_bits(b"\x81", t.issuer_id))
    if t.subject_id is not None:
        parts.append(_put_bits(b"\x82", t.subject_id))
    if t.extensions is not None:
        if not t.extensions:
            raise Refused
        found = b""
        for x in t.extensions:
            found += _tlv(
                b"0", _put_oid(x.id) + (b"\x01\x01\xff" if x.critical else b"") + _tlv(b"\x04", x.value)
            )
        parts.append(_tlv(b"\xa3", _tlv(b"0", found)))
    signature = _tlv(b"\x03", b"\0" + c.signature)
    out = _tlv(b"0", _tlv(b"0", b"".join(parts)) + _put_algorithm(c.signature_algorithm) + signature)
    if len(out) > 262144:
        raise Refused
    return out
