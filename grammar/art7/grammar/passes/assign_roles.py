"""Who gives each slot its value: roles, and which keys a computed value needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.plan import Role

if TYPE_CHECKING:
    from art7.grammar.passes.lower_record import RecordLowering


def assign_roles(record: RecordLowering) -> None:
    """Settle the role of every slot, once all values are resolved.

    A `let` that a computed field mentions is an input on writing. A computed field that is lenient, or that
    needs a key that may be absent, is kept: read as it stands, written as given when it cannot be computed.
    """
    for draft in record.drafts:
        if draft.role is Role.VIEW and draft.index in record.inputs:
            draft.role = Role.VIEW_INPUT
    for draft in record.drafts:
        if draft.role is Role.COMPUTED:
            draft.guard = guards(draft.value, record, set())
            if draft.lenient or draft.guard:
                draft.role = Role.KEPT
                draft.optional = True
    for draft in record.drafts:
        # The value of an arm is the union's: not a member of its own.
        if draft.in_union and draft.role is not Role.COMPUTED:
            draft.role = Role.LOCAL


def guards(expr: Expr | None, record: RecordLowering, seen: set[int]) -> tuple[int, ...]:
    """Return the parameters that `expr` needs and that the caller may not have, through views too."""
    if expr is None:
        return ()
    found: set[int] = set()
    for node in e.walk(expr):
        if isinstance(node, e.ParamRef) and record.params[node.index].nullable:
            found.add(node.index)
        elif isinstance(node, e.SlotRef) and node.index not in seen:
            draft = record.drafts[node.index]
            if draft.role in (Role.VIEW, Role.VIEW_INPUT):
                seen.add(node.index)
                found.update(guards(draft.value, record, seen))
    return tuple(sorted(found))
