"""Playing an offer's scenarios: generated code on one side, the interpreter on the other, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from art7.grammar.ir.module import Protocol, RoleMachine, Specification
    from art7.runtime.endpoint import Endpoint
    from art7.runtime.generated import GeneratedPackage
    from art7.runtime.network import Faults
    from art7.runtime.play import Maker, Performance


class UnknownScenario(KeyError):
    """A wanted scenario that there is not, or whose short `name` several have; `known` are the names to choose from."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = tuple(known)


def performances(
    specification: Specification,
    modules: Sequence[str],
    package: GeneratedPackage,
    *,
    networks: Sequence[Faults],
    seeds: Sequence[int],
    wanted: Sequence[str] = (),
    sandbox: bool = True,
) -> Iterator[Performance]:
    """Play every scenario of `modules` (or the `wanted` ones) by both casts, on each network, once a seed.

    Raises: `UnknownScenario`.
    """
    from art7.interpreter.shared import interpreter_of
    from art7.runtime.play import (
        casts,
        compared,
        interpreter_maker,
        perform,
        qualified_name,
        scenarios_of,
    )

    found = scenarios_of(specification, modules)
    names = {qualified_name(*each): each for each in found}
    chosen = list(dict.fromkeys(_choose(names, name) for name in wanted)) or list(names)
    interpreter = interpreter_of(specification)
    second = interpreter_maker(specification, interpreter)
    first = generated_maker(package)
    for name in chosen:
        module, protocol, scenario = names[name]
        before: dict[tuple[Faults, int], Performance] = {}
        for cast in casts(protocol, first, second, ("generated code", "interpreter")):
            for faults, seed in product(networks, seeds):
                played = perform(
                    specification, interpreter, module, protocol, scenario, cast,
                    faults=faults, seed=seed, sandbox=sandbox,
                )  # fmt: skip
                # Both casts see the same network and the same randomness: they must take the same course.
                other = before.setdefault((faults, seed), played)
                yield played if other is played else compared(other, played)


def generated_maker(package: GeneratedPackage) -> Maker:
    """Return a maker of endpoints that run generated code."""
    from art7.runtime.generated import GeneratedEndpoint

    def make(protocol: Protocol, machine: RoleMachine, seed: int) -> Endpoint:
        return GeneratedEndpoint(package, protocol.name, machine.name, seed)

    return make


def _choose(names: Mapping[str, object], name: str) -> str:
    """Return the one scenario called `name`, or whose name ends with it."""
    if name in names:
        return name
    ends = [each for each in names if each.endswith(f".{name}")]
    if len(ends) != 1:
        raise UnknownScenario(name, ends or list(names))
    return ends[0]
