"""A record made ready to run: steps as closures, slots by index, everything decided that can be.

An `Interpreter` prepares each record on first use and keeps it. Reading and writing are prepared apart; reading with a
trace wraps the same closures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import RLock
from typing import Any

from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.ir.expression import EncodedSlot, Expr, Measure, SlotRef, is_positional, walk
from art7.grammar.ir.module import Module, Refusal, Specification
from art7.grammar.ir.plan import (
    Array,
    Bits,
    Block,
    Branch,
    Domain,
    Either,
    Fields,
    Form,
    Headers,
    Items,
    Kinds,
    Loop,
    Members,
    Object,
    Parts,
    Record,
    Repeat,
    Role,
    Slot,
    Step,
    TlvChoice,
    Verify,
    View,
)
from art7.interpreter.expressions import constant, distinguishes_null, prepare
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.scope import Evaluate, Scope

StepRunner = Callable[[Frame], Any]
"""Reading: runs one step. Writing: returns what the step writes."""


@dataclass(frozen=True, slots=True)
class Mode:
    """Which of the executions a record is prepared for."""

    writing: bool = False
    traced: bool = False


READING, TRACING, WRITING = Mode(), Mode(traced=True), Mode(writing=True)


class PreparedRecord:
    """One record in one mode. `steps` is filled last, so that records may call themselves."""

    def __init__(self, record: Record, interpreter: Interpreter, mode: Mode) -> None:
        self.record = record
        self.interpreter = interpreter
        self.mode = mode
        self.scope = Scope(record.slots, record.params, interpreter.specification.record, mode.writing)
        self.initial = [self._initial(slot) for slot in record.slots]
        self.no_starts = [-1] * len(record.slots)
        self.item_of = dict(_items(record.body))
        self.stands_for = dict(_alternatives(record.body))
        self.verifies = {step.slot: step for step in all_steps(record.body) if isinstance(step, Verify)}
        self.unknown_views = _unknown_views(record)
        self.bits = dict(_bits(record.body))
        self.measured = _measured(record)
        self.is_message = record.kind == "message"
        self.api = tuple((slot.index, slot.name) for slot in record.api())
        self.names = frozenset(name for _, name in self.api)
        self.settable = tuple(slot for slot in record.api() if slot.role is not Role.VIEW)
        self.distinguishing = frozenset(s.index for s in record.slots if distinguishes_null(s))
        self.lenient = self._lenient()
        self.openers: dict[int, StepRunner] = {}
        """What reads the regions that a test opens."""
        self.steps: tuple[StepRunner, ...] = ()
        self.write: StepRunner | None = None
        self._values: dict[int, Evaluate] = {}

    def _initial(self, slot: Slot) -> Any:
        if slot.default is not None:
            return constant(slot.default, self.scope)
        return ABSENT if distinguishes_null(slot) else None

    def _lenient(self) -> tuple[int, ...]:
        """Return the kept slots whose wire value shows only where it differs from the computed one."""
        return tuple(
            slot.index
            for slot in self.record.slots
            if slot.role is Role.KEPT and slot.value is not None and slot.index not in self.verifies
        )

    def slot_value(self, index: int) -> Evaluate:
        """Return the prepared expression of computed slot `index`."""
        if index not in self._values:
            value = self.record.slots[index].value
            assert value is not None, "only computed slots have a value"
            self._values[index] = prepare(value, self.scope)
        return self._values[index]

    def number(self, code: str) -> int:
        """Return the number of error `code`: builtin, of the record's module, of what it uses, of any."""
        if code in BUILTIN_ERRORS:
            return BUILTIN_ERRORS[code][0]
        for module in self.interpreter.modules_near(self.record.name):
            for error in module.errors:
                if error.name == code:
                    return error.number
        return 0

    def sentence(self, code: str) -> Refusal | None:
        """Return the sentence of the record's module that stands behind the builtin refusal `code`."""
        module = next(iter(self.interpreter.modules_near(self.record.name)), None)
        found = module.refusals if module is not None else ()
        return next((refusal for refusal in found if refusal.code == code), None)

    def bit(self, slot: int | None) -> int:
        """Return the bit within its octet at which the slot starts."""
        return self.bits.get(slot, 0) if slot is not None else 0

    def result(self, frame: Frame) -> Any:
        """Return the API value of a record that was read."""
        values = frame.values
        if self.lenient:
            values = values.copy()
            for slot in self.lenient:
                if values[slot] is not None and values[slot] == self.slot_value(slot)(frame):
                    values[slot] = None
        if self.record.form is Form.TUPLE:
            return tuple(values[slot] for slot, _ in self.api)
        if self.distinguishing:
            return {name: values[slot] for slot, name in self.api if values[slot] is not ABSENT}
        return {name: values[slot] for slot, name in self.api}


