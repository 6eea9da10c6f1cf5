"""Small plans built by hand, for tests of the executions before and beside the language."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.expression import Expr, Kind, Literal, SlotRef
from art7.grammar.ir.module import ErrorDeclaration, Module, Specification
from art7.grammar.ir.plan import Block, Carrier, Form, Param, Record, Role, Slot, Step
from art7.grammar.ir.shape import Integer, Shape

ANY_INTEGER = Integer(-(1 << 70), 1 << 70)


def number(value: int) -> Literal:
    return Literal(value, Kind.INT)


def ref(index: int, kind: Kind = Kind.INT) -> SlotRef:
    return SlotRef(index, kind)


def slot(
    index: int,
    name: str,
    shape: Shape = ANY_INTEGER,
    role: Role = Role.GIVEN,
    *,
    value: Expr | None = None,
    default: Expr | None = None,
    optional: bool = False,
) -> Slot:
    return Slot(index, name, role, shape, optional=optional, default=default, value=value)


def block(*steps: Step, emit: tuple[int, ...] | None = None) -> Block:
    return Block(steps, tuple(range(len(steps))) if emit is None else emit)


def record(
    name: str,
    slots: list[Slot],
    body: Block,
    *,
    kind: str = "message",
    carrier: Carrier = Carrier.OCTETS,
    form: Form = Form.OBJECT,
    params: tuple[Param, ...] = (),
    **more: Any,
) -> Record:
    encoding = "json" if carrier is Carrier.TREE else "binary"
    return (
        Record(f"test.{name}", kind, encoding, (), carrier, form, params, (), tuple(slots), body)
        if not more
        else (
            Record(
                f"test.{name}",
                kind,
                more.pop("encoding", encoding),
                more.pop("options", ()),
                carrier,
                form,
                params,
                more.pop("places", ()),
                tuple(slots),
                body,
                **more,
            )
        )
    )


def specification(*records: Record, errors: tuple[ErrorDeclaration, ...] = ()) -> Specification:
    return Specification({"test": Module("test", "1.0", "", (), records=records, errors=errors)})
