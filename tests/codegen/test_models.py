"""Models of schedules and scenarios: read again by checkers of our own, the same each time, whatever names the text has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import corpus
from art7.codegen.models.export import generate_models, generate_readers
from art7.codegen.models.names import RESERVED, Names
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from model_texts import proverif_faults, verifpal_faults

SPEC = corpus.REPOSITORY / "spec" / "art7" / "spec"
FAULTS = {"verifpal": verifpal_faults, "proverif": proverif_faults}


def read(folder: Path, pattern: str = "*.a7") -> Specification:
    report = Report()
    found = load_sources(
        {x.name: x.read_text(encoding="utf-8") for x in sorted(folder.glob(pattern))}, report
    )
    assert not report.has_errors
    return found


@pytest.fixture(scope="module")
def offer() -> Specification:
    return read(SPEC / "offers" / "examplechat" / "modules")


@pytest.mark.parametrize("language", FAULTS)
def test_models_of_an_offer_are_well_formed(offer: Specification, language: str) -> None:
    made = generate_models(offer, language)
    assert any("one_to_one_text" in path for path in made)
    assert {path: list(FAULTS[language](text)) for path, text in made.items()} == dict.fromkeys(made, [])
    assert made == generate_models(offer, language)


@pytest.mark.parametrize("language", FAULTS)
@pytest.mark.parametrize(
    "module", ["signal/x3dh", "ietf/mls_keys", "ietf/srtp_keys", "otr/keys", "matrix/olm"]
)
def test_models_of_the_catalogue_s_schedules_are_well_formed(language: str, module: str) -> None:
    folder, name = module.split("/")
    made = generate_models(read(SPEC / "catalogue" / folder, f"{name}.a7"), language, [f"{folder}.{name}"])
    assert len(made) > 3
    assert {path: list(FAULTS[language](text)) for path, text in made.items()} == dict.fromkeys(made, [])


def test_what_a_schedule_keeps_leaks_and_what_it_erases_is_asked(offer: Specification) -> None:
    text = generate_models(offer, "verifpal")["examplechat_session_agree.vp"]
    assert "    leaks identity_private\n" in text
    assert "    confidentiality? ephemeral_private\n" in text
    assert "confidentiality? identity_private" not in text


def test_what_people_write_is_asked_after_keys_have_leaked(offer: Specification) -> None:
    text = generate_models(offer, "verifpal")["examplechat_chat_delivery_one_to_one_text.vp"]
    assert "confidentiality? initiator_body_9" in text
    assert text.count("authentication? Gatekeeper -> Responder: ") == 1
    assert text.index("phase[1]") > text.index("Gatekeeper -> Responder")


def test_the_checkers_find_what_is_wrong() -> None:
    good = "attacker[active]\nprincipal A[\nknows private a\nb = G^a\n]\nA -> B: b\nqueries[\nconfidentiality? a\n]\n"
    assert not list(verifpal_faults(good))
    for old, new in (
        ("G^a", "G^c"),
        ("A -> B: b", "A -> B: d"),
        ("b = G^a", "a = G^a"),
        ("b = G^a", "b = MAC(a)"),
    ):
        assert list(verifpal_faults(good.replace(old, new)))


def test_hostile_names_stay_names() -> None:
    names = Names()
    hostile = [
        "",
        "]",
        "a]\nattacker[passive]",
        "principal",
        "P" * 500,
        "*) free x",
        "é",
        "1",
        "a b",
        "a_b",
        "...",
    ]
    made = [names.of(one) for one in hostile]
    assert len(set(made)) == len(made)
    assert all(name.isascii() and name.replace("_", "").isalnum() and name[0].isalpha() for name in made)
    assert not set(made) & RESERVED
    assert made == [names.of(one) for one in hostile]


def test_texts_of_a_module_cannot_break_out() -> None:
    text = """a7 1
module hostile version 1.0
schedule Free "*) free x: channel. (* ]" {
    input process: secret[32] for kdf.x
    derive principal: secret[32] = hkdf_sha256(ikm: process, info: utf8('*) process 0. ]\\n attacker[passive]'), length: 32)
    output principal
    keep process
}
"""
    report = Report()
    specification = load_sources({"hostile.a7": text}, report)
    assert not report.has_errors
    for language, faults in FAULTS.items():
        (made,) = generate_models(specification, language).values()
        assert not list(faults(made)), language
        assert "passive" not in made


def test_who_reads_what(offer: Specification) -> None:
    made = generate_readers(offer)
    rows = {(row["role"], row["message"], row["field"]): row for row in json.loads(made["readers.json"])}
    sealed = rows["gatekeeper", "examplechat.chat.Envelope", "ciphertext"]
    assert (sealed["read"], sealed["alter"], sealed["end"]) == ("sealed", "noticed", False)
    named = rows["gatekeeper", "examplechat.chat.Envelope", "sender"]
    assert (named["read"], named["link"]) == ("yes", True)
    assert rows["responder", "examplechat.chat.Envelope", "ciphertext"]["read"] == "opens"
    assert "## `gatekeeper` of `examplechat.chat.Delivery`, no end" in made["readers.md"]
