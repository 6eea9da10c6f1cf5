"""Plays scenarios of a specification with a cast of endpoints, and sums up what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from art7.grammar.ir.module import Protocol, RoleMachine, Scenario, Specification
from art7.interpreter.prepare import Interpreter
from art7.runtime.endpoint import Endpoint
from art7.runtime.interpreted import InterpreterCodec, InterpreterEvaluator, interpreted_endpoint
from art7.runtime.layers import layers_of
from art7.runtime.network import Faults
from art7.runtime.scenario import Outcome, ScenarioPlayer, outcome
from art7.runtime.show import Shower
from art7.runtime.simulator import Simulator, network_of
from art7.runtime.trace import Trace

Maker = Callable[[Protocol, RoleMachine, int], Endpoint]
"""(protocol, machine, seed) → an endpoint that plays the machine."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays what: a maker per role, and a name for the reader."""

    name: str
    makers: Mapping[str, Maker]


@dataclass(frozen=True, slots=True)
class Performance:
    """One scenario played by one cast."""

    module: str
    cast: str
    outcome: Outcome
    trace: Trace
    roles: tuple[str, ...]


def scenarios_of(
    specification: Specification, modules: Sequence[str]
) -> list[tuple[str, Protocol, Scenario]]:
    """Return (module, protocol, scenario) of the named modules, in textual order."""
    return [
        (name, protocol, scenario)
        for name in modules
        for protocol in specification.modules[name].protocols
        for scenario in protocol.scenarios
    ]


def qualified_name(module: str, protocol: Protocol, scenario: Scenario) -> str:
    """Return `module.Protocol.scenario`."""
    return f"{module}.{protocol.name.removeprefix(module + '.')}.{scenario.name}"


def interpreter_maker(specification: Specification, interpreter: Interpreter) -> Maker:
    """Return a maker of endpoints that read everything from the specification."""

    def make(protocol: Protocol, machine: RoleMachine, seed: int) -> Endpoint:
        return interpreted_endpoint(specification, interpreter, machine, seed)

    return make


def casts(protocol: Protocol, first: Maker, second: Maker, names: tuple[str, str]) -> tuple[Cast, Cast]:
    """Return two casts in which neighbouring roles are made differently, and each role is made both ways once."""
    roles = [role.name for role in protocol.roles]
    one = {role: (first, second)[index % 2] for index, role in enumerate(roles)}
    other = {role: (second, first)[index % 2] for index, role in enumerate(roles)}
    lead = roles[0]
    return Cast(f"{lead}: {names[0]}", one), Cast(f"{lead}: {names[1]}", other)


def perform(
    specification: Specification,
    interpreter: Interpreter,
    module: str,
    protocol: Protocol,
    scenario: Scenario,
    cast: Cast,
    *,
    faults: Faults,
    seed: int,
    sandbox: bool = True,
) -> Performance:
    """Play one scenario. Equal arguments give an equal trace, octet for octet."""
    endpoints = {role.name: cast.makers[role.name](protocol, role, seed) for role in protocol.roles}
    trace = Trace(sandbox)
    simulator = Simulator(
        protocol, endpoints, layers_of(specification), InterpreterCodec(interpreter),
        network_of(protocol, faults, seed), trace, Shower(specification, sandbox),
    )  # fmt: skip
    failure = ScenarioPlayer(simulator, scenario, InterpreterEvaluator(interpreter)).play()
    roles = tuple(role.name for role in protocol.roles)
    return Performance(module, cast.name, outcome(simulator, protocol, scenario, seed, failure), trace, roles)
