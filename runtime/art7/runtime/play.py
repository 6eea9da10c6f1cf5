"""Plays scenarios of a specification with a cast of endpoints, and sums up what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from art7.grammar.ir.module import Protocol, RoleMachine, Scenario, Specification
from art7.interpreter.prepare import Interpreter
from art7.runtime.blame import NETWORK, Failure
from art7.runtime.codes import CODES
from art7.runtime.endpoint import Endpoint
from art7.runtime.interpreted import InterpreterCodec, InterpreterEvaluator, interpreted_endpoint
from art7.runtime.layers import layers_of
from art7.runtime.network import Faults
from art7.runtime.redact import Secrets, scrubbed
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
    course: tuple[str, ...] = ()
    """Digests to compare two casts by, see `course`."""


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
    trace, shower = Trace(sandbox), Shower(specification, sandbox)
    simulator = Simulator(
        protocol, endpoints, layers_of(specification), InterpreterCodec(interpreter),
        network_of(protocol, faults, seed), trace, shower,
    )  # fmt: skip

    def reference(role: str) -> Endpoint:
        machine = next(each for each in protocol.roles if each.name == role)
        return interpreted_endpoint(specification, interpreter, machine, seed)

    failure = ScenarioPlayer(simulator, scenario, InterpreterEvaluator(interpreter), reference).play()
    if failure is not None and failure.party == NETWORK and faults.flip is not None:
        calm = replace(faults, flip=None)
        whole = perform(
            specification, interpreter, module, protocol, scenario, cast, faults=calm, seed=seed, sandbox=sandbox
        ).outcome.failure  # fmt: skip
        if whole is not None:
            # Without the damage it fails as well: the network is not the cause. Entries are of the other trace.
            failure = replace(whole, reason=f"{whole.reason} (also without the damaged bit)", entries=())
    if not sandbox:
        trace.conceal(shower.secrets)
        failure = _concealed(failure, shower.secrets)
    roles = tuple(role.name for role in protocol.roles)
    result = outcome(simulator, protocol, scenario, seed, failure)
    return Performance(module, cast.name, result, trace, roles, course(trace))


WORDING = frozenset(("made_of", "reason", "place", "value"))
"""Data of an entry that say what octets, codes and states say as well, in an execution's own words."""


def course(trace: Trace) -> tuple[str, ...]:
    """Return a digest of each entry, without what two executions may put in other words (see `WORDING`)."""
    return tuple(
        sha256(
            replace(e, data={k: v for k, v in e.data.items() if k not in WORDING}).as_json().encode()
        ).hexdigest()
        for e in trace.entries
    )


def compared(one: Performance, other: Performance) -> Performance:
    """Return `other`, failed with A7-R040 if the casts did not do the same on the same seed; a failure stays."""
    if other.outcome.failure is not None or one.course == other.course:
        return other
    pairs = zip(one.course, other.course, strict=False)
    entry = next(
        (i for i, (a, b) in enumerate(pairs, start=1) if a != b), min(len(one.course), len(other.course)) + 1
    )
    reason = f"the same seed took another course with the roles exchanged, from entry {entry} on"
    failure = Failure(
        0, "both casts", reason, "art7", "A7-R040", entries=(entry,), help=CODES["A7-R040"].next_step
    )
    return replace(other, outcome=replace(other.outcome, passed=False, failure=failure))


def _concealed(failure: Failure | None, secrets: Secrets) -> Failure | None:
    if failure is None:
        return None
    return replace(failure, reason=scrubbed(failure.reason, secrets.replacements()))
