"""Who was wrong is said rightly: faults planted in one side of a conversation, each made from the offer's own text."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from art7.cli import main
from art7.grammar.ir.module import Protocol, RoleMachine, Specification
from art7.interpreter.shared import interpreter_of
from art7.runtime.endpoint import (
    Decoded,
    Effect,
    Endpoint,
    Entered,
    Ignored,
    Refusal,
    StartTimer,
    Transmit,
)
from art7.runtime.interop.blame import Finding, blame
from art7.runtime.interop.codes import CODES
from art7.runtime.interop.verdict import Verdict, as_lines, as_mapping
from art7.runtime.interpreted import InterpreterCodec, interpreted_endpoint
from art7.runtime.network import Faults
from art7.runtime.play import Cast, perform
from lowering import HEAD, load

TEXT = """
errors { stale = 101 "An old number." forged = 102 "Another key." odd = 103 "Not the answer." }
message Frame as binary { limit size = 199 kind: u8 body: bytes[rest] }
message Hello as binary { limit size = 40 version: u8 must HELLO-1: version == 3 else odd ref RFC9420#6 nonce: bytes[8] }
message Welcome as binary { limit size = 40 version: u8 must WELCOME-1: version == 3 else odd ref RFC9420#7 nonce: bytes[8] }
message Data as binary {
    limit size = 99
    counter: u8
    tag: bytes[8]
    size: u8 = length(text)
    text: bytes[size]
}
message Receipt as binary { limit size = 9 counter: u8 colour: u8 must RECEIPT-1: colour < 4 else odd ref RFC9420#8 }
message Bye as binary { limit size = 9 reason: u8 must BYE-1: reason < 3 else odd ref RFC9420#9 }
bind Frame.body to Hello when kind == 1
bind Frame.body to Welcome when kind == 2
bind Frame.body to Data when kind == 3
bind Frame.body to Receipt when kind == 4
bind Frame.body to Bye when kind == 5
schedule Seal(counter: u8) ref RFC9420#8 {
    input nonce: public[8]
    derive key: secret[32] = hkdf_expand(hash: 'sha256', prk: sha256(nonce), info: 'LABEL', length: 32)
    derive tag: public[32] = hmac_sha256(key: key, data: nonce)
    output tag
}
protocol P {
    roles one, two
    channel one -> two ordered bound 8 carries Hello, Data, Bye
    channel two -> one ordered bound 8 carries Welcome, Receipt
    role one {
        var nonce: bytes[8] = x'0102030405060708'
        var sent: u8 = 0
        timer wait = 3s timer linger = 1s
        start state Idle {
            on local begin => Greeting { send Hello(version: 3, nonce: nonce) to two start wait }
        }
        state Greeting {
            on Welcome from two as w => Open { check w.nonce == nonce else odd stop wait }
            on timeout wait => Ended { }
        }
        state Open {
            on local say(text: bytes[4]) => Waiting {
                run Seal(counter: sent, nonce: nonce) as s
                set sent = sent + 1
                send Data(counter: sent, tag: slice(s.tag, 0, 8), text: text) to two
                start wait
            }
            on local leave => Leaving { start linger }
        }
        state Leaving { on timeout linger => Ended { send Bye(reason: 1) to two } }
        hot state Waiting {
            on Receipt from two as r => Open { check r.counter == sent else stale check r.colour == 2 else odd stop wait }
            on timeout wait => Open { }
        }
        final state Ended { ignore Welcome from two ignore Receipt from two }
    }
    role two {
        var last: u8 = 0
        var nonce: bytes[8] = x'0000000000000000'
        start state Ready {
            on Hello from one as h => Open { set nonce = h.nonce send Welcome(version: 3, nonce: h.nonce) to one }
        }
        state Open {
            on Data from one as d {
                check d.counter == last + 1 else stale
                run Seal(counter: last, nonce: nonce) as s
                check slice(s.tag, 0, 8) == d.tag else forged
                set last = d.counter
                send Receipt(counter: d.counter, colour: 2) to one
            }
            on Bye from one => Gone { }
        }
        final state Gone { }
    }
    scenario talk {
        one local begin
        one -> two: Hello
        two -> one: Welcome
        one local say(text: x'61626364')
        one -> two: Data
        two -> one: Receipt
        one local say(text: x'65666768')
        one -> two: Data
        two -> one: Receipt
        one local leave
        one -> two: Bye
    }
}
"""

OCTETS = {"version": 1, "nonce": 2, "counter": 1, "tag": 2, "text": 11, "colour": 2, "reason": 1}
"""Where each member stands on the wire, behind the octet of the frame that says which message it is."""


@dataclass(frozen=True)
class Plant:
    """A fault: what `role` does wrong with the `nth` effect (or event) of a kind; `member` is the field it spoils."""

    role: str
    kind: str
    nth: int = 0
    member: str = ""

    @property
    def name(self) -> str:
        return f"{self.role}-{self.kind}-{self.nth}-{self.member}"


class Misbehaving:
    """An endpoint that follows its text but for one planted fault."""

    made_of = "an implementation"

    def __init__(self, endpoint: Endpoint, plant: Plant, codec: InterpreterCodec) -> None:
        self._endpoint, self._plant, self._codec = endpoint, plant, codec
        self.role = endpoint.role
        self._counts: Counter[str] = Counter()
        self._before: list[Transmit] = []
        self._state = ""

    @property
    def state(self) -> str:
        return self._endpoint.state

    def variables(self) -> Mapping[str, Any]:
        return self._endpoint.variables()

    def local(self, event: str, arguments: Mapping[str, Any]) -> list[Effect]:
        return self._spoilt(self._endpoint.local(event, arguments))

    def timeout(self, timer: str) -> list[Effect]:
        return self._spoilt(self._endpoint.timeout(timer))

    def receive(self, message: str, octets: bytes, sender: str) -> list[Effect]:
        if self._is_it("refuse"):
            raise Refusal(self._plant.member, "not liked", "peer")
        if self._is_it("ignore"):
            return [Ignored(message)]
        return self._spoilt(self._endpoint.receive(message, octets, sender))

    def _is_it(self, kind: str) -> bool:
        if self._plant.kind.partition("-")[0] != kind:
            return False
        self._counts[kind] += 1
        return self._counts[kind] == self._plant.nth + 1

    def _spoilt(self, effects: Sequence[Effect]) -> list[Effect]:
        found: list[Effect] = []
        for each in effects:
            match each:
                case Transmit() if self._is_it("send"):
                    found += SENDS[self._plant.kind](self, each)
                case Decoded() if self._is_it("read"):
                    found.append(replace(each, value=changed(each.value, self._plant.member)))
                case Entered() if self._is_it("state"):
                    found.append(Entered(self._plant.member))
                case StartTimer() if self._is_it("timer"):
                    found.append(replace(each, after_ms=each.after_ms * 4))
                case _:
                    found.append(each)
            if isinstance(each, Transmit):
                self._before.append(each)
        return found

    def rewritten(self, sent: Transmit) -> list[Effect]:
        """The message with another value of one member."""
        octets = bytearray(sent.octets)
        octets[OCTETS[self._plant.member] - 1] ^= 1
        value = changed(self._codec.decode(sent.message, sent.octets), self._plant.member)
        return [replace(sent, octets=bytes(octets), value=value)]

    def earlier(self, sent: Transmit) -> list[Effect]:
        """The first message again, in place of this one."""
        return [self._before[0]]


def changed(value: Mapping[str, Any], member: str) -> dict[str, Any]:
    """The value with one member changed: the lowest bit of its first octet turned."""
    old = value[member]
    new = bytes([old[0] ^ 1, *old[1:]]) if isinstance(old, bytes) else old ^ 1
    return {**value, member: new}


SENDS: Mapping[str, Callable[[Misbehaving, Transmit], list[Effect]]] = {
    "send-nothing": lambda _, each: [],
    "send-twice": lambda _, each: [each, each],
    "send-short": lambda _, each: [replace(each, octets=each.octets[:-1])],
    "send-long": lambda _, each: [replace(each, octets=each.octets + b"\0")],
    "send-empty": lambda _, each: [replace(each, octets=b"")],
    "send-member": lambda who, each: who.rewritten(each),
    "send-earlier": lambda who, each: who.earlier(each),
}


def specification(text: str = TEXT) -> Specification:
    found, report = load(text)
    assert not report.has_errors, report.diagnostics
    return found


SPECIFICATION = specification()
PROTOCOL = SPECIFICATION.modules["demo"].protocols[0]


def recorded(plant: Plant | None = None, wrong: tuple[str, str] | None = None) -> bytes:
    """The trace of the scenario, with one role that is planted, or that follows another text."""
    interpreter = interpreter_of(SPECIFICATION)
    other = specification(wrong[1]) if wrong is not None else SPECIFICATION

    def make(protocol: Protocol, machine: RoleMachine, seed: int) -> Endpoint:
        if wrong is not None and machine.name == wrong[0]:
            machine = next(m for m in other.modules["demo"].protocols[0].roles if m.name == machine.name)
            return interpreted_endpoint(other, interpreter_of(other), machine, seed)
        endpoint: Endpoint = interpreted_endpoint(SPECIFICATION, interpreter, machine, seed)
        if plant is not None and plant.role == machine.name:
            endpoint = Misbehaving(endpoint, plant, InterpreterCodec(interpreter))
        return endpoint

    cast = Cast("planted", {role.name: make for role in PROTOCOL.roles})
    [scenario] = PROTOCOL.scenarios
    played = perform(
        SPECIFICATION, interpreter, "demo", PROTOCOL, scenario, cast, faults=Faults(jitter_ms=0), seed=1
    )
    return played.trace.lines().encode()


def judged(log: bytes) -> Finding:
    return blame(io.BytesIO(log), SPECIFICATION, ["demo"])


def entries(log: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


def plants() -> Iterator[Plant]:
    """Every fault that the good run has a place for: by role, by message sent, by member, by message taken, by state."""
    good = entries(recorded())
    for role in PROTOCOL.roles:
        mine = [each for each in good if each["role"] == role.name]
        sends = [each for each in mine if each["kind"] == "send"]
        for nth, sent in enumerate(sends):
            for kind in SENDS:
                if kind == "send-member":
                    yield from (Plant(role.name, kind, nth, name) for name in sent["value"])
                elif kind != "send-earlier" or nth:
                    yield Plant(role.name, kind, nth)
        for nth, read in enumerate(each for each in mine if each["kind"] == "decode"):
            yield from (Plant(role.name, "read", nth, name) for name in read["value"])
        for nth, _ in enumerate(each for each in mine if each["kind"] == "receive"):
            yield Plant(role.name, "refuse", nth, "odd")
            yield Plant(role.name, "ignore", nth)
        for nth, entered in enumerate(each for each in mine if each["kind"] == "state"):
            other = next(s.name for s in role.states if s.name != entered["state"])
            yield Plant(role.name, "state", nth, other)
    yield Plant("one", "timer", 3)


def is_right(found: Finding, plant: Plant) -> bool:
    """Whether the one verdict names the planted side, and the field where one was spoilt."""
    if len(found.verdicts) != 1:
        return False
    verdict = found.verdicts[0]
    spoilt = plant.member if plant.kind in ("send-member", "read") else ""
    if spoilt and verdict.octet != OCTETS[spoilt]:
        return False
    return verdict.side == plant.role and (not spoilt or verdict.member == spoilt) and bool(verdict.next_step)


def test_a_good_run_has_nobody_to_blame() -> None:
    assert judged(recorded()).is_clean


def test_planted_faults_are_blamed_on_who_made_them() -> None:
    wrong = []
    all_plants = list(plants())
    for plant in all_plants:
        found = judged(recorded(plant))
        if not is_right(found, plant):
            wrong.append(
                (plant.name, [(v.side, v.code, v.member, v.octet, v.reason) for v in found.verdicts])
            )
    assert len(all_plants) >= 60
    assert wrong == [], f"{len(wrong)} of {len(all_plants)}"


@pytest.mark.parametrize("role", ["one", "two"])
@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("'LABEL'", "'LaBEL'", "key"),
        ("'LABEL'", "''", "key"),
        ("prk: sha256(nonce)", "prk: sha384(nonce)", "key"),
        ("prk: sha256(nonce)", "prk: nonce ++ nonce ++ nonce ++ nonce", "key"),
        ("data: nonce", "data: sha256(nonce)", "tag"),
        ("key: key, data: nonce", "key: nonce, data: key", "tag"),
    ],
)
def test_a_wrong_schedule_is_told_with_its_step(role: str, before: str, after: str, step: str) -> None:
    assert before in TEXT
    [verdict] = judged(recorded(wrong=(role, TEXT.replace(before, after)))).verdicts
    assert (verdict.side, verdict.code, verdict.member) == (role, "A7-R100", step)
    assert verdict.clause == ("RFC9420#8",) and verdict.place


def altered(number: int, **more: Any) -> Finding:
    lines = entries(recorded())
    lines[number] |= more
    return judged("".join(json.dumps(each) + "\n" for each in lines).encode())


def test_octets_that_change_on_the_way_are_nobodys() -> None:
    log = entries(recorded())
    for number, each in enumerate(log):
        if each["kind"] == "receive":
            octets = bytearray.fromhex(each["octets"])
            octets[1] ^= 64
            [verdict] = altered(number, octets=octets.hex()).verdicts
            assert (verdict.side, verdict.code, verdict.octet) == ("network", "A7-R050", 1)


def test_the_log_may_be_wrong() -> None:
    [verdict] = judged(b"nonsense\n" + recorded()).verdicts
    assert (verdict.side, verdict.code, verdict.entry) == ("log", "A7-R080", 1)
    assert not judged(b'{"sender": "x", "receiver": "y", "octets": "00"}\n').is_clean


def found(kind: str, code: str, role: str = "two", nth: int = 0, member: str = "") -> Verdict:
    [verdict] = judged(recorded(Plant(role, kind, nth, member))).verdicts
    assert (verdict.side, verdict.code) == (role, code) and code in CODES
    return verdict


def test_each_code_of_a_trace() -> None:
    found("refuse", "A7-R101", member="odd")
    assert found("refuse", "A7-R101", member="no_such_error", nth=1).error == "no_such_error"
    found("send-nothing", "A7-R102", nth=2)
    assert found("timer", "A7-R103", "one", 3).member == "linger"
    found("ignore", "A7-R104", nth=0)
    assert found("read", "A7-R105", nth=0, member="nonce").octet == 2


def test_a_verdict_is_shown_whole() -> None:
    verdict = found("read", "A7-R105", nth=0, member="nonce")
    text = "\n".join(as_lines(verdict))
    assert "two" in text and "octet 2" in text and verdict.next_step in text
    assert as_mapping(verdict)["next_step"] and json.dumps(as_mapping(verdict))


def test_a_hostile_recording_is_judged_without_a_traceback() -> None:
    choice = random.Random(7)
    good = entries(recorded())
    odd = [
        None,
        True,
        -1,
        10**30,
        1.5,
        "",
        "zz",
        "one",
        [],
        [[]],
        {},
        {"name": []},
        [{"name": []}, 3],
        "00" * 300,
    ]
    for _ in range(400):
        lines = [dict(each) for each in good]
        for _ in range(choice.randint(1, 3)):
            line = choice.choice(lines)
            line[choice.choice([*line, "kind", "conversation", "undone", "outcome"])] = choice.choice(odd)
        judged("".join(json.dumps(each) + "\n" for each in lines).encode())


def test_the_command_says_it_as_text_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module, good, bad = (tmp_path / name for name in ("demo.a7", "good.jsonl", "bad.jsonl"))
    module.write_text(HEAD + TEXT)
    good.write_bytes(recorded())
    bad.write_bytes(recorded(Plant("two", "send-member", 0, "nonce")))
    assert main(["interop", str(good), str(module)]) == 0
    assert "nobody was wrong in 1 conversations" in capsys.readouterr().out
    assert main(["interop", str(bad), str(module), "--format", "json"]) == 1
    [verdict] = json.loads(capsys.readouterr().out)["verdicts"]
    assert (verdict["side"], verdict["member"], verdict["octet"]) == ("two", "nonce", 2)
    good.write_bytes(b"")
    assert main(["interop", str(good), str(module)]) == 2
