"""The proof of OTR that both people know the same secret, which shows nothing else (the socialist millionaires'
protocol, OTR3#socialist-millionaires-protocol).

    who begins          who answers
    first       ->
                    <-  second
    third       ->
                    <-  fourth

Each step takes the state and gives the next one with the numbers to send. A false proof is refused with a code that
says which one it was; whoever drives the steps then gives the protocol up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.state import OtrState, Proof, refusing
from art7.runtime.sessions.refusals import SessionRefused

NONE, ASKED, SECOND, THIRD, FOURTH = range(5)
"""Stages: nothing is under way, the peer asks, or a step is awaited."""

EXPONENT = 192
_RULE = "OTR3#socialist-millionaires-protocol"

Numbers = list[bytes]
Step = tuple[Proof, Numbers]


class Proofs:
    """Both roles of the proof. `initiator` and `responder` are fingerprints of long-term keys."""

    def __init__(self, face: Face, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._failures = face.failures
        names = (
            "KeyPair Agreement SharedSecret Knows KnownPower Conceal KnownConcealed Compare KnownComparison"
        )
        names += " Result Distinct"
        self._run = {name: face.schedule(f"otr.keys.{name}") for name in names.split()}

    def begin(self, state: OtrState, initiator: bytes, responder: bytes, words: bytes) -> Step:
        """First step."""
        proof = Proof(
            stage=SECOND, number=self._number(state, initiator, responder, words), **self._exponents()
        )
        return proof, [*self._knows(1, proof.own_second), *self._knows(2, proof.own_third)]

    def asked(self, proof: Proof, numbers: Sequence[bytes]) -> Proof:
        """The peer's first step: the words of the own side are wanted."""
        _awaited(proof, NONE)
        second, third = self._powers(numbers, 1)
        return Proof(stage=ASKED, peer_second=second, peer_third=third)

    def answer(self, state: OtrState, initiator: bytes, responder: bytes, words: bytes) -> Step:
        """Second step. Raises: `SessionRefused` with `not_asked`."""
        if state.proof.stage != ASKED:
            raise SessionRefused("not_asked", "a proof that the peer began", "none", _RULE)
        number = self._number(state, initiator, responder, words)
        proof = self._generators(replace(state.proof, stage=THIRD, number=number, **self._exponents()))
        sent = [*self._knows(3, proof.own_second), *self._knows(4, proof.own_third)]
        proof, concealed = self._conceal(proof, 5)
        return replace(proof, own_second=b""), sent + concealed

    def on_second(self, proof: Proof, numbers: Sequence[bytes]) -> Step:
        """Third step."""
        _awaited(proof, SECOND)
        second, third = self._powers(numbers[:6], 3)
        peer_p, peer_q = numbers[6:8]
        proof = self._generators(replace(proof, peer_second=second, peer_third=third))
        self._concealed(proof, 5, numbers[6:])
        proof = replace(proof, stage=FOURTH, peer_p=peer_p, peer_q=peer_q, own_second=b"")
        proof, sent = self._conceal(proof, 6)
        self._distinct(proof)
        return proof, sent + self._compare(proof, 7, proof.own_q, proof.peer_q)

    def on_third(self, proof: Proof, numbers: Sequence[bytes]) -> tuple[bool, Numbers]:
        """Fourth step, and whether the secrets are the same."""
        _awaited(proof, THIRD)
        peer_p, peer_q = numbers[:2]
        proof = replace(proof, peer_p=peer_p, peer_q=peer_q)
        self._distinct(proof)
        self._concealed(proof, 6, numbers[:5])
        self._compared(proof, 7, proof.peer_q, proof.own_q, numbers[5:])
        sent = self._compare(proof, 8, proof.peer_q, proof.own_q)
        return self._same(proof, numbers[5], proof.peer_p, proof.own_p), sent

    def on_fourth(self, proof: Proof, numbers: Sequence[bytes]) -> bool:
        """Whether the secrets are the same."""
        _awaited(proof, FOURTH)
        self._compared(proof, 8, proof.own_q, proof.peer_q, numbers)
        return self._same(proof, numbers[0], proof.own_p, proof.peer_p)

    # ---- parts ------------------------------------------------------------------------------------------------

    def _number(self, state: OtrState, initiator: bytes, responder: bytes, words: bytes) -> bytes:
        number: bytes = self._run["SharedSecret"](
            initiator=initiator, responder=responder, session_id=state.ring.session_id, words=words
        ).number
        return number

    def _exponents(self) -> dict[str, bytes]:
        return {"own_second": self._random(EXPONENT), "own_third": self._random(EXPONENT)}

    def _knows(self, step: int, exponent: bytes) -> Numbers:
        made = self._run["Knows"](stage=step, exponent=exponent, entropy=self._random(EXPONENT))
        return [made.power, made.challenge, made.answer]

    def _powers(self, numbers: Sequence[bytes], step: int) -> tuple[bytes, bytes]:
        """Verify the peer's parts of both generators, and return them."""
        for name, place in (("second", 0), ("third", 3)):
            power, challenge, answer = numbers[place : place + 3]
            with self._refusing(f"unproven_{name}_generator"):
                self._run["KnownPower"](
                    stage=step + place // 3, power=power, challenge=challenge, answer=answer
                )
        return numbers[0], numbers[3]

    def _generators(self, proof: Proof) -> Proof:
        with self._refusing("small_generator"):
            second = self._run["Agreement"](private=proof.own_second, peer=proof.peer_second).shared
            third = self._run["Agreement"](private=proof.own_third, peer=proof.peer_third).shared
        return replace(proof, second=second, third=third)

    def _conceal(self, proof: Proof, step: int) -> Step:
        exponent, entropy, other = (self._random(EXPONENT) for _ in range(3))
        made = self._run["Conceal"](
            stage=step, second=proof.second, third=proof.third, number=proof.number,
            exponent=exponent, entropy=entropy, other_entropy=other,
        )  # fmt: skip
        sent = [made.p, made.q, made.challenge, made.answer, made.other_answer]
        return replace(proof, own_p=made.p, own_q=made.q, number=b""), sent

    def _concealed(self, proof: Proof, step: int, numbers: Sequence[bytes]) -> None:
        names = ("p", "q", "challenge", "answer", "other_answer")
        with self._refusing("unproven_secret"):
            self._run["KnownConcealed"](
                stage=step, second=proof.second, third=proof.third, **dict(zip(names, numbers, strict=True))
            )

    def _distinct(self, proof: Proof) -> None:
        with self._refusing("equal_points"):
            self._run["Distinct"](
                first_p=proof.own_p, second_p=proof.peer_p, first_q=proof.own_q, second_q=proof.peer_q
            )

    def _compare(self, proof: Proof, step: int, first_q: bytes, second_q: bytes) -> Numbers:
        made = self._run["Compare"](
            stage=step, first_q=first_q, second_q=second_q, exponent=proof.own_third,
            entropy=self._random(EXPONENT),
        )  # fmt: skip
        return [made.r, made.challenge, made.answer]

    def _compared(
        self, proof: Proof, step: int, first_q: bytes, second_q: bytes, numbers: Sequence[bytes]
    ) -> None:
        r, challenge, answer = numbers
        with self._refusing("unproven_comparison"):
            self._run["KnownComparison"](
                stage=step, first_q=first_q, second_q=second_q, third=proof.peer_third,
                r=r, challenge=challenge, answer=answer,
            )  # fmt: skip

    def _same(self, proof: Proof, peer_r: bytes, first_p: bytes, second_p: bytes) -> bool:
        with self._refusing("unproven_comparison"):
            same: bool = self._run["Result"](
                exponent=proof.own_third, peer_r=peer_r, first_p=first_p, second_p=second_p
            ).same
        return same

    def _refusing(self, code: str) -> Any:
        return refusing(self._failures, _RULE, code)


def _awaited(proof: Proof, stage: int) -> None:
    """Raises: `SessionRefused` with `unexpected_step` for a step that is not the one awaited."""
    if proof.stage != stage:
        raise SessionRefused("unexpected_step", f"stage {proof.stage}", f"a step of stage {stage}", _RULE)
