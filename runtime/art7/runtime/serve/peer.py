"""One session of the test peer, without sockets or clock: what came in, played anew, gives the same session to the octet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Protocol, Specification
from art7.interpreter.prepare import Interpreter
from art7.runtime.endpoint import Effect, Endpoint, Refusal
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.layers import layers_of
from art7.runtime.network import Faults
from art7.runtime.play import Maker
from art7.runtime.show import Shower
from art7.runtime.simulator import Simulator, local_shapes, network_of
from art7.runtime.trace import Entry, Trace

CALM = Faults(delay_ms=0)


class RemoteEndpoint:
    """The role that a stranger plays: what it is sent leaves through the trace, what it does comes from the wire."""

    made_of = "remote"
    state = "remote"

    def __init__(self, role: str) -> None:
        self.role = role

    def variables(self) -> Mapping[str, Any]:
        """Nothing is known of them."""
        return {}

    def local(self, event: str, arguments: Mapping[str, Any]) -> list[Effect]:
        """Refuse: a stranger's own events are its own."""
        raise Refusal("A7-R092", f"{self.role} is played by the stranger, and does {event} itself", "self")

    def receive(self, message: str, octets: bytes, sender: str) -> list[Effect]:
        """Pass on."""
        return []

    def timeout(self, timer: str) -> list[Effect]:
        """A stranger's timers are its own."""
        return []


@dataclass(frozen=True, slots=True)
class Frame:
    """Octets for the stranger; `number` counts from 1 and names them when it connects again."""

    number: int
    sender: str
    octets: bytes
    expects: str = ""
    """In the misbehaving mode: the error with which it must be refused."""


class PeerSession:
    """A protocol in which `remote` is played elsewhere. Times are milliseconds since the session began, and never go back.

    `forgetful`: entries of the trace are numbered, not kept, and no value is made ready to be shown; all else is the same.
    """

    def __init__(
        self,
        specification: Specification,
        interpreter: Interpreter,
        protocol: Protocol,
        remote: str,
        maker: Maker,
        seed: int,
        *,
        forgetful: bool = False,
    ) -> None:
        endpoints: dict[str, Endpoint] = {
            role.name: RemoteEndpoint(role.name) if role.name == remote else maker(protocol, role, seed)
            for role in protocol.roles
        }
        self.protocol = protocol
        self.remote = remote
        self.trace = Trace(sandbox=True)
        self.shower = Shower(specification, sandbox=True, silent=forgetful)
        self.frames: list[Frame] = []
        self._read = 0
        self._forgetful = forgetful
        self._codec = InterpreterCodec(interpreter)
        self._layers = layers_of(specification)
        self._simulator = Simulator(
            protocol, endpoints, self._layers, self._codec,
            network_of(protocol, CALM, seed), self.trace, self.shower,
        )  # fmt: skip
        self._vectors = [
            each for module in specification.modules.values() for each in module.vectors if not each.accept
        ]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in the order of the protocol."""
        return tuple(role.name for role in self.protocol.roles)

    def states(self) -> dict[str, str]:
        """Return the state of each role that art7 plays."""
        return {name: each.state for name, each in self._simulator.endpoints.items() if name != self.remote}

    @property
    def now_ms(self) -> int:
        """The time up to which the session has been played."""
        return self._simulator.network.now_ms

    @property
    def due_ms(self) -> int | None:
        """When something is due that nobody has to ask for, such as a timer of ours."""
        return self._simulator.network.due_ms

    def may_send(self, receiver: str) -> bool:
        """Whether a channel leads from the stranger to this role."""
        return any((c.sender, c.receiver) == (self.remote, receiver) for c in self.protocol.channels)

    def take(self, at_ms: int, receiver: str, octets: bytes) -> Mapping[str, Any]:
        """Take octets from the stranger; return what became of them: `outcome`, and of a refusal code, reason and place."""
        self._advance(at_ms)
        number = self._simulator.submit(self.remote, receiver, octets)
        self._advance(at_ms)
        found = (
            e for e in self.trace.since(number) if e.kind in ("receive", "refuse") and e.role == receiver
        )
        answer = next(map(_outcome, found), {"outcome": "under way"})
        self._forget()
        return answer

    def local(self, at_ms: int, role: str, event: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let a role of ours do a local event; return whether it did."""
        self._advance(at_ms)
        number = self.trace.count
        answer: Mapping[str, Any] = {"outcome": "done"}
        try:
            self._simulator.local(role, event, self._arguments(role, event, arguments))
        except Refusal:
            answer = _outcome(next(each for each in self.trace.since(number) if each.kind == "refuse"))
        else:
            self._advance(at_ms)
        self._forget()
        return answer

    def misbehave(self, at_ms: int) -> int:
        """Send every octet string that the offer's vectors say must be refused; return how many there are."""
        self._advance(at_ms)
        sent = 0
        for channel in self.protocol.channels:
            if channel.receiver != self.remote:
                continue
            for each in self._vectors:
                if each.subject not in channel.carries or each.octets is None:
                    continue
                _, octets = self._layers.carry(each.subject, each.octets, self._codec)
                self.trace.add(
                    at_ms, channel.sender, "send", message_number=self.trace.count + 1, receiver=self.remote,
                    message=each.subject, octets=octets.hex(), network=[], made_of="misbehaving", value={},
                )  # fmt: skip
                self._put(channel.sender, octets, each.error or "")
                sent += 1
        self._read = self.trace.count
        self._forget()
        return sent

    def advance(self, at_ms: int) -> None:
        """Do everything that is due until `at_ms`, and collect what is for the stranger."""
        self._advance(at_ms)
        self._forget()

    def _advance(self, at_ms: int) -> None:
        while self._simulator.step(at_ms):
            continue
        network = self._simulator.network
        network.now_ms = max(network.now_ms, at_ms)
        for entry in self.trace.since(self._read):
            if entry.kind in ("receive", "refuse") and entry.role == self.remote and "octets" in entry.data:
                self._put(str(entry.data["sender"]), bytes.fromhex(str(entry.data["octets"])))
        self._read = self.trace.count

    def _forget(self) -> None:
        if self._forgetful:
            self._simulator.forget()

    def _arguments(self, role: str, event: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments as a machine takes them: octets come as hexadecimal, large integers as text."""
        shapes = local_shapes(self.protocol, role, event)
        return {name: _given(shapes.get(name), value) for name, value in given.items()}

    def _put(self, sender: str, octets: bytes, expects: str = "") -> None:
        self.frames.append(Frame(len(self.frames) + 1, sender, octets, expects))


def _outcome(entry: Entry) -> Mapping[str, Any]:
    names = ("outcome", "message", "code", "reason", "place", "state", "state_after", "clause")
    return {"outcome": "refused", **{name: entry.data[name] for name in names if name in entry.data}} | {
        "entry": entry.number
    }


def _given(shape: s.Shape | None, value: Any) -> Any:
    try:
        if isinstance(shape, s.Octets):
            return bytes.fromhex(value)
        return int(value) if isinstance(shape, s.Integer) else value
    except (TypeError, ValueError):
        return value  # the machine refuses what it cannot use


def lines_of(entries: Sequence[Entry]) -> str:
    """Return entries as JSON lines."""
    return "".join(entry.as_json() + "\n" for entry in entries)
