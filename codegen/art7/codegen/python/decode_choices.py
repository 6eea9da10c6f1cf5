"""Choices in a decoder: unions, and members that may be absent."""

from __future__ import annotations

from collections.abc import Callable

from art7.codegen.python.code import Assign, Line, Test
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_extents import simplified
from art7.codegen.python.decode_names import DecodeNames, Frame
from art7.codegen.python.decode_numbers import read_integer
from art7.codegen.python.decode_state import is_wanted
from art7.codegen.python.dispatch import DispatchArm, dispatch, numbered
from art7.codegen.python.expressions import OR, Code, expression, literal, truth
from art7.codegen.python.passes.assume import assume
from art7.codegen.python.record_facts import filled_slots
from art7.codegen.python.rounds import end_round
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Binary, Expr, Kind, Literal, lies_in


def branch(emitter: BlockEmitter, frame: Frame, step: p.Branch) -> None:
    """Emit a choice by value; what closes the region does so inside each arm."""
    names = DecodeNames(emitter, frame)
    last = emitter.closer(step)
    on = simplified(frame, step.on)
    code = expression(on, names)
    if not (code.text.isidentifier() or code.text.replace(".", "_").isidentifier()) or "." in code.text:
        name = emitter.fresh("tag")
        emitter.out.append(Assign([name], code.text))
        code = Code(name, optional=code.optional)
    slots = list(dict.fromkeys(index for case in step.cases for index in filled_slots(case.body)))
    if step.slot is not None:
        _reserve_union(emitter, frame, step)
        slots = [index for index in slots if index not in step.value_slots] + [step.slot]
    ended: list[Expr] = []
    arms = [
        DispatchArm(case.ranges, _case(emitter, frame, step, number_, on, last, ended), None, case.body.steps)
        for number_, case in enumerate(step.cases)
    ]
    if not any(not case.ranges for case in step.cases):
        arms.append(DispatchArm((), _refuse(emitter)))
    which, arms = numbered(emitter.scope, code, arms)
    if which:
        code = Code(emitter.fresh("which"))
        emitter.out.append(Assign([code.text], which, pure=False))
    emitter.join(frame, slots, arms, lambda bodies: dispatch(code, arms, bodies))
    for condition in ended:
        frame.known = {**frame.known, **assume(condition, False)}


def _reserve_union(emitter: BlockEmitter, frame: Frame, step: p.Branch) -> None:
    assert step.slot is not None
    emitter.reserve(frame, step.slot)
    target = frame.redirect.get(step.slot)
    for value in step.value_slots:
        if value is not None and target is not None:
            frame.redirect[value] = target


def _refuse(emitter: BlockEmitter) -> Callable[[], None]:
    def run() -> None:
        emitter.out.append(Line("raise Refused"))

    return run


def refuse_arm(
    emitter: BlockEmitter,
    frame: Frame,
    slots: list[int],
    arms: list[tuple[Code | None, dict[Expr, Expr], tuple[p.Step, ...]]],
) -> None:
    """Emit alternatives by tests; what none of them takes is refused."""
    chosen = [
        DispatchArm((), emitter._arm(frame, slots, known, steps, None), None if test is None else test.at(OR))
        for test, known, steps in arms
    ]
    chosen.append(DispatchArm((), _refuse(emitter)))
    emitter.join(frame, slots, chosen, lambda bodies: emitter._chain(chosen, bodies))


def _case(
    emitter: BlockEmitter,
    frame: Frame,
    step: p.Branch,
    position: int,
    on: Expr,
    last: Callable[[], None] | None,
    ended: list[Expr],
) -> Callable[[], None]:
    case = step.cases[position]

    def run() -> None:
        if case.refuse is not None:
            emitter.out.append(Line("raise Refused"))
            return
        outer = frame.known
        if len(case.ranges) == 1 and case.ranges[0][0] == case.ranges[0][1]:
            constant = Literal(case.ranges[0][0], on.kind)
            frame.known = {**outer, on: constant}
        if last is None:
            emitter.block(frame, case.body)
        else:
            emitter.closed_block(frame, case.body, last)
        if step.slot is not None:
            value = step.value_slots[position] if step.value_slots else None
            if value is not None and value in frame.values:
                frame.values[step.slot] = frame.values[value]
                if frame.redirect.get(step.slot) is None:
                    frame.values.pop(step.slot)
        if last is not None and end_round(emitter) and _is_first(step, position):
            ended.append(Binary("==", on, Literal(case.ranges[0][0], on.kind), Kind.BOOL))
        frame.known = outer

    return run


def _is_first(step: p.Branch, position: int) -> bool:
    """Whether a case takes one value, and no case before it takes that."""
    ranges = step.cases[position].ranges
    if len(ranges) != 1 or ranges[0][0] != ranges[0][1]:
        return False
    value = ranges[0][0]
    return all(
        type(range_[0]) is type(value) and not lies_in(value, range_)
        for case in step.cases[:position]
        for range_ in case.ranges
    )


def when(emitter: BlockEmitter, frame: Frame, step: p.When) -> None:
    """Emit what is there under a condition."""
    condition = simplified(frame, step.condition)
    if isinstance(condition, Literal):
        if condition.value:
            emitter.block(frame, step.body)
        else:
            for index in filled_slots(step.body):
                if is_wanted(frame, index) and index not in frame.values:
                    emitter.fill(frame, index, literal(None))
        return
    test = truth(condition, DecodeNames(emitter, frame))
    slots = filled_slots(step.body)
    arms = [(test, assume(condition, True), step.body.steps), (None, assume(condition, False), ())]
    emitter.choose(frame, slots, arms, emitter.closer(step))


def present(emitter: BlockEmitter, frame: Frame, step: p.Present) -> None:
    """Emit what follows an octet that says whether it is there."""
    word = read_integer(emitter, 1, hint="mark")
    emitter.out.append(Test(f"{word} > 1"))
    slots = list(dict.fromkeys([*filled_slots(step.body), step.slot]))
    emitter.choose(frame, slots, [(Code(word), {}, step.body.steps), (None, {}, ())])
