"""Endpoints of generated code: role machines, schedules and codecs of an SDK, nothing read from the specification.

The SDK is handed in as a `GeneratedPackage`; whoever generated and imported it knows where it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from art7.runtime.endpoint import (
    Decoded,
    Derived,
    Effect,
    Entered,
    Refusal,
    StartTimer,
    StopTimer,
    Transmit,
)
from art7.runtime.entropy import SeededRandom


@dataclass(frozen=True, slots=True)
class GeneratedPackage:
    """What a generated SDK offers, by the names of the specification.

    `messages`: qualified record → class with `decode` and `encode`; `members`: record → Python attribute by
    member name; `schedules`: qualified schedule → function that takes inputs by name and a `trace`, with the names of its
    secrets; `roles`: (protocol, role) → machine class; `support`: the package's support module; `files`: its text.
    """

    messages: Mapping[str, Any]
    members: Mapping[str, Mapping[str, str]]
    schedules: Mapping[str, tuple[Callable[..., Any], frozenset[str], tuple[str, ...]]]
    roles: Mapping[tuple[str, str], Any]
    support: Any
    files: Mapping[str, str]

    def mapping(self, record: str, value: Any) -> dict[str, Any]:
        """Return the members of a decoded value by the specification's names."""
        return {name: getattr(value, attribute) for name, attribute in self.members[record].items()}


class GeneratedEndpoint:
    """An endpoint that runs a generated role machine."""

    made_of = "generated code"

    def __init__(self, package: GeneratedPackage, protocol: str, role: str, seed: int) -> None:
        self.role = role
        self._package = package
        self._done: list[Effect] = []
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
        return self._take(self._package.support.Local(event, **arguments), "self")

    def receive(self, message: str, octets: bytes, sender: str) -> list[Effect]:
        """Take one message. Raises: `Refusal`."""
        value = self._decode(message, octets)
        event = self._package.support.Received(value, sender, message)
        return self._take(event, "peer", Decoded(message, self._package.mapping(message, value)))

    def timeout(self, timer: str) -> list[Effect]:
        """Let a timer run out; one that this state does not mention has no effect."""
        try:
            return self._take(self._package.support.TimedOut(timer), "self")
        except Refusal as refusal:
            if refusal.code == "A7-R010":
                return []
            raise

    def _take(self, event: Any, blame: str, *before: Effect) -> list[Effect]:
        self._done = []
        state = self.state
        effects = self._machine.receive(event)
        refusal = self._refusal(effects, event, state, blame)
        if refusal is not None:
            raise refusal
        found: list[Effect] = [*before, *self._done]
        found += [made for each in effects if (made := self._effect(each)) is not None]
        if self.state != state:
            found.append(Entered(self.state))
        return found

    def _refusal(self, effects: list[Any], event: Any, state: str, blame: str) -> Refusal | None:
        """Return why `event` itself was refused; what was deferred before and is refused now is dropped."""
        for effect in effects:
            if isinstance(effect, self._package.support.Fail) and effect.event is event:
                if effect.code == "unexpected_event":
                    who = "self" if blame == "self" else "specification"
                    return Refusal("A7-R010", f"{event!r} is not taken in state {state}", who)
                return Refusal(effect.code, f"{event!r} in state {state}", blame)
        return None

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
        if operation == "encode":
            attributes = self._package.members[name]
            given = {attributes[key]: value for key, value in arguments.items() if value is not None}
            return self._package.messages[name](**given).encode()
        if operation == "decode":
            value = self._package.messages[name].decode(arguments["octets"])
            self._done.append(Decoded(name, self._package.mapping(name, value)))
            return value
        return self._derive(name, arguments)

    def _derive(self, name: str, arguments: Mapping[str, Any]) -> Any:
        function, secrets, inputs = self._package.schedules[name]
        trace = self._package.support.DerivationTrace()
        result = function(**arguments, trace=trace)
        values = tuple((key, key in secrets, value) for key, value in trace.steps if key not in inputs)
        self._done.append(Derived(name, values))
        return result

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
