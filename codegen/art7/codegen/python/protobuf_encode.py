"""Protobuf message bodies in the fast encoder: declared fields in their order, then what was not known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, Body, For, If, Line, Test
from art7.codegen.python.encode_lists import append_parts
from art7.codegen.python.encode_names import EncodeNames
from art7.codegen.python.encode_numbers import written
from art7.codegen.python.expressions import COMPARE, Code, expression, literal
from art7.codegen.python.pieces import Piece, Raw, constant, is_no_integer, is_no_list
from art7.codegen.python.protobuf_decode import DELIMITED, natural_wire_type
from art7.codegen.python.vendored.octets_write import write_protobuf
from art7.grammar.ir.plan import FieldEntry, Fields, FloatOctets, Role
from art7.grammar.ir.shape import Boolean, Enumeration, Integer, Octets, Text

if TYPE_CHECKING:
    from art7.codegen.python.encode_names import WriteFrame
    from art7.codegen.python.octets_encode import EncodeEmitter


def fields(emitter: EncodeEmitter, frame: WriteFrame, step: Fields) -> list[Piece]:
    """Emit the fields one after the other into a list of parts."""
    parts = emitter.fresh("parts")
    emitter.out.append(Assign([f"{parts}: list[bytes]"], "[]", pure=False))
    entries = step.entries
    if dict(frame.record.options).get("canonical") == "field_order":
        entries = tuple(sorted(entries, key=lambda entry: entry.number))
    for entry in entries:
        if entry.item is not None:
            _repeated(emitter, frame, entry, parts)
        else:
            _singular(emitter, frame, entry, parts)
    if step.unknown_slot is not None:
        kept = frame.values.get(step.unknown_slot)
        if kept is not None:
            other = (f'{kept.text} is not None and {kept.text} != b""', [Line("raise Refused")])
            emitter.scope.support("Refused")
            arms: list[tuple[str, Body]] = [
                (kept.text, [Line(f"{parts}.append({kept.text})")]),
                (other[0], [*other[1]]),
            ]
            emitter.out.append(If(arms))
    name = emitter.fresh("fields")
    emitter.out.append(Assign([name], f'b"".join({parts})', pure=False))
    return [Raw(name, f"len({name})")]


def is_float(entry: FieldEntry) -> bool:
    """Whether -0.0 is written though it equals the default 0 (Language Guide, Default Field Values)."""
    return any(isinstance(step, FloatOctets) for step in entry.body.steps)


def _tag(entry: FieldEntry, wire: int | None = None) -> bytes:
    return write_protobuf(entry.number << 3 | (entry.wire if wire is None else wire))


def _is_integer_enum(emitter: EncodeEmitter, shape: object) -> bool:
    if not isinstance(shape, Enumeration):
        return False
    found = emitter.scope.enum(shape.name)
    return found is not None and not found.text


def _singular(emitter: EncodeEmitter, frame: WriteFrame, entry: FieldEntry, parts: str) -> None:
    slot = frame.record.slots[entry.slot]
    given = slot.role in (Role.GIVEN, Role.VIEW_INPUT) or slot.value is None
    code = frame.values[entry.slot] if given else written(emitter, frame, entry.slot)
    name = code.text
    if not name.isidentifier():
        name = emitter.fresh(slot.name)
        emitter.out.append(Assign([name], code.text, pure=False))
    inner = replace(frame, values={**frame.values, entry.slot: Code(name)})

    def body() -> None:
        pieces = [constant(_tag(entry)), *emitter.pieces(inner, entry.body)]
        emitter.out.append(Line(append_parts(parts, pieces, emitter)))

    statements = emitter.nested(body)
    test = _present(emitter, frame, entry, name)
    if entry.required:
        emitter.out.append(If([(f"{name} is None", [Line("raise Refused")])]))
    if not test:
        emitter.out += statements
        return
    arms: list[tuple[str, Body]] = [(test, statements)]
    if test == name and slot.default is not None:
        # Nothing of another kind passes for an empty value.
        default = expression(slot.default, EncodeNames(emitter, frame)).text
        number = isinstance(slot.shape, Integer) or _is_integer_enum(emitter, slot.shape)
        check = emitter.scope.support("is_integer") if number else ""
        other = f"not {check}({name})" if number else f"{name} != {default}"
        other = f"{name} is not False" if isinstance(slot.shape, Boolean) and default == "False" else other
        arms.append((f"{name} is not None and {other}", [Line("raise Refused")]))
        emitter.scope.support("Refused")
    elif slot.default is not None:
        # 1.0 equals the default 1, and 1 the default true, and are still of another kind.
        number = isinstance(slot.shape, Integer) or _is_integer_enum(emitter, slot.shape)
        default = expression(slot.default, EncodeNames(emitter, frame)).text
        flag = f"{name} is not {default}" if isinstance(slot.shape, Boolean) else ""
        if number or flag:
            other = is_no_integer(name, emitter.scope) if number else flag
            arms.append((f"{name} is not None and {other}", [Line("raise Refused")]))
            emitter.scope.support("Refused")
    emitter.out.append(If(arms))


def _present(emitter: EncodeEmitter, frame: WriteFrame, entry: FieldEntry, name: str) -> str:
    """Return the test of a field that is written: there, and not its default."""
    slot = frame.record.slots[entry.slot]
    if slot.default is None:
        return "" if entry.required else f"{name} is not None"
    default = expression(slot.default, EncodeNames(emitter, frame))
    zero = default.text in ("0", 'b""', '""', "False")
    plain = isinstance(slot.shape, Integer | Octets | Text | Boolean) or _is_integer_enum(emitter, slot.shape)
    if zero and plain:
        # An empty or zero value is the default; so is an absent one.
        return name
    wanted = f"{name} != {default.at(COMPARE + 1)}"
    if is_float(entry):
        wanted = f'({wanted} or str({name}) == "-0.0")'
    return f"{name} is not None and {wanted}"


def _repeated(emitter: EncodeEmitter, frame: WriteFrame, entry: FieldEntry, parts: str) -> None:
    slot = frame.record.slots[entry.slot]
    assert entry.item is not None
    items = frame.values[entry.slot].text
    if not items.isidentifier():
        items = emitter.fresh(slot.name)
        emitter.out.append(Assign([items], frame.values[entry.slot].text, pure=False))
    emitter.out.append(Test(f"{items} is not None and {is_no_list(items, emitter.scope)}"))
    packed = entry.packed and natural_wire_type(entry.body) != DELIMITED
    item = emitter.fresh("item")
    inner = replace(frame, values={**frame.values, entry.item: Code(item)})
    target = emitter.fresh(f"{slot.name}_parts") if packed else parts

    def body() -> None:
        head = [] if packed else [constant(_tag(entry))]
        pieces = [*head, *emitter.pieces(inner, entry.body)]
        emitter.out.append(Line(append_parts(target, pieces, emitter)))

    if not packed:
        emitter.out.append(For(item, f"{items} or ()", emitter.nested(body)))
        return
    loop = For(item, items, emitter.nested(body))
    run = emitter.fresh(f"{slot.name}_octets")
    write = emitter.scope.support("write_protobuf")
    tag = literal(_tag(entry, DELIMITED)).text
    statements: Body = [
        Assign([f"{target}: list[bytes]"], "[]", pure=False),
        loop,
        Assign([run], f'b"".join({target})', pure=False),
        Line(f"{parts}.append({tag} + {write}(len({run})) + {run})"),
    ]
    emitter.out.append(If([(items, statements)]))
