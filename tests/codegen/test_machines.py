"""Role machines of a package: table-driven, all or nothing, with no socket, clock or thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from art7.codegen.python.guard import check_python
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Kind
from art7.grammar.ir.module import (
    CheckAction,
    Module,
    Protocol,
    RaiseAction,
    RoleMachine,
    RunAction,
    SendAction,
    SetAction,
    Specification,
    State,
    TimerAction,
    Transition,
    Trigger,
    Variable,
)
from art7.grammar.ir.plan import Param
from built import build, module, specification

MESSAGES = """a7 1
module sample.call version 1.0 "A call."
message Invite as json { limit size = 100  limit depth = 4  id: u8 }
message Accept as json { limit size = 100  limit depth = 4  id: u8 }
message Ping as json { limit size = 100  limit depth = 4 }
"""
INVITE, ACCEPT, PING = "sample.call.Invite", "sample.call.Accept", "sample.call.Ping"


def local(name: str, kind: Kind = Kind.INT) -> e.LocalRef:
    return e.LocalRef(name, kind)


def caller() -> RoleMachine:
    count = e.Binary("+", local("count"), e.Literal(1, Kind.INT), Kind.INT)
    same = e.Binary("==", e.Attribute(local("m", Kind.RECORD), "id", Kind.INT), local("count"), Kind.BOOL)
    small = e.Binary("<", local("id"), e.Literal(200, Kind.INT), Kind.BOOL)
    ring = Transition(
        Trigger("local", ("ring",), params=(Param(0, "id", s.Integer(0, 255)),)),
        None,
        (
            SetAction("count", local("id")),
            CheckAction(small, "too_busy"),
            SendAction(INVITE, (("id", local("id")),), "callee"),
            TimerAction("start", "patience"),
        ),
        "ringing",
    )
    answered = Transition(
        Trigger("receive", (ACCEPT,), "callee", "m"),
        same,
        (TimerAction("stop", "patience"), RunAction("schedule", "Agree", (("n", local("count")),), "keys")),
        "talking",
    )
    wrong = Transition(
        Trigger("receive", (ACCEPT,), "callee", "m"), None, (RaiseAction("bad_id"),), "talking"
    )
    late = Transition(Trigger("timeout", ("patience",)), None, (SetAction("count", count),), "idle")
    pinged = Transition(Trigger("receive", (PING,)), None, (), None)
    return RoleMachine(
        "caller",
        (
            State("idle", "start", (ring,)),
            State(
                "ringing", "hot", (answered, wrong, late), ignore=((INVITE, None),), defer=((PING, "callee"),)
            ),
            State("talking", "final", (pinged,)),
        ),
        (Variable("count", s.Integer(0, 255), e.Literal(0, Kind.INT)),),
        (("patience", 30_000),),
    )


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Any:
    spec = specification(MESSAGES)
    base = spec.modules["sample.call"]
    changed = Module(
        base.name, base.version, base.doc, base.refs, errors=base.errors, enums=base.enums, records=base.records,
        protocols=(Protocol("Call", (caller(),), (), ()),), file=base.file,
    )  # fmt: skip
    package, name = build(Specification({base.name: changed}), Path(tmp_path_factory.mktemp("roles")))
    for path, text in package.files.items():
        if path.endswith(".py"):
            check_python(f"call_sdk/{path}", text)
    return module(name, "call_roles"), module(name, "call")


def ringing(roles: Any, operation: Any = None) -> Any:
    machine = roles[0].CallCaller(operation)
    machine.receive(roles[0].Local("ring", id=7))
    return machine


def accept(roles: Any, number: int) -> Any:
    return roles[0].Received(roles[1].Accept(id=number), "callee", ACCEPT)


def test_a_transition_sends_a_typed_message_and_starts_a_timer(roles: Any) -> None:
    machine = roles[0].CallCaller()
    assert (machine.state, machine.variables, machine.finished) == ("idle", {"count": 0}, False)
    sent, timer = machine.receive(roles[0].Local("ring", id=7))
    assert (sent.name, sent.receiver, sent.fields) == (INVITE, "callee", {"id": 7})
    assert sent.message == roles[1].Invite(id=7)
    assert (timer.name, timer.milliseconds) == ("patience", 30_000)
    assert (machine.state, machine.variables) == ("ringing", {"count": 7})


def test_a_check_that_fails_changes_nothing(roles: Any) -> None:
    machine = roles[0].CallCaller()
    (failed,) = machine.receive(roles[0].Local("ring", id=250))
    assert failed.code == "too_busy"
    assert (machine.state, machine.variables) == ("idle", {"count": 0})


def test_the_first_transition_whose_guard_holds_is_taken(roles: Any) -> None:
    asked: list[Any] = []
    machine = ringing(roles, lambda *words: asked.append(words))
    (failed,) = machine.receive(accept(roles, 8))
    assert (failed.code, machine.state) == ("bad_id", "ringing")
    (stopped,) = machine.receive(accept(roles, 7))
    assert (stopped.name, machine.state, machine.finished) == ("patience", "talking", True)
    assert asked == [("schedule", "Agree", {"n": 7})]


def test_an_operation_that_refuses_ends_the_transition(roles: Any) -> None:
    def refuse(*_: Any) -> Any:
        raise ValueError("no")

    machine = ringing(roles, refuse)
    (failed,) = machine.receive(accept(roles, 7))
    assert (failed.code, machine.state) == ("internal", "ringing")
    assert [effect.code for effect in ringing(roles).receive(accept(roles, 7))] == ["no_operation"]


def test_ignored_deferred_and_unexpected_events(roles: Any) -> None:
    machine = ringing(roles, lambda *_: None)
    assert machine.receive(roles[0].Received(roles[1].Invite(id=1), "callee", INVITE)) == []
    assert machine.receive(roles[0].Received(roles[1].Ping(), "callee", PING)) == []
    assert len(machine.waiting) == 1
    assert [x.code for x in machine.receive(roles[0].Received(roles[1].Ping(), "other", PING))] == [
        "unexpected_event"
    ]
    machine.receive(accept(roles, 7))
    assert (machine.state, machine.waiting) == ("talking", [])


def test_a_timer_runs_out(roles: Any) -> None:
    machine = ringing(roles)
    assert machine.receive(roles[0].TimedOut("patience")) == []
    assert (machine.state, machine.variables) == ("idle", {"count": 8})


def test_a_message_from_another_role_is_not_the_peer_s(roles: Any) -> None:
    machine = ringing(roles, lambda *_: None)
    (failed,) = machine.receive(roles[0].Received(roles[1].Accept(id=7), "stranger", ACCEPT))
    assert (failed.code, machine.state) == ("unexpected_event", "ringing")
