"""The TLS presentation language (RFC 8446 §3, with the variable-size vectors of RFC 9420 §2.1)."""

from __future__ import annotations

from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.model import Module
from art7.codegen.imports.outer import Outer
from art7.codegen.imports.tls.lower import lower
from art7.codegen.imports.tls.parse import parse


def import_tls(source: Source, name: str, outer: Outer, faults: Faults) -> Module:
    """Return the module that a text in the TLS presentation language describes."""
    return lower(parse(source, faults), name, outer, faults, source.span(0, 0))