class Interpreter:
    """A specification with its records made ready. Safe to share; it only ever adds prepared records."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self._prepared: dict[tuple[str, Mode], PreparedRecord] = {}
        self._building: dict[tuple[str, Mode], PreparedRecord] = {}
        self._lock = RLock()

    def prepared(self, name: str, mode: Mode) -> PreparedRecord:
        """Return record `name` ready to run in `mode`; raises `KeyError` for an unknown record.

        Records that call one another are prepared together and shown to other threads only when all are complete.
        """
        key = (name, mode)
        found = self._prepared.get(key)
        if found is not None:
            return found
        with self._lock:
            found = self._prepared.get(key) or self._building.get(key)
            return self._prepare(key) if found is None else found

    def _prepare(self, key: tuple[str, Mode]) -> PreparedRecord:
        is_outermost = not self._building
        found = PreparedRecord(self.specification.record(key[0]), self, key[1])
        self._building[key] = found
        try:
            _make_ready(found)
            if is_outermost:
                self._prepared.update(self._building)
        finally:
            if is_outermost:
                self._building = {}
        return found

    def modules_near(self, record: str) -> Iterator[Module]:
        """Yield the module of `record`, the modules it uses, then all others."""
        modules = self.specification.modules
        own = max((name for name in modules if record.startswith(name + ".")), key=len, default=None)
        near = [own, *modules[own].uses] if own is not None else []
        for name in [*near, *modules]:
            if name in modules:
                yield modules[name]


def _make_ready(prepared: PreparedRecord) -> None:
    body = prepared.record.body
    if prepared.mode.writing:
        from art7.interpreter.write_common import write_block

        prepared.write = write_block(prepared, body, frozenset())
    else:
        prepared.steps = prepare_block(prepared, body, frozenset())


def prepare_block(prepared: PreparedRecord, block: Block, opened: frozenset[int]) -> tuple[StepRunner, ...]:
    """Return the closures of a block's steps. `opened`: slots that an enclosing region already measures."""
    from art7.interpreter.tables import READERS, WRITERS

    if prepared.mode.writing:
        return tuple(_writer(WRITERS[type(step)], step, prepared, opened) for step in block.steps)
    runners: list[StepRunner] = []
    for step in block.steps:
        runner = READERS[type(step)](step, prepared, opened)
        if runner is not None:
            runners.append(_shown(step, runner, prepared, opened))
        if isinstance(step, Verify):
            runners += [_opener(slot, prepared) for slot in step.opens]
    return tuple(runners)


