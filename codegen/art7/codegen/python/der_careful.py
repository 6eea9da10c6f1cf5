"""DER in the careful codecs: one call an element, from the plan as it is."""

from __future__ import annotations

from art7.codegen.python.careful_decode import CarefulDecoder
from art7.codegen.python.careful_encode import CarefulEncoder
from art7.codegen.python.expressions import literal, quoted
from art7.grammar.ir import plan as p


def _tags(tags: tuple[bytes, ...]) -> str:
    return "".join(f", {literal(tag).text}" for tag in tags)


# ---- reading ---------------------------------------------------------------------------------------------


def read_tlv(d: CarefulDecoder, step: p.Tlv) -> None:
    """Add an element that holds others."""
    d.regions += 1
    n, slot, at = d.regions, step.slot, d.at(step.slot)
    measured = slot is not None and slot not in d.opened
    if measured:
        d.start(slot)
        d.add(f"start{n} = o")
        d.spare.add(f"start{n}")
    tag = "tag" if step.outer else literal(step.identifier).text
    d.add(f"outer{n} = end", f"o, end = {d.use('find_element')}(trace, o, end, {at}, {tag})")
    if step.ordered:
        d.add(f"first{n} = o")
    opened = d.opened
    if slot is not None:
        d.opened = opened | {slot}
    d.block(step.body)
    d.opened = opened
    d.add(f"{d.use('close_region')}(trace, o, end, {at})")
    if step.ordered:
        d.add(f"{d.use('in_set_order')}(trace, first{n}, end, {at})")
    d.add(f"end = outer{n}")
    if measured and slot is not None:
        d.span(slot, f"start{n}")


def read_tlv_scalar(d: CarefulDecoder, step: p.TlvScalar) -> None:
    """Add an element that holds one value."""
    tag, limits = literal(step.identifier).text, ""
    if step.minimum is not None or step.maximum is not None:
        limits = f", {literal(step.minimum).text}, {literal(step.maximum).text}"
    call = f"{d.use('read_element')}(r, o, end, {d.key(step.slot)}, {quoted(step.form)}, {tag}{limits}"
    d.add(f"o = {call}{d.named(step.slot)})")


def read_tlv_optional(d: CarefulDecoder, step: p.TlvOptional) -> None:
    """Add what is there if its identifier is next."""
    d.regions += 1
    n = d.regions
    default = d.record.slots[step.slot].default
    d.add(f"if {d.use('stands_next')}(trace, o, end{_tags(step.first)}):")
    if step.omitted:
        d.add(f"    place{n} = o")
    d.nested(step.body)
    if step.omitted and default is not None:
        usual = d.text(default)
        d.add(f"    {d.use('not_default')}(r, place{n}, {d.key(step.slot)}, {usual}{d.named(step.slot)})")


def read_tlv_choice(d: CarefulDecoder, step: p.TlvChoice) -> None:
    """Add the one alternative that the identifier tells."""
    word = "if"
    for case in step.cases:
        d.add(f"{word} {d.use('stands_next')}(trace, o, end{_tags(case.first)}):")
        d.nested(case.body)
        word = "elif"
    every = tuple(tag for case in step.cases for tag in case.first)
    d.add("else:", f"    {d.use('no_alternative')}(trace, o, end{_tags(every)})")


# ---- writing ---------------------------------------------------------------------------------------------


def write_tlv(d: CarefulEncoder, step: p.Tlv) -> str:
    """Add the writing of an element that holds others; returns the source of its octets."""
    slot, opened = step.slot, d.opened
    if slot is not None:
        d.opened = opened | {slot}
    d.blocks += 1
    n = d.blocks
    d.add(f"w{n} = {d.use('Pieces')}(trace, 2)")
    octets = d.write_block(step.body)
    d.opened = opened
    if step.ordered:
        octets = f"{d.use('set_elements')}({octets})"
    d.add(f"content{n} = {octets}")
    header = f"{d.use('der_header')}({literal(step.identifier).text}, len(content{n}))"
    d.add(f"w{n}.put(1, content{n})", f"w{n}.put(0, {header})")
    if slot is None or slot in opened:
        return f"w{n}.join()"
    return f"w.keep({d.key(slot)}, w{n}.join())"


def write_tlv_scalar(d: CarefulEncoder, step: p.TlvScalar) -> str:
    """Add the writing of an element that holds one value."""
    key, tag, limits = d.key(step.slot), literal(step.identifier).text, ""
    if step.minimum is not None or step.maximum is not None:
        limits = f", {literal(step.minimum).text}, {literal(step.maximum).text}"
    value = f"v[{key}]" if step.form == "elements" else d.value(step.slot)
    call = f"{d.use('write_element')}(w, {value}, {key}, {quoted(step.form)}, {tag}{limits}"
    return f"{call}{d.named(step.slot)})"


def write_tlv_optional(d: CarefulEncoder, step: p.TlvOptional) -> str:
    """Add the writing of what may be absent."""
    d.blocks += 1
    result, key = f"part{d.blocks}", d.key(step.slot)
    declared = d.record.slots[step.slot]
    value = f"v[{key}]"
    if declared.role is p.Role.COMPUTED and declared.value is not None:
        value = f"({d.text(declared.value)})"
    test = f"{value} is not None"
    if step.omitted and declared.default is not None:
        test += f" and {value} != {d.text(declared.default)}"
    d.add(f'{result} = b""', f"if {test}:")
    d.arm(step.body, result)
    return result


def write_tlv_choice(d: CarefulEncoder, step: p.TlvChoice) -> str:
    """Add the writing of the one alternative that is given."""
    d.blocks += 1
    n = d.blocks
    rows = ", ".join(f"({d.key(case.slot)}, {d.at(case.slot)})" for case in step.cases)
    d.add(f"given{n} = {d.use('one_alternative')}(w, {rows})", f'part{n} = b""')
    for case in step.cases:
        d.add(f"if given{n} == {d.key(case.slot)}:")
        d.arm(case.body, f"part{n}")
    return f"part{n}"
