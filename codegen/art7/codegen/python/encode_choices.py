"""Choices in the fast encoder: arms that take in what stands around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Body, If, Line, Test
from art7.codegen.python.dispatch import DispatchArm, dispatch, numbered
from art7.codegen.python.encode_names import EncodeNames, WriteFrame
from art7.codegen.python.encode_plan import spliced, tag_known, two_forms
from art7.codegen.python.encode_records import open_record
from art7.codegen.python.expressions import Code, expression, truth
from art7.codegen.python.in_order import Rules, apply_rules
from art7.codegen.python.octets_decode import DEEPEST, fits
from art7.codegen.python.passes.assume import assume
from art7.codegen.python.pieces import Finish, Piece
from art7.codegen.python.record_facts import filled_slots
from art7.codegen.python.text_pieces import keep, kept, measured, writes_text
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import SlotRef
from art7.grammar.ir.quick import changed
from art7.grammar.ir.shape import Nullable

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def write_branch(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Branch, tag: p.Step | None = None
) -> list[Piece]:
    """Write a choice among other steps: its octets go to a variable."""
    slot = frame.record.slots[step.slot].name if step.slot is not None else "arm"
    name = emitter.fresh(f"{slot}_octets")
    block = p.Block((step,), (0,)) if tag is None else p.Block((tag, step), (0, 1))
    as_text = writes_text(emitter.scope.records, block)

    def finish(pieces: list[Piece]) -> None:
        keep(emitter, name, pieces, as_text)

    sink_choice(emitter, frame, block, len(block.steps) - 1, finish)
    if step.slot is not None:
        frame.octets[step.slot] = measured(name, as_text)
    return [kept(name, as_text)]


def sink_choice(
    emitter: EncodeEmitter, frame: WriteFrame, block: p.Block, position: int, finish: Finish
) -> None:
    """Emit a choice whose arms take in the steps around it."""
    step = block.steps[position]
    region = step if isinstance(step, p.Region) else None
    branch = region.body.steps[0] if region is not None else step
    assert isinstance(branch, p.Branch)
    names = EncodeNames(emitter, frame)
    on = emitter.simplified(frame, branch.on)
    code = expression(on, names)
    if not code.text.isidentifier():
        name = emitter.fresh("tag")
        emitter.out.append(Assign([name], code.text))
        if isinstance(on, SlotRef) and on.index in frame.values:
            frame.values[on.index] = Code(name, optional=code.optional)
        code = Code(name, optional=code.optional)
    arms = []
    rules = emitter.item_rules if emitter.item_rules and emitter.item_rules[0] is frame.record else None
    emitter.item_rules = None if rules else emitter.item_rules
    for number_, case in enumerate(branch.cases):
        run = _sunk_arm(emitter, frame, block, position, region, branch, number_, finish, rules)
        arms.append(DispatchArm(case.ranges, run))
    if not any(not case.ranges for case in branch.cases):
        arms.append(DispatchArm((), lambda: emitter.out.append(Line("raise Refused"))))
    which, arms = numbered(emitter.scope, code, arms)
    if which:
        code = Code(emitter.fresh("which"))
        emitter.out.append(Assign([code.text], which, pure=False))
    before = {hint: [*names] for hint, names in emitter.spare.items()}
    bodies = [emitter.exclusive(arm.run) for arm in arms]
    emitter.spare = before
    emitter.out += dispatch(code, arms, bodies)


def _sunk_arm(
    emitter: EncodeEmitter,
    frame: WriteFrame,
    block: p.Block,
    position: int,
    region: p.Region | None,
    branch: p.Branch,
    number_: int,
    finish: Finish,
    rules: tuple[p.Record, Rules, EncodeNames] | None = None,
) -> Callable[[], None]:
    case = branch.cases[number_]

    def run() -> None:
        if case.refuse is not None:
            emitter.out.append(Line("raise Refused"))
            return
        inner = changed(
            frame,
            values=dict(frame.values),
            octets=dict(frame.octets),
            counts=dict(frame.counts),
            known={**frame.known, **tag_known(branch, case)},
        )
        bind_arm(emitter, inner, branch, number_)
        if rules is not None:
            apply_rules(emitter, rules[1], rules[2], branch, case, frame.record)
        body: tuple[Any, ...]
        emit: tuple[int, ...]
        if region is not None:
            body = (
                *block.steps[:position],
                changed(region, body=case.body),
                *block.steps[position + 1 :],
            )
            emit = block.emit
        else:
            body, emit = spliced(block, position, case.body)
        _decide(emitter, inner, case.body, lambda frame: finish(emitter.pieces(frame, p.Block(body, emit))))

    return run


def _decide(
    emitter: EncodeEmitter, frame: WriteFrame, body: p.Block, write: Callable[[WriteFrame], None]
) -> None:
    """Write an arm, in two where a record in it has two forms told apart by what is given."""
    call = body.steps[0] if len(body.steps) == 1 else None
    record = emitter.scope.records[call.record] if isinstance(call, p.CallRecord) else None
    test = two_forms(record) if record is not None and fits(emitter, record) else None
    if not isinstance(call, p.CallRecord) or record is None or test is None or emitter.level >= DEEPEST:
        write(frame)
        return
    opened = open_record(emitter, frame, call, record)

    def form(outcome: bool) -> Body:
        def run() -> None:
            known = {**opened.known, **assume(test, outcome)}
            emitter.opened[id(call)] = changed(opened, values=dict(opened.values), known=known)
            write(changed(frame, values=dict(frame.values), octets=dict(frame.octets)))
            del emitter.opened[id(call)]

        return emitter.exclusive(run)

    before = {hint: [*names] for hint, names in emitter.spare.items()}
    condition = truth(test, EncodeNames(emitter, opened)).text
    made = If([(condition, form(True))], form(False))
    emitter.spare = before
    emitter.out.append(made)


def bind_arm(emitter: EncodeEmitter, frame: WriteFrame, branch: p.Branch, position: int) -> None:
    """Let the arm's slot stand for the union's value; refuse members of other arms."""
    if branch.slot is not None:
        value = branch.value_slots[position] if branch.value_slots else None
        union = frame.values[branch.slot]
        if value is None:
            emitter.out.append(Test(f"{union.text} is not None"))
            return
        text = union.text
        shape = frame.record.slots[value].shape
        if not text.isidentifier():
            name = emitter.fresh(frame.record.slots[value].name)
            emitter.scope.from_standard("typing", "Any")
            emitter.out.append(Assign([f"{name}: Any"], text))
            text = name
        frame.values[value] = Code(text, optional=isinstance(shape, Nullable))
        return
    own = set(filled_slots(branch.cases[position].body))
    _require_own(emitter, frame, branch.cases[position].body)
    for case in branch.cases:
        for index in filled_slots(case.body):
            slot = frame.record.slots[index]
            if index not in own and slot.role is p.Role.GIVEN and slot.default is None:
                own.add(index)
                emitter.out.append(Test(f"{frame.values[index].text} is not None"))


def _require_own(emitter: EncodeEmitter, frame: WriteFrame, body: p.Block) -> None:
    """What an arm writes must be there."""
    for step in body.steps:
        index = getattr(step, "slot", None)
        if not isinstance(index, int) or isinstance(
            step, p.When | p.Present | p.Ahead | p.Verify | p.Domain | p.View
        ):
            continue
        code = frame.values.get(index)
        if code is None or not code.optional or frame.record.slots[index].role is not p.Role.GIVEN:
            continue
        if isinstance(frame.record.slots[index].shape, Nullable):
            continue
        name = code.text
        if not name.isidentifier():
            name = emitter.fresh(frame.record.slots[index].name)
            emitter.out.append(Assign([name], code.text, pure=False))
        emitter.out.append(Test(f"{name} is None"))
        frame.values[index] = Code(name)


def write_given(emitter: EncodeEmitter, frame: WriteFrame, step: p.Either | p.TlvChoice) -> list[Piece]:
    """Write the one alternative that is given."""
    names = EncodeNames(emitter, frame)
    cases: tuple[p.EitherCase | p.TlvCase, ...] = step.cases
    values = [names.slot(case.slot) for case in cases]
    name = emitter.fresh("alternative")
    as_text = all(writes_text(emitter.scope.records, case.body) for case in cases)
    arms = [
        (f"{value.text} is not None", _alternative(emitter, frame, case, values[at:], name, as_text))
        for at, (case, value) in enumerate(zip(cases, values, strict=True))
    ]
    emitter.scope.support("Refused")
    emitter.out.append(If(arms, [Line("raise Refused")]))
    return [kept(name, as_text)]


def _alternative(
    emitter: EncodeEmitter,
    frame: WriteFrame,
    case: p.EitherCase | p.TlvCase,
    values: list[Code],
    name: str,
    as_text: bool,
) -> Body:
    """Write the first of `values`, which must be the only one; those before it are not given."""
    inner = replace(frame, values=dict(frame.values))
    inner.values[case.slot] = replace(values[0], optional=False)

    def body() -> None:
        if values[1:]:
            emitter.out.append(Test(" or ".join(f"{other.text} is not None" for other in values[1:])))
        keep(emitter, name, emitter.pieces(inner, case.body), as_text)

    return emitter.nested(body)
