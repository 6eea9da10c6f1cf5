"""Fields that a message computes: no key in the open, no MAC that no rule asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from art7.grammar.diagnostics import Related
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.shape import Octets
from art7.prover.secrets.calls import is_mac, is_verifying
from art7.prover.secrets.found import Fault
from art7.prover.secrets.labels import NONE, Sources, sources
from art7.prover.witnesses import Flow


def messages(record: p.Record) -> Iterator[Fault]:
    """Yield computed fields that tell a key, and MACs under a key that no rule names."""
    for slot in record.slots:
        if slot.value is None:
            continue
        told = sources(slot.value, lambda expr: _secret(record, expr))
        if told:
            yield _told(record, slot, sorted(told)[0])
    for verify in _verifies(record.body):
        slot = record.slots[verify.slot]
        if slot.value is not None and verify.fault.requirement is None and _is_keyed(record, slot.value):
            yield _unasked(record, slot)


def _secret(record: p.Record, expr: Expr) -> Sources:
    if isinstance(expr, e.ParamRef):
        param = record.params[expr.index]
        if isinstance(param.shape, Octets) and param.shape.secret:
            return frozenset((param.name,))
    return NONE


def _verifies(block: p.Block) -> Iterator[p.Verify]:
    """Yield the tests of computed fields, wherever they stand."""
    stack: list[object] = [block]
    while stack:
        one = stack.pop()
        if isinstance(one, p.Verify):
            yield one
        elif isinstance(one, tuple):
            stack.extend(one)
        elif is_dataclass(one) and not isinstance(one, type) and type(one).__module__ == p.__name__:
            stack.extend(getattr(one, x.name) for x in fields(one) if x.name != "fault")


def _is_keyed(record: p.Record, expr: Expr) -> bool:
    """Whether a value is a MAC under a secret parameter."""
    for node in e.walk(expr):
        if isinstance(node, e.Call) and (is_mac(node.function) or is_verifying(node.function)):
            if any(_secret(record, one) for one in e.walk(node)):
                return True
    return False


def _told(record: p.Record, slot: p.Slot, key: str) -> Fault:
    subject = f"{record.name}.{slot.name}"
    message = f"`{slot.name}` of `{record.name}` is sent, and `{key}` flows into it"
    flow = Flow((Related("written here", slot.span),), message, record.name)
    advice = "send a MAC, a signature or a ciphertext, never a key or its hash"
    return Fault("A7-K212", "sent", subject, message, slot.span, advice, flow)


def _unasked(record: p.Record, slot: p.Slot) -> Fault:
    subject = f"{record.name}.{slot.name}"
    message = f"`{slot.name}` of `{record.name}` is a MAC, and no rule says that it is verified before what it covers is used"
    flow = Flow((Related("the MAC", slot.span),), message, record.name)
    advice = f"write `must …: verified({slot.name}) else …`"
    return Fault("A7-K219", "verified", subject, message, slot.span, advice, flow)
