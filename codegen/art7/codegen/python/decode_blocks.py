"""Blocks of steps in a decoder: their order, a block split on a condition, alternatives brought together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from art7.codegen.python.code import Assign, Body, If, Line, Place
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.decode_names import DecodeNames, Frame
from art7.codegen.python.decode_state import DecodeState, is_wanted, lenient_slots
from art7.codegen.python.dispatch import DispatchArm
from art7.codegen.python.expressions import OR, Code, expression, literal, truth
from art7.codegen.python.inlining import DEEPEST, last_step
from art7.codegen.python.passes.assume import assume
from art7.codegen.python.passes.split import split_condition
from art7.codegen.python.record_facts import filled_slots, uses_in
from art7.codegen.python.rounds import later_steps, leaves
from art7.codegen.python.shapes import annotation, optional
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr, LocalRef, OctetAt, Position, Quantified, SlotRef, walk


class BlockEmitter(DecodeState):
    """What emits blocks of steps, each by its row of `table`, and brings alternative blocks together."""

    table: ClassVar[Mapping[type, Callable[[Any, Frame, Any], None]]]
    """How a step of each kind is emitted."""

    def run_record(self, frame: Frame) -> Code:
        """Emit the body of `frame`'s record; returns its value."""
        self.block(frame, frame.record.body)
        return self.finish(frame)

    def block(self, frame: Frame, block: p.Block) -> None:
        """Emit the steps of `block` in order, split where a condition is asked again and again."""
        self.run_steps(frame, block.steps)

    def run_steps(self, frame: Frame, steps: tuple[Any, ...]) -> None:
        taken = 0
        for position, step in enumerate(steps):
            if position < taken:
                continue
            if together := self.together(frame, steps[position:]):
                taken = position + together
                continue
            split = split_condition(steps[position:], frame.record, frame.values, frame.known)
            if split is not None and self.level < DEEPEST:
                self._split(frame, split, steps[position:])
                return
            rest = steps[position + 1 :]
            self._gather_sunk(frame, step, rest)
            if self.round is None or not rest:
                self.table[type(step)](self, frame, step)
                continue
            self.round.later.append(later_steps(self, frame, rest))
            self.table[type(step)](self, frame, step)
            self.round.later.pop()

    def together(self, frame: Frame, steps: tuple[Any, ...]) -> int:
        """Emit the first of some steps in one, where that is possible; returns how many."""
        return 0

    def _split(self, frame: Frame, condition: Expr, steps: tuple[Any, ...]) -> None:
        """Emit the rest of a block twice: knowing that `condition` holds, and that it does not."""
        test = truth(condition, DecodeNames(self, frame))
        slots = [index for step in steps for index in filled_slots(p.Block((step,), (0,)))]
        ends = frame.record.body.steps[-1] is steps[-1] and self.level == frame.level
        lenient = [index for index in lenient_slots(frame.record) if index in slots] if ends else []
        close = self.close_message if self.tail == (frame.target, steps[-1]) else self.closer(steps[-1])

        def last() -> None:
            for index in lenient:
                if index in frame.values:
                    self.drop_usual(frame, frame.record.slots[index])
                else:
                    self.out.append(Assign([f"{frame.target}.{frame.members[index]}"], "None"))
            if close is not None:
                close()

        frame.dropped.update(lenient)
        halves = [(test, assume(condition, True), steps), (None, assume(condition, False), steps)]
        self.choose(frame, slots, halves, last)

    def closed_arms(self, frame: Frame, block: p.Block, close: Callable[[], None]) -> None:
        """Emit `block`, whose last step is a choice, and in each of its arms what ends it."""
        self.closers[id(block.steps[-1])] = close
        self.block(frame, block)

    def closed_block(self, frame: Frame, block: p.Block, close: Callable[[], None]) -> None:
        """Emit `block` and what ends its region, inside the arms of its last step where that is a choice.

        `close` may run more than once: it emits nothing where the cursor stands at the end.
        """
        last = last_step(self, block)
        self.closers[id(last)] = close
        self.block(frame, block)
        self.closer(last)
        close()

    def choose(
        self,
        frame: Frame,
        slots: list[int],
        arms: list[tuple[Code | None, dict[Expr, Expr], tuple[Any, ...]]],
        last: Callable[[], None] | None = None,
    ) -> None:
        """Emit `if … elif … else`, and bring cursor and slots of the arms together."""
        chosen = [
            DispatchArm(
                (), self._arm(frame, slots, known, steps, last), None if test is None else test.at(OR)
            )
            for test, known, steps in arms
        ]
        self.join(frame, slots, chosen, lambda bodies: self._chain(chosen, bodies))

    def _chain(self, arms: list[DispatchArm], bodies: list[Body]) -> Body:
        tests = [(arm.test, body) for arm, body in zip(arms, bodies, strict=True) if arm.test is not None]
        otherwise = [body for arm, body in zip(arms, bodies, strict=True) if arm.test is None]
        return [If(tests, otherwise[0] if otherwise and otherwise[0] else None)]

    def _arm(
        self,
        frame: Frame,
        slots: list[int],
        known: dict[Expr, Expr],
        steps: tuple[Any, ...],
        last: Callable[[], None] | None,
    ) -> Callable[[], None]:
        def run() -> None:
            outer = frame.known
            frame.known = {**outer, **known}
            self.run_steps(frame, steps)
            if last is not None:
                last()
            frame.known = outer

        return run

    def join(
        self, frame: Frame, slots: list[int], arms: list[DispatchArm], build: Callable[[list[Body]], Body]
    ) -> None:
        """Emit alternative bodies; afterwards every slot and the cursor mean the same whichever ran."""
        slots = [index for index in slots if self._escapes(frame, index, arms)]
        for index in slots:
            self.reserve(frame, index)
        before, values, peeked = self.cursor_state, dict(frame.values), self.peeked
        constants = self.constants
        bodies: list[Body] = []
        cursors: list[Cursor | None] = []
        outcomes: list[dict[int, Code]] = []
        written = self.exclusive([arm.run for arm in arms])
        for _ in arms:
            self.cursor_state, frame.values, self.peeked = before, dict(values), peeked
            frame.proved, self.constants = {}, dict(constants)
            bodies.append(next(written))
            ends = leaves(bodies[-1])
            cursors.append(None if ends else self.cursor_state)
            outcomes.append(frame.values)
        next(written, None)
        self.cursor_state = self._meet(before, bodies, cursors)
        self.peeked, self.constants = None, constants
        frame.values = values
        self._unify(frame, slots, bodies, cursors, outcomes)
        self.out += build(bodies)
        frame.proved = {}

    def _escapes(self, frame: Frame, index: int, arms: list[DispatchArm]) -> bool:
        """Whether anything after the arms can ask for the slot."""
        if frame.record.slots[index].is_api or index in frame.redirect or index in frame.extra:
            return True
        inside = [uses_in(arm.steps, frame.record)[index] for arm in arms if arm.steps]
        return not inside or frame.facts.uses[index] > max(inside)

    def reserve(self, frame: Frame, index: int) -> None:
        """Decide where a slot that several arms may fill lies."""
        slot = frame.record.slots[index]
        if index in frame.redirect or index in frame.values:
            return
        if slot.is_api and frame.record.form is p.Form.OBJECT and index not in frame.facts.lenient:
            frame.redirect[index] = f"{frame.target}.{frame.members[index]}"
        elif is_wanted(frame, index):
            name = frame.redirect[index] = self.fresh(frame.members[index])
            self.out.append(Line(f"{name}: {optional(annotation(slot.shape, self.scope))}"))

    def _meet(self, before: Cursor, bodies: list[Body], cursors: list[Cursor | None]) -> Cursor:
        """Bring the arms' cursors to one place."""
        alive = [cursor for cursor in cursors if cursor is not None]
        if not alive:
            return before
        loose = any(cursor.loose for cursor in alive)
        places = {cursor.place for cursor in alive}
        # A place after an arm's own variable means the same in all arms only when the text is the same.
        if len(places) == 1:
            return before.at(alive[0].place.base, loose=loose, offset=alive[0].place.offset)
        for body, cursor in zip(bodies, cursors, strict=True):
            if cursor is not None and cursor.place != Place("o"):
                body.append(Assign(["o"], str(cursor.place)))
        return before.at("o", loose=loose)

    def _unify(
        self,
        frame: Frame,
        slots: list[int],
        bodies: list[Body],
        cursors: list[Cursor | None],
        outcomes: list[dict[int, Code]],
    ) -> None:
        for index in slots:
            target = frame.redirect.get(index)
            filled = [index in outcome for outcome in outcomes]
            if target is None or index in frame.values:
                continue
            slot = frame.record.slots[index]
            missing = (
                literal(None) if slot.default is None else expression(slot.default, DecodeNames(self, frame))
            )
            maybe = False
            for body, cursor, outcome, there in zip(bodies, cursors, outcomes, filled, strict=True):
                if cursor is None:
                    continue
                if not there:
                    body.insert(0, Assign([target], missing.text))
                    maybe = maybe or missing.text == "None"
                else:
                    maybe = maybe or outcome[index].optional or outcome[index].text == "None"
            frame.values[index] = Code(target, optional=maybe)

    def _gather_sunk(self, frame: Frame, step: Any, later: tuple[Any, ...]) -> None:
        """Find rules over every item of a list that can be tested while the list is read."""
        for loop in _loops(step):
            found = [
                check
                for check in later
                if isinstance(check, p.Check)
                and check.level == "must"
                and _sinks(check.condition, loop, frame)
            ]
            if found:
                self.sunk[id(loop)] = found


def _loops(step: Any) -> list[p.Loop]:
    if isinstance(step, p.Loop):
        return [step]
    if isinstance(step, p.Region):
        return [inner for inner in step.body.steps if isinstance(inner, p.Loop)]
    return []


def _sinks(condition: Expr, loop: p.Loop, frame: Frame) -> bool:
    if not (
        isinstance(condition, Quantified)
        and condition.every
        and isinstance(condition.source, SlotRef)
        and condition.source.index == loop.slot
        and loop.skip is None
        and loop.count is None
        and loop.until is None
    ):
        return False
    for node in walk(condition.body):
        if isinstance(node, SlotRef) and node.index not in frame.values:
            return False
        if isinstance(node, Quantified | Position | OctetAt):
            return False
        if isinstance(node, LocalRef) and node.name != condition.variable:
            return False
    return True
