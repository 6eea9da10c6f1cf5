"""Offers side by side: what is counted once, who can join whom, which codecs all have, and how it is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from small_offer import small_offer

from art7.validator.assess import assess
from art7.validator.comparison.compare import Candidate, compare
from art7.validator.comparison.joining import codecs, level
from art7.validator.comparison.model import Comparison, SdkFile
from art7.validator.comparison.output import render_html, render_json, render_text
from art7.validator.comparison.structure import Structures
from art7.validator.manifest.functions import Component, Function, Media
from art7.validator.offer import Offer
from page_reader import read_page

ON = date(2026, 11, 1)
EVIL = "<script>alert(1)</script>\\u001b[2J\\u202e"


def candidate(offer: Offer, *files: SdkFile) -> Candidate:
    return Candidate(offer, assess(offer, ON), files)


@cache
def minimal() -> Offer:
    return small_offer("")


def compared(*offers: Offer) -> Comparison:
    return compare([candidate(each) for each in offers], ran=False)


def changed(offer: Offer, **parts: object) -> Offer:
    return replace(offer, manifest=offer.manifest.model_copy(update=parts))


def joined(name: str, *offers: tuple[str, Offer]) -> tuple[tuple[str, ...], ...]:
    return level(name, [(label, offer, Structures(offer.specification)) for label, offer in offers]).circles


def test_one_offer_is_compared_with_nothing() -> None:
    found = compared(minimal())
    assert found.together == found.offers[0].build
    assert found.shared == () and all(each.crossings == () for each in found.levels)
    assert found.offers[0].build.messages == sum(p.kind == "message" for p in found.offers[0].parts) > 0


def test_what_two_offers_have_counts_once() -> None:
    found = compared(minimal(), minimal())
    assert [each.label for each in found.offers] == ["minimal (1)", "minimal (2)"]
    assert found.together == found.offers[0].build
    assert {each.by for each in found.shared} >= {"structure"}


def test_offers_that_state_no_keys_are_not_called_compatible() -> None:
    manifest = minimal().manifest
    functions = tuple(
        each.model_copy(update={"keys": (), "provides": each.provides.model_copy(update={"protocol": None})})
        for each in manifest.function
    )
    silent = changed(minimal(), function=functions)
    found = level("one to one", [(n, silent, Structures(silent.specification)) for n in "ab"])
    assert found.circles == (("a",), ("b",))
    assert "neither states its protocol that keys the conversation" in str(found.crossings)


def test_equal_files_count_once() -> None:
    one, other = SdkFile("a.py", "1", 10, 2), SdkFile("b.py", "2", 20, 3)
    found = compare([candidate(minimal(), one), candidate(minimal(), one, other)], ran=False)
    assert [each.build.sdk_octets for each in found.offers] == [10, 30]
    assert (found.together.sdk_files, found.together.sdk_octets, found.together.sdk_lines) == (2, 30, 5)


def test_a_renamed_module_has_the_same_structure_and_a_changed_range_has_not() -> None:
    offer = minimal()
    texts = {path: text for path, text in offer.texts.items() if path.endswith(".a7")}
    renamed = loaded({p: t.replace("minimal", "renamed") for p, t in texts.items()})
    record = next(r.name for r in offer.specification.modules["minimal"].records)
    other = record.replace("minimal.", "renamed.")
    assert Structures(offer.specification).of(record) == Structures(renamed).of(other)
    narrower = loaded({"a.a7": _module("u8")})
    wider = loaded({"a.a7": _module("u16")})
    assert narrower.modules and wider.modules
    assert Structures(narrower).of("a.M") != Structures(wider).of("a.M")


def _module(kind: str) -> str:
    return f"a7 1\nmodule a version 1.0\n\nmessage M as binary(order: 'big') {{\n    limit size = 8\n    n: {kind}\n}}\n"


def loaded(texts: dict[str, str]):  # type: ignore[no-untyped-def]  # a specification
    from art7.grammar.diagnostics import Report
    from art7.grammar.load import load_sources

    return load_sources(texts, Report())


def test_another_credential_needs_a_gateway() -> None:
    offer = minimal()
    verification = offer.manifest.security.verification
    assert verification is not None
    record = next(
        r.name for r in offer.specification.modules["minimal"].records if r.name != verification.binding
    )
    security = offer.manifest.security.model_copy(
        update={"verification": verification.model_copy(update={"binding": record})}
    )
    other = changed(offer, security=security)
    found = level(
        "one to one", [(n, o, Structures(o.specification)) for n, o in (("a", offer), ("b", other))]
    )
    assert found.circles == (("a",), ("b",))
    assert [each.between for each in found.crossings] == [("a", "b")]
    assert any("identity credential differs" in reason for reason in found.crossings[0].reasons)


def test_who_offers_no_groups_is_told() -> None:
    found = {each.name: each for each in compared(minimal()).levels}
    assert found["group"].without == ("minimal",) and found["group"].circles == ()


def test_codecs_of_calls_come_from_components_and_those_in_common_are_told() -> None:
    call = Function(point="7(2)(c)(i)", own=True, interoperable=True)
    opus, g711 = (Component(standard=name, profile="exact") for name in ("RFC 6716", "ITU-T G.711"))
    both = changed(minimal(), function=(call,), component=(opus, g711))
    one = changed(minimal(), function=(call,), component=(opus,))
    found = codecs([("a", both), ("b", one), ("c", minimal())])
    row = next(each for each in found if each.content == "voice_call")
    assert row.by_offer == (("a", ("G.711", "Opus")), ("b", ("Opus",)), ("c", None))
    assert row.common == ("Opus",)


def test_codecs_of_media_are_compared_among_those_that_have_them() -> None:
    def image(*names: str) -> Offer:
        media = (Media(content="image", codecs=names),)
        made = Function(point="7(2)(a)(ii)", own=True, interoperable=True, media=media)
        return changed(minimal(), function=(made,))

    found = codecs([("a", image("PNG", "JPEG")), ("b", image("PNG"))])
    assert [(each.content, each.common) for each in found] == [("image", ("PNG",))]


@pytest.mark.parametrize("render", [render_json, render_text, render_html])
def test_the_same_offers_give_the_same_octets(render: object) -> None:
    assert callable(render)
    assert render(compared(minimal(), minimal())) == render(compared(minimal(), minimal()))


def test_json_has_every_duty_for_every_offer() -> None:
    found = json.loads(render_json(compared(minimal(), minimal())))
    assert len(found["coverage"]) == 42
    assert all(len(row["cells"]) == 2 for row in found["coverage"])


def test_nothing_of_an_offer_is_more_than_text() -> None:
    evil = small_offer(f'[gatekeeper]\nname = "{EVIL}"\nservice = "{EVIL}"\n')
    found = compared(evil, minimal())
    page, text = render_html(found), render_text(found)
    assert "<script" not in page and "\x1b" not in page + text and "\u202e" not in page + text
    assert read_page(page) is not None
