"""Rules, values worked out and alignment in a decoder."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Body, If, Line, Read, Test, sliced
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_extents import simplified
from art7.codegen.python.decode_names import DecodeNames, Frame, difference
from art7.codegen.python.decode_state import is_wanted
from art7.codegen.python.expressions import ATOM, COMPARE, OR, Code, conjuncts, expression, literal, negated
from art7.codegen.python.passes.assume import negation
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Binary, Call, Expr, Kind, Literal, SlotRef, is_positional


def domain(emitter: BlockEmitter, frame: Frame, step: p.Domain) -> None:
    """Test that a value is one of those its kind allows."""
    from art7.grammar.ir.expression import InRanges

    code = frame.values.get(step.slot)
    if code is None or code.text == "None":
        return
    test = InRanges(SlotRef(step.slot, Kind.INT), step.ranges)
    tests = [negated(test, DecodeNames(emitter, frame)).at(OR)]
    if code.optional:
        emitter.out.append(Test(f"{code.at(ATOM)} is not None and {tests[0]}"))
    else:
        emitter.out += [Test(text) for text in tests]


def view(emitter: BlockEmitter, frame: Frame, step: p.View) -> None:
    """Work out a value from those read."""
    if not is_wanted(frame, step.slot):
        return
    expr = simplified(frame, step.expr)
    if isinstance(expr, Literal):
        frame.known[SlotRef(step.slot, step.expr.kind)] = expr
    _note_mask(frame, step.slot, expr)
    code = expression(expr, DecodeNames(emitter, frame))
    wanted = frame.facts.uses[step.slot]
    if wanted and not isinstance(expr, Literal) and not code.text.isidentifier():
        name = emitter.fresh(frame.members[step.slot])
        emitter.out.append(Assign([name], code.text))
        code = Code(name, optional=code.optional)
    emitter.fill(frame, step.slot, code, cheap=True)


def _note_mask(frame: Frame, view: int, expr: Expr) -> None:
    """Masked twice is unmasked: `(x ^ k) ^ k` is `x`, and both have one length."""
    match expr:
        case Binary(op="^", left=SlotRef(index=index) as left, right=right, kind=Kind.BYTES):
            reference = SlotRef(view, Kind.BYTES)
            size = frame.sizes.get(index)
            if size is None:
                return
            frame.known[Call("length", (reference,), Kind.INT)] = size
            frame.sizes[view] = size
            frame.known[Binary("^", reference, right, Kind.BYTES)] = left
        case _:
            pass


def verify(emitter: BlockEmitter, frame: Frame, step: p.Verify) -> None:
    """Test a value read against the computed one, then read what waited for that."""
    _test(emitter, frame, step)
    for slot in step.opens:
        emitter.later.pop(slot)()


def _test(emitter: BlockEmitter, frame: Frame, step: p.Verify) -> None:
    slot = frame.record.slots[step.slot]
    code = frame.values.get(step.slot)
    if step.implied or slot.value is None or code is None or code.text == "None":
        return
    reference = SlotRef(step.slot, slot.value.kind)
    value, found = simplified(frame, slot.value), simplified(frame, reference)
    if value == found:
        return
    if not step.guard and not code.optional:
        if isinstance(found, Literal) and isinstance(found.value, bool):
            _must(emitter, frame, value if found.value else negation(value))
            return
        if isinstance(value, Literal):
            _must(emitter, frame, Binary("==", reference, value, Kind.BOOL))
            return
    _verify_at_run_time(emitter, frame, step, code, value)


def _verify_at_run_time(emitter: BlockEmitter, frame: Frame, step: p.Verify, code: Code, value: Expr) -> None:
    names = DecodeNames(emitter, frame)

    def test() -> None:
        wanted = expression(value, names)
        if step.constant_time:
            compare = emitter.scope.from_standard("hmac", "compare_digest")
            emitter.out.append(Test(f"not {compare}({wanted.text}, {code.text})"))
        else:
            emitter.out.append(Test(f"{code.at(COMPARE + 1)} != {wanted.at(COMPARE + 1)}"))

    guards = [names.param(index).text for index in step.guard]
    body: Body
    if guards:
        label = literal(step.fault.requirement or frame.record.slots[step.slot].name).text
        condition = " and ".join(f"{guard} is not None" for guard in guards)
        body = [If([(condition, emitter.nested(test))], [Line(f"unverified.append({label})")])]
    elif not code.optional:
        test()
        return
    else:
        body = emitter.nested(test)
    emitter.out += [If([(f"{code.at(ATOM)} is not None", body)])] if code.optional else body


def check(emitter: BlockEmitter, frame: Frame, step: p.Check) -> None:
    """Test a rule."""
    if step.level == "must":
        _must(emitter, frame, simplified(frame, step.condition))


def _must(emitter: BlockEmitter, frame: Frame, condition: Expr) -> None:
    """Refuse unless `condition` holds; what is proved here already is not tested again."""
    names = DecodeNames(emitter, frame)
    for part in conjuncts(condition):
        if emitter.is_proved(frame, part):
            continue
        positional = is_positional(part)
        if positional:
            emitter.tighten()
        emitter.out.append(Test(negated(part, names).at(OR)))
        frame.proved[part] = emitter.cursor if positional else None
        if (
            isinstance(part, Binary)
            and part.op == "=="
            and isinstance(part.right, Literal)
            and not positional
        ):
            frame.known[part.left] = part.right


def align(emitter: BlockEmitter, frame: Frame, step: p.Align) -> None:
    """Pass over padding."""
    begin = str(emitter.cursor)
    since = emitter.cursor_state.since(frame.begun)
    distance = difference(begin, frame.start) if since is None else literal(since)
    if distance.text.isdigit():
        octets = -int(distance.text) % step.to
        if octets:
            _fill_kept(emitter, frame, step, begin, str(emitter.cursor.moved(octets)))
            emitter.out.append(Read(emitter.cursor, [f"{octets}x"], [None]))
            emitter.move(octets)
        elif step.slot is not None and is_wanted(frame, step.slot):
            emitter.fill(frame, step.slot, literal(None))
        return
    mask = step.to - 1
    measured = _measured_distance(emitter, frame, step.to)
    if measured:
        distance = Code(measured)
    minus = f"-({distance.text})" if distance.level < ATOM else f"-{distance.text}"
    padding = f"({minus} & {mask})" if step.to & mask == 0 else f"{minus} % {step.to}"
    if step.slot is not None and is_wanted(frame, step.slot):
        at = emitter.keep("fill_start") if emitter.cursor.base == "o" else begin
        emitter.reserve(frame, step.slot)
        target = frame.redirect[step.slot]
        move = Assign(["o"], f"{at} + {padding}", pure=False)
        filled = emitter.nested(lambda: _fill_kept(emitter, frame, step, at, "o"))
        if measured and step.to & mask == 0:
            usual: Body = [Assign(["o"], at, pure=False), Assign([target], "None")]
            emitter.out.append(If([(f"{measured} & {mask}", [move, *filled])], usual))
        else:
            emitter.out += [move, If([(f"o == {at}", [Assign([target], "None")])], filled)]
        frame.values[step.slot] = Code(target, optional=True)
    else:
        emitter.out.append(Assign(["o"], f"{begin} + {padding}", pure=False))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)


def _measured_distance(emitter: BlockEmitter, frame: Frame, to: int) -> str:
    """Return a variable that is the octets since the record's first, but for multiples of `to`; or nothing."""
    measured = emitter.measured.get(emitter.cursor.base)
    if measured is None or emitter.cursor.offset or frame.begun is None:
        return ""
    more = measured.from_place(frame.begun.place, frame.begun.mark)
    return measured.length if more is not None and more % to == 0 else ""


def _fill_kept(emitter: BlockEmitter, frame: Frame, step: p.Align, begin: str, end: str) -> None:
    if step.slot is None or not is_wanted(frame, step.slot):
        return
    usual = literal(bytes([step.octet]) * (step.to - 1)).text
    found = sliced(emitter.data, begin, end)
    name = emitter.fresh("fill")
    emitter.out.append(Assign([name], found))
    emitter.fill(frame, step.slot, Code(f"None if {usual}.startswith({name}) else {name}", 0, optional=True))
