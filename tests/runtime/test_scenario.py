"""Scenarios that fail: which party, which rule, which lines of the trace, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from art7.grammar.ir.module import Protocol, RoleMachine, Specification
from art7.interpreter.shared import interpreter_of
from art7.runtime.blame import Failure
from art7.runtime.codes import CODES
from art7.runtime.endpoint import Endpoint
from art7.runtime.interpreted import interpreted_endpoint
from art7.runtime.network import Faults
from art7.runtime.play import Cast, Performance, interpreter_maker, perform, scenarios_of
from parties import specification as lowered

MESSAGES = """
errors { unlucky = 101 "Not seven." bad_answer = 102 "Not the answer." }
message Frame as binary { limit size = 200 kind: u8 body: bytes[rest] }
message Ask   as binary { limit size = 9 n: u8 }
message Reply as binary { limit size = 90 n: u8 sealed: bytes[rest] }
bind Frame.body to Ask when kind == 1
bind Frame.body to Reply when kind == 2
schedule Wrap {
    input seed: bytes[1] input text: bytes
    derive base: secret[32] = sha256(seed ++ x'aa')
    derive key: secret[32] = sha256(base)
    derive sealed: bytes = aes_gcm_seal(key: key, nonce: zeros(12), aad: seed, plaintext: text)
    output sealed
}
schedule Unwrap {
    input seed: bytes[1] input sealed: bytes
    derive base: secret[32] = sha256(seed ++ x'aa')
    derive key: secret[32] = sha256(base)
    derive text: bytes = aes_gcm_open(key: key, nonce: zeros(12), aad: seed, ciphertext: sealed)
    output text
}
"""
PROTOCOL = """
protocol P {
    roles asker, relay, answerer
    channel asker <-> relay unordered lossy bound 4 carries Ask, Reply
    channel relay <-> answerer unordered lossy bound 4 carries Ask, Reply
    role asker {
        var got: bytes = x''
        timer t = 10s
        start state Idle {
            on local ask(n: u8) => Waiting { send Ask(n: n) to relay start t }
            ignore Reply, Ask from relay
        }
        hot state Waiting {
            on Reply from relay as r => Idle {
                stop t
                run Unwrap(seed: u8be(r.n), sealed: r.sealed) as u
                check u.text == utf8('forty-two') else bad_answer
                set got = u.text
            }
            on timeout t { send Ask(n: 1) to relay start t }
            ignore Ask from relay
        }
        final state Over { ignore Ask, Reply from relay }
    }
    role relay {
        start state R {
            on Ask from asker as a { send Ask(n: a.n) to answerer }
            on Reply from answerer as r { send Reply(n: r.n, sealed: r.sealed) to asker }
            ignore Reply from asker
            ignore Ask from answerer
        }
    }
    role answerer {
        start state S {
            on Ask from relay as a {
                run Wrap(seed: u8be(a.n), text: utf8('forty-two')) as w
                send Reply(n: a.n, sealed: w.sealed) to relay
            }
            ignore Reply from relay
        }
    }
    scenario answered {
        asker local ask(n: 1)
        relay -> answerer: Ask
        relay -> asker: Reply
        asker expect got == utf8('forty-two')
    }
}
"""
TEXT = MESSAGES + PROTOCOL
CALM = Faults()


@cache
def specification(text: str) -> Specification:
    return lowered(text)


def edited(*edits: tuple[str, str]) -> str:
    """The text with the first place of each pair replaced."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def played(
    text: str = TEXT,
    faults: Faults = CALM,
    *,
    others: dict[str, str] | None = None,
    makers: dict[str, Any] | None = None,
    seed: int = 1,
) -> Performance:
    """Play the one scenario of `text`; `others` are roles that follow another text, by people who call it theirs."""
    spec = specification(text)
    [(module, protocol, scenario)] = scenarios_of(spec, ["demo"])
    found: dict[str, Any] = {r.name: interpreter_maker(spec, interpreter_of(spec)) for r in protocol.roles}
    found |= {role: implementer(specification(other)) for role, other in (others or {}).items()}
    cast = Cast("test", found | (makers or {}))
    return perform(spec, interpreter_of(spec), module, protocol, scenario, cast, faults=faults, seed=seed)


