"""Printed examples imported: what they say twice must agree, in every form; fresh disagreements of each class are found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cbor2
import pytest

from art7.codegen.imports import import_source
from art7.grammar.diagnostics import Report, Severity
from art7.grammar.load import load_sources

CONTENT = "ietf.mimi_content.MimiContent"

NOTATION = r"""# a note about a trip
# sent = 1700000000123 = 2023-11-14T22:13:20.123Z
[
  h'000102030405060708090a0b0c0d0e0f', # salt
  null,
  h'',
  [                                    # expires
    false,
    1700000600                         # one of them: 10 minutes after it was sent
  ],
  null,
  {
    1: "mimi://example.net/u/ada",     # who
    2: "mimi://example.net/r/lab"
  },
  [
    # a reaction would be 2
    1,                                 # disposition = render
    "",
    3,                                 # cardinality = several
    2,                                 # semantics = process-all
    [
      [ 4,                             # disposition = inline
        "en",
        1,                             # cardinality = one
        "text/plain",                  # a type
        'Snow ❄ and '                  # content, U+2744
        + h'6963 65 # ice
          21'
      ],
      [ 6,                             # disposition = attachment
        "",
        0,                             # cardinality = nothing
      ]
    ]
  ]
]
"""

HEX = """
85                  # array(5)
   1b 0000018bcfe5687b  # unsigned(1700000000123) = 2023-11-14T22:13:20.123Z
   38 63            # negative(99)
   64               # text(4)
      6c61626f      # "labo"
   42               # bytes(2)
      6869          # "hi"
   a1               # map(1)
      01            # unsigned(1)
      f5            # primitive(21)
