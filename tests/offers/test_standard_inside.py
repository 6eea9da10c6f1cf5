"""`commonground` and `hybrid` are without findings, their scenarios come true, and what they carry is MLS to the runtime's MLS."""

from __future__ import annotations

import base64
import re
from datetime import date
from functools import cache

import pytest

from art7.cli.vector_evidence import named_elsewhere
from art7.codegen.vectors.generate import generate_vectors
from art7.interpreter.decode import decode_with
from art7.interpreter.shared import interpreter_of
from art7.runtime.mls.framing import body_of
from art7.runtime.mls.joining import join
from art7.runtime.mls.leaves import OwnKeys
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.suite import cipher_suite
from art7.runtime.network import Faults
from art7.runtime.play import Performance
from art7.validator.assess import assess
from art7.validator.evidence import Evidence, Exhibit
from art7.validator.offer import Offer
from art7.validator.validate import validate
from example_offers import OFFERS, read
from staging import Stage, stages

CALM = Faults()
BODY = re.compile(rb"<body>([A-Za-z0-9+/=]+)</body>")


NAMES = ("commonground", "hybrid")
SCENARIOS = [(name, each.scenario.name) for name in NAMES for each in stages(read(OFFERS / name))]
each_offer = pytest.mark.parametrize("name", NAMES)


@cache
def offer(name: str) -> Offer:
    return read(OFFERS / name)


@cache
def stage(name: str, scenario: str) -> Stage:
    return next(each for each in stages(offer(name)) if each.scenario.name == scenario)


@cache
def texting(name: str) -> Performance:
    return stage(name, "one_to_one_text").play(CALM, 1)


def carried(name: str, octets: bytes) -> bytes:
    """Return what a stanza or a parcel carries."""
    if name == "commonground":
        body = BODY.search(octets)
        return base64.b64decode(body[1]) if body and b"." not in body[1] else b""
    parcel = decode_with(interpreter_of(offer(name).specification), "hybrid.wire.Parcel", octets, {}).value
    payload: bytes = parcel["payload"]
    return payload


def sent(name: str, role: str) -> list[bytes]:
    """Return the MLS messages that a role has sent, in their order."""
    entries = [e for e in texting(name).trace.entries if e.kind == "send" and e.role == role]
    found = [carried(name, bytes.fromhex(str(e.data["octets"]))) for e in entries]
    return [octets for octets in found if octets[:2] == b"\0\1"]


def keys_of(name: str, role: str) -> OwnKeys:
    """Return the private keys that a role has made, as its trace shows them."""
    made = next(
        entry.data for entry in texting(name).trace.entries
        if entry.role == role and entry.data.get("schedule") == f"{name}.groups.NewKeys"
    )  # fmt: skip
    rows = [*made["inputs"], *made["steps"]]  # type: ignore[misc]  # JSON of the trace: two lists of rows
    values = {row["name"]: bytes.fromhex(row["value"]) for row in rows}
    return OwnKeys(values["init_private"], values["leaf_private"], values["signing_private"])


@each_offer
def test_it_has_no_findings(name: str) -> None:
    assert [found.diagnostic.message for found in validate(offer(name)).open] == []


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS)
def test_a_scenario_comes_true(name: str, scenario: str) -> None:
    run = texting(name) if scenario == "one_to_one_text" else stage(name, scenario).play(CALM, 1)
    assert run.outcome.failure is None


@each_offer
def test_the_mls_of_the_runtime_enters_the_group_and_reads_the_text(name: str) -> None:
    [package] = sent(name, "responder")[:1]
    _, welcome, text = sent(name, "initiator")
    structures = cipher_suite(1).structures
    _, value = structures.unwrap(package, "key_package")
    group = join(welcome, value, keys_of(name, "responder"))
    said = body_of(group.open(text).content)
    interpreter = interpreter_of(offer(name).specification)
    mimi = decode_with(interpreter, "ietf.mimi_content.MimiContent", said, {})
    assert mimi.value["body"]["content"] == b"Hello from another service"


@each_offer
def test_another_welcome_is_refused(name: str) -> None:
    [package] = sent(name, "responder")[:1]
    welcome = sent(name, "initiator")[1]
    _, value = cipher_suite(1).structures.unwrap(package, "key_package")
    with pytest.raises(MlsRefused):
        join(welcome[:-1] + bytes([welcome[-1] ^ 1]), value, keys_of(name, "responder"))


@each_offer
def test_an_assessment_with_its_evidence_leaves_nothing_open(name: str) -> None:
    functions = [function for _, function in offer(name).interoperable()]
    wanted = {("scenario", one) for each in functions for one in each.provides.scenarios}
    wanted |= {("vector", one) for each in functions for one in (*each.provides.messages, *each.keys)}
    wanted |= {("sdk", name)}
    evidence = Evidence(tuple(Exhibit(kind, one, "passed") for kind, one in sorted(wanted)))
    assessment = assess(offer(name), date(2026, 11, 24), evidence)
    assert {each.verdict for each in assessment.judgements} == {"met", "argued", "not yet due"}


def test_vectors_are_made_of_what_it_names_in_the_catalogue_and_of_nothing_else() -> None:
    named = {"ietf.mls_keys.JoinedEpoch", "ietf.mls_keys.RatchetGeneration"}
    modules = ["ietf.mls", "ietf.mls_keys"]
    files = generate_vectors(
        offer("commonground").specification, modules, roles=False, structs=False, only=named
    )
    assert {content["type"] for content in files.values()} == named
    assert all(content["vectors"] for content in files.values())
    assert named <= named_elsewhere(offer("commonground")) and not any(
        name.startswith("commonground.") for name in named_elsewhere(offer("commonground"))
    )
