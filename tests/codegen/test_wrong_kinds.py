"""Values with one leaf of a wrong kind: generated code and interpreter judge them alike, and both have a verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from built import build, module, specification
from wrong_kinds import differences

SOME = ("ietf.jose", "ietf.json", "ietf.stun", "ietf.vp8", "otr.messages", "xmpp.omemo")
"""A module for each carrier; the others take a minute."""

VIEWS = """a7 1
module sample.views version 1.0 "Octets of every extent."
message M as binary {
    limit size = 99
    fixed: bytes[2]
    data: bytes[prefix u8]
    items: Item[2]
    rest: bytes[rest]
}
struct Item as binary { code: u8 data: bytes[2] }
"""


def loaded(name: str) -> Specification:
    found, report = catalogue_text(name), Report()
    assert found is not None
    return load_sources({found[0]: found[1]}, report)


def apart(name: str, folder: Path) -> list[str]:
    spec = loaded(name)
    _, package = build(spec, folder)
    stem = name.rpartition(".")[2]
    return list(differences(spec, name, module(package, stem), module(package, "_support")))


@pytest.mark.parametrize("name", SOME)
def test_wrong_kinds_are_judged_alike(name: str, tmp_path: Path) -> None:
    assert apart(name, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(catalogue_modules()) - {*SOME}))
def test_wrong_kinds_are_judged_alike_in_every_module(name: str, tmp_path: Path) -> None:
    assert apart(name, tmp_path) == []


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("explain", [True, False])
def test_views_of_octets_are_octets(kind: type, explain: bool, tmp_path: Path) -> None:
    _, package = build(specification(VIEWS), tmp_path)
    views = module(package, "views")
    items = [(1, kind(b"ab")), (2, kind(b"cd"))]
    value = views.M(fixed=kind(b"xy"), data=kind(b"z"), items=items, rest=kind(b"!"))
    assert value.encode(explain=explain) == b"xy\x01z\x01ab\x02cd!"
    value.fixed = kind(b"too long")
    with pytest.raises(module(package, "_support").EncodeError) as found:
        value.encode(explain=explain)
    assert found.value.code == ("too_long" if explain else "refused")
