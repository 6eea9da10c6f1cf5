"""DER in the fast decoder: identifiers tested where they stand, short lengths read in place."""

from __future__ import annotations

from collections.abc import Callable

from art7.codegen.python.code import Assign, If, Line, Place, Test, sliced
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.decode_regions import close_region
from art7.codegen.python.decode_state import is_wanted, note_starts
from art7.codegen.python.dispatch import DispatchArm, dispatch
from art7.codegen.python.expressions import AND, Code, literal, number
from art7.codegen.python.record_facts import filled_slots
from art7.codegen.python.rounds import later
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Binary, Kind, SlotRef

CALLS = {
    "integer": "der_integer",
    "enumerated": "der_integer",
    "bits": "der_bits",
    "flags": "der_flags",
    "oid": "der_oid",
    "relative_oid": "der_relative_oid",
    "numeric": "der_numeric",
    "printable": "der_printable",
    "visible": "der_visible",
    "bmp": "der_bmp",
    "utctime": "der_utctime",
    "generalizedtime": "der_generalizedtime",
}
"""Form → what reads its content; others are decoded in place."""
DECODED = {"utf8": "", "ia5": '"ascii"', "teletex": '"latin-1"', "universal": '"utf-32-be"'}


def tlv(emitter: BlockEmitter, frame: Frame, step: p.Tlv) -> None:
    """Emit an element that holds others, and that they fill it."""
    bound = _begin(emitter, frame, step.slot)
    _test_identifier(
        emitter, frame, step, step.identifier if not step.outer else frame.tag or step.identifier
    )
    tag = step.identifier if not step.outer else frame.tag or step.identifier
    octets = 1 if isinstance(tag, str) else len(tag)
    stop = emitter.fresh("stop")
    long = emitter.scope.support("der_length")
    at = f"o + {octets}"
    emitter.out.append(Assign([stop], f"{emitter.data}[{at}]", pure=False))
    emitter.out.append(
        If(
            [(f"{stop} < 128", [Line(f"o += {octets + 1}"), Line(f"{stop} += o")])],
            [Line(f"o, {stop} = {long}({emitter.data}, {at})")],
        )
    )
    first = ""
    if step.ordered:
        first = emitter.fresh("first")
        emitter.out.append(Assign([first], "o", pure=False))
    outer = emitter.cursor_state
    emitter.cursor_state = Cursor(Place("o"), stop, False, False, outer.least)

    def leave() -> None:
        emitter.cursor_state = Cursor(Place(stop), outer.end, True, outer.whole, outer.least)
        if step.ordered:
            ascends = f"{emitter.scope.support('der_ascends')}({emitter.data}, {first}, {stop})"
            code = frame.values.get(step.slot) if step.slot is not None else None
            items = f"len({code.text}) > 1 and " if code is not None and code.text != "None" else ""
            emitter.out.append(Test(f"{items}not {ascends}"))
        _end(emitter, frame, step.slot, bound)

    with later(emitter, frame, leave, light=False):
        emitter.closed_block(frame, step.body, lambda: close_region(emitter, stop))
    leave()


def _begin(emitter: BlockEmitter, frame: Frame, slot: int | None) -> str:
    """Put the cursor into `o`; returns the variable of the slot's first octet, if somebody asks for it."""
    emitter.settle()
    if slot is None:
        return ""
    note_starts(emitter, frame, [(slot, 0)])
    return emitter.keep("bound") if slot in frame.facts.spans and slot not in frame.spans else ""


def _end(emitter: BlockEmitter, frame: Frame, slot: int | None, bound: str) -> None:
    if slot is not None and bound:
        frame.spans[slot] = (bound, emitter.keep("bound"))


def _test_identifier(
    emitter: BlockEmitter, frame: Frame, step: p.Tlv | p.TlvScalar, tag: bytes | str
) -> None:
    """Refuse another identifier, unless a choice before has looked at it."""
    if id(step) in emitter.told:
        return
    if isinstance(tag, str):
        emitter.out.append(Test(f"not {emitter.data}.startswith({tag}, o)"))
        emitter.out.append(Line(f"o += len({tag}) - 1"))
    elif len(tag) == 1:
        emitter.out.append(Test(f"{emitter.data}[o] != {tag[0]}"))
    else:
        emitter.out.append(Test(f"not {emitter.data}.startswith({literal(tag).text}, o)"))


