"""What emitters ask about a record, worked out once: uses of slots, fixed sizes, steps in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir.expression import (
    Binary,
    Call,
    Covered,
    Element,
    EncodedSlot,
    Expr,
    Kind,
    Measure,
    Position,
    SlotRef,
    Unary,
    is_positional,
    walk,
)
from art7.grammar.ir.plan import (
    Ahead,
    Align,
    Bits,
    Block,
    Branch,
    CallRecord,
    Carrier,
    Check,
    Constant,
    Domain,
    Either,
    Exact,
    Fields,
    FloatOctets,
    Headers,
    Line,
    Loop,
    Number,
    Parameters,
    Parts,
    Present,
    Quoted,
    Record,
    Region,
    Repeat,
    Role,
    Take,
    Through,
    Tlv,
    TlvChoice,
    TlvOptional,
    TlvScalar,
    Token,
    Transfer,
    Uint,
    Upto,
    Varint,
    Verify,
    View,
    When,
)


@dataclass(slots=True)
class RecordFacts:
    """Facts of one record on octets.

    `uses`: how often an executed expression mentions a slot's value. `spans`: slots whose first or last octet
    somebody asks for. `size`: how many steps its body has, callees counted as one.
    """

    uses: Counter[int] = field(default_factory=Counter)
    spans: set[int] = field(default_factory=set)
    starts: set[int] = field(default_factory=set)
    lenient: frozenset[int] = frozenset()
    """Kept slots without a `Verify`."""
    start: bool = False
    """Whether somebody asks for the record's first octet."""
    size: int = 0
    depth: int = 0
    total: int = 0
    """Steps with those of callees, when they are all copied in; `depth`: nesting of blocks likewise."""
    callees: list[str] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)
    """Every step, those of inner blocks among them, in textual order."""


class FactsOf:
    """The facts of every record of a specification, each worked out once."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records
        self._facts: dict[str, RecordFacts] = {}
        self._callers: Counter[str] = Counter()
        self._tags: dict[str, set[bytes]] | None = None

    def callers(self, name: str) -> int:
        """Return how many steps of all records on octets call the record `name`."""
        if not self._callers:
            for record in self._records.values():
                if record.carrier is Carrier.OCTETS:
                    calls = (step for step in walk_steps(record.body) if isinstance(step, CallRecord))
                    self._callers.update(step.record for step in calls)
            self._callers[""] = 1
        return self._callers[name]

    def tags(self, name: str) -> set[bytes]:
        """Return the identifiers that callers put in place of a DER record's own."""
        if self._tags is None:
            self._tags = {}
            for record in self._records.values():
                if record.carrier is Carrier.OCTETS:
                    for step in walk_steps(record.body):
                        if isinstance(step, CallRecord) and step.tag is not None:
                            self._tags.setdefault(step.record, set()).add(step.tag)
        return self._tags.get(name, set())

    def __call__(self, record: Record) -> RecordFacts:
        found = self._facts.get(record.name)
        return self._work_out(record) if found is None else found

    def _work_out(self, root: Record) -> RecordFacts:
        """Work out the facts of a record after those of what it calls, however long the chain."""
        opened: dict[str, RecordFacts] = {}
        stack = [root]
        while stack:
            record = stack[-1]
            if record.name in self._facts:
                stack.pop()
                continue
            found = opened.get(record.name)
            if found is None:
                found = opened[record.name] = record_facts(record)
                callees = [self._records[name] for name in dict.fromkeys(found.callees)]
                waiting = [each for each in callees if self._is_open(each, opened)]
                if waiting:
                    stack += waiting
                    continue
            stack.pop()
            found.total, found.depth = found.size, self._depth(record.body)
            for name in found.callees:
                if name in self._facts and not self._records[name].recursive:
                    found.total += self._facts[name].total
            self._facts[record.name] = found
        return self._facts[root.name]

    def _is_open(self, record: Record, opened: dict[str, RecordFacts]) -> bool:
        return not record.recursive and record.name not in self._facts and record.name not in opened

    def _depth(self, block: Block) -> int:
        """Return how deep blocks are nested when what is called is copied in."""
        deepest = 0
        for step in block.steps:
            if isinstance(step, CallRecord):
                if step.record in self._facts and not self._records[step.record].recursive:
                    deepest = max(deepest, self._facts[step.record].depth)
                continue
            if type(step) in _HOLDERS:
                inner = max((self._depth(each) for each in inner_blocks(step)), default=0)
                deepest = max(deepest, _deepening(step) + inner)
        return deepest


