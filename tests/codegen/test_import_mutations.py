"""Mistakes planted in clean descriptions: every class of them is found, where it was planted; clean ones give nothing."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from art7.codegen.imports import import_source
from art7.grammar.diagnostics import Report, Severity

MISTAKES = {f"A7-P20{number}" for number in range(9)}
MOST, SHARE = 60, 0.95

ROOM = """
/* What a hub and its followers say to one another. */
uint16 SuiteNumber;
opaque Digest[32];
uint8 LEAST = 3;

enum {
    reserved(0),
    join(1),
    leave(2),
    note(3),
    report(4..9),
    (255)
} ActionKind;

enum { accepted(0), refused(1), delayed(2), (65535) } AnswerCode;

struct {
    opaque address<V>;
} PartyUri;

struct {
    SuiteNumber suite;
    Digest digest;
    opaque signature<V>;
} Proof;

struct {
    PartyUri party;
    uint32 device_index;
    optional<Proof> proof;
} Participant;

struct {
    ActionKind actionKind;
    uint64 happened_at;   /* milliseconds */
    PartyUri actor;
    select (actionKind) {
        case join:
            Participant newcomers<V>;
            SuiteNumber acceptable_suites<V>;
        case leave:
            uint32 removed_indices<V>;
        case note:
            opaque text<V>;
            Digest digest;
    };
} RoomAction;

struct {
    AnswerCode answerCode;
    select (answerCode) {
        case accepted:
            uint64 accepted_at;
        case delayed:
            uint32 retry_seconds;
        case refused:
            struct {};
    };
    RoomAction echoed<V>;
} RoomAnswer;

struct {
    PartyUri party;
    RoomAction action;
    select (action.actionKind) {
        case join:
            Proof proof;
        case leave:
            struct {};
    };
} Relayed;

