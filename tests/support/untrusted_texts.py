"""The bad texts of the catalogue of bad inputs, rows B1 to B32: how each is built and what must be told of it.

A row is (what it is, {name: text after the header}, codes that may be told). An empty set of codes means that the
text is right, or that nothing is claimed about it yet. `LATER` holds the rows that need a solver.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = "a7 1\nmodule demo version 1.0\n"
S = "struct S as binary { "
M = "message M as binary { limit size = 1000 "
J = "struct S as json { "
BIG = 9_223_372_036_854_775_808


@dataclass(frozen=True)
class Row:
    """One row: `codes` are those that each text must yield at least one of, and no other; none: it is clean."""

    what: str
    texts: dict[str, str]
    codes: frozenset[str] = field(default_factory=frozenset)
    seconds: int = 2


def _row(what: str, codes: str = "", seconds: int = 2, /, **texts: str) -> Row:
    return Row(what, texts, frozenset(f"A7-{code}" for code in codes.split()), seconds)


def _ring(size: int) -> str:
    return "".join(f"struct S{i} as binary {{ a: S{(i + 1) % size} }}\n" for i in range(size))


def _lines(count: int, text: str, between: str = "\n") -> str:
    """`text` for each number up to `count`, with N for the number and O for the next one."""
    return between.join(text.replace("N", str(n)).replace("O", str(n + 1)) for n in range(count))


NAMES = (
    "class",
    "None",
    "__init__",
    "self",
    "decode",
    "encode",
    "mro",
    "match",
    "__slots__",
    "print",
    "os",
    "con",
)

ROWS: dict[str, Row] = {
    "B1 deep type": _row(
        "a type nested 10,000 deep",
        "P020",
        generic="struct G<T> as binary { a: T }\nstruct A as binary { a: "
        + "G<" * 10_000
        + "u8"
        + ">" * 10_000
        + " }",
        inline="struct A as tls { " + "a: {\n" * 10_000 + "}\n" * 10_000 + " }",
    ),
    "B1 deep instances": _row(
        "generics within generics, within the nesting of brackets",
        "T034",
        nested="struct G<T> as binary { a: T }\nstruct A as binary { a: "
        + "G<" * 60
        + "u8"
        + ">" * 60
        + " }",
        doubling=_lines(30, "struct GN<T> as binary { a: GO<GO<T>> b: GO<T> }")
        + "\nstruct G30<T> as binary { a: T }\n"
        + S
        + "x: G0<u8> }",
    ),
    "B2 deep expression": _row(
        "parentheses, signs and terms without end",
        "P020",
        brackets="const a: u8 = " + "(" * 5000 + "1" + ")" * 5000,
        minus="const a: u8 = " + "-" * 5000 + "1",
        terms="const a: u32 = 1\n" + " + 1\n" * 50_000,
        joined="const a: bytes = x'00'\n" + " ++ x'00'\n" * 50_000,
        conditions=S + "x: u8 check x > 0" + "\n and x > 0" * 50_000 + " }",
    ),
    "B3 self type": _row(
        "a struct that holds itself",
        "L040",
        plain=S + "x: S }",
        counted=S + "x: S[2] }",
        tls="struct S as tls { x: S }",
    ),
    "B4 ring type": _row("structs in a ring", "L040", fifty=_ring(50), thousand=_ring(1000)),
    "B5 recursion without bound": _row(
        "a tree without a declared depth",
        "L042",
        when="message M as binary { limit size = 9 n: u8 next: M when n > 0 }",
        two="message M as binary { limit size = 9 n: u8 m: N when n > 0 } "
        "struct N as binary { n: u8 m: M when n > 0 }",
        optional="message M as tls { limit size = 9 x?: M }",
        listed="message M as tls(vector: 'varint') { limit size = 9 x: M[] }",
        json="message M as json { limit size = 9 m?: M }",
        protobuf="message M as protobuf { limit size = 9 m @1?: M }",
    ),
    "B6 no progress": _row(
        "a list of items that take no octets",
        "L043",
        rest="struct E as binary { } struct O as binary { s: E[rest] }",
        absent=S + "n: u8 x: T[rest] } struct T as binary { y: u8 when 1 == 2 }",
        counted=S + "n: u32 x: E[n] } struct E as binary { }",
        until=S + "x: E[until x'00'] } struct E as binary { }",
        tls="struct E as tls { } struct O as tls { s: E[size 0..255] }",
        most=S + "n: u32 x: E[n max 4294967295] } struct E as binary { a: bytes[0] b: u8 when 1 == 2 }",
    ),
    "B7 huge literal": _row(
        "digits without end, and numbers of the wrong size",
        "P005 P017 T020 L009 T002",
        digits="const a: u8 =\n" + "9" * 60_000,
        million="const a: u8 = " + "9" * 1_000_000,
        beyond=S + "x: u64 = 18446744073709551616 }",
        negative=S + "x: bytes[-1] }",
        limit="message M as binary { limit size = -1 x: u8 }",
        member="enum E: u8 open { a = 256 }",
    ),
    "B8 huge width": _row(
        "integers and lists of any size",
        "N015 L009",
        bits=S + "x: u1000000000 }",
        little=S + "x: u65 }",
        items=S + f"x: u8[{BIG}] }}",
        octets=S + f"x: bytes[{BIG}] }}",
        limit=f"message M as binary {{ limit size = {BIG} x: u8 }}",
    ),
    "B9 fold bomb": _row(
        "constants that grow when they are computed",
        "T007 T002 T020 T021 T015 L009 L049 I002",
        shift=S + "x: u8 check x == 1 << 1000000000 }",
        shifts="const a: u64 = " + "(" * 5 + "2" + " << 4000)" * 5,
        products="const a: u64 = 1" + " * 9999999999999999999999999999999999999999" * 60,
        squares="const c0: u64 = 2\n" + _lines(60, "const cO: u64 = cN * cN"),
        octets="const c0: bytes = x'00'\n"
        + _lines(60, "const cO: bytes = cN ++ cN")
        + "\n"
        + S
        + "x: bytes[4] = c60 }",
        functions=_lines(40, "function fN(x: u64) -> u64 = fO(x) + fO(x)")
        + "\nfunction f40(x: u64) -> u64 = x\n"
        + S
        + "x: u8 check f0(x) == 0 }",
        views=S + "n: u32 let a0: u64 = n " + _lines(40, "let aO: u64 = aN * aN") + " check a40 > 0 }",
        zeros="const z: bytes = zeros(1000000000000)",
        tokens=_lines(60, "token TN = TO TO") + "\ntoken T60 = 'a'\n" + J + "a: T0 }",
        repeats=J + "a: T } token T = (('a'{0,1000} 'b'){1000}){1000}",
    ),
    "B12 overlap": _row(
        "two arms take one value",
        "L030",
        single=S + "x: u8 select x { 1 => a: u8 1 => b: u8 otherwise => empty } }",
        ranges=S + "x: u8 select x { 1..5 => a: u8 3..9 => b: u8 otherwise => empty } }",
    ),
    "B12 hole": _row("a tag without an arm", "L031", plain=S + "x: u8 select x { 1 => a: u8 } }"),
    "B12 dead": _row(
        "an arm never taken", "L032", plain=S + "x: u8 select x { 999 => a: u8 otherwise => empty } }"
    ),
    "B13 narrow length": _row(
        "a length that cannot say how much there is",
        "L045",
        octets=S + "n: u8 = octets(x) x: bytes[n max 1000] }",
        items=S + "n: u8 = count(x) x: u16[n max 1000] }",
        tls="struct S as tls { n: u8 = octets(x) x: bytes[0..1000] }",
    ),
    "B14 length cycle": _row(
        "lengths that depend on one another, or follow their data",
        "L020 L021 L035 L038 T001",
        after=S + "a: bytes[m] n: u8 m: u8 b: bytes[n] }",
        each_other=S + "a: bytes[octets(b)] b: bytes[octets(a)] }",
        sums=S + "a: u8 = b + 1 b: u8 = a + 1 }",
        views=S + "x: u8 let a: u8 = b let b: u8 = a }",
    ),
    "B15 optional without a sign": _row(
        "two optional fields of one shape without tags", "L022", plain=S + "a?: u8 b?: u8 }"
    ),
    "B19 look-alike names": _row(
        "letters of other scripts",
        "P002",
        cyrillic=S + "p\u0430yload: u8 }",
        joiner=S + "scope\u200d: u8 }",
        kind="enum K\u0131nd: u8 open { a = 1 }",
    ),
    "B20 names that fold": _row(
        "names that Python would take for one", "P002", ligature=S + "field: u8 \ufb01eld: u8 }"
    ),
    "B21 direction": _row(
        "characters that reorder text",
        "P015",
        comment="// \u202e\n",
        data="const a: text = '\u202e'",
        prose='struct S as binary "\u2067" { a: u8 }',
    ),
    "B22 reserved names": _row(
        "names that mean something in Python: mapped by the generator (`tests/hostile/test_generated_text.py`)",
        members="\n".join(f"struct X{n} as binary {{ {name}: u8 }}" for n, name in enumerate(NAMES)),
        types="\n".join(f"struct {name} as binary {{ a: u8 }}" for name in NAMES),
    ),
    "B22 long name": _row("a name of 5,000 letters", "P008", member=S + "n" * 5000 + ": u8 }"),
    "B24 path as name": _row(
        "names that would be paths",
        "P002 P032 P030 P003",
        quoted="struct `../../x` as binary { a: u8 }",
        plain="struct ../../x as binary { a: u8 }",
    ),
    "B26 imports": _row(
        "modules in use: a ring, a path, an address",
        "N032 N031 P032",
        ring="use demo",
        absent="use nowhere.at_all",
        upwards="use ../../other",
        absolute="use '/etc/passwd'",
        address="use https://x.example/a",
        dots="use ..a",
    ),
    "B28 wide struct": _row("50,000 fields", "", 6, fields=S + _lines(50_000, "fN: u8") + " }"),
    "B28 many messages": _row(
        "5,000 messages", "", 4, messages=_lines(5000, "message MN as binary { limit size = 9 x: u8 }")
    ),
    "B28 wide enum": _row(
        "65,536 members", "", 5, members="enum E: u16 open {\n" + _lines(65_536, "mN = N") + " }"
    ),
    "B28 other wide texts": _row(
        "thousands of everything else",
        "",
        6,
        bits=S + _lines(8000, "fN: u3") + " }",
        rules=S + "x: u8 " + _lines(3000, "must A-N: x != N") + " }",
        arms=S + "x: u16 select x {\n" + _lines(3000, "N => fN: u8") + "\n otherwise => empty } }",
        chain=_lines(2000, "struct SN as binary { x: SO }") + "\nstruct S2000 as binary { x: u8 }",
        lengths=S + _lines(1000, "nN: u16 = octets(xN)\nxN: bytes[nN]") + " }",
        derived="schedule K { input d0: secret[20]\n"
        + _lines(2000, "derive dO: secret[20] = sha1(dN)")
        + "\noutput d2000 }",
        views=S + "let a0: u8 = a1\n" + _lines(1500, "let aO: u8 = x") + " x: u8 }",
    ),
    "B28 long chains": _row(
        "chains of names that each need the next",
        "T035 T015 I002",
        3,
        constants=_lines(5000, "const cN: u8 = cO") + "\nconst c5000: u8 = 1",
        functions=_lines(3000, "function fN(x: u8) -> u8 = fO(x)")
        + "\nfunction f3000(x: u8) -> u8 = x\n"
        + S
        + "y: u8 check f0(y) == 1 }",
        tokens=_lines(5000, "token TN = TO") + "\ntoken T5000 = 'a'\n" + J + "a: T0 }",
    ),
    "B30 duplicates": _row(
        "one name, number or key twice",
        "N003 N004",
        field=S + "a: u8 a: u8 }",
        message="struct A as binary { x: u8 } struct A as binary { x: u8 }",
        number="struct P as protobuf { a @1: u32 default 0 b @1: u32 default 0 }",
        member="enum E: u8 open { a = 1 a = 2 }",
        value="enum E: u8 open { a = 1 b = 1 }",
        key="struct J as json { a: text b @'a': text }",
        error='errors { a = 200 "x" b = 200 "y" }',
        constant="const a: u8 = 1 const a: u8 = 2",
    ),
    "B31 bad default": _row(
        "a default that its type does not have",
        "T020 T001 N011",
        range=J + "a: u8 default 256 }",
        type=J + "a: u8 default 'x' }",
        null=J + "a: u8 default null }",
        size=J + "a: text[0..2] default 'abcdef' }",
        enum="enum E: u8 open { a = 1 } enum F: u8 open { b = 1 } " + J + "x: E default F.b }",
        member="enum E: u8 open { a = 1 } enum F: u8 open { b = 1 } " + J + "x: E default b }",
        closed="enum E: u8 closed { a = 1 } " + J + "x: E default 7 }",
        negative="struct P as protobuf { x @1: u32 default -1 }",
    ),
}

LATER: dict[str, tuple[str, Row]] = {
    "B10 hard for a solver": (
        "the solver is not part of `check` yet",
        _row(
            "a cube that is a sum of two",
            cubes=M + "a: u32 b: u32 c: u32 must A-1: a * a * a + b * b * b == c * c * c }",
            products=M
            + _lines(41, "xN: u32")
            + " must A-1: ("
            + _lines(20, "xN * xO", " + ")
            + ") % 4294967291 == 7 }",
        ),
    ),
    "B11 contradiction": (
        "rules are not solved together yet",
        _row("a rule that nothing fulfils", plain=M + "x: u8 must A-1: x > 5 and x < 3 }"),
    ),
    "B15 ambiguous choice": (
        "two readings of one text are not searched for yet",
        _row("two optional texts", plain="message M as json { limit size = 99 a?: text b?: text }"),
    ),
    "B16 not canonical": (
        "that a value has one encoding is not proved yet",
        _row(
            "a length that may be written in several ways",
            plain="message M as binary { limit size = 99 a: leb128[max 8] }",
        ),
    ),
    "B17 2^40 states": (
        "the states of roles are not searched yet",
        _row(
            "forty flags",
            flags="message A as json { limit size = 9 x: text }\nprotocol P { roles one, two\n"
            "channel one -> two ordered bound 2 carries A\nrole one {\n"
            + _lines(40, "var vN: bool = false")
            + "\nstart state X {\n"
            + _lines(40, "on local flipN { set vN = not vN }")
            + "\n} }\nrole two { start state Z { ignore A from one } } }",
        ),
    ),
    "B18 stuck states": (
        "deadlock and dead states are not searched yet",
        _row(
            "two roles that wait for each other",
            both="message A as json { limit size = 9 x: text }\nprotocol P { roles one, two\n"
            "channel one <-> two ordered bound 2 carries A\n"
            "role one { start state X { on A from two { } } state Never { } }\n"
            "role two { start state Z { on A from one { } } } }",
        ),
    ),
}
"""Rows that a later part answers: today each must end in time, with a finding or with nothing claimed."""

ELSEWHERE = {
    "B23 prose as code": "tests/hostile/test_generated_text.py",
    "B25 patterns": "tests/hostile/test_generated_text.py",
    "B27 encodings": "tests/hostile/test_language.py::test_octets_that_are_no_text",
    "B29 nested code": "tests/hostile/test_generated_text.py",
    "B32 cut and splice": "tests/hostile/test_language.py::test_damaged_modules",
}
"""Rows with a test of their own form."""
