"""Scenarios of an offer played by endpoints of the interpreter, on a network that may do harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir.module import Protocol, RoleMachine, Scenario
from art7.interpreter.shared import interpreter_of
from art7.runtime.endpoint import Endpoint
from art7.runtime.interpreted import InterpreterCodec, InterpreterEvaluator, interpreted_endpoint
from art7.runtime.layers import layers_of
from art7.runtime.network import Delivery, Event, Faults, Network
from art7.runtime.play import (
    Cast,
    Maker,
    Performance,
    interpreter_maker,
    perform,
    qualified_name,
    scenarios_of,
)
from art7.runtime.scenario import Failure, ScenarioPlayer
from art7.runtime.show import Shower
from art7.runtime.simulator import Simulator, network_of
from art7.runtime.trace import Trace
from art7.validator.offer import Offer


@dataclass(frozen=True)
class Stage:
    """One scenario of one offer, ready to be played."""

    offer: Offer
    module: str
    protocol: Protocol
    scenario: Scenario

    @property
    def name(self) -> str:
        """`module.Protocol.scenario`."""
        return qualified_name(self.module, self.protocol, self.scenario)

    def play(self, faults: Faults, seed: int) -> Performance:
        """Play it once."""
        specification = self.offer.specification
        interpreter = interpreter_of(specification)
        make = interpreter_maker(specification, interpreter)
        cast = Cast("interpreter", {role.name: make for role in self.protocol.roles})
        return perform(
            specification,
            interpreter,
            self.module,
            self.protocol,
            self.scenario,
            cast,
            faults=faults,
            seed=seed,
        )

    def play_with(self, others: Mapping[str, Stage], seed: int) -> Performance:
        """Play it once with roles that follow another offer's text: implementers who got something else."""
        specification = self.offer.specification
        interpreter = interpreter_of(specification)
        makers = {role.name: interpreter_maker(specification, interpreter) for role in self.protocol.roles}
        makers |= {role: other.implementer(role) for role, other in others.items()}
        return perform(
            specification, interpreter, self.module, self.protocol, self.scenario, Cast("others", makers),
            faults=Faults(), seed=seed,
        )  # fmt: skip

    def implementer(self, role: str) -> Maker:
        """Return a maker of endpoints that follow this text, and are not ours."""
        specification = self.offer.specification
        machine = next(each for each in self.protocol.roles if each.name == role)

        def make(protocol: Protocol, _: RoleMachine, seed: int) -> Endpoint:
            endpoint = interpreted_endpoint(specification, interpreter_of(specification), machine, seed)
            endpoint.made_of = "an implementation"
            return endpoint

        return make

    def play_damaged(self, delivery: int, position: int, bit: int, seed: int) -> Damaged:
        """Play it with one bit of the n-th delivery turned over; positions beyond the end wrap."""
        specification = self.offer.specification
        interpreter = interpreter_of(specification)
        make = interpreter_maker(specification, interpreter)
        endpoints = {role.name: make(self.module, role, seed) for role in self.protocol.roles}
        network = DamagingNetwork(**_fields(network_of(self.protocol, Faults(), seed)))
        network.delivery, network.position, network.bit = delivery, position, bit
        simulator = Simulator(
            self.protocol, endpoints, layers_of(specification), InterpreterCodec(interpreter),
            network, Trace(), Shower(specification, True),
        )  # fmt: skip
        failure = ScenarioPlayer(simulator, self.scenario, InterpreterEvaluator(interpreter)).play()
        variables = {role: endpoint.variables() for role, endpoint in endpoints.items()}
        refused = any(entry.kind == "refuse" for entry in simulator.trace.entries)
        return Damaged(network.has_damaged, failure, variables, refused)


@dataclass(frozen=True)
class Damaged:
    """What became of a run in which one bit was turned over."""

    happened: bool
    failure: Failure | None
    variables: Mapping[str, Mapping[str, Any]]
    refused: bool


@dataclass
class DamagingNetwork(Network):
    """A network that turns over one bit of one delivery."""

    delivery: int = 0
    position: int = 0
    bit: int = 0
    has_damaged: bool = False
    _seen: int = field(default=0)

    def next_event(self, until_ms: int) -> Event | None:
        """Give the next event, damaged if it is the chosen delivery."""
        event = super().next_event(until_ms)
        if not isinstance(event, Delivery):
            return event
        self._seen += 1
        if self._seen != self.delivery:
            return event
        octets = bytearray(event.octets)
        octets[self.position % len(octets)] ^= 1 << self.bit
        self.has_damaged = True
        return Delivery(event.sender, event.receiver, bytes(octets), event.number)


def _fields(network: Network) -> dict[str, Any]:
    return {"links": network.links, "faults": network.faults, "random": network.random}


def stages(offer: Offer) -> list[Stage]:
    """Return every scenario of the offer's own modules."""
    found = scenarios_of(offer.specification, sorted(offer.own_modules))
    return [Stage(offer, module, protocol, scenario) for module, protocol, scenario in found]
