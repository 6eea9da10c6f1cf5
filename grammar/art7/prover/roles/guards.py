"""The guards of one event in one state: do they cover everything, and does only one hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir.module import Enum, RoleMachine, Specification, State, Transition
from art7.prover.budget import Budget
from art7.prover.roles.machine import Covers
from art7.prover.roles.samples import Thing, assignments, leaves, renamed, spelled
from art7.prover.roles.values import UNKNOWN, value_of

Sample = tuple[tuple[str, Any], ...]
"""What is compared, and a value of it."""

Possible = Mapping[str, set[tuple[Any, ...]]]
"""What is known of the followed variables in each state."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The transitions of one event in one state, and what was found out about their guards.

    `covers`: for every value a guard holds. `gap` is a sample that none takes, `clash` two transitions and a sample that both
    take. `decided` is false where the guards are of a form, or compare so much, that samples do not settle them.
    """

    state: State
    kind: str
    name: str
    peer: str | None
    transitions: tuple[Transition, ...]
    covers: bool = False
    gap: Sample | None = None
    clash: tuple[Transition, Transition, Sample] | None = None
    decided: bool = True

    @property
    def asks(self) -> bool:
        """Whether a sample that no guard takes is a fault: nothing else says what happens then.

        A local event with one guard is possible while that holds; with several, they tell cases apart.
        """
        if self.kind == "local":
            return len(self.transitions) > 1
        said = (*self.state.ignore, *self.state.defer)
        return self.kind == "timeout" or not any(
            name == self.name and peer in (None, self.peer) for name, peer in said
        )


def choices(
    machine: RoleMachine,
    names: tuple[str, ...],
    possible: Possible,
    specification: Specification,
    budget: Budget,
) -> Iterator[Choice]:
    """Yield every event with a guard; `names` are the variables that `possible` knows of.

    Those for which no seconds are left are not decided.
    """
    enums = {enum.name: enum for module in specification.modules.values() for enum in module.enums}
    for state in machine.states:
        groups: dict[tuple[str, str, str | None], list[Transition]] = {}
        for transition in state.transitions:
            trigger = transition.trigger
            for name in trigger.names:
                groups.setdefault((trigger.kind, name, trigger.peer), []).append(transition)
        for (kind, name, peer), transitions in groups.items():
            if any(transition.guard is not None for transition in transitions):
                asked = _Asked(machine, names, possible.get(state.name, set()), specification, enums)
                choice = Choice(state, kind, name, peer, tuple(transitions))
                yield asked.choice(choice) if budget.left > 0 else _with(choice, decided=False)


def covers_of(found: list[Choice]) -> Covers:
    """Return what the roles' step relation needs to know."""
    return {(c.state.name, c.kind, c.name, c.peer): c.covers for c in found}


@dataclass(frozen=True, slots=True)
class _Asked:
    machine: RoleMachine
    names: tuple[str, ...]
    possible: set[tuple[Any, ...]]
    specification: Specification
    enums: Mapping[str, Enum]

    def choice(self, choice: Choice) -> Choice:
        """Return it with what all samples say."""
        guards, things, names = self._guards(choice)
        samples = assignments(things, [guard for guard in guards if guard is not None], self.enums)
        if samples is None:
            return _with(choice, decided=False)
        gap, clash, decided = None, None, True
        for values in samples:
            known = {f"#{place}": value for place, value in enumerate(values)}
            if not self._is_possible(things, values):
                continue
            held = []
            for place, guard in enumerate(guards):
                truth = True if guard is None else value_of(guard, known)
                if truth is UNKNOWN:
                    decided = False
                elif truth:
                    held.append(place)
            if not decided:
                return _with(choice, decided=False)
            sample = tuple(zip(names, values, strict=True))
            if not held and gap is None:
                gap = sample
            both = [choice.transitions[place] for place in held if guards[place] is not None]
            if clash is None and len(both) > 1:
                clash = (both[0], both[1], sample)
        return _with(choice, covers=gap is None, gap=gap, clash=clash)

    def _guards(self, choice: Choice) -> tuple[list[e.Expr | None], list[Thing], list[str]]:
        """Return the guards over numbered variables, what these stand for, and how a text spells it."""
        things: dict[str, Thing] = {}
        guards: list[e.Expr | None] = []
        for transition in choice.transitions:
            if transition.guard is None:
                guards.append(None)
                continue
            names: dict[e.Expr, str] = {}
            for leaf in leaves(transition.guard):
                plain = _bound(leaf, transition.trigger.binding)
                key = repr(plain)
                things.setdefault(key, self._thing(leaf, transition, choice.name))
                names[leaf] = f"#{list(things).index(key)}"
            guards.append(renamed(transition.guard, names))
        return guards, list(things.values()), [thing.name for thing in things.values()]

    def _thing(self, leaf: e.Expr, transition: Transition, message: str) -> Thing:
        binding = transition.trigger.binding
        match leaf:
            case e.Attribute(base=e.LocalRef(name=base), name=name) if base == binding:
                for slot in self.specification.record(message).slots:
                    if slot.name == name:
                        return Thing(leaf, slot.shape, slot.optional)
            case e.LocalRef(name=name):
                for param in transition.trigger.params:
                    if param.name == name:
                        return Thing(leaf, param.shape, param.nullable)
                for variable in self.machine.variables:
                    if variable.name == name:
                        return Thing(leaf, variable.shape, variable.initial is None)
        return Thing(leaf, None)

    def _is_possible(self, things: list[Thing], values: tuple[Any, ...]) -> bool:
        """Whether some run may bring the followed variables to these values in this state."""
        places = {name: place for place, name in enumerate(self.names)}
        asked = [
            (places[thing.expr.name], value) for thing, value in zip(things, values, strict=True)
            if isinstance(thing.expr, e.LocalRef) and thing.expr.name in places
        ]  # fmt: skip
        if not asked or not self.possible:
            return True
        return any(all(known[place] in (value, UNKNOWN) for place, value in asked) for known in self.possible)


def _bound(leaf: e.Expr, binding: str | None) -> e.Expr:
    """Return the thing with the name of the message that arrived made one: each transition may call it otherwise."""
    if binding is None:
        return leaf
    names: dict[e.Expr, str] = {
        node: "\0" for node in e.walk(leaf) if isinstance(node, e.LocalRef) and node.name == binding
    }
    return _renamed_base(leaf, names)


def _renamed_base(expr: e.Expr, names: Mapping[e.Expr, str]) -> e.Expr:
    if isinstance(expr, e.Attribute):
        return e.Attribute(_renamed_base(expr.base, names), expr.name, expr.kind)
    return renamed(expr, names)


def _with(
    choice: Choice, *, covers: bool = False, gap: Sample | None = None,
    clash: tuple[Transition, Transition, Sample] | None = None, decided: bool = True,
) -> Choice:  # fmt: skip
    return Choice(
        choice.state, choice.kind, choice.name, choice.peer, choice.transitions, covers, gap, clash, decided
    )


def told(sample: Sample) -> str:
    """Return a sample as a phrase: `m.n is 7 and count is 0`."""
    return " and ".join(f"{name} is {spelled(e.Literal(value, e.Kind.ANY))}" for name, value in sample)
