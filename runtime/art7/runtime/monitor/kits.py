"""Protocols of a specification made ready for watching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from art7.grammar.ir.module import Protocol, Specification
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Session
from art7.runtime.interpreted import InterpreterCodec, InterpreterEvaluator
from art7.runtime.layers import Codec, layers_of
from art7.runtime.monitor.conversation import Kit
from art7.runtime.monitor.hypothesis import LARGEST_KEPT, Role
from art7.runtime.monitor.knowledge import Knowledge
from art7.runtime.monitor.reading import MessageReader


def kits_of(
    specification: Specification, modules: Sequence[str], interpreter: Interpreter, fast: Codec | None = None
) -> list[Kit]:
    """Return the protocols of `modules` that have roles; `fast` reads messages, else the interpreter does."""
    clauses = clauses_of(specification)
    codec = fast or InterpreterCodec(interpreter)
    layers = layers_of(specification)
    knowledge = Knowledge(InterpreterEvaluator(interpreter, Session()))

    @lru_cache(maxsize=256)
    def small(record: str, octets: bytes) -> Mapping[str, Any]:
        return codec.decode(record, octets)

    def decode(record: str, octets: bytes) -> Mapping[str, Any]:
        return small(record, octets) if len(octets) <= LARGEST_KEPT else codec.decode(record, octets)

    def roles(protocol: Protocol, *, strict: bool) -> dict[str, Role]:
        return {
            machine.name: Role(machine, protocol.channels, knowledge, decode, strict=strict)
            for machine in protocol.roles
        }

    return [
        Kit(
            protocol, roles(protocol, strict=False), roles(protocol, strict=True),
            MessageReader(protocol, layers, codec, interpreter), clauses, knowledge,
        )
        for name in modules
        for protocol in specification.modules[name].protocols
        if protocol.roles
    ]  # fmt: skip


def clauses_of(specification: Specification) -> dict[str, tuple[str, ...]]:
    """Return what each requirement and each record cites."""
    found: dict[str, tuple[str, ...]] = {}
    for module in specification.modules.values():
        for record in module.records:
            found[record.name] = record.refs
            found.update((each.id, each.refs) for each in record.requirements)
        found.update((each.id, each.refs) for each in module.requirements)
        for protocol in module.protocols:
            found.update((each.id, each.refs) for each in protocol.requirements)
    return found