def tlv_scalar(emitter: BlockEmitter, frame: Frame, step: p.TlvScalar) -> None:
    """Emit an element that holds one value."""
    if step.form == "elements":
        emitter.tighten()
    bound = _begin(emitter, frame, step.slot)
    data = emitter.data
    if step.form == "any":
        long = f"{emitter.scope.support('der_end')}({data}, o)"
        emitter.out.append(Assign(["k"], f"{data}[o + 1]", pure=False))
        # Few tags take more than one octet, and few elements are long.
        short = f"k < 128 and {data}[o] and {data}[o] & 31 != 31"
        emitter.out.append(If([(short, [Line("e = o + 2 + k")])], [Line(f"e = {long}")]))
        _store(emitter, frame, step.slot, sliced(data, "o", "e"))
    elif step.form == "elements":
        run = f"{emitter.scope.support('der_run')}({data}, o, {emitter.end})"
        emitter.out.append(Assign(["e"], run, pure=False))
        _store(emitter, frame, step.slot, f"{sliced(data, 'o', 'e')} or None")
    elif step.form == "time":
        name = emitter.fresh(frame.members[step.slot])
        call = f"{emitter.scope.support('der_time')}({data}, o)"
        emitter.out.append(Assign([f"{name}, e"], call, pure=False))
        if is_wanted(frame, step.slot):
            emitter.fill(frame, step.slot, Code(name))
    else:
        _test_identifier(emitter, frame, step, step.identifier)
        _content(emitter, frame, step)
    emitter.cursor_state = emitter.cursor_state.at("e", loose=True)
    _end(emitter, frame, step.slot, bound)


def _content(emitter: BlockEmitter, frame: Frame, step: p.TlvScalar) -> None:
    data, octets = emitter.data, len(step.identifier)
    at, head = f"o + {octets}", f"o + {octets + 1}"
    emitter.out.append(Assign(["k"], f"{data}[{at}]", pure=False))
    if step.form == "boolean":
        emitter.out.append(Test("k != 1"))
        word = emitter.fresh("octet")
        emitter.out.append(Assign([word], f"{data}[{head}]", pure=False))
        emitter.out.append(Test(f"{word} != 255 and {word}"))
        emitter.out.append(Assign(["e"], f"o + {octets + 2}", pure=False))
        _store(emitter, frame, step.slot, f"{word} == 255")
        return
    if step.form == "null":
        emitter.out.append(Test("k"))
        emitter.out.append(Assign(["e"], head, pure=False))
        _store(emitter, frame, step.slot, 'b"\\x05\\x00"')
        return
    emitter.out.append(Assign(["e"], f"{head} + k", pure=False))
    long = emitter.scope.support("der_length")
    emitter.out.append(If([("k > 127", [Line(f"o, e = {long}({data}, {at})"), Line(f"o -= {octets + 1}")])]))
    _value(emitter, frame, step, sliced(data, head, "e"), f"e - o - {octets + 1}")


def _value(emitter: BlockEmitter, frame: Frame, step: p.TlvScalar, content: str, size: str) -> None:
    """Emit what makes a value of content, and the tests of its bounds."""
    form, low, high = step.form, step.minimum, step.maximum
    if form == "bitstring":
        octets = len(step.identifier)
        emitter.out.append(Test(f"{size} < 1 or {emitter.data}[o + {octets + 1}]"))
        text, size = sliced(emitter.data, f"o + {octets + 2}", "e"), f"e - o - {octets + 2}"
    elif form in DECODED:
        text = f"{content}.decode({DECODED[form]})"
    elif form == "octets":
        text = content
    else:
        text = f"{emitter.scope.support(CALLS[form])}({content})"
        if form == "integer":
            first = f"{emitter.data}[o + {len(step.identifier) + 1}]"
            text = f"{first} if k == 1 and {first} < 128 else {text}"
    if form == "flags" and high is not None:
        high = (1 << high) - 1
    if low is None and high is None:
        _store(emitter, frame, step.slot, text)
        return
    name = emitter.fresh(frame.members[step.slot])
    emitter.out.append(Assign([name], text, pure=False))
    measure = name if form in ("integer", "enumerated", "flags") else f"len({name})"
    if form in ("octets", "bitstring"):
        measure = size
    if low is not None and high is not None:
        emitter.out.append(Test(f"not {number(low)} <= {measure} <= {number(high)}"))
    else:
        limit = f"{measure} < {number(low)}" if low is not None else f"{measure} > {number(high or 0)}"
        emitter.out.append(Test(limit))
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(name))


