"""What writers on trees share, whatever a value is written as: tests beside a value, and places of an array."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from art7.codegen.python.expressions import NOT
from art7.codegen.python.tree_view import Lines, TreeRecord
from art7.codegen.python.value_expressions import refusal
from art7.grammar.ir import plan as p

WriteValue = Callable[[Lines, TreeRecord, p.Block, str], str]
"""What adds the checks of a value in a local to the lines and returns the source that writes it."""


def local_of(view: TreeRecord, slot: int, block: p.Block, name: str) -> str:
    """Return the local that holds what a test of `slot` in `block` speaks of."""
    return name if getattr(block.steps[0], "slot", None) == slot else view.locals[slot]


def test_beside(lines: Lines, view: TreeRecord, block: p.Block, step: p.Step, name: str, maybe: bool) -> bool:
    """Add what a step beside the value in local `name` asks; False for the step that writes it.

    `maybe`: the value may be None, for which no domain is tested.
    """
    match step:
        case p.Domain(slot=slot, ranges=ranges):
            test = f"not {view.in_ranges(local_of(view, slot, block, name), ranges)}"
            lines.refuse_if(f"{name} is not None and {test}" if maybe else test)
        case p.Check(level="must", on_writing=True, condition=condition):
            lines.refuse_if(refusal(condition, view.values, NOT))
        case p.Check() | p.Verify():
            pass
        case p.View(slot=slot, expr=expr):
            if view.record.slots[slot].role is p.Role.VIEW:
                lines.add(f"{view.locals[slot]} = {view.expression(expr)}")
        case _:
            return False
    return True


def write_places(
    lines: Lines, view: TreeRecord, entries: Sequence[p.Entry], items: str, write: WriteValue, first: int = 0
) -> None:
    """Append places to the list `items`; what follows the first one left out is left out too: places have no names."""
    for place, entry in enumerate(entries, first):
        name = view.locals[entry.slot]
        before = entries[: place - first]
        tests = [f"len({items}) == {place}"] if any(not each.required for each in before) else []
        tests += [] if entry.required else [f"{name} is not {view.nothing(entry.slot)}"]
        if not tests:
            lines.add(f"{items}.append({write(lines, view, entry.body, name)})")
            continue
        with lines.block(f"if {' and '.join(tests)}:"):
            text = write(lines, view, entry.body, name)
            lines.add(f"{items}.append({text})")
