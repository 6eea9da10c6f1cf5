"""Endpoints of generated code: role machines, schedules and codecs of an SDK, nothing read from the specification.

The SDK is handed in as a `GeneratedPackage`; whoever generated and imported it knows where it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from inspect import signature
from typing import Any

from art7.runtime.endpoint import (
    DEFER_LIMIT,
    Decoded,
    Deferred,
    Derived,
    Effect,
    Entered,
    Ignored,
    Learnt,
    Refusal,
    Resumed,
    StartTimer,
    StopTimer,
    Transmit,
)
from art7.runtime.entropy import SeededRandom


def keywords_of(function: Callable[..., Any], inputs: Sequence[str]) -> dict[str, str]:
    """Return the inputs of a schedule that its function spells otherwise (`random` as `random_`); they stand in order."""
    pairs = zip(inputs, signature(function).parameters, strict=False)
    return {declared: python for declared, python in pairs if declared != python}


@dataclass(frozen=True, slots=True)
class GeneratedPackage:
    """What a generated SDK offers, by the names of the specification.

    `messages`: qualified record → class with `decode` and `encode`; `members`: record → Python attribute by
    member name; `schedules`: qualified schedule → function that takes inputs by name and a `trace`, with the names of its
    secrets and inputs; `roles`: (protocol, role) → machine class; `events`: (protocol, role) → (state, local event) → its
    parameters; `support`: the package's support module; `files`: its text.
    """

    messages: Mapping[str, Any]
    members: Mapping[str, Mapping[str, str]]
    schedules: Mapping[str, tuple[Callable[..., Any], frozenset[str], tuple[str, ...]]]
    roles: Mapping[tuple[str, str], Any]
    support: Any
    files: Mapping[str, str]
    events: Mapping[tuple[str, str], Mapping[tuple[str, str], frozenset[str]]] = field(default_factory=dict)

    def mapping(self, record: str, value: Any) -> dict[str, Any]:
        """Return the members of a decoded value, and those of records inside it, by the specification's names."""
        return {
            name: self._plain(getattr(value, attribute)) for name, attribute in self.members[record].items()
        }

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        # By name: what is decoded may be of a twin class that is made faster.
        kind = (type(value).__module__, type(value).__qualname__)
        record = next((name for name, each in self.messages.items() if _kind(each) == kind), None)
        return value if record is None else self.mapping(record, value)


def _kind(known: Any) -> tuple[str, str] | None:
    # A record that is one value alone is an alias of its type, or its text, and no class of ours.
    return (known.__module__, known.__qualname__) if isinstance(known, type) else None


@dataclass(frozen=True, slots=True)
class _Held:
    event: Any
    message: str
    sender: str