_DEEPENING = frozenset(
    (Branch, Loop, When, Present, Fields, TlvOptional, TlvChoice) + (Ahead, Repeat, Either)
)
"""Steps whose blocks stand deeper than they themselves."""


def _deepening(step: Any) -> int:
    if isinstance(step, Branch) and len(step.cases) > 6:
        return 2
    return int(type(step) in _DEEPENING)


def record_facts(record: Record) -> RecordFacts:
    """Return the facts of `record`."""
    facts = RecordFacts()
    verified = set()
    facts.steps = walk_steps(record.body)
    facts.size = len(facts.steps)
    for step in facts.steps:
        kind = type(step)
        if kind is Verify:
            verified.add(step.slot)
        elif kind is Align:
            facts.start = True
        elif kind is CallRecord:
            facts.callees.append(step.record)
            for place in step.places:
                if not place.lifted:
                    facts.starts.add(place.index)
        for expr in step_expressions(step, record):
            _count(expr, facts)
    facts.lenient = frozenset(
        slot.index
        for slot in record.slots
        if slot.role is Role.KEPT and slot.value is not None and slot.index not in verified
    )
    for index in facts.lenient:
        value = record.slots[index].value
        assert value is not None
        _count(value, facts)
        facts.uses[index] += 1
    return facts


def _count(expr: Expr, facts: RecordFacts) -> None:
    for node in walk(expr):
        match node:
            case SlotRef(index=index):
                facts.uses[index] += 1
            case Measure(what="octets", slot=slot) | EncodedSlot(slot=slot):
                facts.spans.add(slot)
                facts.uses[slot] += 1
            case Measure(what="offset", slot=slot):
                facts.starts.add(slot)
            case Measure(slot=slot):
                facts.uses[slot] += 1
            case Covered(until=until, overrides=overrides):
                if until is not None:
                    facts.starts.add(until)
                else:
                    facts.start = True
                facts.starts.update(o.place for o in overrides if not o.lifted)
            case Position(word="start"):
                facts.start = True
            case _:
                pass


def walk_steps(block: Block) -> list[Any]:
    """Return every step of `block` and of the blocks within, in textual order."""
    found: list[Any] = []
    _gather_steps(block, found)
    return found


def _gather_steps(block: Block, found: list[Any]) -> None:
    for step in block.steps:
        found.append(step)
        if type(step) in _HOLDERS:
            for inner in inner_blocks(step):
                _gather_steps(inner, found)


_HOLDERS = frozenset(
    (Region, Loop, When, Present, Branch, Fields, Tlv, TlvOptional, TlvChoice)
    + (Line, Ahead, Repeat, Either, Through, Headers, Parts, Transfer)
)
"""Steps with blocks inside."""


def inner_blocks(step: Any) -> tuple[Block, ...]:
    """Return the blocks inside a step on octets."""
    kind = type(step)
    if kind not in _HOLDERS:
        return ()
    if kind is Branch or kind is TlvChoice or kind is Either:
        return tuple(case.body for case in step.cases)
    if kind is Fields:
        return tuple(entry.body for entry in step.entries)
    if kind is Headers:
        return tuple(entry.body for entry in step.every())
    body: Block = step.body
    return (body,)


def step_expressions(step: Any, record: Record) -> list[Expr]:
    """Return the expressions a step evaluates on reading."""
    row = _EXPRESSIONS.get(type(step))
    return [] if row is None else row(step, record)


def _size(step: Take | Region, record: Record) -> list[Expr]:
    return [step.extent.size] if isinstance(step.extent, Exact) else []


def _verified(step: Verify, record: Record) -> list[Expr]:
    value = None if step.implied else record.slots[step.slot].value
    return [] if value is None else [value, SlotRef(step.slot, value.kind)]


