"""Records whose form is said to be the only one, and a second spelling of the same value.

A record says so by its encoding (DER, deterministic CBOR: reading refuses other forms) or in its prose. The search
starts from messages of the record and changes them as writers do who mean the same: longer integers, white space,
members in another order, letters of the other case, a fill that nobody reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from art7.grammar.diagnostics import Diagnostic
from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.samples import Sample, samples
from art7.prover.witnesses import TwoSpellings

FAMILY = "texts"
QUESTION = "one-form"
MESSAGES, FEW = 6, 2
MOST = 160
"""Octets of a message that is changed octet by octet."""
SMALL = 40
"""Octets of a message in which two are changed at once."""

_CLAIM = re.compile(
    r"\b(?:only|unique|single) (?:one )?(?:form|spelling|encoding|representation)\b|\bone (?:and only|octet) form\b"
    r"|\bcanonical(?:ly|i[sz]ation)?\b|\bdeterministic|\b(?:bit|octet|byte)[- ]exact|\b(?:exactly|just|only) one (?:way|form)\b",
    re.IGNORECASE,
)
_COVERED = re.compile(
    r"\bwhat (?:is (?:hashed|signed|authenticated)|[a-z ]*(?:signature|authenticator|hash) (?:covers|is made of)"
    r"|encryption authenticates|a key is derived (?:for|from))|\b(?:form|octets) (?:that is|that are|which is) (?:hashed|signed)",
    re.IGNORECASE,
)
"""Prose of a record whose octets, made anew, are compared: what a signature, hash or key depends on."""


def one_form(specification: Specification, record: p.Record, budget: Budget) -> Iterator[Answer]:
    """Yield an answer for a record whose form should be the only one."""
    why = _claims(record)
    if why is None or any(param.implicit for param in record.params):
        return
    name = record.name.rpartition(".")[2]
    most = MESSAGES if record.encoding != "der" else FEW
    for sample in islice(samples(specification, record.name, most), most):
        for octets in _spellings(sample.octets, record.encoding):
            if budget.left <= 0:
                message = f"whether `{name}` has one form was not decided in time"
                finding = Diagnostic("A7-L399", message, record.span, "give the check more time")
                yield Answer(
                    FAMILY, QUESTION, record.name, Standing.NOT_PROVEN, "the budget was used up", finding
                )
                return
            if octets != sample.octets and _same(specification, record, sample, octets):
                yield _refuted(record, name, why, sample, octets)
                return
    yield Answer(FAMILY, QUESTION, record.name, Standing.TESTED, "with other spellings of its messages")


def _claims(record: p.Record) -> str | None:
    """Return how a record says that it has one form."""
    options = dict(record.options)
    if record.encoding == "der":
        return "DER has one form of each value"
    if record.encoding == "cbor" and options.get("canonical") == "deterministic":
        return "it is `canonical: 'deterministic'`"
    if record.carrier is p.Carrier.TREE and options.get("canonical", "none") != "none":
        return None  # reading takes other forms, and tells that they are not canonical
    for text in (record.doc, *(x.text for x in record.requirements)):
        found = _CLAIM.search(text)
        if found is not None:
            return f'its prose says "{found[0]}"'
    covered = _COVERED.search(record.doc)
    return f'its prose says "{covered[0]}"' if covered is not None else None


def _refuted(record: p.Record, name: str, why: str, sample: Sample, octets: bytes) -> Answer:
    shown = [_shown(x) for x in (sample.octets, octets)]
    message = f"`{name}` should have one form, since {why}, but {shown[0]} and {shown[1]} are the same value"
    advice = "use types with one form, state `canonical: …`, or a rule that refuses the other"
    finding = Diagnostic("A7-L305", message, record.span, advice)
    witness = TwoSpellings(
        record.name, sample.octets, octets, "two spellings of one value", dict(sample.params)
    )
    return Answer(FAMILY, QUESTION, record.name, Standing.REFUTED, "", finding, witness)


def _shown(octets: bytes) -> str:
    if len(octets) > 48:
        return f"{len(octets)} octets"
    text = octets.decode("ascii", "replace")
    return f"`{text}`" if text.isprintable() and octets.isascii() else f"`{octets.hex()}`"


def _same(specification: Specification, record: p.Record, sample: Sample, octets: bytes) -> bool:
    try:
        value = decode(specification, record.name, octets, sample.params).value
    except DecodeError:
        return False
    return bool(value == sample.value) and repr(value) == repr(sample.value)


# ---- spellings ---------------------------------------------------------------------------------------------------


def _spellings(octets: bytes, encoding: str) -> Iterator[bytes]:
    yield from _reordered(octets)
    yield octets + octets
    yield octets + b" "
    for place in range(min(len(octets), MOST)):
        before, octet, behind = octets[:place], octets[place], octets[place + 1 :]
        yield before + bytes((octet | 0x80, 0x00)) + behind
        yield before + bytes((octet & 0xE0 | 24, octet & 0x1F)) + behind
        yield before + b" " + octets[place:]
        yield before + b"0" + octets[place:]
        yield before + b"\\" + octets[place:]
        yield before + b"\\u%04x" % octet + behind
        yield before + b"&#%d;" % octet + behind
        yield before + behind
        for other in (octet ^ 0x20, octet ^ 1, octet ^ 0x80, 0, 0xFF):
            yield before + bytes((other,)) + behind
    yield octets.replace(b'"', b"'")
    yield octets.replace(b"\r\n", b"\n")
    yield octets + b"="
    if encoding != "der":  # lengths and integers that are longer than need be are refused everywhere
        yield from _longer_inside(octets)


def _longer_inside(octets: bytes) -> Iterator[bytes]:
    """Yield messages in which an integer is longer, and a length before it says so."""
    for place in range(1, min(len(octets), SMALL)):
        octet = octets[place]
        for length in range(place):
            if octets[length] == 0xFF:
                continue
            before = octets[:length] + bytes((octets[length] + 1,)) + octets[length + 1 : place]
            yield before + bytes((octet | 0x80, 0x00)) + octets[place + 1 :]
            yield before + bytes((octet & 0xE0 | 24, octet & 0x1F)) + octets[place + 1 :]


def _reordered(octets: bytes) -> Iterator[bytes]:
    """Yield a JSON text with its members the other way round."""
    try:
        tree: Any = json.loads(octets)
    except (ValueError, RecursionError):
        return
    if isinstance(tree, dict):
        yield json.dumps(dict(reversed(tree.items())), separators=(",", ":")).encode()
