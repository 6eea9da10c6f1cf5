"""Examples of messages as drafts print them: CBOR diagnostic notation, annotated hex, octets.

What an example says twice must agree: a number and the instant beside it, a head of CBOR and its comment, a value and the
name that is given to it, the files of one example, and the example and the record that it is of. The result is a module
with the example as a vector of that record.
"""

from __future__ import annotations

import os
from dataclasses import replace

from art7.codegen.imports.example.against import tell_refused, tell_wrong_names
from art7.codegen.imports.example.claims import tell_wrong_claims, tell_wrong_instants
from art7.codegen.imports.example.encode import encode
from art7.codegen.imports.example.forms import is_octets, octets_of, read_form
from art7.codegen.imports.example.parts import Printed
from art7.codegen.imports.faults import Faults, Reader, Source
from art7.codegen.imports.model import Const, Module, Vectors
from art7.codegen.imports.spelling import member_name, plain
from art7.codegen.imports.spelling import octets as spelled_octets
from art7.grammar.diagnostics import Report

SUFFIXES = ("cbor", "edn", "diag", "pretty", "hex", "txt", "bin")
"""Files that stand beside an example and give it in another form."""


def import_example(
    data: bytes, file: str, name: str, record: str | None, faults: Faults, reader: Reader
) -> Module | None:
    """Return the module that holds an example as a vector of `record` (as a constant where there is none)."""
    source = Source("" if is_octets(data) else data.decode("utf-8"), file)
    faults.report.sources[file] = source.text
    printed = Printed(source, data) if is_octets(data) else read_form(source, faults)
    if printed.items:
        printed = replace(printed, octets=encode(printed.items[0]) if len(printed.items) == 1 else None)
    tell_wrong_instants(printed, faults)
    tell_wrong_claims(printed, faults)
    if printed.octets is None:
        found = f"{len(printed.items)} values" if printed.items else "none"
        second = printed.items[1] if len(printed.items) > 1 else None
        span = source.span(second.start, second.end) if second is not None else source.span(0, 0)
        faults.mistake("A7-P200", f"expected one value, found {found}", span, "put one message into a file")
        return None
    _tell_other_forms(printed, file, faults, reader)
    if record is None:
        faults.note(
            "A7-P225",
            "no message is named that the example is of; it is kept as a constant",
            source.span(0, 0),
            "name the catalogue's message with `--type`",
        )
        size = len(printed.octets)
        const = Const(
            member_name(plain(_stem(file))), f"bytes[{size}]", spelled_octets(printed.octets), "The example."
        )
        return Module(name, (const,), (), "Imported from an example.")
    if tell_refused(printed, record, faults):
        tell_wrong_names(printed, record, faults)
    module = record.rpartition(".")[0]
    vectors = Vectors(record, ((printed.octets, f"The example {_stem(file)}."),))
    return Module(name, (vectors,), (module,), "Imported from an example.")


def _tell_other_forms(printed: Printed, file: str, faults: Faults, reader: Reader) -> None:
    """The other files of the example must have the same octets."""
    own = os.path.basename(file)
    for suffix in SUFFIXES:
        name = f"{_stem(file)}.{suffix}"
        found = reader(name) if name != own else None
        if found is None:
            continue
        other = octets_of(
            Source("" if is_octets(found[1]) else found[1].decode("utf-8"), name), found[1], Faults(Report())
        )
        if other is not None and printed.octets is not None and other != printed.octets:
            _tell_difference(printed, printed.octets, other, name, faults)


def _tell_difference(printed: Printed, here: bytes, there: bytes, name: str, faults: Faults) -> None:
    at = next(
        (n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there))
    )
    spans = (f"{part[at : at + 4].hex(' ') or 'the end'}" for part in (here, there))
    faults.mistake(
        "A7-P210",
        f"the octets of `{name}` differ from octet {at} on: {next(spans)} here, {next(spans)} there",
        printed.place(at),
        "print both from the same message",
    )


def _stem(file: str) -> str:
    return os.path.splitext(os.path.basename(file))[0]
