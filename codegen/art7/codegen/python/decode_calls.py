"""Records inside records: copied in, or read by a function of their own."""

from __future__ import annotations

from art7.codegen.python.code import Assign, sliced
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import DecodeNames, Frame
from art7.codegen.python.decode_state import is_wanted, note_starts
from art7.codegen.python.expressions import OR, SUM, Code, expression, literal
from art7.codegen.python.inlining import fits
from art7.codegen.python.rounds import later
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr, Literal


def call_record(emitter: BlockEmitter, frame: Frame, step: p.CallRecord) -> None:
    """Copy a small record in, call a function for any other."""
    note_starts(emitter, frame, [(step.slot, 0)])
    record = emitter.scope.records[step.record]
    names = DecodeNames(emitter, frame)
    params = [_argument(emitter, each, names) for each in step.arguments]
    places = [frame.places[a.index] if a.lifted else Code(frame.starts[a.index], SUM) for a in step.places]
    bound = emitter.keep("bound") if step.slot in frame.facts.spans and step.slot not in frame.spans else ""

    def leave() -> None:
        if bound:
            frame.spans[step.slot] = (bound, emitter.keep("bound"))

    with later(emitter, frame, leave):
        if record.carrier is p.Carrier.TREE:
            _call_tree(emitter, frame, step, record, params)
        elif fits(emitter, record):
            _inline(emitter, frame, step, record, params, places)
        else:
            _call(emitter, frame, step, record, params, places)
    leave()


def _argument(emitter: BlockEmitter, expr: Expr, names: DecodeNames) -> Code:
    code = expression(expr, names)
    if code.text.replace(".", "_").isidentifier() or isinstance(expr, Literal):
        return code
    name = emitter.fresh("argument")
    emitter.out.append(Assign([name], code.text))
    return Code(name, optional=code.optional)


def _inline(
    emitter: BlockEmitter,
    frame: Frame,
    step: p.CallRecord,
    record: p.Record,
    params: list[Code],
    places: list[Code],
) -> None:
    wanted = is_wanted(frame, step.slot)
    target = emitter.fresh(frame.members[step.slot])
    inner = emitter.frame(record, params, places, frame.origin, target)
    inner.tag = step.tag

    def leave() -> None:
        value = emitter.finish(inner)
        emitter.inlined[f"{record.name} {target}"] = inner
        if record.form is p.Form.TUPLE:
            emitter.fill(frame, step.slot, value, cheap=True)
        elif wanted:
            emitter.fill(frame, step.slot, Code(target))

    with later(emitter, inner, leave):
        emitter.block(inner, record.body)
    leave()


def _call(
    emitter: BlockEmitter,
    frame: Frame,
    step: p.CallRecord,
    record: p.Record,
    params: list[Code],
    places: list[Code],
) -> None:
    function = emitter.scope.function("decode", record.name)
    begin = str(emitter.cursor)
    more = more_arguments(emitter, frame, record, params, places)
    if step.tag is not None:
        more.append(f"own_tag={literal(step.tag).text}")
    value = emitter.fresh(frame.members[step.slot])
    emitter.out.append(
        Assign(
            [f"{value}, o"], f"{function}({', '.join([emitter.data, begin, emitter.end, *more])})", pure=False
        )
    )
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(value))


def more_arguments(
    emitter: BlockEmitter, frame: Frame, record: p.Record, params: list[Code], places: list[Code]
) -> list[str]:
    """Return what a record's function takes after data, place and end."""
    more = []
    if record.origin and record.kind != "message":
        more.append(frame.origin)
    if record.recursive:
        more.append(f"{emitter.depth} - 1" if emitter.depth else str(record.limit_depth or 64))
    if record.guarded:
        more.append("unverified")
    return more + [code.at(OR) for code in params] + [code.at(OR) for code in places]


def _call_tree(
    emitter: BlockEmitter, frame: Frame, step: p.CallRecord, record: p.Record, params: list[Code]
) -> None:
    """A record on a tree takes all that is left of the region."""
    emitter.tighten()
    function = emitter.scope.function("decode", record.name)
    octets = sliced(emitter.data, str(emitter.cursor), emitter.end)
    value = emitter.fresh(frame.members[step.slot])
    arguments = ", ".join(
        [octets, *(code.at(OR) for code in params), *(["unverified"] if record.guarded else [])]
    )
    emitter.out.append(Assign([value], f"{function}({arguments})", pure=False))
    emitter.cursor_state = emitter.cursor_state.at(emitter.end, loose=False)
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(value))
