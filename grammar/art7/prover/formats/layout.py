"""A record's plan walked once: facts in the order of reading, and the questions that they raise.

Nothing is enumerated. What is there under a condition has the condition as its guard; after a choice the cursor is a new
variable that each arm equates with where it ended. So a question about forty optional fields is one formula, not 2^40.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Enum
from art7.grammar.passes.check_arms import merged
from art7.grammar.passes.static_sizes import block_size, record_size
from art7.grammar.passes.step_tree import blocks_of, walk_steps
from art7.prover.formats.scene import MOST_OCTETS, Cursor, Fact, Ledger, Scene
from art7.prover.formats.translate import Translator
from art7.prover.solver import terms as t
from art7.prover.solver.terms import Formula, Term

DEEPEST = 12
"""How deep bodies in bodies are walked in place."""


@dataclass(slots=True)
class Question:
    """Whether `formula` can hold where `guard` does, after the first `facts` facts; what that means, `what` says.

    `step` is what raised it, `slot` the member that it is about, in `scene`; `fact` becomes known when all is well.
    """

    what: str
    scene: Scene
    span: Span
    guard: Formula
    formula: Formula
    facts: int
    step: Any = None
    slot: int | None = None
    fact: Fact | None = None
    case: int = -1
    terms: tuple[Term, Term] | None = None
    """Of what is written and read again: both."""


@dataclass(slots=True)
class Sizes:
    """What `static_sizes` asks of a module."""

    records: Mapping[str, p.Record]
    imported: Mapping[str, p.Record] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int | None]] = field(default_factory=dict)


class Layout:
    """One record that stands for itself, with the bodies that were lifted out of it.

    A flat one knows types, guards and rules, but neither sizes nor what a condition says of presence or a computed
    value: a rule that repeats those refuses on writing, and says why, so it is not idle.
    """

    def __init__(
        self,
        record: p.Record,
        records: Mapping[str, p.Record],
        enums: Mapping[str, Enum],
        sizes: Sizes,
        is_flat: bool = False,
    ) -> None:
        self.is_flat = is_flat
        self.ledger = Ledger()
        self.questions: list[Question] = []
        self.later: list[Question] = []
        self.records, self.sizes = records, sizes
        self.translator = Translator(records, enums)
        self.walked: set[str] = {record.name}
        self.places = _is_placed(record, records, set())
        self.total: Term = 0
        self.root = Scene(record, record.name, self.ledger)
        is_message = record.kind == "message"
        end = self.ledger.fresh("end", 0, MOST_OCTETS)
        start: Term = 0 if is_message else self.ledger.fresh("start", 0, MOST_OCTETS)
        self.root.start = start
        self.root.cursor = Cursor(start, end)
        self._block(record.body, self.root, True)
        self.total = t.subtract(self.root.cursor.offset, start)

    # ---- facts and questions ----

    def ask(
        self, what: str, scene: Scene, span: Span, guard: Formula, formula: Formula, **more: Any
    ) -> Question:
        """Raise a question about what is known here."""
        is_idle = what.startswith("always")
        question = Question(what, scene, span, guard, formula, len(self.ledger.facts), **more)
        if is_idle is self.is_flat:
            self.questions.append(question)
        return question

    def ask_later(self, what: str, scene: Scene, span: Span, guard: Formula, **more: Any) -> None:
        """Raise a question about all that will be known."""
        if self.is_flat:
            return
        self.later.append(Question(what, scene, span, guard, True, 0, **more))

    def _fill(
        self, scene: Scene, slot: int | None, guard: Formula, bounds: tuple[int, int] | None = None
    ) -> None:
        """A slot has a value from here on."""
        if slot is None:
            return
        is_open = scene.record.slots[slot].optional and ("present", slot) not in scene.opaque
        if is_open and not self.is_flat:
            scene.present[slot] = t.either(scene.present.get(slot, False), guard)
        if bounds is not None:
            self.ledger.know(guard, t.within(self.translator.slot(slot, scene), *bounds))

    def _sized(self, scene: Scene, slot: int, octets: Term | None, count: Term | None = None) -> None:
        """Note what a slot measures."""
        if self.is_flat:
            return
        if octets is not None:
            scene.octets[slot] = octets
        if count is not None:
            scene.counts[slot] = count

    def _placed(self, guard: Formula, formula: Formula) -> None:
        """Note what holds by the places of things."""
        if not self.is_flat:
            self.ledger.know(guard, formula)

    def _advance(self, scene: Scene, size: Term) -> None:
        scene.cursor.offset = t.add(scene.cursor.offset, size)

    # ---- steps ----

    def _block(self, block: p.Block, scene: Scene, guard: Formula) -> None:
        for step in block.steps:
            row = _STEPS.get(type(step))
            if row is not None:
                row(self, step, scene, guard)
            else:
                self._other(step, scene, guard)

    def _other(self, step: Any, scene: Scene, guard: Formula) -> None:
        """A step of which only this is known: what it fills, and that its blocks may run."""
        self._fill(scene, getattr(step, "slot", None), guard)
        cursor = scene.cursor
        for inner in blocks_of(step):
            scene.cursor = Cursor(self.ledger.fresh("place", 0, MOST_OCTETS), self._end_within(cursor))
            self._block(inner, scene, t.both(guard, self.ledger.flag("part")))
        scene.cursor = cursor
        self._pass(step, scene)

    def _end_within(self, cursor: Cursor) -> Term:
        return self.ledger.fresh("end", 0, MOST_OCTETS)

    def _pass(self, step: p.Step, scene: Scene) -> Term:
        """Move the cursor over a step of which only least and most octets are known."""
        if scene.record.carrier is p.Carrier.TREE:
            return 0
        low, high = block_size(self.sizes, p.Block((step,), ()), 0)
        size: Term = (
            low if low == high else self.ledger.fresh("size", low, MOST_OCTETS if high is None else high)
        )
        self._advance(scene, size)
        return size

    def bits(self, step: p.Bits, scene: Scene, guard: Formula) -> None:
        """Fields of single bits."""
        for each in step.fields:
            self._fill(scene, each.slot, guard, (0, (1 << each.width) - 1))
        self._advance(scene, step.octets)

    def whole(self, step: p.Uint, scene: Scene, guard: Formula) -> None:
        """An integer of whole octets."""
        bits = 8 * step.octets
        bounds = (-(1 << bits - 1), (1 << bits - 1) - 1) if step.signed else (0, (1 << bits) - 1)
        self._fill(scene, step.slot, guard, (0, 1) if step.boolean else bounds)
        self._advance(scene, step.octets)

    def constant(self, step: p.Constant, scene: Scene, guard: Formula) -> None:
        """Octets that must stand here."""
        self._advance(scene, len(step.octets))

    def take(self, step: p.Take, scene: Scene, guard: Formula) -> None:
        """Octets, or a text."""
        self._fill(scene, step.slot, guard)
        size = self._extent(step, scene, guard)
        self._sized(scene, step.slot, size)
        if not step.text:
            self._sized(scene, step.slot, size, size)
        self._advance(scene, size)

    def _extent(self, step: p.Take | p.Region, scene: Scene, guard: Formula) -> Term:
        """Return the octets of a stretch; those of a size that the text computes are asked about."""
        match step.extent:
            case p.Exact(size=size):
                found = self.translator.number(size, scene)
                span = scene.record.slots[step.slot].span
                below = t.within(found, None, -1)
                if not _is_settled(size, scene.record):
                    self.ask("negative-size", scene, span, guard, below, step=step, slot=step.slot)
                above = t.within(found, 1 << 64, None)
                self.ask("overflowing-size", scene, span, guard, above, step=step, slot=step.slot)
                self._placed(guard, t.within(found, 0, None))
            case p.Prefixed(form=form, octets=octets):
                most = (1 << 8 * octets) - 1 if form == "uint" else MOST_OCTETS
                found = self.ledger.fresh("size", 0, most)
                self._advance(scene, octets if form == "uint" else self.ledger.fresh("header", 1, 10))
            case _:
                found = t.subtract(scene.cursor.end, scene.cursor.offset)
                self._placed(guard, t.within(found, 0, None))
        self._placed(guard, t.within(found, step.minimum or None, step.maximum))
        return found

    def region(self, step: p.Region, scene: Scene, guard: Formula) -> None:
        """A bounded stretch, which its body fills."""
        self._fill(scene, step.slot, guard)
        size = self._extent(step, scene, guard)
        self._sized(scene, step.slot, size)
        before = scene.cursor
        end = t.add(before.offset, size)
        scene.cursor = Cursor(before.offset, end)
        self._block(step.body, scene, guard)
        if not isinstance(step.extent, p.Rest):
            self._placed(guard, t.compare("==", scene.cursor.offset, end))
        self._sized(scene, step.slot, size)
        scene.cursor = Cursor(end, before.end)

    def loop(self, step: p.Loop, scene: Scene, guard: Formula) -> None:
        """A list: its body is walked once, for any one item."""
        self._fill(scene, step.slot, guard)
        count: Term
        if step.count is not None:
            count = self.translator.number(step.count, scene)
            span = scene.record.slots[step.slot].span
            below = t.within(count, None, -1)
            self.ask("negative-size", scene, span, guard, below, step=step, slot=step.slot)
        else:
            count = self.ledger.fresh("count", 0, MOST_OCTETS)
        self.ledger.know(guard, t.within(count, step.minimum, step.maximum))
        low, high = block_size(self.sizes, step.body, 0)
        mark = len(step.until) if step.until is not None else 0
        before = scene.cursor
        if step.count is None and step.until is None:
            size = t.subtract(before.end, before.offset)
        else:
            size = self.ledger.fresh("size", 0, MOST_OCTETS)
        least = t.total(((size, 1), (count, -low)), -mark)
        self._placed(guard, t.within(least, 0, None))
        if high is not None and step.skip is None:
            self._placed(guard, t.within(t.total(((size, 1), (count, -high)), -mark), None, 0))
        self._sized(scene, step.slot, size, count)
        self._items(step.body, scene, t.both(guard, t.within(count, 1, None)), step.item)
        scene.cursor = Cursor(t.add(before.offset, size), before.end)

    def _items(self, body: p.Block, scene: Scene, guard: Formula, item: int) -> None:
        """Walk the body of a list for an item of which nothing is known but that it is there."""
        end = scene.cursor.end
        scene.cursor = Cursor(self.ledger.fresh("place", 0, MOST_OCTETS), end)
        self._block(body, scene, t.both(guard, self.ledger.flag("item")))

    def listed(self, step: Any, scene: Scene, guard: Formula) -> None:
        """A list of a tree or of text."""
        self._fill(scene, step.slot, guard)
        most = MOST_OCTETS if step.maximum is None else step.maximum
        count = self.ledger.fresh("count", step.minimum, most)
        self._sized(scene, step.slot, None, count)
        before = scene.cursor
        scene.cursor = Cursor(0, self._end_within(before))
        self._items(step.body, scene, t.both(guard, t.within(count, 1, None)), step.item)
        scene.cursor = before
        self._pass(step, scene)

    def branch(self, step: p.Branch, scene: Scene, guard: Formula) -> None:
        """A choice by value: each arm under its own guard."""
        self._fill(scene, step.slot, guard)
        before = scene.cursor
        after = self.ledger.fresh("place", 0, MOST_OCTETS)
        guards = self._guards(step.on, [case.ranges for case in step.cases], scene)
        for number, case in enumerate(step.cases):
            inside = t.both(guard, guards[number])
            if case.refuse is not None:
                self.ledger.know(True, t.opposite(inside))
                continue
            if case.ranges or case.body.steps:
                self.ask_later("dead-arm", scene, case.span, inside, step=step, slot=step.slot, case=number)
            scene.cursor = Cursor(before.offset, before.end)
            self._block(case.body, scene, inside)
            self._ended(inside, after, scene.cursor.offset)
        self.ledger.know(guard, t.either(*guards))
        scene.cursor = Cursor(after, before.end)
        if step.slot is not None:
            self._sized(scene, step.slot, t.subtract(after, before.offset))

    def _guards(self, on: e.Expr, arms: Sequence[Sequence[e.Bounds]], scene: Scene) -> list[Formula]:
        """Return when each arm is taken: the first that has the value; one without ranges takes the rest."""
        texts = any(isinstance(low, str) for ranges in arms for low, _ in ranges)
        code = self.translator.code if texts else self.translator.number
        term, there = code(on, scene), self.translator.there(on, scene)
        number = scene.ledger.code
        found: list[Formula] = []
        taken: list[tuple[int, int]] = []
        for ranges in arms:
            mine = [(number(a), number(a)) if texts else (int(a), int(b)) for a, b in ranges]
            free = [within for each in mine for within in apart(each, taken)]
            chosen = t.either(*(t.within(term, low, high) for low, high in free))
            rest = t.either(t.opposite(there), *(t.within(term, low, high) for low, high in gaps(taken)))
            found.append(t.both(there, chosen) if ranges else rest)
            taken = [(a, b) for a, b in merged([*taken, *mine])]
        return found

    def when(self, step: p.When, scene: Scene, guard: Formula) -> None:
        """Members that are there under a condition."""
        condition = self.translator.truth(step.condition, scene)
        slot = next((each for inner in step.body.steps for each in filled(inner)), None)
        span = scene.record.slots[slot].span if slot is not None else NOWHERE
        self.ask("always-there", scene, span, guard, t.opposite(condition), step=step, slot=slot)
        inside = t.both(guard, condition)
        self.ask_later("dead-field", scene, span, inside, step=step, slot=slot)
        before = scene.cursor
        after = self.ledger.fresh("place", 0, MOST_OCTETS)
        scene.cursor = Cursor(before.offset, before.end)
        self._block(step.body, scene, inside)
        self._ended(inside, after, scene.cursor.offset)
        self._ended(t.both(guard, t.opposite(condition)), after, before.offset)
        scene.cursor = Cursor(after, before.end)

    def _ended(self, guard: Formula, after: Term, offset: Term) -> None:
        """Say where the cursor stands behind a choice, where anything asks for it."""
        if self.places:
            self._placed(guard, t.compare("==", after, offset))

    def optional(self, step: Any, scene: Scene, guard: Formula) -> None:
        """A member that is there or not, as the wire says."""
        there = t.within(scene.unknown(("present", step.slot), 0, 1), 1, 1)
        before = scene.cursor
        self._block(step.body, scene, t.both(guard, there))
        scene.cursor = before
        self._pass(step, scene)

    def call(self, step: p.CallRecord, scene: Scene, guard: Formula) -> None:
        """Another record: a body that was lifted is walked in place."""
        self._fill(scene, step.slot, guard)
        callee = self.records.get(step.record)
        depth = scene.name.count("/")
        if callee is None or callee.kind != "inline" or step.record in self.walked or depth > DEEPEST:
            self._sized(scene, step.slot, self._pass(step, scene))
            return
        self.walked.add(step.record)
        inner = Scene(callee, f"{scene.name}/{callee.name}", self.ledger, (scene, step.arguments))
        scene.inner[step.slot] = inner
        inner.cursor, inner.start = Cursor(scene.cursor.offset, scene.cursor.end), scene.cursor.offset
        self._block(callee.body, inner, guard)
        self._sized(scene, step.slot, t.subtract(inner.cursor.offset, scene.cursor.offset))
        scene.cursor = Cursor(inner.cursor.offset, scene.cursor.end)

    def fields(self, step: Any, scene: Scene, guard: Formula) -> None:
        """Members by key, number or name."""
        shared: dict[int, list[Formula]] = {}
        for entry in step.every() if isinstance(step, p.Headers) else step.entries:
            self._entry(entry, scene, guard, shared)
        for spread in getattr(step, "spreads", ()):
            guards = self._guards(spread.on, [case.ranges for case in spread.cases], scene)
            for number, case in enumerate(spread.cases):
                inside = t.both(guard, guards[number])
                if case.refuse is not None:
                    self.ledger.know(True, t.opposite(inside))
                    continue
                if case.ranges:
                    self.ask_later("dead-arm", scene, case.span, inside, step=spread, case=number)
                for entry in case.entries:
                    self._entry(entry, scene, inside, shared)
        for slot, guards in shared.items():
            there = t.within(scene.unknown(("present", slot), 0, 1), 1, 1)
            self.ledger.know(there, t.either(*guards))
            span = scene.record.slots[slot].span
            self.ask_later("dead-field", scene, span, t.both(t.either(*guards), there), slot=slot, step=step)
        self._fill(scene, getattr(step, "unknown_slot", None), guard)
        self._pass(step, scene)

    def _entry(self, entry: Any, scene: Scene, guard: Formula, shared: dict[int, list[Formula]]) -> None:
        slot = scene.record.slots[entry.slot]
        item = getattr(entry, "item", None)
        if slot.optional and not entry.required:
            there = t.within(scene.unknown(("present", entry.slot), 0, 1), 1, 1)
            shared.setdefault(entry.slot, []).append(guard)
            guard = t.both(guard, there)
        elif slot.optional:
            self._fill(scene, entry.slot, guard)
        cursor = scene.cursor
        end = self._end_within(cursor)
        scene.cursor = Cursor(0, end)
        if item is None:
            self._block(entry.body, scene, guard)
        else:
            low, high = getattr(entry, "minimum", 0), getattr(entry, "maximum", None)
            shape: Any = slot.shape
            low, high = max(low, getattr(shape, "minimum", 0)), getattr(shape, "maximum", high)
            count = self.ledger.fresh("count", 0, MOST_OCTETS)
            self.ledger.know(guard, t.within(count, low, high))
            self._sized(scene, entry.slot, None, count)
            self._items(entry.body, scene, t.both(guard, t.within(count, 1, None)), item)
        scene.cursor = cursor

    # ---- tests ----

    def domain(self, step: p.Domain, scene: Scene, guard: Formula) -> None:
        """A value is one of those that its type names."""
        kind = e.Kind.TEXT if step.ranges and isinstance(step.ranges[0][0], str) else e.Kind.INT
        tested = e.InRanges(e.SlotRef(step.slot, kind), tuple(step.ranges))
        self.ledger.know(guard, self.translator.truth(tested, scene))

    def view(self, step: p.View, scene: Scene, guard: Formula) -> None:
        """A view has the value of its expression."""
        self._fill(scene, step.slot, guard)
        if self.is_flat and scene.record.slots[step.slot].role is p.Role.VIEW_INPUT:
            return
        view = e.SlotRef(step.slot, step.expr.kind)
        if step.expr.kind in (e.Kind.INT, e.Kind.BOOL, e.Kind.TEXT, e.Kind.BYTES):
            there = self.translator.there(step.expr, scene)
            same = self.translator.truth(e.Binary("==", view, step.expr, e.Kind.BOOL), scene)
            self.ledger.know(t.both(guard, there), same)

    def verify(self, step: p.Verify, scene: Scene, guard: Formula) -> None:
        """A computed value is as computed."""
        slot = scene.record.slots[step.slot]
        if slot.value is None or step.guard or step.deferred or self.is_flat:
            return
        equal = e.Binary("==", e.SlotRef(step.slot, slot.value.kind), slot.value, e.Kind.BOOL)
        formula = self.translator.truth(equal, scene)
        present = t.both(guard, scene.is_present(step.slot))
        self._test("impossible-value", step, scene, slot.span, present, formula)

    def _test(
        self, what: str, step: p.Check | p.Verify, scene: Scene, span: Span, guard: Formula, formula: Formula
    ) -> None:
        fact = Fact(t.implies(guard, formula), step, span, scene)
        self.ask(what, scene, span, guard, formula, step=step, fact=fact, slot=getattr(step, "slot", None))
        self.ledger.facts.append(fact)

    def check(self, step: p.Check, scene: Scene, guard: Formula) -> None:
        """A rule of the text, or one that follows from a type."""
        formula = self.translator.truth(step.condition, scene)
        span = step.fault.span
        if not span.line:  # equal to `NOWHERE`, also where it comes from the cache
            if step.level == "must":
                self.ledger.know(guard, formula)
            return
        is_when = step.fault.code == "unknown_field" and step.at is not None
        is_when = is_when and span == scene.record.slots[step.at or 0].span
        what = "always-there" if is_when else "always-true"
        self.ask(what, scene, span, guard, t.opposite(formula), step=step, slot=step.at if is_when else None)
        if step.level == "must":
            self._test("contradiction", step, scene, span, guard, formula)

    def scalar(self, step: Any, scene: Scene, guard: Formula) -> None:
        """A scalar of a tree, of text or of DER."""
        self._fill(scene, step.slot, guard)
        if scene.record.carrier is not p.Carrier.TREE:
            self._pass(step, scene)

    def least(self) -> int:
        """Return the fewest octets that the record takes."""
        return record_size(self.sizes, self.root.record)[0]


def _is_placed(record: p.Record, records: Mapping[str, p.Record], seen: set[str]) -> bool:
    """Whether it matters where something stands: an expression asks, or a stretch must be filled."""
    seen.add(record.name)
    for step in walk_steps(record.body):
        match step:
            case p.Region(extent=p.Exact() | p.Prefixed()):
                return True
            case p.View(expr=asked) | p.Check(condition=asked) | p.When(condition=asked) | p.Branch(on=asked):
                if e.is_positional(asked):
                    return True
            case p.Take(extent=p.Exact(size=asked)) if e.is_positional(asked):
                return True
            case p.CallRecord(record=name) if name not in seen and (found := records.get(name)) is not None:
                if found.kind == "inline" and _is_placed(found, records, seen):
                    return True
    return False


def _is_settled(size: e.Expr, record: p.Record) -> bool:
    """Whether a size speaks of nothing that the message says but where it ends.

    It is negative where the message was cut, then, and refused for that. What depends on the place in a list is too.
    """
    if any(isinstance(node, e.Position) and node.word == "index" for node in e.walk(size)):
        return True
    match size:
        case e.Binary(left=left, right=right):
            return _is_settled(left, record) and _is_settled(right, record)
        case e.ParamRef(index=index):
            return not record.params[index].implicit
        case e.Measure(what="octets" | "count") | e.Call(function="length"):
            return True  # of what was read: no number that the message says
        case _:
            return isinstance(size, e.Literal | e.Position)


def gaps(taken: Sequence[tuple[int, int]]) -> list[tuple[int | None, int | None]]:
    """Return what sorted, separate ranges leave out of all integers."""
    if not taken:
        return [(None, None)]
    between = [(one[1] + 1, two[0] - 1) for one, two in pairwise(taken)]
    return [(None, taken[0][0] - 1), *between, (taken[-1][1] + 1, None)]


def apart(range_: tuple[int, int], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what sorted, separate ranges leave of another."""
    low, high = range_
    found = []
    for least, most in taken:
        if most < low or least > high:
            continue
        if low < least:
            found.append((low, least - 1))
        low = most + 1
    return [*found, (low, high)] if low <= high else found


