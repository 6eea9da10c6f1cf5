"""Plan → code IR of the fast encoder of one record on octets: pieces in emit order, joined in wire order.

Computed members are evaluated where they are written. What the fast encoder cannot order (octets that
only the complete message tells, at places it does not know) raises `Unsupported`: the careful one writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from art7.codegen.names import RESERVED_LOCALS, Scope, variable_name
from art7.codegen.python.code import Assign, Body, If, Line, Test
from art7.codegen.python.encode_choices import sink_choice, write_branch
from art7.codegen.python.encode_contents import write_constant, write_region, write_take
from art7.codegen.python.encode_later import write_align, write_deferred
from art7.codegen.python.encode_lists import tuple_record, write_loop
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.encode_numbers import (
    bounds_of_input,
    test_domain,
    write_bits,
    write_float,
    write_uint,
    write_varint,
)
from art7.codegen.python.encode_plan import (
    but_the_last,
    choice_to_sink,
    fixed_by_rules,
    is_packed,
    merge_whens,
    plain_loops,
    tags_of_choices,
    writing_uses,
)
from art7.codegen.python.encode_records import call_record, write_present, write_when
from art7.codegen.python.encode_whole import assemble_message
from art7.codegen.python.expressions import (
    OR,
    Code,
    expression,
    negated,
)
from art7.codegen.python.in_order import InOrder, Rules, write_head
from art7.codegen.python.octets_decode import DEEPEST, batch_code
from art7.codegen.python.passes.assume import negation, simplify
from art7.codegen.python.pieces import (
    Begin,
    Finish,
    Fixed,
    Piece,
    constant,
    fix_up_lines,
    has_fix_up,
    is_no_integer,
    joined,
    kind_tests,
)
from art7.codegen.python.record_facts import FactsOf, is_checkable, unknown_views
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import TypedScope, is_optional
from art7.codegen.python.text_pieces import encoded
from art7.codegen.python.text_written import write_run, written_runs
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import (
    Binary,
    Call,
    Element,
    Expr,
    Kind,
    Literal,
    Quantified,
    SlotRef,
    is_positional,
    walk,
)
from art7.grammar.ir.late_values import kept_late
from art7.grammar.ir.shape import Boolean, Integer, Octets, Union

_RESERVED = RESERVED_LOCALS | frozenset(("x", "parts", "fixes", "depth", "octets"))
"""What functions that encode use beside a specification's own names."""


