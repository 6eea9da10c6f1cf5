"""Messages written in order: what covers the octets before it is made when it is written, not put in later.

That can be where a head of fixed size precedes one bounded list: the head is known but for the fields that
count the list, and those are overridden where the octets are covered, or final because a rule lets no item
follow (STUN's MESSAGE-INTEGRITY and FINGERPRINT, RFC 8489 §14.5 and §14.7). Anything else is fixed up in the
complete message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Line
from art7.codegen.python.expressions import Code, expression, negated
from art7.codegen.python.integers import codes_of
from art7.codegen.python.passes.assume import FALSE, TRUE, simplify
from art7.codegen.python.pieces import Fixed, Now, Piece, Raw, constant, joined, total
from art7.codegen.python.record_facts import walk_steps
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import (
    Attribute,
    Binary,
    Covered,
    Expr,
    Literal,
    LocalRef,
    Measure,
    SlotRef,
    walk,
)

if TYPE_CHECKING:
    from art7.codegen.python.encode_names import EncodeNames, WriteFrame
    from art7.codegen.python.octets_encode import EncodeEmitter

MOST_OCTETS = 1 << 17
MOST_ITEMS = 256
"""Adding to the octets written so far copies them: only where there are few."""

Head = p.Bits | p.Uint | p.Take | p.Constant
Rules = list[tuple[str, str, Expr]]
"""Flag, variable and what every item but the last must keep."""


class NotInOrder(Exception):
    """What is covered is not final when it is asked for: the message is fixed up."""


@dataclass(slots=True)
class InOrder:
    """The head of a message, as far as it is written before the list, and the list's octets so far."""

    record: p.Record
    loop: p.Loop
    slots: frozenset[int]
    """The list, and the region that holds nothing else."""
    head: tuple[tuple[int, Head], ...]
    """Offset and step."""
    frame: WriteFrame | None = None
    ready: dict[int, list[Piece]] = field(default_factory=dict)
    body: str = ""
    last: bool = False
    """Whether a rule lets no item follow the one being written."""
    covered: str = ""
    """A variable for the message up to the item being written, its head final."""
    whole: str = ""
    """A variable for the complete message, where its last item makes it; empty octets before."""

    @property
    def begin(self) -> int:
        """Octets before the list."""
        offset, step = self.head[-1]
        return offset + _size(step)


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands before a record: the message up to its item, `prior` pieces of that; its size when it is the last."""

    emitter: EncodeEmitter
    prior: Sequence[Piece]
    item: Code
    always: bool = False
    """Whether the octets are asked for whatever is given."""

    @property
    def start(self) -> Code:
        """Text for the place where the record begins."""
        plan = self._plan()
        return total([constant(bytes(plan.begin)), Raw(plan.body, f"len({plan.body})"), *self.prior])

    def octets(self, node: Covered, names: EncodeNames) -> Code:
        """Return text for the covered octets."""
        plan = self._plan()
        values: dict[int, Fixed] = {}
        for override in node.overrides:
            spot = names.frame.places[override.place] if override.lifted else Code("None")
            if not spot.text.isdigit() or override.octets not in (1, 2, 4, 8):
                raise NotInOrder
            value = expression(self.emitter.simplified(names.frame, override.value), names)
            values[int(spot.text)] = Fixed(codes_of(override.octets)[0], value.text)
        pieces: list[Piece] = []
        for offset, step in plan.head:
            over = values.pop(offset, None)
            if over is not None and over.octets == _size(step):
                pieces.append(over)
            elif id(step) in plan.ready:
                pieces += plan.ready[id(step)]
            else:
                pieces += self._final(plan, step)
        if values:
            raise NotInOrder
        text = joined([*pieces, Raw(plan.body, f"len({plan.body})"), *self.prior], self.emitter.scope)
        if not self.always or not plan.last or node.overrides or total(self.prior).text != "0":
            return text
        # The message is this and the item: nothing follows.
        plan.covered = self.emitter.fresh("covered")
        self.emitter.out.append(Assign([plan.covered], text.text, pure=False))
        return Code(plan.covered)

    def _final(self, plan: InOrder, step: Head) -> list[Piece]:
        """Write a field that counts the list, complete with the present item."""
        if not plan.last or plan.frame is None:
            raise NotInOrder
        frame, known = plan.frame, plan.frame.octets
        size = total([Raw(plan.body, f"len({plan.body})"), Raw("", self.item.text)])
        frame.octets = {**known, **dict.fromkeys(plan.slots, size)}
        try:
            return self.emitter.step(frame, step)
        finally:
            frame.octets = known

    def _plan(self) -> InOrder:
        assert self.emitter.in_order is not None
        return self.emitter.in_order


@dataclass(frozen=True, slots=True)
class Before:
    """All that a message says before its last field, in a variable: what a MAC at the end covers."""

    variable: str
    until: int
    always: bool = False


def closes(record: p.Record) -> p.Take | None:
    """Return the last field of a message where it is all that must wait, for what stands before it."""
    if record.kind != "message" or not record.deferred or not isinstance(record.body, p.Block):
        return None
    steps = [s for s in record.body.steps if not isinstance(s, p.Check | p.Domain | p.View | p.Verify)]
    last = steps[-1] if steps else None
    if not isinstance(last, p.Take) or _size(last) < 0 or last.slot is None:
        return None
    waiting = {s.slot for s in walk_steps(record.body) if isinstance(s, p.Verify) and s.deferred}
    value = record.slots[last.slot].value
    if waiting != {last.slot} or value is None:
        return None
    covers = [node for node in walk(value) if isinstance(node, Covered)]
    return last if all(node.until == last.slot and not node.overrides for node in covers) else None


def written_in_order(record: p.Record, records: dict[str, p.Record]) -> InOrder | None:
    """Return how a message is written in order, where its form allows that."""
    if not record.deferred or record.limit_size is None or record.limit_size > MOST_OCTETS:
        return None
    head: list[tuple[int, Head]] = []
    offset = 0
    found: tuple[p.Loop, frozenset[int]] | None = None
    for step in record.body.steps:
        if isinstance(step, p.Check | p.Domain | p.View | p.Verify):
            continue
        if found is not None:
            return None
        if isinstance(step, p.Bits | p.Uint | p.Take | p.Constant):
            if _size(step) < 0:
                return None
            head.append((offset, step))
            offset += _size(step)
            continue
        found = _bounded_list(step)
        if found is None:
            return None
    if found is None or not head or not _all_covered(record, found[0], records):
        return None
    return InOrder(record, found[0], found[1], tuple(head))


def _size(step: Head) -> int:
    match step:
        case p.Take(extent=p.Exact(size=Literal(value=int(size)))):
            return size
        case p.Take():
            return -1
        case p.Constant(octets=octets):
            return len(octets)
        case _:
            return step.octets


def _bounded_list(step: Any) -> tuple[p.Loop, frozenset[int]] | None:
    slots = {step.slot} if isinstance(step, p.Region | p.Loop) else set()
    if isinstance(step, p.Region) and len(step.body.steps) == 1:
        step = step.body.steps[0]
        slots.add(getattr(step, "slot", -1))
    if not isinstance(step, p.Loop) or step.skip is not None or step.until is not None:
        return None
    if step.maximum is None or step.maximum > MOST_ITEMS or len(step.body.steps) != 1:
        return None
    return (step, frozenset(slots)) if isinstance(step.body.steps[0], p.CallRecord) else None


def _all_covered(record: p.Record, loop: p.Loop, records: dict[str, p.Record]) -> bool:
    """Whether all that needs the complete message covers what stands before its record, in items of the list."""
    if any(isinstance(step, p.Verify) and step.deferred for step in walk_steps(record.body)):
        return False
    seen: set[str] = set()
    queue = [step.record for step in walk_steps(loop.body) if isinstance(step, p.CallRecord)]
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        inner = records[name]
        if inner.carrier is not p.Carrier.OCTETS:
            continue
        for step in walk_steps(inner.body):
            if isinstance(step, p.CallRecord):
                queue.append(step.record)
            if isinstance(step, p.Loop) and any(
                records[call.record].deferred
                for call in walk_steps(step.body)
                if isinstance(call, p.CallRecord)
            ):
                return False
        values = [slot.value for slot in inner.slots if slot.value is not None]
        covers = [node for value in values for node in walk(value) if isinstance(node, Covered)]
        if any(node.until is not None for node in covers):
            return False
    return True


def write_head(emitter: EncodeEmitter, frame: WriteFrame) -> None:
    """Emit what the head says before the list is written; words go to variables, to be used again."""
    plan = emitter.in_order
    assert plan is not None
    plan.frame = frame
    for _, step in plan.head:
        if _counts(emitter, frame, step, plan.slots):
            continue
        pieces: list[Piece] = []
        for piece in emitter.step(frame, step):
            if isinstance(piece, Fixed) and piece.constant is None and not piece.value.isidentifier():
                name = emitter.fresh("word")
                emitter.out.append(Assign([name], piece.value, pure=False))
                piece = Fixed(piece.code, name, None, piece.little, piece.natural)
            elif not isinstance(piece, Fixed):
                raise NotInOrder
            pieces.append(piece)
        plan.ready[id(step)] = pieces


def _counts(emitter: EncodeEmitter, frame: WriteFrame, step: Head, slots: frozenset[int]) -> bool:
    fields = (
        [field.slot for field in step.fields] if isinstance(step, p.Bits) else [getattr(step, "slot", None)]
    )
    for index in fields:
        slot = frame.record.slots[index] if index is not None else None
        if slot is None or slot.value is None or slot.role is not p.Role.COMPUTED:
            continue
        for node in walk(emitter.resolved(frame, slot.value)):
            if isinstance(node, Measure) and node.slot in slots:
                return True
            if isinstance(node, SlotRef) and node.index in slots:
                return True
    return False


def resolved(emitter: EncodeEmitter, pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of an item with what covers others made."""
    size = total(pieces)
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Now):
            begin = next(
                (i for i, each in enumerate(found) if getattr(each, "frame", None) == piece.frame), 0
            )
            piece = piece.write(Cover(emitter, found[:begin], size))
        found.append(piece)
    return found