Relayed relayed_action;
"""

FIXED = """
enum { hello(1), key(2), finished(20), (255) } StepType;
enum { mode_a(1), mode_b(2), (255) } ModeType;
struct { ModeType mode; opaque identity<1..2^16-1>; uint32 age; } Ticket;
struct {
    uint16 version = 0x0303;
    opaque random[32];
    opaque session_id<0..32>;
    uint8 suites<2..254>;
    Ticket tickets<0..2^16-1>;
} Hello;
struct {
    StepType step_type;
    uint24 length;
    select (step_type) {
        case hello: Hello;
        case key: struct { uint16 group; opaque share<1..2^16-1>; } entry;
        case finished: opaque verify_data[12];
    } body;
} Step;
"""

CDDL = """
; what a sender wraps
envelope = {
  version: uint .size 1,
  sender: party-uri,
  ? thread: thread-id,
  parts: [ 1* part ],
  stamps: timestamps,
  * extension-name => any
}
party-uri = tstr .size (1..255)
thread-id = bstr .size 16
timestamps = [ created: milliseconds, ? edited: milliseconds ]
milliseconds = uint .size 8
part = [ kind: part-kind, language: tstr, ( empty-part // text-part // file-part ) ]
part-kind = &( plain: 0, rich: 1, picture: 2 )
empty-part = ( cardinality: 0 )
text-part = ( cardinality: 1, media-type: tstr, content: bstr )
file-part = (
  cardinality: 2,
  url: tstr,
  size: uint .size 8,
  digest: bstr .size 32
)
extension-name = int
"""

Mutants = Iterator[tuple[str, int]]
"""Mutated text, and the offset where it was changed."""


def bare(text: str, comment: str) -> str:
    """The text with comments and quoted texts blanked, so that nothing is planted in them."""
    return re.sub(comment, lambda found: re.sub(r"[^\n]", " ", found.group()), text, flags=re.DOTALL)


TLS_COMMENT, CDDL_COMMENT = r"/\*.*?\*/|//[^\n]*", r";[^\n]*|\"[^\"\n]*\"|'[^'\n]*'"


def replaced(
    text: str, pattern: str, new: Callable[[re.Match[str]], str], comment: str = TLS_COMMENT
) -> Mutants:
    """Every place where `pattern` is found (its group `x`, else the whole) with something else in it."""
    for found in re.finditer(pattern, bare(text, comment)):
        group = "x" if "x" in found.re.groupindex else 0
        start, end = found.span(group)
        yield text[:start] + new(found) + text[end:], start


def misspelt(found: re.Match[str]) -> str:
    word = found.group("x")
    middle = len(word) // 2
    return (
        word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
        if len(word) > 3
        else word + "x"
    )


def dropped(found: re.Match[str]) -> str:
    return ""


USE = r"(?m)^[ ]{2,}(?!case|select|default|struct|enum|opaque|optional)(?:optional<)?(?P<x>[A-Za-z]\w{3,})>? \w+[^;\n]*;"
TLS: dict[str, Callable[[str], Mutants]] = {
    "misspelt type": lambda text: (
        each for each in replaced(text, USE, misspelt) if each[0] != text),
    "undefined type": lambda text: replaced(text, USE, lambda _: "Elsewhere"),
    "undeclared type": lambda text: replaced(
        text, r"\} (?P<x>(?!RoomAnswer|Relayed|Step;)[A-Z]\w+);", lambda f: f.group("x") + "2"),
    "discriminator that names no field": lambda text: replaced(text, r"select ?\((?P<x>\w+)", lambda f: f.group("x") + "Type"),
    "discriminator of another case": lambda text: replaced(text, r"select ?\((?P<x>\w+)\)", lambda f: f.group("x").swapcase()),
    "wrong case name": lambda text: replaced(text, r"case (?P<x>\w+)", lambda _: "succeeded"),
    "misspelt case name": lambda text: replaced(text, r"case (?P<x>\w+)", misspelt),
    "missing closing brace": lambda text: replaced(text, r"\}", dropped),
    "missing opening brace": lambda text: replaced(text, r"\{(?! ?\})", dropped),
    "`;` for `,`": lambda text: replaced(text, r"\)(?P<x>,)", lambda _: ";"),
    "`,` for `;`": lambda text: replaced(text, r"(?P<x>;)", lambda _: ","),
    "`:` for `;`": lambda text: replaced(text, r"(?P<x>;)", lambda _: ":"),
    "missing `;`": lambda text: replaced(text, r"(?<=\w|>|\])(?P<x>;)", dropped),
    "missing `,`": lambda text: replaced(text, r"\)(?P<x>,)", dropped),
    "missing bracket": lambda text: replaced(text, r"[<>()\[\]]", dropped),
    "number taken twice": lambda text: replaced(text, r"\((?P<x>2)\)", lambda _: "1"),
    "reversed bounds": lambda text: replaced(text, r"<(?P<x>\d[^>]*)>", lambda _: "9..3"),
}  # fmt: skip

NEVER_USED = "envelope|mimiContent|MessageDerivedValues|message"
KEY = r"(?:[:=] |// |=> |/ |\( |\[ )(?P<x>[a-z][\w-]{4,})(?= *[,/\n\])]|$)(?! *=)"
DEFINED = rf"(?m)^(?P<x>(?!(?:{NEVER_USED}) )[\w-]+)(?= *=)"
CDDL_CLASSES: dict[str, Callable[[str], Mutants]] = {
    "misspelt name": lambda text: replaced(text, KEY, misspelt, CDDL_COMMENT),
    "undefined name": lambda text: replaced(text, KEY, lambda _: "elsewhere", CDDL_COMMENT),
    "undefined rule": lambda text: replaced(text, DEFINED, lambda f: f.group("x") + "-renamed", CDDL_COMMENT),
    "missing bracket": lambda text: replaced(text, r"[\[\](){}]", dropped, CDDL_COMMENT),
    "wrong bracket": lambda text: replaced(text, r"[\])}]", lambda f: "}" if f.group() != "}" else "]", CDDL_COMMENT),
    "`.` for `,`": lambda text: replaced(text, r",", lambda _: ".", CDDL_COMMENT),
    "`|` for `/`": lambda text: replaced(text, r"(?<=[\w)] )/(?= )", lambda _: "|", CDDL_COMMENT),
    "`=` for `:`": lambda text: replaced(text, r"(?<=\w):(?= )", lambda _: " =", CDDL_COMMENT),
    "missing `=`": lambda text: replaced(text, r"(?m)^[\w-]+ (?P<x>=) ", dropped, CDDL_COMMENT),
    "defined twice": lambda text: (
        (f"{text}\n{name} = uint\n", len(text) + 1)
        for name in re.findall(r"(?m)^([\w-]+) = [^(\n]", bare(text, CDDL_COMMENT))
    ),
    "empty range": lambda text: replaced(text, r"\((?P<x>\d+\.\.\d+)\)", lambda _: "9..3", CDDL_COMMENT),
}  # fmt: skip


def found_in(form: str, text: str) -> list[tuple[str, int]]:
    """Code and line of each mistake."""
    report = Report()
    import_source(form, text.encode(), "draft", report)
    return [
        (each.code, each.span.line) for each in report.diagnostics
        if each.severity is Severity.ERROR and (each.code in MISTAKES or each.code == "A7-P222")
    ]  # fmt: skip


def cddl_texts() -> list[str]:
    """The clean text here, and the public ones that have no mistake."""
    root = Path(__file__).parents[2]
    found = [CDDL]
    for name, default in (("ART7_VECTORS", "vectors"), ("ART7_CAPTURES", "captures")):
        folder = Path(os.environ.get(name) or root.parent / "shared" / default)
        texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.cddl"))]
        found += [text for text in texts if not found_in("cddl", text)]
    return found


def test_clean_texts_give_nothing() -> None:
    assert found_in("tls", ROOM) == found_in("tls", FIXED) == found_in("cddl", CDDL) == []


def share_found(form: str, texts: list[str], name: str) -> tuple[int, int, list[str]]:
    """How many planted mistakes were found close to their place, of how many, and the others."""
    plant = (TLS if form == "tls" else CDDL_CLASSES)[name]
    anywhere = name in ("undeclared type", "undefined rule")  # told where they are mentioned
    mutants = [each for text in texts for each in plant(text) if each[0] != text]
    random.Random(7).shuffle(mutants)
    missed = []
    for text, at in mutants[:MOST]:
        line = text.count("\n", 0, at) + 1
        if not any(anywhere or line - 2 <= where <= line + 12 for _, where in found_in(form, text)):
            missed.append(f"{line}: {text.splitlines()[line - 1] if line <= text.count(chr(10)) else ''}")
    return len(mutants[:MOST]) - len(missed), len(mutants[:MOST]), missed


@pytest.mark.parametrize("name", TLS)
def test_planted_in_tls(name: str) -> None:
    found, planted, missed = share_found("tls", [ROOM, FIXED], name)
    assert planted > 1 and found >= SHARE * planted, (found, planted, missed)


@pytest.mark.parametrize("name", CDDL_CLASSES)
def test_planted_in_cddl(name: str) -> None:
    found, planted, missed = share_found("cddl", cddl_texts(), name)
    assert planted > 1 and found >= SHARE * planted, (found, planted, missed)
