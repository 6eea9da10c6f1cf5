"""Both executions of a module give a session the same structures and schedules."""

from __future__ import annotations

import pytest

from art7.cli.generated import generated_package
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.interpreter.prepare import Interpreter
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import GeneratedFace, InterpretedFace

BODY = bytes.fromhex("0A21 05" + "01" * 32 + "1001 1800 2203 AABBCC".replace(" ", ""))


def face() -> InterpretedFace:
    return InterpretedFace(catalogue_interpreter("signal.ratchet"))


def test_a_record_is_read_and_written_by_attributes() -> None:
    record = face().record("signal.ratchet.RatchetBody")
    value = record.decode(BODY)
    assert (value.counter, value.ciphertext) == (1, bytes.fromhex("AABBCC"))
    again = record(ratchet_key=value.ratchet_key, counter=1, previous_counter=0, ciphertext=value.ciphertext)
    assert again.encode() == BODY


def test_parameters_and_inputs_of_a_schedule_are_keywords() -> None:
    step = face().schedule("signal.ratchet.ChainStep")(chain_key=bytes(32))
    assert len(step.chain_next) == len(step.mac_key) == 32
    assert step.iv != bytes(16)


def test_what_is_refused_has_a_code() -> None:
    asked = face()
    with pytest.raises(asked.failures) as refused:
        asked.record("signal.ratchet.RatchetBody").decode(b"\x0a")
    assert refused.value.code == "truncated"
    with pytest.raises(LookupError):
        asked.record("signal.ratchet.Nothing")
    with pytest.raises(LookupError):
        asked.schedule("signal.ratchet.Nothing")


def test_randomness_is_handed_in_with_the_inputs() -> None:
    text = (
        'a7 1\nmodule drawn version 1.0 "Drawn."\n'
        'schedule Pick "Draw." { derive nonce: bytes[4] = random(4) "A nonce." output nonce }\n'
    )
    report = Report()
    asked = InterpretedFace(Interpreter(load_sources({"drawn.a7": text}, report)))
    assert not report.has_errors, report.diagnostics
    pick = asked.schedule("drawn.Pick")
    assert pick(random=lambda count: b"\x07" * count).nonce == b"\x07" * 4
    with pytest.raises(asked.failures) as refused:
        pick()
    assert refused.value.code == "missing_field"


NAMED = """a7 1
module taken version 1.0 "Names that functions have use for."
schedule Mix(step: bytes[1], trace: u8) "Mix." {
    input random: secret[2] "One."
    input error:  public[] "Two."
    derive len: public[] = random ++ error ++ step ++ u8be(trace) "All."
    output len
}
"""


def test_inputs_have_their_declared_names_whatever_a_function_calls_them() -> None:
    report = Report()
    interpreter = Interpreter(load_sources({"taken.a7": NAMED}, report))
    assert not report.has_errors, report.diagnostics
    given = {"step": b"s", "trace": 7, "random": b"rr", "error": b"e"}
    with generated_package(interpreter.specification) as package:
        for face in (InterpretedFace(interpreter), GeneratedFace(package)):
            mix = face.schedule("taken.Mix")
            assert mix(**given).len == b"rres\7"
            with pytest.raises(face.failures) as refused:
                mix(**{**given, "random": None})
            assert refused.value.code == "missing_field"
