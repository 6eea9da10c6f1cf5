"""Why a scenario failed, and who has to act: told from the trace, never guessed from who spoke last.

Four kinds of party. A *role* whose endpoint does something else than the offer prescribes on the same events; `art7` when that
endpoint is one of ours; `network` when octets arrived that nobody sent; and `specification` when every party did what it
prescribes and the run still fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir.module import ScenarioStep
from art7.runtime.codes import CODES
from art7.runtime.endpoint import Derived, Refusal
from art7.runtime.provenance import divergence
from art7.runtime.reference import MakeReference, deviations
from art7.runtime.simulator import TOOK, Simulator, Told

OURS = ("generated code", "interpreter")
SPECIFICATION, NETWORK, ART7 = "specification", "network", "art7"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a scenario did not come true.

    `party` is a role (its implementer), `specification`, `network` or `art7`. `role` names the role in whose machine the
    cause shows and `place` where that is written (`file:line`); `entries` are the lines of the trace that show it.
    """

    step: int
    text: str
    reason: str
    party: str
    code: str
    role: str = ""
    place: str = ""
    entries: tuple[int, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class _Cause:
    reason: str
    code: str
    party: str = SPECIFICATION
    role: str = ""
    span: Span = NOWHERE
    entries: tuple[int, ...] = ()


class Inquiry:
    """Looks for the cause of one failure in a run that is over."""

    def __init__(self, simulator: Simulator, reference: MakeReference | None) -> None:
        self._simulator = simulator
        self._reference = reference
        self._history = simulator.history

    def failure(
        self,
        number: int,
        text: str,
        step: ScenarioStep | None,
        waited: str,
        refusal: Refusal | None = None,
    ) -> Failure:
        """Return the failure of step `number`: `waited` says what did not happen, `refusal` what ended the run at once."""
        cause = self._deviation() or self._damage() or self._at_once(step, refusal) or self._refused(step)
        cause = cause or self._rests(step) or self._unanswered(step)
        if cause.code == "A7-R031":
            waited = ""
        reason = f"{waited}; {cause.reason}" if waited else cause.reason
        place = f"{cause.span.file}:{cause.span.line}" if cause.span.file else ""
        page = CODES.get(cause.code)
        advice = (
            page.next_step if page is not None else "Look at what the sender wrote, and at the rule named."
        )
        entries = tuple(sorted({entry for entry in cause.entries if entry}))
        return Failure(number, text, reason, cause.party, cause.code, cause.role, place, entries, advice)

    # ---- parties that leave the offer -----------------------------------------------------------------------

    def _deviation(self) -> _Cause | None:
        if self._reference is None:
            return None
        for found in deviations(self._history, self._reference):
            told = found.told
            is_ours = self._simulator.endpoints[told.role].made_of in OURS
            reason = (
                f"on {told.kind} {told.name} (entry {told.entry}) {told.role} {found.done}; "
                f"the offer prescribes: {found.prescribed}"
            )
            entries = (told.entry, *self._entries_of(told))
            if is_ours:
                return _Cause(reason, "A7-R040", ART7, told.role, entries=entries)
            return _Cause(reason, "A7-R041", told.role, told.role, entries=entries)
        return None

    def _damage(self) -> _Cause | None:
        """A message that the network changed, unless the same octets were accepted whole afterwards."""
        for place, told in enumerate(self._history):
            delivery = told.delivery
            if delivery is None or delivery.flipped is None:
                continue
            if told.outcome == "refused" and self._is_made_good(place, self._sent_octets(delivery.number)):
                continue
            octet, bit = delivery.flipped
            what = (
                f"refused it with {told.refusal.code}"
                if told.refusal is not None
                else f"{TOOK[told.outcome]} it"
            )
            reason = (
                f"bit {bit} of octet {octet} of message {delivery.number} from {delivery.sender} was turned over "
                f"on the way, and {told.role} {what}"
            )
            return _Cause(reason, "A7-R050", NETWORK, told.role, entries=self._slice(told))
        return None

    # ---- refusals ---------------------------------------------------------------------------------------------

    def _at_once(self, step: ScenarioStep | None, refusal: Refusal | None) -> _Cause | None:
        if refusal is None:
            return None
        role = step.role if step is not None and refusal.code != "A7-R020" else ""
        last = self._history[-1].entry if self._history else 0
        return _Cause(refusal.reason, refusal.code, SPECIFICATION, role, self._state_span(role), (last,))

    def _refused(self, step: ScenarioStep | None) -> _Cause | None:
        """The refusal that explains the wait: of the awaited message, else of the waiting role, else the first."""
        open_ones = [
            told
            for place, told in enumerate(self._history)
            if told.refusal is not None and not self._is_made_good(place, self._octets(told))
        ]
        if not open_ones:
            return None
        waiting = (step.peer or step.role) if step is not None else ""
        message = step.message if step is not None else None
        awaited = [told for told in open_ones if told.role == waiting and told.name == message]
        own = [told for told in open_ones if told.role == waiting]
        chosen = (awaited or own or open_ones)[0]
        return self._explained(chosen)

    def _explained(self, told: Told) -> _Cause:
        refusal = told.refusal
        assert refusal is not None, "only a refused event is explained"
        entries = self._slice(told)
        tail = f"{told.role} refused with {refusal.code}: {refusal.reason}"
        span = self._state_span(told.role, entries[-1] if entries else 0)
        derived = [each for each in refusal.learnt if isinstance(each, Derived)]
        if derived and refusal.code not in CODES:
            found = divergence(self._simulator.derivations, told.role, derived[-1])
            if found is not None:
                ends = tuple(end[2] for end in (found.here, found.there))
                spans = self._schedule_span(found.here[1].schedule)
                reason = f"{found.reason()}; so {tail}"
                return _Cause(reason, "A7-R036", SPECIFICATION, told.role, spans, (*entries, *ends))
        return _Cause(tail, refusal.code, SPECIFICATION, told.role, span, entries)

    def _is_made_good(self, place: int, octets: str) -> bool:
        """Whether the role took the same octets later, so that the refusal had no lasting effect."""
        told = self._history[place]
        return any(
            later.role == told.role and later.outcome == "taken" and octets and self._octets(later) == octets
            for later in self._history[place + 1 :]
        )

    # ---- silence ----------------------------------------------------------------------------------------------

    def _rests(self, step: ScenarioStep | None) -> _Cause | None:
        """After the last step: the first role that rests in a state that must be left."""
        if step is not None:
            return None
        for role in self._simulator.protocol.roles:
            state = self._state(role.name)
            if state is not None and state.kind == "hot":
                lost = self._lost(role.name, None) or self._lost(None, role.name)
                why = f"; {lost.reason}" if lost is not None else ""
                reason = f"{role.name} rests in state {state.name}, which must be left in the end{why}"
                entries = (self._last_entry(role.name), *(lost.entries if lost is not None else ()))
                return _Cause(reason, "A7-R031", SPECIFICATION, role.name, state.span, entries)
        return None

    def _unanswered(self, step: ScenarioStep | None) -> _Cause:
        if step is None:
            return _Cause("the run did not come to rest", "A7-R020")
        if step.kind == "send":
            return self._not_sent(step) or self._lost(None, None) or self._stuck(step.role, "A7-R030")
        return (
            self._ended(step.role)
            or self._lost(None, step.role)
            or self._lost(step.role, None)
            or self._lost(None, None)
            or self._stuck(step.role, "A7-R035")
        )

    def _not_sent(self, step: ScenarioStep) -> _Cause | None:
        """What became of the awaited message on its way: lost, set aside, or never sent."""
        sends = self._sends(step.role, step.peer, step.message)
        if not sends:
            return self._ended(step.role) or self._lost(None, step.role)
        number = sends[-1].data["message_number"]
        for told in reversed(self._history):
            if told.delivery is None or told.delivery.number != number:
                continue
            if told.outcome in ("ignored", "deferred"):
                state = self._simulator.trace.entries[told.entry - 1].data.get("state")
                reason = f"{told.role} {TOOK[told.outcome]} it in state {state} (entry {told.entry})"
                span = self._state_span(told.role, told.entry)
                return _Cause(reason, "A7-R034", SPECIFICATION, told.role, span, self._slice(told))
        return self._lost(step.role, step.peer) or self._ended(step.role)

    def _lost(self, sender: str | None, receiver: str | None) -> _Cause | None:
        """The last message between these whose octets were lost each time they were sent."""
        whole = {_way(e) for e in self._entries("send") if "lost" not in _fate(e.data)}
        for entry in reversed(self._entries("send")):
            data: Any = entry.data
            if "lost" not in _fate(data) or _way(entry) in whole:
                continue
            if sender in (None, entry.role) and receiver in (None, data["receiver"]):
                origin, entries = self._origin(entry)
                whence = f"{origin}, where it comes from," if origin != entry.role else origin
                reason = (
                    f"{data['message']} from {entry.role} to {data['receiver']} was lost (entry {entry.number}) "
                    f"and {whence} does not send it again"
                )
                span = self._state_span(origin)
                return _Cause(reason, "A7-R032", SPECIFICATION, origin, span, entries)
        return None

    def _origin(self, entry: Any) -> tuple[str, tuple[int, ...]]:
        """Follow a message that was only passed on to who sent it first: it is the origin's to repeat."""
        entries = [entry.number]
        for _ in self._simulator.protocol.roles:
            told = next(
                (t for t in reversed(self._history) if t.role == entry.role and t.entry <= entry.number), None
            )
            if told is None or told.delivery is None or told.name != entry.data["message"]:
                break
            before = self._send_entry(told.delivery.number)
            if before is None:
                break
            entry = before
            entries.append(entry.number)
        return entry.role, tuple(entries)

    def _ended(self, role: str) -> _Cause | None:
        state = self._state(role)
        if state is None or state.kind != "final":
            return None
        entered = next(
            (e.number for e in reversed(self._entries("state")) if e.role == role), self._last_entry(role)
        )
        cause = next((t for t in reversed(self._history) if t.role == role and t.entry <= entered), None)
        why = f" on {cause.kind} {cause.name} (entry {cause.entry})" if cause is not None else ""
        entries = (entered, *(self._slice(cause) if cause is not None else ()))
        reason = f"{role} has ended in state {state.name}{why}"
        return _Cause(reason, "A7-R033", SPECIFICATION, role, state.span, entries)

    def _stuck(self, role: str, code: str) -> _Cause:
        state = self._state(role)
        name = state.name if state is not None else self._simulator.endpoints[role].state
        last = self._last_entry(role)
        reason = f"{role} rests in state {name} and nothing is under way to it"
        return _Cause(reason, code, SPECIFICATION, role, self._state_span(role), (last,))

    # ---- the trace --------------------------------------------------------------------------------------------

    def _entries(self, kind: str) -> list[Any]:
        return [entry for entry in self._simulator.trace.entries if entry.kind == kind]

    def _sends(self, sender: str, receiver: str | None, message: str | None) -> list[Any]:
        return [
            entry
            for entry in self._entries("send")
            if (entry.role, entry.data["receiver"], entry.data["message"]) == (sender, receiver, message)
        ]

    def _send_entry(self, number: int) -> Any:
        return next((e for e in self._entries("send") if e.data["message_number"] == number), None)

    def _sent_octets(self, number: int) -> str:
        entry = self._send_entry(number)
        return "" if entry is None else entry.data["octets"]

    def _octets(self, told: Told) -> str:
        return "" if told.delivery is None else told.delivery.octets.hex()

    def _slice(self, told: Told) -> tuple[int, ...]:
        """Return the entries of an event: how its message was sent, and what came of it, that one last."""
        sent = self._send_entry(told.delivery.number) if told.delivery is not None else None
        return (told.entry,) if sent is None else (sent.number, told.entry)

    def _entries_of(self, told: Told) -> Sequence[int]:
        return self._slice(told)[:-1]

    def _last_entry(self, role: str) -> int:
        return next((e.number for e in reversed(self._simulator.trace.entries) if e.role == role), 0)

    # ---- the text ---------------------------------------------------------------------------------------------

    def _state(self, role: str, name: str | None = None) -> Any:
        machine = next((each for each in self._simulator.protocol.roles if each.name == role), None)
        if machine is None:
            return None
        wanted = name or self._simulator.endpoints[role].state
        return next((state for state in machine.states if state.name == wanted), None)

    def _state_span(self, role: str, entry: int = 0) -> Span:
        """Return where the state is written in which `role` was at `entry`, or is now."""
        told: Any = self._simulator.trace.entries[entry - 1].data.get("state") if entry else None
        state = self._state(role, told)
        return NOWHERE if state is None else state.span

    def _schedule_span(self, name: str) -> Span:
        for module in self._simulator.shower.specification.modules.values():
            for schedule in module.schedules:
                if name in (schedule.name, f"{module.name}.{schedule.name}"):
                    return schedule.span
        return NOWHERE


def _way(entry: Any) -> tuple[str, str, str]:
    """Return what was sent from whom to whom: a repetition has the same."""
    return entry.role, entry.data["receiver"], entry.data["octets"]


def _fate(data: Any) -> Sequence[str]:
    fate: Sequence[str] = data.get("network", ())
    return fate
