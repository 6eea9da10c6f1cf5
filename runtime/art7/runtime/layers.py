"""Carrying one message inside another, as the `bind`s of the specification say.

Writing: the carrier's slots named in the condition take the literals it compares with, the bound slot takes the octets.
Reading: the first bind whose condition holds for the decoded carrier names what is inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from art7.grammar.ir.expression import Binary, Expr, Literal, LocalRef
from art7.grammar.ir.module import Bind, Specification
from art7.runtime.endpoint import Refusal


class Codec(Protocol):
    """Reads and writes records by qualified name; values are mappings of members."""

    def decode(
        self, record: str, octets: bytes, params: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the members; raises `art7.runtime.endpoint.Refusal`."""
        ...

    def encode(self, record: str, members: Mapping[str, Any]) -> bytes:
        """Return the octets; raises `art7.runtime.endpoint.Refusal`."""
        ...


@dataclass(frozen=True, slots=True)
class Layer:
    """A writable bind: `target` travels in slot `slot` of `carrier` when `fixed` members have these values."""

    carrier: str
    slot: str
    target: str
    fixed: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """The binds of a specification that speak of the carrier alone, by target and by carrier."""

    by_target: Mapping[str, Layer]
    by_carrier: Mapping[str, tuple[Layer, ...]]

    def carry(self, message: str, octets: bytes, codec: Codec) -> tuple[str, bytes]:
        """Return the outermost record and its octets; `message` itself when nothing carries it. Raises: `Refusal`."""
        for _ in range(len(self.by_target) + 1):
            layer = self.by_target.get(message)
            if layer is None:
                return message, octets
            octets = codec.encode(layer.carrier, {**dict(layer.fixed), layer.slot: octets})
            message = layer.carrier
        raise Refusal("A7-R023", f"binds carry {message} in itself", "specification")

    def open(self, outer: str, octets: bytes, codec: Codec) -> tuple[str, bytes]:
        """Return the innermost message and its octets. Raises: `Refusal` when a carrier does not decode."""
        for _ in range(len(self.by_target) + 1):
            layers = self.by_carrier.get(outer)
            if not layers:
                break
            members = codec.decode(outer, octets)
            chosen = next((x for x in layers if all(members.get(k) == v for k, v in x.fixed)), None)
            if chosen is None:
                break
            inner = members.get(chosen.slot)
            if not isinstance(inner, bytes):
                raise Refusal("A7-R024", f"{outer} arrived without {chosen.slot}", "peer")
            outer, octets = chosen.target, inner
        return outer, octets


def layers_of(specification: Specification) -> Layers:
    """Collect the writable binds; those with a condition on the session are left to the application."""
    found: list[Layer] = []
    for module in specification.modules.values():
        for bind in module.binds:
            fixed = _fixed_members(bind)
            if fixed is not None:
                found.append(Layer(bind.record, bind.slot, bind.target, fixed))
    by_carrier: dict[str, tuple[Layer, ...]] = {}
    for layer in found:
        by_carrier[layer.carrier] = (*by_carrier.get(layer.carrier, ()), layer)
    return Layers({layer.target: layer for layer in found}, by_carrier)


def _fixed_members(bind: Bind) -> tuple[tuple[str, Any], ...] | None:
    """Return the `slot == literal` pairs of a conjunction, or `None` when the condition is anything else."""
    if bind.condition is None:
        return ()
    pairs: list[tuple[str, Any]] = []
    for term in _conjuncts(bind.condition):
        match term:
            case Binary(op="==", left=LocalRef(name=name), right=Literal(value=value)):
                pairs.append((name, value))
            case Binary(op="==", left=Literal(value=value), right=LocalRef(name=name)):
                pairs.append((name, value))
            case _:
                return None
    return tuple(pairs)


def _conjuncts(expr: Expr) -> list[Expr]:
    match expr:
        case Binary(op="and", left=left, right=right):
            return [*_conjuncts(left), *_conjuncts(right)]
        case _:
            return [expr]