_EXPRESSIONS: dict[type, Callable[[Any, Record], list[Expr]]] = {
    Take: _size,
    Region: _size,
    Loop: lambda step, _: [] if step.count is None else [step.count],
    Parts: lambda step, _: [step.boundary],
    Transfer: lambda step, _: [expr for expr in (step.coding, step.charset) if expr is not None],
    Branch: lambda step, _: [step.on],
    When: lambda step, _: [step.condition],
    CallRecord: lambda step, _: list(step.arguments),
    View: lambda step, _: [step.expr],
    Verify: _verified,
    Check: lambda step, _: [step.condition] if step.level == "must" else [],
    Domain: lambda step, _: [SlotRef(step.slot, Kind.ANY)],
}
"""One row for each step that evaluates something."""


_PLAIN = (Uint, Take, View, CallRecord, Varint, FloatOctets)
"""Steps that fill one slot: most of those that fill any."""


def filled_slots(block: Block) -> list[int]:
    """Return the slots that the steps of `block` fill, in order, loop items and what is inside lists left out."""
    found: list[int] = []
    for step in block.steps:
        if isinstance(step, _PLAIN):
            found.append(step.slot)
            continue
        match step:
            case Bits(fields=fields):
                found += [each.slot for each in fields]
            case (
                Token(slot=slot) | Number(slot=slot) | Quoted(slot=slot) | Upto(slot=slot) | Repeat(slot=slot)
            ):
                found.append(slot)
            case Line(body=body):
                found += filled_slots(body)
            case Ahead(slot=slot, body=body) | Through(slot=slot, body=body) | Transfer(slot=slot, body=body):
                found += [*filled_slots(body), slot]
            case Headers():
                found += [header.slot for header in step.every()]
            case Parts(slot=slot) | Parameters(slot=slot):
                found.append(slot)
            case Either(cases=options):
                for option in options:
                    found += [*filled_slots(option.body), option.slot]
            case Loop(slot=slot):
                found.append(slot)
            case Region(slot=slot, body=body):
                found += [slot, *filled_slots(body)]
            case Branch(slot=slot, cases=cases, value_slots=values):
                if slot is not None:
                    found.append(slot)
                for case in cases:
                    found += filled_slots(case.body)
                found += [value for value in values if value is not None]
            case When(body=body) | Present(body=body) | TlvOptional(body=body):
                found += filled_slots(body)
            case Tlv(slot=slot, body=body):
                found += [*([] if slot is None else [slot]), *filled_slots(body)]
            case TlvScalar(slot=slot):
                found.append(slot)
            case TlvChoice(cases=choices):
                for choice in choices:
                    found += filled_slots(choice.body)
            case Fields(entries=entries, unknown_slot=unknown):
                found += [entry.slot for entry in entries]
                if unknown is not None:
                    found.append(unknown)
            case Align(slot=slot) if slot is not None:
                found.append(slot)
            case Constant() | Check() | Verify() | Domain():
                pass
            case _:
                pass
    return list(dict.fromkeys(found))


def own_identifier(record: Record) -> bytes | None:
    """Return the identifier of the element that a record is, where a caller may put another in its place."""
    first = record.body.steps[0] if record.body.steps else None
    return first.identifier if isinstance(first, Tlv) and first.outer else None


def unknown_views(record: Record, steps: Iterable[Any]) -> frozenset[int]:
    """Return the read-only views among all `steps` that cannot be known on writing, those that mention one too."""
    unknown: set[int] = set()
    for step in steps:
        if isinstance(step, View) and record.slots[step.slot].role is not Role.VIEW_INPUT:
            if not is_checkable(step.expr, frozenset(unknown)):
                unknown.add(step.slot)
    return frozenset(unknown)


def is_checkable(expr: Expr, unknown: frozenset[int]) -> bool:
    """Whether `expr` can be evaluated when its record is written."""
    if is_positional(expr):
        return False
    return not any(isinstance(node, SlotRef) and node.index in unknown for node in walk(expr))


def may_refuse(expr: Expr) -> bool:
    """Whether a builtin may refuse what `expr` gives it; operators are builtins too where they can fail."""
    return any(isinstance(node, Binary | Call | Element | Unary) for node in walk(expr))


def uses_in(steps: tuple[Any, ...], record: Record) -> Counter[int]:
    """Return how often expressions of `steps`, nested ones among them, mention each slot."""
    facts = RecordFacts()
    for step in walk_steps(Block(steps, ())):
        for expr in step_expressions(step, record):
            _count(expr, facts)
    return facts.uses