"""


def found_in(
    text: str | bytes, record: str | None = None, beside: dict[str, bytes] | None = None
) -> list[tuple[str, int]]:
    """Code and line of each finding."""
    report = Report()
    data = text.encode() if isinstance(text, str) else text
    others = beside or {}
    import_source(
        "example",
        data,
        "note.edn",
        report,
        record=record,
        reader=lambda path: (path, others[path]) if path in others else None,
    )
    return [(each.code, each.span.line) for each in report.diagnostics if each.severity is Severity.ERROR]


def octets_of(text: str) -> bytes:
    """The octets that the module of an example holds."""
    made = import_source("example", text.encode(), "note.edn", Report())
    return bytes.fromhex("".join(re.findall(r"x'([0-9a-f]*)'", made.text)))


def test_clean_examples_give_nothing() -> None:
    assert found_in(NOTATION, CONTENT) == found_in(HEX) == []
    assert found_in(NOTATION, CONTENT, {"note.cbor": octets_of(NOTATION)}) == []


def test_an_example_is_a_vector() -> None:
    made = import_source("example", NOTATION.encode(), "note.edn", Report(), record=CONTENT)
    report = Report()
    specification = load_sources({"note.a7": made.text}, report)
    assert not report.diagnostics and "vectors mimi_content.MimiContent" in made.text
    assert specification.modules["note"].vectors[0].octets == octets_of(NOTATION)


VALUES: dict[str, object] = {
    "0": 0, "-1": -1, "23": 23, "24": 24, "-500": -500, "18446744073709551615": 2**64 - 1, "18446744073709551616": 2**64,
    "1.5": 1.5, "-0.1": -0.1, "1e300": 1e300, "Infinity": float("inf"), "0x10": 16, "0b101": 5, "'its'": b"its",
    '"a\\u00e9\\n"': "aé\n", "h'0a 0B'": b"\n\x0b", "b64'AQID'": b"\1\2\3", "[_ 1, 2]": [1, 2], "[1, [2, 3], {}]": [1, [2, 3], {}],
    '{"a": 1, 2: [true]}': {"a": 1, 2: [True]}, '32("x")': cbor2.CBORTag(32, "x"), "<<[1, 2]>>": b"\x82\1\2", "null": None,
    "(_ h'01', h'02')": b"\1\2", "undefined": cbor2.undefined, "simple(200)": cbor2.CBORSimpleValue(200), '"a" + "b"': "ab",
    "/ said / 5": 5, "5 # said\n": 5,
}  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_values_are_those_of_another_reader(text: str) -> None:
    assert cbor2.loads(octets_of(f"[{text}]")) == [VALUES[text]]


def each(text: str, pattern: str, new: str) -> Iterator[tuple[str, int]]:
    for match in re.finditer(pattern, text):
        start, end = match.span("x")
        changed = match.expand(new) if "\\" in new else new
        yield text[:start] + changed + text[end:], text.count("\n", 0, start) + 1


DIGIT = r"(?P<x>\d)"
PLANTED: dict[str, list[tuple[str, int]]] = {
    "instant": [*each(NOTATION, r"2023-11-14T(?P<x>22)", "14"), *each(NOTATION, r"(?P<x>2023)-11", "2022"),
                *each(HEX, r"22:1(?P<x>3):20", "5"), *each(HEX, r"20\.(?P<x>1)23", "9")],
    "number beside an instant": [*each(NOTATION, r"= 17000000(?P<x>0)", "9"), *each(HEX, r"bcfe56(?P<x>8)7b", "9")],
    "duration": [*each(NOTATION, r"(?P<x>10) minutes", "20"), *each(NOTATION, r"17000006(?P<x>0)0", "9")],
    "head": [*each(HEX, r"# \w+\((?P<x>\d)\d*\)", "7"), *each(HEX, r"# (?P<x>\w+)\(", "tag")],
    "text": [*each(HEX, r"\"l(?P<x>a)bo", "o"), *each(HEX, r"68(?P<x>6)9", "7")],
    "character": [*each(NOTATION, r"U\+27(?P<x>44)", "45")],
    "name of a value": [*each(NOTATION, r"disposition = (?P<x>inline|attachment|render)", "preview"),
                        *each(NOTATION, r"semantics = (?P<x>process-all)", "chooseOne")],
    "comma": [*each(NOTATION, r"(?P<x>,) *(?:#.*)?\n(?! *\])", ""), *each(NOTATION, r"1(?P<x>:) ", ",")],
    "bracket": [*each(NOTATION, r"(?m)^ *(?P<x>[\[\]{}])", ""), *each(NOTATION, r"(?P<x>\})", "]")],
    "text that is not closed": [*each(NOTATION, r"lab(?P<x>\")", ""), *each(NOTATION, r"0e0f(?P<x>')", "")],
    "digit that is none": [*each(NOTATION, r"h'000(?P<x>1)", "g")],
    "what the message does not take": [*each(NOTATION, r"(?P<x>000102)03", "0001"), *each(NOTATION, r"(?P<x>false)", "7")],
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_planted_disagreements(name: str) -> None:
    missed = []
    for text, line in PLANTED[name]:
        record = CONTENT if text.startswith("# a note") else None
        found = found_in(text, record)
        if not any(
            line - 1 <= where <= line + 6 or name.startswith(("bracket", "text that")) for _, where in found
        ):
            missed.append((line, text.splitlines()[line - 1], found))
    assert PLANTED[name] and missed == []


def test_forms_that_differ() -> None:
    octets = octets_of(NOTATION)
    for at in range(2, len(octets), 9):
        other = bytearray(octets)
        other[at] ^= 1
        assert "A7-P210" in dict(found_in(NOTATION, None, {"note.cbor": bytes(other)})), at
    assert dict(found_in(NOTATION, None, {"note.cbor": octets + b"\0"})) == {
        "A7-P210": dict(found_in(NOTATION, None, {"note.cbor": octets + b"\0"}))["A7-P210"]
    }
    assert found_in(HEX, None, {"note.pretty": HEX.replace("01  ", "02  ").encode()})[0][0] == "A7-P210"


def test_what_the_message_refuses() -> None:
    assert "A7-P211" in dict(found_in(NOTATION.replace("false", "7"), CONTENT))


def test_an_unknown_message_and_hostile_texts() -> None:
    assert found_in(NOTATION, "ietf.mimi_content.MimiContnt")[0][0] == "A7-P204"
    for text in (
        "[" * 5000,
        "[" * 5000 + "]" * 5000,
        "1" * 5001,
        "h'" + "z" * 5000,
        '{"a"' * 300,
        "h'00" * 999,
        "# " * 9999,
        "]" * 999,
    ):
        assert found_in(text), text[:10]
    assert found_in(b"\xff\xfe") == [] and found_in(b"\0" * (3 << 20))


def test_instants_of_public_examples(vectors: Path) -> None:
    """Every number of milliseconds beside an instant in the public examples: those that disagree, and no others."""
    pair, epoch = re.compile(r"(\d{13}) = (\S+Z)"), datetime(1970, 1, 1, tzinfo=UTC)
    for path in sorted(vectors.rglob("*.edn")):
        text = path.read_text(encoding="utf-8")
        wrong = set()
        for found in pair.finditer(text):
            right = epoch + timedelta(milliseconds=int(found.group(1)))
            if abs(datetime.fromisoformat(found.group(2)) - right) > timedelta(seconds=1):
                wrong.add(text.count("\n", 0, found.start()) + 1)
        report = Report()
        import_source("example", path.read_bytes(), path.name, report)
        assert wrong <= {each.span.line for each in report.diagnostics if each.code == "A7-P209"}, path.name


def lines_of(text: str, pattern: str) -> set[int]:
    return {text.count("\n", 0, found.start("x")) + 1 for found in re.finditer(pattern, text)}


MIMI: dict[str, tuple[str, str]] = {
    "`;` between values of an enum": (r"(?m)^ +\w+\(\d+\)(?P<x>;)", "A7-P200"),
    "a type of other capitals": (r"(?P<x>IdentifierURI)\b", "A7-P204"),
    "a type that nothing declares": (r"optional<(?P<x>RoomId)>", "A7-P204"),
    "a discriminator that is no member": (r"(?P<x>select) ?\((?:type|room\.protocol|message\.wire_format)\)", "A7-P204"),
    "a discriminator with the name of another member": (r"Protocol version;(?s:.){0,120}?(?P<x>select) ?\(protocol\)", "A7-P204"),
    "a discriminator of nothing": (r"struct \{\n +KeyMaterialClientCode(?s:.){0,80}?(?P<x>select) ?\(protocol\)", "A7-P204"),
    "a case that the enum does not have": (r"SubmitResponseCode statusCode;(?s:.){0,60}?case (?P<x>success)", "A7-P204"),
    "a brace that is missing": (r"moreProposals<V>;\n\} (?P<x>HandshakeBundle)", "A7-P200"),
    "`;` that is missing": (r"\} (?P<x>UpdateRoomResponse|PseudonymousCredential|IdentityLinkTBE)\n", "A7-P200"),
    "`optional` without brackets": (r"(?P<x>optional) (?:Frank|opaque)", "A7-P200"),
}  # fmt: skip


@pytest.mark.parametrize("name", MIMI)
def test_mistakes_of_public_descriptions(name: str, vectors: Path) -> None:
    """The known mistakes of drafts, each at its line, wherever a description among the public ones has them."""
    pattern, code = MIMI[name]
    for path in sorted(vectors.rglob("*.tls")):
        text = path.read_text(encoding="utf-8")
        for use in ((), ("ietf.mls",)):
            report = Report()
            import_source("tls", text.encode(), path.name, report, use=use)
            codes = {code, "A7-P222"} if not use else {code, "A7-P204"}
            found = {each.span.line for each in report.errors() if each.code in codes}
            wrong = lines_of(text, pattern)
            if "wire_format" in pattern and use:  # there the member is known, and its cases are wrong
                wrong -= lines_of(text, r"(?P<x>select) ?\(message\.wire_format\)")
                wrong |= lines_of(text, r"message\.wire_format(?s:.){0,20}?case (?P<x>application)")
            assert wrong <= found, (path.name, name, sorted(wrong - found))
