"""Integers and numbers in the fast encoder: bit fields, integers of whole octets, of variable length, floats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, Body, If, Line, Test
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.encode_plan import outcomes
from art7.codegen.python.expressions import ATOM, BIT_OR, OR, SHIFT, Code, expression, negated, number, truth
from art7.codegen.python.integers import codes_of
from art7.codegen.python.pieces import Fixed, Piece, Raw, constant, flag_text, is_no_integer
from art7.codegen.python.record_facts import walk_steps
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import annotation
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr, Kind, Literal, SlotRef
from art7.grammar.ir.intervals import interval
from art7.grammar.ir.shape import Integer

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def bounds_of_input(scope: ModuleScope, text: str, shape: Integer) -> Body:
    """Refuse what is no integer within its bounds: a shift tests kind, sign and width at once."""
    bits = shape.maximum.bit_length()
    if shape.minimum == 0 and shape.maximum == (1 << bits) - 1:
        return [Test(f"{text} >> {bits}")]
    low, high = number(shape.minimum), number(shape.maximum)
    return [Test(f"not {low} <= {text} <= {high}"), Test(is_no_integer(text, scope))]


def written(emitter: EncodeEmitter, frame: WriteFrame, index: int) -> Code:
    """Return what is written for a slot, as every execution finds it."""
    slot = frame.record.slots[index]
    names = EncodeNames(emitter, frame)
    if slot.value is None or slot.role in (p.Role.GIVEN, p.Role.VIEW_INPUT):
        return names.slot(index)
    verify = next(
        (s for s in walk_steps(frame.record.body) if isinstance(s, p.Verify) and s.slot == index), None
    )
    value = emitter.simplified(frame, slot.value)
    if slot.role is p.Role.COMPUTED and not (verify and verify.guard):
        return expression(value, names)
    given = frame.values.get(index)
    if given is None:
        raise Unsupported(slot.name)
    if verify is None:
        computed = expression(value, names)
        name = emitter.fresh(slot.name)
        emitter.out.append(Assign([name], given.text))
        emitter.out.append(If([(f"{name} is None", [Assign([name], computed.text)])]))
        return Code(name)
    if not verify.guard:
        return expression(value, names)
    computed = expression(value, names)
    name = emitter.fresh(slot.name)
    condition = " and ".join(f"{names.param(i).text} is not None" for i in verify.guard)
    plain = annotation(slot.shape, emitter.scope)
    emitter.out.append(Line(f"{name}: {plain} | None"))
    emitter.out.append(If([(condition, [Assign([name], computed.text)])], [Assign([name], given.text)]))
    return Code(name)


def write_bits(emitter: EncodeEmitter, frame: WriteFrame, step: p.Bits) -> list[Piece]:
    """Write bit fields as one word."""
    terms: list[str] = []
    fixed = 0
    widths: dict[int, list[str]] = {}
    tops: list[tuple[int, str]] = []
    flags: list[tuple[str, int]] = []
    checked = codes_of(step.octets)[0]
    for field in step.fields:
        if field.slot is None:
            continue
        expr = _field_expr(emitter, frame, field.slot)
        if isinstance(expr, Literal) and isinstance(expr.value, int):
            if not 0 <= int(expr.value) < 1 << field.width:
                emitter.out.append(Line("raise Refused"))
                return []
            fixed |= int(expr.value) << field.shift
            continue
        code = _field(emitter, frame, field, expr)
        if field.boolean:
            if expr is not None:
                flags.append((truth(expr, EncodeNames(emitter, frame)).at(OR), 1 << field.shift))
            terms.append(code.text)
            continue
        terms.append(f"{code.at(SHIFT)} << {field.shift}" if field.shift else code.at(BIT_OR + 1))
        low, high = interval(expr, frame.record) if expr is not None else (None, None)
        natural = low is not None and low >= 0
        if field.shift + field.width == 8 * step.octets:
            if not natural:
                tops.append((field.width, code.text))
        elif not (natural and high is not None and high < 1 << field.width):
            widths.setdefault(field.width, []).append(code.text)
    alone = step.octets == 1 and stands_alone(frame, step)
    if alone:
        # A table must not be asked from its end; any negative field makes the word negative.
        tops = [(width, text) for width, text in tops if not _joins(widths, width, text)]
    _test_widths(emitter, widths, alone)
    if not terms:
        return [constant(fixed.to_bytes(step.octets, "big"))]
    if fixed:
        terms.append(number(fixed))
    word = " | ".join(terms)
    if alone:
        if tops:
            name = emitter.integer("bits")
            emitter.out.append(Assign([name], word, pure=False))
            emitter.out.append(Test(f"{name} < 0"))
            word = name
        return [Fixed("B", word, None, natural=True)]
    found = integer_pieces(emitter, word, step.octets, checked, BIT_OR)
    return [replace(each, flags=tuple(flags)) if isinstance(each, Fixed) else each for each in found]


def stands_alone(frame: WriteFrame, step: p.Step) -> bool:
    """Whether no neighbour of fixed size shares a `pack` with the step."""
    steps = [s for s in frame.record.body.steps if not isinstance(s, p.Verify | p.Check | p.View | p.Domain)]
    if step not in steps:
        return False
    at = steps.index(step)
    return not any(isinstance(s, p.Bits | p.Uint) for s in steps[max(at - 1, 0) : at + 2] if s is not step)


def _field_expr(emitter: EncodeEmitter, frame: WriteFrame, index: int) -> Expr | None:
    slot = frame.record.slots[index]
    if slot.role is p.Role.COMPUTED and slot.value is not None and index not in frame.deferred:
        return emitter.resolved(frame, slot.value)
    return None


def _joins(widths: dict[int, list[str]], width: int, text: str) -> bool:
    """Test a field with others of its width, where there are any."""
    if width in widths:
        widths[width].append(text)
    return width in widths


def _test_widths(emitter: EncodeEmitter, widths: dict[int, list[str]], alone: bool) -> None:
    """Refuse fields too wide for their bits.

    A negative one makes the whole word negative, which no pack takes; where no pack is, fields of one width
    are tested for both at once.
    """
    for width, texts in widths.items():
        if not alone:
            for text in texts:
                emitter.out.append(Test(f"{text} > {(1 << width) - 1}"))
        else:
            word = texts[0] if len(texts) == 1 else f"({' | '.join(texts)})"
            emitter.out.append(Test(f"{word} >> {width}"))


def _field(emitter: EncodeEmitter, frame: WriteFrame, field: p.BitField, expr: Expr | None) -> Code:
    """Return a field of a word, in a variable where it is tested."""
    assert field.slot is not None
    names = EncodeNames(emitter, frame)
    if field.boolean and expr is not None:
        return Code(flag_text(truth(expr, names).at(OR), number(1 << field.shift)))
    code = expression(expr, names) if expr is not None else written(emitter, frame, field.slot)
    if field.boolean:
        return Code(flag_text(_flag(emitter, code), number(1 << field.shift)))
    if expr is None:
        code = _integer(emitter, code, frame.record.slots[field.slot].name)
    if not code.text.replace(".", "").replace("_", "").isalnum() and not is_proved(expr, frame, field):
        name = emitter.fresh(frame.record.slots[field.slot].name)
        emitter.out.append(Assign([name], code.text, pure=False))
        code = Code(name)
    return code


def _flag(emitter: EncodeEmitter, code: Code) -> str:
    """Return a variable that holds true or false, and nothing that passes for them."""
    name = local_name(emitter, code, "flag")
    emitter.out.append(Test(f"{name} is not True and {name} is not False"))
    return name


def _integer(emitter: EncodeEmitter, code: Code, hint: str) -> Code:
    """Return a given integer in a variable."""
    return code if code.text.isdigit() else Code(local_name(emitter, code, hint), optional=code.optional)


def is_proved(expr: Expr | None, frame: WriteFrame, field: p.BitField) -> bool:
    """Whether what is written for a field is known to fit it."""
    if expr is None:
        return False
    low, high = interval(expr, frame.record)
    return low is not None and low >= 0 and high is not None and high < 1 << field.width


def integer_pieces(
    emitter: EncodeEmitter,
    value: str,
    octets: int,
    code: str,
    level: int = ATOM,
    *,
    little: bool = False,
    signed: bool = False,
) -> list[Piece]:
    """Return an integer of whole octets; one of odd size writes itself."""
    if code.endswith("s") or octets == 3:
        order = "little" if little else "big"
        flag = ", signed=True" if signed else ""
        text = value if level >= ATOM else f"({value})"
        return [Raw(f'{text}.to_bytes({octets}, "{order}"{flag})', str(octets))]
    return [Fixed(code, value, None, little and octets > 1)]


def write_uint(emitter: EncodeEmitter, frame: WriteFrame, step: p.Uint) -> list[Piece]:
    """Write an integer of whole octets."""
    expr = _field_expr(emitter, frame, step.slot)
    if isinstance(expr, Literal) and isinstance(expr.value, int):
        try:
            octets = int(expr.value).to_bytes(
                step.octets, "little" if step.little else "big", signed=step.signed
            )
        except OverflowError:
            emitter.out.append(Line("raise Refused"))
            return []
        return [constant(octets)]
    code = (
        expression(expr, EncodeNames(emitter, frame))
        if expr is not None
        else written(emitter, frame, step.slot)
    )
    known = frame.known.get(SlotRef(step.slot, Kind.INT))
    if step.slot in frame.fixed and not step.boolean:
        known = Literal(frame.fixed[step.slot], Kind.INT)
    if isinstance(known, Literal) and isinstance(known.value, int) and not step.boolean:
        octets_ = known.value.to_bytes(step.octets, "little" if step.little else "big", signed=step.signed)
        if expr is not None:
            return [constant(octets_)]
        # What equals the constant is not all that passes for it: 1.0 does.
        name = local_name(emitter, code, frame.record.slots[step.slot].name)
        packed = codes_of(step.octets, step.little, step.signed)[0]
        if step.octets in (1, 2, 4, 8):
            return [Fixed(packed, name, octets_, step.little and step.octets > 1, same=True)]
        emitter.out.append(Test(is_no_integer(name, emitter.scope)))
        return [constant(octets_)]
    if expr is None and not step.boolean:
        code = _integer(emitter, code, frame.record.slots[step.slot].name)
    if step.boolean and expr is not None:
        return [Fixed("B", f"1 if {code.at(OR)} else 0")]
    if step.boolean:
        code = Code(_flag(emitter, code))
    codes = codes_of(step.octets, step.little, step.signed)
    return integer_pieces(
        emitter, code.text, step.octets, codes[0], code.level, little=step.little, signed=step.signed
    )


def write_varint(emitter: EncodeEmitter, frame: WriteFrame, step: p.Varint) -> list[Piece]:
    """Write an integer of variable length."""
    expr = _field_expr(emitter, frame, step.slot)
    code = (
        expression(expr, EncodeNames(emitter, frame))
        if expr is not None
        else written(emitter, frame, step.slot)
    )
    if expr is None and not step.boolean:
        code = _integer(emitter, code, frame.record.slots[step.slot].name)
    return [varint_piece(emitter, step, code)]


def varint_piece(emitter: EncodeEmitter, step: p.Varint, code: Code) -> Raw:
    """Return a variable-length integer, its range checked."""
    if step.boolean:
        name = _flag(emitter, code)
        return Raw(f"{emitter.scope.support('OCTETS')}[{name}]", "1")
    if not code.text.isidentifier():
        name = emitter.integer("number")
        emitter.out.append(Assign([name], code.text, pure=False))
        code = Code(name)
    text = code.text
    if step.form == "protobuf":
        text = _protobuf_number(emitter, step, text)
    elif step.bits < {"quic": 62, "mls": 30, "leb128": 56}[step.form]:
        emitter.out.append(Test(f"{text} >> {step.bits}"))
    limit = 64 if step.form in ("quic", "mls") else 128
    table, write = emitter.scope.support("OCTETS"), emitter.scope.support(f"write_{step.form}")
    name = emitter.fresh("octets")
    emitter.out.append(
        Assign([name], f"{table}[{text}] if 0 <= {text} < {limit} else {write}({text})", pure=False)
    )
    return Raw(name, f"len({name})")


def _protobuf_number(emitter: EncodeEmitter, step: p.Varint, text: str) -> str:
    half = 1 << (step.bits - 1)
    if not step.signed and not step.zigzag:
        if step.bits < 64:
            emitter.out.append(Test(f"{text} >> {step.bits}"))
        return text
    emitter.out.append(Test(f"not {-half} <= {text} <= {number(half - 1)}"))
    name = emitter.fresh("wire")
    value = f"{text} << 1 ^ {text} >> {step.bits - 1}" if step.zigzag else f"{text} & 0xFFFFFFFFFFFFFFFF"
    emitter.out.append(Assign([name], value, pure=False))
    return name


def write_float(emitter: EncodeEmitter, frame: WriteFrame, step: p.FloatOctets) -> list[Piece]:
    """Write an IEEE 754 number."""
    code = written(emitter, frame, step.slot)
    return [Fixed("f" if step.octets == 4 else "d", code.text, None, step.little)]


def local_name(emitter: EncodeEmitter, code: Code, hint: str) -> str:
    """Return a variable that holds `code`."""
    if code.text.isidentifier():
        return code.text
    name = emitter.fresh(hint)
    emitter.out.append(Assign([name], code.text))
    return name


def test_domain(emitter: EncodeEmitter, frame: WriteFrame, step: p.Domain) -> list[Piece]:
    """Test that a value is one of those that its enum or type has."""
    from art7.grammar.ir.expression import InRanges

    try:
        code = EncodeNames(emitter, frame).slot(step.slot)
    except Unsupported:
        return []
    if isinstance(frame.known.get(SlotRef(step.slot, Kind.INT)), Literal) or code.text == "None":
        return []
    slot = frame.record.slots[step.slot]
    if slot.role is p.Role.COMPUTED and slot.value is not None:
        found = outcomes(emitter.resolved(frame, slot.value))
        ranges = [(low, high) for low, high in step.ranges if isinstance(low, int) and isinstance(high, int)]
        if found and all(any(low <= each <= high for low, high in ranges) for each in found):
            return []
    text = negated(InRanges(SlotRef(step.slot, Kind.INT), step.ranges), EncodeNames(emitter, frame)).at(OR)
    if code.optional:
        text = f"{code.at(ATOM)} is not None and {text}"
    emitter.out.append(Test(text))
    return []
