"""The dossier in a browser: opened from its file, quiet, loading nothing, free of barriers, and legible on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

import corpus
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import read_source
from art7.validator.assess import assess
from art7.validator.comparison.compare import Candidate, compare
from art7.validator.comparison.output import render_html as render_comparison
from art7.validator.evidence import AccessRequest, Evidence, Exhibit
from art7.validator.output.editions import editions
from art7.validator.output.html_output import render_html
from art7.validator.output.view import view
from art7.validator.reader import read_offer
from browser import AXE, Browser, find_browser

pytestmark = [pytest.mark.slow, pytest.mark.peers, pytest.mark.xdist_group("site")]

MINIMAL = corpus.REPOSITORY / "tests" / "validator" / "offers" / "minimal"
EVIL = "<img src=https://evil.example/x onerror=alert(1)>\u202e\x1b[2J"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public edition with everything in it: findings, failed runs, statements, requests."""
    report = Report()
    bundle = read_source(str(MINIMAL), report)
    assert bundle is not None
    files = dict(bundle.files)
    files["offer.toml"] = files["offer.toml"].replace(b"certification = 0", b"certification = 2500")
    files.pop("manifest.json", None)
    offer = read_offer(replace(bundle, files=files), report)
    assert offer is not None, report.diagnostics
    exhibits = (
        Exhibit("scenario", "minimal.Delivery.text_both_ways", "failed", EVIL),
        Exhibit("sdk", EVIL, "inconclusive", EVIL),
    )
    evidence = Evidence(exhibits, (AccessRequest(EVIL, date(2026, 9, 1)),))
    shown = editions(view(assess(offer, date(2026, 11, 1), evidence)), bytes(32))[1]
    path = tmp_path_factory.mktemp("dossier") / "dossier.html"
    path.write_text(render_html(shown), "utf-8")
    return path


@pytest.fixture(scope="module")
def comparison(page: Path) -> Path:
    """Two offers side by side, one of them with hostile names, beside the dossier."""
    report = Report()
    bundle = read_source(str(MINIMAL), report)
    assert bundle is not None
    offer = read_offer(bundle, report)
    assert offer is not None
    gatekeeper = offer.manifest.gatekeeper.model_copy(update={"name": EVIL, "service": EVIL})
    evil = replace(offer, manifest=offer.manifest.model_copy(update={"gatekeeper": gatekeeper}))
    found = compare([Candidate(each, assess(each, date(2026, 11, 1))) for each in (offer, evil)], ran=False)
    path = page.with_name("comparison.html")
    path.write_text(render_comparison(found), "utf-8")
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium here: install one, or name it with ART7_BROWSER")
    with Browser(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("width", [1280, 390])
def test_the_dossier_opens_quietly(page: Path, comparison: Path, browser: Browser, width: int) -> None:
    browser.resize(width, 900)
    for shown in (page, comparison):
        visit = browser.visit(shown.as_uri())
        assert visit.errors == [] and visit.requests == [shown.as_uri()]
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.evaluate(wide) <= 0
        assert browser.evaluate("document.images.length + document.scripts.length") == 0


def test_evidence_opens_at_a_click(page: Path, browser: Browser) -> None:
    browser.resize(1280, 900)
    browser.visit(page.as_uri())
    lost = """[...document.querySelectorAll('a[href]')].filter(link => {
        link.click();
        const there = document.getElementById(decodeURIComponent(link.hash.slice(1)));
        return !there || !there.getBoundingClientRect().height;
    }).map(link => link.href)"""
    assert browser.evaluate("document.querySelectorAll('article a[href]').length") > 100
    assert browser.evaluate(lost) == []


def test_axe_finds_no_barrier(page: Path, comparison: Path, browser: Browser) -> None:
    if not AXE.is_file():
        pytest.skip("absent: axe-core (make peers)")
    browser.call("Page.setBypassCSP", enabled=True)  # the page itself lets no script run
    for scheme, shown in product(("light", "dark"), (comparison, page)):
        browser.prefer(scheme)
        browser.visit(shown.as_uri())
        assert browser.barriers() == [], (scheme, shown.name)
    # A control: the same look at the same page with a fault in it.
    browser.evaluate("document.documentElement.removeAttribute('lang')")
    assert [each[0] for each in browser.barriers()] == ["html-has-lang"]
    browser.call("Page.setBypassCSP", enabled=False)
    browser.prefer("light")


def test_paper_shows_everything(page: Path, browser: Browser) -> None:
    """On paper nothing is cut off at the side, no letter is paler than print needs, and no part is hidden."""
    browser.visit(page.as_uri())
    browser.call("Emulation.setEmulatedMedia", media="print")
    cut = """[...document.querySelectorAll('pre, .scroll, ol.lines, dd')]
        .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.outerHTML.slice(0, 80))"""
    browser.resize(680, 960)  # A4 less its margins, at 96 dots an inch
    assert browser.evaluate(cut) == []
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.querySelector('.verdict')).color") == "rgb(0, 0, 0)"
    hidden = "[...document.querySelectorAll('main article')].filter(each => !each.getBoundingClientRect().height).length"
    assert browser.evaluate(hidden) == 0
    printed = base64.b64decode(browser.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert printed.startswith(b"%PDF-") and 5 < printed.count(b"/Type /Page\n") < 80
    browser.call("Emulation.setEmulatedMedia", media="")
