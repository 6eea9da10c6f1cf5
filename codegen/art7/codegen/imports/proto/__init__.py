"""proto3 (and what proto2 shares with it), with the files that a file imports."""

from __future__ import annotations

from art7.codegen.imports.faults import Faults, Reader, Source
from art7.codegen.imports.model import Module
from art7.codegen.imports.proto.lower import lower
from art7.codegen.imports.proto.parse import parse
from art7.codegen.imports.proto.syntax import File
from art7.codegen.imports.proto.well_known import WELL_KNOWN
from art7.grammar.untrusted.refusal import Refusal
from art7.grammar.untrusted.text import decode_utf8

_OCTETS = 2 << 20
_FILES = 100


def import_proto(source: Source, name: str, faults: Faults, reader: Reader) -> Module:
    """Return the module that a `.proto` file describes, with the declarations of other files that it mentions."""
    own = parse(source, faults)
    others: dict[str, File] = {}
    waiting = list(own.imports)
    while waiting:
        path, span = waiting.pop(0)
        if path in others:
            continue
        found = _read(path, faults, reader) if len(others) < _FILES else None
        if found is None:
            message = f"the imported file `{path[:200]}` is not there, not below the folder of the source, or cannot be read"
            faults.mistake("A7-P207", message, span, "put it beside the source")
            continue
        others[path] = found
        waiting += found.imports
    return lower(own, list(others.values()), name, faults, source.span(0, 0))


def _read(path: str, faults: Faults, reader: Reader) -> File | None:
    if path in WELL_KNOWN:
        return parse(Source(WELL_KNOWN[path], path), faults)
    given = reader(path)
    if given is None:
        return None
    shown, data = given
    try:
        text = decode_utf8(data, shown, _OCTETS)
    except Refusal:
        return None
    faults.report.sources[shown] = text
    return parse(Source(text, shown), faults)
