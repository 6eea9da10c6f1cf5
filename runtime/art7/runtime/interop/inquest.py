"""One conversation of a recording, entry by entry: the first thing that the offer does not explain, and whose it is.

The monitor judges what every role may do and what formats allow. A trace of both sides says more: what was derived and
read, what was refused and set aside, when timers ran out, and, at its end, what was due and never came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from art7.grammar.ir.module import Specification
from art7.interpreter.errors import CodecError
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import find_schedule
from art7.runtime.difference.derivations import CONCEALED, Derivation
from art7.runtime.difference.judgement import Judge
from art7.runtime.endpoint import Refusal
from art7.runtime.interop.machines import checked, is_groundless, is_hidden, prescribed
from art7.runtime.interop.octets import carried_at, first_difference, octet_of
from art7.runtime.interop.timers import Timers
from art7.runtime.interop.verdict import Verdict
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.layers import layers_of
from art7.runtime.monitor.conversation import Conversation, Departure, Kit
from art7.runtime.monitor.hypothesis import place_of
from art7.runtime.monitor.lines import Line
from art7.runtime.show import Shower
from art7.runtime.simulator import outermost

EVENTS = ("local", "receive", "timeout", "resume")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the recording: its number, its object, and what the monitor makes of it (`None`: nothing)."""

    number: int
    data: Mapping[str, Any]
    line: Line | None


