"""Lenient values that are made when the message is complete: no test of theirs says so."""

from __future__ import annotations

from collections.abc import Container

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr


def kept_late(record: p.Record, tested: Container[int]) -> frozenset[int]:
    """Return the lenient slots whose computed value speaks of octets that are final at the end alone.

    `tested` are the slots that a `Verify` is for: what is kept for want of a key, whose test says when it is made.
    """
    return frozenset(
        slot.index
        for slot in record.slots
        if slot.role is p.Role.KEPT
        and slot.value is not None
        and slot.index not in tested
        and covers(record, slot.value, set())
    )


def covers(record: p.Record, expr: Expr, seen: set[int]) -> bool:
    """Whether a value is made when the message is complete, through what it mentions too."""
    for node in e.walk(expr):
        if isinstance(node, e.Covered):
            return True
        if isinstance(node, e.SlotRef) and node.index not in seen:
            seen.add(node.index)
            slot = record.slots[node.index]
            if slot.role is p.Role.COMPUTED and slot.value is not None and covers(record, slot.value, seen):
                return True
    return False
