"""Descriptions of formats in other languages → modules: TLS presentation language, CDDL, proto3, JSON Schema, examples.

Each format has a folder that reads its text into `model.Module`; the rest is shared. Nothing is dropped: what the source
gets wrong and what the language cannot say stands in the report and in a comment at the end of the module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from art7.codegen.imports.faults import Enough, Faults, Reader, Source, line_of
from art7.codegen.imports.model import Module
from art7.codegen.imports.outer import Outer, open_modules
from art7.codegen.imports.printer import print_module
from art7.codegen.imports.spelling import WORDS, plain
from art7.grammar.diagnostics import Report, Severity
from art7.grammar.load import load_sources
from art7.grammar.untrusted.refusal import Refusal, note
from art7.grammar.untrusted.text import decode_utf8

FORMATS = ("tls", "cddl", "proto", "json-schema", "example")
OCTETS = 2 << 20
"""The most octets of one source file."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The text of the module, not laid out yet; empty where nothing could be read."""

    text: str
    name: str


_ENDLESS = "A7-L040"
"""What the language says of a type that holds itself without end: a mistake of the source, which a reader of it sees late."""


def import_source(
    form: str,
    data: bytes,
    file: str,
    report: Report,
    *,
    name: str | None = None,
    use: Iterable[str] = (),
    reader: Reader | None = None,
    record: str | None = None,
) -> Imported:
    """Return the module that a source describes. Mistakes and losses are in `report`, and in the text.

    `file` is shown in places, and gives the name of the module where `name` does not; `reader` gives what it imports.
    `record` is the catalogue's message that an example is of.
    """
    faults = Faults(report)
    module: Module | None = None
    given = name or module_name(file)
    try:
        if form == "example":
            module = _example(data, file, given, record, faults, reader or _nothing)
        else:
            text = decode_utf8(data, file, OCTETS)
            report.sources[file] = text
            module = _importer(form)(Source(text, file), given, use, faults, reader or _nothing)
    except Refusal as refusal:
        note(report, refusal)
    except Enough:
        pass
    faults.close()
    if module is None or not module.declarations:
        if module is not None and not report.has_errors:
            source = Source(report.sources[file], file)
            report.add("A7-P222", "the source declares nothing", source.span(0, 0), help="name another file")
        return Imported("", given)
    return Imported(_checked(module, report, file), given)


def _example(
    data: bytes, file: str, name: str, record: str | None, faults: Faults, reader: Reader
) -> Module | None:
    from art7.codegen.imports.example import import_example

    if len(data) > OCTETS:
        data = data[: OCTETS + 1]
        decode_utf8(data, file, OCTETS)
    return import_example(data, file, name, record, faults, reader)


def module_name(file: str) -> str:
    """Return the name of the module for a file: `a/mimi-protocol.tls` → `mimi_protocol`."""
    stem = re.split(r"[/\\]", file)[-1]
    stem = re.sub(
        r"\.(tls|cddl|proto|json|ya?ml|txt|cbor|edn|diag|pretty|hex|bin)$", "", stem, flags=re.IGNORECASE
    )
    parts = [
        re.sub(r"_+", "_", plain(part)).strip("_").lower() or "x" for part in re.split(r"[.$]", stem) if part
    ]
    good = [f"m{part}" if part[0].isdigit() else f"{part}_" if part in WORDS else part for part in parts]
    return ".".join(good[:6]) or "imported"


def _nothing(path: str) -> tuple[str, bytes] | None:
    return None


def _importer(form: str) -> Callable[[Source, str, Iterable[str], Faults, Reader], Module]:
    if form == "tls":
        from art7.codegen.imports.tls import import_tls

        return lambda source, name, use, faults, reader: import_tls(
            source, name, open_modules(use, "tls", faults), faults
        )
    if form == "cddl":
        from art7.codegen.imports.cddl import import_cddl

        return lambda source, name, use, faults, reader: import_cddl(source, name, faults)
    if form == "proto":
        from art7.codegen.imports.proto import import_proto

        return lambda source, name, use, faults, reader: import_proto(source, name, faults, reader)
    if form == "json-schema":
        from art7.codegen.imports.json_schema import import_json_schema

        return lambda source, name, use, faults, reader: import_json_schema(source, name, faults, reader)
    raise ValueError(f"no such format: {form}")


def _checked(module: Module, report: Report, file: str) -> str:
    """The text of a module with its findings; those of the text itself are told as ours."""
    own = Report()
    load_sources({f"{module.name}.a7": print_module(module, [])}, own)
    source = Source(report.sources[file], file)
    endless = [found for found in own.errors() if found.code == _ENDLESS]
    for found in endless:
        message = f"a declaration is made of itself: {found.message}"
        report.add("A7-P206", message, source.span(0, 0), help="make a member on the way optional, or a list")
    others = [found for found in own.errors() if found.code != _ENDLESS]
    if others:
        message = f"the imported module has {len(others)} findings: {others[0].code} {others[0].message}"
        report.add(
            "A7-P229", message, source.span(0, 0), help="run `art7 check` on the module for all of them"
        )
    return print_module(module, _notes(report))


def _notes(report: Report) -> list[str]:
    if not report.diagnostics:
        return ["Imported whole: nothing of the source is missing."]
    errors = sum(found.severity is Severity.ERROR for found in report.diagnostics)
    lines = [
        f"---- what the import found: {errors} that change what is accepted or must be corrected, "
        f"{len(report.diagnostics) - errors} to know ----"
    ]
    return lines + [line_of(found) for found in report.diagnostics]


__all__ = ["FORMATS", "Imported", "Outer", "import_source", "module_name"]