_FAULTS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What an expression may raise on values that it does not fit, such as an absent member."""


class GeneratedEndpoint:
    """An endpoint that runs a generated role machine."""

    made_of = "generated code"

    def __init__(self, package: GeneratedPackage, protocol: str, role: str, seed: int) -> None:
        self.role = role
        self._package = package
        self._events = package.events.get((protocol, role), {})
        self._learnt: list[Learnt] = []
        self._why = ("", "")
        self._held: list[_Held] = []
        random = SeededRandom(seed, f"endpoint {role}")
        self._machine = package.roles[protocol, role](self._operate, random=random.octets)

    @property
    def state(self) -> str:
        """The name of the current state."""
        state: str = self._machine.state
        return state

    def variables(self) -> Mapping[str, Any]:
        """Return the role's variables by name."""
        return dict(self._machine.variables)

    def local(self, event: str, arguments: Mapping[str, Any]) -> list[Effect]:
        """Do a local event. Raises: `Refusal` when this state has no enabled transition for it."""
        wrong = self._events.get((self.state, event), frozenset(arguments)) ^ set(arguments)
        if wrong:
            raise Refusal("A7-R011", f"local event {event}: arguments {sorted(wrong)} do not fit", "self")
        try:
            done = self._one(self._package.support.Local(event, **arguments), "self")
        except Refusal as refusal:
            if refusal.code != "A7-R010":
                raise
            reason = f"local event {event} is not possible in state {self.state}"
            raise Refusal("A7-R012", reason, "self") from None
        return done + self._resume()

    def receive(self, message: str, octets: bytes, sender: str) -> list[Effect]:
        """Take one message. Raises: `Refusal`."""
        value = self._decode(message, octets)
        held = _Held(self._package.support.Received(value, sender, message), message, sender)
        done = self._arrive(held, [Decoded(message, self._package.mapping(message, value), octets)])
        return done if self._is_set_aside() else done + self._resume()

    def timeout(self, timer: str) -> list[Effect]:
        """Let a timer run out. Raises: `Refusal`, also when the machine says nothing about it in this state."""
        return self._one(self._package.support.TimedOut(timer), "self") + self._resume()

    # ---- one event ------------------------------------------------------------------------------------------

    def _arrive(self, item: _Held, learnt: list[Learnt]) -> list[Effect]:
        """Let the machine take one message; what it defers is kept here, so that each is all or nothing."""
        done = self._one(item.event, "peer", learnt)
        if self._machine.outcome == "ignored":
            return [*learnt, Ignored(item.message)]
        if self._machine.outcome == "deferred":
            self._machine.waiting.clear()
            if len(self._held) >= DEFER_LIMIT:
                raise Refusal("A7-R013", f"more than {DEFER_LIMIT} messages are deferred", "peer", "", learnt)
            self._held.append(item)
            return [*learnt, Deferred(item.message)]
        return done

    def _is_set_aside(self) -> bool:
        return self._machine.outcome in ("ignored", "deferred")

    def _resume(self) -> list[Effect]:
        """Try what was deferred, oldest first; what is refused now is dropped, and told."""
        effects: list[Effect] = []
        is_moving = True
        while is_moving and self._held:
            waiting, self._held, is_moving = self._held, [], False
            for place, item in enumerate(waiting):
                try:
                    done = self._arrive(item, [])
                except Refusal as refusal:
                    effects.append(Resumed(item.message, item.sender, refusal))
                    continue
                if self._machine.outcome == "deferred":
                    continue
                effects += [Resumed(item.message, item.sender), *done]
                if self._machine.outcome == "taken":
                    self._held += waiting[place + 1 :]
                    is_moving = True
                    break
        return effects

    def _one(self, event: Any, blame: str, learnt: Sequence[Learnt] = ()) -> list[Effect]:
        """Give the machine one event. Raises: `Refusal`, the machine as it was before."""
        machine, state = self._machine, self.state
        kept = {
            name: value.copy() if isinstance(value, dict | set | list) else value
            for name, value in vars(machine).items()
        }
        self._learnt, self._why = list(learnt), ("", "")
        try:
            effects = machine.receive(event)
            self._check(effects, event, blame)
            done = [made for each in effects if (made := self._effect(each)) is not None]
        except Refusal as refusal:
            vars(machine).update(kept)
            whose = blame if refusal.blame == "peer" else refusal.blame
            raise Refusal(refusal.code, refusal.reason, whose, refusal.place, self._learnt) from None
        except _FAULTS as error:
            vars(machine).update(kept)
            reason = f"an expression has no value: {type(error).__name__}"
            raise Refusal("wrong_kind", reason, "specification", "", self._learnt) from None
        if self.state != state:
            done.append(Entered(self.state))
        return [*self._learnt, *done]

    def _check(self, effects: list[Any], event: Any, blame: str) -> None:
        for effect in effects:
            if isinstance(effect, self._package.support.Fail):
                if effect.code == "unexpected_event":
                    reason = f"{event!r} is not taken in state {self.state}"
                    raise Refusal("A7-R010", reason, "specification")
                why, place = self._why
                raise Refusal(effect.code, why or f"{event!r} in state {self.state}", blame, place)

    def _effect(self, effect: Any) -> Effect | None:
        support = self._package.support
        if isinstance(effect, support.Send):
            octets = self._encode(effect.name, effect.message)
            return Transmit(effect.name, octets, effect.receiver, dict(effect.fields))
        if isinstance(effect, support.StartTimer):
            return StartTimer(effect.name, effect.milliseconds)
        if isinstance(effect, support.StopTimer):
            return StopTimer(effect.name)
        return None

    # ---- what the machine asks for --------------------------------------------------------------------------

    def _operate(self, operation: str, name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            if operation == "encode":
                return self._build(name, arguments)
            if operation == "decode":
                params = {key: each for key, each in arguments.items() if key != "octets"}
                value = self._package.messages[name].decode(arguments["octets"], **params)
                self._learnt.append(Decoded(name, self._package.mapping(name, value), arguments["octets"]))
                return value
            return self._derive(name, arguments)
        except ValueError as error:
            path, offset = getattr(error, "path", ""), getattr(error, "offset", None)
            self._why = (f"{name}: {error}", path if offset is None else f"{path}, octet {offset}")
            raise

    def _build(self, name: str, arguments: Mapping[str, Any]) -> bytes:
        """Write a record; arguments that are none of its members are parameters of its encoder."""
        attributes = self._package.members[name]
        given = {attributes[key]: v for key, v in arguments.items() if v is not None and key in attributes}
        params = {key: value for key, value in arguments.items() if key not in attributes}
        octets: bytes = self._package.messages[name](**given).encode(**params)
        return octets

    def _derive(self, name: str, arguments: Mapping[str, Any]) -> Any:
        function, secrets, inputs = self._package.schedules[name]
        trace = self._package.support.DerivationTrace()
        try:
            spelled = keywords_of(function, inputs)
            return function(**{spelled.get(key, key): each for key, each in arguments.items()}, trace=trace)
        finally:
            steps = [(key, key in secrets, value) for key, value in trace.steps]
            given = tuple(step for step in steps if step[0] in inputs)
            self._learnt.append(Derived(name, tuple(s for s in steps if s[0] not in inputs), given))

    def _decode(self, message: str, octets: bytes) -> Any:
        try:
            return self._package.messages[message].decode(octets)
        except self._package.support.DecodeError as error:
            raise Refusal(
                error.code, f"{message}: {error}", "peer", f"{error.path}, octet {error.offset}"
            ) from None

    def _encode(self, message: str, value: Any) -> bytes:
        try:
            octets: bytes = value.encode()
        except self._package.support.EncodeError as error:
            raise Refusal(error.code, f"{message}: {error}", "self", error.path) from None
        return octets
