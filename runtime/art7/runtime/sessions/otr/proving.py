"""Steps of the proof of a shared secret as they travel in records of data messages, and what they tell people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.content import (
    ABORT,
    EXTRA_KEY,
    STEP_1,
    STEP_1_ASKING,
    STEP_2,
    STEP_3,
    STEP_4,
    Contents,
    numbers_of,
)
from art7.runtime.sessions.otr.smp import NONE, Proofs
from art7.runtime.sessions.otr.state import OtrState, Proof
from art7.runtime.sessions.refusals import SessionRefused


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Of conversations: `encrypted` and `refreshed` (detail: the peer's fingerprint), `ended`,
    `in_the_clear` (words came unencrypted though they should not), `error` (the peer's words), `pieces_lost`, `ignored`.
    Of proofs: `asked` (the question), `same`, `different`, `aborted`, `false_proof` (the code). `extra_key`: the peer
    uses it; `octets` is the key, `detail` the use.
    """

    name: str
    detail: str = ""
    octets: bytes = field(default=b"", repr=False)


class Proving:
    """Both roles, over records."""

    def __init__(self, face: Face, random: Callable[[int], bytes], contents: Contents) -> None:
        self._proofs = Proofs(face, random)
        self._contents = contents

    def begin(
        self, state: OtrState, initiator: bytes, responder: bytes, secret: bytes, question: str
    ) -> tuple[Proof, list[Any]]:
        """First step. Raises: `SessionRefused` with `proof_under_way`."""
        if state.proof.stage != NONE:
            raise SessionRefused("proof_under_way", "no proof", "one that is under way: end or abort it")
        proof, numbers = self._proofs.begin(state, initiator, responder, secret)
        kind = STEP_1_ASKING if question else STEP_1
        return proof, [self._contents.step(kind, numbers, question)]

    def answer(
        self, state: OtrState, initiator: bytes, responder: bytes, secret: bytes
    ) -> tuple[Proof, list[Any]]:
        """Second step."""
        proof, numbers = self._proofs.answer(state, initiator, responder, secret)
        return proof, [self._contents.step(STEP_2, numbers)]

    def on_records(
        self, state: OtrState, records: Sequence[Any], extra_key: bytes
    ) -> tuple[Proof, list[Any], tuple[Event, ...]]:
        """Return the proof that follows from a message's records, records to send back, and events."""
        proof, sent, events = state.proof, [], []
        for record in records:
            kind = int(record.kind)
            if kind == EXTRA_KEY:
                use = f"{record.value.purpose} {record.value.details.hex()}".strip()
                events.append(Event("extra_key", use, extra_key))
            elif kind == ABORT:
                events += [Event("aborted")] if proof.stage != NONE else []
                proof = Proof()
            elif STEP_1 <= kind <= STEP_1_ASKING:
                proof, more, event = self._step(proof, kind, record.value)
                sent += more
                events += [] if event is None else [event]
        return proof, sent, tuple(events)

    def _step(self, proof: Proof, kind: int, value: Any) -> tuple[Proof, list[Any], Event | None]:
        """One step of the peer; a false one, and one out of order, gives the proof up."""
        try:
            return self._followed(proof, kind, value)
        except SessionRefused as refused:
            name = "aborted" if refused.code == "unexpected_step" else "false_proof"
            return Proof(), [self._contents.bare(ABORT)], Event(name, refused.code)

    def _followed(self, proof: Proof, kind: int, value: Any) -> tuple[Proof, list[Any], Event | None]:
        if kind in (STEP_1, STEP_1_ASKING):
            asking = kind == STEP_1_ASKING
            numbers = numbers_of(value.step if asking else value)
            return self._proofs.asked(proof, numbers), [], Event("asked", value.question if asking else "")
        numbers = numbers_of(value)
        if kind == STEP_2:
            proof, sent = self._proofs.on_second(proof, numbers)
            return proof, [self._contents.step(STEP_3, sent)], None
        if kind == STEP_3:
            same, sent = self._proofs.on_third(proof, numbers)
            return Proof(), [self._contents.step(STEP_4, sent)], _compared(same)
        return Proof(), [], _compared(self._proofs.on_fourth(proof, numbers))


def _compared(same: bool) -> Event:
    return Event("same" if same else "different")