def implementer(
    spec: Specification, made_of: str = "an implementation"
) -> Callable[[Protocol, RoleMachine, int], Endpoint]:
    [theirs] = [p for m in spec.modules.values() for p in m.protocols]

    def make(protocol: Protocol, machine: RoleMachine, seed: int) -> Endpoint:
        mine = next(each for each in theirs.roles if each.name == machine.name)
        endpoint = interpreted_endpoint(spec, interpreter_of(spec), mine, seed)
        endpoint.made_of = made_of
        return endpoint

    return make


def failure(text: str = TEXT, faults: Faults = CALM, **options: Any) -> Failure:
    run = played(text, faults, **options)
    found = run.outcome.failure
    assert found is not None and not run.outcome.passed
    numbers = {entry.number for entry in run.trace.entries}
    assert found.reason and found.help and set(found.entries) <= numbers
    assert found.code in CODES or found.code.isidentifier()
    return found


def test_the_protocol_is_right() -> None:
    assert played().outcome.failure is None
    assert played(faults=Faults(loss=300, duplicate=200, jitter_ms=500)).outcome.failure is None


# ---- the text is at fault ------------------------------------------------------------------------------------

AFTER_THE_FIRST = """
        relay -> answerer: Ask
        relay -> asker: Reply
        asker expect got == utf8('forty-two')"""

DEFERRED = "            defer Ask from relay on Ask from relay as a when a.n > 1 {\n"

