"""Headers and bodies of text in the fast encoder: each header is a line, lists are the octets of their items first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Body, For, If, Line, Test
from art7.codegen.python.encode_lists import item_names, write_item
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.encode_numbers import local_name, written
from art7.codegen.python.expressions import OR, Code, expression, literal, quoted
from art7.codegen.python.pieces import Piece, Raw, is_no_list
from art7.grammar.ir import plan as p

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def _made(emitter: EncodeEmitter, frame: WriteFrame, slot: int, text: str, hint: str) -> list[Piece]:
    """Put octets into a variable; returns them as a piece."""
    name = emitter.fresh(hint)
    emitter.out.append(Assign([name], text, pure=False))
    frame.octets[slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]


def write_headers(emitter: EncodeEmitter, frame: WriteFrame, step: p.Headers) -> list[Piece]:
    """Write a block of headers in the order of its entries, and the empty line behind it."""
    names = []
    for entry in step.entries:
        name = emitter.fresh("header")
        run = _listed if entry.item is not None else _single
        run(emitter, frame, step, entry, name)
        names.append(name)
    if step.other is not None:
        names.append(_others(emitter, frame, step, step.other))
    return [*(Raw(name, f"len({name})") for name in names), Raw(literal(step.eol).text, str(len(step.eol)))]


def _head(entry: p.Header) -> str:
    return literal(entry.names[0].encode() + b": ").text


def _single(emitter: EncodeEmitter, frame: WriteFrame, step: p.Headers, entry: p.Header, name: str) -> None:
    """Write a header that stands once, where it stands at all."""
    slot = frame.record.slots[entry.slot]
    if slot.role not in (p.Role.GIVEN, p.Role.COMPUTED):
        raise Unsupported("a header that is given or computed")
    inner = replace(frame, values=dict(frame.values))
    absent = ""
    if not entry.required:
        value = local_name(emitter, written(emitter, frame, entry.slot), slot.name)
        inner.values[entry.slot] = Code(value)
        absent = f"{value} is None"
        if slot.default is not None:
            absent += f" or {value} == {expression(slot.default, EncodeNames(emitter, frame)).at(OR)}"

    def body() -> None:
        octets = emitter.octets_of(emitter.pieces(inner, entry.body))
        make = emitter.scope.support("header_octets")
        call = f"{make}({_head(entry)}, {octets}, {literal(step.eol).text})"
        emitter.out.append(Assign([name], call, pure=False))

    written_body = emitter.nested(body)
    if not absent:
        emitter.out += written_body
    else:
        nothing: Body = [Assign([name], 'b""', pure=False)]
        emitter.out.append(If([(absent, nothing)], written_body))
    for slot_index, octets in inner.octets.items():
        frame.octets.setdefault(slot_index, octets)


def _items(
    emitter: EncodeEmitter, frame: WriteFrame, entry: p.Header | p.Parts, items: str, minimum: int = 0
) -> str:
    """Emit the loop that writes each item of a list by itself; returns the list of their octets."""
    assert entry.item is not None, "only lists come here"
    emitter.out.append(Test(is_no_list(items, emitter.scope)))
    if minimum:
        emitter.out.append(Test(f"len({items}) < {minimum}"))
    if entry.maximum is not None:
        emitter.out.append(Test(f"len({items}) > {entry.maximum}"))
    parts, target = emitter.fresh("parts"), emitter.fresh("item")
    loop = p.Loop(entry.slot, entry.item, entry.body, None, 0, entry.maximum)
    names = item_names(emitter, loop)
    values, known, index = dict(frame.values), frame.known, frame.index
    frame.index = emitter.fresh("i")

    def finish(pieces: list[Piece]) -> None:
        emitter.out.append(Line(f"{parts}.append({emitter.octets_of(pieces)})"))

    def body() -> None:
        frame.values[loop.item] = Code(target)
        write_item(emitter, frame, loop, finish, names)

    shown = target if names is None else f"({', '.join(names)}{',' if len(names) == 1 else ''})"
    emitter.out.append(Assign([f"{parts}: list[bytes]"], "[]", pure=False))
    emitter.out.append(For(f"{frame.index}, {shown}", f"enumerate({items})", emitter.nested(body)))
    frame.values, frame.known, frame.index = values, known, index
    return parts


def _listed(emitter: EncodeEmitter, frame: WriteFrame, step: p.Headers, entry: p.Header, name: str) -> None:
    """Write the values of a list, each in a header or all in one."""
    slot = frame.record.slots[entry.slot]
    items = local_name(emitter, written(emitter, frame, entry.slot), slot.name)
    frame.values[entry.slot] = Code(items)
    parts = _items(emitter, frame, entry, items, entry.minimum)
    make = emitter.scope.support("comma_header" if entry.comma else "listed_headers")
    more = f", {step.comments}" if entry.comma else ""
    call = f"{make}({_head(entry)}, {parts}, {literal(step.eol).text}{more})"
    emitter.out.append(Assign([name], call, pure=False))


def _others(emitter: EncodeEmitter, frame: WriteFrame, step: p.Headers, entry: p.Header) -> str:
    """Write the headers that nothing names; returns the variable that holds them."""
    given, name, items = (
        EncodeNames(emitter, frame).slot(entry.slot),
        emitter.fresh("header"),
        emitter.fresh("others"),
    )
    emitter.out.append(Assign([items], f"[] if {given.text} is None else {given.text}", pure=False))
    frame.values[entry.slot] = Code(items)
    parts = _items(emitter, frame, entry, items)
    known = sorted({each.lower().encode() for one in step.entries for each in one.names})
    texts = ", ".join(literal(each).text for each in known)
    table = emitter.scope.constant(
        f"_named_{emitter.scope.names.functions[frame.record.name]}",
        f"frozenset(({texts}{',' if len(known) == 1 else ''}))",
    )
    make = emitter.scope.support("other_headers")
    call = f"{make}({parts}, {table}, {literal(step.eol).text})"
    emitter.out.append(Assign([name], call, pure=False))
    return name


def write_parameters(emitter: EncodeEmitter, frame: WriteFrame, step: p.Parameters) -> list[Piece]:
    """Write a map of parameters."""
    value = written(emitter, frame, step.slot).text
    call = f"{emitter.scope.support('parameter_map_octets')}({value}, {quoted(step.form)})"
    return _made(emitter, frame, step.slot, call, "parameters")


def write_parts(emitter: EncodeEmitter, frame: WriteFrame, step: p.Parts) -> list[Piece]:
    """Write parts between the lines of a boundary."""
    items = local_name(emitter, written(emitter, frame, step.slot), frame.record.slots[step.slot].name)
    frame.values[step.slot] = Code(items)
    parts = _items(emitter, frame, step, items, step.minimum)
    boundary = expression(emitter.simplified(frame, step.boundary), EncodeNames(emitter, frame)).at(OR)
    eol = literal(str(dict(frame.record.options).get("eol", "\r\n")).encode()).text
    call = f"{emitter.scope.support('part_octets')}({parts}, {boundary}, {eol})"
    return _made(emitter, frame, step.slot, call, "octets_of_parts")


def write_transfer(emitter: EncodeEmitter, frame: WriteFrame, step: p.Transfer) -> list[Piece]:
    """Write octets in a transfer coding, a text in its charset before."""
    names = EncodeNames(emitter, frame)
    content = emitter.octets_of(emitter.pieces(frame, step.body))
    coding = quoted("binary") if step.coding is None else _word(emitter, frame, step.coding, names)
    if step.charset is None:
        call = f"{emitter.scope.support('transfer_octets')}({content}, {coding})"
    else:
        charset = _word(emitter, frame, step.charset, names)
        call = f"{emitter.scope.support('transfer_text')}({content}, {coding}, {charset})"
    return _made(emitter, frame, step.slot, call, "carried")


def _word(emitter: EncodeEmitter, frame: WriteFrame, expr: Any, names: EncodeNames) -> str:
    return expression(emitter.simplified(frame, expr), names).at(OR)


ROWS: dict[type, Callable[[Any, WriteFrame, Any], list[Piece]]] = {
    p.Headers: write_headers,
    p.Parameters: write_parameters,
    p.Parts: write_parts,
    p.Transfer: write_transfer,
}
"""One row for each step."""