def _shown(step: Step, runner: StepRunner, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    if not prepared.mode.traced:
        return runner
    from art7.interpreter.trace import traced

    return traced(step, runner, prepared, opened)


def _opener(slot: int, prepared: PreparedRecord) -> StepRunner:
    """Return what reads a region that was passed over."""
    if not prepared.mode.traced:
        return prepared.openers[slot]
    from art7.interpreter.trace import traced_opening

    return traced_opening(slot, prepared.openers[slot])


def _writer(make: Any, step: Step, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    """Return a step's writer; in a record whose places matter it marks where its slots begin."""
    from art7.interpreter.marks import placed

    runner: StepRunner = make(step, prepared, opened)
    if not prepared.record.origin:
        return runner
    if isinstance(step, Bits):
        width = 8 * step.octets
        slots = [(f.slot, (width - f.shift - f.width) // 8) for f in step.fields if f.slot is not None]
        return placed(runner, tuple(slots))
    slot = getattr(step, "slot", None)
    is_test = isinstance(step, Verify | Domain | View)
    return runner if slot is None or slot in opened or is_test else placed(runner, ((slot, 0),))


def blocks_of(step: Step) -> tuple[Block, ...]:
    """Return the blocks directly inside `step`."""
    match step:
        case Branch(cases=cases) | TlvChoice(cases=cases) | Either(cases=cases):
            return tuple(case.body for case in cases)
        case Headers():
            return tuple(header.body for header in step.every())
        case Kinds(cases=kinds):
            return tuple(case.body for case in kinds)
        case Fields(entries=entries):
            return tuple(entry.body for entry in entries)
        case Object(entries=entries, spreads=spreads) | Array(entries=entries, spreads=spreads):
            spread = [entry for s in spreads for case in s.cases for entry in case.entries]
            return tuple(entry.body for entry in (*entries, *spread))
        case _:
            body = getattr(step, "body", None)
            return (body,) if isinstance(body, Block) else ()


def all_steps(block: Block) -> Iterator[Step]:
    """Yield every step of a block, nested ones too."""
    waiting = [block]
    while waiting:
        for step in waiting.pop().steps:
            yield step
            waiting.extend(blocks_of(step))


def filled_slots(block: Block) -> tuple[int, ...]:
    """Return the slots that the steps of a block fill, in order."""
    found: dict[int, None] = {}
    for step in all_steps(block):
        if isinstance(step, Bits):
            found.update((f.slot, None) for f in step.fields if f.slot is not None)
        elif isinstance(step, Headers):
            found.update((header.slot, None) for header in step.every())
        elif isinstance(slot := getattr(step, "slot", None), int) and not isinstance(step, Verify):
            found[slot] = None
    return tuple(found)


def step_expressions(step: Step) -> Iterator[Expr]:
    """Yield the expressions that a step itself holds (not those of blocks inside it)."""
    for name in ("condition", "on", "count", "expr", "boundary", "coding", "charset"):
        if (expr := getattr(step, name, None)) is not None:
            yield expr
    size = getattr(getattr(step, "extent", None), "size", None)
    if size is not None:
        yield size
    yield from getattr(step, "arguments", ())
    for spread in getattr(step, "spreads", ()):
        yield spread.on


def _alternatives(block: Block) -> Iterator[tuple[int, int]]:
    """Yield (slot of an alternative, slot of the union), which have one place and one name."""
    for step in all_steps(block):
        if isinstance(step, Kinds):
            yield from ((case.slot, step.slot) for case in step.cases)


def _items(body: Block) -> Iterator[tuple[int, int]]:
    for step in all_steps(body):
        if isinstance(step, Loop | Items | Members | Repeat | Parts):
            yield step.item, step.slot
        elif isinstance(step, Headers):
            yield from ((x.item, x.slot) for x in step.every() if x.item is not None)
        elif isinstance(step, Fields):
            yield from ((entry.item, entry.slot) for entry in step.entries if entry.item is not None)


def _bits(body: Block) -> Iterator[tuple[int, int]]:
    for step in all_steps(body):
        if isinstance(step, Bits):
            for field in step.fields:
                if field.slot is not None:
                    yield field.slot, (8 * step.octets - field.shift - field.width) % 8


def mentioned(expr: Expr) -> frozenset[int]:
    """Return the slots whose values `expr` mentions."""
    return frozenset(node.index for node in walk(expr) if isinstance(node, SlotRef))


def _unknown_views(record: Record) -> frozenset[int]:
    """Return the read-only views that cannot be known on writing, those that mention one among them."""
    views = [
        step
        for step in all_steps(record.body)
        if isinstance(step, View) and record.slots[step.slot].role is not Role.VIEW_INPUT
    ]
    unknown = {step.slot for step in views if is_positional(step.expr)}
    while more := {step.slot for step in views if mentioned(step.expr) & unknown} - unknown:
        unknown |= more
    return frozenset(unknown)


def _measured(record: Record) -> frozenset[int]:
    """Return the slots whose content bounds some expression asks for."""
    exprs = [expr for step in all_steps(record.body) for expr in step_expressions(step)]
    exprs += [slot.value for slot in record.slots if slot.value is not None]
    return frozenset(
        node.slot
        for expr in exprs
        for node in walk(expr)
        if isinstance(node, EncodedSlot) or (isinstance(node, Measure) and node.what == "octets")
    )