FOUND_IN_THE_TEXT = {
    "two ends derive another key": (
        [("schedule Unwrap {\n    input seed: bytes[1] input sealed: bytes\n    derive base: secret[32] = sha256(seed ++ x'aa')",
          "schedule Unwrap {\n    input seed: bytes[1] input sealed: bytes\n    derive base: secret[32] = sha256(seed ++ x'ab')")],
        "A7-R036", "asker", "`base`",
    ),
    "two ends authenticate other data": (
        [("aad: seed, ciphertext", "aad: x'', ciphertext")],
        "not_authentic", "asker", "not_authentic",
    ),
    "two ends are given other seeds": (
        [("run Unwrap(seed: u8be(r.n)", "run Unwrap(seed: u8be(0)")], "A7-R036", "asker", "`base`",
    ),
    "a check that cannot hold": (
        [("check u.text == utf8('forty-two')", "check u.text == utf8('seven')")], "bad_answer", "asker", "Waiting",
    ),
    "a message that the state does not name": (
        [("            on Ask from relay as a {\n", "            on Ask from relay as a when a.n > 1 {\n")],
        "A7-R010", "answerer", "no guard holds",
    ),
    "a message that is ignored": (
        [("            on Ask from relay as a {\n", "            ignore Ask from relay on Ask from relay as a when a.n > 1 {\n")],
        "A7-R034", "answerer", "ignored it in state S",
    ),
    "messages that wait for ever and pile up": (
        [("timer t = 10s", "timer t = 1s"), ("            on Ask from relay as a {\n", DEFERRED)],
        "A7-R013", "answerer", "deferred",
    ),
    "a message that waits for ever": (
        [("on timeout t { send Ask(n: 1) to relay start t }", "on timeout t"),
         ("            on Ask from relay as a {\n", DEFERRED)],
        "A7-R034", "answerer", "deferred it in state S",
    ),
    "a message that nobody sends": (
        [("{ send Ask(n: a.n) to answerer }", "{ }")], "A7-R030", "relay", "rests in state R",
    ),
    "a party that ends early": (
        [("{ send Ask(n: a.n) to answerer }", "=> Gone { }"),
         ("            ignore Ask from answerer\n        }", "            ignore Ask from answerer\n        }\n"
          "        final state Gone { ignore Ask, Reply from asker ignore Ask, Reply from answerer }")],
        "A7-R033", "relay", "on receive demo.Ask",
    ),
    "an expectation that does not hold": (
        [("asker expect got == utf8('forty-two')", "asker expect got == x'00'")], "A7-R035", "asker", "Idle",
    ),
    "a state that is never left": (
        [(AFTER_THE_FIRST, ""),
         ("{ send Ask(n: a.n) to answerer }", "{ }"), ("on timeout t { send Ask(n: 1) to relay start t }", "on timeout t")],
        "A7-R031", "asker", "Waiting",
    ),
    "a local event that is not possible": (
        [("asker local ask(n: 1)", "asker local ask(n: 1) asker local ask(n: 1)")], "A7-R012", "asker", "Waiting",
    ),
    "two machines without end": (
        [("on timeout t { send Ask(n: 1) to relay start t }", "on timeout t { start t }"), ("timer t = 10s", "timer t = 1ms"),
         ("{ send Ask(n: a.n) to answerer }", "{ }")],
        "A7-R020", "", "did not end",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND_IN_THE_TEXT)
def test_a_fault_of_the_text(name: str) -> None:
    edits, code, role, says = FOUND_IN_THE_TEXT[name]
    found = failure(edited(*edits))
    assert (found.party, found.code, found.role) == ("specification", code, role), found
    assert says in found.reason, found.reason
    assert not role or (found.place.startswith("demo.a7:") and found.entries)


def test_a_key_is_followed_to_where_the_difference_begins() -> None:
    edits, *_ = FOUND_IN_THE_TEXT["two ends derive another key"]
    found = failure(edited(*edits))
    assert "asker derives another `base` in demo.Unwrap" in found.reason
    assert "than answerer in demo.Wrap" in found.reason and "relay" not in found.reason
    assert "not_authentic" in found.reason


def test_a_message_that_is_lost_and_not_repeated() -> None:
    once = edited(("on timeout t { send Ask(n: 1) to relay start t }", "on timeout t"))
    found = [f for seed in range(1, 9) if (f := played(once, Faults(loss=400), seed=seed).outcome.failure)]
    assert found and {(each.party, each.code) for each in found} == {("specification", "A7-R032")}
    assert all("was lost" in each.reason and each.entries for each in found)


def test_a_duplicate_does_not_stand_for_a_second_message() -> None:
    # The second copy is ignored: it must not satisfy the second step.
    text = edited(("relay -> asker: Reply\n", "relay -> asker: Reply\n        relay -> asker: Reply\n"))
    found = failure(text, Faults(duplicate=900))
    assert (found.step, found.code) == (4, "A7-R034")


# ---- somebody else is at fault -------------------------------------------------------------------------------

BASE = "text: bytes\n    derive base: secret[32] = sha256(seed ++ x'"

WRONG = {
    "answerer": (f"{BASE}aa')", f"{BASE}ab')"),
    "asker": ("=> Waiting { send Ask(n: n) to relay start t }", "=> Waiting { start t }"),
    "relay": ("send Reply(n: r.n, sealed: r.sealed) to asker", "send Reply(n: 0, sealed: r.sealed) to asker"),
}  # fmt: skip


@pytest.mark.parametrize("role", WRONG)
def test_an_implementer_who_leaves_the_offer(role: str) -> None:
    other = edited(
        WRONG[role], ("on timeout t { send Ask(n: 1) to relay start t }", "on timeout t { start t }")
    )
    right = edited(("on timeout t { send Ask(n: 1) to relay start t }", "on timeout t { start t }"))
    found = failure(right, others={role: other})
    assert (found.party, found.role, found.code) == (role, role, "A7-R041"), found
    assert "the offer prescribes" in found.reason and found.entries


def test_an_implementer_is_told_the_first_value_that_differs() -> None:
    found = failure(others={"answerer": edited(WRONG["answerer"])})
    assert "answerer runs demo.Wrap with another `base`" in found.reason


def test_ours_that_leaves_the_offer_is_a_fault_of_art7() -> None:
    wrong = implementer(specification(edited(WRONG["relay"])), "generated code")
    found = failure(makers={"relay": wrong})
    assert (found.party, found.role, found.code) == ("art7", "relay", "A7-R040")


def test_other_people_may_do_it_another_way_while_it_works() -> None:
    slower = edited(("timer t = 10s", "timer t = 20s"))
    assert played(others={"asker": slower}).outcome.failure is None


def test_damage_on_the_way_is_the_networks() -> None:
    once = edited(("on timeout t { send Ask(n: 1) to relay start t }", "on timeout t { start t }"))
    parties = set()
    for delivery in range(1, 5):
        found = failure(once, Faults(flip=delivery))
        parties.add((found.party, found.code))
        assert "turned over on the way" in found.reason and len(found.entries) == 2
    assert parties == {("network", "A7-R050")}
    assert played(once, Faults(flip=5)).outcome.failure is None


def test_damage_that_is_made_good_is_nobodys() -> None:
    outcomes = [played(faults=Faults(flip=delivery)).outcome for delivery in (3, 4)]
    assert [each.failure for each in outcomes] == [None, None]


def test_damage_does_not_hide_a_fault_of_the_text() -> None:
    edits, code, role, _ = FOUND_IN_THE_TEXT["a check that cannot hold"]
    found = failure(edited(*edits), Faults(flip=4))
    assert (found.party, found.code, found.role) == ("specification", code, role)
    assert "also without the damaged bit" in found.reason
