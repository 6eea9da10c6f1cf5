"""Headers and bodies of text in the fast encoder: each header is a line, lists are the octets of their items first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Body, For, If, Line, Test
from art7.codegen.python.encode_lists import asks_index, item_names, write_item
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.encode_numbers import local_name, written
from art7.codegen.python.expressions import OR, Code, expression, literal, quoted
from art7.codegen.python.pieces import Piece, Raw, Text, constant, is_no_list
from art7.codegen.python.text_lists import header_words, is_one_line
from art7.codegen.python.text_pieces import keep, measured, nothing, text_in, text_of, writes_text
from art7.codegen.python.text_runs import whole_text
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Call

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
    if not all(writes_text(emitter.scope.records, entry.body) for entry in step.every()):
        raise Unsupported("headers of octets")
    names = []
    for entry in step.entries:
        name = emitter.fresh("header")
        run = _listed if entry.item is not None else _single
        run(emitter, frame, step, entry, name)
        names.append(name)
    if step.other is not None:
        names.append(_others(emitter, frame, step, step.other))
    return [*map(text_in, names), constant(step.eol)]


def _head(entry: p.Header) -> bytes:
    return entry.names[0].encode() + b": "


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
        pieces = emitter.pieces(inner, entry.body)
        if not is_one_line(emitter.scope.records, entry.body):
            pieces = [_tested(emitter, pieces)]
        keep(emitter, name, [constant(_head(entry)), *pieces, constant(step.eol)], True)

    written_body = emitter.nested(body)
    if not absent or _is_there(emitter, frame, entry):
        emitter.out += written_body
    else:
        empty: Body = [Assign([name], nothing(True), pure=False)]
        emitter.out.append(If([(absent, empty)], written_body))
    for slot_index, octets in inner.octets.items():
        frame.octets.setdefault(slot_index, octets)


def _is_there(emitter: EncodeEmitter, frame: WriteFrame, entry: p.Header) -> bool:
    """Whether a header always has a value: how long something is."""
    value = frame.record.slots[entry.slot].value
    role = frame.record.slots[entry.slot].role
    return role is p.Role.COMPUTED and isinstance(value, Call) and value.function == "length"


def _tested(emitter: EncodeEmitter, pieces: list[Piece]) -> Piece:
    """Test that a value is one line without white space around it."""
    match pieces:
        case [Text(text=text) as piece] if text.isidentifier():
            value: Piece = piece
        case _:
            name = emitter.fresh("value")
            keep(emitter, name, pieces, True)
            text, value = name, text_in(name)
    emitter.out.append(Test(f"{emitter.scope.support('is_broken')}({text})"))
    return value


def _items(
    emitter: EncodeEmitter, frame: WriteFrame, entry: p.Header | p.Parts, items: str, as_text: bool
) -> tuple[Body, str]:
    """Return the loop that writes each item of a list by itself, and the list of what it made."""
    assert entry.item is not None, "only lists come here"
    parts, target = emitter.fresh("parts"), emitter.fresh("item")
    loop = p.Loop(entry.slot, entry.item, entry.body, None, 0, entry.maximum)
    names = item_names(emitter, loop)
    values, known, index = dict(frame.values), frame.known, frame.index
    indexed = asks_index(loop)
    frame.index = emitter.fresh("i") if indexed else index

    def finish(pieces: list[Piece]) -> None:
        made = text_of(pieces) if as_text else emitter.octets_of(pieces)
        emitter.out.append(Line(f"{parts}.append({made})"))

    def body() -> None:
        frame.values[loop.item] = Code(target)
        write_item(emitter, frame, loop, finish, names)

    shown = target if names is None else ", ".join(names) + ("," if len(names) == 1 else "")
    shown = f"{frame.index}, {f'({shown})' if names is not None else shown}" if indexed else shown
    each = For(shown, f"enumerate({items})" if indexed else items, emitter.nested(body))
    frame.values, frame.known, frame.index = values, known, index
    return [Assign([f"{parts}: list[{'str' if as_text else 'bytes'}]"], "[]", pure=False), each], parts


def _bounds(emitter: EncodeEmitter, items: str, minimum: int, maximum: int | None) -> None:
    """Test that something is a list of the right length."""
    emitter.out.append(Test(is_no_list(items, emitter.scope)))
    if minimum:
        emitter.out.append(Test(f"len({items}) < {minimum}"))
    if maximum is not None:
        emitter.out.append(Test(f"len({items}) > {maximum}"))


def _listed(emitter: EncodeEmitter, frame: WriteFrame, step: p.Headers, entry: p.Header, name: str) -> None:
    """Write the values of a list, each in a header or all in one."""
    slot = frame.record.slots[entry.slot]
    items = local_name(emitter, written(emitter, frame, entry.slot), slot.name)
    frame.values[entry.slot] = Code(items)
    _bounds(emitter, items, entry.minimum, entry.maximum)
    token = header_words(step, entry)
    if token is not None:
        body = _words(emitter, step, entry, token, items, name)
    else:
        body, parts = _items(emitter, frame, entry, items, True)
        make = emitter.scope.support("comma_header" if entry.comma else "listed_headers")
        more = f", {step.comments}" if entry.comma else ""
        call = (
            f"{make}({literal(_head(entry).decode()).text}, {parts}, {literal(step.eol.decode()).text}{more})"
        )
        body.append(Assign([name], call, pure=False))
    empty: Body = [Assign([name], nothing(True), pure=False)]
    emitter.out += body if entry.minimum else [If([(items, body)], empty)]


def _words(
    emitter: EncodeEmitter, step: p.Headers, entry: p.Header, token: str, items: str, name: str
) -> Body:
    """Return what writes words with commas between them: one text, one expression, as many commas as it takes."""
    text = emitter.fresh("text")
    whole = whole_text(emitter.scope, f"(?:{token})(?:, (?:{token}))*")

    def body() -> None:
        emitter.out.append(Assign([text], f'", ".join({items})', pure=False))
        emitter.out.append(Test(f'{whole}({text}) is None or {text}.count(",") != len({items}) - 1'))
        keep(emitter, name, [constant(_head(entry)), text_in(text), constant(step.eol)], True)

    return emitter.nested(body)


def _others(emitter: EncodeEmitter, frame: WriteFrame, step: p.Headers, entry: p.Header) -> str:
    """Write the headers that nothing names; returns the variable that holds them."""
    given, name, items = (
        EncodeNames(emitter, frame).slot(entry.slot),
        emitter.fresh("header"),
        emitter.fresh("others"),
    )
    emitter.out.append(Assign([items], f"[] if {given.text} is None else {given.text}", pure=False))
    frame.values[entry.slot] = Code(items)
    _bounds(emitter, items, 0, entry.maximum)
    body, parts = _items(emitter, frame, entry, items, True)
    known = sorted({each.lower() for one in step.entries for each in one.names})
    texts = ", ".join(literal(each).text for each in known)
    table = emitter.scope.constant(
        f"_named_{emitter.scope.names.functions[frame.record.name]}",
        f"frozenset(({texts}{',' if len(known) == 1 else ''}))",
    )
    make = emitter.scope.support("other_headers")
    call = f"{make}({parts}, {table}, {literal(step.eol.decode()).text})"
    body.append(Assign([name], call, pure=False))
    emitter.out.append(If([(items, body)], [Assign([name], nothing(True), pure=False)]))
    return name


def write_parameters(emitter: EncodeEmitter, frame: WriteFrame, step: p.Parameters) -> list[Piece]:
    """Write a map of parameters."""
    value, name = written(emitter, frame, step.slot).text, emitter.fresh("parameters")
    call = f"{emitter.scope.support('parameter_map_text')}({value}, {quoted(step.form)})"
    emitter.out.append(Assign([name], call, pure=False))
    frame.octets[step.slot] = measured(name, True)
    return [text_in(name)]


def write_parts(emitter: EncodeEmitter, frame: WriteFrame, step: p.Parts) -> list[Piece]:
    """Write parts between the lines of a boundary."""
    items = local_name(emitter, written(emitter, frame, step.slot), frame.record.slots[step.slot].name)
    frame.values[step.slot] = Code(items)
    _bounds(emitter, items, step.minimum, step.maximum)
    body, parts = _items(emitter, frame, step, items, False)
    emitter.out += body
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