def filled(step: p.Step) -> tuple[int, ...]:
    """Return the slots that a step fills first."""
    if isinstance(step, p.Bits):
        return tuple(each.slot for each in step.fields if each.slot is not None and each.slot >= 0)
    slot = getattr(step, "slot", None)
    return () if slot is None else (slot,)


_STEPS: dict[type, Any] = {
    p.Bits: Layout.bits,
    p.Uint: Layout.whole,
    p.Constant: Layout.constant,
    p.Take: Layout.take,
    p.Region: Layout.region,
    p.Loop: Layout.loop,
    p.Branch: Layout.branch,
    p.When: Layout.when,
    p.Present: Layout.optional,
    p.Ahead: Layout.optional,
    p.TlvOptional: Layout.optional,
    p.CallRecord: Layout.call,
    p.Fields: Layout.fields,
    p.Object: Layout.fields,
    p.Array: Layout.fields,
    p.Headers: Layout.fields,
    p.Items: Layout.listed,
    p.Members: Layout.listed,
    p.Repeat: Layout.listed,
    p.Parts: Layout.listed,
    p.Domain: Layout.domain,
    p.View: Layout.view,
    p.Verify: Layout.verify,
    p.Check: Layout.check,
    p.Scalar: Layout.scalar,
}
"""Steps of which more is known than that they fill a slot."""
