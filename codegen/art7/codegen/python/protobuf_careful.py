"""Protobuf message bodies in the careful codecs."""

from __future__ import annotations

from art7.codegen.python.careful_decode import CarefulDecoder
from art7.codegen.python.careful_encode import CarefulEncoder
from art7.codegen.python.expressions import literal, quoted
from art7.codegen.python.protobuf_decode import DELIMITED, natural_wire_type
from art7.codegen.python.protobuf_encode import is_float
from art7.codegen.python.vendored.octets_write import write_protobuf
from art7.grammar.ir.plan import FieldEntry, Fields, Role


def decode_fields(d: CarefulDecoder, step: Fields) -> None:
    """Add the loop over the fields of a message."""
    d.scope.from_standard("typing", "Any")
    for entry in step.entries:
        if entry.item is not None:
            d.add(f"list{entry.number}: list[Any] = []", f"v[{d.key(entry.slot)}] = list{entry.number}")
    d.add("first = o", "seen: set[int] = set()", 'kept = b""')
    d.add("while o < end:")
    d.depth += 1
    d.add("place = field = o", f"number, wire, o = {d.use('take_tag')}(trace, o, end)")
    word = "if"
    for entry in step.entries:
        d.add(f"{word} number == {entry.number}:")
        d.depth += 1
        _entry(d, entry)
        d.depth -= 1
        word = "elif"
    d.add("else:" if step.entries else "if True:")
    if step.unknown == "reject":
        d.add('    trace.refuse("unknown_field", field, "", "a declared field", f"field {number}")')
    else:
        d.add(
            f"    o = {d.use('pass_field')}(trace, o, end, number, wire, field)",
            "    kept += trace.data[field:o]",
        )
    d.depth -= 1
    for entry in step.entries:
        if entry.required:
            d.add(f"if {entry.number} not in seen:")
            d.add(f'    trace.refuse("missing_field", first, {d.at(entry.slot)}, "the field", "nothing")')
    if step.unknown_slot is not None:
        d.add(f"v[{d.key(step.unknown_slot)}] = kept")


def _entry(d: CarefulDecoder, entry: FieldEntry) -> None:
    wire = natural_wire_type(entry.body)
    packed = entry.item is not None and wire != DELIMITED
    allowed = f"wire != {wire}" + (f" and wire != {DELIMITED}" if packed else "")
    if entry.single:
        again = f'trace.refuse("duplicate_field", field, {d.at(entry.slot)}, "the field once", "the same field again")'
        d.add(f"if {entry.number} in seen:", f"    {again}")
    d.add(f"seen.add({entry.number})", f"if {allowed}:")
    d.add(
        f'    trace.refuse("wrong_kind", field, {d.at(entry.slot)}, "wire type {wire}", f"wire type {{wire}}")'
    )
    if entry.item is None:
        d.add(f"at[{d.key(entry.slot)}] = field")
        d.block(entry.body)
        return
    d.items[entry.item] = d.indexed(entry.slot, f"len(list{entry.number})")
    if not packed:
        d.block(entry.body)
        d.add(f"list{entry.number}.append(v[{d.key(entry.item)}])")
        return
    d.add(f"if wire == {DELIMITED}:")
    d.depth += 1
    d.add(f"packed, stop = {d.use('find_packed')}(trace, o, end, {d.at(entry.slot)}, field)")
    d.add("o, outer, end = packed, end, stop", "while o < end:")
    d.depth += 1
    d.block(entry.body)
    d.add(f"list{entry.number}.append(v[{d.key(entry.item)}])")
    d.depth -= 1
    d.add("end = outer")
    d.depth -= 1
    d.add("else:")
    d.depth += 1
    d.block(entry.body)
    d.add(f"list{entry.number}.append(v[{d.key(entry.item)}])")
    d.depth -= 1


def encode_fields(d: CarefulEncoder, step: Fields) -> str:
    """Add the writing of every field; returns the octets of the body."""
    d.blocks += 1
    n = d.blocks
    d.add(f"w{n} = {d.use('Pieces')}(trace, 0)")
    entries = step.entries
    if dict(d.record.options).get("canonical") == "field_order":
        entries = tuple(sorted(entries, key=lambda entry: entry.number))
    for entry in entries:
        _write_entry(d, entry, f"w{n}")
    if step.unknown_slot is not None and d.record.slots[step.unknown_slot].is_api:
        kept = f"v[{d.key(step.unknown_slot)}]"
        d.add(f"if {kept}:", f"    w{n}.put(len(w{n}.pieces), {kept})")
    return f"w{n}.join()"


def _write_entry(d: CarefulEncoder, entry: FieldEntry, w: str) -> None:
    slot = d.record.slots[entry.slot]
    key = d.key(entry.slot)
    if entry.item is not None:
        _write_repeated(d, entry, w)
        return
    if not (slot.role in (Role.GIVEN, Role.VIEW_INPUT) or slot.value is None):
        d.add(f"v[{key}] = {d.value(entry.slot)}")
    if entry.required:
        d.add(f"{d.use('needed')}(trace, v[{key}], {d.at(entry.slot)})")
    test = f"v[{key}] is not None"
    if slot.default is not None:
        negative = f' or str(v[{key}]) == "-0.0"' if is_float(entry) else ""
        test += f" and (v[{key}] != {d.text(slot.default)}{negative})"
    d.add(f"if {test}:")
    d.depth += 1
    tag = literal(write_protobuf(entry.number << 3 | entry.wire)).text
    d.add(f"{w}.put(len({w}.pieces), {tag})")
    d.add(f"{w}.put(len({w}.pieces), {d.write_block(entry.body)})")
    d.depth -= 1


def _write_repeated(d: CarefulEncoder, entry: FieldEntry, w: str) -> None:
    assert entry.item is not None
    d.blocks += 1
    n = d.blocks
    packed = entry.packed and natural_wire_type(entry.body) != DELIMITED
    d.items[entry.item] = d.indexed(entry.slot, f"i{n}")
    tag = literal(write_protobuf(entry.number << 3 | (DELIMITED if packed else entry.wire))).text
    target = w
    if packed:
        target = f"w{n}"
        d.add(f"{target} = {d.use('Pieces')}(trace, 0)")
    d.add(f"for i{n}, v[{d.key(entry.item)}] in enumerate(v[{d.key(entry.slot)}] or ()):")
    d.depth += 1
    if not packed:
        d.add(f"{target}.put(len({target}.pieces), {tag})")
    d.add(f"{target}.put(len({target}.pieces), {d.write_block(entry.body)})")
    d.depth -= 1
    if packed:
        d.add(f"run = {target}.join()", "if run:")
        header = f"{d.use('prefix')}(trace, len(run), {quoted('protobuf')}, 0, {d.at(entry.slot)})"
        d.add(f"    {w}.put(len({w}.pieces), {tag} + {header} + run)")
