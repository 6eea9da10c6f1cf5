"""Two versions of enums, constants and errors."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Enum, EnumMember, Module
from art7.prover.changes import weaker
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Level
from art7.prover.changes.match import paired

_BOTH = (OLD_TO_NEW, NEW_TO_OLD)


def compare_enums(old: Enum, new: Enum) -> Iterator[Change]:
    """Return what changed in an enum. A new member of an open one is a name alone; of a closed one a value."""
    if (old.bits, old.signed, old.text) != (new.bits, new.signed, new.text):
        what = (
            f"has {new.bits} bits, had {old.bits}" if not new.text and not old.text else "is of another kind"
        )
        yield Change(Level.WIRE, new.name, what, old.span, new.span, _BOTH)
    if old.open != new.open:
        what = "is open, was closed" if new.open else "is closed, was open"
        expects, weakens = (
            ((NEW_TO_OLD,), "unknown values no longer refused") if new.open else ((OLD_TO_NEW,), "")
        )
        yield Change(Level.WIRE, new.name, what, old.span, new.span, expects, weakens)
    yield from _members(old, new)
    if (old.doc, old.refs) != (new.doc, new.refs):
        yield Change(Level.TEXT, new.name, "its prose reads otherwise", old.span, new.span)


def _members(old: Enum, new: Enum) -> Iterator[Change]:
    """Members that are gone, new, called otherwise, or have another value."""
    level = Level.SOURCE if old.open and new.open else Level.WIRE
    pairs = paired(
        {each.name: each for each in old.members},
        {each.name: each for each in new.members},
        lambda each: (each.low, each.high),
    )
    algorithms = weaker.ALGORITHMS.search(old.name.rpartition(".")[2]) is not None
    for member in pairs.removed:
        weakens = (
            f"`{member.name}` is no longer in the list"
            if algorithms and not weaker.is_weak(member.name)
            else ""
        )
        what = f"`{member.name}` ({_value(member)}) is gone"
        yield Change(
            level, f"{new.name}.{member.name}", what, old.span, new.span, _if_wire(level, OLD_TO_NEW), weakens
        )
    for member in pairs.added:
        weakens = f"`{member.name}` protects little" if algorithms and weaker.is_weak(member.name) else ""
        what = f"`{member.name}` ({_value(member)}) is new"
        yield Change(
            level, f"{new.name}.{member.name}", what, old.span, new.span, _if_wire(level, NEW_TO_OLD), weakens
        )
    for one, other in pairs.renamed:
        what = f"`{one.name}` is called `{other.name}`"
        level_ = Level.WIRE if isinstance(one.low, str) and one.low != other.low else Level.SOURCE
        yield Change(level_, f"{new.name}.{other.name}", what, old.span, new.span)
    for one, other in pairs.same:
        if (one.low, one.high) != (other.low, other.high):
            what = f"`{other.name}` is {_value(other)}, was {_value(one)}"
            yield Change(Level.WIRE, f"{new.name}.{other.name}", what, old.span, new.span, _BOTH)
        if (one.doc, one.refs) != (other.doc, other.refs):
            yield Change(
                Level.TEXT, f"{new.name}.{other.name}", "its prose reads otherwise", old.span, new.span
            )


def renumbered(old: Enum, new: Enum) -> bool:
    """Whether a name has another value."""
    values = {each.name: each.low for each in old.members}
    return any(values.get(each.name, each.low) != each.low for each in new.members)


def _if_wire(level: Level, direction: str) -> tuple[str, ...]:
    return (direction,) if level is Level.WIRE else ()


def _value(member: EnumMember) -> str:
    return f"{member.low!r}" if member.low == member.high else f"{member.low}..{member.high}"


def compare_values(old: Module, new: Module) -> Iterator[Change]:
    """Return what changed in constants and errors."""
    constants = paired(
        {x.name: x for x in old.constants}, {x.name: x for x in new.constants}, lambda each: each.value
    )
    errors = paired(
        {x.name: x for x in old.errors}, {x.name: x for x in new.errors}, lambda each: each.number
    )
    for kind, pairs, part in (("constant", constants, "value"), ("error", errors, "number")):
        for each in pairs.removed:
            yield Change(Level.SOURCE, f"{new.name}.{each.name}", f"the {kind} `{each.name}` is gone")
        for each in pairs.added:
            yield Change(Level.SOURCE, f"{new.name}.{each.name}", f"the {kind} `{each.name}` is new")
        for one, other in pairs.renamed:
            yield Change(
                Level.SOURCE, f"{new.name}.{other.name}", f"the {kind} `{one.name}` is called `{other.name}`"
            )
        for one, other in pairs.same:
            before, after = getattr(one, part), getattr(other, part)
            if before != after:
                what = f"the {kind} `{other.name}` has the {part} {after!r}, had {before!r}"
                yield Change(Level.SOURCE, f"{new.name}.{other.name}", what)
            elif (one.doc, one.refs) != (other.doc, other.refs):
                yield Change(
                    Level.TEXT, f"{new.name}.{other.name}", f"the prose of the {kind} reads otherwise"
                )
