"""Plan → code IR of the fast decoder of one record on octets.

The fast decoder only says yes or no, so tests are merged, moved behind later reads, made once for many
lengths, and dropped where a proof allows. It never decides an order: it follows the plan's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from art7.codegen.names import RESERVED_LOCALS, Scope, identifier
from art7.codegen.python.code import (
    Assign,
    Body,
    For,
    If,
    Line,
    Place,
    Read,
    Test,
    While,
    code_octets,
    sliced,
)
from art7.codegen.python.cursor import Cursor, Measured
from art7.codegen.python.decode_names import DecodeNames, Frame, add, difference
from art7.codegen.python.dispatch import DispatchArm, dispatch
from art7.codegen.python.expressions import (
    ATOM,
    BIT_AND,
    COMPARE,
    OR,
    SHIFT,
    SUM,
    Code,
    conjuncts,
    expression,
    literal,
    negated,
    number,
    truth,
)
from art7.codegen.python.integers import codes_of, combine
from art7.codegen.python.makers import maker
from art7.codegen.python.passes.assume import TRUE, assume, negation, simplify, split_sum
from art7.codegen.python.passes.copies import forward_copies
from art7.codegen.python.passes.hoist_reads import hoist_reads
from art7.codegen.python.passes.narrow_tests import narrow_tests
from art7.codegen.python.passes.sink import sink_assigns
from art7.codegen.python.passes.sink_reads import sink_reads
from art7.codegen.python.passes.split import split_condition
from art7.codegen.python.passes.words import read_words
from art7.codegen.python.record_facts import FactsOf, RecordFacts, filled_slots, uses_in
from art7.codegen.python.rounds import (
    Round,
    a_round,
    drop_dead,
    end_round,
    item_condition,
    later,
    later_steps,
    leaves,
)
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import TypedScope, annotation, optional
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import (
    Binary,
    Call,
    Expr,
    Kind,
    Literal,
    LocalRef,
    Measure,
    OctetAt,
    Position,
    Quantified,
    SlotRef,
    is_positional,
    walk,
)
from art7.grammar.ir.intervals import interval, is_natural
from art7.grammar.ir.shape import Integer
from art7.grammar.ir.shape import Sequence as SequenceShape

INLINE_STEPS = 14
"""The most steps (callees included) of a record that is copied into a function."""
MESSAGE_INLINE_STEPS = 120
"""The same for the methods of a message, which run for every packet."""
FUNCTION_STEPS = 420
"""The most steps that one function takes in; a record that has one caller may take them all."""
DEEPEST = 8
"""The deepest nesting at which a record is still copied in; deeper ones are functions."""
LISTED = 64
"""Item counts up to which unpackers of integer lists are prebuilt."""


class DecodeEmitter:
    """One function under construction. `level` counts nested blocks; `out` is the block being filled."""

    data = "data"

    def __init__(self, scope: ModuleScope, facts: FactsOf) -> None:
        self.scope = scope
        self.facts = facts
        self.names = Scope(
            (*RESERVED_LOCALS, "data", "o", "e", "k", "n", "start", "depth", "unverified", "end")
        )
        self.out: Body = []
        self.level = 0
        self.steps = 0
        self.cursor_state = Cursor(Place(""), "n")
        self.index = "0"
        self.tail: tuple[str, Any] | None = None
        """The object and last step of a message that must end with its data."""
        self.closers: dict[int, Callable[[], None]] = {}
        """By the identity of the last step of a region: what ends the region, inside each arm of that step."""
        self.peeked: tuple[Place, str] | None = None
        self.depth: str | None = None
        self.sunk: dict[int, list[p.Check]] = {}
        self.is_message = False
        """Whether the function is a method of a message."""
        self.inlined: dict[str, Frame] = {}
        self.settled: list[tuple[Frame, Expr]] = []
        self.measured: dict[str, Measured] = {}
        """Ends of regions whose length is a variable."""
        self.constants: dict[str, int] = {}
        """Such variables whose value this arm has tested."""
        self.round: Round | None = None

    # ---- places ----

    @property
    def cursor(self) -> Place:
        """Where the cursor stands."""
        return self.cursor_state.place

    @property
    def end(self) -> str:
        """The variable of the innermost region's end."""
        return self.cursor_state.end

    def fresh(self, hint: str) -> str:
        """Return an unused local name like `hint`."""
        return self.names.claim(identifier(hint, RESERVED_LOCALS))

    def tighten(self) -> None:
        """Refuse now if the cursor has left its region."""
        if self.cursor_state.loose:
            self.out.append(Test(f"{self.cursor} > {self.end}"))
            self.cursor_state = self.cursor_state.settled()

    def check_octet_at(self, offset: Expr, text: str, frame: Frame) -> None:
        """Refuse a look at an octet outside the message or past the region, unless it is proved inside."""
        match offset:
            case Binary(op="-", left=Position(word="end"), right=Literal(value=int(back))) if back > 0:
                if back <= self.cursor_state.least:
                    return
                self.out.append(Test(f"{text} < {frame.origin}"))
            case _:
                self.out.append(Test(f"not {frame.origin} <= {text} < {self.end}"))

    def is_proved(self, frame: Frame, condition: Expr) -> bool:
        """Whether `condition` was tested before, at this place if it speaks of it, or holds by arithmetic."""
        if isinstance(condition, Literal):
            return bool(condition.value)
        if condition in frame.proved and frame.proved[condition] in (None, self.cursor):
            return True
        if not isinstance(condition, Binary) or condition.op not in ("<=", "<"):
            return False
        high, low = interval(condition.left, frame.record)[1], interval(condition.right, frame.record)[0]
        return high is not None and low is not None and (high < low or (high == low and condition.op == "<="))

    def settle(self) -> None:
        """Put the cursor into `o`."""
        if self.cursor != Place("o"):
            self.out.append(Assign(["o"], str(self.cursor)))
            self.cursor_state = self.cursor_state.at("o", loose=self.cursor_state.loose)

    def move(self, octets: int) -> None:
        """Advance over what a read has checked against the data's end."""
        self.cursor_state = self.cursor_state.moved(octets)

    def keep(self, hint: str) -> str:
        """Return the cursor as text that stays good while the cursor's variables change."""
        if self.cursor.base in ("", "start"):
            return str(self.cursor)
        name = self.fresh(hint)
        self.out.append(Assign([name], str(self.cursor)))
        return name

    def nested(self, run: Callable[[], None]) -> Body:
        """Return the statements that `run` emits, as a block of their own."""
        outer, self.out = self.out, []
        self.level += 1
        try:
            run()
            return self.out
        finally:
            self.out = outer
            self.level -= 1

    # ---- records ----

    def frame(
        self, record: p.Record, params: Sequence[Code], places: Sequence[Code], origin: str, target: str
    ) -> Frame:
        """Open a frame for `record` at the cursor and make its object."""
        facts = self.facts(record)
        members = self.scope.names.members(record)
        frame = Frame(
            record,
            facts,
            members,
            TypedScope(record, self.scope.records),
            target,
            params,
            places,
            origin,
            self.level,
        )
        self.steps += facts.size
        frame.begun = self.cursor_state
        if facts.start:
            frame.start = self.keep("begin")
        if record.kind == "message":
            frame.origin = frame.start or str(self.cursor)
            if frame.origin not in ("0", "start") and record.origin and not frame.start:
                frame.origin = self.keep("begin")
        if record.form is p.Form.OBJECT:
            self.out.append(Assign([target], maker(record, self.scope), pure=False))
        return frame

    def run_record(self, frame: Frame) -> Code:
        """Emit the body of `frame`'s record; returns its value."""
        self.block(frame, frame.record.body)
        return self.finish(frame)

    def finish(self, frame: Frame) -> Code:
        """Store what is left to store; returns the record's value."""
        record = frame.record
        for slot in record.slots:
            if slot.is_api and slot.index not in frame.values:
                default = (
                    literal(None)
                    if slot.default is None
                    else expression(slot.default, DecodeNames(self, frame))
                )
                self.fill(frame, slot.index, default)
        for index in lenient_slots(record):
            if index in frame.dropped:
                continue
            self._drop_usual(frame, record.slots[index])
        if record.form is p.Form.TUPLE:
            items = [frame.values[slot.index].at(OR) for slot in record.api()]
            return Code(f"({', '.join(items)}{',' if len(items) == 1 else ''})")
        return Code(frame.target)

    def _drop_usual(self, frame: Frame, slot: p.Slot) -> None:
        """A lenient member shows only where the wire differs from the computed value."""
        assert slot.value is not None
        names = DecodeNames(self, frame)
        value, code = expression(slot.value, names), names.slot(slot.index)
        if code.text == "None":
            self.out.append(Assign([f"{frame.target}.{frame.members[slot.index]}"], "None"))
            return
        target = f"{frame.target}.{frame.members[slot.index]}"
        condition = f"{code.at(COMPARE + 1)} == {value.at(COMPARE + 1)}"
        if code.optional:
            condition = f"{code.at(ATOM)} is None or {condition}"
        if value.text == "0" and isinstance(slot.shape, Integer):
            self.out.append(Assign([target], f"{code.at(OR)} or None", pure=False))
            return
        self.out.append(Assign([target], f"None if {condition} else {code.text}", pure=False))

    # ---- slots ----

    def target(self, frame: Frame, index: int) -> str | None:
        """Return where the value of a slot goes, or `None` when nobody wants it."""
        if index in frame.redirect:
            # A union's member has the type of all its arms: who computes with one wants a local.
            apart = frame.facts.uses[index] > 0 and "." in frame.redirect[index]
            return self.fresh(frame.members[index]) if apart else frame.redirect[index]
        slot = frame.record.slots[index]
        wanted = frame.facts.uses[index]
        if slot.is_api and frame.record.form is p.Form.OBJECT and index not in frame.facts.lenient:
            if not wanted:
                return f"{frame.target}.{frame.members[index]}"
        elif not wanted and not slot.is_api and index not in frame.extra:
            return None
        return self.fresh(frame.members[index])

    def stored(self, frame: Frame, index: int, target: str) -> None:
        """Note that the slot's value lies in `target`, and store the member when that is elsewhere."""
        slot = frame.record.slots[index]
        frame.values[index] = Code(target)
        if target != frame.redirect.get(index, target):
            self.out.append(Assign([frame.redirect[index]], target))
            return
        if not slot.is_api or frame.record.form is p.Form.TUPLE or index in frame.redirect:
            return
        member = f"{frame.target}.{frame.members[index]}"
        if target != member and index not in frame.facts.lenient:
            self.out.append(Assign([member], target))

    def fill(self, frame: Frame, index: int, code: Code, *, cheap: bool = False) -> None:
        """Give the slot the value `code`. `cheap`: may be worked out anew at each use."""
        slot = frame.record.slots[index]
        wanted = frame.facts.uses[index]
        here = self.level == frame.level
        member = slot.is_api and frame.record.form is p.Form.OBJECT and index not in frame.facts.lenient
        if index in frame.redirect:
            target = frame.redirect[index]
            if target != code.text:
                self.out.append(Assign([target], code.text))
            frame.values[index] = code if _is_name(code.text) else Code(target, optional=code.optional)
            return
        if member:
            path = f"{frame.target}.{frame.members[index]}"
            if here and wanted and not (cheap or _is_name(code.text) or code.text == "None"):
                name = self.fresh(frame.members[index])
                self.out.append(Assign([name], code.text))
                code = Code(name, optional=code.optional)
            if path != code.text:
                self.out.append(Assign([path], code.text))
            if not (here and wanted and (cheap or _is_name(code.text))):
                code = Code(path, optional=code.optional)
            frame.values[index] = code
            return
        if (here and (cheap or wanted <= 1)) or _is_name(code.text) or code.text == "None":
            frame.values[index] = code
            return
        if _is_wanted(frame, index):
            name = self.fresh(frame.members[index])
            self.out.append(Assign([name], code.text))
            frame.values[index] = Code(name, optional=code.optional)

    # ---- blocks ----

    def block(self, frame: Frame, block: p.Block) -> None:
        """Emit the steps of `block` in order, split where a condition is asked again and again."""
        self.run_steps(frame, block.steps)

    def run_steps(self, frame: Frame, steps: tuple[Any, ...]) -> None:
        for position, step in enumerate(steps):
            split = split_condition(steps[position:], frame.record, frame.values, frame.known)
            if split is not None and self.level < DEEPEST:
                self._split(frame, split, steps[position:])
                return
            rest = steps[position + 1 :]
            self._gather_sunk(frame, step, rest)
            if self.round is None or not rest:
                STEPS[type(step)](self, frame, step)
                continue
            self.round.later.append(later_steps(self, frame, rest))
            STEPS[type(step)](self, frame, step)
            self.round.later.pop()

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
                    self._drop_usual(frame, frame.record.slots[index])
                else:
                    self.out.append(Assign([f"{frame.target}.{frame.members[index]}"], "None"))
            if close is not None:
                close()

        frame.dropped.update(lenient)
        halves = [(test, assume(condition, True), steps), (None, assume(condition, False), steps)]
        self._choose(frame, slots, halves, last)

    def closed_block(self, frame: Frame, block: p.Block, close: Callable[[], None]) -> None:
        """Emit `block` and what ends its region, inside the arms of its last step where that is a choice.

        `close` may run more than once: it emits nothing where the cursor stands at the end.
        """
        last = _last_step(self, block)
        self.closers[id(last)] = close
        self.block(frame, block)
        self.closer(last)
        close()

    def closer(self, step: Any) -> Callable[[], None] | None:
        """Return what ends the region whose last step is `step`, once."""
        return self.closers.pop(id(step), None)

    def close_message(self) -> None:
        """Nothing may be left after the message."""
        if self.cursor != Place("n"):
            self.out.append(Test(f"{self.cursor} != n"))
        self.cursor_state = self.cursor_state.at("n", loose=False)

    def _choose(
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
            self._reserve(frame, index)
        before, values, peeked = self.cursor_state, dict(frame.values), self.peeked
        constants = self.constants
        bodies: list[Body] = []
        cursors: list[Cursor | None] = []
        outcomes: list[dict[int, Code]] = []
        for arm in arms:
            self.cursor_state, frame.values, self.peeked = before, dict(values), peeked
            frame.proved, self.constants = {}, dict(constants)
            bodies.append(self.nested(arm.run))
            ends = leaves(bodies[-1])
            cursors.append(None if ends else self.cursor_state)
            outcomes.append(frame.values)
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

    def _reserve(self, frame: Frame, index: int) -> None:
        """Decide where a slot that several arms may fill lies."""
        slot = frame.record.slots[index]
        if index in frame.redirect or index in frame.values:
            return
        if slot.is_api and frame.record.form is p.Form.OBJECT and index not in frame.facts.lenient:
            frame.redirect[index] = f"{frame.target}.{frame.members[index]}"
        elif _is_wanted(frame, index):
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


def _is_name(text: str) -> bool:
    return text.isidentifier() or text.isdigit()


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


def lenient_slots(record: p.Record) -> list[int]:
    """Return the kept slots without a `Verify`: shown only where the wire differs from the computed value."""
    from art7.codegen.python.record_facts import walk_steps

    verified = {step.slot for step in walk_steps(record.body) if isinstance(step, p.Verify)}
    return [
        slot.index
        for slot in record.slots
        if slot.role is p.Role.KEPT and slot.value is not None and slot.index not in verified
    ]


# ---- steps -----------------------------------------------------------------------------------------------


def _bits(emitter: DecodeEmitter, frame: Frame, step: p.Bits) -> None:
    wanted = [f for f in step.fields if f.slot is not None and _is_wanted(frame, f.slot)]
    _note_starts(emitter, frame, [(f.slot, (8 * step.octets - f.shift - f.width) // 8) for f in step.fields])
    if not wanted:
        emitter.out.append(Read(emitter.cursor, [f"{step.octets}x"], [None]))
        emitter.move(step.octets)
        return
    word = _integer(emitter, step.octets, hint="bits")
    for field in wanted:
        code = bit_field(word, field, 8 * step.octets)
        emitter.fill(frame, field.slot, code, cheap=emitter.level == frame.level)


def bit_field(word: str, field: p.BitField, width: int) -> Code:
    """Return one field of a word; a flag's truth value needs no comparison."""
    mask = (1 << field.width) - 1
    top = field.shift + field.width == width
    if field.boolean:
        if top:
            return Code(f"{word} > {number((1 << width - 1) - 1)}", COMPARE)
        bit = number(1 << field.shift)
        return Code(f"{word} & {bit} != 0", COMPARE, truth=f"{word} & {bit}")
    if top and not field.shift:
        return Code(word)
    if top:
        return Code(f"{word} >> {field.shift}", SHIFT)
    if not field.shift:
        return Code(f"{word} & {number(mask)}", BIT_AND)
    return Code(f"{word} >> {field.shift} & {number(mask)}", BIT_AND)


def _is_wanted(frame: Frame, index: int) -> bool:
    return (
        frame.record.slots[index].is_api
        or frame.facts.uses[index] > 0
        or index in frame.redirect
        or index in frame.extra
    )


def _note_starts(emitter: DecodeEmitter, frame: Frame, slots: list[tuple[int | None, int]]) -> None:
    for index, skip in slots:
        if index is not None and index in frame.facts.starts and index not in frame.starts:
            frame.starts[index] = add(emitter.keep("place"), skip)


def _integer(
    emitter: DecodeEmitter, octets: int, *, hint: str, little: bool = False, signed: bool = False
) -> str:
    """Read an integer into a local variable; returns its name."""
    at = emitter.cursor
    if octets == 1 and not signed and emitter.peeked is not None and emitter.peeked[0] == at:
        word = emitter.peeked[1]
        emitter.peeked = None
        emitter.move(1)
        return word
    codes = codes_of(octets, little, signed)
    word = emitter.fresh(hint)
    if len(codes) == 1:
        emitter.out.append(Read(at, codes, [word], little))
        if codes[0].endswith("s"):
            order = "little" if little else "big"
            flag = ", signed=True" if signed else ""
            emitter.out.append(Assign([word], f'int.from_bytes({word}, "{order}"{flag})'))
    else:
        parts = [emitter.fresh(f"{hint}_{i}") for i in range(len(codes))]
        emitter.out.append(Read(at, codes, list(parts), little))
        emitter.out.append(Assign([word], combine(parts, codes, little)))
    emitter.move(octets)
    return word


def _uint(emitter: DecodeEmitter, frame: Frame, step: p.Uint) -> None:
    _note_starts(emitter, frame, [(step.slot, 0)])
    codes = codes_of(step.octets, step.little, step.signed)
    begin = emitter.cursor
    if step.boolean:
        word = _integer(emitter, 1, hint=frame.members[step.slot])
        emitter.out.append(Test(f"{word} > 1"))
        if _is_wanted(frame, step.slot):
            emitter.fill(frame, step.slot, Code(f"{word} == 1", COMPARE, truth=word), cheap=True)
    elif len(codes) == 1 and not codes[0].endswith("s") and emitter.peeked is None:
        target = emitter.target(frame, step.slot)
        emitter.out.append(Read(begin, codes, [target], step.little))
        emitter.move(step.octets)
        if target is not None:
            emitter.stored(frame, step.slot, target)
    else:
        word = _integer(
            emitter, step.octets, hint=frame.members[step.slot], little=step.little, signed=step.signed
        )
        emitter.fill(frame, step.slot, Code(word))
    _note_span(emitter, frame, step.slot, begin, emitter.cursor)


def _note_span(emitter: DecodeEmitter, frame: Frame, slot: int, begin: Place, end: Place) -> None:
    if slot in frame.facts.spans and slot not in frame.spans:
        texts = []
        for place in (begin, end):
            if place.base == "":
                texts.append(str(place))
            else:
                name = emitter.fresh("bound")
                emitter.out.append(Assign([name], str(place)))
                texts.append(name)
        frame.spans[slot] = (texts[0], texts[1])


def _varint(emitter: DecodeEmitter, frame: Frame, step: p.Varint) -> None:
    _note_starts(emitter, frame, [(step.slot, 0)])
    begin = emitter.keep("bound") if step.slot in frame.facts.spans and step.slot not in frame.spans else ""
    word = read_varint(emitter, step.form, emitter.fresh(frame.members[step.slot]))
    limit = {"quic": 62, "mls": 30, "leb128": 56, "protobuf": 64}[step.form]
    if step.form != "protobuf" and step.bits < limit:
        emitter.out.append(Test(f"{word} > {number((1 << step.bits) - 1)}"))
    if _is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, varint_value(step, word))
    if begin:
        frame.spans[step.slot] = (begin, emitter.keep("bound"))


def varint_value(step: p.Varint, word: str) -> Code:
    """Return the field's value from the unsigned wire value."""
    if step.boolean:
        return Code(f"{word} != 0", COMPARE, truth=word)
    if step.form != "protobuf":
        return Code(word)
    mask, sign = number((1 << step.bits) - 1), number(1 << (step.bits - 1))
    kept = f"{word} & {mask}" if step.bits < 64 else word
    if step.zigzag:
        return (
            Code(f"({kept}) >> 1 ^ -({word} & 1)", BIT_AND - 1)
            if step.bits < 64
            else Code(f"{word} >> 1 ^ -({word} & 1)", BIT_AND - 1)
        )
    if step.signed:
        inner = f"({kept} ^ {sign})" if step.bits == 64 else f"({kept} ^ {sign})"
        return Code(f"{inner} - {sign}", SUM)
    return Code(kept, BIT_AND) if step.bits < 64 else Code(word)


def read_varint(emitter: DecodeEmitter, form: str, word: str) -> str:
    """Read a variable-length integer into `word`, its one-octet form inline; the cursor is then `o`."""
    limit = 64 if form in ("quic", "mls") else 128
    helper = emitter.scope.support(f"read_{form}")
    at = emitter.cursor
    emitter.out.append(Read(at, ["B"], [word]))
    if at.base == "o":
        emitter.out.append(Line(f"o += {at.offset + 1}"))
    else:
        emitter.out.append(Assign(["o"], str(at.moved(1)), pure=False))
    emitter.out.append(If([(f"{word} >= {limit}", [Line(f"{word}, o = {helper}({emitter.data}, o - 1)")])]))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    return word


def _float(emitter: DecodeEmitter, frame: Frame, step: p.FloatOctets) -> None:
    _note_starts(emitter, frame, [(step.slot, 0)])
    begin = emitter.cursor
    target = emitter.target(frame, step.slot)
    emitter.out.append(Read(begin, ["f" if step.octets == 4 else "d"], [target], step.little))
    emitter.move(step.octets)
    if target is not None:
        emitter.stored(frame, step.slot, target)
    _note_span(emitter, frame, step.slot, begin, emitter.cursor)


def _simplified(frame: Frame, expr: Expr) -> Expr:
    """Return `expr` with what the branch knows, and with measures of earlier slots by their size."""
    known = dict(frame.known)
    for index, size in frame.sizes.items():
        known[Measure("octets", index, Kind.INT)] = size
        if not _is_text(frame.record.slots[index]):
            known[Measure("count", index, Kind.INT)] = size
    if not known:
        return expr
    return simplify(simplify(expr, known), known)


def _is_text(slot: p.Slot) -> bool:
    from art7.grammar.ir.shape import Octets

    return not isinstance(slot.shape, Octets)


def extent(emitter: DecodeEmitter, frame: Frame, where: p.Extent, end: str) -> tuple[Place, str, int | None]:
    """Find where content lies; returns its first octet, the text of its end, and its size when constant.

    The end may lie past the region's: the cursor that goes there is loose.
    """
    if emitter.cursor.base == end and not (isinstance(where, p.Prefixed) and where.form != "uint"):
        end = "o"
    match where:
        case p.Rest():
            emitter.tighten()
            return emitter.cursor, emitter.end, None
        case p.Prefixed(form="uint", octets=octets, little=little):
            word = _integer(emitter, octets, hint="k", little=little)
            begin = emitter.cursor
            emitter.out.append(Assign([end], _plus(begin, word), pure=_is_own(end)))
            return begin, end, None
        case p.Prefixed(form=form):
            word = "k"
            read_varint(emitter, form, word)
            emitter.out.append(Assign([end], f"o + {word}", pure=False))
            return Place("o"), end, None
        case p.Exact(size=size):
            return _exact(emitter, frame, _simplified(frame, size), end)


def _plus(begin: Place, text: str) -> str:
    return text if str(begin) == "0" else f"{begin} + {text}"


def _exact(emitter: DecodeEmitter, frame: Frame, size: Expr, end: str) -> tuple[Place, str, int | None]:
    if isinstance(size, Literal) and isinstance(size.value, int) and size.value >= 0:
        begin = emitter.cursor
        return begin, str(begin.moved(size.value)), size.value
    names = DecodeNames(emitter, frame)
    remaining = Position("remaining")
    if size == remaining:
        emitter.tighten()
        return emitter.cursor, emitter.end, None
    if (
        isinstance(size, Binary)
        and size.op == "-"
        and size.left == remaining
        and is_natural(size.right, frame.record)
    ):
        emitter.tighten()
        taken = expression(size.right, names)
        begin = emitter.cursor
        if not emitter.is_proved(frame, Binary("<=", size.right, remaining, Kind.BOOL)):
            emitter.out.append(
                Test(
                    f"{taken.at(SUM)} > {emitter.end} - {begin.base or begin.offset}"
                    if not (begin.base and begin.offset)
                    else f"{begin} + {taken.at(SUM + 1)} > {emitter.end}"
                )
            )
        emitter.out.append(Assign([end], f"{emitter.end} - {taken.at(SUM + 1)}", pure=False))
        return begin, end, None
    base, extra = split_sum(size)
    if extra > 0 and is_natural(base, frame.record) and not isinstance(base, Literal):
        code = expression(base, names)
        if not code.optional:
            begin = emitter.cursor
            emitter.out.append(Assign([end], _plus(begin.moved(extra), code.at(SUM)), pure=_is_own(end)))
            _measure(emitter, end, begin, code, extra)
            return begin, end, None
    code = expression(size, names)
    begin = emitter.cursor
    if code.optional:
        code = Code(f"{code.at(OR + 1)} or 0", OR)
    if not is_natural(size, frame.record):
        if not code.text.isidentifier():
            name = emitter.fresh("size")
            emitter.out.append(Assign([name], code.text))
            code = Code(name)
        emitter.out.append(Test(f"{code.text} < 0"))
    emitter.out.append(Assign([end], _plus(begin, code.at(SUM)), pure=_is_own(end)))
    _measure(emitter, end, begin, code, 0)
    return begin, end, None


def _is_own(end: str) -> bool:
    """Whether the variable of a region's end serves no other region."""
    return end not in ("e", "o")


def _measure(emitter: DecodeEmitter, end: str, begin: Place, code: Code, extra: int) -> None:
    """Note the length of a region whose end has a variable of its own."""
    if _is_own(end) and code.text.isidentifier() and not code.optional:
        emitter.measured[end] = Measured(emitter.cursor_state.mark, begin, code.text, extra)


def _length(emitter: DecodeEmitter, begin: Place, end: str) -> str:
    """Return the text of the octets from `begin`, where the cursor stands, to the variable `end`."""
    measured = emitter.measured.get(end)
    more = measured.from_place(begin, emitter.cursor_state.mark) if measured is not None else None
    if measured is not None and more == 0:
        return measured.length
    if begin.base and not begin.offset:
        return f"{end} - {begin.base}"
    return end if str(begin) == "0" else f"{end} - {f'({begin})' if begin.base else begin}"


def _bounds(
    emitter: DecodeEmitter,
    begin: Place,
    end: str,
    minimum: int,
    maximum: int | None,
    frame: Frame,
    where: p.Extent,
) -> None:
    """Test the bounds of a size, where the extent does not imply them."""
    low, high = size_bounds(where, frame)
    below = minimum > 0 and minimum > low
    above = maximum is not None and (high is None or maximum < high)
    if not below and not above:
        return
    length = _length(emitter, begin, end)
    if below and above:
        emitter.out.append(Test(f"not {minimum} <= {length} <= {maximum}"))
    elif below:
        emitter.out.append(Test(f"{length} < {minimum}"))
    else:
        emitter.out.append(Test(f"{length} > {maximum}"))


def size_bounds(where: p.Extent, frame: Frame) -> tuple[int, int | None]:
    """Return the fewest and the most octets an extent can have."""
    match where:
        case p.Prefixed(form="uint", octets=octets):
            return 0, (1 << 8 * octets) - 1
        case p.Prefixed(form="mls"):
            return 0, (1 << 30) - 1
        case p.Exact(size=size):
            low, high = interval(_simplified(frame, size), frame.record)
            return max(low or 0, 0), high
        case _:
            return 0, None


def _take(emitter: DecodeEmitter, frame: Frame, step: p.Take) -> None:
    _note_starts(emitter, frame, [(step.slot, 0)])
    size = _simplified(frame, step.extent.size) if isinstance(step.extent, p.Exact) else None
    if isinstance(size, Literal) and isinstance(size.value, int) and 0 <= size.value <= 4096:
        _take_fixed(emitter, frame, step, size.value)
        return
    if size is not None:
        frame.sizes[step.slot] = size
    begin, end, fixed = extent(emitter, frame, step.extent, "e")
    if fixed is None:
        _bounds(emitter, begin, end, step.minimum, step.maximum, frame, step.extent)
    elif fixed < step.minimum or (step.maximum is not None and fixed > step.maximum):
        emitter.out.append(Test("True"))
    if _is_wanted(frame, step.slot):
        first = "" if str(begin) == "0" else str(begin)
        # A slice to the end of the data needs no end.
        last = "" if emitter.cursor_state.whole and end == emitter.end else end
        value = sliced(emitter.data, first, last)
        _store_octets(emitter, frame, step, value)
    elif step.text:
        emitter.out.append(Line(f"{sliced(emitter.data, str(begin), end)}.decode()"))
    _arrive(emitter, end, rest=end == emitter.end, fixed=fixed, begin=begin)
    _note_span(emitter, frame, step.slot, begin, emitter.cursor)


def _arrive(emitter: DecodeEmitter, end: str, *, rest: bool, fixed: int | None, begin: Place) -> None:
    """Put the cursor at the end of content."""
    state = emitter.cursor_state
    if rest:
        emitter.cursor_state = state.at(end, loose=False)
    elif fixed is not None:
        moved = begin.moved(fixed)
        emitter.cursor_state = state.at(moved.base, loose=True, offset=moved.offset)
    else:
        emitter.cursor_state = state.at(end, loose=True)


def _store_octets(emitter: DecodeEmitter, frame: Frame, step: p.Take, value: str) -> None:
    if step.text:
        value = f"{value}.decode()"
    target = emitter.target(frame, step.slot)
    if target is None:
        emitter.out.append(Line(value))
        return
    emitter.out.append(Assign([target], value, pure=not step.text))
    emitter.stored(frame, step.slot, target)


def _take_fixed(emitter: DecodeEmitter, frame: Frame, step: p.Take, octets: int) -> None:
    """A constant run of octets joins the unpack of its neighbours."""
    if octets < step.minimum or (step.maximum is not None and octets > step.maximum):
        emitter.out.append(Line("raise Refused"))
        return
    begin = emitter.cursor
    frame.sizes[step.slot] = Literal(octets, Kind.INT)
    if not step.text:
        target = emitter.target(frame, step.slot)
        emitter.out.append(Read(begin, [f"{octets}s"], [target]))
        emitter.move(octets)
        if target is not None:
            emitter.stored(frame, step.slot, target)
    else:
        word = emitter.fresh("octets")
        emitter.out.append(Read(begin, [f"{octets}s"], [word]))
        emitter.move(octets)
        if _is_wanted(frame, step.slot):
            emitter.fill(frame, step.slot, Code(f"{word}.decode()"))
            if frame.values[step.slot].text == f"{word}.decode()":
                name = emitter.fresh(frame.members[step.slot])
                emitter.out.append(Assign([name], f"{word}.decode()", pure=False))
                frame.values[step.slot] = Code(name)
        else:
            emitter.out.append(Line(f"{word}.decode()"))
    _note_span(emitter, frame, step.slot, begin, emitter.cursor)


def _constant(emitter: DecodeEmitter, frame: Frame, step: p.Constant) -> None:
    octets = len(step.octets)
    if octets in (1, 2, 4, 8):
        word = _integer(emitter, octets, hint="mark")
        emitter.out.append(Test(f"{word} != {number(int.from_bytes(step.octets, 'big'))}"))
        return
    word = emitter.fresh("mark")
    emitter.out.append(Read(emitter.cursor, [f"{octets}s"], [word]))
    emitter.out.append(Test(f"{word} != {literal(step.octets).text}"))
    emitter.move(octets)


def _region(emitter: DecodeEmitter, frame: Frame, step: p.Region) -> None:
    _note_starts(emitter, frame, [(step.slot, 0)])
    batch = _batch(step.body)
    if batch is not None and _is_plain_list(frame, step, batch):
        _read_list(emitter, frame, step, batch)
        return
    name = "e" if batch is not None else emitter.fresh("end")
    begin, end, fixed = extent(emitter, frame, step.extent, name)
    if fixed is not None:
        emitter.out.append(Assign([name], end))
        end = name
    _bounds(emitter, begin, end, step.minimum, step.maximum, frame, step.extent)
    outer = emitter.cursor_state
    if step.slot in frame.facts.spans:
        kept = str(begin) if begin.base == "" else emitter.fresh("bound")
        if begin.base:
            emitter.out.append(Assign([kept], str(begin)))
        frame.spans[step.slot] = (kept, end)
    if isinstance(step.extent, p.Exact):
        frame.sizes[step.slot] = _simplified(frame, step.extent.size)
    whole = outer.whole and end == outer.end
    mark = outer.mark if begin == outer.place else object()
    emitter.cursor_state = Cursor(begin, end, False, whole, outer.least, mark)
    if batch is not None:
        varint = isinstance(step.extent, p.Prefixed) and step.extent.form != "uint"
        _read_batch(emitter, frame, batch, begin, end, fixed, "k" if varint else "")
        emitter.cursor_state = Cursor(Place(end), outer.end, end != outer.end, outer.whole, outer.least)
        return

    def leave() -> None:
        # The region's end was not compared with the outer one: that is still to come.
        emitter.cursor_state = Cursor(Place(end), outer.end, end != outer.end, outer.whole, outer.least)
        measured = emitter.measured.get(end)
        if measured is not None and measured.length in emitter.constants:
            place = measured.begin.moved(emitter.constants[measured.length] + measured.extra)
            emitter.cursor_state = replace(emitter.cursor_state, place=place, loose=True, mark=measured.mark)

    with later(emitter, frame, leave):
        emitter.closed_block(frame, step.body, lambda: _close(emitter, end))
    leave()


def _last_step(emitter: DecodeEmitter, block: p.Block) -> Any:
    """Return the step after which nothing of a region is read, in a record that is copied in too."""
    last = block.steps[-1] if block.steps else None
    if not isinstance(last, p.CallRecord):
        return last
    record = emitter.scope.records[last.record]
    if record.carrier is p.Carrier.TREE or not fits(emitter, record) or _ends_by_place(record):
        return last
    return _last_step(emitter, record.body)


def close_inside(emitter: DecodeEmitter, record: p.Record) -> None:
    """Let a message end inside the arms of its last step, where that is a choice."""
    if not _ends_by_place(record):
        emitter.closers[id(_last_step(emitter, record.body))] = emitter.close_message


def _ends_by_place(record: p.Record) -> bool:
    """Whether a value that is worked out after the last step asks where the cursor stands."""
    values = [slot.value for slot in record.slots] + [slot.default for slot in record.slots]
    return any(value is not None and is_positional(value) for value in values)


def _close(emitter: DecodeEmitter, end: str) -> None:
    """Nothing may be left in a region; the cursor is then at its end."""
    measured = emitter.measured.get(end)
    more = measured.from_place(emitter.cursor, emitter.cursor_state.mark) if measured is not None else None
    if measured is not None and more is not None:
        emitter.out.append(Test(f"{measured.length} != {-more}" if more else measured.length))
        emitter.constants[measured.length] = -more
    elif emitter.cursor != Place(end):
        emitter.out.append(Test(f"{emitter.cursor} != {end}"))
    emitter.cursor_state = emitter.cursor_state.at(end, loose=False)


def _batch(body: p.Block) -> p.Loop | None:
    """Return the loop of a region that is nothing but a list of plain integers."""
    if len(body.steps) != 1 or not isinstance(body.steps[0], p.Loop):
        return None
    loop = body.steps[0]
    return loop if batch_code(loop) is not None and loop.count is None else None


def batch_code(loop: p.Loop) -> str | None:
    """Return the `struct` code of a list's items when they are plain integers of one size."""
    if len(loop.body.steps) != 1 or loop.skip is not None or loop.until is not None:
        return None
    step = loop.body.steps[0]
    if (
        not isinstance(step, p.Uint)
        or step.boolean
        or step.slot != loop.item
        or (step.little and step.octets > 1)
    ):
        return None
    codes = codes_of(step.octets, step.little, step.signed)
    return codes[0] if len(codes) == 1 and not codes[0].endswith("s") else None


def _is_plain_list(frame: Frame, step: p.Region, loop: p.Loop) -> bool:
    """Whether a region has a variable-length size and a list of integers of two octets or more, without bounds."""
    where, item = step.extent, loop.body.steps[0]
    assert isinstance(item, p.Uint)
    return (
        isinstance(where, p.Prefixed)
        and where.form != "uint"
        and item.octets > 1
        and not (step.minimum or loop.minimum or loop.maximum is not None)
        and (step.maximum is None or step.maximum >= (size_bounds(where, frame)[1] or 1 << 64))
        and step.slot not in frame.facts.spans
        and step.slot not in frame.facts.starts
    )


def _read_list(emitter: DecodeEmitter, frame: Frame, step: p.Region, loop: p.Loop) -> None:
    """Emit a list of integers: the short one, whose size is one octet, apart from all others."""
    item, code = loop.body.steps[0], batch_code(loop)
    assert isinstance(step.extent, p.Prefixed) and isinstance(item, p.Uint) and code is not None
    outer, shift = emitter.cursor_state, item.octets.bit_length() - 1
    odd, count, end = f"k & {item.octets - 1}", f"k >> {shift}", Assign(["e"], "o + k", pure=False)
    read_varint(emitter, step.extent.form, "k")
    longer = emitter.out.pop()
    target = emitter.target(frame, loop.slot)
    short = f"[*{_unpackers(emitter, code)}[{count}]({emitter.data}, o)] if k else []"
    general = _unpack_octets(emitter, code, "k", count, "o")
    few: Body = [end, _listed(target, short)]
    many: Body = [longer, replace(end), Test(odd), _listed(target, general)]
    limit = 64 if step.extent.form in ("quic", "mls") else 128
    emitter.out.append(If([(f"k < {limit} and not {odd}", few)], many))
    if target is not None:
        emitter.stored(frame, loop.slot, target)
    emitter.cursor_state = Cursor(Place("e"), outer.end, True, outer.whole, outer.least)


def _listed(target: str | None, value: str) -> Assign | Line:
    return Line(value) if target is None else Assign([target], value, pure=False)


def _unpack_list(emitter: DecodeEmitter, code: str, count: str, at: str, most: int | None = None) -> str:
    """Return text for the list of `count` integers (at most `most`) at a place."""
    scope = emitter.scope
    struct = scope.standard("struct")
    if count.isdigit():
        return f"[*{scope.unpack(f'{count}{code}' if count != '0' else '0B')}({emitter.data}, {at})]"
    table = _unpackers(emitter, code)
    few = f"{table}[{count}]({emitter.data}, {at})"
    if most is not None and most < LISTED:
        return f"[*{few}]"
    many = f'{struct}.unpack_from(f">{{{count}}}{code}", {emitter.data}, {at})'
    return f"[*({few} if {count} < {LISTED} else {many})]"


def _unpack_octets(emitter: DecodeEmitter, code: str, octets: str, count: str, at: str) -> str:
    """Return text for the list of integers in so many octets: none, few, or many."""
    table = _unpackers(emitter, code)
    struct = emitter.scope.standard("struct")
    most = LISTED * code_octets(code)
    few = f"[*{table}[{count}]({emitter.data}, {at})]"
    many = f'[*{struct}.unpack_from(f">{{{count}}}{code}", {emitter.data}, {at})]'
    return f"({few} if {octets} < {most} else {many}) if {octets} else []"


def _unpackers(emitter: DecodeEmitter, code: str) -> str:
    return emitter.scope.constant(
        f"_lists_of_{code}", f'[struct.Struct(f">{{i}}{code}").unpack_from for i in range({LISTED})]'
    )


def _read_batch(
    emitter: DecodeEmitter,
    frame: Frame,
    loop: p.Loop,
    begin: Place,
    end: str,
    fixed: int | None,
    known: str = "",
) -> None:
    step = loop.body.steps[0]
    assert isinstance(step, p.Uint)
    code = batch_code(loop)
    assert code is not None
    count = emitter.fresh("count")
    length = known or _distance(end, begin)
    if step.octets == 1 and code == "B":
        emitter.out.append(Assign([count], length))
        value = f"[*{sliced(emitter.data, str(begin), end)}]"
    else:
        size = step.octets
        octets = length
        if not octets.isidentifier():
            octets = emitter.fresh("octets")
            emitter.out.append(Assign([octets], length))
        emitter.out.append(Test(f"{octets} & {size - 1}"))
        whole = f"{octets} >> {size.bit_length() - 1}"
        if loop.minimum or loop.maximum is not None:
            emitter.out.append(Assign([count], whole))
            value = _unpack_list(emitter, code, count, str(begin))
        else:
            value = _unpack_octets(emitter, code, octets, whole, str(begin))
    _count_bounds(emitter, loop, count)
    _fill_list(emitter, frame, loop, value)


def _fill_list(emitter: DecodeEmitter, frame: Frame, loop: p.Loop, value: str) -> None:
    target = emitter.target(frame, loop.slot)
    if target is None:
        emitter.out.append(Line(value))
        return
    emitter.out.append(Assign([target], value, pure=False))
    emitter.stored(frame, loop.slot, target)


def _count_bounds(emitter: DecodeEmitter, loop: p.Loop, count: str) -> None:
    if loop.minimum:
        emitter.out.append(Test(f"{count} < {loop.minimum}"))
    if loop.maximum is not None:
        emitter.out.append(Test(f"{count} > {loop.maximum}"))


def _distance(end: str, begin: Place) -> str:
    return difference(end, str(begin)).text


def _loop(emitter: DecodeEmitter, frame: Frame, step: p.Loop) -> None:
    _note_starts(emitter, frame, [(step.slot, 0)])
    bound = ""
    if step.slot in frame.facts.spans and step.slot not in frame.spans:
        bound = emitter.keep("bound")
    if step.count is not None:
        _counted(emitter, frame, step)
    else:
        _until_end(emitter, frame, step)
    if bound:
        frame.spans[step.slot] = (bound, emitter.keep("bound"))


def _counted(emitter: DecodeEmitter, frame: Frame, step: p.Loop) -> None:
    assert step.count is not None
    size = _simplified(frame, step.count)
    code = expression(size, DecodeNames(emitter, frame))
    text = f"{code.at(OR + 1)} or 0" if code.optional else code.text
    natural = is_natural(size, frame.record)
    if isinstance(size, Literal) and isinstance(size.value, int):
        count = text
    elif text.isidentifier():
        count = text
    else:
        count = emitter.fresh("count")
        emitter.out.append(Assign([count], text))
    if not natural:
        emitter.out.append(Test(f"{count} < 0"))
    _count_bounds(emitter, step, count)
    batch = batch_code(step)
    if batch is not None:
        item = step.body.steps[0]
        assert isinstance(item, p.Uint)
        begin = emitter.cursor
        most = step.maximum if step.maximum is not None else interval(size, frame.record)[1]
        value = _unpack_list(emitter, batch, count, str(begin), most)
        # An empty list is the usual case where lists are counted by a field.
        value = value if count.isdigit() else f"{value} if {count} else []"
        _fill_list(emitter, frame, step, value)
        stop = f"{begin} + {item.octets} * {count}" if item.octets > 1 else f"{begin} + {count}"
        if count.isdigit():
            emitter.move(item.octets * int(count))
        else:
            emitter.out.append(Assign(["o"], stop, pure=False))
            emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
        return
    items, target = _open_list(emitter, frame, step)
    emitter.settle()
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    index = _index_name(emitter, step)

    def body() -> None:
        hard = len(emitter.out)
        begin = emitter.fresh("item_start")
        emitter.out.append(Assign([begin], "o"))
        _item(emitter, frame, step, items)
        if not any(isinstance(each, Read) for each in emitter.out[hard:]):
            emitter.out.append(Test(f"o > {emitter.end}"))
            # As every execution: a count alone must not make work.
            emitter.out.append(Test(f"o == {begin} and len({items}) > 65536"))
        else:
            emitter.out.pop(hard)

    emitter.out.append(For(index or "_", f"range({count})", emitter.nested(body)))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    _finish_list(emitter, frame, step, items, target)


def _index_name(emitter: DecodeEmitter, step: p.Loop) -> str:
    wanted = any(
        isinstance(node, Position) and node.word == "index"
        for inner in _all_steps(step.body)
        for expr in _expressions(inner)
        for node in walk(expr)
    )
    if not wanted:
        return ""
    emitter.index = emitter.fresh("i")
    return emitter.index


def _all_steps(block: p.Block) -> list[Any]:
    from art7.codegen.python.record_facts import walk_steps

    return list(walk_steps(block))


def _expressions(step: Any) -> list[Expr]:
    found = []
    for name in ("condition", "on", "count", "expr"):
        value = getattr(step, name, None)
        if value is not None:
            found.append(value)
    size = getattr(getattr(step, "extent", None), "size", None)
    if size is not None:
        found.append(size)
    return [*found, *getattr(step, "arguments", ())]


def _open_list(emitter: DecodeEmitter, frame: Frame, step: p.Loop) -> tuple[str, str | None]:
    target = emitter.target(frame, step.slot)
    items = target if target is not None and "." not in target else emitter.fresh(frame.members[step.slot])
    if items in frame.redirect.values():
        items = emitter.fresh(frame.members[step.slot])
    shape = annotation(frame.record.slots[step.slot].shape, emitter.scope)
    emitter.out.append(Assign([f"{items}: {shape}"], "[]", pure=False))
    return items, target


def _finish_list(emitter: DecodeEmitter, frame: Frame, step: p.Loop, items: str, target: str | None) -> None:
    if step.minimum:
        emitter.out.append(Test(f"len({items}) < {step.minimum}"))
    if step.maximum is not None and step.count is None:
        emitter.out.append(Test(f"len({items}) > {step.maximum}"))
    if target is None:
        return
    if target != items:
        emitter.out.append(Assign([target], items))
    frame.values[step.slot] = Code(items)
    if target == items:
        emitter.stored(frame, step.slot, items)


def _until_end(emitter: DecodeEmitter, frame: Frame, step: p.Loop) -> None:
    emitter.tighten()
    items, target = _open_list(emitter, frame, step)
    emitter.settle()
    # `o` is another in every round.
    emitter.cursor_state = emitter.cursor_state.at("o", loose=False)
    index = _index_name(emitter, step)
    if index:
        emitter.out.append(Assign([index], "0", pure=False))

    def body() -> None:
        if step.skip is not None:
            word = emitter.fresh("octet")
            emitter.out.append(Read(Place("o"), ["B"], [word]))
            passed: Body = [Line("o += 1"), Line("continue")]
            emitter.out.append(If([(f"not {word}" if step.skip == 0 else f"{word} == {step.skip}", passed)]))
            emitter.peeked = (Place("o"), word)
        begin = len(emitter.out)
        bounded = None if index else step.maximum is not None
        _item(emitter, frame, step, items, bounded=bounded)
        if step.maximum is not None and not any(isinstance(each, Read) for each in emitter.out[begin:]):
            emitter.out.append(Test(f"len({items}) > {step.maximum}"))
        if index:
            emitter.out.append(Line(f"{index} += 1"))

    condition = f"o < {emitter.end}"
    if step.until is not None:
        mark = literal(step.until).text
        condition = f"{emitter.data}[o : o + {len(step.until)}] != {mark}"
        inner = body

        def body() -> None:
            emitter.out.append(Test(f"o >= {emitter.end}"))
            inner()

    emitter.out.append(While(condition, emitter.nested(body)))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    if step.until is not None:
        emitter.cursor_state = emitter.cursor_state.at("o", loose=True, offset=len(step.until))
    _finish_list(emitter, frame, step, items, target)


def _item(
    emitter: DecodeEmitter, frame: Frame, step: p.Loop, items: str, *, bounded: bool | None = None
) -> None:
    """Emit one round: the item is read, rules over every item are tested, it is appended.

    `bounded`: what `Round` wants to know where arms may end the round.
    """
    outer = {index: frame.values.pop(index) for index in _inner_slots(step) if index in frame.values}
    redirects, level, known = dict(frame.redirect), frame.level, frame.known
    frame.known, frame.proved = dict(known), {}
    frame.level = emitter.level
    for index in [step.item, *_inner_slots(step)]:
        frame.redirect.pop(index, None)
    before = len(emitter.inlined)
    frame.extra.add(step.item)

    def leave() -> None:
        value = frame.values.get(step.item, literal(None))
        inner = list(emitter.inlined.values())[-1] if len(emitter.inlined) > before else None
        for check in emitter.sunk.pop(id(step), []):
            _sunk_check(emitter, frame, check, value, inner)
        emitter.out.append(Line(f"{items}.append({value.text})"))
        emitter.settle()

    made = None if bounded is None else Round(emitter.level, emitter.out, bounded, len(emitter.constants))
    with a_round(emitter, made), later(emitter, frame, leave):
        emitter.block(frame, step.body)
        leave()
    frame.level, frame.redirect, frame.known, frame.proved = level, redirects, known, {}
    for index in _inner_slots(step):
        frame.values.pop(index, None)
    frame.values.update(outer)
    for owner, condition in emitter.settled:
        owner.known[condition] = TRUE
    emitter.settled.clear()


def _inner_slots(step: p.Loop) -> list[int]:
    return filled_slots(step.body)


def _sunk_check(
    emitter: DecodeEmitter, frame: Frame, check: p.Check, value: Code, inner: Frame | None
) -> None:
    condition = check.condition
    assert isinstance(condition, Quantified)
    names = DecodeNames(emitter, frame)
    item = inner if inner is not None and inner.target == value.text else None
    shape = frame.shapes.shape(condition.source)
    frame.shapes.locals[condition.variable] = shape.item if isinstance(shape, SequenceShape) else None
    names.bind_item(condition.variable, value, item, f"{emitter.cursor} >= {emitter.end}")
    body = condition.body if item is None else item_condition(condition, item.known, item.record)
    if not (isinstance(body, Literal) and body.value):
        emitter.out.append(Test(negated(body, names).at(OR)))
    emitter.settled.append((frame, condition))


def branch(emitter: DecodeEmitter, frame: Frame, step: p.Branch) -> None:
    """Emit a choice by value; what closes the region does so inside each arm."""
    names = DecodeNames(emitter, frame)
    last = emitter.closer(step)
    on = _simplified(frame, step.on)
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
    emitter.join(frame, slots, arms, lambda bodies: dispatch(code, arms, bodies))
    for condition in ended:
        frame.known = {**frame.known, **assume(condition, False)}


def _reserve_union(emitter: DecodeEmitter, frame: Frame, step: p.Branch) -> None:
    assert step.slot is not None
    emitter._reserve(frame, step.slot)
    target = frame.redirect.get(step.slot)
    for value in step.value_slots:
        if value is not None and target is not None:
            frame.redirect[value] = target


def _refuse(emitter: DecodeEmitter) -> Callable[[], None]:
    def run() -> None:
        emitter.out.append(Line("raise Refused"))

    return run


def _case(
    emitter: DecodeEmitter,
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
        type(low) is type(value) and not low <= value <= high  # type: ignore[operator]
        for case in step.cases[:position]
        for low, high in case.ranges
    )


def _when(emitter: DecodeEmitter, frame: Frame, step: p.When) -> None:
    condition = _simplified(frame, step.condition)
    if isinstance(condition, Literal):
        if condition.value:
            emitter.block(frame, step.body)
        else:
            for index in filled_slots(step.body):
                if _is_wanted(frame, index) and index not in frame.values:
                    emitter.fill(frame, index, literal(None))
        return
    test = truth(condition, DecodeNames(emitter, frame))
    slots = filled_slots(step.body)
    arms = [(test, assume(condition, True), step.body.steps), (None, assume(condition, False), ())]
    emitter._choose(frame, slots, arms, emitter.closer(step))


def _present(emitter: DecodeEmitter, frame: Frame, step: p.Present) -> None:
    word = _integer(emitter, 1, hint="mark")
    emitter.out.append(Test(f"{word} > 1"))
    slots = list(dict.fromkeys([*filled_slots(step.body), step.slot]))
    emitter._choose(frame, slots, [(Code(word), {}, step.body.steps), (None, {}, ())])


def call_record(emitter: DecodeEmitter, frame: Frame, step: p.CallRecord) -> None:
    """Copy a small record in, call a function for any other."""
    _note_starts(emitter, frame, [(step.slot, 0)])
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


def _argument(emitter: DecodeEmitter, expr: Expr, names: DecodeNames) -> Code:
    code = expression(expr, names)
    if code.text.replace(".", "_").isidentifier() or isinstance(expr, Literal):
        return code
    name = emitter.fresh("argument")
    emitter.out.append(Assign([name], code.text))
    return Code(name, optional=code.optional)


def fits(emitter: Any, record: p.Record) -> bool:
    """Whether `record` is copied into the function that `emitter` makes."""
    if record.recursive or (record.kind == "message" and record.origin):
        return False
    facts: RecordFacts = emitter.facts(record)
    most = INLINE_STEPS
    if emitter.is_message:
        once = emitter.facts.callers(record.name) == 1
        most = FUNCTION_STEPS if once else MESSAGE_INLINE_STEPS
    return (
        facts.total <= most
        and bool(emitter.steps + facts.total <= FUNCTION_STEPS)
        and bool(emitter.level + facts.depth <= DEEPEST)
    )


def _inline(
    emitter: DecodeEmitter,
    frame: Frame,
    step: p.CallRecord,
    record: p.Record,
    params: list[Code],
    places: list[Code],
) -> None:
    wanted = _is_wanted(frame, step.slot)
    target = emitter.fresh(frame.members[step.slot])
    inner = emitter.frame(record, params, places, frame.origin, target)

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
    emitter: DecodeEmitter,
    frame: Frame,
    step: p.CallRecord,
    record: p.Record,
    params: list[Code],
    places: list[Code],
) -> None:
    function = emitter.scope.function("decode", record.name)
    begin = str(emitter.cursor)
    more = more_arguments(emitter, frame, record, params, places)
    value = emitter.fresh(frame.members[step.slot])
    emitter.out.append(
        Assign(
            [f"{value}, o"], f"{function}({', '.join([emitter.data, begin, emitter.end, *more])})", pure=False
        )
    )
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    if _is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(value))


def more_arguments(
    emitter: DecodeEmitter, frame: Frame, record: p.Record, params: list[Code], places: list[Code]
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
    emitter: DecodeEmitter, frame: Frame, step: p.CallRecord, record: p.Record, params: list[Code]
) -> None:
    """A record on a tree takes all that is left of the region."""
    emitter.tighten()
    function = emitter.scope.function("decode", record.name) + "_octets"
    octets = sliced(emitter.data, str(emitter.cursor), emitter.end)
    value = emitter.fresh(frame.members[step.slot])
    arguments = ", ".join(
        [octets, *(code.at(OR) for code in params), *(["unverified"] if record.guarded else [])]
    )
    emitter.out.append(Assign([value], f"{function}({arguments})", pure=False))
    emitter.cursor_state = emitter.cursor_state.at(emitter.end, loose=False)
    if _is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(value))


