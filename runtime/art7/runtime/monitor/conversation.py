"""One conversation: the protocols that it may be a run of, its last messages, and where it first departs."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Protocol
from art7.interpreter.errors import CodecError
from art7.prover.roles.ladder_text import Rung, short
from art7.runtime.endpoint import Refusal
from art7.runtime.monitor.hypothesis import Role, place_of
from art7.runtime.monitor.knowledge import Knowledge, Unknown
from art7.runtime.monitor.lines import Line
from art7.runtime.monitor.reading import MessageReader
from art7.runtime.monitor.tracker import Fault, Tracker, Undecided

LADDER = 12
"""Events that a departure shows, itself the last."""


@dataclass(frozen=True, slots=True)
class Kit:
    """A protocol made ready for watching; `loose` roles for logs of messages, `strict` for traces."""

    protocol: Protocol
    loose: Mapping[str, Role]
    strict: Mapping[str, Role]
    reader: MessageReader
    clauses: Mapping[str, tuple[str, ...]]
    """Requirement or record → what it cites."""
    knowledge: Knowledge

    def fits(self, line: Line) -> bool:
        """Whether a line may belong to a run of this protocol."""
        if line.kind in ("message", "received"):
            return self.reader.carries(line.sender, line.receiver)
        return (line.role or line.receiver) in self.strict


@dataclass(frozen=True, slots=True)
class Departure:
    """The first line of a conversation that the specification does not explain."""

    conversation: str
    line: int
    at_ms: int | None
    code: str
    party: str
    reason: str
    protocol: str = ""
    message: str = ""
    error: str = ""
    requirement: str = ""
    clause: tuple[str, ...] = ()
    place: str = ""
    member: str = ""
    octet: int | None = None
    roles: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Found:
    fault: Fault
    message: str = ""
    error: CodecError | None = None


class Conversation:
    """Follows one conversation line by line until it departs."""

    def __init__(self, name: str, kits: Sequence[Kit], *, is_trace: bool, midway: bool) -> None:
        self.name = name
        self.is_trace = is_trace
        self._runs = [
            (
                kit,
                Tracker(
                    kit.protocol, kit.strict if is_trace else kit.loose, complete=is_trace, midway=midway
                ),
            )
            for kit in kits
        ]
        self._rungs: deque[Rung] = deque(maxlen=LADDER)
        self._name = ""

    @property
    def runs(self) -> tuple[tuple[Kit, Tracker], ...]:
        """The protocols that it may still be a run of, each with what its roles may be doing."""
        return tuple(self._runs)

    def take(self, line: Line) -> Departure | None:
        """Follow one line; return the departure that it shows in every protocol left. Raises: `Undecided`."""
        faults: list[tuple[Kit, _Found]] = []
        self._name = ""
        left = []
        undecided: Undecided | None = None
        for kit, tracker in self._runs:
            kit.knowledge.forget(len(line.octets or b""))
            try:
                found = self._follow(kit, tracker, line)
            except Undecided as error:
                undecided = error
                continue
            if found is None:
                left.append((kit, tracker))
            else:
                faults.append((kit, found))
        if left:
            self._runs = left
            self._note(line, self._name, left[0][0])
            return None
        if undecided is not None:
            raise undecided
        kit, found = max(faults, key=lambda each: each[1].error is None)
        self._note(line, found.message or self._name, kit, found.fault.error or found.fault.code)
        return self._departure(line, kit, found)

    # ---- one line in one protocol -----------------------------------------------------------------------------

    def _follow(self, kit: Kit, tracker: Tracker, line: Line) -> _Found | None:
        if not kit.fits(line):
            return _Found(Fault("A7-R077", line.sender or line.role, _no_channel(line, kit)))
        match line.kind:
            case "message":
                return self._message(kit, tracker, line)
            case "received":
                return self._received(kit, tracker, line)
            case "refused":
                party = {"peer": line.sender or line.role, "self": line.role}.get(line.name, line.name)
                reason = f"{line.role} refused {short(line.message) or 'an event'}: {line.detail}"
                return _Found(Fault("A7-R076", party, reason, line.detail.partition(":")[0]), line.message)
            case "state":
                fault = tracker.entered(line.role, line.name)
            case kind:
                role = kit.strict[line.role]
                fault = tracker.happened(line.role, kind, line.name, _given(role, line))
        return None if fault is None else _Found(fault)

    def _message(self, kit: Kit, tracker: Tracker, line: Line) -> _Found | None:
        found, message, value = self._read(kit, line)
        if found is not None:
            return found
        self._name = message
        if line.seen == "received":
            fault = tracker.observed(line.sender, line.receiver, message, value, line.octets or b"")
            fault = fault or tracker.received(line.sender, line.receiver, message, value)
        else:
            fault = tracker.sent(line.sender, line.receiver, message, value, line.octets or b"")
        return None if fault is None else _Found(fault, message)

    def _received(self, kit: Kit, tracker: Tracker, line: Line) -> _Found | None:
        found, message, value = self._read(kit, line)
        if found is not None:
            return found
        fault = tracker.received(line.sender, line.receiver, message, value)
        return None if fault is None else _Found(fault, message)

    def _read(self, kit: Kit, line: Line) -> tuple[_Found | None, str, Any]:
        """Return what a line carries; members are unknown where secrets were taken out of the octets."""
        told = kit.reader.named(line.sender, line.receiver, line.message) if line.message else ""
        if told is None:
            reason = f"`{line.message}` is no one message from {line.sender} to {line.receiver}"
            return _Found(Fault("A7-R077", line.sender, reason)), "", None
        if line.octets is None:
            if told:
                return None, told, Unknown()
            fault = Fault("A7-R082", line.sender, "neither octets nor the name of a message")
            return _Found(fault), "", None
        try:
            message, value = kit.reader.read(line.sender, line.receiver, line.octets, told)
        except CodecError as error:
            return _Found(Fault("A7-R070", line.sender, str(error), error.code), told, error), "", None
        except Refusal as refusal:
            who = line.sender if refusal.blame == "peer" else refusal.blame
            return _Found(Fault("A7-R070", who, refusal.reason, refusal.code), told), "", None
        if told and told != message:
            reason = f"the log says {told}, and the octets are {message}"
            return _Found(Fault("A7-R078", "log", reason), message), "", None
        return None, message, value

    # ---- what is told -----------------------------------------------------------------------------------------

    def _note(self, line: Line, message: str, kit: Kit, refused: str = "") -> None:
        at = str(line.number)
        text = short(message or line.message or line.name) or f"{len(line.octets or b'')} octets"
        if line.kind == "message":
            kind = "lost" if refused else "message"
            self._rungs.append(
                Rung(at, line.sender, line.receiver, text + (f" ✗ {refused}" if refused else ""), kind)
            )
            return
        role = line.role or line.receiver
        if role not in kit.strict:
            return
        kind = {"received": "receive", "state": "state", "timeout": "timeout"}.get(line.kind, "local")
        text = f"{text} refused: {refused}" if refused else text
        self._rungs.append(Rung(at, role, None, text, "refused" if refused else kind))

    def _departure(self, line: Line, kit: Kit, found: _Found) -> Departure:
        fault, error = found.fault, found.error
        requirement = error.requirement or "" if error is not None else ""
        cited = (error.ref,) if error is not None and error.ref else ()
        clause = cited or kit.clauses.get(requirement) or kit.clauses.get(found.message, ())
        return Departure(
            self.name, line.number, line.at_ms, fault.code, fault.party, fault.reason,
            protocol=kit.protocol.name, message=found.message or line.message, error=fault.error,
            requirement=requirement, clause=clause or kit.protocol.refs,
            place="" if fault.span is None else place_of(fault.span),
            member=fault.member if error is None else error.path, octet=None if error is None else error.offset,
            roles=tuple(kit.strict), ladder=tuple(self._rungs),
        )  # fmt: skip


def _no_channel(line: Line, kit: Kit) -> str:
    if line.sender and line.receiver:
        return f"{kit.protocol.name} has no channel from {line.sender} to {line.receiver}"
    return f"{kit.protocol.name} has no role {line.role or line.receiver}"


def _given(role: Role, line: Line) -> dict[str, Any]:
    """Return the arguments of a local event as the machine takes them; what the log conceals is unknown."""
    shapes = {
        param.name: param.shape
        for state in role.machine.states
        for transition in state.transitions
        if transition.trigger.kind == "local" and line.name in transition.trigger.names
        for param in transition.trigger.params
    }
    return {name: _value(shapes[name], value) for name, value in line.given.items() if name in shapes}


def _value(shape: s.Shape, value: Any) -> Any:
    try:
        match shape:
            case s.Octets():
                return bytes.fromhex(value)
            case s.Integer():
                return int(value)
            case s.Boolean() if isinstance(value, bool):
                return value
            case s.Text() if isinstance(value, str) and not value.startswith("secret of "):
                return value
            case _:
                return Unknown()
    except (TypeError, ValueError):
        return Unknown()