def _store(emitter: BlockEmitter, frame: Frame, slot: int, text: str) -> None:
    target = emitter.target(frame, slot)
    if target is None:
        emitter.out.append(Line(text))
        return
    emitter.out.append(Assign([target], text, pure=False))
    emitter.stored(frame, slot, target)


# ---- what may be absent, and choices -----------------------------------------------------------------------


def _begins(emitter: BlockEmitter, first: tuple[bytes, ...]) -> str:
    """Return the test of the identifier at `o`."""
    if all(len(tag) == 1 for tag in first):
        octets = [str(tag[0]) for tag in first]
        test = f"== {octets[0]}" if len(octets) == 1 else f"in ({', '.join(octets)})"
        return f"{emitter.data}[o] {test}"
    tags = ", ".join(literal(tag).text for tag in first)
    return f"{emitter.data}.startswith(({tags},), o)"


def _told(emitter: BlockEmitter, body: p.Block, first: tuple[bytes, ...]) -> set[int]:
    """Return the step whose identifier has been looked at, where it can have no other."""
    step = body.steps[0] if body.steps else None
    if isinstance(step, p.CallRecord) and step.tag is None:
        record = emitter.scope.records[step.record]
        step = record.body.steps[0] if record.body.steps else None
    if isinstance(step, p.Tlv | p.TlvScalar) and first == (step.identifier,):
        return {id(step)}
    return set()


def tlv_optional(emitter: BlockEmitter, frame: Frame, step: p.TlvOptional) -> None:
    """Emit what is there if its identifier is next."""
    emitter.settle()
    test = f"o < {emitter.end}"
    if step.first:
        test += f" and {_begins(emitter, step.first)}"
    steps: tuple[p.Step, ...] = step.body.steps
    default = frame.record.slots[step.slot].default
    if step.omitted and default is not None:
        given = SlotRef(step.slot, default.kind)
        differs = Binary("!=", given, default, Kind.BOOL)
        steps = (*steps, p.Check(differs, p.Fault("not_der"), "must", step.slot))
    told = _told(emitter, step.body, step.first)
    outer, emitter.told = emitter.told, emitter.told | told
    emitter.choose(frame, filled_slots(step.body), [(Code(test, AND), {}, steps), (None, {}, ())])
    emitter.told = outer


def tlv_choice(emitter: BlockEmitter, frame: Frame, step: p.TlvChoice) -> None:
    """Emit the one alternative that the identifier tells."""
    emitter.settle()
    slots = list(dict.fromkeys(index for case in step.cases for index in filled_slots(case.body)))
    single = all(len(tag) == 1 for case in step.cases for tag in case.first)
    tag = emitter.fresh("tag")
    if single:
        emitter.out.append(Assign([tag], f"{emitter.data}[o]", pure=False))
    arms = []
    for case in step.cases:
        ranges = tuple((x[0], x[0]) for x in case.first) if single else ()
        test = _begins(emitter, case.first) if case.first and not single else None
        arms.append(DispatchArm(ranges, _alternative(emitter, frame, case), test, case.body.steps))
    if all(case.first for case in step.cases):
        arms.append(DispatchArm((), lambda: emitter.out.append(Line("raise Refused"))))
    if single:
        emitter.join(frame, slots, arms, lambda bodies: dispatch(Code(tag), arms, bodies))
    else:
        emitter.join(
            frame,
            slots,
            arms,
            lambda bodies: [
                If(
                    [(arm.test or "True", body) for arm, body in zip(arms, bodies, strict=True) if arm.test],
                    next(body for arm, body in zip(arms, bodies, strict=True) if not arm.test),
                )
            ],
        )


def _alternative(emitter: BlockEmitter, frame: Frame, case: p.TlvCase) -> Callable[[], None]:
    def run() -> None:
        outer, emitter.told = emitter.told, emitter.told | _told(emitter, case.body, case.first)
        emitter.block(frame, case.body)
        emitter.told = outer

    return run