def _domain(emitter: DecodeEmitter, frame: Frame, step: p.Domain) -> None:
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


def _view(emitter: DecodeEmitter, frame: Frame, step: p.View) -> None:
    if not _is_wanted(frame, step.slot):
        return
    expr = _simplified(frame, step.expr)
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


def _verify(emitter: DecodeEmitter, frame: Frame, step: p.Verify) -> None:
    slot = frame.record.slots[step.slot]
    code = frame.values.get(step.slot)
    if step.implied or slot.value is None or code is None or code.text == "None":
        return
    reference = SlotRef(step.slot, slot.value.kind)
    value, found = _simplified(frame, slot.value), _simplified(frame, reference)
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


def _verify_at_run_time(
    emitter: DecodeEmitter, frame: Frame, step: p.Verify, code: Code, value: Expr
) -> None:
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


def _check(emitter: DecodeEmitter, frame: Frame, step: p.Check) -> None:
    if step.level == "must":
        _must(emitter, frame, _simplified(frame, step.condition))


def _must(emitter: DecodeEmitter, frame: Frame, condition: Expr) -> None:
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


def _align(emitter: DecodeEmitter, frame: Frame, step: p.Align) -> None:
    begin = str(emitter.cursor)
    since = emitter.cursor_state.since(frame.begun)
    distance = difference(begin, frame.start) if since is None else literal(since)
    if distance.text.isdigit():
        octets = -int(distance.text) % step.to
        if octets:
            _fill_kept(emitter, frame, step, begin, str(emitter.cursor.moved(octets)))
            emitter.out.append(Read(emitter.cursor, [f"{octets}x"], [None]))
            emitter.move(octets)
        elif step.slot is not None and _is_wanted(frame, step.slot):
            emitter.fill(frame, step.slot, literal(None))
        return
    mask = step.to - 1
    measured = _measured_distance(emitter, frame, step.to)
    if measured:
        distance = Code(measured)
    minus = f"-({distance.text})" if distance.level < ATOM else f"-{distance.text}"
    padding = f"({minus} & {mask})" if step.to & mask == 0 else f"{minus} % {step.to}"
    if step.slot is not None and _is_wanted(frame, step.slot):
        at = emitter.keep("fill_start") if emitter.cursor.base == "o" else begin
        emitter._reserve(frame, step.slot)
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