@dataclass(slots=True)
class Inquest:
    """Finds the first fault among the entries of one conversation. Raises: `Undecided`."""

    specification: Specification
    interpreter: Interpreter
    kits: Sequence[Kit]
    tolerance_ms: float
    entries: Sequence[Entry]
    name: str
    _sent: dict[int, bytes] = field(default_factory=dict)
    _timers: list[Timers] = field(default_factory=list)

    def verdict(self) -> Verdict | None:
        """Return the first fault, or nothing."""
        lines = [each.line for each in self.entries if each.line is not None]
        if not lines:
            return None
        kits = [kit for kit in self.kits if kit.fits(lines[0])]
        if not kits:
            first = lines[0]
            who = first.sender or first.role
            reason = f"no protocol of the offer has a channel or a role for {who}"
            return Verdict(self.name, who, "A7-R077", reason, first.number)
        conversation = Conversation(self.name, kits, is_trace=lines[0].is_trace, midway=False)
        for place, entry in enumerate(self.entries):
            found = self._entry(conversation, place, entry)
            if found is not None:
                return found
        return self._owed(conversation)

    def _entry(self, conversation: Conversation, place: int, entry: Entry) -> Verdict | None:
        kind = str(entry.data.get("kind", ""))
        if kind == "derive":
            return self._derived(entry)
        if kind == "decode":
            return self._read(conversation, place, entry)
        if entry.line is None:
            return None
        if kind == "send":
            self._sent[_message_number(entry)] = entry.line.octets or b""
        found = self._late(conversation, place, entry)
        if kind in ("receive", "refuse"):
            found = found or self._altered(entry) or self._learnt(place, entry)
            found = found or self._judged(conversation, entry)
        if found is not None:
            return found
        departure = conversation.take(entry.line)
        return None if departure is None else self._departed(conversation, entry, departure)

    # ---- what is derived and read ------------------------------------------------------------------------------

    def _derived(self, entry: Entry) -> Verdict | None:
        data = entry.data
        name, rows = str(data.get("schedule", "")), [*_rows(data, "inputs"), *_rows(data, "steps")]
        try:
            module, schedule = find_schedule(self.specification, name)
        except KeyError:
            return None
        values = {str(row.get("name")): row.get("value") for row in rows}
        derivation = Derivation(name, str(data.get("role")), str(entry.number), values)
        judge = Judge(self.interpreter, schedule, derivation)
        for row in _rows(data, "steps"):
            step = str(row.get("name"))
            judgement = judge.judge(step)
            if judgement.verdict != "not as specified":
                continue
            why = "".join(f"; {each.mistake}: {each.what}" for each in judgement.explanations[:1])
            reason = f"{derivation.role} derives another `{step}` in {name} than its schedule gives{why}"
            return Verdict(
                self.name, derivation.role, "A7-R100", reason, entry.number, message=name,
                clause=schedule.refs, place=place_of(schedule.span), member=step,
            )  # fmt: skip
        return None

    def _learnt(self, place: int, entry: Entry) -> Verdict | None:
        """Judge what a role had derived when it refused: a trace writes that after the refusal, as undone."""
        for later in self.entries[place + 1 :]:
            if not later.data.get("undone") or later.data.get("role") != entry.data.get("role"):
                return None
            found = self._derived(later) if later.data.get("kind") == "derive" else None
            if found is not None:
                return found
        return None

    def _read(self, conversation: Conversation, place: int, entry: Entry) -> Verdict | None:
        before = self.entries[place - 1] if place else None
        if before is None or before.data.get("kind") != "receive" or before.line is None:
            return None
        message, role = str(entry.data.get("message")), str(entry.data.get("role"))
        if before.data.get("message") != message or before.data.get("role") != role:
            return None
        opened = self._opened(conversation.runs[0][0], before.line)
        if opened is None or opened[0] != message or opened[2] is None:
            return None
        right = Shower(self.specification, True).record(message, opened[2])
        member = _differs(right, entry.data.get("value"))
        if member is None:
            return None
        octets = before.line.octets or b""
        return Verdict(
            self.name, role, "A7-R105", f"{role} reads another `{member or message}` than the octets hold",
            entry.number, message=message, clause=conversation.runs[0][0].clauses.get(message, ()), member=member,
            octet=octet_of(self.interpreter, message, opened[1], octets, member),
        )  # fmt: skip

    # ---- what is taken, refused, set aside ---------------------------------------------------------------------

    def _altered(self, entry: Entry) -> Verdict | None:
        sent = self._sent.get(_message_number(entry))
        line = entry.line
        try:
            found = bytes.fromhex(entry.data["octets"])
        except (KeyError, TypeError, ValueError):
            return None
        if line is None or sent is None or sent == found:
            return None
        octet = first_difference(sent, found)
        reason = f"octet {octet} arrived at {line.role} otherwise than {line.sender} sent it"
        return Verdict(self.name, "network", "A7-R050", reason, entry.number, line.message, octet=octet)

    def _judged(self, conversation: Conversation, entry: Entry) -> Verdict | None:
        """Hold what the receiver did with a message against its machine, where that is certain."""
        line, outcome = entry.line, str(entry.data.get("outcome", "refused"))
        if line is None or len(conversation.runs) != 1 or not line.message or not line.sender:
            return None
        kit, tracker = conversation.runs[0]
        sent = self._sent.get(_message_number(entry), line.octets)
        opened = None if sent is None else self._opened(kit, replace(line, octets=sent))
        role = kit.strict.get(line.role)
        if opened is None or opened[2] is None or role is None:
            return None
        message, _, value = opened
        wanted = {
            prescribed(
                role, tracker, each.state, role.receive(each, message, line.sender, value), message, line
            )
            for each in tracker.may(line.role)
        }
        code = str(entry.data.get("code", ""))
        if outcome == "refused" and is_groundless(
            self.specification, kit, tracker, line, message, value, code
        ):
            wanted = {"taken, or refused for another reason"}
        elif "taken" in wanted and outcome == "refused" and is_hidden(role, tracker, message):
            return None
        if len(wanted) != 1 or (right := wanted.pop()) is None:
            return None
        done = f"refused:{entry.data.get('code')}" if outcome == "refused" else outcome
        if done == right or (done == "taken" and right.startswith("refused")):
            return None
        is_refusal = "refused" in (outcome, right.partition(":")[0])
        state = tracker.may(line.role)[0].state
        was, should = done.replace(":", " with "), right.replace(":", " with ")
        reason = f"{line.role} has {was} {message} in state {state}; by its machine it is {should}"
        return Verdict(
            self.name, line.role, "A7-R101" if is_refusal else "A7-R104", reason, entry.number, message,
            error=code, clause=kit.clauses.get(message) or kit.protocol.refs,
            place=place_of(role.states[state].span), member=str(entry.data.get("place", "")).partition(",")[0],
        )  # fmt: skip

    def _opened(self, kit: Kit, line: Line) -> tuple[str, bytes, Any] | None:
        """Return the message, its octets and its members; nothing for what the format refuses."""
        codec, layers = InterpreterCodec(self.interpreter), layers_of(self.specification)
        carried = [m for c in kit.protocol.channels for m in c.carries
                   if (c.sender, c.receiver) == (line.sender, line.receiver or line.role)]  # fmt: skip
        outer = outermost(layers, carried)
        if len(outer) > 1:
            outer = outermost(layers, [m for m in carried if m == line.message])
        if len(outer) != 1 or line.octets is None:
            return None
        try:
            message, inner = layers.open(next(iter(outer)), line.octets, codec)
        except (Refusal, CodecError):
            return None
        try:
            return message, inner, codec.decode(message, inner)
        except (Refusal, CodecError):
            return message, inner, None

    # ---- silence -----------------------------------------------------------------------------------------------

    def _late(self, conversation: Conversation, place: int, entry: Entry) -> Verdict | None:
        at = entry.data.get("at_ms")
        if len(conversation.runs) != 1 or not isinstance(at, int | float) or "kind" not in entry.data:
            return None
        kit = conversation.runs[0][0]
        if not self._timers:
            self._timers.append(Timers(kit.protocol))
        timers = self._timers[0]
        late = timers.late(at, self.tolerance_ms)
        if late is not None:
            role, timer, end, started = late
            reason = (
                f"timer {timer} of {role}, started in line {started}, runs out at {end:g} ms; it is {at} ms"
            )
            span = kit.strict[role].machine.span
            return Verdict(
                self.name, role, "A7-R103", reason, entry.number, clause=kit.protocol.refs,
                place=place_of(span), member=timer,
            )  # fmt: skip
        if entry.data["kind"] in EVENTS:
            timers.take(entry.number, entry.data, self._state_after(place))
        return None

    def _state_after(self, place: int) -> str:
        data = self.entries[place].data
        if "state_after" in data:
            return str(data["state_after"])
        for later in self.entries[place + 1 :]:
            if later.data.get("role") != data.get("role"):
                continue
            kind = later.data.get("kind")
            if kind == "state":
                return str(later.data.get("state"))
            if kind == "refuse" and any(key in later.data for key in ("event", "timer")):
                return ""
            if kind in (*EVENTS, "refuse"):
                break
        return str(data.get("state"))

    def _owed(self, conversation: Conversation) -> Verdict | None:
        if len(conversation.runs) != 1 or not conversation.is_trace:
            return None
        kit, tracker = conversation.runs[0]
        for role in kit.strict:
            may = tracker.may(role)
            if not may or not all(each.owed for each in may):
                continue
            message, receiver = may[0].owed[0]
            reason = f"{role} does not send {message} to {receiver}, which it owes in state {may[0].state}"
            return Verdict(
                self.name, role, "A7-R102", reason, self.entries[-1].number, message,
                clause=kit.clauses.get(message) or kit.protocol.refs,
                place=place_of(kit.strict[role].states[may[0].state].span),
            )  # fmt: skip
        return None

    # ---- departures --------------------------------------------------------------------------------------------

    def _departed(self, conversation: Conversation, entry: Entry, found: Departure) -> Verdict:
        kit = conversation.runs[0][0]
        line, member, octet = entry.line, found.member, found.octet
        wire = None if line is None else line.octets or self._sent.get(_message_number(entry))
        opened = None if line is None else self._opened(kit, replace(line, octets=wire))
        if not member and found.error:
            member = next(checked(kit, found), "")
        if opened is not None and wire is not None:
            if octet is None and member:
                octet = octet_of(self.interpreter, opened[0], opened[1], wire, member)
            elif octet is not None:
                octet = carried_at(opened[1], wire, octet)
        return Verdict(
            self.name, found.party, found.code, found.reason, entry.number, found.message, found.error,
            found.requirement, tuple(found.clause), found.place, member, octet,
        )  # fmt: skip


def _message_number(entry: Entry) -> int:
    number = entry.data.get("message_number")
    return number if type(number) is int else -1


def _rows(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = data.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _differs(right: Any, found: Any, path: str = "") -> str | None:
    """Return the path of the first member in which two values differ; concealed ones do not."""
    if isinstance(found, str) and CONCEALED in found:
        return None
    if isinstance(right, dict) and isinstance(found, dict):
        for name in {**right, **found}:
            deeper = _differs(right.get(name), found.get(name), f"{path}.{name}" if path else str(name))
            if deeper is not None:
                return deeper
        return None
    return None if right == found else path
