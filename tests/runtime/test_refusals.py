"""Every code of the runtime, with a small protocol that yields it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from art7.grammar.ir.module import Specification
from art7.interpreter.prepare import Interpreter
from art7.runtime.codes import CODES
from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec, interpreted_endpoint
from art7.runtime.layers import layers_of
from art7.runtime.machine import DEFER_LIMIT
from art7.runtime.network import Delivery, Faults
from art7.runtime.simulator import Simulator
from lowering import load
from staging import Stage

MESSAGES = """
message Ask  as json { limit size = 99 kind: text = 'ask' n?: u8 }
message Tell as json { limit size = 99 kind: text = 'tell' n?: u8 }
"""
ONE = "role one { start state A { on local go(n: u8) { send Ask(n: n) to two } ignore Ask from two } } "


def made(body: str, messages: str = MESSAGES, carried: str = "Ask") -> Specification:
    text = f"{messages}protocol P {{ roles one, two channel one <-> two ordered bound 4 carries {carried}\n{body} }}"
    spec, report = load(text)
    assert not report.diagnostics, [f"{found.code} {found.message}" for found in report.diagnostics]
    return spec


def endpoint(spec: Specification, role: str) -> Any:
    [protocol] = spec.modules["demo"].protocols
    machine = next(each for each in protocol.roles if each.name == role)
    return interpreted_endpoint(spec, Interpreter(spec), machine, 1)


def refused(spec: Specification, role: str, *events: tuple[Any, ...]) -> str:
    """The code that the last of some events is refused with."""
    player = endpoint(spec, role)
    *before, last = events
    for name, *arguments in before:
        getattr(player, name)(*arguments)
    with pytest.raises(Refusal) as refusal:
        getattr(player, last[0])(*last[1:])
    assert refusal.value.reason
    return str(refusal.value.code)


def failure(spec: Specification) -> Any:
    """Why the one scenario does not come true."""
    [protocol] = spec.modules["demo"].protocols
    [scenario] = protocol.scenarios
    offer: Any = SimpleNamespace(specification=spec)
    found = Stage(offer, "demo", protocol, scenario).play(Faults(), 1).outcome.failure
    assert found is not None and found.reason and found.step
    return found


ASK = b'{"kind":"ask"}'


def test_a_message_that_the_state_does_not_take() -> None:
    spec = made(ONE + "role two { start state Z { } }")
    assert refused(spec, "two", ("receive", "demo.Ask", ASK, "one")) == "A7-R010"


def test_local_events_that_do_not_fit() -> None:
    spec = made(ONE + "role two { start state Z { ignore Ask from one } }")
    assert refused(spec, "one", ("local", "go", {"m": 1})) == "A7-R011"
    assert refused(spec, "one", ("local", "stop", {})) == "A7-R012"


def test_deferred_messages_are_limited() -> None:
    spec = made(ONE + "role two { start state Z { defer Ask from one } }")
    events = [("receive", "demo.Ask", ASK, "one")] * (DEFER_LIMIT + 1)
    assert refused(spec, "two", *events) == "A7-R013"


def test_a_run_without_end() -> None:
    spec = made(
        "role one { timer t = 1ms start state A { on local go { send Ask to two start t } on timeout t { start t } } } "
        "role two { start state Z { ignore Ask from one } } "
        "scenario endless { one local go one -> two: Ask }"
    )
    assert failure(spec).code == "A7-R020"


def test_messages_that_nothing_tells_apart() -> None:
    spec = made(
        ONE + "role two { start state Z { ignore Ask from one ignore Tell from one } } "
        "scenario mixed { one local go(n: 1) one -> two: Ask }",
        carried="Ask, Tell",
    )
    assert failure(spec).code == "A7-R021"


ENVELOPE = """
message Frame as binary { limit size = 99 kind: u8 body: bytes[rest] }
message Ask  as binary { limit size = 9 n: u8 }
message Tell as binary { limit size = 9 n: u8 }
bind Frame.body to Ask when kind == 1
bind Frame.body to Tell when kind == 2
"""


def test_a_message_on_another_channel() -> None:
    spec = made(ONE + "role two { start state Z { ignore Ask from one } }", ENVELOPE)
    layers = layers_of(spec)
    codec = InterpreterCodec(Interpreter(spec))
    assert layers.open("demo.Frame", b"\1\7", codec) == ("demo.Ask", b"\7")
    [protocol] = spec.modules["demo"].protocols
    stub: Any = SimpleNamespace(protocol=protocol, layers=layers, carriers=codec)
    assert Simulator._open(stub, Delivery("one", "two", b"\1\7", 1)) == ("demo.Ask", b"\7")
    with pytest.raises(Refusal) as refusal:
        Simulator._open(stub, Delivery("one", "two", b"\2\7", 2))
    assert refusal.value.code == "A7-R022" and refusal.value.blame == "peer"


def test_a_step_that_does_not_come_true() -> None:
    spec = made(ONE + "role two { start state Z { ignore Ask from one } } scenario never { one -> two: Ask }")
    assert failure(spec).code == "A7-R030"


def test_a_role_that_rests_in_a_hot_state() -> None:
    spec = made(
        ONE + "role two { start state Z { on Ask from one => Y { } } hot state Y { } } "
        "scenario rests { one local go(n: 1) one -> two: Ask }"
    )
    assert failure(spec).code == "A7-R031"


def test_every_code_has_a_test() -> None:
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert all(f'"{code}"' in text for code in CODES)