def _measured_distance(emitter: DecodeEmitter, frame: Frame, to: int) -> str:
    """Return a variable that is the octets since the record's first, but for multiples of `to`; or nothing."""
    measured = emitter.measured.get(emitter.cursor.base)
    if measured is None or emitter.cursor.offset or frame.begun is None:
        return ""
    more = measured.from_place(frame.begun.place, frame.begun.mark)
    return measured.length if more is not None and more % to == 0 else ""


def _fill_kept(emitter: DecodeEmitter, frame: Frame, step: p.Align, begin: str, end: str) -> None:
    if step.slot is None or not _is_wanted(frame, step.slot):
        return
    usual = literal(bytes([step.octet]) * (step.to - 1)).text
    found = sliced(emitter.data, begin, end)
    name = emitter.fresh("fill")
    emitter.out.append(Assign([name], found))
    emitter.fill(frame, step.slot, Code(f"None if {usual}.startswith({name}) else {name}", 0, optional=True))


def decode_passes(body: Body, pack: Callable[[str], str]) -> Body:
    """Return a decoder's body with its reads and tests in their fastest form; `pack` names prebuilt packers."""
    body = hoist_reads(read_words(drop_dead(body), pack))
    return sink_assigns(forward_copies(sink_reads(narrow_tests(body))))


STEPS: dict[type, Callable[[DecodeEmitter, Frame, Any], None]] = {
    p.Bits: _bits,
    p.Uint: _uint,
    p.Varint: _varint,
    p.FloatOctets: _float,
    p.Take: _take,
    p.Constant: _constant,
    p.Region: _region,
    p.Loop: _loop,
    p.Branch: branch,
    p.When: _when,
    p.Present: _present,
    p.CallRecord: call_record,
    p.Domain: _domain,
    p.View: _view,
    p.Verify: _verify,
    p.Check: _check,
    p.Align: _align,
}
"""One row for each step on octets; `protobuf_decode` adds `Fields`."""
