"""The site as it is published: built offline, opened in a browser, quiet, and loading nothing from elsewhere."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest

import corpus
from art7.codegen.pages import page_of
from art7.grammar.catalogue import catalogue_modules
from browser import Browser, find_browser
from page_reader import Page, read_page

pytestmark = [pytest.mark.slow, pytest.mark.peers, pytest.mark.xdist_group("site")]

MODULES = [f"modules/{page_of(name).removesuffix('.md')}.html" for name in catalogue_modules()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built anew; without the theme it is skipped."""
    if importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("material") is None:
        pytest.skip("the site's extra is not installed: run `make site` once")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", "site/mkdocs.yml", "-d", str(folder)],
        cwd=corpus.REPOSITORY,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, Page]:
    """Every page of the site: path → what stands in it."""
    return {
        path.relative_to(built).as_posix(): read_page(path.read_text(encoding="utf-8"))
        for path in sorted(built.rglob("*.html"))
    }


def test_every_module_has_its_page(pages: dict[str, Page]) -> None:
    assert {*MODULES, "index.html", "language/index.html", "codes.html", "functions.html"} <= set(pages)


def test_nothing_is_loaded_from_elsewhere(built: Path, pages: dict[str, Page]) -> None:
    far = [
        (path, load)
        for path, page in pages.items()
        for load in page.loads
        if "://" in load or load[:2] == "//"
    ]
    assert not far
    for style in built.rglob("*.css"):
        found = re.findall(
            r"(?:url\(|@import\s*)[\"']?((?:https?:)?//[^)\"']+)", style.read_text(encoding="utf-8")
        )
        assert not found, style


def test_every_link_of_the_site_arrives(pages: dict[str, Page]) -> None:
    lost = []
    for path, page in pages.items():
        if path == "404.html":
            continue
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, fragment = urldefrag(urljoin(f"/{path}", link))
            there = pages.get(target.lstrip("/") or "index.html")
            if there is None or (fragment and unquote(fragment) not in there.ids):
                lost.append((path, link))
    assert not lost, lost[:10]


def test_ids_are_unique(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        twice = (
            {each for each in page.ids if page.ids.count(each) > 1}
            if len(set(page.ids)) < len(page.ids)
            else ()
        )
        assert not twice, (path, sorted(twice)[:5])


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[str]:
    """The address of the site on this machine."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(built))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser without a network."""
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium here: install one, or name it with ART7_BROWSER")
    with Browser(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_without_a_complaint(
    width: int, pages: dict[str, Page], served: str, browser: Browser
) -> None:
    browser.resize(width, 900)
    wrong: list[tuple[str, object]] = []
    for path in pages:
        if width == 390 and path not in MODULES[:6]:
            continue
        visit = browser.visit(served + path)
        far = [each for each in visit.requests if not each.startswith((served, "data:", "blob:"))]
        wide = browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shown = browser.evaluate(
            "[...document.querySelectorAll('svg.a7-svg')].every(s => s.getBBox().width > 0)"
        )
        wrong += [(path, each) for each in (visit.errors, far, wide if wide > 0 else 0, not shown) if each]
    assert not wrong, wrong[:10]


_SEARCH = """new Promise(done => {
    const box = document.querySelector('.md-search__input');
    document.querySelector('#__search').click();
    box.focus(); box.value = 'STUN-5-02';
    for (const name of ['keyup', 'input']) box.dispatchEvent(new Event(name, {bubbles: true}));
    const at = Date.now(), look = () => {
        const links = [...document.querySelectorAll('.md-search-result__link')].map(each => each.href);
        links.length || Date.now() - at > 15000 ? done(links) : setTimeout(look, 100);
    };
    look();
})"""


def test_search_finds_a_requirement(served: str, browser: Browser) -> None:
    browser.visit(served + "index.html")
    found = browser.evaluate(_SEARCH)
    assert found and "modules/ietf/stun.html" in found[0], found


def test_pages_opened_from_a_folder_are_quiet_and_searched(built: Path, browser: Browser) -> None:
    visit = browser.visit((built / "modules" / "ietf" / "stun.html").as_uri())
    assert not visit.errors
    assert all(each.startswith(("file:", "data:", "blob:")) for each in visit.requests)
    found = browser.evaluate(_SEARCH)
    assert found and "modules/ietf/stun.html" in found[0], found


def test_letters_stand_out_in_both_schemes(served: str, browser: Browser) -> None:
    """Contrast of every text in the diagrams with what is behind it: 4.5 at least (WCAG 2.2, 1.4.3)."""
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        browser.visit(served + "modules/ietf/stun.html")
        browser.evaluate("localStorage.clear()")
        browser.visit(served + "modules/ietf/stun.html")
        worst = browser.evaluate(_CONTRAST)
        assert worst >= 4.5, (scheme, worst)


_CONTRAST = """(() => {
    const parts = c => c.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const light = c => { const [r, g, b] = parts(c).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b; };
    const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const fills = new Set([...document.querySelectorAll('.a7-svg rect, .a7-svg path')].map(e => getComputedStyle(e).fill)
        .filter(c => c !== 'none'));
    const letters = new Set([...document.querySelectorAll('.a7-svg text')].map(e => getComputedStyle(e).fill));
    return Math.min(...[...fills].flatMap(f => [...letters].map(t => ratio(light(f), light(t)))));
})()"""