class EncodeEmitter:
    """One function under construction. `out` is the block being filled."""

    def __init__(self, scope: ModuleScope, facts: FactsOf) -> None:
        self.scope = scope
        self.facts = facts
        self.names = Scope(_RESERVED)
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
        self.closing: p.Take | None = None
        """The message's last field, where it is made of all that stands before it."""
        self.item_rules: tuple[p.Record, Rules, EncodeNames] | None = None
        """What the arms of the choice in an item must say of the item's being the last."""
        self.is_message = False
        """Whether the function is a method of a message."""

    def fresh(self, hint: str) -> str:
        """Return an unused local name like `hint`."""
        return self.names.claim(variable_name(hint))

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
        facts = self.facts(record)
        self.steps += facts.size
        tested = {step.slot: step.deferred for step in facts.steps if type(step) is p.Verify}
        if kept_late(record, tested):
            raise Unsupported("a lenient value of the complete message")
        deferred = frozenset(slot for slot, is_deferred in tested.items() if is_deferred)
        self.frames += 1
        shapes = TypedScope(record, self.scope.records)
        frame = WriteFrame(record, shapes, params, places, deferred=deferred, number=self.frames)
        frame.unknown = unknown_views(record, facts.steps)
        frame.fixed = fixed_by_rules(record, frame.unknown)
        api = record.api()
        if record.form is p.Form.TUPLE:
            for position, slot in enumerate(api):
                frame.values[slot.index] = Code(f"{value}[{position}]")
            return frame
        members = self.scope.names.members(record)
        uses = writing_uses(record, facts.steps)
        for slot in api:
            if slot.role is p.Role.VIEW:
                continue
            code = Code(f"{value}.{members[slot.index]}", optional=is_optional(slot))
            if isinstance(slot.shape, Union):
                # Its tag says what it is; types cannot.
                self.scope.from_standard("typing", "Any")
                name = self.fresh(members[slot.index])
                self.out.append(Assign([f"{name}: Any"], code.text, pure=False))
                code = code.kept_in(name)
            elif uses.get(slot.index, 0) + (slot.role is not p.Role.GIVEN) > 1:
                name = self.fresh(members[slot.index])
                self.out.append(Assign([name], code.text))
                code = code.kept_in(name)
            frame.values[slot.index] = code
            if slot.role is p.Role.KEPT and slot.optional and isinstance(slot.shape, Octets):
                # Not written by every message, but never of another kind.
                check = self.scope.support("is_octets")
                self.out.append(Test(f"{code.text} is not None and not {check}({code.text})"))
            if slot.role is p.Role.VIEW_INPUT and isinstance(slot.shape, Boolean) and not slot.optional:
                self.out.append(Test(f"{code.text} is not True and {code.text} is not False"))
            if slot.role is p.Role.VIEW_INPUT and isinstance(slot.shape, Integer) and not slot.optional:
                # What is written depends on it; it may itself not be.
                if not is_packed(record, slot.index, slot.shape):
                    self.out += bounds_of_input(self.scope, code.text, slot.shape)
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
        sunk = choice_to_sink(block)
        if sunk is not None and self.level < DEEPEST:
            sink_choice(self, frame, block, sunk, finish)
            return
        finish(self.pieces(frame, block))

    def pieces(self, frame: WriteFrame, block: p.Block) -> list[Piece]:
        """Emit the steps of `block`; returns the pieces in wire order."""
        whole = self.in_order is not None and block is self.in_order.record.body
        block = merge_whens(block)
        runs = written_runs(self, frame, block)
        self._gather_rules(block)
        made: dict[int, list[Piece]] = {}
        later = [i for i in block.emit if isinstance(block.steps[i], p.Align)]
        tags = tags_of_choices(block)
        ready = {}
        if self.in_order is not None and whole:
            write_head(self, frame)
            ready = self.in_order.ready
        for index in [*(i for i in block.emit if i not in later), *sorted(later)]:
            step = block.steps[index]
            if index in runs:
                if runs[index].first not in made:
                    made[runs[index].first] = write_run(self, frame, runs[index])
                continue
            if index in tags.values():
                continue
            if id(step) in ready:
                made[index] = ready[id(step)]
                continue
            if index in tags:
                assert isinstance(step, p.Branch)
                made[index] = write_branch(self, frame, step, block.steps[tags[index]])
            elif isinstance(step, p.Align):
                before = [piece for i in range(index) for piece in made.get(i, [])]
                made[index] = write_align(self, frame, step, before)
            elif frame.deferred and isinstance(step, p.Uint | p.Take) and step.slot in frame.deferred:
                made[index] = write_deferred(self, frame, step)
            else:
                made[index] = self.step(frame, step)
        return [piece for index in range(len(block.steps)) for piece in made.get(index, [])]

    def step(self, frame: WriteFrame, step: p.Step) -> list[Piece]:
        """Emit one step; returns its pieces."""
        return WRITE_STEPS[type(step)](self, frame, step)

    def _gather_rules(self, block: p.Block) -> None:
        """Find rules that all items but the last must keep: they are tested while the list is written."""
        loops = {loop.slot: loop for step in block.steps for loop in plain_loops(step)}
        for step in block.steps:
            if not isinstance(step, p.Check) or step.level != "must" or not step.on_writing:
                continue
            rule = step.condition
            if not isinstance(rule, Quantified) or not rule.every or not isinstance(rule.source, SlotRef):
                continue
            loop, kept = loops.get(rule.source.index), but_the_last(rule)
            if loop is None or kept is None or batch_code(loop) is not None:
                continue
            if tuple_record(self, loop) is None:
                self.rules.setdefault(id(loop), []).append((rule.variable, kept))
                self.done.add(id(step))

    def note_fix_ups(self, pieces: list[Piece], part: str) -> None:
        """Emit the notes of what must be put in when the message is complete."""
        for condition, line in fix_up_lines(pieces, part):
            self.out.append(If([(condition, [Line(line)])]) if condition else Line(line))

    def join(self, pieces: Sequence[Piece]) -> Code:
        """Return the expression of all pieces, what no `pack` refuses tested."""
        self.test_kinds(pieces)
        return joined(encoded(pieces), self.scope)

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

    def assemble(self, record: p.Record, pieces: list[Piece]) -> None:
        """Put a message together in `octets`."""
        assemble_message(self, record, pieces)

    def octets_of(self, pieces: list[Piece]) -> str:
        """Return the expression of all pieces; what is known later cannot be in a piece of its own."""
        if has_fix_up(pieces):
            raise Unsupported("fix-up in a part")
        return self.join(pieces).text


def _longest_first(name: str) -> tuple[int, int]:
    """Sort names so that `pop` takes the one with the lowest number."""
    number_ = name.rpartition("_")[2]
    return -len(name), -int(number_) if number_.isdigit() else 0


def _view(emitter: EncodeEmitter, frame: WriteFrame, step: p.View) -> list[Piece]:
    slot = frame.record.slots[step.slot]
    if slot.role is p.Role.VIEW_INPUT or is_positional(step.expr):
        return []
    can_fail = is_checkable(step.expr, frame.unknown) and _can_fail(step.expr)
    try:
        found = expression(emitter.simplified(frame, step.expr), EncodeNames(emitter, frame))
    except Unsupported:
        if can_fail:
            raise
        return []
    if can_fail and not found.text.isidentifier():
        # A view that has no value refuses the record, whether something asks for it or not.
        name = emitter.fresh(slot.name)
        emitter.out.append(Assign([name], found.text, pure=False))
        found = Code(name, optional=found.optional)
    frame.values[step.slot] = found
    return []


_SAFE_CALLS = frozenset("length min max abs lower upper utf8 hex starts_with ends_with contains".split())


def _can_fail(expr: Expr) -> bool:
    """Whether values of the right kinds can leave `expr` without a value."""
    return any(
        (isinstance(node, Call) and node.function not in _SAFE_CALLS)
        or (isinstance(node, Binary) and node.op in ("/", "%", "<<", ">>"))
        or isinstance(node, Element)
        for node in walk(expr)
    )


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
    p.Bits: write_bits,
    p.Uint: write_uint,
    p.Varint: write_varint,
    p.FloatOctets: write_float,
    p.Take: write_take,
    p.Constant: write_constant,
    p.Region: write_region,
    p.Loop: write_loop,
    p.Branch: write_branch,
    p.When: write_when,
    p.Present: write_present,
    p.CallRecord: call_record,
    p.Domain: test_domain,
    p.View: _view,
    p.Verify: _verify,
    p.Check: _check,
}
"""One row for each step on octets; `protobuf_encode` adds `Fields`; `Align` needs what stands before it."""

__all__ = ["WRITE_STEPS", "Binary", "EncodeEmitter", "negation"]