def add_item(emitter: EncodeEmitter, plan: InOrder, pieces: Sequence[Piece]) -> None:
    """Emit the adding of an item to the list; where it makes the message complete, that too."""
    plan.covered = ""
    found = emitter.join(resolved(emitter, pieces)).text
    if not plan.covered:
        emitter.out.append(Line(f"{plan.body} += {found}"))
        return
    plan.whole = plan.whole or emitter.fresh("whole")
    item = emitter.fresh("item_octets")
    emitter.out.append(Assign([item], found, pure=False))
    emitter.out.append(Assign([plan.whole], f"{plan.covered} + {item}", pure=False))
    emitter.out.append(Line(f"{plan.body} += {item}"))


def apply_rules(
    emitter: EncodeEmitter, rules: Rules, names: EncodeNames, branch: p.Branch, case: p.Case, record: p.Record
) -> None:
    """Emit, for one arm of an item's choice, whether the item must be the last."""
    plan = emitter.in_order
    last = False
    for flag, variable, kept in rules:
        held = simplify(kept, _known(branch, case, record, variable, kept))
        if held == FALSE:
            emitter.out.append(Assign([flag], "True", pure=False))
            last = True
        elif held != TRUE:
            emitter.out.append(Assign([flag], negated(held, names).text, pure=False))
    if plan is not None:
        plan.last = last


def _known(branch: p.Branch, case: p.Case, record: p.Record, variable: str, kept: Expr) -> dict[Expr, Expr]:
    """Return what the arm says about the item's tag, as the rule spells it."""
    if not isinstance(branch.on, SlotRef):
        return {}
    name = record.slots[branch.on.index].name
    singles = {low for each in branch.cases for low, high in each.ranges if low == high}
    own = case.ranges[0][0] if len(case.ranges) == 1 and case.ranges[0][0] == case.ranges[0][1] else None
    wide = not any(low == high for low, high in case.ranges)
    known: dict[Expr, Expr] = {}
    for node in walk(kept):
        match node:
            case Attribute(base=LocalRef(name=base), name=member) if base == variable and member == name:
                if own is not None:
                    known[node] = Literal(own, node.kind)
            case Binary(
                op="==" | "!=" as op,
                left=Attribute(base=LocalRef(name=base), name=member),
                right=Literal(value=int(value)),
            ) if base == variable and member == name and wide and value in singles:
                known[node] = TRUE if op == "!=" else FALSE
            case _:
                pass
    return known
