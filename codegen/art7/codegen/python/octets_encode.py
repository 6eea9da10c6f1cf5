"""Plan → code IR of the fast encoder of one record on octets: pieces in emit order, joined in wire order.

Computed members are evaluated where they are written. What the fast encoder cannot order (octets that
only the complete message tells, at places it does not know) raises `Unsupported`: the careful one writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from art7.codegen.names import RESERVED_LOCALS, Scope, identifier
from art7.codegen.python.code import Assign, Body, For, If, Line, Test
from art7.codegen.python.dispatch import DispatchArm, dispatch
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.expressions import (
    ATOM,
    BIT_OR,
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
from art7.codegen.python.in_order import Cover, InOrder, Rules, add_item, apply_rules, write_head
from art7.codegen.python.integers import codes_of
from art7.codegen.python.octets_decode import DEEPEST, LISTED, batch_code, fits
from art7.codegen.python.passes.assume import TRUE, assume, negation, simplify
from art7.codegen.python.pieces import (
    Begin,
    Fixed,
    Later,
    Now,
    Part,
    Piece,
    Raw,
    constant,
    decided,
    fix_up_lines,
    flag_text,
    has_fix_up,
    is_no_integer,
    is_no_list,
    joined,
    kind_tests,
    separate,
    total,
)
from art7.codegen.python.record_facts import FactsOf, filled_slots, is_checkable, unknown_views, walk_steps
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import TypedScope, annotation, is_optional
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import (
    Binary,
    Call,
    Conditional,
    Expr,
    IsLast,
    Kind,
    Literal,
    Measure,
    Position,
    Quantified,
    SlotRef,
    is_positional,
    walk,
)
from art7.grammar.ir.intervals import interval
from art7.grammar.ir.shape import Integer, Nullable, Octets, Union

Finish = Callable[[list[Piece]], None]


class EncodeEmitter:
    """One function under construction. `out` is the block being filled."""

    def __init__(self, scope: ModuleScope, facts: FactsOf) -> None:
        self.scope = scope
        self.facts = facts
        self.names = Scope((*RESERVED_LOCALS, "x", "parts", "fixes", "depth", "octets"))
        self.spare: dict[str, list[str]] = {}
        """Integer variables of arms left behind: a function's frame grows with every name it has."""
        self.used: list[tuple[str, str]] = []
        self.out: Body = []
        self.level = 0
        self.steps = 0
        self.depth: str | None = None
        self.part_lists: list[str] = []
        """Variables that hold the parts of lists whose items have fix-ups."""
        self.frames = 0
        self.rules: dict[int, list[tuple[str, Expr]]] = {}
        self.done: set[int] = set()
        """Checks that loops have taken over."""
        self.has_fix_ups = False
        """Whether items of lists must stay whole: their place in the message is asked for."""
        self.opened: dict[int, WriteFrame] = {}
        """Records already begun, by the step that calls them."""
        self.in_order: InOrder | None = None
        """How the message is written when nothing of it needs a fix-up."""
        self.item_rules: tuple[p.Record, Rules, EncodeNames] | None = None
        """What the arms of the choice in an item must say of the item's being the last."""
        self.is_message = False
        """Whether the function is a method of a message."""

    def fresh(self, hint: str) -> str:
        """Return an unused local name like `hint`."""
        return self.names.claim(identifier(hint, RESERVED_LOCALS))

    def integer(self, hint: str) -> str:
        """Return a local name for an integer: unused, or of an arm that excludes the present one."""
        names = self.spare.get(hint)
        name = names.pop() if names else self.fresh(hint)
        self.used.append((hint, name))
        return name

    def exclusive(self, run: Callable[[], None]) -> Body:
        """Return the statements of one arm of several; its integers serve the others too."""
        spare, used = {hint: [*names] for hint, names in self.spare.items()}, self.used
        self.used = []
        body = self.nested(run)
        for hint, name in self.used:
            names = spare.setdefault(hint, [])
            if name not in names:
                names.append(name)
        self.spare = {hint: sorted(each, key=_longest_first) for hint, each in spare.items()}
        self.used = [*used, *self.used]
        return body

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

    def simplified(self, frame: WriteFrame, expr: Expr) -> Expr:
        """Return `expr` with what the branch knows."""
        return simplify(expr, frame.known) if frame.known else expr

    def resolved(self, frame: WriteFrame, expr: Expr) -> Expr:
        """Return `expr` with computed members by their expressions."""
        computed: dict[Expr, Expr] = {}
        for slot in frame.record.slots:
            if slot.role is p.Role.COMPUTED and slot.value is not None and slot.index not in frame.deferred:
                for kind in (Kind.INT, Kind.BOOL, Kind.BYTES, Kind.TEXT):
                    computed[SlotRef(slot.index, kind)] = slot.value
        return simplify(simplify(expr, {**computed, **frame.known}), {**computed, **frame.known})

    # ---- records ----

    def frame(
        self, record: p.Record, params: Sequence[Code], places: Sequence[Code], value: str
    ) -> WriteFrame:
        """Open a frame for `record` whose value the variable `value` holds."""
        self.steps += self.facts(record).size
        deferred = frozenset(
            s.slot for s in walk_steps(record.body) if isinstance(s, p.Verify) and s.deferred
        )
        self.frames += 1
        shapes = TypedScope(record, self.scope.records)
        frame = WriteFrame(record, shapes, params, places, deferred=deferred, number=self.frames)
        frame.unknown = unknown_views(record)
        frame.fixed = _fixed_by_rules(record, frame.unknown)
        api = record.api()
        if record.form is p.Form.TUPLE:
            for position, slot in enumerate(api):
                frame.values[slot.index] = Code(f"{value}[{position}]")
            return frame
        members = self.scope.names.members(record)
        uses = _writing_uses(record)
        for slot in api:
            if slot.role is p.Role.VIEW:
                continue
            code = Code(f"{value}.{members[slot.index]}", optional=is_optional(slot))
            if isinstance(slot.shape, Union):
                # Its tag says what it is; types cannot.
                self.scope.from_standard("typing", "Any")
                name = self.fresh(members[slot.index])
                self.out.append(Assign([f"{name}: Any"], code.text, pure=False))
                code = replace(code, text=name)
            elif uses.get(slot.index, 0) + (slot.role is not p.Role.GIVEN) > 1:
                name = self.fresh(members[slot.index])
                self.out.append(Assign([name], code.text))
                code = replace(code, text=name)
            frame.values[slot.index] = code
            if slot.role is p.Role.KEPT and slot.optional and isinstance(slot.shape, Octets):
                # Not written by every message, but never of another kind.
                check = self.scope.support("is_octets")
                self.out.append(Test(f"{code.text} is not None and not {check}({code.text})"))
            if slot.role is p.Role.VIEW_INPUT and isinstance(slot.shape, Integer) and not slot.optional:
                # What is written depends on it; it may itself not be.
                if not _is_packed(record, slot.index, slot.shape):
                    self.out += _bounds_of_input(self.scope, code.text, slot.shape)
        return frame

    def write_record(self, frame: WriteFrame, finish: Finish) -> None:
        """Emit the writing of a record's body."""
        begin = Begin(frame.number)
        self.write_block(frame, frame.record.body, lambda pieces: finish([begin, *pieces]))

    def write_block(self, frame: WriteFrame, block: p.Block, finish: Finish) -> None:
        """Emit the steps in emit order; `finish` takes the pieces in wire order.

        A choice (alone or in a region) is sunk: its arms take in the steps around it, so that sizes and tags
        are constants there.
        """
        sunk = _choice(block)
        if sunk is not None and self.level < DEEPEST:
            self._sink(frame, block, sunk, finish)
            return
        finish(self.pieces(frame, block))

    def pieces(self, frame: WriteFrame, block: p.Block) -> list[Piece]:
        """Emit the steps of `block`; returns the pieces in wire order."""
        whole = self.in_order is not None and block is self.in_order.record.body
        block = merge_whens(block)
        self._gather_rules(block)
        made: dict[int, list[Piece]] = {}
        later = [i for i in block.emit if isinstance(block.steps[i], p.Align)]
        tags = _tags_of_choices(block)
        ready = {}
        if self.in_order is not None and whole:
            write_head(self, frame)
            ready = self.in_order.ready
        for index in [*(i for i in block.emit if i not in later), *sorted(later)]:
            step = block.steps[index]
            if index in tags.values():
                continue
            if id(step) in ready:
                made[index] = ready[id(step)]
                continue
            if index in tags:
                assert isinstance(step, p.Branch)
                made[index] = _branch(self, frame, step, block.steps[tags[index]])
            elif isinstance(step, p.Align):
                before = [piece for i in range(index) for piece in made.get(i, [])]
                made[index] = self._align(frame, step, before)
            elif frame.deferred and isinstance(step, p.Uint | p.Take) and step.slot in frame.deferred:
                made[index] = self._deferred(frame, step)
            else:
                made[index] = self.step(frame, step)
        return [piece for index in range(len(block.steps)) for piece in made.get(index, [])]

    def step(self, frame: WriteFrame, step: p.Step) -> list[Piece]:
        """Emit one step; returns its pieces."""
        return WRITE_STEPS[type(step)](self, frame, step)

    def _gather_rules(self, block: p.Block) -> None:
        """Find rules that all items but the last must keep: they are tested while the list is written."""
        loops = {loop.slot: loop for step in block.steps for loop in _plain_loops(step)}
        for step in block.steps:
            if not isinstance(step, p.Check) or step.level != "must" or not step.on_writing:
                continue
            rule = step.condition
            if not isinstance(rule, Quantified) or not rule.every or not isinstance(rule.source, SlotRef):
                continue
            loop, kept = loops.get(rule.source.index), _but_the_last(rule)
            if loop is None or kept is None or batch_code(loop) is not None:
                continue
            if _tuple_record(self, loop) is None:
                self.rules.setdefault(id(loop), []).append((rule.variable, kept))
                self.done.add(id(step))

    def _sink(self, frame: WriteFrame, block: p.Block, position: int, finish: Finish) -> None:
        step = block.steps[position]
        region = step if isinstance(step, p.Region) else None
        branch = region.body.steps[0] if region is not None else step
        assert isinstance(branch, p.Branch)
        names = EncodeNames(self, frame)
        on = self.simplified(frame, branch.on)
        code = expression(on, names)
        if not code.text.isidentifier():
            name = self.fresh("tag")
            self.out.append(Assign([name], code.text))
            if isinstance(on, SlotRef) and on.index in frame.values:
                frame.values[on.index] = Code(name, optional=code.optional)
            code = Code(name, optional=code.optional)
        arms = []
        rules = self.item_rules if self.item_rules and self.item_rules[0] is frame.record else None
        self.item_rules = None if rules else self.item_rules
        for number_, case in enumerate(branch.cases):
            run = self._sunk_arm(frame, block, position, region, branch, number_, finish, rules)
            arms.append(DispatchArm(case.ranges, run))
        if not any(not case.ranges for case in branch.cases):
            arms.append(DispatchArm((), lambda: self.out.append(Line("raise Refused"))))
        before = {hint: [*names] for hint, names in self.spare.items()}
        bodies = [self.exclusive(arm.run) for arm in arms]
        self.spare = before
        self.out += dispatch(code, arms, bodies)

    def _sunk_arm(
        self,
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
                self.out.append(Line("raise Refused"))
                return
            inner = replace(
                frame,
                values=dict(frame.values),
                octets=dict(frame.octets),
                counts=dict(frame.counts),
                known={**frame.known, **_tag_known(branch, case)},
            )
            self.bind_arm(inner, branch, number_)
            if rules is not None:
                apply_rules(self, rules[1], rules[2], branch, case, frame.record)
            body: tuple[Any, ...]
            emit: tuple[int, ...]
            if region is not None:
                body = (
                    *block.steps[:position],
                    replace(region, body=case.body),
                    *block.steps[position + 1 :],
                )
                emit = block.emit
            else:
                body, emit = _spliced(block, position, case.body)
            self._decide(inner, case.body, lambda frame: finish(self.pieces(frame, p.Block(body, emit))))

        return run

    def _decide(self, frame: WriteFrame, body: p.Block, write: Callable[[WriteFrame], None]) -> None:
        """Write an arm, in two where a record in it has two forms told apart by what is given."""
        call = body.steps[0] if len(body.steps) == 1 else None
        record = self.scope.records[call.record] if isinstance(call, p.CallRecord) else None
        test = two_forms(record) if record is not None and fits(self, record) else None
        if not isinstance(call, p.CallRecord) or record is None or test is None or self.level >= DEEPEST:
            write(frame)
            return
        opened = _open(self, frame, call, record)

        def form(outcome: bool) -> Body:
            def run() -> None:
                known = {**opened.known, **assume(test, outcome)}
                self.opened[id(call)] = replace(opened, values=dict(opened.values), known=known)
                write(replace(frame, values=dict(frame.values), octets=dict(frame.octets)))
                del self.opened[id(call)]

            return self.exclusive(run)

        before = {hint: [*names] for hint, names in self.spare.items()}
        condition = truth(test, EncodeNames(self, opened)).text
        made = If([(condition, form(True))], form(False))
        self.spare = before
        self.out.append(made)

    def bind_arm(self, frame: WriteFrame, branch: p.Branch, position: int) -> None:
        """Let the arm's slot stand for the union's value; refuse members of other arms."""
        if branch.slot is not None:
            value = branch.value_slots[position] if branch.value_slots else None
            union = frame.values[branch.slot]
            if value is None:
                self.out.append(Test(f"{union.text} is not None"))
                return
            text = union.text
            shape = frame.record.slots[value].shape
            if not text.isidentifier():
                name = self.fresh(frame.record.slots[value].name)
                self.scope.from_standard("typing", "Any")
                self.out.append(Assign([f"{name}: Any"], text))
                text = name
            frame.values[value] = Code(text, optional=isinstance(shape, Nullable))
            return
        own = set(filled_slots(branch.cases[position].body))
        self._require_own(frame, branch.cases[position].body)
        for case in branch.cases:
            for index in filled_slots(case.body):
                slot = frame.record.slots[index]
                if index not in own and slot.role is p.Role.GIVEN and slot.default is None:
                    own.add(index)
                    self.out.append(Test(f"{frame.values[index].text} is not None"))

    def _require_own(self, frame: WriteFrame, body: p.Block) -> None:
        """What an arm writes must be there."""
        for step in body.steps:
            index = getattr(step, "slot", None)
            if not isinstance(index, int) or isinstance(
                step, p.When | p.Present | p.Verify | p.Domain | p.View
            ):
                continue
            code = frame.values.get(index)
            if code is None or not code.optional or frame.record.slots[index].role is not p.Role.GIVEN:
                continue
            if isinstance(frame.record.slots[index].shape, Nullable):
                continue
            name = code.text
            if not name.isidentifier():
                name = self.fresh(frame.record.slots[index].name)
                self.out.append(Assign([name], code.text, pure=False))
            self.out.append(Test(f"{name} is None"))
            frame.values[index] = Code(name)

    def _align(self, frame: WriteFrame, step: p.Align, before: list[Piece]) -> list[Piece]:
        length = _remainder(before, step.to)
        kept = frame.values.get(step.slot) if step.slot is not None else None
        if length.text.isdigit():
            octets = -int(length.text) % step.to
            if not octets:
                return []
            if kept is None:
                return [constant(bytes([step.octet]) * octets)]
            usual = literal(bytes([step.octet]) * octets).text
            name = self.fresh("fill")
            self.out.append(Assign([name], kept.text))
            self.out.append(If([(f"{name} is None or len({name}) != {octets}", [Assign([name], usual)])]))
            return [Raw(name, str(octets))]
        fills = tuple(bytes([step.octet]) * (-i % step.to) for i in range(step.to))
        rows = ", ".join(literal(each).text for each in fills)
        table = self.scope.constant(f"_fill_{step.octet}_to_{step.to}", f"({rows})")
        index = (
            f"{length.at(ATOM)} & {step.to - 1}"
            if step.to & step.to - 1 == 0
            else f"{length.at(ATOM)} % {step.to}"
        )
        if kept is None:
            return [Raw(f"{table}[{index}]", f"len({table}[{index}])")]
        name = self.fresh("fill")
        self.out.append(Assign([name], f"{table}[{index}]"))
        self.out.append(
            If(
                [
                    (
                        f"{kept.text} is not None and len({kept.text}) == len({name})",
                        [Assign([name], kept.text)],
                    )
                ]
            )
        )
        return [Raw(name, f"len({name})")]

    def _deferred(self, frame: WriteFrame, step: p.Uint | p.Take) -> list[Piece]:
        """Write zeros and a mark: how the octets are made when the message is complete."""
        slot = frame.record.slots[step.slot]
        assert slot.value is not None
        octets, spell = _fix_form(self, frame, step)
        names = EncodeNames(self, frame)
        if self.in_order is not None:
            return [_made_now(self, frame, step, octets)]
        names.covering = ("message", "begin")
        value = expression(self.simplified(frame, slot.value), names)
        captured = _captures(value.text, self, frame)
        text = f"lambda message, begin{captured}: {spell(value)}"
        verifies = (
            s for s in walk_steps(frame.record.body) if isinstance(s, p.Verify) and s.slot == step.slot
        )
        guard = next((s.guard for s in verifies), ())
        fixed = int(octets) if octets.isdigit() else None
        empty = literal(bytes(fixed)).text if fixed is not None else f"bytes({octets})"
        if not guard:
            later = Later(octets, text, "", frame.number)
            return [later, constant(bytes(fixed)) if fixed is not None else Raw(empty, octets)]
        given = frame.values.get(step.slot)
        if given is None or isinstance(step, p.Uint):
            raise Unsupported("guarded integer")
        name = self.fresh(slot.name)
        self.out.append(Line(f"{name}: bytes | None"))
        condition = " and ".join(f"{names.param(i).text} is not None" for i in guard)
        self.out.append(
            If(
                [(condition, [Assign([name], empty)])],
                [Assign([name], given.text), Test(f"{name} is None or len({name}) != {octets}")],
            )
        )
        later = Later(octets, text, condition, frame.number)
        return [
            later,
            Fixed(f"{octets}s", name) if fixed is not None else Raw(name, f"len({name})", given=True),
        ]

    def note_fix_ups(self, pieces: list[Piece], part: str) -> None:
        """Emit the notes of what must be put in when the message is complete."""
        for condition, line in fix_up_lines(pieces, part):
            self.out.append(If([(condition, [Line(line)])]) if condition else Line(line))

    def assemble(self, record: p.Record, pieces: list[Piece]) -> None:
        """Put a message together in `octets`: its last part by itself, one other where its head can take it in."""
        if any(isinstance(step, p.Align) for step in record.body.steps) or has_fix_up(pieces):
            self.out.append(Assign(["octets"], self.join(pieces).text, pure=False))
            return
        if self.in_order is not None and self.in_order.whole:
            text = f"{self.in_order.whole} or {self.join(pieces).text}"
            self.out.append(Assign(["octets"], text, pure=False))
            return
        if any(isinstance(piece, Part) for piece in pieces):
            pieces = self.tested(pieces)
        measured = _measured(record)
        free = {
            id(piece)
            for piece in pieces
            if isinstance(piece, Part)
            and any(piece.made is each for each in self.out)
            and not _asked(piece, record, measured)
        }
        tail: Part | None = None
        if isinstance(pieces[-1], Part) and id(pieces[-1]) in free and len(pieces) > 1:
            tail = pieces[-1]
            pieces = pieces[:-1]
        at = next((i for i, each in enumerate(pieces) if id(each) in free and _fuses(pieces, i)), None)
        if at is None:
            self.out.append(Assign(["octets"], self.join(pieces).text, pure=False))
        else:
            self._split(pieces, at)
        if tail is not None and tail.made is not None:
            self._drop(tail.made)
            inner = self.join(tail.inner).at(SUM)
            ((test, body),) = tail.made.arms
            self.out.append(If([(test, [*body[:-1], Line(f"octets += {inner}")])]))

    def _drop(self, made: If) -> None:
        """Take a statement out of the block."""
        self.out[:] = [each for each in self.out if each is not made]

    def _split(self, pieces: list[Piece], at: int) -> None:
        """Write the message with a part and without it."""
        part = pieces[at]
        assert isinstance(part, Part) and part.made is not None
        self._drop(part.made)
        ((test, body),) = part.made.arms
        before = decided(pieces[:at], test, True)
        whole = [*before, *part.inner, *pieces[at + 1 :]]
        statement: Line | If | Assign = Assign(["octets"], self.join(whole).text, pure=False)
        lists = [i for i, each in enumerate(before) if isinstance(each, Raw)]
        if lists:
            last = before[lists[0]]
            assert isinstance(last, Raw)
            short = self.join([each for each in whole if each is not last]).text
            statement = If([(last.filled, [statement])], [Assign(["octets"], short, pure=False)])
        rest = [*decided(pieces[:at], test, False), *pieces[at + 1 :]]
        self.out.append(
            If(
                [(test, [*body[:-1], statement])],
                [Assign(["octets"], self.join(rest).text, pure=False)],
            )
        )

    def join(self, pieces: Sequence[Piece]) -> Code:
        """Return the expression of all pieces, what no `pack` refuses tested."""
        self.test_kinds(pieces)
        return joined(pieces, self.scope)

    def test_kinds(self, pieces: Sequence[Piece]) -> None:
        """Emit the tests of variables in whose place constants are written."""
        self.out += [Test(text) for text in kind_tests(pieces, self.scope)]

    def tested(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Return pieces to be written in several ways: variables that equal constants are tested here."""
        found: list[Piece] = []
        for piece in pieces:
            if isinstance(piece, Fixed) and piece.same and piece.constant is not None:
                self.out.append(Test(is_no_integer(piece.value, self.scope)))
                piece = constant(piece.constant)
            found.append(piece)
        return found

    def octets_of(self, pieces: list[Piece]) -> str:
        """Return the expression of all pieces; what is known later cannot be in a piece of its own."""
        if has_fix_up(pieces):
            raise Unsupported("fix-up in a part")
        return self.join(pieces).text


def _bounds_of_input(scope: ModuleScope, text: str, shape: Integer) -> Body:
    """Refuse what is no integer within its bounds: a shift tests kind, sign and width at once."""
    bits = shape.maximum.bit_length()
    if shape.minimum == 0 and shape.maximum == (1 << bits) - 1:
        return [Test(f"{text} >> {bits}")]
    low, high = number(shape.minimum), number(shape.maximum)
    return [Test(f"not {low} <= {text} <= {high}"), Test(is_no_integer(text, scope))]


def _is_packed(record: p.Record, index: int, shape: Integer) -> bool:
    """Whether the input is always written as an integer of its own width, under a constant mask at most."""
    for step in record.body.steps:
        if not isinstance(step, p.Uint) or step.boolean or step.signed or step.octets not in (1, 2, 4, 8):
            continue
        high = (1 << 8 * step.octets) - 1
        slot = record.slots[step.slot]
        if (shape.minimum, shape.maximum) != (0, high) or slot.role is not p.Role.COMPUTED:
            continue
        match slot.value:
            case Binary(op="^", left=SlotRef(index=given), right=Literal(value=int(mask))):
                if given == index and 0 <= mask <= high:
                    return True
            case _:
                pass
    return False


def _remainder(pieces: list[Piece], by: int) -> Code:
    """Return text for a number that leaves the same remainder as the number of octets."""
    fixed = sum(piece.octets for piece in pieces if isinstance(piece, Fixed))
    rest = [piece for piece in pieces if not isinstance(piece, Fixed)]
    return total([*rest, constant(bytes(fixed % by))])


def _fuses(pieces: list[Piece], at: int) -> bool:
    """Whether the pieces of a part join a head that stands before it, an empty list between them at most."""
    part = pieces[at]
    inner = [each for each in part.inner if not isinstance(each, Begin)] if isinstance(part, Part) else []
    before = [each for each in pieces[:at] if not isinstance(each, Begin)]
    lists = [each for each in before if isinstance(each, Raw)]
    if not inner or not isinstance(inner[0], Fixed) or len(lists) > 1 or not before:
        return False
    if lists and (not lists[0].filled or before[-1] is not lists[0]):
        return False
    return isinstance(before[0], Fixed)


def _asked(part: Part, record: p.Record, measured: set[int]) -> bool:
    """Whether anything else needs the octets of a part, or how many there are."""
    steps = [step for step in record.body.steps if isinstance(step, p.When)]
    return any(index in measured for step in steps for index in filled_slots(step.body))


def _longest_first(name: str) -> tuple[int, int]:
    """Sort names so that `pop` takes the one with the lowest number."""
    number_ = name.rpartition("_")[2]
    return -len(name), -int(number_) if number_.isdigit() else 0


def _tags_of_choices(block: p.Block) -> dict[int, int]:
    """Return the integers that stand right before the choices they decide: arms write them as constants."""
    found = {}
    for index, step in enumerate(block.steps):
        if not isinstance(step, p.Branch) or not isinstance(step.on, SlotRef):
            continue
        before = index - 1
        while before >= 0 and isinstance(block.steps[before], p.Domain | p.Check | p.View | p.Verify):
            before -= 1
        tag = block.steps[before] if before >= 0 else None
        if isinstance(tag, p.Uint) and tag.slot == step.on.index and not tag.boolean:
            found[index] = before
    return found


def merge_whens(block: p.Block) -> p.Block:
    """Return `block` with neighbouring parts under one computed condition as one part."""
    steps, emit = list(block.steps), list(block.emit)
    for at in range(len(steps) - 2, -1, -1):
        first, second = steps[at], steps[at + 1]
        if not (isinstance(first, p.When) and isinstance(second, p.When)):
            continue
        if first.given is not None or second.given is not None or first.condition != second.condition:
            continue
        if abs(emit.index(at) - emit.index(at + 1)) != 1:
            continue
        count = len(first.body.steps)
        inner = tuple(first.body.emit) + tuple(count + i for i in second.body.emit)
        if emit.index(at) > emit.index(at + 1):
            inner = tuple(count + i for i in second.body.emit) + tuple(first.body.emit)
        body = p.Block(first.body.steps + second.body.steps, inner)
        steps[at : at + 2] = [replace(first, body=body)]
        emit = [i if i <= at else i - 1 for i in emit if i != at + 1]
    return p.Block(tuple(steps), tuple(emit))


def _tag_known(branch: p.Branch, case: p.Case) -> dict[Expr, Expr]:
    if len(case.ranges) == 1 and case.ranges[0][0] == case.ranges[0][1]:
        return {branch.on: Literal(case.ranges[0][0], branch.on.kind)}
    return {}


def _spliced(block: p.Block, position: int, body: p.Block) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """Put the steps of an arm in the place of their choice."""
    count = len(body.steps)
    steps = (*block.steps[:position], *body.steps, *block.steps[position + 1 :])
    emit: list[int] = []
    for index in block.emit:
        if index == position:
            emit += [position + inner for inner in body.emit]
        else:
            emit.append(index if index < position else index + count - 1)
    return steps, tuple(emit)


def _choice(block: p.Block) -> int | None:
    """Return the position of the one choice to sink, or `None`."""
    if len(block.steps) > 10:
        return None
    found = []
    for index, step in enumerate(block.steps):
        if isinstance(step, p.Branch) or (
            isinstance(step, p.Region)
            and len(step.body.steps) == 1
            and isinstance(step.body.steps[0], p.Branch)
        ):
            found.append(index)
        elif isinstance(step, p.Region | p.Loop | p.When | p.CallRecord):
            return None
    return found[0] if len(found) == 1 else None


def _captures(text: str, emitter: EncodeEmitter, frame: WriteFrame) -> str:
    """Return default parameters that keep the present value of the locals a fix-up mentions."""
    from art7.codegen.python.code import names_in

    mentioned = set(names_in(text))
    found = [code.text for code in (*frame.params, *frame.values.values()) if code.text.isidentifier()]
    kept = [name for name in dict.fromkeys(found) if name in mentioned and name not in ("message", "begin")]
    return "".join(f", {name}={name}" for name in kept)


def _fix_form(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Uint | p.Take
) -> tuple[str, Callable[[Code], str]]:
    """Return the text of how many octets a fix-up has, and how a value becomes them."""
    if isinstance(step, p.Uint):
        code = codes_of(step.octets, step.little, step.signed)
        if len(code) != 1 or code[0].endswith("s"):
            raise Unsupported("fix-up of odd size")
        pack = emitter.scope.pack(code[0], step.little)
        return str(step.octets), lambda value: f"{pack}({value.text})"
    if not isinstance(step.extent, p.Exact) or step.text or is_positional(step.extent.size):
        raise Unsupported("fix-up of unknown size")
    size = emitter.resolved(frame, step.extent.size)
    if isinstance(size, Literal):
        return str(size.value), lambda value: value.text
    return _local(emitter, expression(size, EncodeNames(emitter, frame)), "size"), lambda value: value.text


def _made_now(emitter: EncodeEmitter, frame: WriteFrame, step: p.Uint | p.Take, octets: str) -> Now:
    """Return what covers the octets before it as a piece that is made when all of its item is known."""
    slot = frame.record.slots[step.slot]
    verifies = (s for s in walk_steps(frame.record.body) if isinstance(s, p.Verify) and s.slot == step.slot)
    guard = next((s.guard for s in verifies), ())
    given = frame.values.get(step.slot)
    if guard and (given is None or isinstance(step, p.Uint)):
        raise Unsupported("guarded integer")

    def write(cover: Cover) -> Piece:
        names = EncodeNames(emitter, frame)
        names.covering = replace(cover, always=not guard)
        assert slot.value is not None
        value = expression(emitter.simplified(frame, slot.value), names).text
        if isinstance(step, p.Uint):
            code = codes_of(step.octets, step.little, step.signed)[0]
            return Fixed(code, value, None, step.little and step.octets > 1)
        name = emitter.fresh(slot.name)
        if guard and given is not None:
            condition = " and ".join(f"{names.param(i).text} is not None" for i in guard)
            emitter.out.append(Line(f"{name}: bytes | None"))
            emitter.out.append(If([(condition, [Assign([name], value)])], [Assign([name], given.text)]))
            emitter.out.append(Test(f"{name} is None or len({name}) != {octets}"))
        else:
            emitter.out.append(Assign([name], value, pure=False))
            emitter.out.append(Test(f"len({name}) != {octets}"))
        return Fixed(f"{octets}s", name) if octets.isdigit() else Raw(name, f"len({name})", given=True)

    return Now("", octets, frame=frame.number, write=write)


def _plain_loops(step: Any) -> list[p.Loop]:
    if isinstance(step, p.Region):
        return [inner for inner in step.body.steps if isinstance(inner, p.Loop)]
    return [step] if isinstance(step, p.Loop) else []


def _but_the_last(rule: Quantified) -> Expr | None:
    """Return what items other than the last must keep, of a rule `… or is_last(item)` over the item alone."""
    body = rule.body
    if not isinstance(body, Binary) or body.op != "or":
        return None
    for last, kept in ((body.left, body.right), (body.right, body.left)):
        if isinstance(last, IsLast) and not any(
            isinstance(node, SlotRef | Quantified | IsLast | Position | Measure) for node in walk(kept)
        ):
            return kept
    return None


def _tuple_record(emitter: EncodeEmitter, loop: p.Loop) -> p.Record | None:
    record = _item_record(emitter, loop)
    return record if record is not None and record.form is p.Form.TUPLE else None


def _fixed_by_rules(record: p.Record, unknown: frozenset[int]) -> dict[int, int]:
    """Return the values that rules over the whole record leave to slots: their octets are constants."""
    found: dict[int, int] = {}
    for step in record.body.steps:
        if not isinstance(step, p.Check) or step.level != "must" or not step.on_writing:
            continue
        for part in conjuncts(step.condition) if is_checkable(step.condition, unknown) else ():
            match part:
                case Binary(op="==", left=SlotRef(index=index), right=Literal(value=int(value))):
                    if not isinstance(value, bool):
                        found[index] = value
                case _:
                    pass
    return found


def _writing_uses(record: p.Record) -> dict[int, int]:
    """Return how often writing mentions each slot, about."""
    uses: dict[int, int] = {}
    exprs: list[Expr] = [slot.value for slot in record.slots if slot.value is not None]
    for step in walk_steps(record.body):
        slot = getattr(step, "slot", None)
        if isinstance(slot, int) and not isinstance(step, p.Verify | p.View):
            uses[slot] = uses.get(slot, 0) + (
                2 if isinstance(step, p.Take) and not isinstance(step.extent, p.Rest) else 1
            )
        if isinstance(step, p.Bits):
            for field in step.fields:
                if field.slot is not None:
                    uses[field.slot] = uses.get(field.slot, 0) + 2 - int(field.boolean)
        given = getattr(step, "given", None)
        if given is not None:
            uses[given] = uses.get(given, 0) + 1
        for name in ("condition", "on", "count"):
            expr = getattr(step, name, None)
            if expr is not None:
                exprs.append(expr)
        exprs += getattr(step, "arguments", ())
    for expr in exprs:
        for node in walk(expr):
            index = (
                node.index if isinstance(node, SlotRef) else node.slot if isinstance(node, Measure) else None
            )
            if index is not None:
                uses[index] = uses.get(index, 0) + 1
    return uses


# ---- values ----------------------------------------------------------------------------------------------


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


def _bits(emitter: EncodeEmitter, frame: WriteFrame, step: p.Bits) -> list[Piece]:
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
    alone = step.octets == 1 and _stands_alone(frame, step)
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
    found = _integer_pieces(emitter, word, step.octets, checked, BIT_OR)
    return [replace(each, flags=tuple(flags)) if isinstance(each, Fixed) else each for each in found]


def _stands_alone(frame: WriteFrame, step: p.Step) -> bool:
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
    name = _local(emitter, code, "flag")
    emitter.out.append(Test(f"{name} is not True and {name} is not False"))
    return name


def _integer(emitter: EncodeEmitter, code: Code, hint: str) -> Code:
    """Return a given integer in a variable."""
    return code if code.text.isdigit() else Code(_local(emitter, code, hint), optional=code.optional)


def is_proved(expr: Expr | None, frame: WriteFrame, field: p.BitField) -> bool:
    """Whether what is written for a field is known to fit it."""
    if expr is None:
        return False
    low, high = interval(expr, frame.record)
    return low is not None and low >= 0 and high is not None and high < 1 << field.width


def _integer_pieces(
    emitter: EncodeEmitter,
    value: str,
    octets: int,
    code: str,
    level: int = ATOM,
    *,
    little: bool = False,
    signed: bool = False,
) -> list[Piece]:
    if code.endswith("s") or octets == 3:
        order = "little" if little else "big"
        flag = ", signed=True" if signed else ""
        text = value if level >= ATOM else f"({value})"
        return [Raw(f'{text}.to_bytes({octets}, "{order}"{flag})', str(octets))]
    return [Fixed(code, value, None, little and octets > 1)]


def _uint(emitter: EncodeEmitter, frame: WriteFrame, step: p.Uint) -> list[Piece]:
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
        name = _local(emitter, code, frame.record.slots[step.slot].name)
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
    return _integer_pieces(
        emitter, code.text, step.octets, codes[0], code.level, little=step.little, signed=step.signed
    )


def _varint(emitter: EncodeEmitter, frame: WriteFrame, step: p.Varint) -> list[Piece]:
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


def _float(emitter: EncodeEmitter, frame: WriteFrame, step: p.FloatOctets) -> list[Piece]:
    code = written(emitter, frame, step.slot)
    return [Fixed("f" if step.octets == 4 else "d", code.text, None, step.little)]


def _local(emitter: EncodeEmitter, code: Code, hint: str) -> str:
    """Return a variable that holds `code`."""
    if code.text.isidentifier():
        return code.text
    name = emitter.fresh(hint)
    emitter.out.append(Assign([name], code.text))
    return name


def _take(emitter: EncodeEmitter, frame: WriteFrame, step: p.Take) -> list[Piece]:
    slot = frame.record.slots[step.slot]
    exact = emitter.resolved(frame, step.extent.size) if isinstance(step.extent, p.Exact) else None
    masked = _masked(emitter, frame, step, exact)
    if masked is not None:
        return [masked]
    code = written(emitter, frame, step.slot)
    if frame.known and slot.role is p.Role.COMPUTED and slot.value is not None:
        code = expression(emitter.resolved(frame, slot.value), EncodeNames(emitter, frame))
    measured = (
        step.minimum > 0
        or step.maximum is not None
        or isinstance(step.extent, p.Prefixed)
        or exact is not None
    )
    if step.text:
        name = emitter.fresh(f"{slot.name}_octets")
        emitter.out.append(Assign([name], f"{code.at(ATOM)}.encode()", pure=False))
        text = name
    elif measured or code.level < ATOM:
        text = _local(emitter, code, slot.name)
    else:
        text = code.text
    size = f"len({text})"
    if isinstance(exact, Literal) and isinstance(exact.value, int):
        if frame.known.get(Measure("octets", step.slot, Kind.INT)) != exact:
            emitter.out.append(Test(f"{size} != {exact.value}"))
        frame.octets[step.slot] = literal(exact.value)
        return [Fixed(f"{exact.value}s", text)] if exact.value else [Raw(text, "0", given=True)]
    frame.octets[step.slot] = Code(size)
    if exact is not None and is_checkable(exact, frame.unknown):
        _expect(emitter, frame, step.slot, exact, Code(size))
    prefix, size = _prefix(emitter, step.extent, size, step.minimum, step.maximum, slot.name)
    if size != f"len({text})":
        frame.octets[step.slot] = Code(size)
    return [*prefix, Raw(text, size, given=not step.text)]


def _masked(emitter: EncodeEmitter, frame: WriteFrame, step: p.Take, exact: Expr | None) -> Fixed | None:
    """Return given octets under a constant mask as one integer, where they are as many as an integer has."""
    slot = frame.record.slots[step.slot]
    if not isinstance(exact, Literal) or exact.value not in (1, 2, 4, 8) or not emitter.is_message:
        return None
    if slot.role is not p.Role.COMPUTED or slot.value is None or step.slot in frame.deferred:
        return None
    match emitter.resolved(frame, slot.value):
        case Binary(op="^", left=SlotRef() as given, right=right) if given.index in frame.values:
            mask = _front(right)
        case _:
            return None
    if mask is None or len(mask) != exact.value:
        return None
    text = frame.values[given.index].text
    length = Call("length", (SlotRef(given.index, Kind.BYTES),), Kind.INT)
    if frame.known.get(length) != exact:
        emitter.out.append(Test(f"len({text}) != {exact.value}"))
    frame.octets[step.slot] = literal(exact.value)
    code = codes_of(exact.value)[0]
    value = f"{emitter.scope.unpack(code)}({text})[0] ^ {number(int.from_bytes(mask, 'big'))}"
    return Fixed(code, value, None, natural=True)


def _front(expr: Expr) -> bytes | None:
    """Return octets that are known when the code is made: constants, and the front of what begins with one."""
    match expr:
        case Literal(value=bytes(octets)):
            return octets
        case Call(
            function="first",
            arguments=(Binary(op="++", left=Literal(value=bytes(octets))), Literal(value=int(count))),
        ) if 0 <= count <= len(octets):
            return octets[:count]
        case _:
            return None


def _expect(emitter: EncodeEmitter, frame: WriteFrame, slot: int, wanted: Expr, actual: Code) -> None:
    """What was written must be read back: the size a field says is the size there is."""
    if isinstance(wanted, Measure) and wanted.slot == slot and wanted.what in ("octets", "count"):
        if wanted.what == "octets" or isinstance(frame.record.slots[slot].shape, Octets):
            return
    code = expression(wanted, EncodeNames(emitter, frame))
    if code.text != actual.text:
        emitter.out.append(Test(f"{code.at(COMPARE + 1)} != {actual.at(COMPARE + 1)}"))


def _prefix(
    emitter: EncodeEmitter, where: p.Extent, size: str, minimum: int, maximum: int | None, hint: str
) -> tuple[list[Piece], str]:
    """Emit the bounds of content and its length header; returns the header and how the size is now spelled."""
    if not size.isidentifier() and not size.isdigit():
        tested = minimum > 0 or maximum is not None
        if tested or (isinstance(where, p.Prefixed) and where.form != "uint"):
            name = emitter.integer("size")
            emitter.out.append(Assign([name], size, pure=False))
            size = name
    low, high = 0, None
    if isinstance(where, p.Prefixed):
        high = (1 << 8 * where.octets) - 1 if where.form == "uint" else {"mls": (1 << 30) - 1}.get(where.form)
    above = maximum is not None and (high is None or maximum < high)
    if size.isdigit():
        if int(size) < minimum or (maximum is not None and int(size) > maximum):
            emitter.out.append(Line("raise Refused"))
    elif minimum > low and above:
        emitter.out.append(Test(f"not {minimum} <= {size} <= {maximum}"))
    elif minimum > low:
        emitter.out.append(Test(f"{size} < {minimum}"))
    elif above:
        emitter.out.append(Test(f"{size} > {maximum}"))
    if not isinstance(where, p.Prefixed):
        return [], size
    if where.form == "uint":
        if size.isdigit():
            return [constant(int(size).to_bytes(where.octets, "little" if where.little else "big"))], size
        codes = codes_of(where.octets, where.little)
        return _integer_pieces(emitter, size, where.octets, codes[0], little=where.little), size
    limit = 64 if where.form in ("quic", "mls") else 128
    table, write = emitter.scope.support("OCTETS"), emitter.scope.support(f"write_{where.form}")
    more = f"{write}({size})"
    if where.form in ("quic", "mls"):
        # Two octets are common too: signatures, short texts.
        more = f"{emitter.scope.pack('H')}(0x4000 | {size}) if {size} < 16384 else {more}"
    return [Raw(f"{table}[{size}] if {size} < {limit} else {more}", f"len({write}({size}))", 0)], size


def _constant(emitter: EncodeEmitter, frame: WriteFrame, step: p.Constant) -> list[Piece]:
    return [constant(step.octets)]


def _region(emitter: EncodeEmitter, frame: WriteFrame, step: p.Region) -> list[Piece]:
    slot = frame.record.slots[step.slot]
    inner = emitter.pieces(frame, step.body)
    variable = [piece for piece in inner if isinstance(piece, Raw) and not piece.length.isdigit()]
    if not has_fix_up(inner) and (len(variable) > 1 or any("write_" in piece.length for piece in variable)):
        name = emitter.fresh(f"{slot.name}_octets")
        emitter.out.append(Assign([name], emitter.octets_of(inner), pure=False))
        inner = [Raw(name, f"len({name})")]
    size = total(inner)
    if not size.text.isidentifier() and not size.text.isdigit() and step.slot in _measured(frame.record):
        name = emitter.integer("size")
        emitter.out.append(Assign([name], size.text, pure=False))
        size = Code(name)
        if len(variable) == 1 and len(inner) == 1 and isinstance(inner[0], Raw):
            inner = [replace(inner[0], length=name)]
    frame.octets[step.slot] = size
    for union in _filled_union(step):
        frame.octets[union] = size
    if (
        len(step.body.steps) == 1
        and isinstance(step.body.steps[0], p.Loop)
        and step.body.steps[0].skip is not None
    ):
        # Filled up to a multiple: what divides by it loses nothing.
        for slot_ in (step.slot, step.body.steps[0].slot):
            octets = Measure("octets", slot_, Kind.INT)
            by = Literal(step.body.steps[0].skip_to, Kind.INT)
            frame.known[Binary("%", octets, by, Kind.INT)] = Literal(0, Kind.INT)
            quotient = Binary("/", octets, by, Kind.INT)
            frame.known[Binary("*", quotient, by, Kind.INT)] = octets
    exact = emitter.resolved(frame, step.extent.size) if isinstance(step.extent, p.Exact) else None
    if exact is not None and is_checkable(exact, frame.unknown):
        _expect(emitter, frame, step.slot, exact, size)
    prefix, _ = _prefix(emitter, step.extent, size.text, step.minimum, step.maximum, slot.name)
    return [*prefix, *inner]


def _filled_union(step: p.Region) -> list[int]:
    """A region and the one thing in it may be named apart and measured alike."""
    if len(step.body.steps) == 1:
        slot = getattr(step.body.steps[0], "slot", None)
        return [slot] if isinstance(slot, int) and slot != step.slot else []
    return []


def _measured(record: p.Record) -> set[int]:
    exprs = [slot.value for slot in record.slots if slot.value is not None]
    exprs += [s.condition for s in walk_steps(record.body) if isinstance(s, p.Check)]
    return {
        node.slot for e in exprs for node in walk(e) if isinstance(node, Measure) and node.what == "octets"
    }


def _loop(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop) -> list[Piece]:
    slot = frame.record.slots[step.slot]
    items = _local(emitter, written(emitter, frame, step.slot), slot.name)
    emitter.out.append(Test(is_no_list(items, emitter.scope)))
    count = f"len({items})"
    if step.minimum:
        emitter.out.append(Test(f"{count} < {step.minimum}"))
    if step.maximum is not None:
        emitter.out.append(Test(f"{count} > {step.maximum}"))
    frame.values[step.slot] = Code(items)
    if step.count is not None:
        wanted = emitter.resolved(frame, step.count)
        if is_checkable(wanted, frame.unknown) and wanted != Measure("count", step.slot, Kind.INT):
            code = expression(wanted, EncodeNames(emitter, frame))
            emitter.out.append(Test(f"{code.at(COMPARE + 1)} != {count}"))
    batch = batch_code(step)
    if batch is not None:
        return _batch(emitter, frame, step, items, batch)
    name = emitter.fresh(f"{slot.name}_octets")
    _items(emitter, frame, step, items, name)
    if step.skip is not None:
        fills = ", ".join(literal(bytes([step.skip]) * (-i % step.skip_to)).text for i in range(step.skip_to))
        table = emitter.scope.constant(f"_fill_{step.skip}_to_{step.skip_to}", f"({fills})")
        mask = f"& {step.skip_to - 1}" if step.skip_to & step.skip_to - 1 == 0 else f"% {step.skip_to}"
        if step.skip_to > 1:
            emitter.out.append(Line(f"{name} += {table}[len({name}) {mask}]"))
    if step.until is not None:
        emitter.out.append(Line(f"{name} += {literal(step.until).text}"))
    frame.octets[step.slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]


def _batch(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop, items: str, code: str) -> list[Piece]:
    inner = step.body.steps[0]
    assert isinstance(inner, p.Uint)
    count = emitter.integer("count")
    emitter.out.append(Assign([count], f"len({items})", pure=False))
    frame.counts[step.slot] = Code(count)
    struct = emitter.scope.standard("struct")
    table = emitter.scope.constant(
        f"_list_packs_of_{code}", f'[struct.Struct(f">{{i}}{code}").pack for i in range({LISTED})]'
    )
    text = f'{table}[{count}](*{items}) if {count} < {LISTED} else {struct}.pack(f">{{{count}}}{code}", *{items})'
    if step.count is not None:
        text = f'({text}) if {count} else b""'
    size = count if inner.octets == 1 else f"{inner.octets} * {count}"
    frame.octets[step.slot] = Code(size, ATOM if inner.octets == 1 else 10)
    return [Raw(text, size, 0, filled=count)]


def _items(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop, items: str, name: str) -> None:
    """Emit the loop that writes every item; `name` then holds their octets."""
    parts = emitter.fresh("parts")
    rules = emitter.rules.pop(id(step), [])
    broken = [emitter.fresh("ended") for _ in rules]
    for flag in broken:
        emitter.out.append(Assign([flag], "False", pure=False))
    plan = emitter.in_order if emitter.in_order is not None and emitter.in_order.loop is step else None
    if plan is not None:
        plan.body = name
        emitter.out.append(Assign([name], 'b""', pure=False))
    first: Assign = Assign([f"{parts}: list[bytes]"], "[]", pure=False)
    target = emitter.fresh(f"item_of_{frame.record.slots[step.slot].name}" if step.item is None else "item")
    names = _tuple_target(emitter, frame, step)
    outer_values, outer_known = dict(frame.values), frame.known
    outer_index = frame.index
    indexed = any(
        getattr(node, "word", "") == "index"
        for inner in walk_steps(step.body)
        for expr in _expressions_of(inner)
        for node in walk(expr)
    )
    iterable = items
    if indexed:
        frame.index = emitter.fresh("i")
        iterable = f"enumerate({items})"

    def body() -> None:
        frame.values[step.item] = Code(target)
        item_names = EncodeNames(emitter, frame)
        flagged = [(flag, variable, kept) for flag, (variable, kept) in zip(broken, rules, strict=True)]
        for flag, variable, _ in flagged:
            item_names.bind_item(variable, target, SlotRef(step.slot, Kind.LIST))
            emitter.out.append(Test(flag))
        record = _item_record(emitter, step)
        chosen = record is not None and fits(emitter, record) and _choice(record.body) is not None
        if record is not None and chosen and emitter.level < DEEPEST:
            emitter.item_rules = (record, flagged, item_names)
        else:
            for flag, _, kept in flagged:
                emitter.out.append(Assign([flag], negated(kept, item_names).text, pure=False))

        def finish(pieces: list[Piece]) -> None:
            if plan is not None:
                add_item(emitter, plan, pieces)
                return
            emitter.note_fix_ups(pieces, f"len({parts})")
            if has_fix_up(pieces) and parts not in emitter.part_lists:
                emitter.part_lists.append(parts)
            emitter.out.append(Line(append_parts(parts, pieces, emitter)))

        _write_item(emitter, frame, step, finish, names)
        assert emitter.item_rules is None, "the choice in the item was not sunk"

    shown = (
        ", ".join(names) + ("," if names is not None and len(names) == 1 else "")
        if names is not None
        else target
    )
    shown = f"{frame.index}, {f'({shown})' if names is not None else shown}" if indexed else shown
    loop = For(shown, iterable, emitter.nested(body))
    frame.values, frame.known, frame.index = {**outer_values}, outer_known, outer_index
    last = Assign([name], f'b"".join({parts})', pure=False)
    if plan is not None:
        emitter.out += [Assign([plan.whole], 'b""', pure=False), loop] if plan.whole else [loop]
    elif step.minimum or parts in emitter.part_lists or emitter.has_fix_ups:
        emitter.out += [first, loop, last]
    else:
        # Nothing is the commonest list.
        emitter.out.append(If([(items, [first, loop, last])], [Assign([name], 'b""', pure=False)]))


def append_parts(parts: str, pieces: list[Piece], emitter: EncodeEmitter) -> str:
    """Return the statement that adds an item to the parts: whole where its place is asked for, else in pieces."""
    if has_fix_up(pieces) or parts in emitter.part_lists or emitter.has_fix_ups:
        return f"{parts}.append({emitter.join(pieces).text})"
    texts = separate(pieces, emitter.scope)
    if len(texts) < 3:
        return f"{parts}.append({emitter.join(pieces).text})"
    emitter.test_kinds(pieces)
    return f"{parts} += ({', '.join(texts)})"


def _expressions_of(step: Any) -> list[Expr]:
    found = [
        getattr(step, name) for name in ("condition", "on", "count", "expr") if getattr(step, name, None)
    ]
    size = getattr(getattr(step, "extent", None), "size", None)
    return [*found, *([size] if size is not None else []), *getattr(step, "arguments", ())]


def _item_record(emitter: EncodeEmitter, step: p.Loop) -> p.Record | None:
    if len(step.body.steps) == 1 and isinstance(step.body.steps[0], p.CallRecord):
        return emitter.scope.records[step.body.steps[0].record]
    return None


def _tuple_target(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop) -> list[str] | None:
    record = _item_record(emitter, step)
    if record is None or record.form is not p.Form.TUPLE:
        return None
    return [emitter.fresh(slot.name) for slot in record.api()]


def _write_item(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop, finish: Finish, names: list[str] | None
) -> None:
    call = step.body.steps[0] if len(step.body.steps) == 1 else None
    if isinstance(call, p.CallRecord):
        record = emitter.scope.records[call.record]
        if record.carrier is p.Carrier.OCTETS and (fits(emitter, record) or names is not None):
            inner = _open(emitter, frame, call, record)
            if names is not None:
                for slot, name in zip(record.api(), names, strict=True):
                    inner.values[slot.index] = Code(name)
            emitter.write_record(inner, finish)
            return
    emitter.write_block(frame, step.body, finish)


def _open(emitter: EncodeEmitter, frame: WriteFrame, step: p.CallRecord, record: p.Record) -> WriteFrame:
    names = EncodeNames(emitter, frame)
    value = _local(emitter, names.slot(step.slot), frame.record.slots[step.slot].name)
    params = [expression(each, names) for each in step.arguments]
    params = [
        c if c.text.isidentifier() or c.level == ATOM else Code(f"({c.text})", ATOM, c.optional)
        for c in params
    ]
    places = [frame.places[a.index] if a.lifted else _place(frame, a.index) for a in step.places]
    return emitter.frame(record, params, places, value)


def _place(frame: WriteFrame, index: int) -> Code:
    """Return the offset of a field of a message from its first octet, where it is constant."""
    if frame.record.kind != "message":
        return Code("None")
    offset = 0
    for step in frame.record.body.steps:
        match step:
            case p.Bits(octets=octets):
                offset += octets
            case p.Uint(slot=slot, octets=octets) | p.FloatOctets(slot=slot, octets=octets):
                if slot == index:
                    return Code(str(offset))
                offset += octets
            case p.Take(slot=slot, extent=p.Exact(size=Literal(value=int(size)))):
                if slot == index:
                    return Code(str(offset))
                offset += size
            case p.Verify() | p.Check() | p.View() | p.Domain():
                pass
            case _:
                break
    return Code("None")


def call_record(emitter: EncodeEmitter, frame: WriteFrame, step: p.CallRecord) -> list[Piece]:
    """Copy a small record in, call a function for any other."""
    record = emitter.scope.records[step.record]
    names = EncodeNames(emitter, frame)
    if record.carrier is p.Carrier.TREE:
        function = emitter.scope.function("encode", record.name) + "_octets"
        arguments = [names.slot(step.slot).text, *(expression(each, names).text for each in step.arguments)]
        name = emitter.fresh(frame.record.slots[step.slot].name + "_octets")
        emitter.out.append(Assign([name], f"{function}({', '.join(arguments)})", pure=False))
        frame.octets[step.slot] = Code(f"len({name})")
        return [Raw(name, f"len({name})")]
    if fits(emitter, record) and _choice(record.body) is None:
        inner = emitter.opened.get(id(step)) or _open(emitter, frame, step, record)
        pieces = [Begin(inner.number), *emitter.pieces(inner, record.body)]
        frame.octets[step.slot] = total(pieces)
        return pieces
    if record.deferred and record.kind != "message":
        raise Unsupported("fix-up in a call")
    name = emitter.fresh(frame.record.slots[step.slot].name + "_octets")
    if fits(emitter, record):
        inner = _open(emitter, frame, step, record)
        head = _head_of(record)
        if head and not _stands_alone(frame, step):
            found = _headed(emitter, inner, head, name)
            frame.octets[step.slot] = total(found)
            return found

        def finish(pieces: list[Piece]) -> None:
            emitter.out.append(Assign([name], emitter.octets_of(pieces), pure=False))

        emitter.write_record(inner, finish)
    else:
        more = (
            [f"{emitter.depth} - 1" if emitter.depth else str(min(record.limit_depth or 64, 96))]
            if record.recursive
            else []
        )
        arguments = [
            names.slot(step.slot).text,
            *more,
            *(expression(each, names).text for each in step.arguments),
        ]
        function = emitter.scope.function("encode", record.name)
        emitter.out.append(Assign([name], f"{function}({', '.join(arguments)})", pure=False))
    frame.octets[step.slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]


def _head_of(record: p.Record) -> list[p.Bits | p.Uint]:
    """Return the integers before the one choice of a record: every arm writes as many."""
    at = _choice(record.body)
    steps = record.body.steps[:at] if at is not None else ()
    head = [step for step in steps if isinstance(step, p.Bits | p.Uint)]
    plain = all(isinstance(step, p.Bits | p.Uint | p.Check | p.Domain | p.Verify | p.View) for step in steps)
    sizes = all(step.octets in (1, 2, 4, 8) for step in head)
    return head if plain and sizes and not record.deferred else []


def _headed(emitter: EncodeEmitter, frame: WriteFrame, head: list[p.Bits | p.Uint], body: str) -> list[Piece]:
    """Write a record whose choice decides what follows its head: the head's integers, then `body`, as variables."""
    codes = [codes_of(step.octets, signed=isinstance(step, p.Uint) and step.signed)[0] for step in head]
    variables = [emitter.fresh("head") for _ in head]

    def finish(pieces: list[Piece]) -> None:
        pieces = [piece for piece in pieces if not isinstance(piece, Begin)]
        for step, variable, piece in zip(head, variables, pieces, strict=False):
            assert isinstance(piece, Fixed)
            little = isinstance(step, p.Uint) and step.little
            signed = isinstance(step, p.Uint) and step.signed
            octets = piece.constant
            value = piece.value
            if octets is not None and not piece.same:
                value = number(int.from_bytes(octets, "little" if little else "big", signed=signed))
            emitter.out.append(Assign([variable], value, pure=False))
        emitter.out.append(Assign([body], emitter.octets_of(pieces[len(head) :]), pure=False))

    emitter.write_record(frame, finish)
    little = [isinstance(step, p.Uint) and step.little and step.octets > 1 for step in head]
    found = [Fixed(c, v, None, lit) for c, v, lit in zip(codes, variables, little, strict=True)]
    return [Begin(frame.number), *found, Raw(body, f"len({body})")]


def _branch(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Branch, tag: p.Step | None = None
) -> list[Piece]:
    slot = frame.record.slots[step.slot].name if step.slot is not None else "arm"
    name = emitter.fresh(f"{slot}_octets")
    block = p.Block((step,), (0,)) if tag is None else p.Block((tag, step), (0, 1))

    def finish(pieces: list[Piece]) -> None:
        emitter.out.append(Assign([name], emitter.octets_of(pieces), pure=False))

    emitter._sink(frame, block, len(block.steps) - 1, finish)
    if step.slot is not None:
        frame.octets[step.slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]


def _when(emitter: EncodeEmitter, frame: WriteFrame, step: p.When) -> list[Piece]:
    names = EncodeNames(emitter, frame)
    given = step.given
    condition = emitter.resolved(frame, step.condition)
    if given is not None and frame.record.slots[given].role not in (
        p.Role.GIVEN,
        p.Role.VIEW_INPUT,
        p.Role.LOCAL,
    ):
        given = None
    if given is None:
        if isinstance(condition, Literal):
            return emitter.pieces(frame, step.body) if condition.value else []
        test = truth(condition, names).text
        known = assume(condition, True)
    else:
        value = frame.values[given]
        test = f"{value.text} is not None"
        known = {Measure("present", given, Kind.BOOL): TRUE}
        present = Measure("present", given, Kind.BOOL)
        if condition != present and is_checkable(condition, frame.unknown):
            emitter.out.append(Test(f"({test}) != bool({truth(condition, names).text})"))
    name = emitter.fresh("part")
    inner = replace(frame, values=dict(frame.values), known={**frame.known, **known})
    if given is not None:
        inner.values[given] = replace(frame.values[given], optional=False)

    found: list[Piece] = []

    def body() -> None:
        found.extend(emitter.tested(emitter.pieces(inner, step.body)))
        emitter.out.append(Assign([name], emitter.octets_of(found), pure=False))

    made = If([(test, emitter.nested(body))], [Assign([name], 'b""', pure=False)])
    emitter.out.append(made)
    for index, code in inner.octets.items():
        frame.octets.setdefault(index, Code(f"len({name})") if len(step.body.steps) == 1 else code)
    return [Part(name, f"len({name})", test=test, made=made, inner=tuple(found))]


def _present(emitter: EncodeEmitter, frame: WriteFrame, step: p.Present) -> list[Piece]:
    value = frame.values[step.slot]
    name = emitter.fresh("part")
    inner = replace(frame, values=dict(frame.values))
    inner.values[step.slot] = replace(value, optional=False)

    def body() -> None:
        pieces = [constant(b"\1"), *emitter.pieces(inner, step.body)]
        emitter.out.append(Assign([name], emitter.octets_of(pieces), pure=False))

    emitter.out.append(
        If([(f"{value.text} is None", [Assign([name], 'b"\\x00"', pure=False)])], emitter.nested(body))
    )
    return [Raw(name, f"len({name})")]


def _domain(emitter: EncodeEmitter, frame: WriteFrame, step: p.Domain) -> list[Piece]:
    from art7.grammar.ir.expression import InRanges

    try:
        code = EncodeNames(emitter, frame).slot(step.slot)
    except Unsupported:
        return []
    if isinstance(frame.known.get(SlotRef(step.slot, Kind.INT)), Literal) or code.text == "None":
        return []
    slot = frame.record.slots[step.slot]
    if slot.role is p.Role.COMPUTED and slot.value is not None:
        found = _outcomes(emitter.resolved(frame, slot.value))
        ranges = [(low, high) for low, high in step.ranges if isinstance(low, int) and isinstance(high, int)]
        if found and all(any(low <= each <= high for low, high in ranges) for each in found):
            return []
    text = negated(InRanges(SlotRef(step.slot, Kind.INT), step.ranges), EncodeNames(emitter, frame)).at(OR)
    if code.optional:
        text = f"{code.at(ATOM)} is not None and {text}"
    emitter.out.append(Test(text))
    return []


def _outcomes(expr: Expr) -> list[int]:
    """Return every value of a choice between constants, nothing for anything else."""
    match expr:
        case Literal(value=int(value)):
            return [value]
        case Conditional(yes=yes, no=no):
            a, b = _outcomes(yes), _outcomes(no)
            return [*a, *b] if a and b else []
        case _:
            return []


def two_forms(record: p.Record) -> Expr | None:
    """Return the test of what is given that makes a computed field one of two constants and decides a size."""
    if record.carrier is not p.Carrier.OCTETS or record.recursive or record.deferred:
        return None
    if _choice(record.body) is not None or len(record.body.steps) > 16:
        return None
    sizes = [
        node.index
        for step in record.body.steps
        if isinstance(step, p.Take) and isinstance(step.extent, p.Exact)
        for node in walk(step.extent.size)
        if isinstance(node, SlotRef)
    ]
    for slot in record.slots:
        if slot.role is not p.Role.COMPUTED or slot.index not in sizes:
            continue
        match slot.value:
            case Conditional(test=test, yes=Literal(), no=Literal()) if _of_given(test, record):
                return test
            case _:
                pass
    return None


def _of_given(test: Expr, record: p.Record) -> bool:
    given = (p.Role.GIVEN, p.Role.VIEW_INPUT)
    for node in walk(test):
        match node:
            case SlotRef(index=index) | Measure(what="octets" | "count", slot=index):
                if record.slots[index].role not in given or record.slots[index].optional:
                    return False
                if not isinstance(record.slots[index].shape, Octets):
                    return False
            case Binary() | Literal() | Call(function="length"):
                pass
            case _:
                return False
    return True


def _view(emitter: EncodeEmitter, frame: WriteFrame, step: p.View) -> list[Piece]:
    slot = frame.record.slots[step.slot]
    if slot.role is p.Role.VIEW_INPUT or is_positional(step.expr):
        return []
    try:
        frame.values[step.slot] = expression(
            emitter.simplified(frame, step.expr), EncodeNames(emitter, frame)
        )
    except Unsupported:
        pass
    return []


def _verify(emitter: EncodeEmitter, frame: WriteFrame, step: p.Verify) -> list[Piece]:
    return []


def _check(emitter: EncodeEmitter, frame: WriteFrame, step: p.Check) -> list[Piece]:
    if id(step) in emitter.done:
        return []
    if not step.on_writing or step.level != "must" or not is_checkable(step.condition, frame.unknown):
        return []
    condition = emitter.resolved(frame, step.condition)
    if isinstance(condition, Literal) and condition.value:
        return []
    emitter.out.append(Test(negated(condition, EncodeNames(emitter, frame)).at(OR)))
    return []


WRITE_STEPS: dict[type, Callable[[EncodeEmitter, WriteFrame, Any], list[Piece]]] = {
    p.Bits: _bits,
    p.Uint: _uint,
    p.Varint: _varint,
    p.FloatOctets: _float,
    p.Take: _take,
    p.Constant: _constant,
    p.Region: _region,
    p.Loop: _loop,
    p.Branch: _branch,
    p.When: _when,
    p.Present: _present,
    p.CallRecord: call_record,
    p.Domain: _domain,
    p.View: _view,
    p.Verify: _verify,
    p.Check: _check,
}
"""One row for each step on octets; `protobuf_encode` adds `Fields`; `Align` needs what stands before it."""

__all__ = ["WRITE_STEPS", "Binary", "EncodeEmitter", "negation"]
