"""Headers and bodies of text in the careful codecs: blocks of lines, one value after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.codegen.python.careful_decode import CarefulDecoder
from art7.codegen.python.careful_encode import CarefulEncoder
from art7.codegen.python.expressions import literal, quoted, tuple_of
from art7.codegen.python.record_facts import filled_slots
from art7.codegen.python.text_careful import inside, kept
from art7.grammar.ir import plan as p


def _more(d: CarefulDecoder, slot: int) -> str:
    return d.named(slot) + (", inside=True" if slot in d.opened else "")


def decode_headers(d: CarefulDecoder, step: p.Headers) -> None:
    d.regions += 1
    block, outer = f"block{d.regions}", f"outer{d.regions}"
    lists: dict[int, str] = {}
    for entry in step.every():
        if entry.item is not None:
            d.regions += 1
            lists[entry.slot] = f"items{d.regions}"
            more = "" if entry.maximum is None else f", maximum={entry.maximum}"
            more += d.named(entry.slot)
            make = f"{d.use('header_items')}(r, o, {d.key(entry.slot)}, {d.key(entry.item)}{more})"
            d.add(f"{lists[entry.slot]} = {make}")
    around = f", {literal(step.space).text}, {step.comments}" if step.space or step.comments else ""
    arguments = f"r, o, end, {literal(step.eol).text}, {step.lenient}{around}"
    d.add(f"{block}, {outer} = {d.use('HeaderBlock')}({arguments}), end", f"while {block}.more():")
    d.depth += 1
    word = "if"
    for entry in step.entries:
        names = [literal(name.lower().encode()).text for name in entry.names]
        d.add(f"{word} {block}.name in {tuple_of(names)}:")
        d.depth += 1
        _values(d, entry, block, lists.get(entry.slot, ""))
        d.depth -= 1
        word = "elif"
    _others(d, step, block, lists, word)
    d.depth -= 1
    d.add(f"o, end = {block}.o, {outer}")
    for entry in step.entries:
        if entry.item is not None and entry.minimum:
            check = f"{d.use('check_fewest')}(trace, {lists[entry.slot]}.items, {entry.minimum}"
            d.add(f"{check}, {block}.start, {d.at(entry.slot)})")
        elif entry.item is None and entry.required:
            d.add(f"{block}.require({d.key(entry.slot)}, {quoted(entry.names[0])}, {d.at(entry.slot)})")


def _others(d: CarefulDecoder, step: p.Headers, block: str, lists: dict[int, str], word: str) -> None:
    if step.unknown != "reject" and step.other is None:
        if word == "if":
            d.add("pass")
        return
    if word == "elif":
        d.add("else:")
        d.depth += 1
    if step.other is None:
        d.add(f"{block}.unknown()")
    else:
        _values(d, step.other, block, lists[step.other.slot])
    if word == "elif":
        d.depth -= 1


def _values(d: CarefulDecoder, entry: p.Header, block: str, items: str) -> None:
    """Add the loop over the values of a header."""
    verbatim = ", verbatim=True" if entry.is_verbatim else ""
    if entry.item is None:
        source = f"{block}.one({d.key(entry.slot)}, {d.at(entry.slot)}{verbatim})"
    elif entry.names:
        source = f"{block}.many({items}{', True' if entry.comma else ''}{verbatim})"
    else:
        source = f"{block}.whole({items})"
    d.add(f"for value in {source}:", "    with value as (o, end):")
    d.depth += 2
    target = entry.slot
    opened = d.opened
    if entry.item is not None:
        target = entry.item
        d.add(f"{items}.begin(o)")
        for index in filled_slots(entry.body):
            default = d.record.slots[index].default
            if default is not None or index != entry.item:
                d.add(f"v[{d.key(index)}] = {'None' if default is None else d.text(default)}")
        d.opened = opened - {entry.item}
        d.items[entry.item] = f"{items}.at"
    outer_index = d.names.index
    if items:
        d.names.index = f"len({items}.items)"
    d.block(entry.body)
    d.add(f"value.close(o, {d.at(target)})")
    d.names.index, d.opened = outer_index, opened
    if entry.item is not None:
        d.add(f"{d.use('take_item')}({items})")
    d.depth -= 2


def decode_parameters(d: CarefulDecoder, step: p.Parameters) -> None:
    form = quoted(step.form)
    d.add(f"o = {d.use('read_parameters')}(r, o, end, {d.key(step.slot)}, {form}{_more(d, step.slot)})")


def decode_parts(d: CarefulDecoder, step: p.Parts) -> None:
    items = d.open_items(step)
    outer = f"outer{d.regions}"
    d.add(f"{outer} = end")
    find = f"{d.use('part_places')}(trace, o, end, {d.text(step.boundary)}, {d.at(step.slot)})"
    d.add(f"for o, end in {find}:")
    d.depth += 1
    d.add(f"{items}.begin(o)")
    d.item(step.body, step.item, items)
    d.add(f"{d.use('close_part')}(trace, o, end, {items}.at)", f"{d.use('take_item')}({items})")
    d.depth -= 1
    d.add(f"o = end = {outer}", f"{items}.close(o, {step.minimum})")


def decode_transfer(d: CarefulDecoder, step: p.Transfer) -> None:
    d.regions += 1
    name, outer = f"carried{d.regions}", f"outer{d.regions}"
    more = _transfer_words(d, step) + _more(d, step.slot)
    d.add(f"{name} = {d.use('Carried')}(r, o, end, {d.key(step.slot)}{more})", f"{outer} = end")
    d.add(f"with {name} as end:")
    d.depth += 1
    d.add("o = 0")
    opened, d.opened = d.opened, d.opened | {step.slot}
    d.block(step.body)
    d.opened = opened
    d.add(f"{name}.close(o)")
    d.depth -= 1
    d.add(f"o = end = {outer}")


def _transfer_words(d: CarefulDecoder | CarefulEncoder, step: p.Transfer) -> str:
    words = "" if step.coding is None else f", coding={d.text(step.coding)}"
    return words + ("" if step.charset is None else f", charset={d.text(step.charset)}")


# ---- writing ---------------------------------------------------------------------------------------------


def encode_headers(d: CarefulEncoder, step: p.Headers) -> str:
    d.blocks += 1
    lines = f"lines{d.blocks}"
    eol = literal(step.eol).text
    d.add(f"{lines}: list[bytes] = []")
    for entry in step.entries:
        head = literal(entry.names[0].encode() + b": ").text
        if entry.item is not None:
            d.blocks += 1
            items, n = f"items{d.blocks}", d.blocks
            limits = (
                f", {entry.minimum}, {entry.maximum}" if entry.minimum or entry.maximum is not None else ""
            )
            call = f"{d.use('items_of')}(w, {d.key(entry.slot)}{limits}{d.named(entry.slot)})"
            _item_octets(d, entry, n, items, call)
            rest = f"{eol}, {entry.comma}, {step.comments}, {d.at(entry.slot)}"
            d.add(f"{lines}.append({d.use('put_headers')}(trace, {head}, pieces{n}, {rest}))")
            continue
        test = _given(d, entry)
        if test:
            d.add(f"if {test}:")
            d.depth += 1
        octets = d.write_block(entry.body)
        value = f"{d.use('header_value')}(trace, {octets}, {d.at(entry.slot)})"
        d.add(f"{lines}.append({head} + {value} + {eol})")
        if test:
            d.depth -= 1
    if step.other is not None:
        d.blocks += 1
        items, n = f"items{d.blocks}", d.blocks
        most = "" if step.other.maximum is None else f", {step.other.maximum}{d.named(step.other.slot)}"
        _item_octets(d, step.other, n, items, f"{d.use('others_of')}(w, {d.key(step.other.slot)}{most})")
        known = sorted({name.lower().encode() for entry in step.entries for name in entry.names})
        texts = tuple_of([literal(name).text for name in known])
        rest = f"{texts}, {eol}, {d.at(step.other.slot)}"
        d.add(f"{lines}.append({d.use('put_others')}(trace, pieces{n}, {rest}))")
    return f'b"".join({lines}) + {eol}'


def _item_octets(d: CarefulEncoder, entry: p.Header, n: int, items: str, source: str) -> None:
    """Add the loop that writes each item of a list into `pieces`."""
    assert entry.item is not None, "only lists come here"
    d.add(f"{items} = {source}", f"pieces{n}: list[bytes] = []")
    d.write_items(n, entry.slot, entry.item, entry.body, f"pieces{n}.append({{}})", items)


def _given(d: CarefulEncoder, entry: p.Header) -> str:
    """Return the test of whether a header is written; nothing for one that always is."""
    if entry.required:
        return ""
    declared = d.record.slots[entry.slot]
    found = f"v[{d.key(entry.slot)}]"
    if declared.role is p.Role.COMPUTED and declared.value is not None:
        found = f"({d.text(declared.value)})"
    test = f"{found} is not None"
    if declared.default is not None:
        test += f" and {found} != {d.text(declared.default)}"
    return test


def encode_parameters(d: CarefulEncoder, step: p.Parameters) -> str:
    d.add(f"value = {d.value(step.slot)}")
    piece = f"{d.use('put_parameters')}(trace, value, {quoted(step.form)}, {d.at(step.slot)})"
    return kept(d, step.slot, piece)


def encode_parts(d: CarefulEncoder, step: p.Parts) -> str:
    d.blocks += 1
    n = d.blocks
    limits = f", {step.minimum}, {step.maximum}" if step.minimum or step.maximum is not None else ""
    source = f"{d.use('items_of')}(w, {d.key(step.slot)}{limits}{d.named(step.slot)})"
    entry = p.Header((), step.slot, step.body, False, step.item)
    _item_octets(d, entry, n, f"items{n}", source)
    eol = literal(str(dict(d.record.options).get("eol", "\r\n")).encode()).text
    rest = f"{d.text(step.boundary)}, {eol}, {d.at(step.slot)}"
    piece = f"{d.use('put_parts')}(trace, pieces{n}, {rest})"
    return kept(d, step.slot, piece)


def encode_transfer(d: CarefulEncoder, step: p.Transfer) -> str:
    octets = inside(d, step)
    words = _transfer_words(d, step)
    return kept(d, step.slot, f"{d.use('put_transfer')}(trace, {octets}, {d.at(step.slot)}{words})")


DECODE: dict[type, Callable[[CarefulDecoder, Any], None]] = {
    p.Headers: decode_headers,
    p.Parameters: decode_parameters,
    p.Parts: decode_parts,
    p.Transfer: decode_transfer,
}
"""One row for each step, reading."""

ENCODE: dict[type, Callable[[CarefulEncoder, Any], str]] = {
    p.Headers: encode_headers,
    p.Parameters: encode_parameters,
    p.Parts: encode_parts,
    p.Transfer: encode_transfer,
}
"""One row for each step, writing."""
