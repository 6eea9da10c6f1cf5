"""CDDL (RFC 8610), which describes CBOR."""

from __future__ import annotations

from art7.codegen.imports.cddl.lower import lower
from art7.codegen.imports.cddl.parse import parse
from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.model import Module


def import_cddl(source: Source, name: str, faults: Faults) -> Module:
    """Return the module that a CDDL text describes."""
    return lower(parse(source, faults), name, faults, source.span(0, 0))
