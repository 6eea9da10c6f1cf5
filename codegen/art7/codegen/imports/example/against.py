"""An example against the record that it is of: read, written again, and the names that comments give to its values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from art7.codegen.imports.example.parts import Item, Printed
from art7.codegen.imports.faults import Faults
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import NOWHERE, Report
from art7.grammar.ir.module import Enum, Specification
from art7.grammar.ir.shape import Enumeration
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError, FieldNode

_NAMED = re.compile(r"(?:[\w ]{1,40}? ?= ?)?([A-Za-z][\w -]{0,40})")


def specification_of(record: str, faults: Faults) -> Specification | None:
    """Return the catalogue module that declares a record; one that is not there is reported."""
    module = record.rpartition(".")[0]
    found = catalogue_text(module)
    specification = load_sources(dict([found]), Report()) if found is not None else None
    known = [] if specification is None else [each.name for each in specification.modules[module].records]
    if record in known and specification is not None:
        return specification
    near = get_close_matches(record, known or [f"{each}." for each in catalogue_modules()], 1, 0.4)
    hint = f"did you mean `{near[0]}`?" if near else "write `module.Message`"
    faults.mistake("A7-P204", f"no catalogue module declares the message `{record[:80]}`", NOWHERE, hint)
    return None


def tell_refused(printed: Printed, record: str, faults: Faults) -> bool:
    """Read an example as a record and write it again; returns whether both gave its octets."""
    specification = specification_of(record, faults)
    if specification is None or printed.octets is None:
        return False
    try:
        value = decode(specification, record, printed.octets).value
        again = encode(specification, record, value)
    except (DecodeError, EncodeError) as error:
        offset = getattr(error, "offset", None) or 0
        faults.mistake(
            "A7-P211",
            f"`{record}` refuses the example: {error}",
            printed.place(offset),
            "correct the example, or the specification",
        )
        return False
    if again != printed.octets:
        at = next((n for n, (a, b) in enumerate(zip(again, printed.octets, strict=False)) if a != b), 0)
        faults.mistake(
            "A7-P211",
            f"`{record}` writes the example otherwise from octet {at} on",
            printed.place(at),
            "print the canonical form",
        )
    return True


def tell_wrong_names(printed: Printed, record: str, faults: Faults) -> None:
    """A comment that names a member of the enum of its value must name the one that the value is."""
    specification = specification_of(record, faults)
    if specification is None or printed.octets is None:
        return
    enums = {enum.name: enum for module in specification.modules.values() for enum in module.enums}
    fields = {node.offset: node for node in _nodes(decode(specification, record, printed.octets).tree)}
    for item in printed.every_item():
        node = fields.get(item.offset)
        if node is not None and isinstance(node.shape, Enumeration):
            _tell_name(printed, item, enums[node.shape.name], faults)


def _tell_name(printed: Printed, item: Item, enum: Enum, faults: Faults) -> None:
    found = _NAMED.fullmatch(item.label)
    said = _plain(found.group(1)) if found else ""
    for member in enum.members:
        if said and said == _plain(member.name) and not _holds(member.low, member.high, item.value):
            faults.mistake(
                "A7-P209",
                f"the comment says `{member.name}`, which is {member.low} in `{enum.name}`; the value is {item.value!r}",
                printed.source.span(item.start, item.end),
                "correct the value or the comment",
            )


def _holds(low: object, high: object, value: object) -> bool:
    if isinstance(low, int) and isinstance(high, int) and isinstance(value, int):
        return low <= value <= high
    return low == value


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _nodes(node: FieldNode) -> Iterator[FieldNode]:
    for child in node.children:
        yield child
        yield from _nodes(child)
