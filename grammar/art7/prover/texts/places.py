"""The texts of a record: where each stands, what it may hold, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.interpreter.prepare import all_steps, blocks_of


@dataclass(frozen=True, slots=True)
class Place:
    """A slot that holds a text: by `pattern`, or any text without one. `item`: it is a list of such texts.

    `ends`: what ends the line that it stands in. `comma`: commas part it from the next one.
    """

    slot: int
    pattern: str | None
    item: bool = False
    ends: tuple[str, ...] = ()
    comma: bool = False
    bounded: bool = False


def places(record: p.Record) -> Iterator[Place]:
    """Yield the texts of a record's own slots, those of lists as their items."""
    lists = dict(_items(record.body))
    yield from _places(record, record.body, lists, (), False)


def _items(block: p.Block) -> Iterator[tuple[int, int]]:
    for step in all_steps(block):
        if isinstance(step, p.Repeat | p.Loop):
            yield step.item, step.slot
        elif isinstance(step, p.Headers):
            yield from ((x.item, x.slot) for x in step.every() if x.item is not None)


def _places(
    record: p.Record, block: p.Block, lists: dict[int, int], ends: tuple[str, ...], comma: bool
) -> Iterator[Place]:
    for step in block.steps:
        slot = getattr(step, "slot", None)
        if isinstance(step, p.Line):
            eol = step.eol.decode()
            yield from _places(record, step.body, lists, (eol, "\n") if step.lenient else (eol,), False)
            continue
        if isinstance(step, p.Headers):
            for header in step.entries:
                yield from _places(record, header.body, lists, (), header.comma)
            continue
        if isinstance(slot, int) and (isinstance(step, p.Token) or _is_text(step)):
            pattern = step.pattern if isinstance(step, p.Token) else None
            maximum = getattr(step, "maximum", None)
            home = lists.get(slot, slot)
            yield Place(home, pattern, home != slot, ends, comma, maximum is not None)
        for inner in blocks_of(step):
            yield from _places(record, inner, lists, ends, comma)


def _is_text(step: p.Step) -> bool:
    if isinstance(step, p.Take):
        return step.text and isinstance(step.extent, p.Rest)
    return isinstance(step, p.Upto) and step.text


def beginnings(record: p.Record) -> list[str]:
    """Return the literals by which what may be absent, or one of several, is told apart."""
    found: dict[str, None] = {}
    for step in all_steps(record.body):
        firsts = [x.first for x in step.cases] if isinstance(step, p.Either) else []
        if isinstance(step, p.Ahead | p.Repeat):
            firsts.append(step.first)
        for first in firsts:
            found |= {x.decode("utf-8", "replace"): None for x in first.literals if x}
    return list(found)


def alternatives(record: p.Record) -> list[list[int]]:
    """Return the slots of which exactly one has a value."""
    return [
        [case.slot for case in step.cases] for step in all_steps(record.body) if isinstance(step, p.Either)
    ]


def optional(record: p.Record) -> list[int]:
    """Return the slots that what is ahead fills, or not."""
    return [step.slot for step in all_steps(record.body) if isinstance(step, p.Ahead)]


def patterns(record: p.Record) -> Iterator[tuple[int, str]]:
    """Yield the slots with a pattern, whatever they lie on."""
    seen: set[int] = set()
    for step in all_steps(record.body):
        if isinstance(step, p.Token) and step.slot not in seen:
            seen.add(step.slot)
            yield step.slot, step.pattern
    for slot in record.slots:
        shape = slot.shape.inner if isinstance(slot.shape, s.Nullable) else slot.shape
        if isinstance(shape, s.Text) and shape.pattern is not None and slot.index not in seen:
            yield slot.index, shape.pattern
